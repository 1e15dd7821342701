//! Making and changing promotions. Counters follow what is claimed: a budget begins with what was given away before it.

use super::Draft;
use crate::audit::{self, Entry};
use crate::db::{DbError, Read, Tx, Violation};
use crate::id::PromotionId;
use crate::limits::PROMOTIONS;
use crate::staff::Staff;
use crate::{Error, Result, Shop, args};
use serde_json::{Value, json};

/// Where a promotion stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Nobody gets it yet.
    Draft,
    /// Applies within its time.
    Active,
    /// Nobody gets it any more; what it has done stays in the books.
    Archived,
}

impl State {
    pub const ALL: [Self; 3] = [Self::Draft, Self::Active, Self::Archived];

    pub fn code(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Active => "active",
            Self::Archived => "archived",
        }
    }

    pub(super) fn parse(code: &str) -> Result<Self> {
        let known = Self::ALL.into_iter().find(|state| state.code() == code);
        known.ok_or_else(|| Error::Internal(format!("a promotion is {code:?}")))
    }
}

/// Makes a promotion: a draft, or one that is active at once.
pub async fn create(shop: &Shop, by: &Staff, draft: &Draft, state: State) -> Result<PromotionId> {
    let (id, now) = (PromotionId::new(), shop.now_ms());
    draft.check(now)?;
    let mut tx = shop.db.begin().await?;
    let (there,): (i64,) = tx.fetch_one("SELECT COUNT(*) FROM promotion WHERE state <> 'archived'", args![]).await?;
    if there >= PROMOTIONS {
        return Err(Error::field("title", format!("At most {PROMOTIONS}; archive some first.")));
    }
    tx.execute(
        "INSERT INTO promotion (id, title, state, way, rank, rule, start_at, end_at, max_uses, per_buyer, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        args![
            id,
            draft.title.trim(),
            state.code(),
            way(draft),
            draft.rank,
            serde_json::to_string(&draft.rule)?,
            draft.start_at,
            draft.end_at,
            draft.max_uses,
            draft.limit_of_buyer(),
            now
        ],
    )
    .await?;
    set_budgets(&mut tx, id, draft).await?;
    let entry = Entry::new(by, "promotion.create", "promotion", id).after(&said(draft, state));
    audit::record(&mut tx, &entry, now).await?;
    tx.commit().await?;
    Ok(id)
}

/// Writes another draft over a promotion of this version. Orders keep what they have.
///
/// # Errors
/// `Conflict` "changed"; `Invalid` when a limit or a budget is below what was used.
pub async fn update(shop: &Shop, by: &Staff, id: PromotionId, draft: &Draft, state: State, version: i64) -> Result<()> {
    let now = shop.now_ms();
    draft.check(now)?;
    let mut tx = shop.db.begin().await?;
    let changed = tx
        .execute(
            "UPDATE promotion SET title = $3, state = $4, way = $5, rank = $6, rule = $7, start_at = $8, end_at = $9,
               max_uses = $10, per_buyer = $11, version = version + 1
             WHERE id = $1 AND version = $2",
            args![
                id,
                version,
                draft.title.trim(),
                state.code(),
                way(draft),
                draft.rank,
                serde_json::to_string(&draft.rule)?,
                draft.start_at,
                draft.end_at,
                draft.max_uses,
                draft.limit_of_buyer()
            ],
        )
        .await
        .map_err(|error| below(error, "max_uses", "It was used more often already."))?;
    if changed == 0 {
        return Err(missing_or_moved(&mut tx, id).await?);
    }
    tx.execute("DELETE FROM promotion_budget WHERE promotion_id = $1", args![id]).await?;
    set_budgets(&mut tx, id, draft).await?;
    let entry = Entry::new(by, "promotion.update", "promotion", id).after(&said(draft, state));
    audit::record(&mut tx, &entry, now).await?;
    Ok(tx.commit().await?)
}

/// Makes it active, a draft again, or archives it.
pub async fn set_state(shop: &Shop, by: &Staff, id: PromotionId, state: State, version: i64) -> Result<()> {
    let mut tx = shop.db.begin().await?;
    let sql = "UPDATE promotion SET state = $3, version = version + 1 WHERE id = $1 AND version = $2";
    if tx.execute(sql, args![id, version, state.code()]).await? == 0 {
        return Err(missing_or_moved(&mut tx, id).await?);
    }
    let entry = Entry::new(by, "promotion.state", "promotion", id).after(&json!({ "state": state.code() }));
    audit::record(&mut tx, &entry, shop.now_ms()).await?;
    Ok(tx.commit().await?)
}

/// The promotion's row is locked by the caller's transaction, so nobody claims meanwhile.
async fn set_budgets(tx: &mut Tx, id: PromotionId, draft: &Draft) -> Result<()> {
    let sql = "INSERT INTO promotion_budget (promotion_id, currency, amount, spent)
        SELECT $1, $2, $3, CAST(COALESCE(SUM(u.amount + u.shipping), 0) AS BIGINT) FROM promotion_use u
        WHERE u.promotion_id = $1 AND u.currency = $2 AND u.state = 'claimed'";
    for (currency, amount) in &draft.budgets {
        tx.execute(sql, args![id, currency, *amount])
            .await
            .map_err(|error| below(error, "budget", "More was given away already."))?;
    }
    Ok(())
}

fn below(error: DbError, field: &str, message: &str) -> Error {
    if error.violation() == Some(Violation::Check) { Error::field(field, message) } else { error.into() }
}

fn way(draft: &Draft) -> &'static str {
    if draft.by_code { "code" } else { "automatic" }
}

fn said(draft: &Draft, state: State) -> Value {
    json!({
        "title": draft.title, "state": state.code(), "way": way(draft), "rank": draft.rank, "rule": draft.rule,
        "start_at": draft.start_at, "end_at": draft.end_at, "max_uses": draft.max_uses,
        "per_buyer": draft.limit_of_buyer(), "budgets": draft.budgets,
    })
}

async fn missing_or_moved(tx: &mut Tx, id: PromotionId) -> Result<Error> {
    let known: Option<(i64,)> = tx.fetch_optional("SELECT version FROM promotion WHERE id = $1", args![id]).await?;
    Ok(match known {
        None => Error::NotFound("promotion"),
        Some(_) => Error::conflict("changed", "Somebody has changed this promotion. Look at it again."),
    })
}
