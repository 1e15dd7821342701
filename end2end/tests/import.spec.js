import { readFileSync } from "node:fs";
import { expect, test } from "../support/test.js";

const FILE = readFileSync(new URL("../fixtures/products.csv", import.meta.url), "utf8");

test("a merchant imports a file: checked first, good products whole, bad ones not at all, twice the same, and takes it back", async ({
  shopper,
  merchant,
  page,
  accessible,
  expected,
}) => {
  // Handles of its own, so that every run of the story starts from a shop that does not know them.
  const run = Date.now().toString(36) + Math.floor(Math.random() * 1e6).toString(36);
  const upload = { name: "products.csv", mimeType: "text/csv", buffer: Buffer.from(FILE.replaceAll("RUN", run)) };
  expected.push(404);

  await merchant.comeIn();
  const desk = merchant.page;
  const count = (label) => desk.locator(".facts div", { hasText: label }).locator("dd");
  const product = (handle) => desk.locator("tr", { has: desk.locator("th") }).filter({ hasText: `${handle}-${run}` });
  const upload_it = async () => {
    await merchant.open("/admin/import");
    await desk.getByLabel("CSV file").setInputFiles(upload);
    await desk.getByRole("button", { name: "Upload" }).click();
    await expect(desk.getByRole("heading", { name: "Read as a product file of Shopify" })).toBeVisible();
  };
  const check = async () => {
    await upload_it();
    await desk.getByRole("button", { name: "Check the file" }).click();
    await expect(desk.getByRole("heading", { name: "Nothing is written yet" })).toBeVisible({ timeout: 30_000 });
  };

  await upload_it();
  await expect(desk.getByLabel("Column Title is read as")).toHaveValue("Title");
  await expect(desk.getByLabel("Column Google Shopping / Condition is read as")).toHaveValue("");
  await accessible(desk);

  await check();
  await expect(count("Rows read")).toHaveText("5");
  await expect(count("New")).toHaveText("2");
  await expect(count("Refused")).toHaveText("1");
  // By line, the header being the first and a cell with a line break taking two, and by column.
  const problems = desk.locator("section", { has: desk.getByRole("heading", { name: "What is wrong in the file" }) });
  await expect(problems.locator("tbody tr", { hasText: "Variant Inventory Qty" })).toContainText("7");
  await expect(problems.locator("tbody tr", { hasText: "Variant Price" })).toContainText('"12o.00"');
  const errors = await desk.request.get(await desk.getByRole("link", { name: "Download the errors" }).getAttribute("href"));
  expect(await errors.text()).toContain("7,Variant Price,");
  await accessible(desk);
  expect((await shopper.open(`/p/harbour-lantern-${run}`)).status(), "a check writes nothing").toBe(404);

  await desk.getByRole("button", { name: "Import 2 products" }).click();
  await expect(desk.getByRole("heading", { name: "The import is done" })).toBeVisible({ timeout: 30_000 });
  const first = desk.url();
  await desk.locator("summary", { hasText: "2 products" }).click();
  await expect(product("harbour-lantern")).toContainText("New");
  await accessible(desk);

  // What was taken can be bought, as the file says; what was refused is nowhere.
  expect((await shopper.open(`/p/tide-clock-${run}`)).status()).toBe(404);
  await shopper.open(`/p/harbour-lantern-${run}`);
  await expect(page.locator("main")).toContainText('"storm-proof" by its maker\'s word');
  await expect(page.locator("main")).not.toContainText("alert(1)");
  await expect(page.locator("main")).toContainText("34.50");
  await shopper.addToCart(2);
  await expect(page.locator("main")).toContainText("69.00");

  await check();
  await expect(count("New")).toHaveText("0");
  await expect(count("Unchanged")).toHaveText("2");
  await expect(desk.getByText("There is nothing to import from this file.")).toBeVisible();

  // What the shop gives away names what it took, and the history leads back to the import.
  const file = await desk.request.get("/admin/import/export?format=woocommerce");
  expect(await file.text()).toContain(`Harbour lantern ${run}`);
  await merchant.open("/admin/import");
  await accessible(desk);
  await expect(desk.locator("tbody tr", { hasText: "products.csv" }).first()).toContainText("Checked");
  await merchant.open(new URL(first).pathname);
  await desk.getByRole("button", { name: "Take this import back" }).click();
  await expect(desk.getByRole("heading", { name: "The import is taken back" })).toBeVisible({ timeout: 30_000 });
  await expect(count("Removed")).toHaveText("2");
  await accessible(desk);
  expect((await shopper.open(`/p/rope-doormat-${run}`)).status()).toBe(404);
});
