//! Carts that programs hold by a secret token instead of a session. Only the token's hash is stored.

use super::add;
use crate::account::Visitor;
use crate::id::CartId;
use crate::money::Currency;
use crate::{Error, Result, Shop, args, secret};

/// A new empty cart and the token that opens it, told once.
pub async fn open(shop: &Shop, currency: Currency) -> Result<(Visitor, String)> {
    if !shop.settings.currencies.contains(&currency) {
        return Err(Error::field("currency", "The shop does not sell in this currency."));
    }
    let mut visitor = Visitor { cart_id: None, customer: None, currency };
    let token = secret::token();
    let mut tx = shop.db.begin().await?;
    let new = add::New { id: CartId::new(), customer_id: None, currency };
    let made = add::create(&mut tx, vec![new], shop.now_ms()).await?.pop();
    let head = made.ok_or_else(|| Error::Internal("a cart was not made".into()))?;
    tx.execute(
        "INSERT INTO cart_token (token_hash, cart_id) VALUES ($1, $2)",
        args![secret::hash_token(&token), head.id],
    )
    .await?;
    tx.commit().await?;
    visitor.cart_id = Some(head.id);
    Ok((visitor, token))
}

/// The visitor that a token stands for. The cart may have been ordered since; then it can only be asked about.
pub async fn holder(shop: &Shop, token: &str) -> Result<Visitor> {
    const HOLDER: &str = "SELECT c.id, c.currency FROM cart_token t JOIN cart c ON c.id = t.cart_id
        WHERE t.token_hash = $1 AND c.customer_id IS NULL AND c.expires_at > $2";
    let hash = secret::hash_token(token);
    let row: Option<(CartId, String)> = shop.db.by_key().fetch_optional(HOLDER, args![hash, shop.now_ms()]).await?;
    let (id, currency) = row.ok_or(Error::NotFound("cart"))?;
    let currency = Currency::try_from(currency).map_err(|error| Error::Internal(error.to_string()))?;
    Ok(Visitor { cart_id: Some(id), customer: None, currency })
}
