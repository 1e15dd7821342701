// Takes every page at three widths in light and dark: node shots.mjs <folder> [path …]
//
// Starts a shop of its own from MERCER_BIN, or uses the one at E2E_ORIGIN; that one's admin needs a one-time link in
// E2E_ADMIN_LINK. Pages anybody sees are found by following the shop's own links, one of each kind; paths given as
// arguments come on top. Then somebody buys and has an account, and a merchant goes through the admin.
import { chromium } from "@playwright/test";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { Merchant } from "./support/merchant.js";
import { startMercer } from "./support/mercer.js";
import { CARDS, Shopper, newEmail } from "./support/shopper.js";

const WIDTHS = [375, 768, 1440];
const SCHEMES = ["light", "dark"];

const [folder, ...paths] = process.argv.slice(2);
if (!folder) {
  console.error("usage: node shots.mjs <folder> [path …]");
  process.exit(2);
}
mkdirSync(folder, { recursive: true });

const own = process.env.E2E_ORIGIN ? null : await startMercer();
const baseURL = process.env.E2E_ORIGIN ?? own.origin;
const adminLink = own?.adminLink ?? process.env.E2E_ADMIN_LINK;
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
});

/** A page of somebody who has not been here before. */
async function newcomer() {
  const context = await browser.newContext({ baseURL, reducedMotion: "reduce", viewport: { width: 1440, height: 900 } });
  return context.newPage();
}

/** The page as it stands, at every width and in both schemes; `name` becomes the files' names. */
async function shoot(page, name) {
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    for (const colorScheme of SCHEMES) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.waitForLoadState("networkidle");
      await page.screenshot({ path: join(folder, `${name}-${width}-${colorScheme}.png`), fullPage: true });
    }
  }
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.emulateMedia({ colorScheme: null });
  console.log(`shots: ${name}`);
}

/** A short name for a picture: `/products/mug` becomes `products-mug`. */
const nameOf = (path) => path.replace(/^\/|\/$/g, "").replace(/[^a-z0-9]+/gi, "-").slice(0, 60) || "home";

/** One page of each kind: addresses that differ in their last part alone are of one kind. */
async function discover(page) {
  const kinds = new Map([["/", "/"]]);
  for (const start of ["/", ...paths]) {
    await page.goto(start);
    const links = await page.locator("a[href^='/']").evaluateAll((all) => all.map((a) => a.getAttribute("href")));
    for (const link of links) {
      const path = link.split("#")[0];
      const kind = path.split("?")[0].replace(/^(\/[^/]+)\/.+$/, "$1/*");
      if (!kinds.has(kind) && !path.startsWith("/assets/")) kinds.set(kind, path);
    }
  }
  return [...new Set([...kinds.values(), ...paths])];
}

async function open(page) {
  for (const path of await discover(page)) {
    await page.goto(path);
    await shoot(page, nameOf(path));
  }
  await page.goto("/nowhere");
  await shoot(page, "missing");
}

async function purchase(page) {
  const shopper = new Shopper(page, true);
  await shopper.findProduct();
  await shopper.addToCart(2);
  await shopper.findProduct({ category: 1 });
  await shopper.addToCart();
  await shoot(page, "cart-filled");
  await shopper.goToPayment({ email: newEmail("shots"), look: (step) => shoot(page, `checkout-${step}`) });
  await shopper.pay(CARDS.declined);
  await page.getByRole("alert").filter({ hasText: /declined/i }).waitFor();
  await shoot(page, "checkout-declined");
  await shopper.pay(CARDS.good);
  await shopper.confirmed();
  await shoot(page, "order-confirmed");
}

async function account(page) {
  await new Shopper(page, true).register(newEmail("shots"));
  for (const path of ["/account", "/account/orders", "/account/addresses", "/account/reviews"]) {
    await page.goto(path);
    await shoot(page, nameOf(path));
  }
}

async function admin(page) {
  const merchant = new Merchant(page, true);
  await merchant.open("/admin/login");
  await shoot(page, "admin-login");
  await merchant.open(new URL(adminLink).pathname);
  await shoot(page, "admin-setup");
  await merchant.comeIn(adminLink);
  const sections = await page.locator(".side .nav a").evaluateAll((all) => all.map((a) => a.getAttribute("href")));
  for (const path of sections) {
    await merchant.open(path);
    await shoot(page, nameOf(path));
    // The first of what is listed there.
    const first = page.locator(`main tbody a[href^='${path}/']`).first();
    if (path === "/admin" || !(await first.count())) continue;
    await merchant.open(await first.getAttribute("href"));
    await shoot(page, `${nameOf(path)}-one`);
  }
}

try {
  for (const part of [open, purchase, account]) await part(await newcomer());
  if (adminLink) await admin(await newcomer());
  else console.log("shots: no admin pages, for E2E_ADMIN_LINK is not set");
} finally {
  await browser.close();
  await own?.stop();
}
