import { CARDS, newEmail } from "../support/shopper.js";
import { expect, test } from "../support/test.js";

for (const [card, words] of [["declined", /declined/i], ["insufficient", /insufficient funds/i]]) {
  test(`after a card that is ${card}, another one pays the same order`, async ({ shopper, page, expected }) => {
    expected.push(402);
    await shopper.findProduct({ category: 4, nth: card === "declined" ? 0 : 1 });
    await shopper.addToCart();
    await shopper.goToPayment({ email: newEmail("decline") });
    await shopper.pay(CARDS[card]);
    await expect(page.getByRole("alert").filter({ hasText: words })).toBeVisible();
    // Hydrated, the frame is still there; without JavaScript, so is the provider's form.
    if (shopper.hydrated) {
      await shopper.pay(CARDS.good);
    } else {
      await page.locator("#number").fill(CARDS.good);
      await page.locator("#expiry").fill("12 / 49");
      await page.locator("#cvc").fill("123");
      await page.getByRole("button", { name: /^Pay/ }).click();
    }
    await shopper.confirmed();
  });
}

test("a card that asks for 3-D Secure pays after the challenge", async ({ shopper }) => {
  await shopper.findProduct({ category: 5 });
  await shopper.addToCart();
  await shopper.goToPayment({ email: newEmail("challenge") });
  await shopper.pay(CARDS.challenged);
  await shopper.answerChallenge("Complete authentication");
  await shopper.confirmed();
});
