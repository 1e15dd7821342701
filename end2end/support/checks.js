// What every page has to pass: accessibility in both colour schemes, and valid HTML as the server sent it.
import { AxeBuilder } from "@axe-core/playwright";
import { expect } from "@playwright/test";
import { HtmlValidate } from "html-validate";

const WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
// What a colour scheme can change: a scheme is colours and nothing else.
const COLOUR = ["color-contrast", "link-in-text-block"];

/** WCAG 2.2 AA as far as a machine can tell: every rule in the light scheme, those about colours in the dark one, too. */
export async function expectAccessible(page) {
  const asked = { light: (axe) => axe.withTags(WCAG), dark: (axe) => axe.withRules(COLOUR) };
  for (const [colorScheme, ask] of Object.entries(asked)) {
    await page.emulateMedia({ colorScheme });
    // Colours on their way from one scheme to the other belong to neither. A page behind another draws nothing, so they
    // are brought to their end, not waited for.
    await page.evaluate(() => {
      const ends = (animation) => Number.isFinite(animation.effect?.getComputedTiming().endTime);
      for (const animation of document.getAnimations().filter(ends)) animation.finish();
    });
    const { violations } = await ask(new AxeBuilder({ page })).analyze();
    const found = violations.flatMap(({ id, help, nodes }) =>
      nodes.map((node) => `${id} (${help}): ${node.target.join(" ")} ${node.failureSummary ?? ""}`),
    );
    expect.soft(found, `accessibility of ${page.url()} in the ${colorScheme} scheme`).toEqual([]);
  }
  await page.emulateMedia({ colorScheme: null });
}

/**
 * The page as it is without JavaScript, in a context where axe can run: same cookies, same HTML, no script of the
 * shop's. A browser that runs no scripts runs no axe either.
 */
async function unscripted(page) {
  const context = await page.context().browser().newContext({
    javaScriptEnabled: true,
    viewport: page.viewportSize(),
    reducedMotion: "reduce",
  });
  await context.addCookies(await page.context().cookies());
  const body = await page.content();
  await context.route("**/*", async (route) => {
    if (route.request().isNavigationRequest()) await route.fulfill({ body, contentType: "text/html; charset=utf-8" });
    else if (route.request().resourceType() === "script") await route.abort();
    else await route.continue();
  });
  const copy = await context.newPage();
  await copy.goto(page.url());
  return copy;
}

/** `expectAccessible` for a page whose own context has JavaScript off. */
export async function expectAccessibleWithoutScript(page) {
  const copy = await unscripted(page);
  try {
    await expectAccessible(copy);
  } finally {
    await copy.context().close();
  }
}

const validator = new HtmlValidate({
  extends: ["html-validate:recommended"],
  elements: [
    "html5",
    {
      "leptos-island": { flow: true, phrasing: true, transparent: true },
      "leptos-children": { flow: true, phrasing: true, transparent: true },
    },
  ],
  rules: {
    // Matters of taste that the server's renderer decides.
    "attr-quotes": "off",
    "attribute-boolean-style": "off",
    "attribute-empty-style": "off",
    "doctype-style": "off",
    "no-trailing-whitespace": "off",
    "void-style": "off",
    // Own files only, each under a name that holds its digest.
    "require-sri": "off",
    // A list may have a name.
    "aria-label-misuse": ["error", { allowAnyNamable: true }],
    // A button without a type sends its form, and is meant to.
    "no-implicit-button-type": "off",
    // A table that scrolls sideways lies in a box the keyboard can reach; a region of the page it is not.
    "prefer-native-element": ["error", { exclude: ["group", "region"] }],
    // A product's title is as long as it is.
    "long-title": "off",
    // Two buttons of one form may carry the same name: the one pressed says what is meant.
    "form-dup-name": "off",
    "no-inline-style": "error",
  },
});

/** The HTML text of a response, judged offline. */
export async function expectValidHtml(response) {
  const source = await response.text();
  const { results } = await validator.validateString(source);
  const found = results.flatMap(({ messages }) =>
    messages.map(({ ruleId, message, line, column }) => {
      const near = source.split("\n")[line - 1]?.slice(Math.max(0, column - 40), column + 80);
      return `${ruleId}: ${message} near ${near}`;
    }),
  );
  // Soft: what comes after is worth knowing, too.
  expect.soft(found, `HTML of ${response.url()}`).toEqual([]);
}
