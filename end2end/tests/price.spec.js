import { expectValidHtml } from "../support/checks.js";
import { newRun, sell } from "../support/sell.js";
import { expect, test } from "../support/test.js";

test("a merchant makes a quantity break, and a shopper sees it on the page and in the cart", async ({
  shopper,
  merchant,
  page,
  accessible,
  expected,
}) => {
  test.setTimeout(180_000);
  expected.push(422);
  const run = newRun();
  await merchant.comeIn();
  const desk = merchant.page;
  await sell(merchant, run);

  await merchant.open("/admin/price-lists/new");
  await desk.getByLabel("Title").fill(`Candles ${run}`);
  await desk.getByRole("button", { name: "Save list" }).click();
  await expect(desk.getByText("The list is saved.")).toBeVisible();
  await desk.getByLabel("Lines", { exact: true }).fill(`CANDLE-${run},EUR,0,18`);
  await desk.getByRole("button", { name: "Take over the lines" }).click();
  await expect(desk.getByRole("alert")).toContainText("Line 1, min quantity");
  await accessible(desk);
  await desk.getByLabel("Lines", { exact: true }).fill(`CANDLE-${run},EUR,10,18`);
  await desk.getByRole("button", { name: "Take over the lines" }).click();
  await expect(desk.getByText("One price is taken over.")).toBeVisible();
  await expectValidHtml(await desk.reload());
  await accessible(desk);

  await expectValidHtml(await shopper.open(`/p/candle-${run}`));
  await expect(page.getByRole("table", { name: "Cheaper in quantity" })).toContainText("From 10 pieces");
  await accessible();
  await shopper.addToCart(12);
  await expect(page.locator("main")).toContainText("€18.00 each, the price from 10 pieces");
  await expect(page.locator("main")).toContainText("€216.00");
});

test("a sale lowers prices and puts them back when it is cancelled", async ({ shopper, merchant, page, accessible }) => {
  test.setTimeout(180_000);
  const run = newRun();
  await merchant.comeIn();
  const desk = merchant.page;
  await sell(merchant, run);

  await merchant.open("/admin/sales/new");
  await desk.getByLabel("Title").fill(`Candles ${run}`);
  await desk.getByLabel("The sale is about").selectOption("products");
  await desk.getByLabel("Percent off").fill("20");
  await desk.getByLabel("Products, by SKU").fill(`CANDLE-${run}`);
  await desk.getByLabel("From (UTC)").fill("2026-01-01T00:00");
  await desk.getByRole("button", { name: "Save as draft" }).click();
  const preview = desk.getByRole("region", { name: "Preview" });
  await expect(preview).toContainText("one price");
  await expect(preview).toContainText("€16.00");
  await accessible(desk);
  await desk.getByRole("button", { name: "Save and schedule" }).click();
  const address = desk.url();

  const price = page.locator(".buy-box .price");
  await expect(async () => {
    await shopper.open(`/p/candle-${run}`);
    await expect(price).toContainText("€16.00");
  }).toPass({ timeout: 60_000, intervals: [1_000] });
  await expect(price).toContainText("€20.00");

  await expectValidHtml(await merchant.open(new URL(address).pathname));
  await expect(desk.locator("main")).toContainText("Held by the sale");
  await accessible(desk);
  await merchant.pressCarefully(desk.getByRole("button", { name: "Cancel the sale" }));
  await expect(async () => {
    await shopper.open(`/p/candle-${run}`);
    await expect(price).not.toContainText("€16.00");
  }).toPass({ timeout: 60_000, intervals: [1_000] });
  await expect(price).toContainText("€20.00");
});
