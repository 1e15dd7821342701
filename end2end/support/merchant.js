// What a merchant does. Every story makes an owner of its own by a fresh one-time link.
import { execFileSync } from "node:child_process";
import { awake, expect } from "./test.js";
import { newEmail } from "./shopper.js";

/** Runs `mercer` over the data of the shop under test; answers what it printed. */
export function mercer(...verb) {
  return execFileSync(process.env.MERCER_BIN, verb, { encoding: "utf8", env: JSON.parse(process.env.E2E_SETTINGS) });
}

export class Merchant {
  constructor(page, hydrated) {
    this.page = page;
    this.hydrated = hydrated;
  }

  async open(path) {
    const response = await this.page.goto(path);
    await awake(this.page, this.hydrated);
    return response;
  }

  /** Accepts a one-time link, a fresh one unless it is given, and ends on the first page of the admin. */
  async comeIn(address = /https?:\/\/\S+/.exec(mercer("admin-link"))[0]) {
    const link = new URL(address);
    await this.open(link.pathname + link.search);
    const email = newEmail("owner");
    await this.page.getByLabel("Your name").fill("Grace Hopper");
    await this.page.getByLabel("E-mail").fill(email);
    await this.page.getByLabel("Password").fill("a ship in port is safe");
    await this.page.getByRole("button", { name: "Create account and log in" }).click();
    await this.page.waitForURL(/\/admin(\/(?!setup)|$)/);
    await awake(this.page, this.hydrated);
    return email;
  }

  /** Opens a list that the search index fills, until it shows `what`: it follows a moment after a change. */
  async openList(path, what) {
    await expect(async () => {
      await this.open(path);
      await expect(what).toBeVisible({ timeout: 1_000 });
    }).toPass({ timeout: 30_000 });
  }

  async openOrder(number) {
    await this.open(`/admin/orders/${number}`);
    await expect(this.page.getByRole("heading", { level: 1 })).toContainText(number);
  }

  /** Presses a button that asks first when hydrated. */
  async pressCarefully(locator) {
    await locator.click();
    if (this.hydrated) await this.page.getByRole("button", { name: "Yes, go on" }).click();
    await this.page.waitForLoadState();
  }
}
