//! What the warehouses have of what is wanted.

use super::route::Shelf;
use crate::db::Read;
use crate::id::{CartId, OrderId, VariantId};
use crate::{Result, args};

macro_rules! shelves {
    ($of:literal) => {
        shelves!("s.free AS available ", $of)
    };
    ($available:literal, $of:literal) => {
        concat!(
            "SELECT s.id AS stock_id, s.variant_id, s.warehouse_id, w.country, w.countries, w.priority, w.cutoff,
               w.handling_days, ",
            $available,
            $of
        )
    };
}

/// The shelves of everything in the cart.
pub(crate) async fn shelves_of_cart(db: &mut impl Read, cart: CartId) -> Result<Vec<Shelf>> {
    let sql = shelves!(
        "FROM cart_line l
         JOIN stock s ON s.variant_id = l.variant_id
         JOIN warehouse w ON w.id = s.warehouse_id
         WHERE l.cart_id = $1 AND l.saved_for_later = FALSE"
    );
    Ok(db.fetch_all(sql, args![cart]).await?)
}

/// As [`shelves_of_cart`], for somebody who looks: what a started payment of the cart holds counts as there.
pub(crate) async fn shelves_seen_by_cart(db: &mut impl Read, cart: CartId) -> Result<Vec<Shelf>> {
    let sql = shelves!(
        "s.free + CAST(COALESCE((SELECT SUM(r.quantity) FROM checkout k JOIN reservation r ON r.checkout_id = k.id
           WHERE k.cart_id = $1 AND r.stock_id = s.id AND r.state = 'held'), 0) AS BIGINT) AS available ",
        "FROM cart_line l
         JOIN stock s ON s.variant_id = l.variant_id
         JOIN warehouse w ON w.id = s.warehouse_id
         WHERE l.cart_id = $1 AND l.saved_for_later = FALSE"
    );
    Ok(db.fetch_all(sql, args![cart]).await?)
}

/// The shelves of everything in the order.
pub(crate) async fn shelves_of_order(db: &mut impl Read, order: OrderId) -> Result<Vec<Shelf>> {
    let sql = shelves!(
        "FROM (SELECT DISTINCT variant_id FROM order_line WHERE order_id = $1) l
         JOIN stock s ON s.variant_id = l.variant_id
         JOIN warehouse w ON w.id = s.warehouse_id"
    );
    Ok(db.fetch_all(sql, args![order]).await?)
}

/// The shelves of one variant.
pub(crate) async fn shelves_of_variant(db: &mut impl Read, variant: VariantId) -> Result<Vec<Shelf>> {
    let sql = shelves!("FROM stock s JOIN warehouse w ON w.id = s.warehouse_id WHERE s.variant_id = $1");
    Ok(db.fetch_all(sql, args![variant]).await?)
}
