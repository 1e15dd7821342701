import { expect, test } from "../support/test.js";

test("the shop says that it is well", async ({ request }) => {
  expect((await request.get("/healthz")).status()).toBe(200);
  expect((await request.get("/readyz")).status()).toBe(200);
});
