import { expectValidHtml } from "../support/checks.js";
import { newEmail } from "../support/shopper.js";
import { awake, expect, test } from "../support/test.js";

test("a guest keeps a list, shares it, logs in and moves something to the cart", async ({ shopper, page, browser, baseURL, listen, hydrated, accessible, expected }) => {
  test.setTimeout(180_000);
  expected.push(404);
  await expectValidHtml(await shopper.open("/wishlist"));
  await expect(page.locator("main")).toContainText("Nothing here yet");
  await accessible();
  await shopper.open("/p/morning-mug");
  const mug = await page.locator("h1").innerText();
  await page.getByRole("button", { name: "Add to wishlist" }).click();
  await expect(page.getByRole("button", { name: /^On your wishlist/ })).toBeVisible();
  await shopper.findProduct({ category: 2, nth: 1 });
  const other = await page.locator("h1").innerText();
  await page.getByRole("button", { name: "Add to wishlist" }).click();
  await expect(page.getByRole("button", { name: /^On your wishlist/ })).toBeVisible();

  await shopper.press(page.locator("#wish").getByRole("link", { name: "See the list" }), /\/wishlist$/);
  await expect(page.locator(".wish")).toHaveCount(2);
  await expectValidHtml(await shopper.open("/wishlist"));
  await accessible();
  await page.getByRole("button", { name: "Make a link" }).click();
  const link = await page.getByLabel("Whoever has this link can read the list").inputValue();
  await accessible();

  const friend = await (async () => {
    const context = await browser.newContext({ baseURL, javaScriptEnabled: hydrated, reducedMotion: "reduce" });
    listen(context);
    return context.newPage();
  })();
  await expectValidHtml(await friend.goto(new URL(link).pathname));
  await awake(friend, hydrated);
  await expect(friend.locator(".wish")).toHaveCount(2);
  await expect(friend.getByRole("button", { name: /Remove/ })).toHaveCount(0);
  await accessible(friend);

  await shopper.register(newEmail("wisher"));
  await shopper.open("/wishlist");
  await expect(page.locator(".wish")).toHaveCount(2);
  await page.getByRole("button", { name: "Take the link back" }).click();
  await expect(page.getByRole("button", { name: "Make a link" })).toBeVisible();
  expect((await friend.goto(new URL(link).pathname)).status()).toBe(404);
  await friend.context().close();

  await page.getByRole("button", { name: `Remove ${mug} from the wishlist` }).click();
  await expect(page.locator(".wish")).toHaveCount(1);
  const move = page.getByRole("button", { name: `Move to cart: ${other}` });
  if (await move.count()) {
    await move.click();
    await page.waitForURL(/\/cart$/);
    await expect(page.locator(".line-title", { hasText: other })).toBeVisible();
    await shopper.open("/wishlist");
    await expect(page.locator("main")).toContainText("Nothing here yet");
  } else {
    await shopper.press(page.getByRole("link", { name: `Choose: ${other}` }), /\/p\//);
    await expect(page.locator("h1")).toHaveText(other);
  }
});
