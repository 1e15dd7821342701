//! Reviews as shoppers read them, and a customer's own.

use super::{Draft, Review, State, ToReview, Written, picture};
use crate::account::Customer;
use crate::catalogue::Page;
use crate::id::{ProductId, ReviewId};
use crate::limits::PAGE_ROWS;
use crate::{Error, Result, Shop, args};
use uuid::Uuid;

/// Which of a product's reviews to show.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// Only those with this many stars, 1 to 5.
    pub stars: Option<i64>,
    /// Only those with pictures.
    pub pictured: bool,
    /// Where the page starts, from [`Page::next`]; an unreadable one is `Error::Invalid`.
    pub after: Option<&'a str>,
    /// Within `limits::PAGE_ROWS`.
    pub rows: i64,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: ReviewId,
    author: String,
    rating: i64,
    title: String,
    text: String,
    verified: bool,
    reply: String,
    replied_at: Option<i64>,
    created_at: i64,
    helpful: i64,
    voted: bool,
    own: bool,
}

/// The approved reviews of a product, newest first, as `viewer` sees them.
pub async fn of_product(
    shop: &Shop,
    product: ProductId,
    viewer: Option<&Customer>,
    asked: Asked<'_>,
) -> Result<Page<Review>> {
    const APPROVED: &str =
        "SELECT r.id, r.author, r.rating, r.title, r.text, r.verified, r.reply, r.replied_at, r.created_at,
           (SELECT COUNT(*) FROM review_vote n WHERE n.review_id = r.id) AS helpful,
           EXISTS (SELECT 1 FROM review_vote m WHERE m.review_id = r.id AND m.customer_id = $2) AS voted,
           COALESCE(r.customer_id = $2, FALSE) AS own
         FROM review r WHERE r.product_id = $1 AND r.state = 'approved' AND (r.created_at, r.id) < ($3, $4)
           AND ($6 = 0 OR r.rating = $6)
           AND (NOT $7 OR EXISTS (SELECT 1 FROM review_picture i WHERE i.review_id = r.id))
         ORDER BY r.created_at DESC, r.id DESC LIMIT $5";
    let (at, id) = position(asked.after)?;
    let rows = asked.rows.clamp(*PAGE_ROWS.start(), *PAGE_ROWS.end());
    let viewer = viewer.map(|customer| customer.id);
    let args = args![product, viewer, at, id, rows + 1, asked.stars.unwrap_or(0), asked.pictured];
    let found: Vec<Row> = shop.db.fetch_all(APPROVED, args).await?;
    let page = page(found, rows, |row| (row.created_at, row.id.0));
    let mut pictures = picture::of(&mut &shop.db, page.items.iter().map(|row| row.id.0).collect()).await?;
    let items = page.items.into_iter().map(|row| {
        let pictures = pictures.remove(&row.id).unwrap_or_default();
        Review { pictures, ..review(row) }
    });
    Ok(Page { items: items.collect(), next: page.next })
}

/// How many of a product's approved reviews have pictures.
pub async fn pictured(shop: &Shop, product: ProductId) -> Result<i64> {
    const PICTURED: &str = "SELECT COUNT(*) FROM review r WHERE r.product_id = $1 AND r.state = 'approved'
        AND EXISTS (SELECT 1 FROM review_picture i WHERE i.review_id = r.id)";
    Ok(shop.db.fetch_one::<(i64,)>(PICTURED, args![product]).await?.0)
}

fn review(row: Row) -> Review {
    Review {
        id: row.id,
        author: row.author,
        rating: row.rating,
        title: row.title,
        text: row.text,
        verified: row.verified,
        reply: row.reply,
        replied_at: row.replied_at,
        created_at: row.created_at,
        helpful: row.helpful,
        voted: row.voted,
        own: row.own,
        pictures: Vec::new(),
    }
}

#[derive(sqlx::FromRow)]
struct WrittenRow {
    id: ReviewId,
    slug: String,
    product: String,
    state: String,
    reason: String,
    rating: i64,
    title: String,
    text: String,
    author: String,
    reply: String,
    created_at: i64,
}

macro_rules! written_where {
    ($condition:literal) => {
        concat!(
            "SELECT r.id, p.slug, p.title AS product, r.state, r.reason, r.rating, r.title, r.text, r.author, r.reply,
               r.created_at
             FROM review r JOIN product p ON p.id = r.product_id WHERE r.customer_id = $1 AND ",
            $condition
        )
    };
}

/// The customer's review of a product.
pub async fn own(shop: &Shop, customer: &Customer, product: ProductId) -> Result<Option<Written>> {
    const OWN: &str = written_where!("r.product_id = $2");
    let row: Option<WrittenRow> = shop.db.fetch_optional(OWN, args![customer.id, product]).await?;
    let Some(row) = row else { return Ok(None) };
    let mut pictures = picture::of(&mut &shop.db, vec![row.id.0]).await?;
    let pictures = pictures.remove(&row.id).unwrap_or_default();
    Ok(Some(Written { pictures, ..written_from(row)? }))
}

/// What the customer has written, newest first.
pub async fn written(shop: &Shop, customer: &Customer, after: Option<&str>, rows: i64) -> Result<Page<Written>> {
    const ALL: &str = written_where!("(r.created_at, r.id) < ($2, $3) ORDER BY r.created_at DESC, r.id DESC LIMIT $4");
    let (at, id) = position(after)?;
    let rows = rows.clamp(*PAGE_ROWS.start(), *PAGE_ROWS.end());
    let found: Vec<WrittenRow> = shop.db.fetch_all(ALL, args![customer.id, at, id, rows + 1]).await?;
    let page = page(found, rows, |row| (row.created_at, row.id.0));
    let mut pictures = picture::of(&mut &shop.db, page.items.iter().map(|row| row.id.0).collect()).await?;
    let items = page.items.into_iter().map(|row| {
        let pictures = pictures.remove(&row.id).unwrap_or_default();
        Ok(Written { pictures, ..written_from(row)? })
    });
    Ok(Page { items: items.collect::<Result<_>>()?, next: page.next })
}

fn written_from(row: WrittenRow) -> Result<Written> {
    Ok(Written {
        slug: row.slug,
        product: row.product,
        state: state(&row.state)?,
        reason: row.reason,
        draft: Draft { rating: row.rating, title: row.title, text: row.text, author: row.author },
        reply: row.reply,
        created_at: row.created_at,
        pictures: Vec::new(),
    })
}

/// What the customer has bought, what is still sold of it and has no review by them, last ordered first; at most `rows`.
pub async fn to_review(shop: &Shop, customer: &Customer, rows: i64) -> Result<Vec<ToReview>> {
    const BOUGHT: &str = "SELECT p.slug, p.title, b.bought_at,
           COALESCE((SELECT COALESCE(i.thumb_url, i.url) FROM picture i WHERE i.product_id = p.id
             ORDER BY i.position, i.id LIMIT 1), '')
             AS picture_url
         FROM (SELECT v.product_id, MAX(o.created_at) AS bought_at
               FROM orders o JOIN order_line l ON l.order_id = o.id JOIN variant v ON v.id = l.variant_id
               WHERE o.customer_id = $1 AND (o.state IN ('confirmed','processing','shipped','delivered')
                 OR o.state = 'refunded' AND l.fulfilled > 0)
               GROUP BY v.product_id) AS b
         JOIN product p ON p.id = b.product_id
         WHERE p.status || '' = 'published'
           AND NOT EXISTS (SELECT 1 FROM review r WHERE r.customer_id = $1 AND r.product_id = p.id)
         ORDER BY b.bought_at DESC, p.id LIMIT $2";
    #[derive(sqlx::FromRow)]
    struct Row {
        slug: String,
        title: String,
        bought_at: i64,
        picture_url: String,
    }
    let rows: Vec<Row> = shop.db.fetch_all(BOUGHT, args![customer.id, rows]).await?;
    let bought = |row: Row| ToReview {
        slug: row.slug,
        title: row.title,
        picture_url: row.picture_url,
        bought_at: row.bought_at,
    };
    Ok(rows.into_iter().map(bought).collect())
}

pub(super) fn state(text: &str) -> Result<State> {
    State::parse(text).ok_or_else(|| Error::Internal(format!("a review is {text}")))
}

/// Time and identifier before which a page starts: "1767225600000.<uuid>".
pub(super) fn position(after: Option<&str>) -> Result<(i64, Uuid)> {
    let Some(text) = after else { return Ok((i64::MAX, Uuid::max())) };
    let parts = text.split_once('.').and_then(|(at, id)| Some((at.parse().ok()?, Uuid::parse_str(id).ok()?)));
    parts.ok_or_else(|| Error::field("after", "This page does not exist."))
}

/// A page of rows of which one more than wanted was read.
fn page<T>(mut rows: Vec<T>, wanted: i64, key: impl Fn(&T) -> (i64, Uuid)) -> Page<T> {
    let wanted = usize::try_from(wanted).expect("within the bounds of a page");
    let more = rows.len() > wanted;
    rows.truncate(wanted);
    let next = rows.last().filter(|_| more).map(|last| {
        let (at, id) = key(last);
        format!("{at}.{id}")
    });
    Page { items: rows, next }
}
