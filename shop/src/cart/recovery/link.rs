//! What a reminder's link does: show what was left, bring it back, and end such mail.

use super::super::fill::{fill, held};
use super::super::share::wanted;
use super::super::{Filled, Line, read};
use super::send::code;
use crate::account::{Customer, Visitor};
use crate::id::{AbandonedCartId, CartId};
use crate::promotion::{self, normalised_email};
use crate::{Error, Result, Shop, args, secret};

/// What was left in a cart, for whoever has a reminder's link.
#[derive(Clone, Debug, PartialEq)]
pub struct Left {
    /// At today's prices for whoever looks; empty when it was ordered or has gone.
    pub lines: Vec<Line>,
    /// It is the visitor's own cart.
    pub own: bool,
}

/// What stands behind a reminder's link, and which cart that is.
async fn open(shop: &Shop, token: &str, visitor: &Visitor) -> Result<(AbandonedCartId, Left)> {
    const BEHIND: &str = "SELECT a.id, c.id AS cart_id FROM cart_mail m JOIN abandoned_cart a ON a.id = m.abandoned_id
        LEFT JOIN cart c ON c.id = a.cart_id AND c.status || '' = 'active' AND c.expires_at > $2
        WHERE m.token_hash = $1 AND m.expires_at > $2";
    let (mut db, now) = (&shop.db, shop.now_ms());
    let found: Option<(AbandonedCartId, Option<CartId>)> =
        db.fetch_optional(BEHIND, args![secret::hash_token(token), now]).await?;
    let (id, cart) = found.ok_or(Error::NotFound("link"))?;
    let Some(cart) = cart else { return Ok((id, Left { lines: Vec::new(), own: false })) };
    let own = read::head(&mut db, visitor, now).await?.is_some_and(|head| head.id == cart);
    let customer = visitor.customer.as_ref().map(|customer| customer.id);
    let lines = read::lines_for(&mut db, cart, visitor.currency, customer, now).await?;
    Ok((id, Left { lines, own }))
}

/// What stands behind a reminder's link. It changes nothing.
///
/// # Errors
/// `NotFound` for a link that no mail carried, or whose time is over.
pub async fn behind(shop: &Shop, token: &str, visitor: &Visitor) -> Result<Left> {
    Ok(open(shop, token, visitor).await?.1)
}

/// Brings what was left into the visitor's cart, as far as it is not there already, with the code that the mail named; and
/// ends reminders of it. `address` is the network address of whoever asks. As [`behind`].
pub async fn restore(shop: &Shop, token: &str, visitor: &mut Visitor, address: &str) -> Result<Vec<Filled>> {
    const DONE: &str = "UPDATE abandoned_cart SET mail_at = NULL WHERE id = $1";
    const FROM: &str = "UPDATE cart SET recovered_from = $2 WHERE id = $1";
    let (id, left) = open(shop, token, visitor).await?;
    let mut filled = Vec::new();
    if !left.own {
        let cart = read::load(shop, visitor).await?;
        let missing = left.lines.iter().map(wanted).filter_map(|mut one| {
            one.quantity -= held(cart.as_ref(), &one.sku);
            (one.quantity > 0).then_some(one)
        });
        filled = fill(shop, visitor, missing.collect()).await?;
    }
    let mut tx = shop.db.begin().await?;
    tx.execute(DONE, args![id]).await?;
    if let Some(head) = read::head(&mut tx, visitor, shop.now_ms()).await? {
        tx.execute(FROM, args![head.id, id]).await?;
    }
    tx.commit().await?;
    if let Some(code) = code(shop).await? {
        match promotion::add_code(shop, visitor, address, &code).await {
            // What it asks for is not in this cart; it can still be typed.
            Ok(_) | Err(Error::Invalid(_) | Error::NotFound(_) | Error::TooMany { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// `NotFound` for a link that no mail carried.
pub async fn check_stop(shop: &Shop, token: &str) -> Result<()> {
    address(shop, token).await.map(drop)
}

async fn address(shop: &Shop, token: &str) -> Result<String> {
    const BEHIND: &str = "SELECT email FROM cart_mail WHERE token_hash = $1";
    let row: Option<(String,)> = shop.db.fetch_optional(BEHIND, args![secret::hash_token(token)]).await?;
    Ok(row.ok_or(Error::NotFound("link"))?.0)
}

/// Ends reminders to the mailbox that a reminder went to, whoever asks for them again without an account. Twice is once.
///
/// # Errors
/// `NotFound` for a link that no mail carried.
pub async fn stop(shop: &Shop, token: &str) -> Result<()> {
    const STOP: &str = "INSERT INTO cart_mail_stop (mailbox, at) VALUES ($1, $2) ON CONFLICT (mailbox) DO NOTHING";
    const CUSTOMER: &str = "UPDATE customer SET cart_reminders = FALSE WHERE email = $1 AND cart_reminders";
    const DUE: &str = "UPDATE abandoned_cart SET mail_at = NULL WHERE email = $1 AND mail_at IS NOT NULL";
    let email = address(shop, token).await?;
    let mut tx = shop.db.begin().await?;
    tx.execute(STOP, args![normalised_email(&email), shop.now_ms()]).await?;
    tx.execute(CUSTOMER, args![&email]).await?;
    tx.execute(DUE, args![&email]).await?;
    Ok(tx.commit().await?)
}

/// Whether a customer wants to be reminded of carts that were left.
pub async fn reminders(shop: &Shop, customer: &Customer) -> Result<bool> {
    let sql = "SELECT cart_reminders FROM customer WHERE id = $1";
    Ok(shop.db.fetch_optional::<(bool,)>(sql, args![customer.id]).await?.is_some_and(|(wanted,)| wanted))
}

/// Says so, or takes it back. Whoever has the account may ask again after a mail's link has ended such mail.
pub async fn set_reminders(shop: &Shop, customer: &Customer, wanted: bool) -> Result<()> {
    let mut tx = shop.db.begin().await?;
    tx.execute("UPDATE customer SET cart_reminders = $2 WHERE id = $1", args![customer.id, wanted]).await?;
    if wanted {
        let sql = "DELETE FROM cart_mail_stop WHERE mailbox = $1";
        tx.execute(sql, args![normalised_email(&customer.email)]).await?;
    } else {
        let sql = "UPDATE abandoned_cart SET mail_at = NULL
            WHERE cart_id IN (SELECT c.id FROM cart c WHERE c.customer_id = $1)";
        tx.execute(sql, args![customer.id]).await?;
    }
    Ok(tx.commit().await?)
}
