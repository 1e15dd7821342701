// Takes every page at three widths in light and dark: node shots.mjs <folder> [path …]
//
// Uses the shop at E2E_ORIGIN when that is set, else starts one of its own from MERCER_BIN. Pages are found by
// following the shop's own links, one of each kind; paths given as arguments come on top.
import { chromium } from "@playwright/test";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { startMercer } from "./support/mercer.js";

const WIDTHS = [375, 768, 1440];
const SCHEMES = ["light", "dark"];

const [folder, ...paths] = process.argv.slice(2);
if (!folder) {
  console.error("usage: node shots.mjs <folder> [path …]");
  process.exit(2);
}
mkdirSync(folder, { recursive: true });

const own = process.env.E2E_ORIGIN ? null : await startMercer();
const origin = process.env.E2E_ORIGIN ?? own.origin;
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
});

/** A short name for a picture: `/products/mug` becomes `products-mug`. */
const nameOf = (path) => path.replace(/^\/|\/$/g, "").replace(/[^a-z0-9]+/gi, "-").slice(0, 60) || "home";

/** One page of each kind: addresses that differ in their last part alone are of one kind. */
async function discover(page) {
  const kinds = new Map([["/", "/"]]);
  for (const start of ["/", ...paths]) {
    await page.goto(origin + start);
    const links = await page.locator("a[href^='/']").evaluateAll((all) => all.map((a) => a.getAttribute("href")));
    for (const link of links) {
      const path = link.split("#")[0];
      const kind = path.split("?")[0].replace(/^(\/[^/]+)\/.+$/, "$1/*");
      if (!kinds.has(kind) && !path.startsWith("/assets/")) kinds.set(kind, path);
    }
  }
  return [...new Set([...kinds.values(), ...paths])];
}

try {
  const page = await browser.newPage();
  const pages = await discover(page);
  for (const path of pages) {
    for (const width of WIDTHS) {
      for (const colorScheme of SCHEMES) {
        await page.setViewportSize({ width, height: 900 });
        await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        await page.goto(origin + path, { waitUntil: "networkidle" });
        const file = join(folder, `${nameOf(path)}-${width}-${colorScheme}.png`);
        await page.screenshot({ path: file, fullPage: true });
      }
    }
    console.log(`shots: ${path}`);
  }
} finally {
  await browser.close();
  await own?.stop();
}
