import { expectValidHtml } from "../support/checks.js";
import { file, png } from "../support/png.js";
import { newRun, sell } from "../support/sell.js";
import { awake, expect, test } from "../support/test.js";

test("a merchant adds pictures, sees what is refused, and shoppers get them in their size", async ({ shopper, merchant, page, expected, accessible, hydrated }) => {
  test.setTimeout(180_000);
  expected.push(422);
  const seed = Date.now() + Math.floor(Math.random() * 1e6);
  const run = seed.toString(36);
  await merchant.comeIn();
  const desk = merchant.page;
  await merchant.open("/admin/products/new");
  await desk.getByLabel("Title").first().fill(`Field bag ${run}`);
  await desk.getByLabel("SKU, row 1").fill(`BAG-${run}`);
  await desk.getByLabel("Price EUR, row 1").fill("80");
  await desk.getByLabel("Status").selectOption("published");
  await desk.getByRole("button", { name: "Save product" }).click();
  await expect(desk.getByText("Now add pictures.")).toBeVisible();
  await merchant.open(new URL(desk.url()).pathname);

  // One that is none: it is named, and the others are there.
  const sent = [file("front.png", png(1400, 1000, seed)), file("script.png", Buffer.from("<script>alert(1)</script>")), file("side.png", png(900, 1200, seed + 1))];
  await desk.getByLabel("Files").setInputFiles(sent);
  await desk.getByRole("button", { name: "Upload" }).click();
  await expect(desk.getByText("script.png: This is not a JPEG, PNG or WebP picture.").or(desk.getByText("This is not a JPEG, PNG or WebP picture.")).first()).toBeVisible();
  if (hydrated) {
    await expect(desk.locator(".uploads .good")).toHaveCount(2);
    await accessible(desk);
    // What was typed meanwhile is saved with them.
    await desk.getByLabel("Brand").fill("Harbour & Sons");
    await desk.getByRole("button", { name: "Save product" }).click();
    await expect(desk.getByText("The product is saved.")).toBeVisible();
    await merchant.open(new URL(desk.url()).pathname);
    await expect(desk.getByLabel("Brand")).toHaveValue("Harbour & Sons");
  } else {
    await merchant.open(new URL(desk.url()).pathname.replace(/\/pictures$/, ""));
  }
  await expect(desk.locator(".pictures li")).toHaveCount(2);

  // The second one to the front, with its subject at the lower left.
  await desk.getByLabel("What picture 2 shows").fill("The bag from its side");
  await desk.getByRole("button", { name: "Move picture 2 up" }).click();
  await expect(desk.getByText("The new order is kept when you save the product.")).toBeVisible();
  await expect(desk.getByLabel("What picture 1 shows")).toHaveValue("The bag from its side");
  await desk.waitForLoadState();
  await awake(desk, hydrated);
  if (hydrated) {
    const picture = desk.locator(".focus-picker").first();
    const box = await picture.boundingBox();
    await picture.click({ position: { x: box.width * 0.2, y: box.height * 0.8 } });
    await expect(desk.getByLabel("Focus of picture 1, % from the left")).toHaveValue(/^(19|20|21)$/);
  } else {
    await desk.getByLabel("Focus of picture 1, % from the left").fill("20");
    await desk.getByLabel("Focus of picture 1, % from the top").fill("80");
  }
  await desk.getByRole("button", { name: "Save product" }).click();
  await expect(desk.getByText("The product is saved.")).toBeVisible();
  await expectValidHtml(await merchant.open(new URL(desk.url()).pathname));
  await accessible(desk);

  // Sizes are drawn within seconds.
  await expect(async () => {
    await shopper.open(`/p/field-bag-${run}`);
    await expect(page.locator(".gallery source")).toHaveCount(2, { timeout: 500 });
  }).toPass({ timeout: 60_000 });
  const first = page.locator(".gallery-first img, .gallery li:first-child img").first();
  await expect(first).toHaveAttribute("alt", "The bag from its side");
  await expect(first).toHaveClass("focus-x-2 focus-y-8");
  expect(await first.evaluate((img) => getComputedStyle(img).objectPosition)).toBe("20% 80%");
  await expect.poll(() => first.evaluate((img) => img.complete && img.naturalWidth > 0)).toBe(true);
  expect(await first.evaluate((img) => img.currentSrc)).toMatch(/-\d+\.webp$/);
  await accessible();
});

test("pictures that are dropped on the form are sent and shown", async ({ merchant, hydrated }) => {
  test.skip(!hydrated, "dropping needs scripts; the form's button is told above");
  await merchant.comeIn();
  const desk = merchant.page;
  // Of its own: other stories edit theirs meanwhile.
  await sell(merchant, newRun());
  await merchant.open(new URL(desk.url()).pathname);
  const before = await desk.locator(".pictures li").count();
  const bytes = png(300, 200, Date.now()).toString("base64");
  const data = await desk.evaluateHandle(([text, name]) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))], name, { type: "image/png" }));
    return transfer;
  }, [bytes, `dropped-${Date.now()}.png`]);
  await desk.dispatchEvent("form[data-upload]", "drop", { dataTransfer: data });
  await expect(desk.locator(".pictures li")).toHaveCount(before + 1, { timeout: 20_000 });
});
