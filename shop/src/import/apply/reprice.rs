//! Products of which nothing but prices has changed, the commonest import of all: written in sets.

use crate::catalogue::draft::Draft;
use crate::catalogue::price;
use crate::db::{Sql, Tx};
use crate::id::ProductId;
use crate::{Error, Result, args, rows};
use serde_json::{Value, json};

#[derive(Default)]
pub struct Repriced {
    products: Vec<Value>,
    prices: Vec<Value>,
}

impl Repriced {
    /// Notes what `draft` changes of the product that is stored at `version`; `false`, and nothing noted, when that is more
    /// than the amounts of prices.
    pub fn note(&mut self, id: ProductId, version: i64, stored: &Draft, draft: &Draft, now: i64) -> bool {
        let Some(prices) = prices(stored, draft, now) else { return false };
        self.products.push(json!({ "id": id, "version": version, "now": now }));
        self.prices.extend(prices);
        true
    }

    /// # Errors
    /// `Conflict` "changed" when somebody has changed one of the products since it was read.
    pub async fn write(&self, tx: &mut Tx) -> Result<()> {
        for (sql, rows) in [(VERSIONS, &self.products), (price::CHANGE, &self.prices)] {
            if rows.is_empty() {
                continue;
            }
            let changed = tx.execute(sql.of(tx.engine()), args![serde_json::to_string(rows)?]).await?;
            if usize::try_from(changed) != Ok(rows.len()) {
                return Err(Error::conflict("changed", "Somebody else has changed a product meanwhile."));
            }
        }
        Ok(())
    }
}

const VERSIONS: Sql = rows!(
    "UPDATE product SET version = product.version + 1, updated_at = d.now FROM",
    [id UUID, version BIGINT, now BIGINT],
    "WHERE product.id = d.id AND product.version = d.version"
);

/// The prices that differ, as [`price::CHANGE`] takes them; `None` when anything else does.
fn prices(stored: &Draft, draft: &Draft, now: i64) -> Option<Vec<Value>> {
    let (mut same, mut changed) = (stored.clone(), Vec::new());
    for (before, after) in same.variants.iter_mut().zip(&draft.variants) {
        let id = before.id.filter(|_| before.prices.len() == after.prices.len())?;
        for (was, is) in before.prices.iter_mut().zip(&after.prices).filter(|(was, is)| was != is) {
            if was.currency != is.currency {
                return None;
            }
            changed.push(json!({
                "variant_id": id, "currency": is.currency, "was_amount": was.amount, "was_compare_at": was.compare_at,
                "amount": is.amount, "compare_at": is.compare_at, "now": now,
            }));
            *was = *is;
        }
    }
    (same == *draft && !changed.is_empty()).then_some(changed)
}
