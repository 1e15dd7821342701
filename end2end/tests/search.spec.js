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

test("the field suggests what fits, and the keyboard is enough", async ({ shopper, page, accessible, hydrated }) => {
  test.skip(!hydrated, "without scripts it is a field");
  await page.setViewportSize({ width: 1440, height: 900 });
  await shopper.open("/");
  const box = page.getByRole("combobox", { name: "Search products" });
  const list = page.getByRole("listbox", { name: "Suggestions" });
  await box.pressSequentially("lin");
  await expect(list).toBeVisible();
  await expect(box).toHaveAttribute("aria-expanded", "true");
  await accessible();
  const product = list.getByRole("option").filter({ has: page.locator(".suggestion-price") }).first();
  const title = await product.locator(".suggestion-title").innerText();
  await expect(product.locator("mark")).toHaveText(/^lin$/i);

  // Down to the first product, Enter goes there.
  while ((await product.getAttribute("aria-selected")) !== "true") await box.press("ArrowDown");
  await expect(box).toHaveAttribute("aria-activedescendant", await product.getAttribute("id"));
  await box.press("Enter");
  await expect(page.getByRole("heading", { level: 1 })).toContainText(title);

  // Esc closes the list and keeps what was typed; Enter searches for it.
  await shopper.open("/");
  await box.pressSequentially("linen");
  await expect(list).toBeVisible();
  await box.press("Escape");
  await expect(list).toBeHidden();
  await expect(box).toHaveValue("linen");
  await box.press("Enter");
  await expect(page).toHaveURL(/\/search\?q=linen/);

  // What was looked for is offered again, until it is to be forgotten.
  await shopper.open("/");
  await box.focus();
  await expect(list.getByRole("option", { name: "linen" })).toBeVisible();
  await list.getByRole("option", { name: "Forget what I looked for" }).click();
  await expect(list).toBeHidden();
  await box.blur();
  await box.focus();
  await expect(list).toBeHidden();
});

test("a category is narrowed down, and there is more of it", async ({ shopper, page, hydrated }) => {
  await shopper.open("/search?sort=newest");
  const cards = page.locator(".found-list .card-grid .card");
  await expect(cards).toHaveCount(24);
  if (hydrated) {
    await page.getByRole("button", { name: "Show more" }).click();
    await expect(cards).toHaveCount(48);
    await expect(page.locator(".pager")).toContainText("Page 2 of");
    await expect(cards.nth(24).getByRole("link").first()).toBeFocused();
  } else {
    await page.getByRole("link", { name: "Next page" }).click();
    await expect(page).toHaveURL(/page=2/);
    await expect(cards).toHaveCount(24);
  }

  await shopper.open("/");
  await shopper.press(page.locator(".site-nav a").first(), /\/c\//);
  const before = await cards.count();
  const summary = page.getByText("Filter and sort");
  if (await summary.isVisible()) await summary.click();
  const value = page.locator(".facet input[name^='attr.']").first();
  const count = Number(await value.locator("xpath=../span[@class='count']").innerText());
  await value.check();
  await page.getByRole("button", { name: "Apply" }).click();
  await expect(page).toHaveURL(/attr\./);
  await expect(page.locator(".found-count").first()).toHaveText(new RegExp(`^${count} product`));
  await page.getByRole("link", { name: /^Remove filter/ }).click();
  await expect(cards).toHaveCount(before);
});

test("what the merchant says of words counts in the shop", async ({ merchant, visit }) => {
  await merchant.comeIn();
  const { page } = merchant;
  await merchant.open("/admin/search");
  await page.getByLabel("Words and phrases that mean the same", { exact: false }).fill("beaker, mug");
  await page.getByRole("button", { name: "Add line" }).click();
  await expect(page.getByRole("status")).toContainText("they mean the same");
  await visit("/search?q=beaker");
  await merchant.open("/admin/search?try=beaker");
  await expect(page.locator(".explained li").first()).toBeVisible();
  await page.getByRole("button", { name: "Remove beaker, mug" }).click();
  await expect(page.getByRole("status")).toContainText("removed");
});
