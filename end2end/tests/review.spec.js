import { expectValidHtml } from "../support/checks.js";
import { file, png } from "../support/png.js";
import { CARDS, newEmail } from "../support/shopper.js";
import { expect, test } from "../support/test.js";

test("a customer reviews what they bought, the merchant shows it and others find it helpful", async ({
  shopper,
  merchant,
  page,
  accessible,
  expected,
}) => {
  test.setTimeout(240_000);
  expected.push(422);
  await shopper.register(newEmail("reviewer"));
  await shopper.findProduct({ category: 1 });
  const title = await shopper.addToCart();
  await shopper.goToPayment();
  await shopper.pay(CARDS.good);
  await shopper.confirmed();

  // Bought and not yet written about.
  await expectValidHtml(await shopper.open("/account/reviews"));
  await accessible();
  await shopper.press(page.getByRole("link", { name: `Write a review of ${title}` }), /\/p\//);
  const product = new URL(page.url()).pathname;
  const form = page.locator(`form[action='${product}/reviews']`);
  await page.locator("summary", { hasText: "Write a review" }).click();
  await form.getByRole("radio", { name: /4 of 5 stars/ }).check();
  await form.getByLabel("In a few words").fill("   ");
  const words = `Used it every morning since, ${Date.now()}`;
  await form.getByLabel("Your review").fill(words);
  await form.getByRole("button", { name: "Send review" }).click();
  await expect(page.getByRole("alert")).toContainText("Please fill this in.");
  await accessible();

  const heading = `A good start ${Date.now()}`;
  await expect(form.getByLabel("Your review")).toHaveValue(words);
  await expect(form.getByRole("radio", { name: /4 of 5 stars/ })).toBeChecked();
  await form.getByLabel("In a few words").fill(heading);
  await form.getByRole("button", { name: "Send review" }).click();
  await expect(page.getByRole("status").filter({ hasText: "Thank you for your review" })).toBeVisible();
  await expectValidHtml(await shopper.open(product));
  await accessible();
  await expect(page.locator(".review", { hasText: heading })).toBeHidden();

  await merchant.comeIn();
  const desk = merchant.page;
  await merchant.open("/admin/reviews?state=pending");
  await desk.getByRole("link", { name: heading, exact: true }).click();
  await expect(desk.getByRole("heading", { level: 1 })).toContainText(heading);
  await expect(desk.locator("main")).toContainText("Verified purchase");
  await desk.getByLabel("Your reply").fill("We are glad that it found its place.");
  await desk.getByRole("button", { name: "Save reply" }).click();
  await expect(desk.getByRole("status")).toContainText("The reply is saved.");
  await expectValidHtml(await merchant.open(desk.url()));
  await accessible(desk);
  await desk.getByRole("button", { name: "Approve and show" }).click();
  await expect(desk.getByRole("status")).toContainText("The review is shown.");

  await shopper.logOut();
  await shopper.open(product);
  const shown = page.locator(".review", { hasText: heading });
  await expect(shown).toContainText("Verified purchase");
  await expect(shown).toContainText("We are glad that it found its place.");

  await shopper.register(newEmail("reader"));
  await shopper.open(product);
  await shown.getByRole("button", { name: `Helpful: ${heading}` }).click();
  await expect(shown).toContainText("1 person found this helpful");
  await shown.getByRole("button", { name: /take back/ }).click();
  await expect(shown).not.toContainText("found this helpful");
});

test("a shopper reads the reviews by stars, page by page", async ({ shopper, page, accessible }) => {
  await shopper.open("/p/morning-mug");
  const reviews = page.locator("#reviews");
  const rows = reviews.getByRole("list", { name: "Reviews by stars" }).getByRole("link");
  const count = await rows.first().innerText();
  await rows.first().click();
  await expect(page).toHaveURL(/stars=\d#reviews/);
  await expect(reviews).toContainText("Show all reviews");
  const most = Number(/(\d+)\s*(reviews)?\s*$/.exec(count)[1]);
  await expect(reviews.locator(".review")).toHaveCount(Math.min(most, 8));
  await accessible();
  await reviews.getByRole("link", { name: "Show all reviews" }).click();
  await expect(page).not.toHaveURL(/stars=/);
  await page.getByRole("link", { name: "Log in to write a review" }).click();
  await expect(page).toHaveURL(/\/login\?next=/);
});

test("a merchant rejects a review for a reason", async ({ shopper, merchant, page }) => {
  await shopper.register(newEmail("rejected"));
  await shopper.findProduct({ category: 4 });
  const product = new URL(page.url()).pathname;
  await page.locator("summary", { hasText: "Write a review" }).click();
  const heading = `About the parcel ${Date.now()}`;
  await page.getByRole("radio", { name: /1 of 5 stars/ }).check();
  await page.getByLabel("In a few words").fill(heading);
  await page.getByLabel("Your review").fill("It came late. I have not opened it yet.");
  await page.getByRole("button", { name: "Send review" }).click();
  await expect(page.getByRole("status").filter({ hasText: "Thank you for your review" })).toBeVisible();

  await merchant.comeIn();
  const desk = merchant.page;
  await merchant.open(`/admin/reviews?q=${encodeURIComponent(heading)}`);
  await expect(desk.locator("main")).toContainText("First review, not bought here");
  await desk.getByRole("link", { name: `Reject or reply: ${heading}` }).click();
  await desk.getByLabel("Why it is not shown").fill("It is about the delivery, not the product.");
  await desk.getByRole("button", { name: "Reject" }).click();
  await expect(desk.getByRole("status")).toContainText("its author reads the reason");

  await shopper.open(product);
  await expect(page.locator("#own-review")).toContainText("It is about the delivery, not the product.");
  await shopper.open("/account/reviews");
  await expect(page.locator("main")).toContainText("Why it is not shown: It is about the delivery, not the product.");
});

test("a customer adds pictures to a review, and the merchant takes one away", async ({ shopper, merchant, page, accessible, expected }) => {
  test.setTimeout(180_000);
  expected.push(422);
  const seed = Date.now() + Math.floor(Math.random() * 1e6);
  await shopper.register(newEmail("photographer"));
  await shopper.findProduct({ category: 3 });
  const product = new URL(page.url()).pathname;
  const form = page.locator(`form[action='${product}/reviews']`);
  await page.locator("summary", { hasText: "Write a review" }).click();
  await form.getByRole("radio", { name: /5 of 5 stars/ }).check();
  const heading = `With pictures ${seed}`;
  await form.getByLabel("In a few words").fill(heading);
  await form.getByLabel("Your review").fill("See for yourself how it looks on the shelf.");
  await form.getByLabel("Pictures").setInputFiles([file("note.png", Buffer.from("no picture"))]);
  await form.getByRole("button", { name: "Send review" }).click();
  await expect(page.getByRole("alert")).toContainText("This is not a JPEG, PNG or WebP picture.");
  await expect(form.getByLabel("In a few words")).toHaveValue(heading);
  await accessible();
  await form.getByLabel("Pictures").setInputFiles([file("a.png", png(900, 700, seed)), file("b.png", png(300, 400, seed + 1))]);
  await form.getByRole("button", { name: "Send review" }).click();
  await expect(page.getByRole("status").filter({ hasText: "Thank you for your review" })).toBeVisible();
  await page.locator("summary", { hasText: "Change your review" }).click();
  await expect(page.locator(".own-pictures img")).toHaveCount(2);
  await expectValidHtml(await shopper.open(product));

  await merchant.comeIn();
  const desk = merchant.page;
  await expectValidHtml(await merchant.open(`/admin/reviews?q=${encodeURIComponent(heading)}`));
  await expect(desk.locator(".review-pictures img")).toHaveCount(2);
  await accessible(desk);
  await desk.getByRole("link", { name: heading, exact: true }).click();
  await desk.getByRole("button", { name: "Remove picture 2" }).click();
  await expect(desk.getByRole("status")).toContainText("The picture is gone.");
  await accessible(desk);
  await desk.getByRole("button", { name: "Approve and show" }).click();
  await expect(desk.getByRole("status")).toContainText("The review is shown.");

  await shopper.logOut();
  await expect(async () => {
    await shopper.open(`${product}?pictures=1`);
    await expect(page.locator(".review", { hasText: heading }).locator(".review-pictures img")).toHaveCount(1, { timeout: 500 });
  }).toPass({ timeout: 30_000 });
  await expect(page.locator(".reviews-filter")).toContainText("Reviews with pictures");
  await expectValidHtml(await page.reload());
  await shopper.open(page.url());
  await accessible();
});
