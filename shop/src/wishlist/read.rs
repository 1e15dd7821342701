//! Reading a list: what stands on it as it is sold today.

use super::{Owner, Wish, Wishlist};
use crate::catalogue::Card;
use crate::catalogue::card::in_order;
use crate::id::{ProductId, WishlistId};
use crate::money::Currency;
use crate::price_list::Buyer;
use crate::{Error, Result, Shop, args, secret};
use std::collections::HashMap;
use uuid::Uuid;

/// Whose list a token opens.
///
/// # Errors
/// `NotFound` for a token that opens none, or one that has expired.
pub async fn holder(shop: &Shop, token: &str) -> Result<Owner> {
    const HOLDER: &str = "SELECT id FROM wishlist WHERE token_hash = $1 AND expires_at > $2";
    let args = args![secret::hash_token(token), shop.now_ms()];
    let row: Option<(WishlistId,)> = shop.db.fetch_optional(HOLDER, args).await?;
    row.map(|(list,)| Owner::Holder(list)).ok_or(Error::NotFound("wishlist"))
}

/// The column of a list `w` that names its owner, and the owner there.
pub(super) fn whose(owner: Owner) -> (&'static str, Uuid) {
    match owner {
        Owner::Customer(id) => ("w.customer_id", id.0),
        // A customer's list is reached as the customer alone.
        Owner::Holder(id) => ("w.customer_id IS NULL AND w.id", id.0),
    }
}

/// The owner's list, empty when there is none, priced for `buyer`.
pub async fn list(shop: &Shop, owner: Owner, buyer: impl Into<Buyer>) -> Result<Wishlist> {
    let (whose, id) = whose(owner);
    let sql = format!("SELECT w.id, w.share_token FROM wishlist w WHERE {whose} = $1");
    let found: Option<(WishlistId, Option<String>)> = shop.db.fetch_optional(&sql, args![id]).await?;
    let Some((list, share_token)) = found else { return Ok(Wishlist::default()) };
    Ok(Wishlist { wishes: of(shop, list, buyer.into()).await?, share_token })
}

/// Whether a product stands on the owner's list.
pub async fn wishes(shop: &Shop, owner: Owner, product: ProductId) -> Result<bool> {
    let (whose, id) = whose(owner);
    let sql = format!(
        "SELECT i.product_id FROM wishlist w JOIN wishlist_item i ON i.wishlist_id = w.id
         WHERE {whose} = $1 AND i.product_id = $2"
    );
    Ok(shop.db.fetch_optional::<(ProductId,)>(&sql, args![id, product]).await?.is_some())
}

#[derive(sqlx::FromRow)]
struct Row {
    product_id: ProductId,
    slug: String,
    title: String,
    price: i64,
    #[sqlx(try_from = "String")]
    currency: Currency,
    added_at: i64,
}

pub(super) async fn of(shop: &Shop, list: WishlistId, buyer: Buyer) -> Result<Vec<Wish>> {
    const ITEMS: &str = "SELECT i.product_id, p.slug, p.title, i.price, i.currency, i.added_at
        FROM wishlist_item i JOIN product p ON p.id = i.product_id WHERE i.wishlist_id = $1
        ORDER BY i.added_at DESC, i.product_id";
    let rows: Vec<Row> = shop.db.fetch_all(ITEMS, args![list]).await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let ids = rows.iter().map(|row| row.product_id.0).collect();
    let cards = in_order(shop, ids, buyer).await?.into_iter().map(|card| (card.id, card));
    let mut cards: HashMap<ProductId, Card> = cards.collect();
    let wish = |row: Row| Wish {
        card: cards.remove(&row.product_id),
        product_id: row.product_id,
        slug: row.slug,
        title: row.title,
        price_then: row.currency.money(row.price),
        added_at: row.added_at,
    };
    Ok(rows.into_iter().map(wish).collect())
}
