//! Collections as shoppers and merchants see them.

use super::{Collection, Draft, Kind, Order};
use crate::id::{CollectionId, ProductId};
use crate::limits::PAGE_ROWS;
use crate::staff::Staff;
use crate::{Error, Result, Shop, args};

#[derive(sqlx::FromRow)]
struct Row {
    id: CollectionId,
    slug: String,
    title: String,
    description: String,
    kind: String,
    rule: Option<String>,
    sort: String,
    seo_title: String,
    seo_description: String,
    published: bool,
    version: i64,
    fill_seen: Option<i64>,
    products: i64,
}

const COLUMNS: &str = "c.id, c.slug, c.title, c.description, c.kind, c.rule, c.sort, c.seo_title, c.seo_description,
    c.published, c.version, CASE WHEN c.fill_after IS NOT NULL THEN c.fill_seen END AS fill_seen";
const COUNT: &str = "(SELECT COUNT(*) FROM collection_product m WHERE m.collection_id = c.id) AS products";

/// The published collection with this slug.
pub async fn by_slug(shop: &Shop, slug: &str) -> Result<Collection> {
    let sql =
        format!("SELECT {COLUMNS}, CAST(0 AS BIGINT) AS products FROM collection c WHERE c.slug = $1 AND c.published");
    let row: Option<Row> = shop.db.fetch_optional(&sql, args![slug]).await?;
    Ok(row.ok_or(Error::NotFound("collection"))?.collection())
}

/// Published collections by title, at most `rows`.
pub async fn published(shop: &Shop, rows: i64) -> Result<Vec<Collection>> {
    let sql = format!(
        "SELECT {COLUMNS}, CAST(0 AS BIGINT) AS products FROM collection c WHERE c.published ORDER BY c.title, c.id LIMIT $1"
    );
    let rows: Vec<Row> = shop.db.fetch_all(&sql, args![rows]).await?;
    Ok(rows.into_iter().map(Row::collection).collect())
}

impl Row {
    fn collection(self) -> Collection {
        Collection {
            id: self.id,
            slug: self.slug,
            title: self.title,
            description: self.description,
            kind: Kind::parse(&self.kind).unwrap_or_default(),
            order: Order::parse(&self.sort).unwrap_or_default(),
            seo_title: self.seo_title,
            seo_description: self.seo_description,
        }
    }

    fn draft(self) -> Result<Draft> {
        Ok(Draft {
            kind: Kind::parse(&self.kind).unwrap_or_default(),
            rule: self.rule.as_deref().map(serde_json::from_str).transpose()?,
            order: Order::parse(&self.sort).unwrap_or_default(),
            title: self.title,
            slug: self.slug,
            description: self.description,
            seo_title: self.seo_title,
            seo_description: self.seo_description,
            published: self.published,
        })
    }
}

/// A collection in the merchant's list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListRow {
    pub id: CollectionId,
    pub slug: String,
    pub title: String,
    pub kind: Kind,
    pub published: bool,
    pub products: i64,
    /// Products that its rule has been asked about, while it is being asked about all.
    pub filling: Option<i64>,
}

/// All there are, by title.
pub async fn list(shop: &Shop, _by: &Staff) -> Result<Vec<ListRow>> {
    let sql = format!("SELECT {COLUMNS}, {COUNT} FROM collection c ORDER BY c.title, c.id");
    let rows: Vec<Row> = shop.db.fetch_all(&sql, args![]).await?;
    let row = |row: Row| ListRow {
        id: row.id,
        kind: Kind::parse(&row.kind).unwrap_or_default(),
        slug: row.slug,
        title: row.title,
        published: row.published,
        products: row.products,
        filling: row.fill_seen,
    };
    Ok(rows.into_iter().map(row).collect())
}

/// A collection in the editor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edited {
    pub id: CollectionId,
    /// To be handed back to [`super::update`].
    pub version: i64,
    pub draft: Draft,
    /// Products in it, drafts and archived ones included.
    pub products: i64,
    /// Products that its rule has been asked about and all there are, while it is being asked about all.
    pub filling: Option<(i64, i64)>,
}

/// # Errors
/// `NotFound`.
pub async fn load(shop: &Shop, _by: &Staff, id: CollectionId) -> Result<Edited> {
    let sql = format!("SELECT {COLUMNS}, {COUNT} FROM collection c WHERE c.id = $1");
    let row: Option<Row> = shop.db.fetch_optional(&sql, args![id]).await?;
    let row = row.ok_or(Error::NotFound("collection"))?;
    let filling = match row.fill_seen {
        Some(seen) => {
            let (all,): (i64,) = shop.db.fetch_one("SELECT COUNT(*) FROM product", args![]).await?;
            Some((seen.min(all), all))
        }
        None => None,
    };
    Ok(Edited { id, version: row.version, products: row.products, filling, draft: row.draft()? })
}

/// A product of a collection as the merchant sees it.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Member {
    pub id: ProductId,
    pub title: String,
    /// Code of its status: "draft".
    pub status: String,
    pub picture_url: Option<String>,
    /// Whether it has a place by hand.
    pub placed: bool,
}

/// `rows` products behind the first `skip`: in their places, then the newest first.
pub async fn members(shop: &Shop, _by: &Staff, id: CollectionId, skip: i64, rows: i64) -> Result<Vec<Member>> {
    const MEMBERS: &str = "SELECT p.id, p.title, p.status, (m.place IS NOT NULL) AS placed,
          (SELECT COALESCE(i.thumb_url, i.url) FROM picture i WHERE i.product_id = p.id
             ORDER BY i.position, i.id LIMIT 1) AS picture_url
        FROM collection_product m JOIN product p ON p.id = m.product_id WHERE m.collection_id = $1
        ORDER BY CASE WHEN m.place IS NULL THEN 1 ELSE 0 END, m.place, m.product_id DESC LIMIT $2 OFFSET $3";
    let rows = rows.clamp(*PAGE_ROWS.start(), *PAGE_ROWS.end());
    Ok(shop.db.fetch_all(MEMBERS, args![id, rows, skip.max(0)]).await?)
}
