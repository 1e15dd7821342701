// Stripe's official client for Node, unmodified, against the sandbox gateway: whatever it reads, raises, pages
// through and verifies must be what it would be with the provider itself.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import Stripe from "stripe";

import { startGateway, startListener } from "./gateway.mjs";

const { errors } = Stripe;
let gateway;
let listener;
let stripe;

before(async () => {
  listener = await startListener();
  gateway = await startGateway("--webhook-url", listener.url("/configured"));
  stripe = gateway.client();
});

after(async () => {
  await gateway?.stop();
  listener?.stop();
});

const create = (more = {}) =>
  stripe.paymentIntents.create({
    amount: 1999,
    currency: "eur",
    capture_method: "manual",
    automatic_payment_methods: { enabled: true },
    metadata: { checkout_id: "c-1" },
    ...more,
  });

const confirm = (id, method = "pm_card_visa") =>
  stripe.paymentIntents.confirm(id, {
    payment_method: method,
    return_url: "http://shop.example/return",
  });

/** The error that `promise` is rejected with, of the class it must have. */
async function raised(promise, kind) {
  const error = await promise.then(
    () => assert.fail("nothing was raised"),
    (reason) => reason,
  );
  assert.ok(error instanceof kind, `${error?.constructor?.name}: ${error?.message}`);
  return error;
}

describe("payment intents", () => {
  it("are created, confirmed, captured and retrieved", async () => {
    const made = await create();
    assert.equal(made.object, "payment_intent");
    assert.equal(made.status, "requires_payment_method");
    assert.match(made.lastResponse.requestId, /^req_/);
    assert.equal((await confirm(made.id)).status, "requires_capture");
    const captured = await stripe.paymentIntents.capture(made.id, { amount_to_capture: 1500 });
    assert.deepEqual([captured.status, captured.amount_received], ["succeeded", 1500]);
    const shown = await stripe.paymentIntents.retrieve(made.id, {
      expand: ["latest_charge.payment_method"],
    });
    assert.equal(shown.latest_charge.amount_captured, 1500);
    assert.equal(shown.latest_charge.payment_method.card.last4, "4242");
    assert.deepEqual({ ...shown.metadata }, { checkout_id: "c-1" });
  });

  it("are canceled, and then take nothing more", async () => {
    const { id } = await create();
    await confirm(id);
    const canceled = await stripe.paymentIntents.cancel(id, { cancellation_reason: "abandoned" });
    assert.deepEqual([canceled.status, canceled.cancellation_reason], ["canceled", "abandoned"]);
    const error = await raised(stripe.paymentIntents.capture(id), errors.StripeInvalidRequestError);
    assert.equal(error.code, "payment_intent_unexpected_state");
    assert.equal(error.payment_intent.status, "canceled");
  });

  it("ask for 3-D Secure with an address to go to", async () => {
    const { id } = await create();
    const waiting = await confirm(id, "pm_card_threeDSecure2Required");
    assert.equal(waiting.status, "requires_action");
    assert.ok(waiting.next_action.redirect_to_url.url.startsWith(gateway.base.origin));
  });

  it("are paged through, newest first", async () => {
    const made = [];
    for (let at = 0; at < 7; at += 1) made.unshift((await create()).id);
    const seen = [];
    for await (const intent of stripe.paymentIntents.list({ limit: 3 })) {
      seen.push(intent.id);
      if (seen.length === made.length) break;
    }
    assert.deepEqual(seen, made);
    const first = await stripe.paymentIntents.list({ limit: 2 });
    assert.deepEqual([first.data.length, first.has_more], [2, true]);
    const back = await stripe.paymentIntents.list({ limit: 2, ending_before: made[3] });
    assert.deepEqual(back.data.map((it) => it.id), made.slice(1, 3));
    const since = Math.floor(Date.now() / 1000) + 3600;
    assert.equal((await stripe.paymentIntents.list({ created: { gte: since } })).data.length, 0);
  });
});

describe("errors", () => {
  it("are card errors for every kind of decline", async () => {
    for (const [method, code, declineCode] of [
      ["pm_card_chargeDeclined", "card_declined", "generic_decline"],
      ["pm_card_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"],
      ["pm_card_visa_chargeDeclinedStolenCard", "card_declined", "stolen_card"],
      ["pm_card_chargeDeclinedExpiredCard", "expired_card", ""],
      ["pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc", ""],
    ]) {
      const { id } = await create();
      const error = await raised(confirm(id, method), errors.StripeCardError);
      assert.deepEqual([error.statusCode, error.code, error.decline_code], [402, code, declineCode]);
      assert.equal(error.payment_intent.id, id);
      assert.equal(error.payment_intent.last_payment_error.code, code);
    }
  });

  it("name a wrong parameter, a missing object and a wrong key", async () => {
    const wrong = await raised(create({ amount: -5 }), errors.StripeInvalidRequestError);
    assert.equal(wrong.param, "amount");
    const missing = await raised(stripe.paymentIntents.retrieve("pi_none"), errors.StripeInvalidRequestError);
    assert.deepEqual([missing.statusCode, missing.code], [404, "resource_missing"]);
    const options = { protocol: "http", host: gateway.base.hostname, port: gateway.base.port };
    await raised(new Stripe("sk_test_other", options).refunds.list(), errors.StripeAuthenticationError);
  });

  it("tell a replay from a key that is used for something else", async () => {
    const options = { idempotencyKey: `contract-${process.pid}` };
    const params = { amount: 700, currency: "eur" };
    const first = await stripe.paymentIntents.create(params, options);
    const again = await stripe.paymentIntents.create(params, options);
    assert.equal(again.id, first.id);
    assert.equal(first.lastResponse.headers["idempotent-replayed"], undefined);
    assert.equal(again.lastResponse.headers["idempotent-replayed"], "true");
    const other = stripe.paymentIntents.create({ ...params, amount: 701 }, options);
    const error = await raised(other, errors.StripeIdempotencyError);
    assert.equal(error.statusCode, 400);
  });

  it("are retried by the client until the gateway is well again, with one payment in the end", async () => {
    for (const mood of ["reset", "status_500_uncached", "in_flight"]) {
      await gateway.control("mood", { operation: "payment_intents.create", mood });
      const made = await create({ metadata: { mood } });
      const recent = await stripe.paymentIntents.list({ limit: 100 });
      assert.deepEqual(recent.data.filter((it) => it.metadata.mood === mood).map((it) => it.id), [made.id], mood);
    }
  });

  it("say that there were too many calls", async () => {
    const limited = await startGateway("--webhook-url", listener.url("/limited"), "--rate-limit", "10/3");
    try {
      const client = limited.client({ maxNetworkRetries: 0 });
      const calls = await Promise.allSettled(Array.from({ length: 6 }, () => client.refunds.list()));
      const refused = calls.filter((it) => it.status === "rejected").map((it) => it.reason);
      assert.equal(refused.length, 3);
      for (const error of refused) {
        assert.ok(error instanceof errors.StripeRateLimitError);
        assert.deepEqual([error.statusCode, error.code], [429, "rate_limit"]);
        assert.equal(error.headers["stripe-rate-limited-reason"], "endpoint-rate");
      }
    } finally {
      await limited.stop();
    }
  });
});

describe("checkout sessions", () => {
  const open = () =>
    stripe.checkout.sessions.create({
      mode: "payment",
      line_items: [
        { quantity: 2, price_data: { currency: "eur", unit_amount: 450, product_data: { name: "Cup" } } },
      ],
      success_url: "http://shop.example/done?session={CHECKOUT_SESSION_ID}",
      cancel_url: "http://shop.example/cart",
      customer_email: "ada@example.com",
      payment_intent_data: { capture_method: "manual", metadata: { checkout_id: "c-2" } },
    });

  it("are created, paid on their page and retrieved", async () => {
    const session = await open();
    assert.deepEqual([session.status, session.amount_total], ["open", 900]);
    assert.match(await (await fetch(session.url)).text(), /Pay €9\.00/);
    const card = { number: "4242424242424242", expiry: "12 / 40", cvc: "123" };
    const paid = await fetch(session.url, { method: "POST", body: new URLSearchParams(card), redirect: "manual" });
    assert.equal(paid.headers.get("location"), `http://shop.example/done?session=${session.id}`);
    const done = await stripe.checkout.sessions.retrieve(session.id, {
      expand: ["payment_intent", "line_items"],
    });
    assert.equal(done.status, "complete");
    assert.equal(done.payment_intent.status, "requires_capture");
    assert.equal(done.payment_intent.metadata.checkout_id, "c-2");
    assert.equal(done.line_items.data[0].description, "Cup");
  });

  it("expire once", async () => {
    const { id } = await open();
    assert.equal((await stripe.checkout.sessions.expire(id)).status, "expired");
    await raised(stripe.checkout.sessions.expire(id), errors.StripeInvalidRequestError);
  });
});

describe("refunds, customers and payment methods", () => {
  it("give back no more than was captured", async () => {
    const { id } = await create({ capture_method: "automatic", payment_method: "pm_card_visa", confirm: true });
    const refund = await stripe.refunds.create({ payment_intent: id, amount: 999, reason: "requested_by_customer" });
    assert.deepEqual([refund.object, refund.status, refund.amount], ["refund", "succeeded", 999]);
    const error = await raised(
      stripe.refunds.create({ payment_intent: id, amount: 1001 }),
      errors.StripeInvalidRequestError,
    );
    assert.equal(error.code, "amount_too_large");
    const shown = await stripe.refunds.retrieve(refund.id, { expand: ["charge", "payment_intent"] });
    assert.equal(shown.charge.amount_refunded, 999);
    assert.equal(shown.payment_intent.id, id);
    assert.equal((await stripe.refunds.list({ payment_intent: id })).data.length, 1);
  });

  it("keep a customer's cards", async () => {
    const customer = await stripe.customers.create({ email: "ada@example.com", name: "Ada Byron" });
    const renamed = await stripe.customers.update(customer.id, { name: "Ada Lovelace" });
    assert.deepEqual([renamed.name, renamed.email], ["Ada Lovelace", "ada@example.com"]);
    const token = await stripe.paymentMethods.create({ type: "card", card: { token: "tok_visa" } });
    const card = await stripe.paymentMethods.attach(token.id, { customer: customer.id });
    assert.equal(card.customer, customer.id);
    const kept = await stripe.customers.listPaymentMethods(customer.id, { type: "card" });
    assert.deepEqual(kept.data.map((it) => it.id), [card.id]);
    const paid = await create({ customer: customer.id, payment_method: card.id, confirm: true, off_session: true });
    assert.equal(paid.status, "requires_capture");
    const intents = await stripe.paymentIntents.list({ customer: customer.id, expand: ["data.customer"] });
    assert.equal(intents.data[0].customer.name, "Ada Lovelace");
    assert.equal((await stripe.paymentMethods.detach(card.id)).customer, null);
    assert.deepEqual((await stripe.paymentMethods.list({ customer: customer.id, type: "card" })).data, []);
    assert.equal((await stripe.customers.del(customer.id)).deleted, true);
    assert.equal((await stripe.customers.retrieve(customer.id)).deleted, true);
  });

  it("show disputes", async () => {
    const { id } = await create({ capture_method: "automatic", payment_method: "pm_card_createDispute", confirm: true });
    const [dispute] = (await stripe.disputes.list({ payment_intent: id })).data;
    assert.deepEqual([dispute.status, dispute.amount], ["needs_response", 1999]);
    assert.equal((await stripe.disputes.close(dispute.id)).status, "lost");
  });
});

describe("events and webhooks", () => {
  it("are listed by type and retrieved", async () => {
    const { id } = await create();
    await confirm(id);
    const list = await stripe.events.list({ type: "payment_intent.amount_capturable_updated", limit: 1 });
    assert.equal(list.data[0].data.object.id, id);
    const event = await stripe.events.retrieve(list.data[0].id);
    assert.deepEqual([event.object, event.livemode], ["event", false]);
  });

  it("are delivered to an endpoint, and its signature holds for exactly what was sent", async () => {
    const endpoint = await stripe.webhookEndpoints.create({
      url: listener.url("/created"),
      enabled_events: ["payment_intent.succeeded"],
    });
    const { id } = await create();
    await confirm(id);
    await stripe.paymentIntents.capture(id);
    const { signature, body } = await listener.hear("/created", "payment_intent.succeeded");
    const event = stripe.webhooks.constructEvent(body, signature, endpoint.secret);
    assert.deepEqual([event.type, event.data.object.id], ["payment_intent.succeeded", id]);

    const configured = await listener.hear("/configured", "payment_intent.succeeded");
    assert.ok(stripe.webhooks.constructEvent(configured.body, configured.signature, gateway.webhookSecret));

    const refused = errors.StripeSignatureVerificationError;
    const verify = (text, header, secret, tolerance) => () =>
      stripe.webhooks.constructEvent(text, header, secret, tolerance);
    assert.throws(verify(body, signature, gateway.webhookSecret), refused, "another endpoint's secret");
    const changed = body.toString().replace('"amount":1999', '"amount":9999');
    assert.notEqual(changed, body.toString());
    assert.throws(verify(changed, signature, endpoint.secret), refused, "a changed body");
    assert.throws(verify(body, signature.replace("t=", "t=1"), endpoint.secret), refused, "a changed time");

    await gateway.control("clock", { signature_skew_s: -600 });
    try {
      const late = await create({ capture_method: "automatic", payment_method: "pm_card_visa", confirm: true });
      const again = await stripe.events.list({ type: "payment_intent.succeeded", limit: 1 });
      assert.equal(again.data[0].data.object.id, late.id);
      const old = await hearOf(late.id);
      assert.throws(verify(old.body, old.signature, endpoint.secret), refused, "ten minutes old");
      assert.ok(verify(old.body, old.signature, endpoint.secret, 3600)(), "and right apart from that");
    } finally {
      await gateway.control("clock", { signature_skew_s: 0 });
    }

    assert.equal((await stripe.webhookEndpoints.retrieve(endpoint.id)).secret, undefined);
    assert.equal((await stripe.webhookEndpoints.del(endpoint.id)).deleted, true);
    assert.deepEqual((await stripe.webhookEndpoints.list()).data.map((it) => it.id), ["we_configured"]);
  });
});

/** The delivery at the endpoint that was made above, of the success of this payment. */
const hearOf = (intent) =>
  listener.hear("/created", "payment_intent.succeeded", (event) => event.data.object.id === intent);
