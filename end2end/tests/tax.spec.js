import { expectValidHtml } from "../support/checks.js";
import { newRun } from "../support/sell.js";
import { expect, test } from "../support/test.js";

test("a merchant makes a tax zone, adds a rate, is refused a second one, and tries it out", async ({
  merchant,
  accessible,
  expected,
}) => {
  expected.push(422);
  // Postcodes that no other story delivers to.
  const run = newRun().slice(-8);
  await merchant.comeIn();
  const desk = merchant.page;

  await merchant.open("/admin/taxes/zones/new");
  await desk.getByLabel("Name").fill(`Quarter ${run}`);
  await desk.getByLabel("Places").fill(`IS ${run}`);
  await desk.getByRole("button", { name: "Save zone" }).click();
  await expect(desk.getByText("The zone is saved. Now add rates.")).toBeVisible();
  await accessible(desk);

  const add = desk.getByRole("region", { name: "Add a rate" });
  const addRate = async () => {
    await add.getByLabel("Name").fill("VSK 24 %");
    await add.getByLabel("Percent").fill("24");
    await add.getByRole("button", { name: "Add rate" }).click();
  };
  await addRate();
  await expect(desk.getByText("The rate is added.")).toBeVisible();
  await expect(desk.getByRole("row", { name: "VSK 24 %" })).toContainText("In force");
  await expectValidHtml(await desk.reload());
  await addRate();
  await expect(desk.getByRole("alert")).toContainText("Another rate of this class is valid");
  await expect(add.getByLabel("Percent")).toHaveValue("24");
  await accessible(desk);

  await merchant.open("/admin/taxes/try");
  await desk.getByLabel("Shelf price").fill("124");
  await desk.getByLabel("Country").selectOption({ label: "Iceland" });
  await desk.getByLabel("Postcode").fill(`${run}1`);
  await desk.getByRole("button", { name: "Work it out" }).click();
  const result = desk.getByRole("region", { name: "Result" });
  await expect(result).toContainText(`Quarter ${run}`);
  await expect(result).toContainText("€24.00");
  await expectValidHtml(await desk.reload());
  await accessible(desk);
});
