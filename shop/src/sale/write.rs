//! The prices that one piece of work reads and writes, in the transaction of whoever does it.

use super::price;
use crate::catalogue::price::CHANGE;
use crate::db::{Sql, Tx};
use crate::id::{SaleId, VariantId};
use crate::{Error, Result, args, rows};
use serde::Serialize;
use serde_json::json;

pub(super) fn ids(variants: impl Iterator<Item = VariantId>) -> Result<String> {
    Ok(serde_json::to_string(&variants.map(|id| json!({ "id": id })).collect::<Vec<_>>())?)
}

/// Keeps everybody else's prices of these products waiting, and makes forms that were opened before out of date.
pub(super) async fn lock_products(tx: &mut Tx, variants: &str, now: i64) -> Result<()> {
    const LOCK: Sql = rows!(
        "UPDATE product SET version = version + 1, updated_at = $2 WHERE id IN (SELECT v.product_id FROM",
        [id UUID],
        "JOIN variant v ON v.id = d.id)"
    );
    tx.execute(LOCK.of(tx.engine()), args![variants, now]).await?;
    Ok(())
}

/// A price that the sale is about.
#[derive(sqlx::FromRow)]
pub(super) struct Priced {
    pub variant_id: VariantId,
    pub currency: String,
    pub amount: i64,
    pub compare_at: Option<i64>,
    pub wanted: Option<i64>,
    pub held: bool,
}

pub(super) const PRICED: Sql = rows!(
    "SELECT r.variant_id, r.currency, r.amount, r.compare_at, e.amount AS wanted,
       EXISTS (SELECT 1 FROM sale_item i WHERE i.variant_id = r.variant_id AND i.currency = r.currency
         AND i.state = 'held') AS held
     FROM",
    [id UUID],
    "JOIN price r ON r.variant_id = d.id
     LEFT JOIN sale_entry e ON e.sale_id = $2 AND e.variant_id = r.variant_id AND e.currency = r.currency
     WHERE NOT r.converted OR e.amount IS NOT NULL
     ORDER BY r.variant_id, r.currency"
);

#[derive(Serialize)]
pub(super) struct Item<'r> {
    pub sale_id: SaleId,
    pub variant_id: VariantId,
    pub currency: &'r str,
    pub state: &'static str,
    pub reason: &'static str,
    pub former_amount: i64,
    pub former_compare_at: Option<i64>,
    pub amount: i64,
}

impl Priced {
    /// `None` for a currency that the sale has no price in.
    pub fn item(&self, sale: SaleId, percent: Option<i64>) -> Option<Item<'_>> {
        if percent.is_none() && self.wanted.is_none() {
            return None;
        }
        let lower = price(self.amount, percent, self.wanted);
        let (state, reason) = match (lower, self.held) {
            (_, true) => ("skipped", "other_sale"),
            (None, false) => ("skipped", "not_lower"),
            (Some(_), false) => ("held", ""),
        };
        Some(Item {
            sale_id: sale,
            variant_id: self.variant_id,
            currency: &self.currency,
            state,
            reason,
            former_amount: self.amount,
            former_compare_at: self.compare_at,
            amount: lower.or(self.wanted).unwrap_or(self.amount),
        })
    }
}

pub(super) async fn insert(tx: &mut Tx, items: &[Item<'_>]) -> Result<()> {
    const INSERT: Sql = rows!(
        "INSERT INTO sale_item (sale_id, variant_id, currency, state, reason, former_amount, former_compare_at, amount)
         SELECT sale_id, variant_id, currency, state, reason, former_amount, former_compare_at, amount FROM",
        [
            sale_id UUID, variant_id UUID, currency TEXT, state TEXT, reason TEXT, former_amount BIGINT,
            former_compare_at BIGINT, amount BIGINT
        ],
        ""
    );
    tx.execute(INSERT.of(tx.engine()), args![serde_json::to_string(items)?]).await?;
    Ok(())
}

#[derive(Serialize)]
pub(super) struct Change<'r> {
    pub variant_id: VariantId,
    pub currency: &'r str,
    pub was_amount: i64,
    pub was_compare_at: Option<i64>,
    pub amount: i64,
    pub compare_at: Option<i64>,
    pub now: i64,
}

/// All of them or none: a price that has changed since it was read gives the transaction up, and the next one reads it anew.
pub(super) async fn change(tx: &mut Tx, changes: &[Change<'_>]) -> Result<()> {
    let changed = tx.execute(CHANGE.of(tx.engine()), args![serde_json::to_string(changes)?]).await?;
    if usize::try_from(changed).is_ok_and(|changed| changed == changes.len()) {
        return Ok(());
    }
    Err(Error::conflict("changed", "A price was changed while a sale was about to."))
}

/// A price that the sale holds.
#[derive(sqlx::FromRow)]
pub(super) struct Written {
    pub variant_id: VariantId,
    pub currency: String,
    pub amount: i64,
    pub former_amount: i64,
    pub former_compare_at: Option<i64>,
    /// It is what the sale wrote.
    pub stands: bool,
}

pub(super) const WRITTEN: Sql = rows!(
    "SELECT i.variant_id, i.currency, i.amount, i.former_amount, i.former_compare_at,
       COALESCE(r.amount = i.amount AND r.compare_at = i.former_amount, FALSE) AS stands
     FROM",
    [id UUID],
    "JOIN sale_item i ON i.sale_id = $2 AND i.variant_id = d.id AND i.state = 'held'
     LEFT JOIN price r ON r.variant_id = i.variant_id AND r.currency = i.currency"
);
pub(super) const CLOSE: Sql = rows!(
    "UPDATE sale_item SET state = $3 FROM",
    [variant_id UUID, currency TEXT],
    "WHERE sale_item.sale_id = $2 AND sale_item.variant_id = d.variant_id AND sale_item.currency = d.currency
       AND sale_item.state = 'held'"
);
