//! L4: what must hold within the shop. Every minute the rules that cost little however large the shop is, once a day all
//! of them. Stock that does not add up is not sold any more from that moment on; whatever else is broken is written down.
//!
//! ```text
//! minute   stock rows, ten thousand at a time in turn; the last movements of money and the last orders;
//!          deliveries and keys that are overdue
//! night    every rule of `invariant`, and every stock row with its movements
//! ```

use super::breaks::{self, AGREES, Found};
use super::kind::Kind;
use super::{brake, progress};
use crate::db::Read;
use crate::id::StockId;
use crate::invariant::{self, Moment, SHOWN};
use crate::inventory::{self, Part};
use crate::{Result, Shop, args};
use std::collections::HashSet;
use uuid::Uuid;

/// Stock rows looked at in a minute.
const STOCK_ROWS: i64 = 10_000;
const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 24 * 60 * MINUTE_MS;

/// A rule that costs little: says, and the rows that break it as (reference, detail). `$1` is the time,
/// `$2` the least id.
struct Cheap {
    rule: &'static str,
    says: &'static str,
    broken: &'static str,
    /// It looks at everything: what it does not find any more is over.
    complete: bool,
}

const CHEAP: [Cheap; 4] = [
    Cheap {
        rule: "I13",
        says: "A movement of money does not sum to zero",
        // The last few thousand rows; all rows of a movement have ids above that of the movement.
        broken: "SELECT COALESCE(MIN(o.number), 'a movement without an order') AS reference,
               SUM(l.amount) || ' ' || l.currency || ' too much' AS detail
             FROM ledger l LEFT JOIN orders o ON o.id = l.order_id
             WHERE l.id > COALESCE((SELECT tx_id FROM ledger ORDER BY id DESC LIMIT 1 OFFSET 4000), $2)
               AND l.tx_id > COALESCE((SELECT tx_id FROM ledger ORDER BY id DESC LIMIT 1 OFFSET 4000), $2)
             GROUP BY l.tx_id, l.currency HAVING SUM(l.amount) <> 0",
        complete: false,
    },
    Cheap {
        rule: "I3",
        says: "An order stands without its units",
        broken: "SELECT o.number AS reference, MIN(r.state) || ' instead of committed' AS detail
             FROM orders o JOIN reservation r ON r.checkout_id = o.checkout_id
             WHERE o.id > COALESCE((SELECT id FROM orders ORDER BY id DESC LIMIT 1 OFFSET 2000), $2)
               AND o.state IN ('confirmed','processing','shipped','delivered') AND r.state <> 'committed'
             GROUP BY o.number",
        complete: false,
    },
    Cheap {
        rule: "I12",
        says: "Deliveries are more than ten minutes late",
        broken: "SELECT x.kind AS reference, COUNT(*) || ' wait, the last error: ' || MAX(x.error) AS detail
             FROM outbox x WHERE x.delivered_at IS NULL AND x.created_at + 600000 < $1
             GROUP BY x.kind",
        complete: true,
    },
    Cheap {
        rule: "I9",
        says: "A request has had no final answer ten minutes after it could have had one",
        // A key that waits for its shopper is not late. What is older than three hours is found at night.
        broken: "SELECT o.number AS reference, 'a checkout that is ' || MIN(k.state) AS detail
             FROM idempotency i JOIN checkout k ON k.id = i.checkout_id JOIN orders o ON o.checkout_id = k.id
             WHERE i.created_at > $1 - 10800000 AND i.created_at < $1 - 600000 AND i.finished = FALSE
               AND (k.state IN ('placed','settled','released') OR k.expires_at + 600000 < $1)
               AND k.state <> 'manual_review'
             GROUP BY o.number",
        complete: false,
    },
];

/// Runs what is due; the number of runs.
pub async fn on_time(shop: &Shop) -> Result<usize> {
    let mut runs = 0;
    if progress::take_turn(shop, "minute", MINUTE_MS).await? {
        runs += 1;
        finish(shop, "minute", minute(shop).await).await?;
    }
    if progress::take_turn(shop, "night", DAY_MS).await? {
        runs += 1;
        finish(shop, "night", night(shop).await).await?;
    }
    Ok(runs)
}

async fn finish(shop: &Shop, name: &str, done: Result<Vec<(&'static str, usize)>>) -> Result<()> {
    let done = match done {
        Ok(counts) => brake::pull_if_needed(shop).await.map(|_| counts),
        Err(error) => Err(error),
    };
    progress::end(shop, name, done.as_ref().cloned()).await?;
    done.map(drop)
}

/// The cheap rules.
pub(super) async fn minute(shop: &Shop) -> Result<Vec<(&'static str, usize)>> {
    let start: StockId = progress::position(shop, "minute").await?.parse().unwrap_or(StockId(Uuid::nil()));
    let db = &mut &shop.db;
    let (unsound, last) = inventory::unsound(db, Part::After(start, STOCK_ROWS)).await?;
    // At the end it begins again.
    progress::set_position(shop, "minute", &last.map(|id| id.to_string()).unwrap_or_default()).await?;
    let stock = freeze(shop, unsound).await?;
    let mut found = Vec::new();
    let mut complete = Vec::new();
    for rule in &CHEAP {
        let sql = format!(
            "SELECT reference, detail FROM ({}) AS broken
             WHERE CAST($1 AS BIGINT) IS NOT NULL AND CAST($2 AS UUID) IS NOT NULL ORDER BY reference LIMIT {SHOWN}",
            rule.broken
        );
        let rows: Vec<(String, String)> = db.fetch_all(&sql, args![shop.now_ms(), Uuid::nil()]).await?;
        if rows.len() < SHOWN && rule.complete {
            complete.push(rule.rule);
        }
        found.extend(rows.into_iter().map(|(reference, detail)| broken(rule.rule, rule.says, &reference, &detail)));
    }
    write_down(shop, &found, |rule| complete.contains(&rule)).await?;
    Ok(vec![("rules asked", CHEAP.len() + 1), ("broken", found.len() + stock)])
}

/// Every rule.
pub(super) async fn night(shop: &Shop) -> Result<Vec<(&'static str, usize)>> {
    let db = &mut &shop.db;
    let (unsound, _) = inventory::unsound(db, Part::Everything).await?;
    let stock = freeze(shop, unsound).await?;
    let verdicts = invariant::check(db, Moment::Quiet, shop.now_ms()).await?;
    let mut found = Vec::new();
    for verdict in &verdicts {
        // What is overdue is told by the minute's rules, and unsound stock above.
        let told = |rule: &str| rule == "I1" || rule == "I12";
        found.extend(
            verdict
                .breaches
                .iter()
                .filter(|breach| !told(breach.rule))
                .map(|breach| broken(breach.rule, verdict.says, &breach.reference, &breach.detail)),
        );
    }
    let whole: HashSet<&str> = verdicts.iter().filter(|it| it.breaches.len() < SHOWN).map(|it| it.rule).collect();
    write_down(shop, &found, |rule| whole.contains(rule) && rule != "I12").await?;
    Ok(vec![("rules asked", verdicts.len()), ("broken", found.len() + stock)])
}

fn broken(rule: &str, says: &str, reference: &str, detail: &str) -> Found {
    let found = Found::new(Kind::RuleBroken, format!("{rule} {reference}"), format!("{says}: {detail}"));
    if reference.starts_with("M-") { found.of_order(reference) } else { found }
}

/// Freezes what does not add up and writes it down; how many SKUs.
async fn freeze(shop: &Shop, unsound: Vec<inventory::Unsound>) -> Result<usize> {
    let mut skus = HashSet::new();
    for row in unsound {
        let now = shop.now_ms();
        let detail = row.detail();
        let mut tx = shop.db.begin().await?;
        if inventory::freeze(&mut tx, row.variant_id, &detail).await? {
            tracing::error!(sku = row.sku, detail, "stock does not add up: it is not sold any more");
        }
        if skus.insert(row.sku.clone()) {
            let found =
                Found::new(Kind::StockDiffers, &row.sku, detail).amounts("", Some(row.reserved), Some(row.held));
            breaks::put(&mut tx, &found, now).await?;
        }
        tx.commit().await?;
    }
    Ok(skus.len())
}

/// Writes down broken rules; those of rules that were asked of everything and are not broken any more are over.
async fn write_down(shop: &Shop, found: &[Found], whole: impl Fn(&str) -> bool) -> Result<()> {
    let now = shop.now_ms();
    let still: HashSet<&str> = found.iter().map(|one| one.reference.as_str()).collect();
    let sql = "SELECT ref FROM recon_break WHERE kind = $1 AND resolved_at IS NULL";
    let before: Vec<(String,)> = shop.db.fetch_all(sql, args![Kind::RuleBroken.code()]).await?;
    let gone = before.into_iter().map(|(reference,)| reference).filter(|reference| {
        let rule = reference.split(' ').next().unwrap_or_default();
        whole(rule) && !still.contains(reference.as_str())
    });
    let gone: Vec<_> = gone.collect();
    if found.is_empty() && gone.is_empty() {
        return Ok(());
    }
    let mut tx = shop.db.begin().await?;
    for one in found {
        tracing::error!(rule = one.reference, detail = one.detail, "a rule of the books is broken");
        breaks::put(&mut tx, one, now).await?;
    }
    for reference in gone {
        breaks::close(&mut tx, Kind::RuleBroken, &reference, AGREES, now).await?;
    }
    tx.commit().await?;
    Ok(())
}
