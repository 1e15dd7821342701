//! The best partners of a product.
//!
//! A partner counts by the cosine of the two products' orders (Linden, Smith and York, "Amazon.com Recommendations:
//! Item-to-Item Collaborative Filtering", IEEE Internet Computing 7(1), 2003), so what everybody buys is nobody's partner,
//! shrunk where few orders speak for it (Bell and Koren, "Scalable Collaborative Filtering with Jointly Derived
//! Neighborhood Interpolation Weights", ICDM 2007): one order that had both does not outrank forty.
//!
//! ```text
//! orders with both / √(orders with one · orders with the other) · orders with both / (orders with both + 5)
//! ```

use super::KEPT;
use super::progress::{Part, Progress};
use crate::db::{Read, Sql, Tx};
use crate::id::ProductId;
use crate::{Result, Shop, args, rows};
use serde::Serialize;

/// Orders that would have to speak for a pair before it counts half.
const SHRINK: f64 = 5.0;
/// Products ranked in one transaction.
const AT_ONCE: i64 = 20;
/// Of a product's partners those that are in most orders with it are looked at.
const CANDIDATES: i64 = 200;

#[derive(Serialize)]
struct List {
    id: ProductId,
    ids: String,
}

/// Ranks the partners of some products whose orders have changed; how many. 0: none is left.
pub(super) async fn rank_due(shop: &Shop) -> Result<usize> {
    const DUE: &str = "SELECT product_id FROM partner_due ORDER BY product_id LIMIT $1";
    const DONE: Sql = Sql {
        sqlite: "DELETE FROM partner_due WHERE product_id IN (SELECT unhex(value) FROM json_each($1))",
        postgres: "DELETE FROM partner_due WHERE product_id = ANY($1)",
    };
    const WRITE: Sql = rows!(
        "INSERT INTO recommendation (product_id, together) SELECT d.id, d.ids FROM",
        [id UUID, ids TEXT],
        "WHERE EXISTS (SELECT 1 FROM product p WHERE p.id = d.id)
         ON CONFLICT (product_id) DO UPDATE SET together = excluded.together
         WHERE recommendation.together <> excluded.together"
    );
    let waiting: Vec<(ProductId,)> = shop.db.fetch_all(DUE, args![1_i64]).await?;
    if waiting.is_empty() {
        return Ok(0);
    }
    let mut tx = shop.db.begin().await?;
    Progress::lock(&mut tx, Part::Orders).await?;
    let due: Vec<(ProductId,)> = tx.fetch_all(DUE, args![AT_ONCE]).await?;
    let mut lists = Vec::new();
    for (product,) in &due {
        lists.push(List { id: *product, ids: serde_json::to_string(&best(&mut tx, *product).await?)? });
    }
    let engine = tx.engine();
    tx.execute(WRITE.of(engine), args![serde_json::to_string(&lists)?]).await?;
    tx.execute(DONE.of(engine), args![due.iter().map(|(id,)| id.0).collect::<Vec<_>>()]).await?;
    tx.commit().await?;
    Ok(due.len())
}

async fn best(tx: &mut Tx, product: ProductId) -> Result<Vec<ProductId>> {
    const OWN: &str = "SELECT orders FROM product_basket WHERE product_id = $1";
    const PARTNERS: &str = "SELECT q.partner_id, q.orders, b.orders
        FROM (SELECT partner_id, orders FROM product_pair WHERE product_id = $1
          ORDER BY orders DESC, partner_id LIMIT $2) AS q
        JOIN product_basket b ON b.product_id = q.partner_id
        JOIN product p ON p.id = q.partner_id AND p.status || '' = 'published'";
    let own: Option<(i64,)> = tx.fetch_optional(OWN, args![product]).await?;
    let Some((own,)) = own else { return Ok(Vec::new()) };
    let partners: Vec<(ProductId, i64, i64)> = tx.fetch_all(PARTNERS, args![product, CANDIDATES]).await?;
    let mut ranked: Vec<(f64, i64, ProductId)> =
        partners.into_iter().map(|(id, both, other)| (score(both, own, other), both, id)).collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(b.1.cmp(&a.1)).then(a.2.cmp(&b.2)));
    Ok(ranked.into_iter().take(KEPT).map(|(.., id)| id).collect())
}

/// How well two products go together that are in `one` and `other` orders, `both` of them the same.
fn score(both: i64, one: i64, other: i64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "numbers of orders")]
    let (both, one, other) = (both as f64, one as f64, other as f64);
    if one < 1.0 || other < 1.0 { 0.0 } else { both / (one * other).sqrt() * (both / (both + SHRINK)) }
}

#[cfg(test)]
mod tests {
    use super::score;

    #[test]
    fn one_order_does_not_outrank_forty_and_what_everybody_buys_is_nobodys_partner() {
        assert!(score(40, 100, 200) > score(1, 100, 1), "few speak for it");
        assert!(score(40, 100, 60) > score(40, 100, 40_000), "bought with everything");
        assert!(score(2, 10, 5) > score(1, 10, 5));
        assert!(score(0, 0, 0).abs() < f64::EPSILON);
    }
}
