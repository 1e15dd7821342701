import { expectValidHtml } from "../support/checks.js";
import { sell, newRun } from "../support/sell.js";
import { CARDS, newEmail } from "../support/shopper.js";
import { awake, expect, test } from "../support/test.js";

async function openCandle(shopper, run) {
  await shopper.open(`/p/candle-${run}`);
}

test("a merchant limits what one may buy, and a shopper is told", async ({ shopper, merchant, page, accessible, expected }) => {
  test.setTimeout(180_000);
  expected.push(422);
  const run = newRun();
  await merchant.comeIn();
  await sell(merchant, run);
  const desk = merchant.page;
  await merchant.open("/admin/products");
  await desk.getByRole("link", { name: `Candle ${run}` }).first().click();
  await awake(desk, merchant.hydrated);
  await desk.getByLabel("Units for each customer").fill("two");
  await desk.getByRole("button", { name: "Save limits" }).click();
  await expect(desk.getByRole("alert")).toContainText("Between 1 and 9999");
  await accessible(desk);
  await desk.getByLabel("Units for each customer").fill("2");
  await desk.getByLabel("Of the last so many days").fill("30");
  await desk.getByRole("button", { name: "Save limits" }).click();
  await expect(desk.getByText("The limits are saved.")).toBeVisible();

  await openCandle(shopper, run);
  await expect(page.getByText("At most 2 for each customer within 30 days.")).toBeVisible();
  await expect(page.locator("form.buy input[name=quantity]")).toHaveAttribute("max", "2");
  await shopper.addToCart(2);
  await expectValidHtml(await page.reload());
  await openCandle(shopper, run);
  await page.locator("form.buy").getByRole("button", { name: "Add to cart" }).click();
  // With scripts it is announced as well as shown.
  const refusal = page.locator("main").getByText(`Candle ${run}: At most 2 for each customer within 30 days.`);
  await expect(refusal).toBeVisible();
  await accessible();

  const email = newEmail("limit");
  await shopper.open("/cart");
  await shopper.goToPayment({ email });
  await shopper.pay(CARDS.good);
  await shopper.confirmed();
  // Again, as the same mailbox: told as soon as the address is known.
  await openCandle(shopper, run);
  await shopper.addToCart(1);
  await shopper.press(page.getByRole("link", { name: "Check out" }), /\/checkout\/contact/);
  await page.locator("[name=email]").fill(email);
  await shopper.press(page.getByRole("button", { name: "Continue to address" }), /\/cart$/);
  await expect(page.getByText("You have bought 2 already.")).toBeVisible();
  await accessible();
  await page.getByRole("button", { name: "Accept the changes" }).click();
  await expect(page.getByText("Your cart is empty.")).toBeVisible();
});

test("a cart is shared by a link, put into another cart, and goes as a present", async ({
  shopper,
  merchant,
  page,
  browser,
  baseURL,
  listen,
  hydrated,
  accessible,
  expected,
}) => {
  test.setTimeout(180_000);
  const run = newRun();
  await merchant.comeIn();
  await sell(merchant, run);
  await openCandle(shopper, run);
  await shopper.addToCart(2);
  await shopper.press(page.getByRole("button", { name: "Make a link" }), /\/cart\/shared\//);
  await expectValidHtml(await page.reload());
  await accessible();
  const link = await page.getByLabel("Whoever has this link sees what is below").inputValue();

  const context = await browser.newContext({ baseURL, javaScriptEnabled: hydrated });
  listen(context);
  const friend = await context.newPage();
  await expectValidHtml(await friend.goto(link));
  await expect(friend.getByRole("heading", { name: "A shared cart" })).toBeVisible();
  await accessible(friend);
  await friend.getByRole("button", { name: "Add all to my cart" }).click();
  await friend.waitForURL(/\/cart$/);
  await expect(friend.locator(".line-title", { hasText: `Candle ${run}` })).toBeVisible();

  await shopper.open("/cart");
  await expect(page.getByText("One link works.")).toBeVisible();
  await page.getByRole("button", { name: "Take them back" }).click();
  await expect(page.getByText("One link works.")).toHaveCount(0);
  expected.push(404);
  await friend.goto(link);
  await expect(friend.getByRole("button", { name: "Add all to my cart" })).toHaveCount(0);
  await context.close();

  await shopper.open("/cart");
  const look = async (step) => {
    if (step !== "delivery") return;
    await page.getByLabel(/Message on a card/).fill("Happy birthday!\nAda");
    await accessible();
  };
  await shopper.goToPayment({ email: newEmail("present"), look });
  await shopper.pay(CARDS.good);
  const number = await shopper.confirmed();
  await expect(page.getByRole("heading", { name: "Card of your present" })).toBeVisible();
  await expectValidHtml(await page.reload());
  await merchant.openOrder(number);
  await expect(merchant.page.getByText("Card of the present")).toBeVisible();
  await expect(merchant.page.getByText("Happy birthday!")).toBeVisible();
});

test("a shopper asks to be reminded, and in the account, too", async ({ shopper, merchant, page, accessible }) => {
  test.setTimeout(120_000);
  await merchant.comeIn();
  await merchant.open("/admin/abandoned-carts");
  await merchant.page.getByLabel("Send reminders").check();
  await merchant.page.getByRole("button", { name: "Save" }).click();
  await expect(merchant.page.getByText("The rules for reminders are saved")).toBeVisible();
  await shopper.findProduct();
  await shopper.addToCart();
  await shopper.press(page.getByRole("link", { name: "Check out" }), /\/checkout\/contact/);
  const wanted = page.getByLabel(/Remind me by e-mail/);
  await expect(wanted).not.toBeChecked();
  await page.locator("[name=email]").fill(newEmail("reminded"));
  await wanted.check();
  await accessible();
  await shopper.press(page.getByRole("button", { name: "Continue to address" }), /\/checkout\/address/);
  await shopper.open("/checkout/contact");
  await expect(wanted).toBeChecked();
  await shopper.register(newEmail("account"));
  await shopper.open("/account");
  await expect(wanted).not.toBeChecked();
  await wanted.check();
  await page.getByRole("region", { name: "Reminders" }).getByRole("button", { name: "Save" }).click();
  await page.waitForURL(/\/account/);
  await awake(page, shopper.hydrated);
  await expect(wanted).toBeChecked();
  await expectValidHtml(await page.reload());
  await accessible();
});
