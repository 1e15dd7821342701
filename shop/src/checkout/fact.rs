//! The one entry for all payment news: the answer to a call, a webhook, the return page, the poller, the merchant.
//!
//! News is judged against the locked checkout (`fact/judge.rs`, a pure function) and applied in the same transaction,
//! many facts at a time: order, reservation, ledger, outbox and stored answer move together or not at all. The state
//! only moves forward; hearing the same thing twice changes nothing.

mod apply;
mod expired;
mod judge;
mod late;
mod settle;

use super::idempotency::Answer;
use super::state::{AttemptState, CheckoutState, Way};
use crate::args;
use crate::db::{DbError, Engine, Read, Sql, Tx, Work};
use crate::id::{AttemptId, CartId, CheckoutId, OrderId};
use crate::payment::Snapshot;
use crate::point::{self, Point};
use crate::setting::CapturePolicy;
use crate::tender::Spender;
use crate::{Error, Result, Shop, rows};
use serde::Serialize;
use std::collections::{HashMap, HashSet};

/// Applies what the provider says about an attempt. Monotonic: older and repeated news changes nothing.
pub async fn apply_payment_fact(shop: &Shop, attempt: AttemptId, snapshot: &Snapshot) -> Result<()> {
    let sql = "SELECT checkout_id FROM payment_attempt WHERE id = $1";
    let (checkout,): (CheckoutId,) =
        shop.db.fetch_optional(sql, args![attempt]).await?.ok_or(Error::NotFound("payment attempt"))?;
    apply(shop, checkout, Some(attempt), News::Intent(snapshot.clone())).await?;
    Ok(())
}

/// As [`apply_payment_fact`], with any kind of news; tells where the checkout stands afterwards.
pub(crate) async fn apply(
    shop: &Shop,
    checkout_id: CheckoutId,
    attempt_id: Option<AttemptId>,
    news: News,
) -> Result<Standing> {
    bring(shop, checkout_id, attempt_id, news, Vec::new()).await
}

/// As [`apply`], for news brought by stored events, which are marked as applied in the same transaction.
pub(crate) async fn apply_events(
    shop: &Shop,
    checkout_id: CheckoutId,
    attempt_id: AttemptId,
    news: News,
    events: Vec<String>,
) -> Result<Standing> {
    bring(shop, checkout_id, Some(attempt_id), news, events).await
}

async fn bring(
    shop: &Shop,
    checkout_id: CheckoutId,
    attempt_id: Option<AttemptId>,
    news: News,
    events: Vec<String>,
) -> Result<Standing> {
    let automatic_capture = shop.settings.capture == CapturePolicy::Automatic;
    let fact = Fact { checkout_id, attempt_id, news, events, automatic_capture, now: shop.now_ms() };
    let standing = shop.checkouts.apply(fact).await?;
    point::reached(Point::PivotCommitted).await;
    if matches!(standing, Standing::Placed { .. } | Standing::Refunding) {
        shop.wake.notify_one();
    }
    Ok(standing)
}

#[derive(Clone, Debug)]
pub(crate) enum News {
    Intent(Snapshot),
    /// The hosted page was closed before anybody paid there.
    SessionExpired,
    /// No page or payment was handed to anybody: asked for twice without an answer, or `refused` by the provider, who
    /// guarantees that the call had no effect (code and words). `epoch` is that of the lease of who says so: somebody
    /// else may have had another answer meanwhile.
    NotMade {
        epoch: Option<i64>,
        refused: Option<(String, String)>,
    },
    /// The payment was declined, by code and words.
    Refused {
        code: String,
        message: String,
    },
    /// The call may or may not have happened.
    NoAnswer,
    /// The total is nothing.
    NothingToPay,
}

#[derive(Clone, Debug)]
pub(crate) struct Fact {
    pub checkout_id: CheckoutId,
    pub attempt_id: Option<AttemptId>,
    pub news: News,
    /// The stored events that brought the news.
    pub events: Vec<String>,
    pub automatic_capture: bool,
    pub now: i64,
}

/// Where a checkout stands after a fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    Placed {
        order_id: OrderId,
        number: String,
        access_token: String,
    },
    /// The shopper has to act: `next_url` of a challenge, or empty.
    Open {
        next_url: String,
    },
    Declined {
        code: String,
        message: String,
    },
    Pending,
    Released,
    Refunding,
    Review,
}

/// A checkout with its order and the attempt the news is about, as they are now.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct Situation {
    pub checkout_id: CheckoutId,
    #[sqlx(try_from = "String")]
    pub checkout_state: CheckoutState,
    pub recovery_point: String,
    pub epoch: i64,
    pub cart_id: CartId,
    pub cart_version: i64,
    pub expires_at: i64,
    pub order_id: OrderId,
    pub number: String,
    pub access_token: String,
    pub order_state: String,
    pub total: i64,
    /// Of the total, what gift cards and credit pay.
    pub tender: i64,
    pub tax: i64,
    pub currency: String,
    pub captured: i64,
    pub payment_expired_at: Option<i64>,
    /// It waits for a person.
    pub held: bool,
    pub attempt_id: Option<AttemptId>,
    pub provider: Option<String>,
    pub way: Option<String>,
    pub attempt_state: Option<String>,
    pub amount: Option<i64>,
    pub provider_ref: Option<String>,
    pub next_url: Option<String>,
    pub decline_code: Option<String>,
    pub decline_message: Option<String>,
}

impl Situation {
    pub fn attempt(&self) -> Option<AttemptState> {
        self.attempt_state.clone().and_then(|text| AttemptState::try_from(text).ok())
    }

    pub fn way(&self) -> Option<Way> {
        self.way.clone().and_then(|text| Way::try_from(text).ok())
    }

    /// Minor units that a payment has to bring.
    pub fn due(&self) -> i64 {
        self.total - self.tender
    }

    pub fn spender(&self) -> Spender<'_> {
        let (checkout_id, order_id, number) = (self.checkout_id, self.order_id, self.number.as_str());
        Spender { checkout_id, order_id, number, tender: self.tender }
    }

    pub fn placed(&self) -> Standing {
        Standing::Placed {
            order_id: self.order_id,
            number: self.number.clone(),
            access_token: self.access_token.clone(),
        }
    }
}

pub(super) struct Facts;

impl Work for Facts {
    type Item = Fact;
    /// `None`: come again, another fact of the same checkout was in this batch.
    type Outcome = Option<Standing>;
    type Error = Error;

    const IS_FINAL: bool = true;

    async fn run(&self, tx: &mut Tx, items: &[Fact]) -> Result<Vec<Option<Standing>>, Error> {
        let mut seen = HashSet::new();
        let first: Vec<bool> = items.iter().map(|fact| seen.insert(fact.checkout_id)).collect();
        let facts: Vec<_> = items.iter().zip(&first).filter(|(_, first)| **first).map(|(fact, _)| fact).collect();
        let mut situations = situations(tx, &facts).await?;
        let mut judged = Vec::with_capacity(facts.len());
        for fact in facts {
            let situation = situations
                .remove(&fact.checkout_id)
                .ok_or_else(|| Error::Internal(format!("no checkout {} for a payment fact", fact.checkout_id)))?;
            let plan = judge::judge(&situation, &fact.news);
            judged.push(apply::Judged { fact, situation, plan });
        }
        let mut standings: HashMap<CheckoutId, Standing> = apply::apply(tx, &judged).await?;
        Ok(items
            .iter()
            .zip(first)
            .map(|(fact, first)| if first { standings.remove(&fact.checkout_id) } else { None })
            .collect())
    }
}

/// Locks the checkouts, in order of id, then their orders, then reads what belongs to them. Everybody who needs both an
/// order and its shelves takes the order first: a merchant who cancels does, and here one batch takes goods off shelves
/// for some orders and books money for others.
async fn situations(tx: &mut Tx, facts: &[&Fact]) -> Result<HashMap<CheckoutId, Situation>, DbError> {
    #[derive(Serialize)]
    struct Row {
        checkout_id: CheckoutId,
        attempt_id: Option<AttemptId>,
    }
    let rows: Vec<_> = facts.iter().map(|f| Row { checkout_id: f.checkout_id, attempt_id: f.attempt_id }).collect();
    let rows = serde_json::to_string(&rows).expect("ids serialise");
    if tx.engine() == Engine::Postgres {
        // A statement of its own: what it waited for must be visible to the one that reads.
        tx.fetch_all::<(CheckoutId,)>(LOCK, args![&rows]).await?;
        tx.fetch_all::<(OrderId,)>(LOCK_ORDERS, args![&rows]).await?;
    }
    let found: Vec<Situation> = tx.fetch_all(READ.of(tx.engine()), args![rows]).await?;
    Ok(found.into_iter().map(|situation| (situation.checkout_id, situation)).collect())
}

const LOCK: &str = "SELECT id FROM checkout
    WHERE id IN (SELECT checkout_id FROM json_to_recordset(CAST($1 AS JSON)) AS d(checkout_id UUID))
    ORDER BY id FOR NO KEY UPDATE";

const LOCK_ORDERS: &str = "SELECT id FROM orders
    WHERE checkout_id IN (SELECT checkout_id FROM json_to_recordset(CAST($1 AS JSON)) AS d(checkout_id UUID))
    ORDER BY id FOR NO KEY UPDATE";

const READ: Sql = rows!(
    "SELECT k.id AS checkout_id, k.state AS checkout_state, k.recovery_point, k.epoch, k.cart_id, k.cart_version,
       k.expires_at, o.id AS order_id, o.number, o.access_token, o.state AS order_state, o.total, o.tender, o.tax, o.currency, o.captured,
       o.payment_expired_at, o.held <> '' AS held,
       a.id AS attempt_id, a.provider, a.way, a.state AS attempt_state, a.amount, a.provider_ref,
       a.next_url, a.decline_code, a.decline_message FROM",
    [checkout_id UUID, attempt_id UUID],
    "JOIN checkout k ON k.id = d.checkout_id
     JOIN orders o ON o.checkout_id = k.id
     LEFT JOIN payment_attempt a ON a.id = d.attempt_id AND a.checkout_id = k.id"
);

/// The stored answer of a released checkout.
pub(super) fn expired() -> Answer {
    Answer::Conflict {
        code: "checkout_expired".into(),
        message: "The time to pay ran out and nothing was charged. Your cart is still there.".into(),
    }
}
