//! A card whose code a shopper types.

use super::code;
use crate::account::Visitor;
use crate::id::StoredValueId;
use crate::tender::{self, Problem};
use crate::{Error, Result, Shop, args, attempt, cart};

#[derive(sqlx::FromRow)]
struct Row {
    id: StoredValueId,
    currency: String,
    last_four: String,
    balance: i64,
    expires_at: Option<i64>,
    frozen_at: Option<i64>,
}

/// Puts a card into the visitor's cart; one that is in it stays, however its code is written. Whoever guesses is stopped:
/// attempts are counted by cart and by network address.
///
/// # Errors
/// `Invalid` "gift_card" with the reason, and nothing is changed; `TooMany`; `NotFound` "cart".
pub async fn add_to_cart(shop: &Shop, visitor: &Visitor, network_address: &str, typed: &str) -> Result<()> {
    let now = shop.now_ms();
    let mut db = &shop.db;
    let Some(head) = cart::read::head(&mut db, visitor, now).await? else { return Err(Error::NotFound("cart")) };
    let subject = head.id.to_string();
    attempt::count(shop, attempt::CARD_ADDRESS, network_address).await?;
    attempt::count(shop, attempt::CARD_CART, &subject).await?;
    let unknown = || Error::field("gift_card", "There is no such gift card. Please check how its code is written.");
    let code = code::normalised(typed).ok_or_else(unknown)?;
    let sql = "SELECT id, currency, last_four, balance, expires_at, frozen_at FROM stored_value
        WHERE code_hash = $1 AND kind = 'gift_card'";
    let row: Row = db.fetch_optional(sql, args![code::hash(&code)]).await?.ok_or_else(unknown)?;
    let problem = if row.frozen_at.is_some() {
        Some(Problem::Frozen)
    } else if row.expires_at.is_some_and(|end| end <= now) {
        Some(Problem::Expired)
    } else if row.currency != head.currency.code() {
        Some(Problem::Currency)
    } else {
        // What a started payment holds may come back: that is told in the cart.
        (row.balance == 0).then_some(Problem::Spent)
    };
    if let Some(problem) = problem {
        let label = tender::label(tender::Kind::GiftCard, &row.last_four);
        return Err(Error::field("gift_card", format!("{label} cannot be used. {}", problem.text())));
    }
    tender::put(shop, visitor, row.id, "gift_card").await?;
    attempt::forget(shop, attempt::CARD_CART, &subject).await
}
