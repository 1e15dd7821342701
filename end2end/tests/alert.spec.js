import { expectValidHtml } from "../support/checks.js";
import { newEmail } from "../support/shopper.js";
import { expect, test } from "../support/test.js";

/** A product with nothing of it in stock; its SKU and where it is shown. */
async function soldOut(merchant) {
  const run = `${Date.now().toString(36)}${Math.floor(Math.random() * 1e6).toString(36)}`;
  const desk = merchant.page;
  await merchant.open("/admin/products/new");
  await desk.getByLabel("Title").first().fill(`Rain hat ${run}`);
  await desk.getByLabel("SKU, row 1").fill(`HAT-${run}`);
  await desk.getByLabel("Price EUR, row 1").fill("40");
  await desk.getByLabel("Status").selectOption("published");
  await desk.getByRole("button", { name: "Save product" }).click();
  await expect(desk.getByText("Now add pictures.")).toBeVisible();
  return { sku: `HAT-${run}`, title: `Rain hat ${run}`, path: `/p/rain-hat-${run}` };
}

test("somebody is told when something is back, and ends further mail by its link", async ({ shopper, merchant, page, accessible, expected }) => {
  test.setTimeout(180_000);
  expected.push(422);
  await merchant.comeIn();
  const desk = merchant.page;
  const hat = await soldOut(merchant);

  await expectValidHtml(await shopper.open(hat.path));
  await accessible();
  const form = page.locator("#back-in-stock");
  await expect(form.getByRole("button", { name: "Tell me" })).toBeVisible();
  const email = newEmail("waits");
  await form.getByLabel("E-mail").fill(`${email.split("@")[0]}@nowhere`);
  await form.getByRole("button", { name: "Tell me" }).click();
  await expect(page.getByRole("alert")).toContainText("This is not an e-mail address.");
  await accessible();
  await form.getByLabel("E-mail").fill(email);
  await form.getByRole("button", { name: "Tell me" }).click();
  await expect(page.locator("#back-in-stock")).toContainText("We will tell you");
  await accessible();

  await expectValidHtml(await merchant.open(`/admin/inventory/${hat.sku}`));
  await expect(desk.locator("main")).toContainText("1 address wants to be told when it is back.");
  await accessible(desk);
  await desk.getByLabel("Change, in units").fill("2");
  await desk.getByRole("button", { name: "Adjust stock" }).click();
  await expect(desk.getByRole("status")).toContainText("2 on hand");
  const subject = desk.getByRole("link", { name: `${hat.title} is back` }).first();
  await expect(async () => {
    await merchant.open("/admin/mail");
    await expect(subject).toBeVisible({ timeout: 1000 });
  }).toPass({ timeout: 30_000 });
  const mail = await (await desk.request.get(await subject.getAttribute("href"))).text();
  expect(mail).toContain(email);
  const link = /\/alerts\/[\w-]+/.exec(mail)[0];

  await expectValidHtml(await shopper.open(link));
  await expect(page.locator("h1")).toHaveText("No more mails like this");
  await accessible();
});

test("a customer types no address and can take it back", async ({ shopper, merchant, page, accessible }) => {
  await merchant.comeIn();
  const hat = await soldOut(merchant);
  await shopper.register(newEmail("regular"));
  await shopper.open(hat.path);
  await expect(page.locator("#back-in-stock")).toContainText("We write to");
  await page.locator("#back-in-stock").getByRole("button", { name: "Tell me" }).click();
  await expect(page.locator("#back-in-stock")).toContainText("We will tell you");
  await expectValidHtml(await shopper.open("/wishlist"));
  await accessible();
  await page.getByRole("button", { name: `Do not tell me about ${hat.title}` }).click();
  await expect(page.locator("#waiting")).toBeHidden();
});
