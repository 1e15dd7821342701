//! What must hold once everything has come to its end: the shop's own rules, the gateway's ledger, what shoppers were
//! told, and that nothing is left undecided.

use super::shopper;
use super::world::{Inner, World};
use shop::invariant::client;
use shop::invariant::provider::{self, Payment};
use shop::invariant::{self, Moment};
use shop::{Shop, args};

const PROVIDERS: [&str; 3] = ["stripe", "paypal", "razorpay"];

pub async fn judge(world: &World, shop: &Shop) -> shop::Result<Vec<String>> {
    let payments: Vec<Payment> = serde_json::from_value(world.gateway.ledger()["intents"].clone())?;
    let mut db = &shop.db;
    let mut verdicts = invariant::check(&mut db, Moment::Quiet, world.time.now_ms()).await?;
    verdicts.extend(provider::check(&mut db, Moment::Quiet, 0, &PROVIDERS, &payments).await?);
    let told: Vec<_> = {
        let inner = world.lock();
        // What was refused before it began has nothing to come to.
        let is_refused = |key: &str| shopper::is_over(&inner.told, key) && !is_final(&inner, key);
        inner.told.iter().filter(|told| !is_refused(&told.key)).cloned().collect()
    };
    verdicts.extend(client::check(&mut db, &told, true).await?);
    let mut wrong: Vec<String> = invariant::breaches(&verdicts)
        .iter()
        .map(|breach| format!("{} {}: {}", breach.rule, breach.reference, breach.detail))
        .collect();
    for (what, sql) in RULES {
        let rows: Vec<(String, String)> = shop.db.fetch_all(sql, args![]).await?;
        wrong.extend(rows.into_iter().map(|(which, how)| format!("{what}: {which} {how}")));
    }
    wrong.extend(kept(shop, &payments).await?);
    if !world.pays_meanwhile {
        wrong.extend(charged_all_the_same(shop, &payments).await?);
    }
    wrong.extend(conserved(world, shop).await?);
    digest(world, shop).await?;
    Ok(wrong)
}

/// Whether the provider was told that a payment is for this attempt, with or without hyphens.
fn names(payment: &Payment, attempt: &str) -> bool {
    let bare = attempt.replace('-', "");
    payment.metadata.values().any(|text| text.replace('-', "").contains(&bare))
}

fn is_final(inner: &Inner, key: &str) -> bool {
    inner.told.iter().any(|told| told.key == key && told.is_final)
}

/// What must not be, as (reference, detail).
const RULES: [(&str, &str); 6] = [
    (
        "undecided in the end",
        "SELECT o.number, k.state FROM checkout k JOIN orders o ON o.checkout_id = k.id
         WHERE k.state NOT IN ('placed','settled','released','refunded')",
    ),
    (
        "placed and never captured",
        "SELECT o.number, o.state FROM checkout k JOIN orders o ON o.checkout_id = k.id
         WHERE k.state = 'placed' AND o.state NOT IN ('cancelled','refunded')
           AND NOT EXISTS (SELECT 1 FROM recon_break b WHERE b.ref = o.number)",
    ),
    (
        "a difference nobody settles",
        "SELECT kind || ' ' || ref, detail FROM recon_break WHERE resolved_at IS NULL",
    ),
    (
        "not delivered",
        "SELECT kind, error FROM outbox WHERE delivered_at IS NULL",
    ),
    // Nobody refunds at the provider here: what the comparison had to book was sent before it was written down.
    (
        "refund without a row",
        "SELECT o.number, r.reason FROM refund r JOIN payment_attempt a ON a.id = r.attempt_id
         JOIN orders o ON o.checkout_id = a.checkout_id WHERE r.reason = 'made at the provider'",
    ),
    (
        "refund without an end",
        "SELECT o.number, r.state || ' since ' || r.updated_at FROM refund r JOIN payment_attempt a ON a.id = r.attempt_id
         JOIN orders o ON o.checkout_id = a.checkout_id WHERE r.state IN ('prepared','sent')",
    ),
];

/// Money that the provider holds or has taken for an attempt that the shop has declared over. The shop sees it and asks
/// for a person; but it should never have come to that.
async fn kept(shop: &Shop, payments: &[Payment]) -> shop::Result<Vec<String>> {
    let over = attempts(shop, "state IN ('declined','canceled')").await?;
    let is_kept = |payment: &&Payment| {
        let held = payment.authorised - payment.voided - payment.captured;
        held + payment.captured - payment.refunded > 0 && over.iter().any(|id| names(payment, id))
    };
    let show = |payment: &Payment| format!("money for an attempt that is over: {payment:?}");
    Ok(payments.iter().filter(is_kept).map(show).collect())
}

/// Cards that the provider charged, be it for a moment, after their shoppers were told that they were declined. Only the
/// shop itself charges a token, so nobody can have paid behind its back, unless the weather has it.
async fn charged_all_the_same(shop: &Shop, payments: &[Payment]) -> shop::Result<Vec<String>> {
    let declined = attempts(shop, "state = 'declined' AND way = 'token'").await?;
    let is_charged = |payment: &&Payment| payment.authorised > 0 && declined.iter().any(|id| names(payment, id));
    let show = |payment: &Payment| format!("declined here and charged there: {payment:?}");
    Ok(payments.iter().filter(is_charged).map(show).collect())
}

async fn attempts(shop: &Shop, which: &str) -> shop::Result<Vec<String>> {
    let sql = format!("SELECT id FROM payment_attempt WHERE {which}");
    let found: Vec<(shop::id::AttemptId,)> = shop.db.fetch_all(&sql, args![]).await?;
    Ok(found.into_iter().map(|(id,)| id.to_string()).collect())
}

/// I2 and I3 by the world's own count: what was ever on a shelf is there, or with somebody who keeps it.
async fn conserved(world: &World, shop: &Shop) -> shop::Result<Vec<String>> {
    let sql = "SELECT s.id, s.on_hand, s.reserved, CAST(COALESCE((SELECT SUM(r.quantity) FROM reservation r
            WHERE r.stock_id = s.id AND r.state = 'committed'), 0) AS BIGINT),
          CAST(COALESCE((SELECT SUM(m.delta) FROM stock_movement m
            WHERE m.stock_id = s.id AND m.reason = 'restocked'), 0) AS BIGINT)
        FROM stock s ORDER BY s.id";
    let rows: Vec<(shop::id::StockId, i64, i64, i64, i64)> = shop.db.fetch_all(sql, args![]).await?;
    let stocked = world.lock().stocked.clone();
    let mut wrong = Vec::new();
    for (stock, on_hand, reserved, sold, returned) in rows {
        let Some(ever) = stocked.get(&stock) else { continue };
        // A count whose answer was lost with the shop may have happened.
        if on_hand + sold - returned != *ever {
            world.note(format_args!("{stock}: {ever} ever, {on_hand} on hand, {sold} sold, {returned} returned"));
        }
        if sold - returned > ever + 2 * COUNTS || on_hand < reserved {
            wrong.push(format!("I3 {stock}: {sold} sold and {returned} returned of {ever}, {on_hand} on hand"));
        }
    }
    Ok(wrong)
}

/// Counts of stock that a storm has at most.
const COUNTS: i64 = 12;

/// Number and state of an order, state of its checkout, captured, refunded, epoch.
type Standing = (String, String, String, i64, i64, i64);

/// What the database came to goes into the trace, and into the tally.
async fn digest(world: &World, shop: &Shop) -> shop::Result<()> {
    let sql = "SELECT o.number, o.state, k.state, o.captured, o.refunded, k.epoch
        FROM orders o JOIN checkout k ON k.id = o.checkout_id ORDER BY o.number";
    let orders: Vec<Standing> = shop.db.fetch_all(sql, args![]).await?;
    for order in &orders {
        world.note(format_args!("{order:?}"));
    }
    let sql = "SELECT COALESCE(o.number, p.number, t.entity), t.entity, t.from_state, t.to_state, t.cause, t.at
        FROM transition_log t
        LEFT JOIN orders o ON o.id = t.entity_id OR o.checkout_id = t.entity_id
        LEFT JOIN payment_attempt a ON a.id = t.entity_id LEFT JOIN orders p ON p.checkout_id = a.checkout_id
        ORDER BY 1, t.at, t.id";
    let moves: Vec<(String, String, String, String, String, i64)> = shop.db.fetch_all(sql, args![]).await?;
    for one in &moves {
        world.note(format_args!("{one:?}"));
    }
    let sql = "SELECT id, on_hand, reserved FROM stock ORDER BY id";
    let stock: Vec<(shop::id::StockId, i64, i64)> = shop.db.fetch_all(sql, args![]).await?;
    for (id, on_hand, reserved) in stock {
        world.note(format_args!("{id} {on_hand} {reserved}"));
    }
    let (refunds,): (i64,) = shop.db.fetch_one("SELECT COUNT(*) FROM refund", args![]).await?;
    let sql = "SELECT COUNT(*) FROM outbox WHERE kind = 'event' AND payload LIKE '%\"order_paid_anew\"%'";
    let (anew,): (i64,) = shop.db.fetch_one(sql, args![]).await?;
    let mut inner = world.lock();
    inner.tally.anew = u64::try_from(anew).unwrap_or(0);
    inner.tally.checkouts = orders.len() as u64;
    let never = ["pending_payment", "payment_failed"];
    let is_placed = |order: &&Standing| order.2 != "released" && !never.contains(&order.1.as_str());
    inner.tally.placed = orders.iter().filter(is_placed).count() as u64;
    inner.tally.released = orders.iter().filter(|order| order.2 == "released").count() as u64;
    inner.tally.declined = inner.told.iter().filter(|told| told.status == 402).count() as u64;
    inner.tally.refunds = u64::try_from(refunds).unwrap_or(0);
    Ok(())
}
