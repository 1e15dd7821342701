// What a shopper does, in the words of the pages. The same steps with JavaScript off and on; where an island does
// something of its own, the step looks at that too.
import { awake, expect } from "./test.js";

export const CARDS = {
  good: "4242 4242 4242 4242",
  declined: "4000 0000 0000 0002",
  insufficient: "4000 0000 0000 9995",
  challenged: "4000 0000 0000 3220",
};

export const HOME = {
  name: "Ada Lovelace",
  line1: "Torstraße 12",
  postal_code: "10119",
  city: "Berlin",
};

/** An address nobody else in this run has. */
export const newEmail = (who) => `${who}-${Date.now()}-${Math.floor(Math.random() * 1e6)}@example.com`;

export class Shopper {
  constructor(page, hydrated) {
    this.page = page;
    this.hydrated = hydrated;
  }

  async open(path) {
    const response = await this.page.goto(path);
    await awake(this.page, this.hydrated);
    return response;
  }

  /** Presses something that leads to another page, and waits for that page. */
  async press(locator, address) {
    await locator.click();
    await this.page.waitForURL(address);
    await awake(this.page, this.hydrated);
  }

  /** From the home page by a category to its `nth` product that can be bought; ends on the product's page. */
  async findProduct({ category = 0, nth = 0 } = {}) {
    await this.open("/");
    const categories = this.page.locator(".site-nav a");
    await this.press(categories.nth(category % (await categories.count())), /\/c\//);
    const cards = this.page.locator(".card", { hasNot: this.page.getByText("Sold out") });
    await this.press(cards.nth(nth).locator(".card-link"), /\/p\//);
  }

  /** Puts the product of the current page into the cart; ends on the cart page. Answers the product's title. */
  async addToCart(quantity = 1) {
    const title = await this.page.locator("h1").innerText();
    const form = this.page.locator("form.buy");
    await form.locator("input[name=quantity]").fill(String(quantity));
    const add = form.getByRole("button", { name: "Add to cart" });
    if (this.hydrated) {
      await add.click();
      const drawer = this.page.getByRole("dialog", { name: "Your cart" });
      await expect(drawer).toContainText(title);
      await this.press(drawer.getByRole("link", { name: "View cart" }), /\/cart$/);
    } else {
      await this.press(add, /\/cart$/);
    }
    await expect(this.page.locator(".line-title", { hasText: title })).toBeVisible();
    return title;
  }

  /**
   * From the cart to the review: as a guest when an `email` is given, else as whoever is logged in. `look` is called
   * on every page on the way, the last included.
   */
  async goToPayment({ email, address = HOME, look = async () => {} } = {}) {
    const { page } = this;
    const go = async (button, step) => {
      await this.press(button, new RegExp(`/checkout/${step}`));
      await look(step);
    };
    const next = (step) => page.getByRole("button", { name: `Continue to ${step}` });
    // Whoever is logged in has said already who they are, and starts with the address.
    await go(page.getByRole("link", { name: "Check out" }), email ? "contact" : "address");
    if (email) {
      await page.locator("[name=email]").fill(email);
      await go(next("address"), "address");
    }
    await this.fillAddress(address);
    await go(next("delivery"), "delivery");
    await page.getByRole("radio").first().check();
    await go(next("payment"), "payment");
  }

  async fillAddress(address) {
    const form = this.page.locator("form", { has: this.page.locator("[name=line1]") });
    await form.locator("[name=country]").selectOption(address.country ?? "DE");
    for (const field of ["name", "line1", "postal_code", "city"]) {
      await form.locator(`[name=${field}]`).fill(address[field]);
    }
  }

  /** Types a card and places the order: into the provider's frame when hydrated, on its own page otherwise. */
  async pay(card) {
    const { page } = this;
    if (this.hydrated) {
      const frame = page.frameLocator("iframe[title='Secure payment input frame']");
      await typeCard(frame, card);
      await page.locator("form[data-embedded]").getByRole("button", { name: /Place order and pay/ }).click();
    } else {
      await page.locator("form[data-hosted]").getByRole("button").click();
      await page.waitForURL(/\/c\/pay\//);
      await typeCard(page, card);
      await page.getByLabel(/name/i).fill(HOME.name);
      await page.getByRole("button", { name: /^Pay/ }).click();
    }
  }

  /** On the bank's page of the sandbox. */
  async answerChallenge(answer) {
    await this.page.waitForURL(/\/3ds\//);
    await this.page.getByRole("button", { name: answer }).click();
  }

  /** Waits for the confirmation; answers the order's number. */
  async confirmed() {
    await this.page.waitForURL(/\/orders\/M-/, { timeout: 30_000 });
    await expect(this.page.getByRole("heading", { name: "Thank you for your order" })).toBeVisible();
    await awake(this.page, this.hydrated);
    return /M-[0-9A-Z]{4}-[0-9A-Z]{4}/.exec(await this.page.locator("main").innerText())[0];
  }

  async register(email, password = "a quiet harbour at dawn") {
    await this.open("/register");
    await this.page.getByLabel("Full name").fill(HOME.name);
    await this.page.getByLabel("E-mail").fill(email);
    await this.page.getByLabel("Password").fill(password);
    await this.press(this.page.getByRole("button", { name: "Create account" }), /^(?!.*register)/);
  }

  async logIn(email, password = "a quiet harbour at dawn") {
    await this.open("/login");
    await this.page.getByLabel("E-mail").fill(email);
    await this.page.getByLabel("Password").fill(password);
    await this.press(this.page.locator("main").getByRole("button", { name: "Log in" }), /^(?!.*login)/);
  }

  async logOut() {
    await this.open("/account");
    await this.press(this.page.getByRole("button", { name: "Log out" }), /^(?!.*account)/);
  }
}

/** Test cards are valid until long after this shop is. */
async function typeCard(where, number) {
  await where.locator("#number").fill(number);
  await where.locator("#expiry").fill("12 / 49");
  await where.locator("#cvc").fill("123");
}
