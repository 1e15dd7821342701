import { expectValidHtml } from "../support/checks.js";
import { awake, expect, test } from "../support/test.js";

const unique = () => Date.now().toString(36) + Math.floor(Math.random() * 1e6).toString(36);

test("a merchant arranges categories by buttons and by dragging, and shoppers find their way by it", async ({
  shopper,
  merchant,
  page,
  accessible,
  hydrated,
}) => {
  test.setTimeout(180_000);
  const run = unique();
  await merchant.comeIn();
  const desk = merchant.page;
  const add = async (title, parent) => {
    await merchant.open("/admin/categories/new");
    await desk.getByLabel("Title").first().fill(title);
    await desk.getByLabel("Stands below").selectOption({ label: parent });
    await desk.getByRole("button", { name: "Save category" }).click();
    await expect(desk.getByText("The category is saved.")).toBeVisible();
    await awake(desk, hydrated);
  };
  const [shed, nets, bulbs] = [`Shed ${run}`, `Nets ${run}`, `Bulbs ${run}`];
  await add(shed, "Garden");
  await add(nets, `– ${shed}`);
  await add(bulbs, `– ${shed}`);
  const row = (title) => desk.locator(".branch", { has: desk.getByRole("link", { name: title, exact: true }) });
  const rows = desk.locator(".branch-text > a", { hasText: run });

  await expect(rows).toHaveText([shed, nets, bulbs]);
  await desk.getByRole("button", { name: `Move up: ${bulbs}` }).click();
  await expect(desk.getByText("The category is moved.")).toBeVisible();
  await awake(desk, hydrated);
  await expect(rows).toHaveText([shed, bulbs, nets]);
  await expectValidHtml(await merchant.open("/admin/categories"));
  await accessible(desk);

  if (hydrated) {
    // Dropped on the upper edge of the other, and back.
    await row(nets).dragTo(row(bulbs), { targetPosition: { x: 200, y: 4 } });
    await expect(rows).toHaveText([shed, nets, bulbs]);
    await awake(desk, hydrated);
    await row(bulbs).dragTo(row(nets), { targetPosition: { x: 200, y: 4 } });
    await expect(rows).toHaveText([shed, bulbs, nets]);
    await awake(desk, hydrated);
    // Into it.
    const middle = (await row(bulbs).boundingBox()).height / 2;
    await row(nets).dragTo(row(bulbs), { targetPosition: { x: 200, y: middle } });
  } else {
    await desk.getByRole("button", { name: `Move into the category above it: ${nets}` }).click();
  }
  await expect(row(nets)).toHaveClass(/depth-3/);

  await shopper.open(`/c/shed-${run}`);
  const below = page.getByRole("navigation", { name: "Subcategories" }).getByRole("link");
  await expect(below).toHaveText([bulbs]);
  await below.first().click();
  await expect(below).toHaveText([nets]);
  await below.first().click();
  await expect(page.getByRole("navigation", { name: "Breadcrumb" }).getByRole("listitem")).toHaveText([
    "Home",
    "Garden",
    shed,
    bulbs,
    nets,
  ]);

  // The editor: another address, and away with it.
  await awake(desk, hydrated);
  await row(nets).getByRole("link", { name: nets, exact: true }).click();
  await expect(desk.getByRole("heading", { level: 1 })).toHaveText(nets);
  await expectValidHtml(await merchant.open(desk.url()));
  await accessible(desk);
  await merchant.pressCarefully(desk.getByRole("button", { name: "Delete category" }));
  await expect(desk.getByText("The category is deleted.")).toBeVisible();
  await expect(rows).toHaveText([shed, bulbs]);
});

test("a merchant writes a rule, sees how many products fit, and shoppers find the collection", async ({
  shopper,
  merchant,
  page,
  accessible,
  hydrated,
  expected,
}) => {
  test.setTimeout(180_000);
  expected.push(404, 422);
  const run = unique();
  await merchant.comeIn();
  const desk = merchant.page;
  await merchant.open("/admin/collections/new?kind=rule");
  await desk.getByLabel("Title").first().fill(`Mugs ${run}`);
  await desk.getByLabel("What, condition 1").selectOption({ label: "Title" });
  await desk.getByLabel("How, condition 1").selectOption({ label: "contains" });
  await desk.getByLabel("Value, condition 1").fill("mug");
  const counted = desk.locator("[data-counted]");
  // Without a script a button says it.
  if (!hydrated) await desk.getByRole("button", { name: "Count products" }).click();
  await expect(counted).toHaveText(/^\d+ products? in it\.$/);
  const all = parseInt(await counted.textContent(), 10);
  await desk.getByLabel("What, condition 2").selectOption({ label: "Price in EUR" });
  await desk.getByLabel("How, condition 2").selectOption({ label: "is at most" });
  await desk.getByLabel("Value, condition 2").fill("cheap");
  await desk.getByRole("button", { name: "Save collection" }).click();
  await expect(desk.getByRole("alert")).toContainText("Enter an amount like 25 or 25.50.");
  await accessible(desk);
  await desk.getByLabel("Value, condition 2").fill("25");
  if (!hydrated) await desk.getByRole("button", { name: "Count products" }).click();
  await expect(counted).toHaveText(/^\d+ products? in it\.$/);
  const few = parseInt(await counted.textContent(), 10);
  expect(few).toBeGreaterThan(0);
  expect(few).toBeLessThan(all);
  await desk.getByRole("button", { name: "Save collection" }).click();
  await expect(desk.getByText("The collection is saved.")).toBeVisible();
  const editor = desk.url();

  // The worker fills it; the index follows.
  const path = `/collections/mugs-${run}`;
  await expect
    .poll(async () => {
      await shopper.open(path);
      return page.locator(".found-count").textContent({ timeout: 1_000 }).catch(() => "");
    }, { timeout: 20_000 })
    .toBe(few === 1 ? "1 product" : `${few} products`);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(`Mugs ${run}`);
  await expectValidHtml(await shopper.open(path));
  await accessible();
  await expectValidHtml(await merchant.open(editor));
  await accessible(desk);
  await expect(desk.locator("#products ~ .sub").first()).toHaveText(few === 1 ? "1 product" : `${few} products`);

  // Hidden, it is gone; deleted, too.
  await desk.getByLabel("Published: shoppers find it").uncheck();
  await desk.getByRole("button", { name: "Save collection" }).click();
  await expect(desk.getByText("The collection is saved.")).toBeVisible();
  expect((await shopper.open(path)).status()).toBe(404);
  await awake(desk, hydrated);
  await merchant.pressCarefully(desk.getByRole("button", { name: "Delete collection" }));
  await expect(desk.getByText("The collection is deleted.")).toBeVisible();
});

test("a merchant puts products in an order of their own", async ({ shopper, merchant, page, accessible, hydrated }) => {
  test.setTimeout(180_000);
  const run = unique();
  await merchant.comeIn();
  const desk = merchant.page;
  await merchant.open("/admin/collections/new");
  await desk.getByLabel("Title").first().fill(`Mine ${run}`);
  await desk.getByRole("button", { name: "Save collection" }).click();
  await expect(desk.getByText("The collection is saved.")).toBeVisible();
  for (const title of ["Morning Mug", "Milk Jug", "Pen Pot"]) {
    await desk.getByLabel("Words of title, brand or SKU").fill(title);
    await desk.getByRole("button", { name: "Search" }).click();
    await desk.getByRole("checkbox", { name: title }).check();
    await desk.getByRole("button", { name: "Put the chosen ones in" }).click();
    await expect(desk.getByText("One product is put in.")).toBeVisible();
    await awake(desk, hydrated);
  }
  const titles = desk.locator(".branch-text > a");
  await expect(titles).toHaveText(["Morning Mug", "Milk Jug", "Pen Pot"]);
  await desk.getByRole("button", { name: "Move up: Pen Pot" }).click();
  await expect(titles).toHaveText(["Morning Mug", "Pen Pot", "Milk Jug"]);
  await awake(desk, hydrated);
  const row = (title) => desk.locator(".branch", { has: desk.getByRole("link", { name: title, exact: true }) });
  if (hydrated) {
    await row("Milk Jug").dragTo(row("Morning Mug"), { targetPosition: { x: 200, y: 4 } });
  } else {
    await desk.getByRole("button", { name: "Move to the top: Milk Jug" }).click();
  }
  await expect(titles).toHaveText(["Milk Jug", "Morning Mug", "Pen Pot"]);
  await expectValidHtml(await merchant.open(new URL(desk.url()).pathname));
  await accessible(desk);
  await expect
    .poll(async () => {
      await shopper.open(`/collections/mine-${run}`);
      return (await page.locator(".found-list h3").allTextContents()).map((text) => text.trim());
    }, { timeout: 20_000 })
    .toEqual(["Milk Jug", "Morning Mug", "Pen Pot"]);
  await merchant.pressCarefully(desk.getByRole("button", { name: "Delete collection" }));
  await expect(desk.getByText("The collection is deleted.")).toBeVisible();
});
