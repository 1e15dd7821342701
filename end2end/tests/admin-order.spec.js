import { CARDS, newEmail } from "../support/shopper.js";
import { expect, test } from "../support/test.js";

test("a merchant ships an order and refunds it", async ({ shopper, merchant, page }) => {
  await shopper.findProduct({ category: 6 });
  await shopper.addToCart(2);
  await shopper.goToPayment({ email: newEmail("shipped") });
  await shopper.pay(CARDS.good);
  const number = await shopper.confirmed();
  const order = page.url();

  await merchant.comeIn();
  const desk = merchant.page;
  await merchant.open("/admin/orders");
  await expect(desk.getByRole("link", { name: number })).toBeVisible();

  // The capture runs in the background right after the order; shipping needs it done.
  await expect(async () => {
    await merchant.openOrder(number);
    await expect(desk.getByRole("button", { name: "Ship these units" })).toBeVisible({ timeout: 1_000 });
  }).toPass({ timeout: 20_000 });
  await desk.getByLabel("Carrier").fill("DHL");
  await desk.getByLabel("Tracking number").fill("JD014600003");
  await desk.getByRole("button", { name: "Ship these units" }).click();
  await expect(desk.getByRole("heading", { name: "Parcels" })).toBeVisible();
  await shopper.open(order);
  await expect(page.locator("main")).toContainText("JD014600003");

  await merchant.openOrder(number);
  await desk.locator("summary", { hasText: "Refund" }).click();
  await desk.locator("form[action$='/refund'] [name=reason]").fill("Arrived broken");
  await merchant.pressCarefully(desk.getByRole("button", { name: "Refund", exact: true }));
  await expect(async () => {
    await merchant.openOrder(number);
    await expect(desk.locator("main")).toContainText("Arrived broken", { timeout: 1_000 });
    await expect(desk.locator("main")).toContainText("succeeded", { timeout: 1_000 });
  }).toPass({ timeout: 20_000 });
  await shopper.open(order);
  await expect(page.locator("main")).toContainText("Refunded");

  await merchant.open("/admin/audit");
  await expect(desk.locator("main")).toContainText(number);
});
