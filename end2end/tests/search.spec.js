import { expect, test } from "../support/test.js";

test("a shopper searches, narrows and finds", async ({ shopper, page }) => {
  await shopper.open("/");
  const box = page.getByRole("search", { name: "Site" }).getByLabel("Search products");
  await box.fill("linen");
  await box.press("Enter");
  await expect(page).toHaveURL(/\/search\?q=linen/);
  await expect(page.getByRole("heading", { level: 1 })).toContainText("linen");
  const cards = page.locator(".card-grid .card");
  const before = await cards.count();
  expect(before).toBeGreaterThan(1);

  // Filters are a plain form: what is chosen stands in the address and can be taken back.
  const category = page.getByRole("group", { name: "Category" }).getByRole("checkbox").last();
  const name = await category.getAttribute("value");
  await category.check();
  await page.getByLabel("Sort by").selectOption("price_low");
  await page.getByRole("button", { name: "Apply" }).click();
  await expect(page).toHaveURL(new RegExp(`sort=price_low.*category=${name}`));
  expect(await cards.count()).toBeLessThanOrEqual(before);
  await page.getByRole("link", { name: /^Remove filter/ }).click();
  await expect(page).not.toHaveURL(/category=/);
  await expect(cards).toHaveCount(before);

  const title = await cards.first().getByRole("link").first().innerText();
  await cards.first().getByRole("link").first().click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText(title.trim());
});

test("a misspelt word finds what comes close, and nonsense says what to do", async ({ shopper, page }) => {
  await shopper.open("/search?q=linnen");
  await expect(page.locator("main")).toContainText("Here is what comes close");
  expect(await page.locator(".card-grid .card").count()).toBeGreaterThan(0);
  await shopper.open("/search?q=xyzzyx");
  await expect(page.getByRole("heading", { name: "Nothing found" })).toBeVisible();
  await expect(page.getByLabel("Search products").last()).toHaveValue("xyzzyx");
});

test("a price that cannot be read is named and kept", async ({ shopper, page, expected }) => {
  expected.push(422);
  await shopper.open("/search?q=linen&price_from=cheap&price_to=40");
  await expect(page.getByRole("alert")).toContainText("Enter an amount");
  await expect(page.getByRole("textbox", { name: "From" })).toHaveValue("cheap");
  await expect(page.getByRole("textbox", { name: "To" })).toHaveValue("40");
  expect(await page.locator(".card-grid .card").count(), "found without the price").toBeGreaterThan(0);
});
