//! Changing a cart. Every change raises its version and renews its life; a change that cannot be made whole
//! changes nothing.

use super::read::{self, Head, LIFE_MS};
use super::{Cart, Line, LineProblem};
use crate::account::Visitor;
use crate::db::{Read, Tx};
use crate::error::Shortage;
use crate::id::CartLineId;
use crate::limits::LINE_QUANTITY;
use crate::money::Currency;
use crate::{Error, Result, Shop, args};

/// The price of a line, as it is now and for its quantity, counts as seen: the answer shows it.
pub(super) async fn see(tx: &mut Tx, line: &mut Line) -> Result<()> {
    if let Some(LineProblem::PriceChanged { .. }) = line.problem {
        line.problem = None;
    }
    if line.price_seen != line.unit_price {
        let sql = "UPDATE cart_line SET unit_price_seen = $2 WHERE id = $1";
        tx.execute(sql, args![line.id, line.unit_price.amount]).await?;
        line.price_seen = line.unit_price;
    }
    Ok(())
}

/// Sets the units of a line; 0 removes it.
pub async fn set_quantity(shop: &Shop, visitor: &Visitor, line: CartLineId, quantity: i64) -> Result<Cart> {
    if quantity == 0 {
        return remove(shop, visitor, line).await;
    }
    check_quantity(quantity)?;
    let now = shop.now_ms();
    let mut tx = shop.db.begin().await?;
    let head = touch(&mut tx, visitor, now).await?;
    // What has changed before is still to be confirmed; what this quantity changes, the shopper does.
    let before = read::whole(&mut tx, head.clone(), now).await?;
    let was_seen = before.lines.iter().any(|l| l.id == line && l.price_seen == l.unit_price);
    let sql = "UPDATE cart_line SET quantity = $3, gift_of = NULL
        WHERE cart_id = $1 AND id = $2 AND saved_for_later = FALSE";
    one(tx.execute(sql, args![head.id, line, quantity]).await?)?;
    let mut cart = read::whole(&mut tx, head, now).await?;
    check_line(&cart, |l| l.id == line)?;
    if let Some(line) = cart.lines.iter_mut().find(|l| l.id == line && was_seen) {
        see(&mut tx, line).await?;
    }
    tx.commit().await?;
    Ok(cart)
}

pub async fn remove(shop: &Shop, visitor: &Visitor, line: CartLineId) -> Result<Cart> {
    change(shop, visitor, line, "DELETE FROM cart_line WHERE cart_id = $1 AND id = $2").await
}

/// Lays a line aside: it stays with the cart and is neither counted nor bought.
pub async fn save_for_later(shop: &Shop, visitor: &Visitor, line: CartLineId) -> Result<Cart> {
    change(
        shop,
        visitor,
        line,
        "UPDATE cart_line SET saved_for_later = TRUE, gift_of = NULL WHERE cart_id = $1 AND id = $2",
    )
    .await
}

/// Puts a line that was laid aside back; less stock than it asks for shows as a problem of the line.
pub async fn move_to_cart(shop: &Shop, visitor: &Visitor, line: CartLineId) -> Result<Cart> {
    change(shop, visitor, line, "UPDATE cart_line SET saved_for_later = FALSE WHERE cart_id = $1 AND id = $2").await
}

async fn change(shop: &Shop, visitor: &Visitor, line: CartLineId, sql: &'static str) -> Result<Cart> {
    // A gift that is taken out, or laid aside, is not given again.
    const DECLINE: &str = "INSERT INTO cart_gift_declined (cart_id, promotion_id, at)
        SELECT l.cart_id, l.gift_of, $3 FROM cart_line l WHERE l.cart_id = $1 AND l.id = $2 AND l.gift_of IS NOT NULL
        ON CONFLICT (cart_id, promotion_id) DO NOTHING";
    let now = shop.now_ms();
    let mut tx = shop.db.begin().await?;
    let head = touch(&mut tx, visitor, now).await?;
    tx.execute(DECLINE, args![head.id, line, now]).await?;
    one(tx.execute(sql, args![head.id, line]).await?)?;
    let cart = read::whole(&mut tx, head, now).await?;
    tx.commit().await?;
    Ok(cart)
}

/// The shopper has read what changed: prices seen become today's, quantities what is left, and lines that cannot be
/// bought any more go.
pub async fn acknowledge(shop: &Shop, visitor: &Visitor) -> Result<Cart> {
    let now = shop.now_ms();
    let mut tx = shop.db.begin().await?;
    let head = touch(&mut tx, visitor, now).await?;
    let cart = read::whole(&mut tx, head, now).await?;
    for line in &cart.lines {
        let gone = "DELETE FROM cart_line WHERE id = $1";
        match line.problem {
            None => {}
            Some(LineProblem::Unavailable) => {
                tx.execute(gone, args![line.id]).await?;
            }
            Some(_) if line.cap(line.quantity) == 0 => {
                tx.execute(gone, args![line.id]).await?;
            }
            Some(_) => {
                let quantity = line.cap(line.quantity);
                let sql = "UPDATE cart_line SET quantity = $2, unit_price_seen = $3 WHERE id = $1";
                tx.execute(sql, args![line.id, quantity, line.unit_price.amount]).await?;
            }
        }
    }
    let cart = reload(&mut tx, visitor, now).await?;
    tx.commit().await?;
    Ok(cart)
}

/// Prices the cart in another currency; prices seen become today's in it. Without a cart, or with one in this currency already,
/// there is nothing to do.
pub async fn set_currency(shop: &Shop, visitor: &Visitor, currency: Currency) -> Result<()> {
    if !shop.settings.currencies.contains(&currency) {
        return Err(Error::field("currency", "The shop does not sell in this currency."));
    }
    let now = shop.now_ms();
    let mut tx = shop.db.begin().await?;
    let head = match touch(&mut tx, visitor, now).await {
        Err(Error::NotFound(_)) => return Ok(()),
        other => other?,
    };
    if head.currency == currency {
        return Ok(());
    }
    tx.execute("UPDATE cart SET currency = $2 WHERE id = $1", args![head.id, currency]).await?;
    let mut cart = read::whole(&mut tx, Head { currency, ..head }, now).await?;
    for line in cart.lines.iter_mut().chain(&mut cart.saved) {
        if line.problem != Some(LineProblem::Unavailable) {
            see(&mut tx, line).await?;
        }
    }
    tx.commit().await?;
    Ok(())
}

/// Locks the visitor's cart for this transaction, raises its version and renews its life.
pub(crate) async fn touch(tx: &mut Tx, visitor: &Visitor, now: i64) -> Result<Head> {
    let row = match (&visitor.customer, visitor.cart_id) {
        (Some(customer), _) => {
            let sql = "UPDATE cart SET version = version + 1, updated_at = $2, expires_at = $3
                WHERE customer_id = $1 AND status = 'active' AND expires_at > $2
                RETURNING id, customer_id, version, currency, details, merge_notice";
            tx.fetch_optional(sql, args![customer.id, now, now + LIFE_MS]).await?
        }
        (None, Some(cart)) => {
            let sql = "UPDATE cart SET version = version + 1, updated_at = $2, expires_at = $3
                WHERE id = $1 AND customer_id IS NULL AND status = 'active' AND expires_at > $2
                RETURNING id, customer_id, version, currency, details, merge_notice";
            tx.fetch_optional(sql, args![cart, now, now + LIFE_MS]).await?
        }
        (None, None) => None,
    };
    row.ok_or(Error::NotFound("cart"))
}

pub(super) async fn reload(tx: &mut Tx, visitor: &Visitor, now: i64) -> Result<Cart> {
    let head = read::head(tx, visitor, now).await?.ok_or(Error::NotFound("cart"))?;
    read::whole(tx, head, now).await
}

pub(super) fn check_quantity(quantity: i64) -> Result<()> {
    if LINE_QUANTITY.contains(&quantity) {
        return Ok(());
    }
    Err(Error::field("quantity", format!("Between {} and {}.", LINE_QUANTITY.start(), LINE_QUANTITY.end())))
}

/// The changed line must be buyable as it stands now.
pub(super) fn check_line(cart: &Cart, is_it: impl Fn(&Line) -> bool) -> Result<()> {
    let Some(line) = cart.lines.iter().find(|line| is_it(line)) else { return Ok(()) };
    if let Some(LineProblem::StockReduced { available, .. }) = line.problem {
        let title = if line.variant_title.is_empty() {
            line.title.clone()
        } else {
            format!("{} ({})", line.title, line.variant_title)
        };
        return Err(Error::SoldOut(vec![Shortage { sku: line.sku.clone(), title, available }]));
    }
    // Another variant of the product may be the one that is over the limit now.
    let same = cart.lines.iter().filter(|other| other.product_id == line.product_id);
    for other in same {
        if let Some(LineProblem::LimitReached { why, .. }) = &other.problem {
            return Err(Error::field("quantity", format!("{}: {why}", line.title)));
        }
    }
    check_quantity(line.quantity)
}

fn one(changed: u64) -> Result<()> {
    if changed == 1 { Ok(()) } else { Err(Error::NotFound("cart line")) }
}
