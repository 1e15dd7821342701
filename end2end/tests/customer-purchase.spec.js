import { CARDS, newEmail } from "../support/shopper.js";
import { expect, test } from "../support/test.js";

test("a customer's two carts become one at log-in, and the order is in the history", async ({ shopper, page }) => {
  const email = newEmail("customer");
  await shopper.register(email);
  await shopper.findProduct({ category: 2 });
  const first = await shopper.addToCart(2);
  await shopper.logOut();

  await shopper.findProduct({ category: 3 });
  const second = await shopper.addToCart();
  await shopper.logIn(email);
  await shopper.open("/cart");
  await expect(page.getByRole("heading", { name: "We have put your two carts together" })).toBeVisible();
  await expect(page.locator(".line-title", { hasText: first })).toBeVisible();
  await expect(page.locator(".line-title", { hasText: second })).toBeVisible();
  await page.getByRole("button", { name: "Keep it so" }).click();
  await expect(page.getByRole("heading", { name: "We have put your two carts together" })).toBeHidden();

  await shopper.open("/cart");
  await shopper.goToPayment();
  await shopper.pay(CARDS.good);
  const number = await shopper.confirmed();
  await shopper.open("/account/orders");
  await shopper.press(page.getByRole("link", { name: new RegExp(number) }).first(), new RegExp(`/orders/${number}`));
  await expect(page.locator("main")).toContainText(first);
  await expect(page.locator("main")).toContainText(second);
});
