import { expectValidHtml } from "../support/checks.js";
import { newRun } from "../support/sell.js";
import { CARDS, HOME, newEmail } from "../support/shopper.js";
import { expect, test } from "../support/test.js";

test("a merchant gives a gift card, a shopper pays with it, and a part goes back onto it", async ({
  shopper,
  merchant,
  page,
  accessible,
  expected,
}) => {
  test.setTimeout(180_000);
  expected.push(422);
  await merchant.comeIn();
  const desk = merchant.page;
  await merchant.open("/admin/gift-cards");
  await desk.getByLabel("Value").fill("5.00");
  await desk.getByLabel("Reason").fill("A thank you");
  await desk.getByRole("button", { name: "Make the card" }).click();
  const shown = desk.getByText(/The code of the card is/);
  await expect(shown).toBeVisible();
  const code = /[0-9A-Z]{4}(-[0-9A-Z]{4}){3}/.exec(await shown.innerText())[0];
  const card = new URL(desk.url()).pathname;
  await expectValidHtml(await desk.reload());
  await accessible(desk);
  await expect(shown).toHaveCount(0);

  await shopper.findProduct();
  await shopper.addToCart();
  await page.getByText("Use a gift card").click();
  await page.getByLabel("Gift card code").fill("nothing of the kind");
  await page.getByRole("button", { name: "Apply" }).click();
  await expect(page.getByText("There is no such gift card.")).toBeVisible();
  await accessible();
  await page.getByLabel("Gift card code").fill(code.toLowerCase().replaceAll("-", " "));
  await page.getByRole("button", { name: "Apply" }).click();
  const label = `Gift card ····${code.slice(-4)}`;
  const summary = page.getByRole("region", { name: "Summary" });
  await expect(summary).toContainText(label);
  await expect(summary).toContainText("−€5.00");
  await expectValidHtml(await page.reload());
  await accessible();
  await shopper.goToPayment({ email: newEmail("gift") });
  await expect(page.getByRole("region", { name: "Your order" })).toContainText("To pay");
  await accessible();
  await shopper.pay(CARDS.good);
  const number = await shopper.confirmed();
  await expect(summary).toContainText(label);

  await merchant.openOrder(number);
  await desk.getByText("Refund", { exact: true }).first().click();
  await desk.getByLabel("Back to").selectOption({ label: `${label}, at most €5.00` });
  await desk.getByLabel(/^Amount in/).fill("2.00");
  await accessible(desk);
  await merchant.pressCarefully(desk.getByRole("button", { name: "Refund", exact: true }));
  await expect(desk.getByText("The refund is on its way.")).toBeVisible();
  await merchant.open(card);
  await expect(desk.getByRole("region", { name: "Book of the card" })).toContainText("Given back");
  await accessible(desk);
});

test("a gift card is sold, mailed to whom it is for, and taken back before its price goes back", async ({
  shopper,
  merchant,
  page,
  accessible,
  expected,
}) => {
  test.setTimeout(180_000);
  expected.push(422);
  const [run, friend] = [newRun(), newEmail("friend")];
  await merchant.comeIn();
  const desk = merchant.page;
  await merchant.open("/admin/products/new");
  await desk.getByLabel("Title").first().fill(`Voucher ${run}`);
  await desk.getByLabel("Status").selectOption("published");
  await desk.getByLabel("SKU, row 1").fill(`VOUCHER-${run}`);
  await desk.getByLabel("Price EUR, row 1").fill("25");
  await desk.getByLabel("What it is").selectOption("Gift card");
  await accessible(desk);
  await desk.getByRole("button", { name: "Save product" }).click();
  await expect(desk.getByText("The product is saved.")).toBeVisible();
  await expect(desk.getByLabel("What it is")).toHaveValue("gift_card");

  await shopper.open(`/p/voucher-${run}`);
  await shopper.addToCart();
  await shopper.press(page.getByRole("link", { name: "Check out" }), /\/checkout\/contact/);
  await page.locator("[name=email]").fill(newEmail("buyer"));
  await page.getByLabel("Your words to go with it").fill("Happy birthday!");
  await page.getByRole("button", { name: "Continue to address" }).click();
  await expect(page.getByText("Enter whom your words are for.").first()).toBeVisible();
  await accessible();
  await page.getByLabel("Send it to").fill(friend);
  await shopper.press(page.getByRole("button", { name: "Continue to address" }), /\/checkout\/address/);
  await shopper.fillAddress(HOME);
  await accessible();
  await shopper.press(page.getByRole("button", { name: "Continue to payment" }), /\/checkout\/payment/);
  await expectValidHtml(await page.reload());
  await accessible();
  await shopper.pay(CARDS.good);
  const number = await shopper.confirmed();
  const cards = page.getByRole("region", { name: "Gift cards" });
  await expect(async () => {
    await page.reload();
    await expect(cards).toContainText(`over €25.00, mailed to ${friend}`, { timeout: 1_000 });
  }).toPass({ timeout: 30_000 });
  await expectValidHtml(await page.reload());
  await accessible();

  await merchant.openOrder(number);
  await desk.getByText("Refund", { exact: true }).first().click();
  await desk.getByLabel(/^Amount in/).fill("25.00");
  await merchant.pressCarefully(desk.getByRole("button", { name: "Refund", exact: true }));
  await expect(desk.getByText(/is on gift cards that were bought with it/).first()).toBeVisible();
  await accessible(desk);
  await merchant.open(await desk.getByRole("region", { name: "Gift cards" }).getByRole("link").first().getAttribute("href"));
  await merchant.pressCarefully(desk.getByRole("button", { name: "Take €25.00 back" }));
  await expect(desk.getByText("The card is taken back.")).toBeVisible();
  await accessible(desk);
  await merchant.openOrder(number);
  await desk.getByText("Refund", { exact: true }).first().click();
  await desk.getByLabel(/^Amount in/).fill("25.00");
  await merchant.pressCarefully(desk.getByRole("button", { name: "Refund", exact: true }));
  await expect(desk.getByText("The refund is on its way.")).toBeVisible();
});
