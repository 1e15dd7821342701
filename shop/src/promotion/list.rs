//! Promotions as the merchant sees them.

use super::{Draft, State};
use crate::id::PromotionId;
use crate::money::{Currency, Money};
use crate::pricing::Rule;
use crate::staff::Staff;
use crate::{Error, Result, Shop, args};

/// A promotion with its counters.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    pub id: PromotionId,
    pub state: State,
    /// To be handed back to [`super::update`].
    pub version: i64,
    pub draft: Draft,
    pub used: i64,
    pub codes: i64,
    /// What it has taken off by orders that are under way or stand, for each currency.
    pub given: Vec<Money>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: PromotionId,
    title: String,
    state: String,
    way: String,
    rank: i64,
    rule: String,
    start_at: Option<i64>,
    end_at: Option<i64>,
    max_uses: Option<i64>,
    per_buyer: Option<i64>,
    used: i64,
    version: i64,
    codes: i64,
}

const ROWS: &str =
    "SELECT p.id, p.title, p.state, p.way, p.rank, p.rule, p.start_at, p.end_at, p.max_uses, p.per_buyer,
      p.used, p.version, (SELECT COUNT(*) FROM promotion_code c WHERE c.promotion_id = p.id) AS codes
    FROM promotion p";

/// Those in a state, in the order in which they are asked.
pub async fn list(shop: &Shop, _by: &Staff, state: State) -> Result<Vec<Summary>> {
    let sql = format!("{ROWS} WHERE p.state = $1 ORDER BY p.rank, p.id LIMIT 500");
    let rows: Vec<Row> = shop.db.fetch_all(&sql, args![state.code()]).await?;
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        all.push(summary(shop, row).await?);
    }
    Ok(all)
}

pub async fn detail(shop: &Shop, _by: &Staff, id: PromotionId) -> Result<Summary> {
    let row: Option<Row> = shop.db.fetch_optional(&format!("{ROWS} WHERE p.id = $1"), args![id]).await?;
    summary(shop, row.ok_or(Error::NotFound("promotion"))?).await
}

async fn summary(shop: &Shop, row: Row) -> Result<Summary> {
    let sql = "SELECT currency, amount FROM promotion_budget WHERE promotion_id = $1";
    let budgets: Vec<(String, i64)> = shop.db.fetch_all(sql, args![row.id]).await?;
    let sql = "SELECT currency, CAST(SUM(amount + shipping) AS BIGINT) FROM promotion_use
        WHERE promotion_id = $1 AND state = 'claimed' GROUP BY currency ORDER BY currency";
    let given: Vec<(String, i64)> = shop.db.fetch_all(sql, args![row.id]).await?;
    let rule: Rule = serde_json::from_str(&row.rule)?;
    let given = given.into_iter().filter_map(|(code, amount)| Some(Currency::parse(&code)?.money(amount)));
    Ok(Summary {
        id: row.id,
        state: State::parse(&row.state)?,
        version: row.version,
        used: row.used,
        codes: row.codes,
        given: given.collect(),
        draft: Draft {
            title: row.title,
            by_code: row.way == "code",
            rank: row.rank,
            rule,
            start_at: row.start_at,
            end_at: row.end_at,
            max_uses: row.max_uses,
            per_buyer: row.per_buyer,
            budgets: budgets.into_iter().collect(),
        },
    })
}
