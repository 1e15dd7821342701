// What goes with a product, and what somebody has looked at, with and without a session.
import { expectValidHtml } from "../support/checks.js";
import { CARDS, newEmail } from "../support/shopper.js";
import { expect, test } from "../support/test.js";

const titles = (section) => section.locator(".card-title").allInnerTexts();

test("what was ordered together stands on both products' pages, apart from what is similar", async ({
  shopper,
  page,
  accessible,
}) => {
  test.setTimeout(240_000);
  await shopper.findProduct({ category: 2 });
  const [first, address] = [await shopper.addToCart(), await page.locator(".line-title a").first().getAttribute("href")];
  await shopper.findProduct({ category: 4 });
  const second = await shopper.addToCart();
  // The cart offers what goes with it, and nothing that is in it.
  const beside = page.getByRole("region", { name: "Goes well with it" });
  await expect(beside.locator(".card")).toHaveCount(4);
  expect(await titles(beside)).not.toContain(first);
  await accessible();
  await shopper.goToPayment({ email: newEmail("pair") });
  await shopper.pay(CARDS.good);
  await shopper.confirmed();

  // Counted within seconds, by nobody who waits.
  const product = address.split("?")[0];
  const together = page.getByRole("region", { name: "Bought together" });
  await expect(async () => {
    await shopper.open(product);
    expect(await titles(together)).toContain(second);
  }).toPass({ timeout: 60_000 });
  const similar = page.getByRole("region", { name: "Similar products" });
  const alike = await titles(similar);
  expect(alike.length).toBeGreaterThan(0);
  for (const title of [first, ...(await titles(together))]) expect(alike).not.toContain(title);
  await expectValidHtml(await shopper.open(product));
  await accessible();
  await shopper.press(together.locator(".card-link", { hasText: second }).first(), /\/p\//);
  await expect(page.locator("h1")).toHaveText(second);
  expect(await titles(together)).toContain(first);
});

test("what was looked at last is shown and can be cleared", async ({ shopper, page, hydrated, accessible }) => {
  await shopper.open("/");
  const hrefs = await page.locator("main .card-link").evaluateAll((links) => [...new Set(links.map((a) => a.pathname))]);
  const [a, b, c] = hrefs;
  const seen = page.getByRole("region", { name: "Recently viewed" });
  const links = () => seen.locator(".card-link").evaluateAll((all) => all.map((link) => link.pathname));
  await shopper.open(a);
  await shopper.open(b);
  if (hydrated) {
    // The shop knows nothing of this visitor: the browser keeps the list.
    await expect(seen.locator(".card")).toHaveCount(1);
    expect(await links()).toEqual([a]);
    await accessible();
    await seen.getByRole("button", { name: "Clear this list" }).click();
    await expect(seen).toBeHidden();
    await shopper.open(c);
    await expect(seen).toHaveCount(0);
    await shopper.open("/");
    await expect.poll(links).toEqual([c]);
  } else {
    await expect(seen).toHaveCount(0);
  }

  await shopper.open(a);
  await shopper.addToCart();
  await shopper.open(b);
  await shopper.open("/");
  await expect.poll(async () => (await links())[0]).toBe(b);
  if (hydrated) await expect.poll(async () => { await page.reload(); return links(); }).toEqual([b, a, c]);
  await expectValidHtml(await shopper.open(c));
  await accessible();
  await shopper.press(seen.getByRole("button", { name: "Clear this list" }), new RegExp(`${c}$`));
  await expect(seen).toHaveCount(0);
  await shopper.open(b);
  expect(await links()).toEqual([c]);
});
