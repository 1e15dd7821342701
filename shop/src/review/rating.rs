//! What a product's approved reviews come to, counted after the change and never by the request that made it.
//!
//! Triggers mark a product in the transaction that changes its reviews. [`count_due`] takes marks away and counts those
//! products anew in one transaction: a crash leaves the mark or the new count, and counting twice comes to the same. Who
//! marks a product that is just being counted waits for the counting and marks it again, so no change is passed over.

use crate::db::Read;
use crate::id::ProductId;
use crate::invariant::{Breach, SHOWN, Verdict};
use crate::{Result, Shop, args};

/// The rating of product `p` as JSON, for statements that show products: `[one, two, three, four, five]`.
pub(crate) const RATING: &str = "(SELECT CAST(json_build_array(g.one, g.two, g.three, g.four, g.five) AS TEXT)
     FROM product_rating g WHERE g.product_id = p.id)";

/// Products counted in one transaction.
const AT_ONCE: i64 = 50;

/// Counts some products that were marked; how many. 0: none is left.
pub async fn count_due(shop: &Shop) -> Result<usize> {
    const DUE: &str = "SELECT product_id FROM rating_due ORDER BY product_id LIMIT $1";
    const UNMARK: &str = "DELETE FROM rating_due WHERE product_id = $1";
    const COUNT: &str =
        "INSERT INTO product_rating (product_id, reviews, stars, one, two, three, four, five, counted_at)
        SELECT p.id, COUNT(r.id), CAST(COALESCE(SUM(r.rating), 0) AS BIGINT),
          COUNT(CASE WHEN r.rating = 1 THEN 1 END), COUNT(CASE WHEN r.rating = 2 THEN 1 END),
          COUNT(CASE WHEN r.rating = 3 THEN 1 END), COUNT(CASE WHEN r.rating = 4 THEN 1 END),
          COUNT(CASE WHEN r.rating = 5 THEN 1 END), $2
        FROM product p LEFT JOIN review r ON r.product_id = p.id AND r.state = 'approved'
        WHERE p.id = $1 GROUP BY p.id
        ON CONFLICT (product_id) DO UPDATE SET reviews = excluded.reviews, stars = excluded.stars, one = excluded.one,
          two = excluded.two, three = excluded.three, four = excluded.four, five = excluded.five,
          counted_at = excluded.counted_at";
    let due: Vec<(ProductId,)> = shop.db.fetch_all(DUE, args![AT_ONCE]).await?;
    if due.is_empty() {
        return Ok(0);
    }
    let mut tx = shop.db.begin().await?;
    for (product,) in &due {
        // First the mark, then the count: what was committed before the mark could be taken is counted.
        if tx.execute(UNMARK, args![*product]).await? > 0 {
            tx.execute(COUNT, args![*product, shop.now_ms()]).await?;
        }
    }
    tx.commit().await?;
    Ok(due.len())
}

/// Whether every product's rating is what its approved reviews come to, but for those that are marked to be counted.
/// Holds between any two transactions.
pub async fn check(db: &mut impl Read) -> Result<Verdict> {
    const BROKEN: &str = "SELECT p.slug, 'shown ' || COALESCE(g.reviews, 0) || ' reviews with ' || COALESCE(g.stars, 0)
          || ' stars, written ' || COALESCE(c.reviews, 0) || ' with ' || COALESCE(c.stars, 0)
        FROM product p LEFT JOIN product_rating g ON g.product_id = p.id
        LEFT JOIN (SELECT product_id, COUNT(*) AS reviews, CAST(SUM(rating) AS BIGINT) AS stars,
            COUNT(CASE WHEN rating = 1 THEN 1 END) AS one, COUNT(CASE WHEN rating = 2 THEN 1 END) AS two,
            COUNT(CASE WHEN rating = 3 THEN 1 END) AS three, COUNT(CASE WHEN rating = 4 THEN 1 END) AS four
          FROM review WHERE state = 'approved' GROUP BY product_id) AS c ON c.product_id = p.id
        WHERE NOT EXISTS (SELECT 1 FROM rating_due d WHERE d.product_id = p.id)
          AND (COALESCE(g.reviews, 0) <> COALESCE(c.reviews, 0) OR COALESCE(g.stars, 0) <> COALESCE(c.stars, 0)
            OR COALESCE(g.one, 0) <> COALESCE(c.one, 0) OR COALESCE(g.two, 0) <> COALESCE(c.two, 0)
            OR COALESCE(g.three, 0) <> COALESCE(c.three, 0) OR COALESCE(g.four, 0) <> COALESCE(c.four, 0))
        ORDER BY p.slug LIMIT $1";
    let shown = i64::try_from(SHOWN).unwrap_or(i64::MAX);
    let rows: Vec<(String, String)> = db.fetch_all(BROKEN, args![shown]).await?;
    let breaches = rows.into_iter().map(|(reference, detail)| Breach { rule: "R1", reference, detail }).collect();
    Ok(Verdict { rule: "R1", says: "A product's rating is what its approved reviews come to", breaches })
}
