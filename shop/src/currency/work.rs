//! Keeping converted prices what rates and rules make of typed ones: variant by variant as prices change, and from the first
//! variant to the last when a rate or a rule does.
//!
//! A batch and how far it has come are one transaction, so a crash leaves whole batches. Whoever converts takes the products'
//! rows first and reads rules and prices behind that: nobody writes what a price was made of before somebody else has changed
//! it. Going through a batch twice changes nothing.

use super::{Conversion, conversions, listed};
use crate::catalogue::price::{CONVERT, UNCONVERT};
use crate::db::{Engine, Read, Sql, Tx};
use crate::id::VariantId;
use crate::money::Currency;
use crate::{Result, Shop, args, rows};
use serde::Serialize;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Variants of one transaction: shoppers' own writes wait no longer than for these.
const BATCH: i64 = 200;

/// Works until nothing is due; how many transactions that took.
pub async fn work(shop: &Shop, until: &CancellationToken) -> Result<usize> {
    let mut done = 0;
    while !until.is_cancelled() && step(shop).await? {
        done += 1;
    }
    Ok(done)
}

/// The next batch of whatever is due; whether there was one.
pub async fn step(shop: &Shop) -> Result<bool> {
    Ok(queued(shop).await? || walk(shop).await?)
}

/// Variants whose prices have changed.
async fn queued(shop: &Shop) -> Result<bool> {
    const DUE: &str = "SELECT seq, variant_id FROM conversion_due ORDER BY seq LIMIT $1";
    const DONE: Sql = rows!("DELETE FROM conversion_due WHERE seq IN (SELECT seq FROM", [seq BIGINT], ")");
    let due: Vec<(i64, VariantId)> = shop.db.fetch_all(DUE, args![BATCH]).await?;
    if due.is_empty() {
        return Ok(false);
    }
    let variants: BTreeSet<VariantId> = due.iter().map(|(_, variant)| *variant).collect();
    let seen: Vec<_> = due.iter().map(|(seq, _)| json!({ "seq": seq })).collect();
    let mut tx = shop.db.begin().await?;
    convert(&mut tx, variants.into_iter().collect(), None, shop.now_ms()).await?;
    tx.execute(DONE.of(tx.engine()), args![serde_json::to_string(&seen)?]).await?;
    tx.commit().await?;
    Ok(true)
}

/// The next variants for a rate or rule that has changed.
async fn walk(shop: &Shop) -> Result<bool> {
    const DUE: &str = "SELECT currency, fill_after, fill_turn FROM currency_conversion WHERE fill_after IS NOT NULL
        ORDER BY currency LIMIT 1";
    const NEXT: &str = "SELECT id FROM variant WHERE id > $1 ORDER BY id LIMIT $2";
    const ON: &str = "UPDATE currency_conversion SET fill_after = $2
        WHERE currency = $1 AND fill_after = $3 AND fill_turn = $4";
    let due: Option<(String, Uuid, i64)> = shop.db.fetch_optional(DUE, args![]).await?;
    let Some((code, after, turn)) = due else { return Ok(false) };
    let next: Vec<(VariantId,)> = shop.db.fetch_all(NEXT, args![after, BATCH]).await?;
    let is_last = i64::try_from(next.len()).is_ok_and(|count| count < BATCH);
    let last = next.last().filter(|_| !is_last).map(|(id,)| *id);
    let mut tx = shop.db.begin().await?;
    let currency = Currency::parse(&code);
    convert(&mut tx, next.into_iter().map(|(id,)| id).collect(), currency, shop.now_ms()).await?;
    // Somebody may have begun it anew, or gone on with it: then this is for nobody.
    if tx.execute(ON, args![code, last, after, turn]).await? == 1 {
        tx.commit().await?;
    }
    Ok(true)
}

#[derive(Serialize)]
struct Key {
    id: VariantId,
}

/// Converts what these variants cost; with `only`, into that currency alone.
async fn convert(tx: &mut Tx, variants: Vec<VariantId>, only: Option<Currency>, now: i64) -> Result<()> {
    let keys = serde_json::to_string(&variants.into_iter().map(|id| Key { id }).collect::<Vec<_>>())?;
    lock(tx, &keys).await?;
    let rules = conversions(tx).await?;
    prices(tx, &keys, &rules, only, now).await?;
    listed::convert(tx, &keys, &rules, only).await
}

/// Products first, then lists, as everybody does who writes their prices.
async fn lock(tx: &mut Tx, keys: &str) -> Result<()> {
    const PRODUCTS: Sql = rows!(
        "SELECT p.id FROM product p WHERE p.id IN (SELECT v.product_id FROM",
        [id UUID],
        "JOIN variant v ON v.id = d.id) ORDER BY p.id FOR NO KEY UPDATE"
    );
    const LISTS: Sql = rows!(
        "SELECT l.id FROM price_list l WHERE l.id IN (SELECT e.list_id FROM",
        [id UUID],
        "JOIN price_list_entry e ON e.variant_id = d.id) ORDER BY l.id FOR NO KEY UPDATE"
    );
    // SQLite has one writer.
    if tx.engine() == Engine::Postgres {
        for sql in [PRODUCTS, LISTS] {
            let _: Vec<(Uuid,)> = tx.fetch_all(sql.of(Engine::Postgres), args![keys]).await?;
        }
    }
    Ok(())
}

#[derive(sqlx::FromRow)]
struct Price {
    variant_id: VariantId,
    currency: String,
    amount: i64,
    compare_at: Option<i64>,
    converted: bool,
    /// By a sale that names a price in this currency.
    held: bool,
}

#[derive(Serialize)]
struct Written<'r> {
    variant_id: VariantId,
    currency: &'r str,
    amount: i64,
    compare_at: Option<i64>,
    now: i64,
}

async fn prices(tx: &mut Tx, keys: &str, rules: &[Conversion], only: Option<Currency>, now: i64) -> Result<()> {
    const PRICES: Sql = rows!(
        "SELECT r.variant_id, r.currency, r.amount, r.compare_at, r.converted,
           EXISTS (SELECT 1 FROM sale_item i WHERE i.variant_id = r.variant_id AND i.currency = r.currency
             AND i.state = 'held') AS held
         FROM",
        [id UUID],
        "JOIN price r ON r.variant_id = d.id ORDER BY r.variant_id, r.currency"
    );
    let found: Vec<Price> = tx.fetch_all(PRICES.of(tx.engine()), args![keys]).await?;
    let mut of: BTreeMap<VariantId, Vec<&Price>> = BTreeMap::new();
    for price in &found {
        of.entry(price.variant_id).or_default().push(price);
    }
    let (mut written, mut gone) = (Vec::new(), Vec::new());
    for (variant_id, prices) in &of {
        for rule in rules.iter().filter(|rule| only.is_none_or(|only| only == rule.currency)) {
            let known = prices.iter().find(|price| price.currency == rule.currency.code());
            if known.is_some_and(|price| !price.converted || price.held) {
                continue;
            }
            let Some((amount, compare_at)) = wanted(rule, prices) else { continue };
            if known.is_none_or(|price| (price.amount, price.compare_at) != (amount, compare_at)) {
                written.push(Written {
                    variant_id: *variant_id,
                    currency: rule.currency.code(),
                    amount,
                    compare_at,
                    now,
                });
            }
        }
        for price in prices.iter().filter(|price| price.converted && !price.held) {
            let rule = rules.iter().find(|rule| rule.currency.code() == price.currency);
            if rule.is_none_or(|rule| wanted(rule, prices).is_none()) {
                gone.push(json!({ "variant_id": variant_id, "currency": &price.currency }));
            }
        }
    }
    if !written.is_empty() {
        tx.execute(CONVERT.of(tx.engine()), args![serde_json::to_string(&written)?]).await?;
    }
    if !gone.is_empty() {
        tx.execute(UNCONVERT.of(tx.engine()), args![serde_json::to_string(&gone)?]).await?;
    }
    Ok(())
}

/// What the price that somebody typed in the base currency comes to.
fn wanted(rule: &Conversion, prices: &[&Price]) -> Option<(i64, Option<i64>)> {
    let base = prices.iter().find(|price| price.currency == rule.base.code() && !price.converted)?;
    rule.both(base.amount, base.compare_at)
}
