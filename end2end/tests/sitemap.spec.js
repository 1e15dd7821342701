import { expect, test } from "../support/test.js";

test("the sitemap names the shop's pages and is well-formed", async ({ shopper, page }) => {
  await shopper.open("/");
  const parts = await read(page, "/sitemap.xml", "sitemap");
  expect(parts.length).toBeGreaterThanOrEqual(3);
  const all = [];
  for (const part of parts) all.push(...(await read(page, new URL(part).pathname, "url")));
  const links = await page.locator("main a[href^='/p/']").evaluateAll((found) => found.map((a) => a.pathname));
  const known = new Set(all.map((place) => new URL(place).pathname));
  for (const link of links) expect(known).toContain(link);
  expect(await (await page.request.get("/robots.txt")).text()).toContain("/sitemap.xml");
});

/** The addresses in a sitemap file; fails when it is no XML. */
async function read(page, path, element) {
  const response = await page.request.get(path);
  expect(response.status()).toBe(200);
  expect(response.headers()["content-type"]).toContain("application/xml");
  const xml = await response.text();
  const opened = xml.match(new RegExp(`<${element}>`, "g")) ?? [];
  const places = [...xml.matchAll(/<loc>([^<>&]+)<\/loc>/g)].map((match) => match[1]);
  expect(places).toHaveLength(opened.length);
  expect(xml.match(new RegExp(`</${element}>`, "g")) ?? []).toHaveLength(opened.length);
  return places;
}
