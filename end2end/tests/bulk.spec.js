import { expectValidHtml } from "../support/checks.js";
import { newRun, sell } from "../support/sell.js";
import { expect, test } from "../support/test.js";

test("a merchant lowers prices of what a search finds, sees each difference, and takes it back", async ({
  merchant,
  shopper,
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

  const tick = desk.getByRole("checkbox", { name: `Tick Candle ${run}` });
  await merchant.openList(`/admin/products?q=Candle+${run}`, tick);
  await expectValidHtml(await desk.reload());
  await accessible(desk);
  await tick.check();
  await desk.getByRole("button", { name: "Edit ticked products" }).click();
  await expect(desk.getByRole("heading", { level: 1 })).toHaveText("Edit 1 product");
  await desk.getByLabel("Price", { exact: true }).selectOption("lower_percent");
  await desk.getByLabel("By or to").fill("a quarter");
  await desk.getByRole("button", { name: "Show the differences" }).click();
  await expect(desk.getByRole("alert")).toContainText("Enter a percentage like 10 or 12.5.");
  await accessible(desk);
  await desk.getByLabel("By or to").fill("25");
  await desk.getByLabel("Price before").selectOption("former");
  await desk.getByRole("button", { name: "Show the differences" }).click();

  // The page looks again by itself until the worker is done.
  const apply = desk.getByRole("button", { name: "Change 1 product" });
  await expect(apply).toBeVisible({ timeout: 30_000 });
  await expect(desk.getByRole("table")).toContainText(`Price of CANDLE-${run} in EUR: 20.00 → 15.00`);
  await expectValidHtml(await desk.reload());
  await accessible(desk);
  await apply.click();
  const undo = desk.getByRole("button", { name: "Undo the change of 1 product" });
  await expect(undo).toBeVisible({ timeout: 30_000 });
  await accessible(desk);
  const price = page.locator(".buy-box .price");
  await shopper.open(`/p/candle-${run}`);
  await expect(price).toContainText("€15.00");
  await undo.click();
  await expect(desk.getByRole("heading", { name: "The changes are taken back" })).toBeVisible({ timeout: 30_000 });
  await shopper.open(`/p/candle-${run}`);
  await expect(price).toContainText("€20.00");
  await expect(price).not.toContainText("€15.00");
});
