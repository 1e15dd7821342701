import { expect } from "./test.js";

// Sets apart what one run of a story makes.
export const newRun = () => Date.now().toString(36) + Math.floor(Math.random() * 1e6).toString(36);

// Publishes a candle at 20 euros that never sells out, or of which there are so many `units`.
export async function sell(merchant, run, units) {
  const desk = merchant.page;
  await merchant.open("/admin/products/new");
  await desk.getByLabel("Title").first().fill(`Candle ${run}`);
  await desk.getByLabel("Status").selectOption("published");
  await desk.getByLabel("SKU, row 1").fill(`CANDLE-${run}`);
  await desk.getByLabel("Price EUR, row 1").fill("20");
  if (units === undefined) await desk.getByLabel("Count stock, row 1").uncheck();
  await desk.getByRole("button", { name: "Save product" }).click();
  await expect(desk.getByText("The product is saved.")).toBeVisible();
  if (units === undefined) return;
  await merchant.open(`/admin/inventory/CANDLE-${run}`);
  await desk.getByLabel("Change, in units").fill(String(units));
  await desk.getByRole("button", { name: "Adjust stock" }).click();
  await expect(desk.getByText(`${units} on hand in`)).toBeVisible();
}
