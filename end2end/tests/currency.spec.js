import { expectValidHtml } from "../support/checks.js";
import { CARDS, newEmail } from "../support/shopper.js";
import { expect, test } from "../support/test.js";

// Both runs of the story change the one shop, so each has a currency of its own.
const CURRENCIES = {
  plain: { code: "JPY", rate: "162.5", step: "10", sign: "¥", part: "100" },
  hydrated: { code: "SEK", rate: "11.5", step: "1.00", sign: "SEK", part: "10.00" },
};

test("a merchant has prices converted, a shopper chooses the currency, pays in it and is refunded in it", async ({
  shopper,
  merchant,
  page,
  hydrated,
  accessible,
  expected,
}) => {
  test.setTimeout(240_000);
  expected.push(422);
  const { code, rate, step, sign, part } = CURRENCIES[hydrated ? "hydrated" : "plain"];
  await merchant.comeIn();
  const desk = merchant.page;
  await merchant.open("/admin/currencies");
  await desk.getByLabel("Currency", { exact: true }).selectOption(code);
  await desk.getByRole("button", { name: "Sell in it" }).click();
  await expect(desk.getByRole("heading", { level: 1 })).toHaveText(`Prices in ${code}`);
  await desk.getByLabel("Prices", { exact: true }).selectOption("converted");
  await desk.getByLabel(`Units of ${code} for 1 EUR`).fill("a lot");
  await desk.getByLabel("Where it comes from").fill("Central bank");
  await desk.getByLabel("Prices are multiples of").fill(step);
  await desk.getByLabel("Rounded").selectOption("up");
  await desk.getByRole("button", { name: "Save" }).click();
  await expect(desk.getByRole("link", { name: "Enter a rate like 1.0850." })).toBeVisible();
  await expect(desk.getByLabel("Where it comes from")).toHaveValue("Central bank");
  await accessible(desk);
  await desk.getByLabel(`Units of ${code} for 1 EUR`).fill(rate);
  await desk.getByRole("button", { name: "Save" }).click();
  await expect(desk.getByText("Saved. Prices follow within moments.")).toBeVisible();
  await expectValidHtml(await desk.reload());
  await accessible(desk);
  const row = desk.getByRole("row", { name: new RegExp(`^${code}`) });
  await expect(async () => {
    await merchant.open("/admin/currencies");
    await expect(row).toContainText("Converted from EUR", { timeout: 500 });
  }).toPass();
  await expectValidHtml(await desk.reload());
  await accessible(desk);

  await shopper.open("/p/morning-mug?stars=5");
  await expect(page.locator("main")).toContainText("€");
  const choice = page.getByRole("form", { name: "Currency", exact: true });
  await choice.getByRole("combobox").selectOption(code);
  await shopper.press(choice.getByRole("button", { name: "Change" }), /\/p\/morning-mug\?stars=5$/);
  await expect(page.locator("form.buy")).toBeVisible();
  await expect(page.locator("main .price").first()).toContainText(sign);
  await expectValidHtml(await page.reload());
  await accessible();
  await shopper.open("/p/morning-mug");
  await shopper.addToCart();
  const summary = page.getByRole("region", { name: "Summary" });
  await expect(summary).toContainText(sign);
  await expect(summary).not.toContainText("€");
  await shopper.goToPayment({ email: newEmail("currency") });
  await shopper.pay(CARDS.good);
  const number = await shopper.confirmed();
  await expect(page.locator("main")).toContainText(sign);

  await merchant.openOrder(number);
  await desk.getByText("Refund", { exact: true }).first().click();
  await desk.getByLabel(/^Amount in/).fill(part);
  await merchant.pressCarefully(desk.getByRole("button", { name: "Refund", exact: true }));
  await expect(desk.getByText("The refund is on its way.")).toBeVisible();
  await expect(desk.locator("main")).toContainText(sign);
});
