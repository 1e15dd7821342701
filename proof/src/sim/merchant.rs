//! The merchant: cancels, refunds, captures, ships, counts stock, decides about differences, while everything goes on.

use super::world::World;
use rand::Rng;
use rand::seq::IndexedRandom;
use shop::id::{OrderLineId, StaffId};
use shop::inventory::{self, Reason};
use shop::reconcile::{self, Break, Kind, Resolution};
use shop::staff::{Role, Staff};
use shop::{Error, Shop, args, order};

#[derive(Clone, Debug, sqlx::FromRow)]
struct Order {
    number: String,
    version: i64,
    captured: i64,
    refunded: i64,
}

/// How long a difference may take to be settled without the merchant.
const PATIENCE_MS: i64 = 30 * 60_000;

/// What a person decides about a difference; `None` where the shop is to settle it by itself: it gives back what it finds
/// in a list of its provider, and for which nothing is frozen.
async fn decision(shop: &Shop, one: &Break) -> shop::Result<Option<Resolution>> {
    if one.kind == Kind::AuthorisationLost {
        // Of every other order; the rest is cancelled by itself after a day.
        let is_odd = one.number.bytes().next_back().is_some_and(|last| last % 2 == 1);
        return Ok(is_odd.then_some(Resolution::CancelAndRestock));
    }
    if !one.kind.resolutions().contains(&Resolution::GiveBack) || one.payment.is_empty() {
        return Ok(None);
    }
    let sql = "SELECT k.state FROM checkout k JOIN orders o ON o.checkout_id = k.id
        WHERE o.number = $1 AND k.state = 'manual_review'";
    let frozen: Option<(String,)> = shop.db.fetch_optional(sql, args![&one.number]).await?;
    let is_ours = frozen.is_some() || !shop.payments.by_name(&one.provider)?.lists().intents;
    Ok(is_ours.then_some(Resolution::GiveBack))
}

fn anna() -> Staff {
    Staff {
        id: StaffId(uuid::Uuid::from_u128(1)),
        email: "anna@shop.example".into(),
        name: "Anna".into(),
        role: Role::Owner,
        address: String::new(),
    }
}

impl World {
    pub async fn merchant(&self, shop: &Shop) {
        let what = self.between(0, 10);
        let done = match what {
            0 => self.count(shop).await,
            10 => self.decide(shop).await,
            _ => self.handle(shop, what).await,
        };
        match done {
            Ok(()) => self.note("merchant: done"),
            Err(error) => self.failed("merchant", &error),
        }
    }

    /// What waits for a person: payments go on, money for nothing goes back, an order that cannot be charged is cancelled.
    async fn decide(&self, shop: &Shop) -> shop::Result<()> {
        if reconcile::payments_stopped(shop).await?.is_some() {
            self.note("merchant: payments go on");
            reconcile::resume_payments(shop, &anna()).await?;
        }
        for one in reconcile::open_breaks(shop).await? {
            if one.first_seen + PATIENCE_MS > shop.now_ms() {
                continue;
            }
            let Some(resolution) = decision(shop, &one).await? else { continue };
            let done = reconcile::resolve(shop, &anna(), one.id, one.version, resolution, "").await;
            self.note(format_args!("merchant: {resolution:?} for {:?} {}: {done:?}", one.kind, one.reference));
            if let Err(error) = done {
                self.failed("merchant", &error);
            }
        }
        Ok(())
    }

    pub async fn look_after(&self, shop: &Shop) {
        if let Err(error) = self.decide(shop).await {
            self.failed("merchant", &error);
        }
    }

    /// Something arrives, or is found to be missing.
    async fn count(&self, shop: &Shop) -> shop::Result<()> {
        let (stock, delta) = {
            let mut inner = self.lock();
            let Some(shelf) = self.town.shelves.choose(&mut inner.dice) else { return Ok(()) };
            (shelf.stock, if inner.dice.random_bool(0.5) { 2 } else { -1 })
        };
        let reason = if delta > 0 { Reason::Received } else { Reason::Damaged };
        self.note(format_args!("merchant: {delta} units"));
        inventory::adjust(shop, &anna(), stock, delta, reason, "").await?;
        *self.lock().stocked.entry(stock).or_default() += delta;
        Ok(())
    }

    async fn handle(&self, shop: &Shop, what: u64) -> shop::Result<()> {
        let sql = "SELECT number, version, captured, refunded FROM orders WHERE placed_at IS NOT NULL ORDER BY number";
        let orders: Vec<Order> = shop.db.fetch_all(sql, args![]).await?;
        let (order, part, restock) = {
            let mut inner = self.lock();
            let Some(order) = orders.choose(&mut inner.dice).cloned() else { return Ok(()) };
            (order, inner.dice.random_range(1..=4), inner.dice.random_bool(0.5))
        };
        let (by, number, version) = (anna(), order.number.as_str(), order.version);
        self.note(format_args!("merchant: {what} with {number}"));
        match what {
            1..=3 => order::cancel(shop, &by, number, version, restock, "wish").await,
            4..=6 => {
                let amount = ((order.captured - order.refunded) / part).max(1);
                let lines = if restock { self.one_unit(shop, number).await? } else { Vec::new() };
                let done = order::refund(shop, &by, number, version, amount, lines, "scratched").await;
                // A wish that cannot be met is no fault.
                if matches!(done, Err(Error::Invalid(_))) { Ok(()) } else { done }
            }
            7 => order::capture(shop, &by, number, version).await,
            8 => order::ship(shop, &by, number, version, Vec::new(), "DHL", "1").await,
            _ => order::mark_delivered(shop, &by, number, version).await,
        }
    }

    async fn one_unit(&self, shop: &Shop, number: &str) -> shop::Result<Vec<(OrderLineId, i64)>> {
        let sql = "SELECT l.id FROM order_line l JOIN orders o ON o.id = l.order_id WHERE o.number = $1
            ORDER BY l.position LIMIT 1";
        let lines: Vec<(OrderLineId,)> = shop.db.fetch_all(sql, args![number]).await?;
        Ok(lines.into_iter().map(|(id,)| (id, 1)).collect())
    }
}
