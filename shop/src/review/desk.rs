//! What staff do with reviews: look through the queue, approve, reject with a reason, reply.
//!
//! Each decision names the version that was read and is written with its audit row in one transaction.

use super::read::{position, state};
use super::write::bought;
use super::{Counts, Entry, Filter, Flag, Rating, State, picture};
use crate::audit::{self, Entry as Audit};
use crate::catalogue::Page;
use crate::db::{Read, Tx};
use crate::id::{ReviewId, ReviewPictureId};
use crate::limits::{Check, PAGE_ROWS, REASON_CHARS, REVIEW_REPLY_CHARS};
use crate::staff::Staff;
use crate::{Error, Result, Shop, args};
use serde_json::json;
use uuid::Uuid;

#[derive(sqlx::FromRow)]
struct Row {
    id: ReviewId,
    product_slug: String,
    product: String,
    author: String,
    email: Option<String>,
    rating: i64,
    title: String,
    text: String,
    verified: bool,
    state: String,
    reason: String,
    reply: String,
    replied_at: Option<i64>,
    version: i64,
    created_at: i64,
    updated_at: i64,
    repeated: bool,
    first: bool,
}

macro_rules! entries_where {
    ($condition:literal) => {
        concat!(
            "SELECT r.id, p.slug AS product_slug, p.title AS product, r.author, c.email, r.rating, r.title, r.text,
               r.verified, r.state, r.reason, r.reply, r.replied_at, r.version, r.created_at, r.updated_at,
               r.fingerprint <> '' AND EXISTS (SELECT 1 FROM review s WHERE s.fingerprint = r.fingerprint
                   AND s.fingerprint <> '' AND s.id <> r.id
                   AND (s.customer_id IS NULL OR r.customer_id IS NULL OR s.customer_id <> r.customer_id)) AS repeated,
               r.customer_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM review t WHERE t.customer_id = r.customer_id
                   AND t.id <> r.id AND t.state = 'approved') AS first
             FROM review r JOIN product p ON p.id = r.product_id LEFT JOIN customer c ON c.id = r.customer_id
             WHERE ",
            $condition
        )
    };
}

/// Reviews, those that wait first and then the newest first.
pub async fn list(shop: &Shop, _by: &Staff, filter: &Filter) -> Result<Page<Entry>> {
    const ALL: &str = entries_where!(
        "($1 = '' OR r.state = $1) AND ($2 = 0 OR r.rating = $2)
           AND ($3 = '' OR r.words LIKE $3 ESCAPE '!' OR lower(p.title) LIKE $3 ESCAPE '!')
           AND (CASE WHEN r.state = 'pending' THEN 1 ELSE 0 END, r.created_at, r.id) < ($4, $5, $6)
         ORDER BY CASE WHEN r.state = 'pending' THEN 1 ELSE 0 END DESC, r.created_at DESC, r.id DESC LIMIT $7"
    );
    let rows = filter.rows.clamp(*PAGE_ROWS.start(), *PAGE_ROWS.end());
    let (waiting, (at, id)) = place(filter.after.as_deref())?;
    let state = filter.state.map_or("", State::as_str);
    let args = args![state, filter.rating.unwrap_or(0), pattern(&filter.needle()), waiting, at, id, rows + 1];
    let mut found: Vec<Row> = shop.db.fetch_all(ALL, args).await?;
    let more = i64::try_from(found.len()).unwrap_or(i64::MAX) > rows;
    if more {
        found.pop();
    }
    let next = found.last().filter(|_| more).map(|last| {
        let waiting = u8::from(last.state == State::Pending.as_str());
        format!("{waiting}.{}.{}", last.created_at, last.id)
    });
    let mut pictures = picture::of(&mut &shop.db, found.iter().map(|row| row.id.0).collect()).await?;
    let items = found.into_iter().map(|row| {
        let pictures = pictures.remove(&row.id).unwrap_or_default();
        Ok(Entry { pictures, ..entry(row)? })
    });
    Ok(Page { items: items.collect::<Result<_>>()?, next })
}

/// Where a page starts: whether the last one waited, then as for shoppers.
fn place(after: Option<&str>) -> Result<(i64, (i64, Uuid))> {
    let Some(text) = after else { return Ok((1, position(None)?)) };
    let parts = text.split_once('.').and_then(|(waiting, rest)| Some((waiting.parse().ok()?, rest)));
    let (waiting, rest) = parts.ok_or_else(|| Error::field("after", "This page does not exist."))?;
    Ok((waiting, position(Some(rest))?))
}

/// Anything that has `needle` in it, for LIKE; empty for no needle.
fn pattern(needle: &str) -> String {
    if needle.is_empty() {
        return String::new();
    }
    let plain = needle.replace('!', "!!").replace('%', "!%").replace('_', "!_");
    format!("%{plain}%")
}

/// One review.
pub async fn detail(shop: &Shop, _by: &Staff, id: ReviewId) -> Result<Entry> {
    const ONE: &str = entries_where!("r.id = $1");
    let row: Option<Row> = shop.db.fetch_optional(ONE, args![id]).await?;
    let entry = entry(row.ok_or(Error::NotFound("review"))?)?;
    let mut pictures = picture::of(&mut &shop.db, vec![id.0]).await?;
    Ok(Entry { pictures: pictures.remove(&id).unwrap_or_default(), ..entry })
}

fn entry(row: Row) -> Result<Entry> {
    let mut entry = Entry {
        id: row.id,
        product_slug: row.product_slug,
        product: row.product,
        author: row.author,
        email: row.email,
        rating: row.rating,
        title: row.title,
        text: row.text,
        verified: row.verified,
        state: state(&row.state)?,
        reason: row.reason,
        reply: row.reply,
        replied_at: row.replied_at,
        pictures: Vec::new(),
        flags: Vec::new(),
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
    };
    entry.flags = Flag::all(&entry, row.repeated, row.first);
    Ok(entry)
}

/// How many reviews wait, are shown and are not.
pub async fn counts(shop: &Shop, _by: &Staff) -> Result<Counts> {
    let rows: Vec<(String, i64)> =
        shop.db.fetch_all("SELECT state, COUNT(*) FROM review GROUP BY state", args![]).await?;
    let of = |state: State| rows.iter().find(|(name, _)| name == state.as_str()).map_or(0, |(_, count)| *count);
    Ok(Counts { pending: of(State::Pending), approved: of(State::Approved), rejected: of(State::Rejected) })
}

/// The approved reviews of all products together, as far as they were counted.
pub async fn distribution(shop: &Shop, _by: &Staff) -> Result<Rating> {
    const SUM: &str = "SELECT CAST(COALESCE(SUM(one), 0) AS BIGINT), CAST(COALESCE(SUM(two), 0) AS BIGINT),
        CAST(COALESCE(SUM(three), 0) AS BIGINT), CAST(COALESCE(SUM(four), 0) AS BIGINT),
        CAST(COALESCE(SUM(five), 0) AS BIGINT) FROM product_rating";
    let (one, two, three, four, five): (i64, i64, i64, i64, i64) = shop.db.fetch_one(SUM, args![]).await?;
    Ok(Rating::new([one, two, three, four, five]))
}

/// Shows a review. Whether its author has bought the product is asked again.
///
/// # Errors
/// `NotFound`; `Conflict` `stale` when it is not the version that was read, `decided` when it is shown already.
pub async fn approve(shop: &Shop, by: &Staff, id: ReviewId, version: i64) -> Result<()> {
    const APPROVE: &str = concat!(
        "UPDATE review SET state = 'approved', reason = '', version = version + 1,
           verified = CASE WHEN customer_id IS NULL THEN verified ELSE ",
        bought!("review.customer_id", "review.product_id"),
        " END WHERE id = $1 AND version = $2"
    );
    let mut tx = shop.db.begin().await?;
    let before = read(&mut tx, id, version).await?;
    if before.state == State::Approved.as_str() {
        return Err(Error::conflict("decided", "This review is shown already."));
    }
    change(&mut tx, APPROVE, args![id, version]).await?;
    let entry = Audit::new(by, "review.approve", "review", id)
        .before(&json!({ "state": before.state, "reason": before.reason }))
        .after(&json!({ "state": "approved", "reason": "" }));
    audit::record(&mut tx, &entry, shop.now_ms()).await?;
    Ok(tx.commit().await?)
}

/// Takes a review away from view, or keeps it from ever being shown. Its author reads the reason.
///
/// # Errors
/// `Invalid` without a reason; as [`approve`].
pub async fn reject(shop: &Shop, by: &Staff, id: ReviewId, version: i64, reason: &str) -> Result<()> {
    const REJECT: &str = "UPDATE review SET state = 'rejected', reason = $3, version = version + 1
        WHERE id = $1 AND version = $2";
    let reason = reason.trim();
    Check::default().required("reason", reason, REASON_CHARS).done()?;
    let mut tx = shop.db.begin().await?;
    let before = read(&mut tx, id, version).await?;
    if before.state == State::Rejected.as_str() && before.reason == reason {
        return Err(Error::conflict("decided", "This review is rejected already, for this reason."));
    }
    change(&mut tx, REJECT, args![id, version, reason]).await?;
    let entry = Audit::new(by, "review.reject", "review", id)
        .before(&json!({ "state": before.state, "reason": before.reason }))
        .after(&json!({ "state": "rejected", "reason": reason }));
    audit::record(&mut tx, &entry, shop.now_ms()).await?;
    Ok(tx.commit().await?)
}

/// Writes the merchant's reply, which is shown below the review; an empty one takes it away.
///
/// # Errors
/// `Invalid` when it is too long; `NotFound`; `Conflict` `stale`.
pub async fn reply(shop: &Shop, by: &Staff, id: ReviewId, version: i64, text: &str) -> Result<()> {
    const REPLY: &str = "UPDATE review SET reply = $3, replied_at = $4, version = version + 1
        WHERE id = $1 AND version = $2";
    let text = text.replace("\r\n", "\n");
    let text = text.trim();
    Check::default().text("reply", text, REVIEW_REPLY_CHARS).done()?;
    let mut tx = shop.db.begin().await?;
    let before = read(&mut tx, id, version).await?;
    let at = (!text.is_empty()).then(|| shop.now_ms());
    change(&mut tx, REPLY, args![id, version, text, at]).await?;
    let entry = Audit::new(by, "review.reply", "review", id)
        .before(&json!({ "reply": before.reply }))
        .after(&json!({ "reply": text }));
    audit::record(&mut tx, &entry, shop.now_ms()).await?;
    Ok(tx.commit().await?)
}

/// Takes one picture away; the words stay as they are, shown or not. Its file is erased.
///
/// # Errors
/// `NotFound`; `Conflict` `stale`.
pub async fn remove_picture(
    shop: &Shop,
    by: &Staff,
    id: ReviewId,
    version: i64,
    picture: ReviewPictureId,
) -> Result<()> {
    const REMOVE: &str = "DELETE FROM review_picture WHERE id = $1 AND review_id = $2 RETURNING url";
    const CHANGED: &str = "UPDATE review SET version = version + 1 WHERE id = $1 AND version = $2";
    let mut tx = shop.db.begin().await?;
    read(&mut tx, id, version).await?;
    change(&mut tx, CHANGED, args![id, version]).await?;
    let gone: Option<(String,)> = tx.fetch_optional(REMOVE, args![picture, id]).await?;
    let (url,) = gone.ok_or(Error::NotFound("picture"))?;
    let entry = Audit::new(by, "review.remove_picture", "review", id).before(&json!({ "picture": url }));
    audit::record(&mut tx, &entry, shop.now_ms()).await?;
    Ok(tx.commit().await?)
}

#[derive(sqlx::FromRow)]
struct Before {
    state: String,
    reason: String,
    reply: String,
    version: i64,
}

/// The review as it is, if it is the version that was read.
async fn read(tx: &mut Tx, id: ReviewId, version: i64) -> Result<Before> {
    let sql = "SELECT state, reason, reply, version FROM review WHERE id = $1";
    let before: Option<Before> = tx.fetch_optional(sql, args![id]).await?;
    let before = before.ok_or(Error::NotFound("review"))?;
    if before.version == version { Ok(before) } else { Err(stale()) }
}

async fn change(tx: &mut Tx, sql: &str, args: Vec<crate::db::Arg>) -> Result<()> {
    if tx.execute(sql, args).await? == 1 { Ok(()) } else { Err(stale()) }
}

fn stale() -> Error {
    Error::conflict("stale", "This review was changed since you opened it. Please read it again.")
}
