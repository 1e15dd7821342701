import { expect, test } from "../support/test.js";

test("a product is published by itself when its time has come", async ({ shopper, merchant, page, expected }) => {
  test.setTimeout(180_000);
  expected.push(404, 422);
  const run = Date.now().toString(36) + Math.floor(Math.random() * 1e6).toString(36);
  await merchant.comeIn();
  const desk = merchant.page;
  await merchant.open("/admin/products/new");
  await desk.getByLabel("Title").first().fill(`Tide table ${run}`);
  await desk.getByLabel("SKU, row 1").fill(`TIDE-${run}`);
  await desk.getByLabel("Price EUR, row 1").fill("12");
  await desk.getByLabel("Publish later, at (UTC)").fill("2020-01-01T00:00");
  await desk.getByRole("button", { name: "Save product" }).click();
  await expect(desk.getByRole("alert")).toContainText("This time is over");
  // The field holds whole minutes, so it may take a little more than one.
  const soon = new Date(Date.now() + 70_000).toISOString().slice(0, 16);
  await desk.getByLabel("Publish later, at (UTC)").fill(soon);
  await desk.getByRole("button", { name: "Save product" }).click();
  await expect(desk.getByText("The product is saved.")).toBeVisible();
  await merchant.open("/admin/products?status=scheduled");
  await expect(desk.locator("tr", { hasText: `Tide table ${run}` })).toContainText("Scheduled");
  expect((await shopper.open(`/p/tide-table-${run}`)).status()).toBe(404);
  await expect(async () => {
    expect((await shopper.open(`/p/tide-table-${run}`)).status()).toBe(200);
  }).toPass({ timeout: 120_000, intervals: [5_000] });
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(`Tide table ${run}`);
});
