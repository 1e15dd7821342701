import { expectValidHtml } from "../support/checks.js";
import { newRun, sell } from "../support/sell.js";
import { CARDS, HOME, newEmail } from "../support/shopper.js";
import { expect, test } from "../support/test.js";

test("a merchant delivers to a town at a price of its own, and a shopper sees it from the cart to the order", async ({
  shopper,
  merchant,
  page,
  accessible,
  expected,
}) => {
  test.setTimeout(240_000);
  expected.push(422);
  const run = newRun();
  const postcode = `99${String(Math.floor(Math.random() * 1000)).padStart(3, "0")}`;
  await merchant.comeIn();
  const desk = merchant.page;
  await sell(merchant, run, 9);

  await merchant.open("/admin/shipping/zones/new");
  await desk.getByLabel("Name").fill(`Town ${run}`);
  await desk.getByLabel("Places", { exact: true }).fill(`DE ${postcode}*\nNowhere`);
  await desk.getByRole("button", { name: "Save zone" }).click();
  await expect(desk.getByRole("alert")).toContainText("knows no country NOWHERE");
  await accessible(desk);
  await desk.getByLabel("Places", { exact: true }).fill(`DE ${postcode}*`);
  await desk.getByRole("button", { name: "Save zone" }).click();
  await expect(desk.getByText("The zone is saved.")).toBeVisible();
  await desk.getByRole("link", { name: "Add method" }).click();
  await desk.getByLabel("Name").fill(`Town post ${run}`);
  await desk.getByLabel("Key").fill(`town-${run}`);
  await desk.getByLabel("Price table in EUR").fill("0 3.33\n30 9.90");
  await desk.getByLabel("Free from, in EUR").fill("50");
  await accessible(desk);
  await desk.getByRole("button", { name: "Save method" }).click();
  await expect(desk.getByText("The method is saved.")).toBeVisible();
  await expectValidHtml(await desk.reload());
  await accessible(desk);
  const zone = desk.url();

  await merchant.open("/admin/shipping/try");
  await desk.getByLabel("Products").fill(`CANDLE-${run} 1`);
  await desk.getByLabel("Postcode").fill(postcode);
  await desk.getByRole("button", { name: "Work it out" }).click();
  const methods = desk.getByRole("region", { name: "Methods", exact: true });
  await expect(methods.getByRole("row", { name: `Town post ${run}` })).toContainText("Offered €3.33");
  await expect(methods).toContainText(`It is for the zone Germany.`);
  await expectValidHtml(await desk.reload());
  await accessible(desk);

  await shopper.open(`/p/candle-${run}`);
  await shopper.addToCart(1);
  const summary = page.getByRole("region", { name: "Summary" });
  await summary.getByText("Delivery to Germany", { exact: true }).click();
  await summary.getByLabel("Postcode").fill(postcode);
  await shopper.press(summary.getByRole("button", { name: "Show delivery" }), /postal_code=/);
  await expect(summary).toContainText(`Town post ${run}: €3.33`);
  await expect(summary).toContainText("€30.00 more for free delivery to Germany");
  await expectValidHtml(await page.reload());
  await accessible();
  // Where a country's regions matter, they are asked for once the country is known.
  await summary.getByLabel("Country").selectOption({ label: "United States" });
  await shopper.press(summary.getByRole("button", { name: "Show delivery" }), /country=US/);
  await summary.getByLabel("State", { exact: true }).selectOption({ label: "California" });
  await summary.getByLabel("ZIP code").fill("90210");
  await shopper.press(summary.getByRole("button", { name: "Show delivery" }), /region=CA/);
  await expect(summary.getByText("Delivery to California, United States", { exact: true })).toBeVisible();
  await expectValidHtml(await page.reload());
  await accessible();
  await shopper.goToPayment({
    email: newEmail("town"),
    address: { ...HOME, postal_code: postcode },
    look: async (step) => {
      if (step !== "delivery") return;
      await expect(page.getByText(/Arrives between/)).toBeVisible();
      await accessible();
    },
  });
  await shopper.pay(CARDS.good);
  const number = await shopper.confirmed();
  await expect(page.getByText(/Arrives between/)).toBeVisible();
  await expectValidHtml(await page.reload());

  await merchant.open(`/admin/orders/${number}`);
  await expect(desk.getByRole("region", { name: "From where" })).toContainText(`CANDLE-${run}`);
  await accessible(desk);
  await merchant.open(new URL(zone).pathname);
  await merchant.pressCarefully(desk.getByRole("button", { name: "Delete zone" }));
  await expect(desk.getByText("The zone is deleted.")).toBeVisible();
});
