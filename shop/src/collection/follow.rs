//! Keeping what is in collections like their rules: product by product as products change, and from the first product to
//! the last when a rule or the categories do.
//!
//! A batch of rows and how far it has come are one transaction, so a crash loses neither. Whoever asks rules writes
//! `collection_feed` first and reads products behind that: two workers take turns, and nobody writes what a product was like
//! before somebody else has looked at it.

use super::Rule;
use super::facts::{self, Facts, Needs, Which};
use crate::catalogue::statement::asked_for;
use crate::db::{Engine, Read, Tx};
use crate::id::{CollectionId, ProductId};
use crate::search::{Change, Position, changes_after, known};
use crate::{Result, Shop, args};
use std::collections::{BTreeSet, HashSet};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Products of one transaction: shoppers' own writes wait no longer than for these.
const BATCH: i64 = 200;
/// Rules are asked so often whether time has ended something.
const AGE_EVERY_MS: i64 = 60_000;

const ALL_RULES: &str = "SELECT id, rule FROM collection WHERE kind = 'rule' ORDER BY id";
const BEGIN_ALL: &str = "UPDATE collection SET fill_after = $1, fill_turn = fill_turn + 1, fill_seen = 0, aged_at = $2
    WHERE kind = 'rule'";
/// Asks a rule about all products, from the first on; `$2` is now.
pub(super) const BEGIN: &str =
    "UPDATE collection SET fill_after = $1, fill_turn = fill_turn + 1, fill_seen = 0, aged_at = $2
    WHERE id = $3";

/// Does what is due; how many batches that were.
pub async fn keep_up(shop: &Shop, until: &CancellationToken) -> Result<usize> {
    const ANY: &str = "SELECT CAST(1 AS BIGINT) FROM collection WHERE kind = 'rule' LIMIT 1";
    if shop.db.fetch_optional::<(i64,)>(ANY, args![]).await?.is_none() {
        return Ok(0);
    }
    let mut done = 0;
    while !until.is_cancelled() && (changed(shop).await? || fill(shop).await?) {
        done += 1;
    }
    Ok(done + age(shop, until).await?)
}

/// Takes the turn; up to which change rules were asked.
async fn take_turn(tx: &mut Tx) -> Result<Position> {
    const TURN: &str = "UPDATE collection_feed SET seq = seq WHERE id = 1 RETURNING transaction_id, seq";
    let (transaction, seq) = tx.fetch_one(TURN, args![]).await?;
    Ok(Position { transaction, seq })
}

/// Asks all rules about the next products that have changed; whether there were any.
async fn changed(shop: &Shop) -> Result<bool> {
    const AT: &str = "SELECT transaction_id, seq FROM collection_feed WHERE id = 1";
    const MOVE: &str = "UPDATE collection_feed SET transaction_id = $1, seq = $2 WHERE id = 1";
    // Reads at first: an idle shop writes nothing.
    let (transaction, seq) = shop.db.fetch_one(AT, args![]).await?;
    let at = Position { transaction, seq };
    let known = known(shop).await?;
    if at == *known.end() || (known.contains(&at) && changes_after(&mut &shop.db, at, 1).await?.is_empty()) {
        return Ok(false);
    }
    let now = shop.now_ms();
    let mut tx = shop.db.begin().await?;
    let at = take_turn(&mut tx).await?;
    let next = if known.contains(&at) {
        let changes: Vec<Change> = changes_after(&mut tx, at, BATCH).await?;
        let Some((transaction, seq, _)) = changes.last() else { return Ok(false) };
        let next = Position { transaction: *transaction, seq: *seq };
        if changes.iter().any(|(.., product)| product.is_none()) {
            tx.execute(BEGIN_ALL, args![Uuid::nil(), now]).await?;
        }
        let ids: BTreeSet<Uuid> = changes.into_iter().filter_map(|(.., product)| Some(product?.0)).collect();
        let rules: Vec<(CollectionId, String)> = tx.fetch_all(ALL_RULES, args![]).await?;
        ask(&mut tx, Which::These(ids.into_iter().collect()), &parse(rules)?, now).await?;
        next
    } else {
        // What has changed meanwhile is forgotten, or nobody has asked yet.
        tx.execute(BEGIN_ALL, args![Uuid::nil(), now]).await?;
        *known.end()
    };
    tx.execute(MOVE, args![next.transaction, next.seq]).await?;
    tx.commit().await?;
    Ok(true)
}

/// Asks one new rule about the next products; whether there was one.
async fn fill(shop: &Shop) -> Result<bool> {
    const DUE: &str = "SELECT id FROM collection WHERE fill_after IS NOT NULL ORDER BY updated_at DESC, id LIMIT 1";
    const FROM: &str = "SELECT rule, fill_after, fill_turn FROM collection WHERE id = $1 AND fill_after IS NOT NULL";
    const ON: &str =
        "UPDATE collection SET fill_after = $2, fill_seen = fill_seen + $3 WHERE id = $1 AND fill_turn = $4";
    let Some((id,)) = shop.db.fetch_optional::<(CollectionId,)>(DUE, args![]).await? else { return Ok(false) };
    let mut tx = shop.db.begin().await?;
    take_turn(&mut tx).await?;
    let due: Option<(String, ProductId, i64)> = tx.fetch_optional(FROM, args![id]).await?;
    let Some((rule, after, turn)) = due else { return Ok(true) };
    let rules = parse(vec![(id, rule)])?;
    let seen = ask(&mut tx, Which::After(after, BATCH), &rules, shop.now_ms()).await?;
    let count = i64::try_from(seen.len()).unwrap_or(BATCH);
    let next = seen.last().filter(|_| count == BATCH).map(|last| last.id);
    // Somebody may have changed the rule meanwhile: then it has begun anew, and this is for nobody.
    if tx.execute(ON, args![id, next, count, turn]).await? == 1 {
        tx.commit().await?;
    }
    Ok(true)
}

/// Takes out what has grown too old since somebody last looked; how many batches that were.
async fn age(shop: &Shop, until: &CancellationToken) -> Result<usize> {
    const DUE: &str = "SELECT id, rule, aged_at FROM collection WHERE kind = 'rule' AND aged_at <= $1 ORDER BY id";
    const DONE: &str = "UPDATE collection SET aged_at = $2 WHERE id = $1 AND aged_at = $3";
    let now = shop.now_ms();
    let due: Vec<(CollectionId, String, i64)> = shop.db.fetch_all(DUE, args![now - AGE_EVERY_MS]).await?;
    let mut done = 0;
    for (id, rule, since) in due {
        let rules = parse(vec![(id, rule)])?;
        let ages: Vec<i64> = rules[0].1.ages().collect();
        for age in &ages {
            let mut after = ProductId(Uuid::nil());
            while let Some(last) = age_batch(shop, &rules, after, (since - age, now - age), now).await? {
                (after, done) = (last, done + 1);
                if until.is_cancelled() {
                    return Ok(done);
                }
            }
        }
        if !ages.is_empty() {
            shop.db.execute(DONE, args![id, now, since]).await?;
        }
    }
    Ok(done)
}

/// Asks the rule anew about the next products in it that were made in that time; the last of them.
async fn age_batch(
    shop: &Shop,
    rules: &[(CollectionId, Rule)],
    after: ProductId,
    (from, to): (i64, i64),
    now: i64,
) -> Result<Option<ProductId>> {
    const NEXT: &str = "SELECT m.product_id FROM collection_product m JOIN product p ON p.id = m.product_id
        WHERE m.collection_id = $1 AND m.product_id > $2 AND p.created_at > $3 AND p.created_at <= $4
        ORDER BY m.product_id LIMIT $5";
    let args = args![rules[0].0, after, from, to, BATCH];
    let next: Vec<(Uuid,)> = shop.db.fetch_all(NEXT, args).await?;
    let Some((last,)) = next.last().copied() else { return Ok(None) };
    let mut tx = shop.db.begin().await?;
    take_turn(&mut tx).await?;
    // The rule itself may have changed: then all products are looked at anyway.
    let (id, rule) = &rules[0];
    let known: Option<(String,)> = tx.fetch_optional("SELECT rule FROM collection WHERE id = $1", args![*id]).await?;
    if known.is_some_and(|(text,)| serde_json::from_str::<Rule>(&text).is_ok_and(|known| known == *rule)) {
        ask(&mut tx, Which::These(next.into_iter().map(|(id,)| id).collect()), rules, now).await?;
        tx.commit().await?;
    }
    Ok(Some(ProductId(last)))
}

fn parse(rows: Vec<(CollectionId, String)>) -> Result<Vec<(CollectionId, Rule)>> {
    rows.into_iter().map(|(id, rule)| Ok((id, serde_json::from_str(&rule)?))).collect()
}

/// Puts products in and takes them out as the rules say; what was looked at, in order.
async fn ask(tx: &mut Tx, which: Which, rules: &[(CollectionId, Rule)], now: i64) -> Result<Vec<Facts>> {
    let products = facts::of(tx, which, Needs::of(rules.iter().map(|(_, rule)| rule))).await?;
    if products.is_empty() {
        return Ok(products);
    }
    let asked = asked_for(tx.engine());
    let there = format!(
        "SELECT m.product_id FROM {asked} AS a CROSS JOIN collection_product m
         WHERE m.collection_id = $1 AND m.product_id = a.id"
    );
    let put = format!("INSERT INTO collection_product (collection_id, product_id) SELECT $1, a.id FROM {asked} AS a");
    let take = match tx.engine() {
        Engine::Sqlite => {
            "DELETE FROM collection_product WHERE collection_id = $1
               AND product_id IN (SELECT unhex(value) FROM json_each($2))"
        }
        Engine::Postgres => "DELETE FROM collection_product WHERE collection_id = $1 AND product_id = ANY($2)",
    };
    let ids: Vec<Uuid> = products.iter().map(|product| product.id.0).collect();
    for (id, rule) in rules {
        let there: HashSet<Uuid> =
            tx.fetch_all::<(Uuid,)>(&there, args![*id, ids.clone()]).await?.into_iter().map(|(id,)| id).collect();
        let (mut comes, mut goes) = (Vec::new(), Vec::new());
        for product in &products {
            match (rule.takes(product, now), there.contains(&product.id.0)) {
                (true, false) => comes.push(product.id.0),
                (false, true) => goes.push(product.id.0),
                _ => {}
            }
        }
        if !comes.is_empty() {
            tx.execute(&put, args![*id, comes]).await?;
        }
        if !goes.is_empty() {
            tx.execute(take, args![*id, goes]).await?;
        }
    }
    Ok(products)
}
