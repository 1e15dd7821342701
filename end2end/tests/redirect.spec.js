import { expect, test } from "../support/test.js";

test("a merchant gives a product another address, and the old link still leads there", async ({
  shopper,
  merchant,
  page,
  accessible,
  expected,
}) => {
  expected.push(404, 422);
  const run = Date.now().toString(36) + Math.floor(Math.random() * 1e6).toString(36);
  await merchant.comeIn();
  const desk = merchant.page;

  await merchant.open("/admin/products/new");
  await desk.getByLabel("Title").first().fill(`Harbour bell ${run}`);
  await desk.getByLabel("Address in the shop").fill(`harbour-bell-${run}`);
  await desk.getByLabel("Status").selectOption("published");
  await desk.getByLabel("SKU, row 1").fill(`BELL-${run}`);
  await desk.getByLabel("Price EUR, row 1").fill("45");
  await desk.getByLabel("Count stock, row 1").uncheck();
  await desk.getByRole("button", { name: "Save product" }).click();
  await expect(desk.getByText("The product is saved.")).toBeVisible();

  await desk.getByLabel("Address in the shop").fill(`ship-bell-${run}`);
  await desk.getByLabel("Price EUR, row 1").fill("39");
  await desk.getByLabel("Price before EUR, row 1").fill("45");
  await desk.getByRole("button", { name: "Save product" }).click();
  await expect(desk.getByText("The product is saved.")).toBeVisible();

  // Somebody follows an old link from a newsletter.
  await shopper.open(`/p/harbour-bell-${run}?variant=BELL-${run}`);
  await expect(page).toHaveURL(new RegExp(`/p/ship-bell-${run}\\?variant=BELL-${run}$`));
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(`Harbour bell ${run}`);
  await expect(page.locator("main")).toContainText("Lowest price in the last 30 days: €45.00");
  await accessible();

  // Another old link leads nowhere until the merchant sees it and mends it.
  expect((await shopper.open(`/bells/${run}`)).status()).toBe(404);
  await merchant.open("/admin/redirects/missing");
  await desk.getByRole("link", { name: `Make redirect from /bells/${run}` }).click();
  await expect(desk.getByLabel("Old address")).toHaveValue(`/bells/${run}`);
  await desk.getByLabel("New address").fill("https://elsewhere.example/");
  await desk.getByRole("button", { name: "Add redirect" }).click();
  await expect(desk.getByRole("alert")).toContainText("An address of this shop, please");
  await accessible(desk);
  await desk.getByLabel("New address").fill(`/p/harbour-bell-${run}`);
  await desk.getByRole("button", { name: "Add redirect" }).click();
  await expect(desk.getByText("The redirect is in force.")).toBeVisible();
  await shopper.open(`/bells/${run}`);
  await expect(page).toHaveURL(new RegExp(`/p/ship-bell-${run}$`));

  await merchant.open(`/admin/redirects?q=${run}`);
  const row = desk.locator("tr", { hasText: `/bells/${run}` });
  await expect(row).toContainText("By hand");
  await expect(row.locator(".num")).toHaveText("1");
  await accessible(desk);
  await merchant.pressCarefully(row.getByRole("button", { name: "Delete" }));
  await expect(desk.getByText("The redirect is deleted.")).toBeVisible();
  expect((await shopper.open(`/bells/${run}`)).status()).toBe(404);
});
