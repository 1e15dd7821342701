//! Uses of checkouts that end without an order go back, once; and are claimed again when the money came late.

use super::QuotedUse;
use super::claim::{Claim, buyers, take};
use super::counts::{Counted, Counts};
use crate::db::{Read, Sql, Tx};
use crate::id::{CheckoutId, CustomerId, PromotionCodeId, PromotionId};
use crate::{Result, args};
use uuid::Uuid;

/// `$1`: checkout ids. Which promotions they hold.
const HELD: Sql = Sql {
    sqlite: "SELECT DISTINCT promotion_id FROM promotion_use
      WHERE checkout_id IN (SELECT unhex(value) FROM json_each($1)) AND state = 'claimed'",
    postgres: "SELECT DISTINCT promotion_id FROM promotion_use WHERE checkout_id = ANY($1) AND state = 'claimed'",
};
const LOCK: Sql = Sql {
    sqlite: "SELECT id FROM promotion WHERE id IN (SELECT unhex(value) FROM json_each($1))",
    postgres: "SELECT id FROM promotion WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE",
};
const RELEASE: Sql = Sql {
    sqlite: "UPDATE promotion_use SET state = 'released'
      WHERE checkout_id IN (SELECT unhex(value) FROM json_each($1)) AND state = 'claimed'
      RETURNING promotion_id, code_id, customer_id, email, currency, amount + shipping AS off",
    postgres: "UPDATE promotion_use SET state = 'released' WHERE checkout_id = ANY($1) AND state = 'claimed'
      RETURNING promotion_id, code_id, customer_id, email, currency, amount + shipping AS off",
};

#[derive(sqlx::FromRow)]
struct Released {
    promotion_id: PromotionId,
    code_id: Option<PromotionCodeId>,
    customer_id: Option<CustomerId>,
    email: String,
    currency: String,
    off: i64,
}

/// Gives back what these checkouts have claimed; what was given back before stays so. Call it before shelves are locked,
/// as everybody does who needs both.
pub(crate) async fn release(tx: &mut Tx, checkouts: impl Iterator<Item = CheckoutId>) -> Result<()> {
    let engine = tx.engine();
    let ids: Vec<Uuid> = checkouts.map(|id| id.0).collect();
    let held: Vec<(PromotionId,)> = tx.fetch_all(HELD.of(engine), args![ids.clone()]).await?;
    if held.is_empty() {
        return Ok(());
    }
    let held: Vec<Uuid> = held.into_iter().map(|(id,)| id.0).collect();
    tx.fetch_all::<(PromotionId,)>(LOCK.of(engine), args![held]).await?;
    let released: Vec<Released> = tx.fetch_all(RELEASE.of(engine), args![ids]).await?;
    let counted = released.into_iter().map(|row| Counted {
        promotion_id: row.promotion_id,
        code_id: row.code_id,
        buyers: buyers(row.customer_id, &row.email).collect(),
        currency: row.currency,
        off: row.off,
    });
    Counts::of(counted).subtract(tx).await
}

#[derive(sqlx::FromRow)]
struct Use {
    promotion_id: PromotionId,
    code_id: Option<PromotionCodeId>,
    title: String,
    code: String,
    customer_id: Option<CustomerId>,
    email: String,
    currency: String,
    amount: i64,
    shipping: i64,
}

/// Claims again what a checkout has given back; `false` when that cannot be had any more, and then nothing is claimed.
/// That a promotion has ended meanwhile is no reason: the shopper agreed to it before.
pub(crate) async fn reclaim(tx: &mut Tx, checkout_id: CheckoutId) -> Result<bool> {
    let sql = "SELECT promotion_id, code_id, title, code, customer_id, email, currency, amount, shipping
        FROM promotion_use WHERE checkout_id = $1 AND state = 'released' ORDER BY position";
    let rows: Vec<Use> = tx.fetch_all(sql, args![checkout_id]).await?;
    let Some(first) = rows.first() else { return Ok(true) };
    let uses: Vec<QuotedUse> = rows
        .iter()
        .map(|row| QuotedUse {
            promotion_id: row.promotion_id,
            code_id: row.code_id,
            title: row.title.clone(),
            code: row.code.clone(),
            amount: row.amount,
            shipping: row.shipping,
            lines: Vec::new(),
        })
        .collect();
    let claim = Claim {
        checkout_id,
        customer_id: first.customer_id,
        email: &first.email,
        currency: &first.currency,
        uses: &uses,
        again: true,
        now: 0,
    };
    if take(tx, std::slice::from_ref(&claim)).await?.iter().any(std::result::Result::is_err) {
        return Ok(false);
    }
    let counted = rows.iter().map(|row| Counted {
        promotion_id: row.promotion_id,
        code_id: row.code_id,
        buyers: buyers(row.customer_id, &row.email).collect(),
        currency: row.currency.clone(),
        off: row.amount + row.shipping,
    });
    Counts::of(counted).add(tx).await?;
    let sql = "UPDATE promotion_use SET state = 'claimed' WHERE checkout_id = $1 AND state = 'released'";
    tx.execute(sql, args![checkout_id]).await?;
    Ok(true)
}
