//! Redirects by a merchant's hand: added and taken away, each with its audit row.

use super::{Origin, path};
use crate::audit::{self, Entry};
use crate::db::{Read, Tx};
use crate::staff::Staff;
use crate::{Error, FieldError, Result, Shop, args};
use serde_json::json;

/// Sends visitors of `from` to `to`; both paths, or full addresses of this shop. What has led to `from` so far leads on
/// to `to`, and where `to` has moved itself, both lead to where it is now.
///
/// `Invalid` names "from" (a page is there, a redirect is there, no address of this shop) or "to" (no address of this
/// shop, leads back to where it starts).
pub async fn add(shop: &Shop, by: &Staff, from: &str, to: &str) -> Result<()> {
    let (source, target) = parse(shop, from, to).map_err(Error::Invalid)?;
    let now = shop.now_ms();
    let mut tx = shop.db.begin().await?;
    let known: Option<(String,)> =
        tx.fetch_optional("SELECT target FROM redirect WHERE source = $1", args![&source]).await?;
    if let Some((target,)) = known {
        return Err(Error::field("from", format!("It leads to {target} already. Delete that redirect first.")));
    }
    let target = write(&mut tx, &source, target, Origin::Hand).await?.map_err(|error| Error::Invalid(vec![error]))?;
    let entry = Entry::new(by, "redirect.create", "redirect", &source).after(&json!({ "from": source, "to": target }));
    audit::record(&mut tx, &entry, now).await?;
    Ok(tx.commit().await?)
}

/// Both ends as they are kept, or everything that is wrong with them.
pub(super) fn parse(shop: &Shop, from: &str, to: &str) -> Result<(String, String), Vec<FieldError>> {
    match (path::source(from, &shop.origin), path::target(to, &shop.origin)) {
        (Ok(source), Ok(target)) => Ok((source, target)),
        (source, target) => Err([source.err(), target.err()].into_iter().flatten().collect()),
    }
}

/// Writes a redirect, or another target for one that is there; answers the target in the end, or what is wrong with it.
pub(crate) async fn write(
    tx: &mut Tx,
    source: &str,
    target: String,
    origin: Origin,
) -> Result<Result<String, FieldError>> {
    let refused = |field: &str, message: &str| Ok(Err(FieldError { field: field.into(), message: message.into() }));
    let living: Option<(i64,)> = tx
        .fetch_optional(
            "SELECT CAST(1 AS BIGINT) FROM product WHERE slug = substr($1, 4) AND substr($1, 1, 3) = '/p/'
               AND status = 'published'
             UNION ALL SELECT CAST(1 AS BIGINT) FROM category WHERE slug = substr($1, 4) AND substr($1, 1, 3) = '/c/'
             UNION ALL SELECT CAST(1 AS BIGINT) FROM collection WHERE slug = substr($1, 14)
               AND substr($1, 1, 13) = '/collections/' AND published
             LIMIT 1",
            args![source],
        )
        .await?;
    if living.is_some() {
        return refused("from", "There is a page at this address.");
    }
    let beyond: Option<(String,)> =
        tx.fetch_optional("SELECT target FROM redirect WHERE source = $1", args![&target]).await?;
    let target = beyond.map_or(target, |(beyond,)| beyond);
    if target == source {
        return refused("to", "This leads back to where it starts.");
    }
    tx.execute("UPDATE redirect SET target = $2 WHERE target = $1", args![source, &target]).await?;
    tx.execute(
        "INSERT INTO redirect (source, target, origin) VALUES ($1, $2, $3)
         ON CONFLICT (source) DO UPDATE SET target = excluded.target, origin = excluded.origin",
        args![source, &target, origin.code()],
    )
    .await?;
    tx.execute("DELETE FROM missing_address WHERE path = $1", args![source]).await?;
    Ok(Ok(target))
}

/// Takes a redirect away; its source says then that nothing is there.
pub async fn remove(shop: &Shop, by: &Staff, id: i64) -> Result<()> {
    let mut tx = shop.db.begin().await?;
    let gone: Option<(String, String)> =
        tx.fetch_optional("DELETE FROM redirect WHERE id = $1 RETURNING source, target", args![id]).await?;
    let (source, target) = gone.ok_or(Error::NotFound("redirect"))?;
    let entry = Entry::new(by, "redirect.delete", "redirect", &source).before(&json!({ "from": source, "to": target }));
    audit::record(&mut tx, &entry, shop.now_ms()).await?;
    Ok(tx.commit().await?)
}
