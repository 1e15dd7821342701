import { expectValidHtml } from "../support/checks.js";
import { file, png } from "../support/png.js";
import { expect, test } from "../support/test.js";

test("a merchant gives a picture its words and another file, and clears out what is unused", async ({ shopper, merchant, page, accessible, expected }) => {
  test.setTimeout(180_000);
  // Another story may clear out the same unused files just now.
  expected.push(422, /\/media\//);
  const seed = Date.now() + Math.floor(Math.random() * 1e6);
  const run = seed.toString(36);
  await merchant.comeIn();
  const desk = merchant.page;
  await merchant.open("/admin/products/new");
  await desk.getByLabel("Title").first().fill(`Tea tin ${run}`);
  await desk.getByLabel("SKU, row 1").fill(`TIN-${run}`);
  await desk.getByLabel("Price EUR, row 1").fill("12");
  await desk.getByLabel("Status").selectOption("published");
  await desk.getByRole("button", { name: "Save product" }).click();
  await expect(desk.getByText("Now add pictures.")).toBeVisible();
  await merchant.open(new URL(desk.url()).pathname);
  await desk.getByLabel("Files").setInputFiles([file("tin.png", png(500, 400, seed))]);
  await desk.getByRole("button", { name: "Upload" }).click();
  await expect(desk.locator(".pictures li")).toHaveCount(1);

  await expectValidHtml(await merchant.open(`/admin/media?q=${run}`));
  const one = desk.locator(".media-item");
  await expect(one).toHaveCount(1);
  await accessible(desk);
  await one.getByRole("textbox", { name: `Alt text of a picture of Tea tin ${run}` }).fill("A tin, seen from above");
  await one.getByRole("button", { name: /Save alt text/ }).click();
  await expect(desk.getByRole("status")).toContainText("The words are saved.");
  await shopper.open(`/p/tea-tin-${run}`);
  await expect(page.locator(".gallery img").first()).toHaveAttribute("alt", "A tin, seen from above");
  const before = await page.locator(".gallery img").first().getAttribute("src");

  await one.locator("summary", { hasText: "Replace file" }).click();
  await one.locator("input[type=file]").setInputFiles([file("note.png", Buffer.from("no picture"))]);
  await one.getByRole("button", { name: /^Replace a picture/ }).click();
  await expect(desk.getByText("This is not a JPEG, PNG or WebP picture.").first()).toBeVisible();
  await accessible(desk);
  await one.locator("summary", { hasText: "Replace file" }).click();
  await one.locator("input[type=file]").setInputFiles([file("new.png", png(640, 480, seed + 1))]);
  await one.getByRole("button", { name: /^Replace a picture/ }).click();
  await expect(desk.getByRole("status")).toContainText("The file is replaced.");
  await shopper.open(`/p/tea-tin-${run}`);
  await expect(page.locator(".gallery img").first()).not.toHaveAttribute("src", before);

  await expectValidHtml(await merchant.open("/admin/media?show=unused"));
  await accessible(desk);
  await merchant.pressCarefully(desk.getByRole("button", { name: "Delete ticked files" }));
  await expect(desk.getByRole("status")).toContainText(/being deleted/);
});
