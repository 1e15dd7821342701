import { newEmail } from "../support/shopper.js";
import { expect, test } from "../support/test.js";

test("a merchant enables PayPal, and a shopper pays with it", async ({ shopper, merchant, page, accessible }) => {
  await merchant.comeIn();
  const desk = merchant.page;
  await merchant.open("/admin/settings");
  // Both runs of this story save the same choice.
  await desk.getByRole("checkbox", { name: "Card (stripe)" }).check();
  await desk.getByRole("checkbox", { name: "PayPal" }).check();
  await desk.getByRole("button", { name: "Save settings" }).click();
  await expect(desk.getByRole("status").filter({ hasText: "in force" })).toBeVisible();
  await expect(desk.getByRole("checkbox", { name: "PayPal" })).toBeChecked();

  await shopper.findProduct({ category: 3 });
  await shopper.addToCart();
  await shopper.goToPayment({ email: newEmail("paypal") });
  await expect(page.getByRole("radio", { name: "Card" })).toBeChecked();
  await page.getByRole("radio", { name: "PayPal" }).check();
  // What belongs to the card is gone, with or without scripts.
  await expect(page.locator("form[data-embedded]")).toBeHidden();
  await expect(page.getByText("provider's page instead")).toBeHidden();
  await accessible();

  await page.getByRole("button", { name: /Place order and pay/ }).click();
  await page.waitForURL(/\/paypal\//);
  await page.getByRole("button", { name: /Agree and pay/ }).click();
  const number = await shopper.confirmed();

  await merchant.openOrder(number);
  await expect(desk.locator("main")).toContainText(/paypal/i);
});
