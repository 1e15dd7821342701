//! What search engines should know of, in parts of at most [`SITEMAP_ADDRESSES`] addresses.
//!
//! A part begins after an identifier and is read a thousand rows at a time by key, so no statement grows with the shop:
//! a million products are a hundred short walks along an index for the list of parts, and ten short reads for a part.

use crate::id::ProductId;
use crate::limits::SITEMAP_ADDRESSES;
use crate::{Error, Result, Shop, args};
use uuid::Uuid;

const ROWS: i64 = 1_000;

/// A page to be found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    pub slug: String,
    /// When it was last changed, Unix milliseconds; `None` when that is not known.
    pub changed_at: Option<i64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Products,
    Categories,
    Collections,
}

/// The identifiers after which the parts begin, in order; none when there is nothing.
pub async fn parts(shop: &Shop, kind: Kind) -> Result<Vec<Uuid>> {
    // The last one of a part, or with `$2` = 0 whether there is anything at all.
    let last = match kind {
        Kind::Products => {
            "SELECT p.id FROM product p WHERE p.status = 'published' AND p.id > $1 ORDER BY p.id LIMIT 1 OFFSET $2"
        }
        Kind::Categories => "SELECT g.id FROM category g WHERE g.id > $1 ORDER BY g.id LIMIT 1 OFFSET $2",
        Kind::Collections => {
            "SELECT c.id FROM collection c WHERE c.published AND c.id > $1 ORDER BY c.id LIMIT 1 OFFSET $2"
        }
    };
    let (mut starts, mut after) = (Vec::new(), Uuid::nil());
    loop {
        let any: Option<(Uuid,)> = shop.db.fetch_optional(last, args![after, 0_i64]).await?;
        if any.is_none() {
            return Ok(starts);
        }
        starts.push(after);
        let end: Option<(Uuid,)> = shop.db.fetch_optional(last, args![after, SITEMAP_ADDRESSES - 1]).await?;
        let Some((end,)) = end else { return Ok(starts) };
        after = end;
    }
}

/// The addresses of the part that begins after `after`.
pub async fn part(shop: &Shop, kind: Kind, after: Uuid) -> Result<Vec<Address>> {
    match kind {
        Kind::Products => products(shop, after).await,
        Kind::Categories => by_key(shop, CATEGORIES, after).await,
        Kind::Collections => by_key(shop, COLLECTIONS, after).await,
    }
}

/// Published products; one without a price in the shop's first currency keeps its place but is not named, for its page
/// would not be there for a visitor who has chosen nothing.
async fn products(shop: &Shop, mut after: Uuid) -> Result<Vec<Address>> {
    let currency = shop.settings.currencies.first().copied().ok_or(Error::NotFound("default currency"))?;
    let (mut found, mut seen) = (Vec::new(), 0);
    while seen < SITEMAP_ADDRESSES {
        let rows: Vec<(ProductId, String, i64, i64)> = shop
            .db
            .fetch_all(
                "SELECT p.id, p.slug, p.updated_at, CAST(CASE WHEN EXISTS (SELECT 1 FROM variant v CROSS JOIN price r
                     WHERE r.variant_id = v.id AND r.currency = $2 AND v.product_id = p.id AND v.active)
                     THEN 1 ELSE 0 END AS BIGINT) AS priced
                 FROM product p WHERE p.status = 'published' AND p.id > $1 ORDER BY p.id LIMIT $3",
                args![after, currency, ROWS.min(SITEMAP_ADDRESSES - seen)],
            )
            .await?;
        let Some((last, ..)) = rows.last() else { break };
        after = last.0;
        seen += i64::try_from(rows.len()).unwrap_or(SITEMAP_ADDRESSES);
        let priced = rows.into_iter().filter(|(.., priced)| *priced == 1);
        found.extend(priced.map(|(_, slug, at, _)| Address { slug, changed_at: Some(at) }));
    }
    Ok(found)
}

const CATEGORIES: &str = "SELECT g.slug FROM category g WHERE g.id > $1 ORDER BY g.id LIMIT $2";
const COLLECTIONS: &str = "SELECT c.slug FROM collection c WHERE c.published AND c.id > $1 ORDER BY c.id LIMIT $2";

async fn by_key(shop: &Shop, sql: &str, after: Uuid) -> Result<Vec<Address>> {
    let rows: Vec<(String,)> = shop.db.fetch_all(sql, args![after, SITEMAP_ADDRESSES]).await?;
    Ok(rows.into_iter().map(|(slug,)| Address { slug, changed_at: None }).collect())
}
