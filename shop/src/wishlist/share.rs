//! The link by which others read a list.

use super::read::{of, whose};
use super::{Owner, Wish};
use crate::id::WishlistId;
use crate::price_list::Buyer;
use crate::{Error, Result, Shop, args, secret};

/// Makes the link of the owner's list; one that is there stays.
///
/// # Errors
/// `NotFound` when there is no list.
pub async fn share(shop: &Shop, owner: Owner) -> Result<()> {
    let (whose, id) = whose(owner);
    // Sent twice, it is the first link that stands.
    let sql = format!(
        "UPDATE wishlist SET share_token = COALESCE(share_token, $2) WHERE id = (SELECT w.id FROM wishlist w WHERE {whose} = $1)"
    );
    let mut tx = shop.db.begin().await?;
    if tx.execute(&sql, args![id, secret::token()]).await? == 0 {
        return Err(Error::NotFound("wishlist"));
    }
    Ok(tx.commit().await?)
}

/// Takes the link away: who has it reads nothing any more. The next one is another.
pub async fn stop_sharing(shop: &Shop, owner: Owner) -> Result<()> {
    let (whose, id) = whose(owner);
    let sql =
        format!("UPDATE wishlist SET share_token = NULL WHERE id = (SELECT w.id FROM wishlist w WHERE {whose} = $1)");
    shop.db.execute(&sql, args![id]).await?;
    Ok(())
}

/// What stands on the list behind a link, priced for whoever looks. Whose it is, is not told.
///
/// # Errors
/// `NotFound` for a link that nobody made, or that was revoked.
pub async fn shared(shop: &Shop, token: &str, buyer: impl Into<Buyer>) -> Result<Vec<Wish>> {
    const SHARED: &str = "SELECT id FROM wishlist WHERE share_token = $1";
    let row: Option<(WishlistId,)> = shop.db.fetch_optional(SHARED, args![token]).await?;
    let (list,) = row.ok_or(Error::NotFound("wishlist"))?;
    of(shop, list, buyer.into()).await
}
