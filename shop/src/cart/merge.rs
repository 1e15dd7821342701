//! What log-in does to two carts: the higher quantity wins where both hold a line, capped by what can be bought.
//! The shopper sees what happened and can undo it.

use super::edit::{reload, touch};
use super::read::{self, LIFE_MS};
use super::{Cart, Line, LineProblem, MergeNotice};
use crate::account::{Customer, Visitor};
use crate::checkout::Details;
use crate::db::Tx;
use crate::id::{CartId, CartLineId, CustomerId, VariantId};
use crate::limits::{CART_LINES, LINE_QUANTITY};
use crate::{Result, Shop, args};

/// Brings the cart of the session into the account that just logged in; returns the account's cart.
/// Running it twice changes nothing more: a merged cart is not active any longer.
pub async fn merge_on_login(shop: &Shop, anonymous: Option<CartId>, customer: CustomerId) -> Result<Option<CartId>> {
    let now = shop.now_ms();
    let mut tx = shop.db.begin().await?;
    tx.execute(
        "UPDATE cart SET status = 'merged' WHERE customer_id = $1 AND status = 'active' AND expires_at <= $2",
        args![customer, now],
    )
    .await?;
    let guest = guest(anonymous);
    let owner = owner(customer);
    let theirs = read::head(&mut tx, &owner, now).await?;
    let Some(ours) = read::head(&mut tx, &guest, now).await? else { return Ok(theirs.map(|head| head.id)) };
    let Some(theirs) = theirs else {
        let sql = "UPDATE cart SET customer_id = $2, updated_at = $3, expires_at = $4 WHERE id = $1";
        tx.execute(sql, args![ours.id, customer, now, now + LIFE_MS]).await?;
        tx.commit().await?;
        return Ok(Some(ours.id));
    };
    let details = [theirs.details()?, ours.details()?].into_iter().find(|d| *d != Details::default());
    let (ours_id, theirs_id, currency) = (ours.id, theirs.id, theirs.currency);
    // The guest's lines at the prices of the account's currency.
    tx.execute("UPDATE cart SET status = 'merged', currency = $2 WHERE id = $1", args![ours_id, currency]).await?;
    let ours = read::whole(&mut tx, read::Head { currency, ..ours }, now).await?;
    let head = theirs;
    let theirs = read::whole(&mut tx, head.clone(), now).await?;
    let mut notice = combine(&mut tx, &ours, &theirs, now).await?;
    let merged = read::whole(&mut tx, head, now).await?;
    cap_to_limits(&mut tx, &merged, &mut notice).await?;
    let told = !(notice.added.is_empty() && notice.combined.is_empty() && notice.capped.is_empty());
    let notice = told.then_some(notice);
    touch(&mut tx, &owner, now).await?;
    tx.execute(
        "UPDATE cart SET merge_notice = $2, details = $3 WHERE id = $1",
        args![
            theirs_id,
            notice.map(|notice| serde_json::to_string(&notice)).transpose()?,
            serde_json::to_string(&details.unwrap_or_default())?
        ],
    )
    .await?;
    let sql = "INSERT INTO cart_code (cart_id, code_id, added_at)
        SELECT $2, code_id, added_at FROM cart_code WHERE cart_id = $1 ON CONFLICT DO NOTHING";
    tx.execute(sql, args![ours_id, theirs_id]).await?;
    // Whoever made a link as a guest can take it back as a customer.
    tx.execute("UPDATE cart_share SET cart_id = $2 WHERE cart_id = $1", args![ours_id, theirs_id]).await?;
    tx.commit().await?;
    Ok(Some(theirs_id))
}

/// Writes the lines of `ours` into `theirs`.
async fn combine(tx: &mut Tx, ours: &Cart, theirs: &Cart, now: i64) -> Result<MergeNotice> {
    let keep = |saved: bool| move |line: &Line| (line.variant_id, line.quantity, line.price_seen.amount, saved);
    let mut notice = MergeNotice {
        added: Vec::new(),
        combined: Vec::new(),
        capped: Vec::new(),
        before: by_hand(theirs).map(keep(false)).chain(theirs.saved.iter().map(keep(true))).collect(),
    };
    let mut places = CART_LINES.saturating_sub(theirs.lines.len() + theirs.saved.len());
    for line in by_hand(ours) {
        let held = theirs.lines.iter().find(|other| other.variant_id == line.variant_id);
        let wanted = held.map_or(0, |other| other.quantity).max(line.quantity);
        let quantity = line.availability.cap(wanted).min(*LINE_QUANTITY.end());
        let is_known = held.is_some() || theirs.saved.iter().any(|other| other.variant_id == line.variant_id);
        if quantity < wanted {
            notice.capped.push((title(line), wanted, quantity.max(0)));
        }
        if quantity <= 0 || (!is_known && places == 0) {
            continue;
        }
        if !is_known {
            places -= 1;
        }
        match held {
            Some(other) if other.quantity == quantity => continue,
            Some(other) => notice.combined.push((title(line), other.quantity, line.quantity, quantity)),
            None => notice.added.push((title(line), quantity)),
        }
        put(tx, theirs.id, (line.variant_id, quantity, line.unit_price.amount, false), now).await?;
    }
    for line in &ours.saved {
        let is_known = theirs.lines.iter().chain(&theirs.saved).any(|other| other.variant_id == line.variant_id);
        let taken = ours.lines.iter().any(|other| other.variant_id == line.variant_id);
        if !is_known && !taken && places > 0 {
            places -= 1;
            put(tx, theirs.id, (line.variant_id, line.quantity, line.unit_price.amount, true), now).await?;
        }
    }
    Ok(notice)
}

/// Lines that are no gifts: those come by themselves.
fn by_hand(cart: &Cart) -> impl Iterator<Item = &Line> {
    cart.lines.iter().filter(|line| line.gift.is_none())
}

/// Cuts the lines of the account's cart down to what its owner may buy.
async fn cap_to_limits(tx: &mut Tx, cart: &Cart, notice: &mut MergeNotice) -> Result<()> {
    for line in &cart.lines {
        let Some(LineProblem::LimitReached { wanted, allowed, .. }) = line.problem else { continue };
        if allowed > 0 {
            tx.execute("UPDATE cart_line SET quantity = $2 WHERE id = $1", args![line.id, allowed]).await?;
        } else {
            tx.execute("DELETE FROM cart_line WHERE id = $1", args![line.id]).await?;
        }
        let name = title(line);
        notice.added.retain(|(known, _)| *known != name);
        notice.combined.retain(|(known, ..)| *known != name);
        notice.capped.retain(|(known, ..)| *known != name);
        notice.capped.push((name, wanted, allowed));
    }
    Ok(())
}

async fn put(tx: &mut Tx, cart: CartId, line: (VariantId, i64, i64, bool), now: i64) -> Result<()> {
    let (variant, quantity, price, saved) = line;
    tx.execute(
        "INSERT INTO cart_line (id, cart_id, variant_id, quantity, unit_price_seen, saved_for_later, added_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (cart_id, variant_id) DO UPDATE SET quantity = excluded.quantity,
           saved_for_later = excluded.saved_for_later, gift_of = NULL",
        args![CartLineId::new(), cart, variant, quantity, price, saved, now],
    )
    .await?;
    Ok(())
}

/// The shopper has read the notice.
pub async fn dismiss_merge(shop: &Shop, visitor: &Visitor) -> Result<Cart> {
    let now = shop.now_ms();
    let mut tx = shop.db.begin().await?;
    let head = touch(&mut tx, visitor, now).await?;
    tx.execute("UPDATE cart SET merge_notice = NULL WHERE id = $1", args![head.id]).await?;
    let cart = reload(&mut tx, visitor, now).await?;
    tx.commit().await?;
    Ok(cart)
}

/// Puts the account's cart back as it was before log-in. Without a notice there is nothing to undo.
pub async fn undo_merge(shop: &Shop, visitor: &Visitor) -> Result<Cart> {
    let now = shop.now_ms();
    let mut tx = shop.db.begin().await?;
    let head = touch(&mut tx, visitor, now).await?;
    if let Some(notice) = head.merge_notice()? {
        tx.execute("DELETE FROM cart_line WHERE cart_id = $1", args![head.id]).await?;
        for line in notice.before {
            put(&mut tx, head.id, line, now).await?;
        }
        tx.execute("UPDATE cart SET merge_notice = NULL WHERE id = $1", args![head.id]).await?;
    }
    let cart = reload(&mut tx, visitor, now).await?;
    tx.commit().await?;
    Ok(cart)
}

fn title(line: &Line) -> String {
    if line.variant_title.is_empty() { line.title.clone() } else { format!("{} ({})", line.title, line.variant_title) }
}

fn guest(cart_id: Option<CartId>) -> Visitor {
    Visitor { cart_id, customer: None, currency: crate::money::Currency::EUR }
}

fn owner(id: CustomerId) -> Visitor {
    let customer = Customer { id, email: String::new(), name: String::new() };
    Visitor { cart_id: None, customer: Some(customer), currency: crate::money::Currency::EUR }
}
