//! T1: everything that must be on disk before the provider hears of a payment, for many checkouts at a time.
//!
//! One transaction claims the idempotency key, pins the cart's version, reserves the stock and writes checkout,
//! order, lines, attempt and log. A checkout that cannot have all of it leaves nothing.

mod orders;
mod pin;

use super::Quote;
use super::state::Way;
use crate::Error;
use crate::args;
use crate::db::{DbError, Read, Sql, Tx, Work};
use crate::id::{AttemptId, CartId, CheckoutId, CustomerId, OrderId, ProductId, StockId};
use crate::inventory::reserve::{self, ReserveRequest, Short};
use crate::point::{self, Point};
use crate::promotion::{self, Claim as PromotionClaim, Gone};
use crate::purchase_limit::{self, Claim as PurchaseClaim, Reached};
use crate::risk::Payer;
use crate::shipping::Estimate;
use crate::tax::Taxed;
use crate::tender::{self, Claim as TenderClaim};
use crate::warehouse::route::Otherwise;
use pin::{CLAIM, CheckoutRow, Claim, PIN};
use serde::Serialize;
use std::collections::HashSet;
use uuid::Uuid;

/// One checkout to prepare.
#[derive(Clone, Debug)]
pub(super) struct Prepare {
    pub checkout_id: CheckoutId,
    pub order_id: OrderId,
    pub attempt_id: AttemptId,
    pub cart_id: CartId,
    pub cart_version: i64,
    pub customer_id: Option<CustomerId>,
    pub quote: Quote,
    pub quote_json: String,
    pub quote_hash: String,
    pub number: String,
    pub access_token: String,
    pub scope: String,
    pub key: String,
    pub request_hash: String,
    pub way: Way,
    pub pm_token: String,
    pub provider: &'static str,
    pub lease_owner: String,
    pub lease_until: i64,
    pub expires_at: i64,
    pub demands: Vec<(StockId, i64)>,
    /// Units of products that have a limit for each buyer.
    pub limited: Vec<(ProductId, i64)>,
    pub payer: Payer,
    /// Why the order is held; empty when it is not.
    pub held: Vec<String>,
    /// What to reserve instead when somebody else was faster at `demands`.
    pub otherwise: Option<Otherwise>,
    /// When it arrives by the first choice; another warehouse in the last moment leaves it as it was told.
    pub due: Option<Estimate>,
    pub now: i64,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Prepared {
    Done,
    /// The idempotency key is in use.
    KeyTaken,
    /// The cart moved on, or its version is being paid already.
    CartMoved,
    Short(Vec<Short>),
    /// A promotion of the quote is not to be had any more.
    Gone(Gone),
    /// A gift card or the credit of the quote does not have it any more.
    TenderGone(tender::Gone),
    /// The buyer may not have so much of a product.
    LimitReached(Reached),
}

/// Code of the error that asks for another order number.
pub(super) const NUMBER_TAKEN: &str = "order_number_taken";

impl Prepare {
    fn taxed(&self) -> Taxed<'_> {
        let (country, region) = self.quote.taxed_at();
        Taxed { order_id: self.order_id, country, region, exemption: &self.quote.exemption, parts: &self.quote.taxes }
    }

    fn promotions(&self) -> PromotionClaim<'_> {
        PromotionClaim {
            checkout_id: self.checkout_id,
            customer_id: self.customer_id,
            email: &self.quote.email,
            currency: self.quote.totals.currency.code(),
            uses: &self.quote.promotions,
            again: false,
            now: self.now,
        }
    }

    fn purchases(&self) -> PurchaseClaim<'_> {
        PurchaseClaim {
            checkout_id: self.checkout_id,
            customer_id: self.customer_id,
            email: &self.quote.email,
            units: &self.limited,
            now: self.now,
        }
    }

    fn tender(&self) -> TenderClaim<'_> {
        TenderClaim {
            checkout_id: self.checkout_id,
            customer_id: self.customer_id,
            currency: self.quote.totals.currency.code(),
            tender: &self.quote.tender,
            again: false,
            now: self.now,
        }
    }
}

pub(super) struct Preparing;

impl Work for Preparing {
    type Item = Prepare;
    type Outcome = Prepared;
    type Error = Error;

    async fn run(&self, tx: &mut Tx, items: &[Prepare]) -> Result<Vec<Prepared>, Error> {
        let claimed = ids(tx, CLAIM, &items.iter().map(Claim::of).collect::<Vec<_>>()).await?;
        let candidates: Vec<_> = items.iter().filter(|item| claimed.contains(&item.checkout_id.0)).collect();
        let pinned = ids(tx, PIN, &candidates.iter().map(|item| CheckoutRow::of(item)).collect::<Vec<_>>()).await?;
        let candidates: Vec<_> = candidates.into_iter().filter(|item| pinned.contains(&item.checkout_id.0)).collect();
        // Accounts, promotions, limits, shelves: in this order. Only a late payment asks for its promotions after shelves.
        let mut empty: Vec<(CheckoutId, tender::Gone)> = Vec::new();
        let claims: Vec<_> = candidates.iter().map(|item| item.tender()).collect();
        let granted = tender::take(tx, &claims).await?;
        let mut fit = Vec::with_capacity(candidates.len());
        for (item, outcome) in candidates.into_iter().zip(granted) {
            match outcome {
                Ok(()) => fit.push(item),
                Err(one) => empty.push((item.checkout_id, one)),
            }
        }
        let candidates = fit;
        let mut gone: Vec<(CheckoutId, Gone)> = Vec::new();
        let claims: Vec<_> = candidates.iter().map(|item| item.promotions()).collect();
        let granted = promotion::take(tx, &claims).await?;
        let mut fit = Vec::with_capacity(candidates.len());
        for (item, outcome) in candidates.into_iter().zip(granted) {
            match outcome {
                Ok(()) => fit.push(item),
                Err(one) => gone.push((item.checkout_id, one)),
            }
        }
        let candidates = fit;
        let mut reached: Vec<(CheckoutId, Reached)> = Vec::new();
        let claims: Vec<_> = candidates.iter().map(|item| item.purchases()).collect();
        let granted = purchase_limit::take(tx, &claims).await?;
        let mut fit = Vec::with_capacity(candidates.len());
        for (item, outcome) in candidates.into_iter().zip(granted) {
            match outcome {
                Ok(()) => fit.push(item),
                Err(one) => reached.push((item.checkout_id, one)),
            }
        }
        let candidates = fit;
        let requests: Vec<_> = candidates
            .iter()
            .map(|item| ReserveRequest {
                checkout_id: item.checkout_id,
                expires_at: item.expires_at,
                demands: item.demands.clone(),
                otherwise: item.otherwise.clone(),
            })
            .collect();
        let mut short: Vec<(CheckoutId, Vec<Short>)> = Vec::new();
        let mut winners = Vec::new();
        for (item, outcome) in candidates.into_iter().zip(reserve::reserve_many(tx, &requests).await?) {
            match outcome {
                Ok(()) => winners.push(item),
                Err(rows) => short.push((item.checkout_id, rows)),
            }
        }
        let won: HashSet<Uuid> = winners.iter().map(|item| item.checkout_id.0).collect();
        let lost = |set: &HashSet<Uuid>| set.iter().filter(|id| !won.contains(id)).copied().collect::<Vec<_>>();
        give_back(tx, lost(&pinned), lost(&claimed)).await?;
        promotion::write(tx, &winners.iter().map(|item| item.promotions()).collect::<Vec<_>>()).await?;
        purchase_limit::write(tx, &winners.iter().map(|item| item.purchases()).collect::<Vec<_>>()).await?;
        tender::write(tx, &winners.iter().map(|item| item.tender()).collect::<Vec<_>>()).await?;
        orders::write(tx, &winners).await?;
        point::reached(Point::InPrepare).await;
        Ok(items
            .iter()
            .map(|item| {
                if won.contains(&item.checkout_id.0) {
                    Prepared::Done
                } else if let Some(at) = short.iter().position(|(id, _)| *id == item.checkout_id) {
                    Prepared::Short(short.swap_remove(at).1)
                } else if let Some(at) = gone.iter().position(|(id, _)| *id == item.checkout_id) {
                    Prepared::Gone(gone.swap_remove(at).1)
                } else if let Some(at) = empty.iter().position(|(id, _)| *id == item.checkout_id) {
                    Prepared::TenderGone(empty.swap_remove(at).1)
                } else if let Some(at) = reached.iter().position(|(id, _)| *id == item.checkout_id) {
                    Prepared::LimitReached(reached.swap_remove(at).1)
                } else if claimed.contains(&item.checkout_id.0) {
                    Prepared::CartMoved
                } else {
                    Prepared::KeyTaken
                }
            })
            .collect())
    }
}

async fn ids(tx: &mut Tx, sql: Sql, rows: &impl Serialize) -> Result<HashSet<Uuid>, Error> {
    let rows = serde_json::to_string(rows)?;
    if rows == "[]" {
        return Ok(HashSet::new());
    }
    let found: Vec<(Uuid,)> = tx.fetch_all(sql.of(tx.engine()), args![rows]).await?;
    Ok(found.into_iter().map(|(id,)| id).collect())
}

/// Takes back what a checkout wrote that could not have everything.
async fn give_back(tx: &mut Tx, checkouts: Vec<Uuid>, claims: Vec<Uuid>) -> Result<(), DbError> {
    const CHECKOUTS: Sql = Sql {
        sqlite: "DELETE FROM checkout WHERE id IN (SELECT unhex(value) FROM json_each($1))",
        postgres: "DELETE FROM checkout WHERE id = ANY($1)",
    };
    const CLAIMS: Sql = Sql {
        sqlite: "DELETE FROM idempotency WHERE checkout_id IN (SELECT unhex(value) FROM json_each($1))",
        postgres: "DELETE FROM idempotency WHERE checkout_id = ANY($1)",
    };
    for (sql, ids) in [(CHECKOUTS, checkouts), (CLAIMS, claims)] {
        if !ids.is_empty() {
            tx.execute(sql.of(tx.engine()), args![ids]).await?;
        }
    }
    Ok(())
}
