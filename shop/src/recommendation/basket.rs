//! What was bought together: each order that counts adds one to each of its products and to each pair of them, once. What it
//! has added stands in `basket_item` and is taken back when the order is cancelled, given back or a year old.
//!
//! The same step serves three callers: orders that triggers have noted, orders that have become old, and the walk through
//! all orders, once a night, which finds nothing to do unless somebody has written by hand.

use super::progress::{Part, Progress};
use crate::db::{Read, Sql, Tx};
use crate::id::ProductId;
use crate::invariant::{Breach, SHOWN, Verdict};
use crate::limits::BASKET_PRODUCTS;
use crate::{Result, Shop, args, rows};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// What was ordered earlier counts no longer.
pub(super) const LATELY_MS: i64 = 365 * 24 * 60 * 60 * 1000;
/// Orders of one transaction.
const ORDERS: i64 = 20;
/// How often all orders are walked through.
const WALK_EVERY_MS: i64 = 24 * 60 * 60 * 1000;

/// Counts some orders; how many were looked at. 0: none is left.
pub(super) async fn count_due(shop: &Shop) -> Result<usize> {
    const CHANGED: &str = "SELECT seq, order_id FROM order_change ORDER BY seq LIMIT $1";
    const OLD: &str = "SELECT DISTINCT order_id FROM basket_item WHERE ordered_at < $1 LIMIT $2";
    let (now, from) = (shop.now_ms(), shop.now_ms() - LATELY_MS);
    let changed: Vec<(i64, Uuid)> = shop.db.fetch_all(CHANGED, args![ORDERS]).await?;
    if !changed.is_empty() {
        let mut tx = shop.db.begin().await?;
        Progress::lock(&mut tx, Part::Orders).await?;
        let (seqs, ids): (Vec<i64>, Vec<Uuid>) = changed.iter().copied().unzip();
        tx.execute(TAKE.of(tx.engine()), args![seqs]).await?;
        settle(&mut tx, ids, from, false).await?;
        tx.commit().await?;
        return Ok(changed.len());
    }
    let old: Vec<(Uuid,)> = shop.db.fetch_all(OLD, args![from, ORDERS]).await?;
    if !old.is_empty() {
        let mut tx = shop.db.begin().await?;
        Progress::lock(&mut tx, Part::Orders).await?;
        settle(&mut tx, old.iter().map(|(id,)| *id).collect(), from, false).await?;
        tx.commit().await?;
        return Ok(old.len());
    }
    let progress = Progress::read(&mut &shop.db, Part::Orders).await?;
    if progress.reached.is_none() && progress.walked_at + WALK_EVERY_MS > now {
        return Ok(0);
    }
    walk(shop, from).await
}

/// The next orders of the walk, whether noted or not. Their partners are ranked anew, too: how good a partner is also depends
/// on orders without the product.
async fn walk(shop: &Shop, from: i64) -> Result<usize> {
    const NEXT: &str = "SELECT id FROM orders WHERE id > $1 ORDER BY id LIMIT $2";
    let mut tx = shop.db.begin().await?;
    let progress = Progress::lock(&mut tx, Part::Orders).await?;
    let after = progress.reached.unwrap_or(Uuid::nil());
    let ids: Vec<(Uuid,)> = tx.fetch_all(NEXT, args![after, ORDERS]).await?;
    let ids: Vec<Uuid> = ids.into_iter().map(|(id,)| id).collect();
    let (reached, looked_at) = (ids.last().copied(), ids.len());
    settle(&mut tx, ids, from, true).await?;
    let walked_at = if reached.is_none() { shop.now_ms() } else { progress.walked_at };
    Progress { reached, walked_at, ..progress }.write(&mut tx, Part::Orders).await?;
    tx.commit().await?;
    Ok(looked_at)
}

/// Forgets all sums; [`super::work`] counts every order anew.
pub async fn count_anew(shop: &Shop) -> Result<()> {
    // Both forget the whole of a table without looking at its rows.
    const FORGET: [Sql; 3] = [
        Sql { sqlite: "DELETE FROM basket_item", postgres: "TRUNCATE basket_item" },
        Sql { sqlite: "DELETE FROM product_basket", postgres: "TRUNCATE product_basket" },
        Sql { sqlite: "DELETE FROM product_pair", postgres: "TRUNCATE product_pair" },
    ];
    const MARK_ALL: &str = "INSERT INTO partner_due (product_id) SELECT product_id FROM product_basket
        WHERE TRUE ON CONFLICT (product_id) DO NOTHING";
    let mut tx = shop.db.begin().await?;
    let progress = Progress::lock(&mut tx, Part::Orders).await?;
    tx.execute(MARK_ALL, args![]).await?;
    for sql in FORGET {
        tx.execute(sql.of(tx.engine()), args![]).await?;
    }
    Progress { reached: Some(Uuid::nil()), ..progress }.write(&mut tx, Part::Orders).await?;
    Ok(tx.commit().await?)
}

const TAKE: Sql = Sql {
    sqlite: "DELETE FROM order_change WHERE seq IN (SELECT value FROM json_each($1))",
    postgres: "DELETE FROM order_change WHERE seq = ANY($1)",
};
/// The products of those orders that count, in the order of their lines.
const WANTED: Sql = Sql {
    sqlite: "SELECT o.id, o.created_at, v.product_id
        FROM orders o JOIN order_line l ON l.order_id = o.id JOIN variant v ON v.id = l.variant_id
        WHERE o.id IN (SELECT unhex(value) FROM json_each($1)) AND o.created_at >= $2
          AND o.state IN ('confirmed','processing','shipped','delivered') ORDER BY o.id, l.position, l.id",
    postgres: "SELECT o.id, o.created_at, v.product_id
        FROM orders o JOIN order_line l ON l.order_id = o.id JOIN variant v ON v.id = l.variant_id
        WHERE o.id = ANY($1) AND o.created_at >= $2
          AND o.state IN ('confirmed','processing','shipped','delivered') ORDER BY o.id, l.position, l.id",
};
const KNOWN: Sql = Sql {
    sqlite: "SELECT order_id, product_id FROM basket_item WHERE order_id IN (SELECT unhex(value) FROM json_each($1))",
    postgres: "SELECT order_id, product_id FROM basket_item WHERE order_id = ANY($1)",
};
const EMPTY: Sql = Sql {
    sqlite: "DELETE FROM basket_item WHERE order_id IN (SELECT unhex(value) FROM json_each($1))",
    postgres: "DELETE FROM basket_item WHERE order_id = ANY($1)",
};
const FILL: Sql = rows!(
    "INSERT INTO basket_item (order_id, product_id, ordered_at) SELECT d.order_id, d.product_id, d.ordered_at FROM",
    [order_id UUID, product_id UUID, ordered_at BIGINT],
    "WHERE TRUE ON CONFLICT (order_id, product_id) DO NOTHING"
);
// A row to be inserted is held against the CHECKs before it is found to be there: what is taken back updates alone.
const ADD_PRODUCTS: Sql = rows!(
    "INSERT INTO product_basket (product_id, orders) SELECT d.a, d.n FROM",
    [a UUID, n BIGINT],
    "WHERE TRUE ON CONFLICT (product_id) DO UPDATE SET orders = product_basket.orders + excluded.orders"
);
const TAKE_PRODUCTS: Sql = rows!(
    "UPDATE product_basket SET orders = product_basket.orders + d.n FROM",
    [a UUID, n BIGINT],
    "WHERE product_basket.product_id = d.a"
);
const ADD_PAIRS: Sql = rows!(
    "INSERT INTO product_pair (product_id, partner_id, orders) SELECT d.a, d.b, d.n FROM",
    [a UUID, b UUID, n BIGINT],
    "WHERE TRUE ON CONFLICT (product_id, partner_id) DO UPDATE SET orders = product_pair.orders + excluded.orders"
);
const TAKE_PAIRS: Sql = rows!(
    "UPDATE product_pair SET orders = product_pair.orders + d.n FROM",
    [a UUID, b UUID, n BIGINT],
    "WHERE product_pair.product_id = d.a AND product_pair.partner_id = d.b"
);
const FORGET_PRODUCTS: &str = "DELETE FROM product_basket WHERE product_id = $1 AND orders = 0";
const FORGET_PAIRS: &str = "DELETE FROM product_pair WHERE product_id = $1 AND orders = 0";
const MARK: Sql = rows!(
    "INSERT INTO partner_due (product_id) SELECT d.a FROM",
    [a UUID],
    "WHERE TRUE ON CONFLICT (product_id) DO NOTHING"
);

#[derive(Serialize)]
struct Item {
    order_id: Uuid,
    product_id: ProductId,
    ordered_at: i64,
}

#[derive(Serialize)]
struct Sum {
    a: ProductId,
    #[serde(skip_serializing_if = "Option::is_none")]
    b: Option<ProductId>,
    n: i64,
}

/// What some orders add to the sums.
#[derive(Default)]
struct Delta {
    products: BTreeMap<ProductId, i64>,
    pairs: BTreeMap<(ProductId, ProductId), i64>,
}

impl Delta {
    fn add(&mut self, basket: &BTreeSet<ProductId>, times: i64) {
        for one in basket {
            *self.products.entry(*one).or_default() += times;
            for other in basket.iter().filter(|other| *other != one) {
                *self.pairs.entry((*one, *other)).or_default() += times;
            }
        }
    }

    async fn write(&self, tx: &mut Tx) -> Result<()> {
        let products = self.products.iter().map(|(a, n)| Sum { a: *a, b: None, n: *n });
        let pairs = self.pairs.iter().map(|((a, b), n)| Sum { a: *a, b: Some(*b), n: *n });
        let (more, less): (Vec<_>, Vec<_>) = products.filter(|sum| sum.n != 0).partition(|sum| sum.n > 0);
        put(tx, ADD_PRODUCTS, &more).await?;
        put(tx, TAKE_PRODUCTS, &less).await?;
        let (more_pairs, less_pairs): (Vec<_>, Vec<_>) = pairs.filter(|sum| sum.n != 0).partition(|sum| sum.n > 0);
        put(tx, ADD_PAIRS, &more_pairs).await?;
        put(tx, TAKE_PAIRS, &less_pairs).await?;
        for product in less_pairs.iter().map(|sum| sum.a).collect::<BTreeSet<_>>() {
            tx.execute(FORGET_PAIRS, args![product]).await?;
        }
        for sum in less {
            tx.execute(FORGET_PRODUCTS, args![sum.a]).await?;
        }
        Ok(())
    }
}

async fn put(tx: &mut Tx, sql: Sql, rows: &[impl Serialize]) -> Result<()> {
    if !rows.is_empty() {
        tx.execute(sql.of(tx.engine()), args![serde_json::to_string(rows)?]).await?;
    }
    Ok(())
}

/// Brings the sums to what these orders are now. `all`: partners of all their products are to be ranked anew.
async fn settle(tx: &mut Tx, ids: Vec<Uuid>, from: i64, all: bool) -> Result<()> {
    let engine = tx.engine();
    let mut wanted: BTreeMap<Uuid, (i64, BTreeSet<ProductId>)> = BTreeMap::new();
    let rows: Vec<(Uuid, i64, ProductId)> = tx.fetch_all(WANTED.of(engine), args![ids.clone(), from]).await?;
    for (order, at, product) in rows {
        let (_, basket) = wanted.entry(order).or_insert((at, BTreeSet::new()));
        if basket.len() < BASKET_PRODUCTS {
            basket.insert(product);
        }
    }
    let mut known: BTreeMap<Uuid, BTreeSet<ProductId>> = BTreeMap::new();
    let rows: Vec<(Uuid, ProductId)> = tx.fetch_all(KNOWN.of(engine), args![ids.clone()]).await?;
    for (order, product) in rows {
        known.entry(order).or_default().insert(product);
    }
    let (mut delta, mut gone, mut items, mut due) = (Delta::default(), Vec::new(), Vec::new(), BTreeSet::new());
    for id in ids.into_iter().collect::<BTreeSet<_>>() {
        let before = known.remove(&id).unwrap_or_default();
        let (at, now) = wanted.remove(&id).unwrap_or_default();
        if all || before != now {
            due.extend(before.iter().chain(&now).copied());
        }
        if before == now {
            continue;
        }
        delta.add(&before, -1);
        delta.add(&now, 1);
        gone.push(id);
        items.extend(now.into_iter().map(|product_id| Item { order_id: id, product_id, ordered_at: at }));
    }
    if !gone.is_empty() {
        tx.execute(EMPTY.of(engine), args![gone]).await?;
        put(tx, FILL, &items).await?;
        delta.write(tx).await?;
    }
    let due: Vec<Sum> = due.into_iter().map(|a| Sum { a, b: None, n: 0 }).collect();
    put(tx, MARK, &due).await
}

/// Whether the sums are what the counted orders come to. Holds between any two transactions.
pub async fn check(db: &mut impl Read) -> Result<Verdict> {
    const PRODUCTS: &str =
        "SELECT COALESCE(p.slug, 'a product'), CAST(SUM(part.counted) AS BIGINT), CAST(SUM(part.there) AS BIGINT)
        FROM (SELECT product_id, orders AS counted, 0 AS there FROM product_basket
          UNION ALL SELECT product_id, 0, 1 FROM basket_item) AS part LEFT JOIN product p ON p.id = part.product_id
        GROUP BY part.product_id, p.slug HAVING SUM(part.counted) <> SUM(part.there) ORDER BY p.slug LIMIT $1";
    const PAIRS: &str =
        "SELECT COALESCE(p.slug, 'a product'), CAST(SUM(part.counted) AS BIGINT), CAST(SUM(part.there) AS BIGINT)
        FROM (SELECT product_id, partner_id, orders AS counted, 0 AS there FROM product_pair
          UNION ALL SELECT a.product_id, b.product_id, 0, 1 FROM basket_item a
            JOIN basket_item b ON b.order_id = a.order_id AND b.product_id <> a.product_id) AS part
          LEFT JOIN product p ON p.id = part.product_id
        GROUP BY part.product_id, part.partner_id, p.slug HAVING SUM(part.counted) <> SUM(part.there)
        ORDER BY p.slug LIMIT $1";
    let mut breaches = Vec::new();
    for (sql, what) in [(PRODUCTS, "in orders"), (PAIRS, "with another product")] {
        let rows: Vec<(String, i64, i64)> = db.fetch_all(sql, args![i64::try_from(SHOWN).unwrap_or(i64::MAX)]).await?;
        breaches.extend(rows.into_iter().map(|(reference, counted, there)| Breach {
            rule: "R2",
            reference,
            detail: format!("counted {counted} times {what}, was there {there} times"),
        }));
    }
    breaches.truncate(SHOWN);
    Ok(Verdict { rule: "R2", says: "What was bought together is what the counted orders come to", breaches })
}
