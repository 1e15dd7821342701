// The `test` of every story: Playwright's, with ears. A console error, an exception on the page, an answer of 400 or
// more and a request that fails each fail the story, unless it said beforehand that it expects them.
import { test as base, expect } from "@playwright/test";
import { Merchant } from "./merchant.js";
import { Shopper } from "./shopper.js";
import { expectAccessible, expectAccessibleWithoutScript } from "./checks.js";

export const test = base.extend({
  baseURL: async ({}, use) => use(process.env.E2E_ORIGIN),

  /** Whether this run has JavaScript: a story does the same either way, but may look at an island when it does. */
  hydrated: async ({ javaScriptEnabled }, use) => use(javaScriptEnabled !== false),

  /** `expected.push(422)` or `expected.push(/sold-out/)`: statuses or addresses that this story means to provoke. */
  expected: async ({}, use) => use([]),

  /** `listen(context)` hears every page of a browser context, popups and frames included. */
  listen: [
    async ({ context, expected }, use) => {
      const heard = [];
      const listen = (to) => hear(to, heard, expected);
      listen(context);
      await use(listen);
      expect(heard, "nothing goes wrong unseen").toEqual([]);
    },
    { auto: true },
  ],

  /** `await accessible()`: WCAG 2.2 AA in both colour schemes, for the page as it is now. */
  accessible: async ({ page, hydrated }, use) => {
    await use((on = page) => (hydrated ? expectAccessible(on) : expectAccessibleWithoutScript(on)));
  },

  /** A shopper in the story's own browser context. */
  shopper: async ({ page, hydrated }, use) => use(new Shopper(page, hydrated)),

  /** A merchant in a browser of their own. */
  merchant: async ({ browser, baseURL, hydrated, listen }, use) => {
    const context = await browser.newContext({ baseURL });
    listen(context);
    await use(new Merchant(await context.newPage(), hydrated));
    await context.close();
  },

  /** Opens an address and waits until its islands are awake. */
  visit: async ({ page, hydrated }, use) => {
    await use(async (path, on = page) => {
      const response = await on.goto(path);
      await awake(on, hydrated);
      return response;
    });
  },
});

function hear(context, heard, expected) {
  const meant = (status, url) => expected.some((item) => (item instanceof RegExp ? item.test(url) : item === status));
  context.on("response", (response) => {
    if (response.status() >= 400 && !meant(response.status(), response.url())) {
      heard.push(`${response.status()} ${response.request().method()} ${response.url()}`);
    }
  });
  context.on("requestfailed", (request) => {
    const why = request.failure()?.errorText ?? "";
    // A page that is left cancels what it still loads.
    if (why !== "net::ERR_ABORTED") heard.push(`${why} ${request.url()}`);
  });
  context.on("weberror", (error) => heard.push(`exception: ${error.error().stack ?? error.error()}`));
  context.on("console", (message) => {
    // The browser repeats refused requests as console errors; those are judged above.
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) {
      heard.push(`console: ${message.text()} (${message.location().url})`);
    }
  });
}

/** Waits until the islands of the current page are awake; at once when there is no JavaScript. */
export async function awake(page, hydrated) {
  if (hydrated) await expect(page.locator("html")).toHaveAttribute("data-hydrated", "true", { timeout: 20_000 });
}

export { expect };
