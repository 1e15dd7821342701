// Every kind of page: accessible in both colour schemes, and valid HTML.
import { expectValidHtml } from "../support/checks.js";
import { CARDS, newEmail } from "../support/shopper.js";
import { expect, test } from "../support/test.js";

const OPEN = ["/", "/search?q=mug", "/search?q=elephant&in_stock=1", "/search?price_from=9&sort=price_low&page=2", "/collections/a-quiet-morning", "/collections/reduced?in_stock=1&price_to=1", "/collections/presents-up-to-30?sort=newest", "/p/morning-mug", "/p/morning-mug?stars=5", "/cart", "/cart?country=FR&postal_code=75001", "/cart?country=US&region=CA&postal_code=90210", "/wishlist", "/login", "/register", "/shipping", "/returns", "/contact", "/about", "/privacy", "/imprint"];

for (const path of OPEN) {
  test(`the page ${path} is accessible and valid`, async ({ visit, accessible }) => {
    await expectValidHtml(await visit(path));
    await accessible();
  });
}

test("a missing page says so and is accessible and valid", async ({ visit, accessible, expected }) => {
  expected.push(404);
  const response = await visit("/nowhere");
  expect(response.status()).toBe(404);
  await expectValidHtml(response);
  await accessible();
});

test("every page on the way to an order is accessible and valid", async ({ shopper, page, accessible }) => {
  test.setTimeout(240_000);
  const judge = async () => {
    await expectValidHtml(await page.reload());
    await shopper.open(page.url());
    await accessible();
  };
  await shopper.open("/");
  await shopper.press(page.locator(".site-nav a").first(), /\/c\//);
  await judge();
  await shopper.findProduct({ category: 7 });
  await judge();
  await shopper.addToCart();
  await judge();
  await shopper.goToPayment({ email: newEmail("judge"), look: judge });
  await shopper.pay(CARDS.good);
  await shopper.confirmed();
  await judge();
});

test("a refused form says what is wrong and is accessible", async ({ shopper, page, accessible, expected }) => {
  expected.push(401);
  await shopper.open("/login");
  await page.getByLabel("E-mail").fill("nobody@example.com");
  await page.getByLabel("Password").fill("wrong password");
  await page.locator("main").getByRole("button", { name: "Log in" }).click();
  await expect(page.getByRole("alert")).toBeVisible();
  await accessible();
});

test("a customer's own pages are accessible and valid", async ({ shopper, accessible }) => {
  test.setTimeout(120_000);
  await shopper.register(newEmail("pages"));
  for (const path of ["/account", "/account/orders", "/account/addresses", "/account/credit", "/account/reviews"]) {
    await expectValidHtml(await shopper.open(path));
    await accessible();
  }
});

const DESK = [
  "/admin",
  "/admin/orders",
  "/admin/abandoned-carts",
  "/admin/products",
  "/admin/products/new",
  "/admin/products/bulk",
  "/admin/categories",
  "/admin/categories/new",
  "/admin/attributes",
  "/admin/attributes/new",
  "/admin/attributes/new?kind=number",
  "/admin/attributes/new?kind=choice",
  "/admin/collections",
  "/admin/collections/new",
  "/admin/collections/new?kind=rule",
  "/admin/inventory",
  "/admin/warehouses",
  "/admin/warehouses/new",
  "/admin/shipping",
  "/admin/shipping/zones/new",
  "/admin/shipping/try",
  "/admin/media",
  "/admin/media?show=no-alt&q=mug",
  "/admin/media?show=unused",
  "/admin/search?try=mug",
  "/admin/reviews",
  "/admin/reviews?state=rejected&q=nothing",
  "/admin/sales",
  "/admin/sales/new",
  "/admin/price-lists",
  "/admin/price-lists/new",
  "/admin/price-lists/groups",
  "/admin/discounts",
  "/admin/discounts/new",
  "/admin/discounts/try",
  "/admin/taxes",
  "/admin/taxes/zones/new",
  "/admin/taxes/classes",
  "/admin/taxes/exemptions",
  "/admin/taxes/try",
  "/admin/taxes/report",
  "/admin/gift-cards",
  "/admin/gift-cards/credit",
  "/admin/import",
  "/admin/redirects",
  "/admin/redirects?from=/old",
  "/admin/redirects/missing",
  "/admin/products?status=scheduled",
  "/admin/mail",
  "/admin/audit",
  "/admin/currencies",
  "/admin/currencies/USD",
  "/admin/currencies/GBP/missing",
  "/admin/health",
  "/admin/reconciliation",
  "/admin/staff",
  "/admin/sessions",
  "/admin/settings",
];

test("the pages of the admin are accessible and valid", async ({ merchant, accessible }) => {
  test.setTimeout(600_000);
  await merchant.comeIn();
  for (const path of DESK) {
    await expectValidHtml(await merchant.open(path));
    await accessible(merchant.page);
  }
});
