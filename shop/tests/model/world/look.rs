//! Looking at the real shop: its tables, its pages' data and the gateway's books.

use super::{NAMES, World};
use crate::model::op::{GOODS, Op, SHOPPERS};
use crate::model::seen::{Cart, Checkout, Line, Money, Problem, Seen};
use shop::args;
use shop::cart::{self, LineProblem};
use shop::id::CheckoutId;
use std::collections::HashMap;

/// One for each pair of an attempt and a line.
#[derive(sqlx::FromRow)]
struct Row {
    id: CheckoutId,
    state: String,
    order_state: String,
    total: i64,
    captured: i64,
    refunded: i64,
    attempt_no: i64,
    attempt_state: String,
    sku: String,
    quantity: i64,
    fulfilled: i64,
    restocked: i64,
}

impl World {
    /// How things stand after `op`. The carts of other shoppers, and the gateway's books where only the shop was asked,
    /// are taken to be as `expected`: they are looked at after the next operation that is about them.
    pub async fn seen(&self, op: &Op, expected: &Seen) -> Seen {
        let mut carts = expected.carts.clone();
        for who in (0..SHOPPERS).filter(|who| op.who().is_none_or(|it| it == *who)) {
            let cart = cart::load(&self.till.shop, &self.visitors[who]).await.unwrap();
            carts[who] = cart.map(shown);
        }
        let (ids, checkouts): (Vec<_>, Vec<_>) = self.bought().await.into_iter().unzip();
        let money = if op.reaches_the_provider() { self.money(&ids).await } else { expected.money.clone() };
        Seen { stock: self.stock().await, carts, checkouts, money }
    }

    async fn stock(&self) -> Vec<(i64, i64)> {
        let sql = "SELECT CAST(SUM(s.on_hand) AS BIGINT), CAST(SUM(s.reserved) AS BIGINT)
            FROM stock s JOIN variant v ON v.id = s.variant_id GROUP BY v.sku ORDER BY v.sku";
        self.t.db.fetch_all(sql, args![]).await.unwrap()
    }

    async fn bought(&self) -> Vec<(CheckoutId, Checkout)> {
        let sql = "SELECT k.id, k.state, o.state AS order_state, o.total, o.captured, o.refunded, a.attempt_no,
              a.state AS attempt_state, l.sku, l.quantity, l.fulfilled, l.restocked
            FROM checkout k JOIN orders o ON o.checkout_id = k.id
            JOIN payment_attempt a ON a.checkout_id = k.id JOIN order_line l ON l.order_id = o.id
            ORDER BY k.id, a.attempt_no, l.sku";
        let mut all: Vec<(CheckoutId, Checkout)> = Vec::new();
        for row in self.t.db.fetch_all::<Row>(sql, args![]).await.unwrap() {
            if all.last().is_none_or(|(id, _)| *id != row.id) {
                let (state, order) = (row.state, row.order_state);
                let (total, captured, refunded) = (row.total, row.captured, row.refunded);
                let (attempts, lines) = (Vec::new(), Vec::new());
                all.push((row.id, Checkout { state, attempts, order, total, captured, refunded, lines }));
            }
            let (_, checkout) = all.last_mut().expect("just pushed");
            if usize::try_from(row.attempt_no) == Ok(checkout.attempts.len() + 1) {
                checkout.attempts.push(row.attempt_state);
            }
            let line = (what(&row.sku), row.quantity, row.fulfilled, row.restocked);
            if !checkout.lines.contains(&line) {
                checkout.lines.push(line);
            }
        }
        all
    }

    async fn money(&self, checkouts: &[CheckoutId]) -> Vec<Money> {
        if checkouts.is_empty() {
            return Vec::new();
        }
        let mut money: HashMap<String, Money> = HashMap::new();
        for payment in self.till.payments().await {
            let sums = money.entry(payment.metadata["checkout_id"].clone()).or_default();
            let parts = [payment.authorised, payment.captured, payment.voided, payment.refunded];
            sums.iter_mut().zip(parts).for_each(|(sum, part)| *sum += part);
        }
        checkouts.iter().map(|id| money.remove(&id.to_string()).unwrap_or_default()).collect()
    }
}

fn shown(cart: cart::Cart) -> Cart {
    let mut lines: Vec<_> = cart
        .lines
        .into_iter()
        .map(|line| Line {
            what: what(&line.sku),
            quantity: line.quantity,
            problem: line.problem.map(|problem| match problem {
                LineProblem::StockReduced { available, .. } => Problem::Short(available),
                LineProblem::PriceChanged { .. } => Problem::Price,
                LineProblem::Unavailable | LineProblem::LimitReached { .. } => panic!("everything is for sale"),
            }),
        })
        .collect();
    lines.sort_by_key(|line| line.what);
    Cart { version: cart.version, subtotal: cart.subtotal.amount, lines }
}

fn what(sku: &str) -> usize {
    (0..GOODS).find(|at| NAMES[*at] == sku).expect("nothing else is sold")
}
