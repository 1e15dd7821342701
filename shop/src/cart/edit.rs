//! Changing a cart. Every change raises its version and renews its life; a change that cannot be made whole
//! changes nothing.

use super::read::{self, Head, LIFE_MS};
use super::{Cart, Line, LineProblem};
use crate::account::Visitor;
use crate::db::{Read, Tx};
use crate::error::Shortage;
use crate::id::{CartId, CartLineId};
use crate::limits::{CART_LINES, LINE_QUANTITY, SKU_CHARS};
use crate::money::Currency;
use crate::{Error, Result, Shop, args};

/// Puts `quantity` more units of `sku` into the cart, making one when there is none yet (the visitor then carries
/// its id). More than can be bought is `Error::SoldOut` with what is left.
pub async fn add(shop: &Shop, visitor: &mut Visitor, sku: &str, quantity: i64) -> Result<Cart> {
    check_wish(sku, quantity)?;
    let now = shop.now_ms();
    let mut tx = shop.db.begin().await?;
    let head = match touch(&mut tx, visitor, now).await {
        Err(Error::NotFound(_)) => create(&mut tx, visitor, now).await?,
        other => other?,
    };
    let cart = put(&mut tx, head, sku, quantity, now).await?;
    tx.commit().await?;
    visitor.cart_id = Some(cart.id);
    Ok(cart)
}

/// As [`add`], to the cart that the visitor names and to no other: an ordered one is `NotFound` "cart", for what is put
/// into the next one would be found by nobody.
pub async fn add_to(shop: &Shop, visitor: &Visitor, sku: &str, quantity: i64) -> Result<Cart> {
    check_wish(sku, quantity)?;
    let now = shop.now_ms();
    let mut tx = shop.db.begin().await?;
    let head = touch(&mut tx, visitor, now).await?;
    let cart = put(&mut tx, head, sku, quantity, now).await?;
    tx.commit().await?;
    Ok(cart)
}

fn check_wish(sku: &str, quantity: i64) -> Result<()> {
    check_quantity(quantity)?;
    if sku.is_empty() || sku.chars().count() > SKU_CHARS {
        return Err(Error::NotFound("product"));
    }
    Ok(())
}

async fn put(tx: &mut Tx, head: Head, sku: &str, quantity: i64, now: i64) -> Result<Cart> {
    let added = tx.execute(ADD_LINE, args![CartLineId::new(), head.id, sku, head.currency, quantity, now]).await?;
    if added == 0 {
        return Err(Error::NotFound("product"));
    }
    let mut cart = read::whole(tx, head, now).await?;
    check_line(&cart, |line| line.sku == sku)?;
    if cart.lines.len() + cart.saved.len() > CART_LINES {
        return Err(Error::field("sku", format!("A cart holds at most {CART_LINES} different products.")));
    }
    if let Some(line) = cart.lines.iter_mut().find(|line| line.sku == sku) {
        see(tx, line).await?;
    }
    Ok(cart)
}

/// The price of a line, as it is now and for its quantity, counts as seen: the answer shows it.
async fn see(tx: &mut Tx, line: &mut Line) -> Result<()> {
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

// The line keeps the price of today: it is what the shopper saw beside the button. What the quantity makes of it is
// written by whoever calls.
const ADD_LINE: &str = "INSERT INTO cart_line (id, cart_id, variant_id, quantity, unit_price_seen, added_at)
    SELECT $1, $2, v.id, $5, a.amount, $6
    FROM variant v
    JOIN product p ON p.id = v.product_id AND p.status = 'published'
    JOIN price a ON a.variant_id = v.id AND a.currency = $4
    WHERE v.sku = $3 AND v.active
    ON CONFLICT (cart_id, variant_id) DO UPDATE SET
      quantity = excluded.quantity + CASE WHEN cart_line.saved_for_later THEN 0 ELSE cart_line.quantity END,
      unit_price_seen = excluded.unit_price_seen,
      saved_for_later = FALSE";

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
    let sql = "UPDATE cart_line SET quantity = $3 WHERE cart_id = $1 AND id = $2 AND saved_for_later = FALSE";
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
    change(shop, visitor, line, "UPDATE cart_line SET saved_for_later = TRUE WHERE cart_id = $1 AND id = $2").await
}

/// Puts a line that was laid aside back; less stock than it asks for shows as a problem of the line.
pub async fn move_to_cart(shop: &Shop, visitor: &Visitor, line: CartLineId) -> Result<Cart> {
    change(shop, visitor, line, "UPDATE cart_line SET saved_for_later = FALSE WHERE cart_id = $1 AND id = $2").await
}

async fn change(shop: &Shop, visitor: &Visitor, line: CartLineId, sql: &'static str) -> Result<Cart> {
    let now = shop.now_ms();
    let mut tx = shop.db.begin().await?;
    let head = touch(&mut tx, visitor, now).await?;
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
            Some(LineProblem::Unavailable | LineProblem::StockReduced { available: ..=0, .. }) => {
                tx.execute(gone, args![line.id]).await?;
            }
            Some(LineProblem::StockReduced { .. } | LineProblem::PriceChanged { .. }) => {
                let quantity = line.availability.cap(line.quantity);
                let sql = "UPDATE cart_line SET quantity = $2, unit_price_seen = $3 WHERE id = $1";
                tx.execute(sql, args![line.id, quantity, line.unit_price.amount]).await?;
            }
        }
    }
    let cart = reload(&mut tx, visitor, now).await?;
    tx.commit().await?;
    Ok(cart)
}

/// Prices the cart in another currency; prices seen become today's in it. Without a cart there is nothing to do.
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

pub(super) async fn create(tx: &mut Tx, visitor: &Visitor, now: i64) -> Result<Head> {
    let customer = visitor.customer.as_ref().map(|customer| customer.id);
    // A customer's forgotten cart would stand in the way of the one active cart.
    if customer.is_some() {
        let sql = "UPDATE cart SET status = 'merged' WHERE customer_id = $1 AND status = 'active' AND expires_at <= $2";
        tx.execute(sql, args![customer, now]).await?;
    }
    let row = tx
        .fetch_optional(
            "INSERT INTO cart (id, customer_id, status, currency, created_at, updated_at, expires_at)
             VALUES ($1, $2, 'active', $3, $4, $4, $5)
             RETURNING id, customer_id, version, currency, details, merge_notice",
            args![CartId::new(), customer, visitor.currency, now, now + LIFE_MS],
        )
        .await?;
    row.ok_or_else(|| Error::Internal("an inserted cart was not returned".into()))
}

fn check_quantity(quantity: i64) -> Result<()> {
    if LINE_QUANTITY.contains(&quantity) {
        return Ok(());
    }
    Err(Error::field("quantity", format!("Between {} and {}.", LINE_QUANTITY.start(), LINE_QUANTITY.end())))
}

/// The changed line must be buyable as it stands now.
fn check_line(cart: &Cart, is_it: impl Fn(&Line) -> bool) -> Result<()> {
    let Some(line) = cart.lines.iter().find(|line| is_it(line)) else { return Ok(()) };
    if let Some(LineProblem::StockReduced { available, .. }) = line.problem {
        let title = if line.variant_title.is_empty() {
            line.title.clone()
        } else {
            format!("{} ({})", line.title, line.variant_title)
        };
        return Err(Error::SoldOut(vec![Shortage { sku: line.sku.clone(), title, available }]));
    }
    check_quantity(line.quantity)
}

fn one(changed: u64) -> Result<()> {
    if changed == 1 { Ok(()) } else { Err(Error::NotFound("cart line")) }
}
