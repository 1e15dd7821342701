import { expectValidHtml } from "../support/checks.js";
import { newRun, sell } from "../support/sell.js";
import { expect, test } from "../support/test.js";

test("a merchant fills in a table, sees the differences, and types over a price in the list", async ({
  merchant,
  accessible,
  expected,
}, info) => {
  test.setTimeout(180_000);
  expected.push(422);
  const run = newRun();
  await merchant.comeIn();
  const desk = merchant.page;
  await sell(merchant, run);

  const tick = desk.getByRole("checkbox", { name: `Tick Candle ${run}` });
  await merchant.openList(`/admin/products?q=Candle+${run}`, tick);
  await tick.check();
  await desk.getByRole("button", { name: "Edit ticked as a table" }).click();
  await expect(desk.getByRole("heading", { level: 1 })).toHaveText("1 product as a table");
  await expectValidHtml(await desk.reload());
  await accessible(desk);
  const cell = (heading) => desk.getByLabel(`${heading} of CANDLE-${run}`, { exact: true });
  await cell("Price").fill("dear");
  await desk.getByRole("button", { name: "Show the differences" }).click();
  await expect(desk.getByRole("alert")).toContainText("is no amount");
  await expect(cell("Price")).toHaveValue("dear");
  await accessible(desk);

  if (info.project.name.startsWith("hydrated")) {
    // Cells of a spreadsheet, pasted where the cursor is.
    await cell("Price").evaluate((field) => {
      const data = new DataTransfer();
      data.setData("text/plain", "18.50\t22\t7\r\n");
      field.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
    });
  } else {
    const table = `SKU\tPrice\tPrice before\tCost\nCANDLE-${run}\t18.50\t22\t7`;
    await desk.getByLabel("Table with a first line of column names").fill(table);
    await desk.getByRole("button", { name: "Fill in" }).click();
    await expect(desk.getByRole("status")).toContainText("3 cells are filled in");
  }
  await expect(cell("Price before")).toHaveValue("22");
  await expect(cell("Cost")).toHaveValue("7");
  await desk.getByRole("button", { name: "Show the differences" }).click();
  const apply = desk.getByRole("button", { name: "Change 1 product" });
  await expect(apply).toBeVisible({ timeout: 30_000 });
  await expect(desk.getByRole("table")).toContainText(`Cost of CANDLE-${run}: none → 7.00`);
  await apply.click();
  await expect(desk.getByRole("button", { name: "Undo the change of 1 product" })).toBeVisible({ timeout: 30_000 });

  await merchant.open(`/admin/products?q=Candle+${run}`);
  await desk.getByRole("link", { name: "Type over prices and stock" }).click();
  const price = desk.getByLabel(`Price of Candle ${run}`);
  await expect(price).toHaveValue("18.50");
  await expectValidHtml(await desk.reload());
  await accessible(desk);
  await price.fill("19,99");
  await desk.getByRole("button", { name: "Save prices and stock" }).click();
  await expect(desk.getByText("1 cell is saved.")).toBeVisible();
  await expect(price).toHaveValue("19.99");
});
