import { CARDS, newEmail } from "../support/shopper.js";
import { expect, test } from "../support/test.js";

test("a guest buys", async ({ shopper, page }) => {
  await shopper.findProduct({ category: 0 });
  const title = await shopper.addToCart(2);
  const email = newEmail("guest");
  await shopper.goToPayment({ email });
  await shopper.pay(CARDS.good);
  const number = await shopper.confirmed();
  await expect(page.locator("main")).toContainText(title);
  await expect(page.locator("main")).toContainText(email);

  // The cart is empty, and the order's own address still opens.
  const order = page.url();
  await shopper.open("/cart");
  await expect(page.locator("main")).toContainText("Your cart is empty");
  await shopper.open(order);
  await expect(page.locator("main")).toContainText(number);
});

test("nobody else sees the order of a guest", async ({ shopper, page, browser, baseURL, expected }) => {
  await shopper.findProduct({ category: 1 });
  await shopper.addToCart();
  const email = newEmail("guest");
  await shopper.goToPayment({ email });
  await shopper.pay(CARDS.good);
  const number = await shopper.confirmed();

  expected.push(404);
  const stranger = await browser.newContext({ baseURL });
  const answer = await stranger.request.get(`/orders/${number}`);
  expect(new URL(answer.url()).pathname, "the number alone asks who is there").toBe("/login");
  expect(await answer.text()).not.toContain(email);
  const guess = await stranger.request.get(`/orders/${number}?token=${"0".repeat(32)}`);
  expect(guess.status()).toBe(404);
  await stranger.close();
  await expect(page.locator("main")).toContainText(number);
});
