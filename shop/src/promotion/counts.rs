//! How often and up to which sum promotions were had: counters that carry their limits as conditions, with CHECKs behind
//! them. Whoever changes them holds the lock of the promotion.

use crate::canary::{self, Canary};
use crate::db::{DbError, Sql, Tx};
use crate::id::{PromotionCodeId, PromotionId};
use crate::{Result, args, rows};
use serde::Serialize;
use std::collections::BTreeMap;
use uuid::Uuid;

/// One use, as the counters see it.
pub struct Counted {
    pub promotion_id: PromotionId,
    pub code_id: Option<PromotionCodeId>,
    pub currency: String,
    pub off: i64,
    pub buyers: Vec<String>,
}

/// What is added to the counters, or taken from them, row by row in order of their keys.
#[derive(Default)]
pub struct Counts {
    promotions: BTreeMap<Uuid, i64>,
    codes: BTreeMap<Uuid, i64>,
    budgets: BTreeMap<(PromotionId, String), i64>,
    buyers: BTreeMap<(PromotionId, String), i64>,
}

#[derive(Serialize)]
struct Change<'c> {
    id: Uuid,
    key: &'c str,
    number: i64,
}

// Without a budget no row is met.
const ADD_BUDGETS: Sql = rows!(
    "UPDATE promotion_budget SET spent = spent + d.number FROM",
    [id UUID, key TEXT, number BIGINT],
    "WHERE promotion_id = d.id AND currency = d.key"
);
const ADD_PROMOTIONS: Sql = rows!(
    "UPDATE promotion SET used = used + d.number FROM",
    [id UUID, number BIGINT],
    "WHERE promotion.id = d.id AND (max_uses IS NULL OR used + d.number <= max_uses)"
);
const ADD_CODES: Sql = rows!(
    "UPDATE promotion_code SET used = used + d.number FROM",
    [id UUID, number BIGINT],
    "WHERE promotion_code.id = d.id AND (max_uses IS NULL OR used + d.number <= max_uses)"
);
const ADD_BUYERS: Sql = rows!(
    "INSERT INTO promotion_buyer (promotion_id, buyer, used, most)
     SELECT d.id, d.key, d.number, p.per_buyer FROM",
    [id UUID, key TEXT, number BIGINT],
    "JOIN promotion p ON p.id = d.id WHERE TRUE
     ON CONFLICT (promotion_id, buyer) DO UPDATE SET used = promotion_buyer.used + excluded.used, most = excluded.most"
);
/// For [`crate::canary`]: as much as the schema lets pass.
const ADD_BLINDLY: [Sql; 2] = [
    rows!(
        "UPDATE promotion SET used = CASE WHEN used + d.number > max_uses THEN max_uses ELSE used + d.number END FROM",
        [id UUID, number BIGINT],
        "WHERE promotion.id = d.id"
    ),
    rows!(
        "UPDATE promotion_code SET used = CASE WHEN used + d.number > max_uses THEN max_uses ELSE used + d.number END FROM",
        [id UUID, number BIGINT],
        "WHERE promotion_code.id = d.id"
    ),
];
const TAKE_BUDGETS: Sql = rows!(
    "UPDATE promotion_budget SET spent = spent - d.number FROM",
    [id UUID, key TEXT, number BIGINT],
    "WHERE promotion_id = d.id AND currency = d.key"
);
const TAKE_PROMOTIONS: Sql = rows!(
    "UPDATE promotion SET used = used - d.number FROM",
    [id UUID, number BIGINT],
    "WHERE promotion.id = d.id"
);
const TAKE_CODES: Sql = rows!(
    "UPDATE promotion_code SET used = used - d.number FROM",
    [id UUID, number BIGINT],
    "WHERE promotion_code.id = d.id"
);
const TAKE_BUYERS: Sql = rows!(
    "UPDATE promotion_buyer SET used = used - d.number FROM",
    [id UUID, key TEXT, number BIGINT],
    "WHERE promotion_id = d.id AND buyer = d.key"
);

impl Counts {
    pub fn of(uses: impl Iterator<Item = Counted>) -> Self {
        let mut counts = Self::default();
        for one in uses {
            let id = one.promotion_id;
            *counts.promotions.entry(id.0).or_default() += 1;
            if let Some(code) = one.code_id {
                *counts.codes.entry(code.0).or_default() += 1;
            }
            *counts.budgets.entry((id, one.currency)).or_default() += one.off;
            for buyer in one.buyers {
                *counts.buyers.entry((id, buyer)).or_default() += 1;
            }
        }
        counts
    }

    pub async fn add(&self, tx: &mut Tx) -> Result<()> {
        let [promotions, codes] =
            if canary::on(Canary::UncheckedCoupons) { ADD_BLINDLY } else { [ADD_PROMOTIONS, ADD_CODES] };
        change(tx, promotions, ids(&self.promotions), true).await?;
        change(tx, codes, ids(&self.codes), true).await?;
        change(tx, ADD_BUDGETS, keys(&self.budgets), false).await?;
        change(tx, ADD_BUYERS, keys(&self.buyers), true).await
    }

    pub async fn subtract(&self, tx: &mut Tx) -> Result<()> {
        change(tx, TAKE_PROMOTIONS, ids(&self.promotions), true).await?;
        change(tx, TAKE_CODES, ids(&self.codes), true).await?;
        change(tx, TAKE_BUDGETS, keys(&self.budgets), false).await?;
        change(tx, TAKE_BUYERS, keys(&self.buyers), true).await
    }
}

fn ids(counts: &BTreeMap<Uuid, i64>) -> Vec<Change<'_>> {
    counts.iter().map(|(id, number)| Change { id: *id, key: "", number: *number }).collect()
}

fn keys(counts: &BTreeMap<(PromotionId, String), i64>) -> Vec<Change<'_>> {
    counts.iter().map(|((id, key), number)| Change { id: id.0, key, number: *number }).collect()
}

/// With `all`, a row whose condition did not hold is an error: it was just read under lock.
async fn change(tx: &mut Tx, sql: Sql, rows: Vec<Change<'_>>, all: bool) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let changed = tx.execute(sql.of(tx.engine()), args![serde_json::to_string(&rows)?]).await?;
    let wanted = rows.len() as u64;
    if all && changed != wanted {
        return Err(DbError::Stale { wanted, changed }.into());
    }
    Ok(())
}
