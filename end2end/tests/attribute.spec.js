import { expectValidHtml } from "../support/checks.js";
import { awake, expect, test } from "../support/test.js";

const unique = () => Date.now().toString(36) + Math.floor(Math.random() * 1e6).toString(36);

test("a merchant says what products are like, and shoppers read it and choose by it", async ({
  shopper,
  merchant,
  page,
  accessible,
  hydrated,
}) => {
  test.setTimeout(180_000);
  const run = unique();
  const [glaze, depth] = [`Glaze ${run}`, `Depth ${run}`];
  // Both runs write at the same time: each has a product of its own.
  const [title, slug] = hydrated ? ["Everyday Bowl", "everyday-bowl"] : ["Milk Jug", "milk-jug"];
  await merchant.comeIn();
  const desk = merchant.page;

  // A choice with colours, whose values are put in order before it is saved.
  await merchant.open("/admin/attributes/new?kind=choice");
  await desk.getByLabel("Name").fill(glaze);
  await desk.getByLabel("Value 1", { exact: true }).fill("Gloss");
  await desk.getByLabel("Colour of value 1").fill("#a04030");
  await desk.getByLabel("Value 2", { exact: true }).fill("Matt");
  await desk.getByRole("button", { name: "Move value 2 up" }).click();
  await expect(desk.getByText("This is kept when you save the attribute.")).toBeVisible();
  await awake(desk, hydrated);
  await expect(desk.getByLabel("Value 1", { exact: true })).toHaveValue("Matt");
  await desk.getByRole("button", { name: "Save attribute" }).click();
  await expect(desk.getByText("The attribute is saved.")).toBeVisible();
  await awake(desk, hydrated);
  await expectValidHtml(await merchant.open(new URL(desk.url()).pathname));
  await accessible(desk);

  await merchant.open("/admin/attributes/new?kind=number");
  await desk.getByLabel("Name").fill(depth);
  await desk.getByLabel("Unit").fill("cm");
  await desk.getByRole("button", { name: "Save attribute" }).click();
  await expect(desk.getByText("The attribute is saved.")).toBeVisible();
  await awake(desk, hydrated);

  const product = desk.getByRole("link", { name: title });
  await merchant.openList(`/admin/products?q=${encodeURIComponent(title)}`, product);
  await product.click();
  await awake(desk, hydrated);
  const card = desk.getByRole("region", { name: "Attributes" });
  await card.getByRole("group", { name: glaze }).getByLabel("Gloss").check();
  await card.getByLabel(`${depth} (cm)`).fill("8,5");
  await accessible(desk);
  await desk.getByRole("button", { name: "Save product" }).click();
  await expect(desk.getByText("The product is saved.")).toBeVisible();
  await awake(desk, hydrated);
  await expect(card.getByLabel(`${depth} (cm)`)).toHaveValue("8.5");

  // On its page, and as a filter of its category.
  await shopper.open(`/p/${slug}`);
  const fact = (name) => page.locator(".facts > div", { hasText: name }).locator("dd");
  await expect(fact(glaze)).toHaveText("Gloss");
  await expect(fact(depth)).toHaveText("8.5 cm");
  await expectValidHtml(await shopper.open(`/p/${slug}`));

  await expect(async () => {
    await shopper.open(`/search?attr.${encodeURIComponent(glaze)}=Gloss`);
    await expect(page.locator(".found-count")).toHaveText("1 product", { timeout: 500 });
  }).toPass({ timeout: 20_000 });
  const group = page.getByRole("group", { name: glaze });
  await expect(group.getByRole("checkbox", { name: "Gloss" })).toBeChecked();
  await expect(group.locator("svg.swatch circle")).toHaveAttribute("fill", "#a04030");
  await accessible();
  await page.getByRole("link", { name: `Remove filter: ${glaze}: Gloss` }).click();
  await expect(page.locator(".found-count")).not.toHaveText("1 product");

  // What is deleted is gone from the page.
  for (const name of [glaze, depth]) {
    await merchant.open("/admin/attributes");
    await desk.getByRole("link", { name, exact: true }).click();
    await awake(desk, hydrated);
    await expect(desk.getByText("1 product has a value of it, and loses it.")).toBeVisible();
    await merchant.pressCarefully(desk.getByRole("button", { name: "Delete attribute" }));
    await expect(desk.getByText("The attribute is deleted. 1 product had it.")).toBeVisible();
    await awake(desk, hydrated);
  }
  await shopper.open(`/p/${slug}`);
  await expect(fact(glaze)).toHaveCount(0);
});

test("lists of the demo shop are narrowed down by material and by ranges of height", async ({ shopper, page }) => {
  await shopper.open("/c/table");
  await page.getByRole("group", { name: "Material" }).getByRole("checkbox", { name: "Stoneware" }).check();
  await page.getByRole("button", { name: "Apply" }).click();
  await expect(page.getByRole("link", { name: "Remove filter: Material: Stoneware" })).toBeVisible();
  const heights = page.getByRole("group", { name: "Height" });
  const count = Number(await heights.locator(".count").first().innerText());
  await heights.getByRole("checkbox").first().check();
  await page.getByRole("button", { name: "Apply" }).click();
  await expect(page).toHaveURL(/attr\.Height=/);
  await expect(page.locator(".found-count")).toHaveText(count === 1 ? "1 product" : `${count} products`);
});
