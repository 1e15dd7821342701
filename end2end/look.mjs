import { chromium } from "@playwright/test";
import { execFileSync } from "node:child_process";
import { startMercer } from "./support/mercer.js";
import { png, file } from "./support/png.js";
const out = "/tmp/hpic-shots";
const shop = await startMercer();
console.log(shop.origin, Object.keys(shop));
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
const open = async (extra = {}) => (await browser.newContext({ baseURL: shop.origin, viewport: { width: 1440, height: 900 }, reducedMotion: "reduce", ...extra })).newPage();
const shot = async (page, path, name, sizes = [375, 768, 1440], dark = [1440]) => {
  for (const width of sizes) {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme: "light" });
    if (path) await page.goto(path);
    await page.waitForTimeout(400);
    const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (over > 0) console.log(`${name} ${width}: ${over}px too wide`);
    await page.screenshot({ path: `${out}/${name}-${width}.png`, fullPage: true });
    if (dark.includes(width)) {
      await page.emulateMedia({ colorScheme: "dark" });
      await page.screenshot({ path: `${out}/${name}-${width}-dark.png`, fullPage: true });
    }
  }
};
try {
  const desk = await open();
  const link = new URL(shop.adminLink);
  await desk.goto(link.pathname + link.search);
  await desk.getByLabel("Your name").fill("Grace");
  await desk.getByLabel("E-mail").fill("g@example.com");
  await desk.getByLabel("Password").fill("a ship in port is safe");
  await desk.getByRole("button", { name: "Create account and log in" }).click();
  await desk.waitForURL(/\/admin/);
  const guest = await open();
  await guest.goto("/search?q=");
  const slugs = await guest.locator(".card-link").evaluateAll((links) => links.map((a) => a.getAttribute("href")));
  for (const slug of slugs.slice(0, 5)) {
    await guest.goto(slug);
    await guest.getByRole("button", { name: "Add to wishlist" }).click();
    await guest.waitForLoadState();
  }
  await shot(guest, "/wishlist", "wishlist");
  await guest.getByRole("button", { name: "Make a link" }).click();
  await guest.waitForLoadState();
  await shot(guest, "/wishlist", "wishlist-shared-own", [375, 1440], []);
  await shot(guest, slugs[0], "product-wished", [375, 1440], []);
  const stranger = await open();
  await shot(stranger, "/wishlist", "wishlist-empty", [375, 1440], []);
  // Sell something out.
  await desk.goto("/admin/inventory");
  const sku = await desk.locator("tbody th a").first().innerText();
  await desk.locator("tbody th a").first().click();
  await desk.waitForLoadState();
  const href = await desk.locator(".lead a").getAttribute("href");
  const units = await desk.locator("tbody tr").first().locator("td").nth(0).innerText();
  await desk.getByLabel("Change, in units").fill(`-${units}`);
  await desk.getByRole("button", { name: "Adjust stock" }).click();
  await desk.waitForLoadState();
  console.log(sku, href, units);
  await desk.goto(href);
  const slug = await desk.locator("[name=slug]").inputValue();
  await shot(stranger, `/p/${slug}`, "product-out", [375, 768, 1440]);
  const form = stranger.locator("#back-in-stock");
  if (await form.count()) {
    if (!(await form.getByLabel("E-mail").isVisible())) await form.locator("summary").click();
    await form.getByLabel("E-mail").fill("ann@example.org");
    await form.getByRole("button", { name: "Tell me" }).click();
    await stranger.waitForLoadState();
    await shot(stranger, null, "product-asked", [1440], []);
  }
  await shot(desk, "/admin/inventory?stock=out", "inventory", [375, 1440], []);
  // Reviews.
  await guest.goto("/register");
  await guest.getByLabel("Name").fill("Ada Lovelace");
  await guest.getByLabel("E-mail").fill("ada@example.org");
  await guest.getByLabel("Password").fill("a ship in port is safe");
  await guest.locator("main form button").click();
  await guest.waitForURL(/account/);
  await guest.goto("/p/morning-mug");
  await guest.locator("summary", { hasText: "Write a review" }).click();
  await guest.getByRole("radio", { name: /5 of 5 stars/ }).check();
  await guest.getByLabel("In a few words").fill("Lovely in the morning light");
  await guest.getByLabel("Your review").fill("I use it every day. See for yourself.");
  await guest.getByLabel("Pictures").setInputFiles([file("a.png", png(900, 700, 40)), file("b.png", png(300, 400, 120)), file("c.png", png(500, 500, 200))]);
  await guest.getByRole("button", { name: "Send review" }).click();
  await guest.waitForLoadState();
  await guest.locator("summary", { hasText: "Change your review" }).click();
  await guest.locator("#own-review").scrollIntoViewIfNeeded();
  for (const width of [375, 1440]) {
    await guest.setViewportSize({ width, height: 1000 });
    await guest.locator("#reviews").screenshot({ path: `${out}/review-form-${width}.png` });
  }
  await shot(desk, "/admin/reviews", "admin-reviews", [375, 1440]);
  await desk.getByRole("link", { name: "Lovely in the morning light", exact: true }).click();
  await desk.waitForLoadState();
  await shot(desk, null, "admin-review", [375, 1440], []);
  await desk.getByRole("button", { name: "Approve and show" }).click();
  await desk.waitForLoadState();
  await stranger.waitForTimeout(5000);
  for (const width of [375, 1440]) {
    await stranger.setViewportSize({ width, height: 1000 });
    await stranger.goto("/p/morning-mug?pictures=1");
    await stranger.locator("#reviews").screenshot({ path: `${out}/reviews-${width}.png` });
  }
  await shot(desk, "/admin/media", "media");
  await shot(desk, "/admin/media?show=unused", "media-unused", [375, 1440], []);
} finally {
  await browser.close();
  await shop.stop();
}
