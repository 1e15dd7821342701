//! Looking through pictures and files.

use super::{Counts, Filter, Shelved, Unused};
use crate::catalogue::{Drawn, Page, Picture};
use crate::db::pattern;
use crate::id::{PictureId, ProductId};
use crate::limits::{Check, PAGE_ROWS, TITLE_CHARS};
use crate::media::shown;
use crate::staff::Staff;
use crate::{Error, Result, Shop, args};
use uuid::Uuid;

#[derive(sqlx::FromRow)]
struct Row {
    id: PictureId,
    url: String,
    alt: String,
    width: i64,
    height: i64,
    focus_x: i64,
    focus_y: i64,
    widths: String,
    fallback: Option<String>,
    product_id: ProductId,
    title: String,
    products: i64,
}

/// Pictures of products, the newest first.
pub async fn pictures(shop: &Shop, _by: &Staff, filter: &Filter) -> Result<Page<Shelved>> {
    const PICTURES: &str = "SELECT i.id, i.url, i.alt, i.width, i.height, i.focus_x, i.focus_y, i.widths, i.fallback,
          i.product_id, p.title,
          (SELECT COUNT(DISTINCT o.product_id) FROM picture o WHERE o.url = i.url) AS products
        FROM picture i JOIN product p ON p.id = i.product_id
        WHERE i.id < $1 AND (NOT $2 OR i.alt = '')
          AND ($3 = '' OR lower(p.title) LIKE $3 ESCAPE '!' OR lower(i.alt) LIKE $3 ESCAPE '!' OR i.url LIKE $3 ESCAPE '!')
        ORDER BY i.id DESC LIMIT $4";
    Check::default().text("text", &filter.text, TITLE_CHARS).done()?;
    let rows = filter.rows.clamp(*PAGE_ROWS.start(), *PAGE_ROWS.end());
    let before = filter.after.as_deref().map(Uuid::parse_str).transpose();
    let before = before.map_err(|_| Error::field("after", "This page does not exist."))?.unwrap_or(Uuid::max());
    let args = args![before, filter.without_alt, pattern(&filter.text), rows + 1];
    let mut found: Vec<Row> = shop.db.fetch_all(PICTURES, args).await?;
    let next = cut(&mut found, rows).then(|| found.last().map(|last| last.id.to_string())).flatten();
    let shelved = |row: Row| Shelved {
        picture: Picture {
            id: row.id,
            drawn: Drawn::read(&row.widths, row.fallback),
            url: row.url,
            alt: row.alt,
            width: row.width,
            height: row.height,
            variant_id: None,
            focus: (row.focus_x, row.focus_y),
        },
        product_id: row.product_id,
        title: row.title,
        products: row.products,
    };
    Ok(Page { items: found.into_iter().map(shelved).collect(), next })
}

/// Stored files that neither a product nor a category nor a review shows, by name.
pub async fn unused(shop: &Shop, _by: &Staff, after: Option<&str>, rows: i64) -> Result<Page<Unused>> {
    const UNUSED: &str = concat!(
        "SELECT f.url, COALESCE(f.thumb_url, f.url) AS thumb_url,
           EXISTS (SELECT 1 FROM picture_erase e WHERE e.url = f.url) AS leaving
         FROM picture_file f WHERE f.url > $1 AND NOT ",
        shown!("f.url"),
        " ORDER BY f.url LIMIT $2"
    );
    let rows = rows.clamp(*PAGE_ROWS.start(), *PAGE_ROWS.end());
    let mut found: Vec<(String, String, bool)> =
        shop.db.fetch_all(UNUSED, args![after.unwrap_or_default(), rows + 1]).await?;
    let next = cut(&mut found, rows).then(|| found.last().map(|last| last.0.clone())).flatten();
    let items = found.into_iter().map(|(url, thumb_url, leaving)| Unused { url, thumb_url, leaving });
    Ok(Page { items: items.collect(), next })
}

pub async fn count(shop: &Shop, _by: &Staff) -> Result<Counts> {
    const COUNT: &str = concat!(
        "SELECT (SELECT COUNT(*) FROM picture), (SELECT COUNT(*) FROM picture WHERE alt = ''),
           (SELECT COUNT(*) FROM picture_file f WHERE NOT ",
        shown!("f.url"),
        ")"
    );
    let (pictures, without_alt, unused): (i64, i64, i64) = shop.db.fetch_one(COUNT, args![]).await?;
    Ok(Counts { pictures, without_alt, unused })
}

/// Drops the row that was read only to see whether there is one.
fn cut<T>(rows: &mut Vec<T>, wanted: i64) -> bool {
    let wanted = usize::try_from(wanted).expect("within the bounds of a page");
    let more = rows.len() > wanted;
    rows.truncate(wanted);
    more
}
