import { expectValidHtml } from "../support/checks.js";
import { newRun, sell } from "../support/sell.js";
import { expect, test } from "../support/test.js";

test("a merchant makes a discount with a code, tries it out, and a shopper has it once", async ({
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

  await merchant.open("/admin/discounts/new");
  await desk.getByLabel("Title").fill(`Candle days ${run}`);
  await desk.getByLabel("Percent").fill("25");
  await desk.getByLabel("Products, by SKU").fill(`CANDLE-${run}`);
  await desk.getByLabel("Uses in all").fill("1");
  await accessible(desk);
  await desk.getByRole("button", { name: "Save and activate" }).click();
  await expect(desk.getByText("The discount is saved.")).toBeVisible();
  await desk.getByLabel("Code", { exact: true }).fill(`candle-${run}`);
  await desk.getByRole("button", { name: "Add code" }).click();
  await expect(desk.getByText("The code is added.")).toBeVisible();
  await expectValidHtml(await desk.reload());
  await accessible(desk);

  await merchant.open("/admin/discounts/try");
  await desk.getByLabel("Products").fill(`CANDLE-${run} 2`);
  await desk.getByLabel("Code", { exact: true }).fill(`CANDLE-${run}`);
  await desk.getByRole("button", { name: "Work it out" }).click();
  const outcome = desk.getByRole("region", { name: "What became of each discount" });
  await expect(outcome.getByRole("row", { name: `Candle days ${run}` })).toContainText("Applies €10.00");
  await expectValidHtml(await desk.reload());
  await accessible(desk);

  await shopper.open(`/p/candle-${run}`);
  await shopper.addToCart(2);
  await page.getByText("Add a code").click();
  await page.getByLabel("Discount code").fill("nothing of the kind");
  await page.getByRole("button", { name: "Apply" }).click();
  await expect(page.getByText("There is no such code.")).toBeVisible();
  await accessible();
  await page.getByLabel("Discount code").fill(`candle-${run}`);
  await page.getByRole("button", { name: "Apply" }).click();
  const summary = page.getByRole("region", { name: "Summary" });
  await expect(summary).toContainText(`Candle days ${run}`);
  await expect(summary).toContainText("−€10.00");
  await expect(summary).toContainText("€30.00");
  await expectValidHtml(await page.reload());
  await accessible();
  await page.getByRole("button", { name: `Remove the code CANDLE-${run.toUpperCase()}` }).click();
  await expect(summary).not.toContainText(`Candle days ${run}`);
});
