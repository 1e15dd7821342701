//! Reading one order as its shopper sees it.

use super::{Fulfilment, Line, Order, PaymentState, State, cards};
use crate::account::Customer;
use crate::db::Read;
use crate::id::{CheckoutId, CustomerId, FulfilmentId, OrderId, OrderLineId, VariantId};
use crate::money::Currency;
use crate::pricing::{Discount, Totals};
use crate::shipping::Estimate;
use crate::{Error, Result, Shop, args, tender};
use subtle::ConstantTimeEq;

/// A guest's order: number and access token must belong together.
pub async fn by_token(shop: &Shop, number: &str, access_token: &str) -> Result<Order> {
    let row: Option<Row> = shop.db.fetch_optional(BY_NUMBER, args![number]).await?;
    opened(shop, row, access_token).await
}

/// As [`by_token`], by id: for programs.
pub async fn by_id(shop: &Shop, id: OrderId, access_token: &str) -> Result<Order> {
    let row: Option<Row> = shop.db.fetch_optional(BY_ID, args![id]).await?;
    opened(shop, row, access_token).await
}

async fn opened(shop: &Shop, row: Option<Row>, access_token: &str) -> Result<Order> {
    let row = row.ok_or(Error::NotFound("order"))?;
    if !bool::from(row.access_token.as_bytes().ct_eq(access_token.as_bytes())) {
        return Err(Error::NotFound("order"));
    }
    let mut db = &shop.db;
    whole(&mut db, row).await
}

/// The customer's own order; another's is `NotFound`.
pub async fn of_customer(shop: &Shop, customer: &Customer, number: &str) -> Result<Order> {
    let mut db = &shop.db;
    let row: Option<Row> = db.fetch_optional(BY_NUMBER, args![number]).await?;
    let row = row.filter(|row| row.customer_id == Some(customer.id)).ok_or(Error::NotFound("order"))?;
    whole(&mut db, row).await
}

/// The order for the shop's own use.
pub(crate) async fn by_order_id(db: &mut impl Read, id: OrderId) -> Result<(Order, String)> {
    let row: Row = db.fetch_optional(BY_ID, args![id]).await?.ok_or(Error::NotFound("order"))?;
    let token = row.access_token.clone();
    Ok((whole(db, row).await?, token))
}

/// An order by its number, for those who may see every order.
pub(super) async fn by_number(db: &mut impl Read, number: &str) -> Result<Order> {
    let row: Row = db.fetch_optional(BY_NUMBER, args![number]).await?.ok_or(Error::NotFound("order"))?;
    whole(db, row).await
}

#[derive(sqlx::FromRow)]
struct Row {
    id: OrderId,
    number: String,
    checkout_id: CheckoutId,
    customer_id: Option<CustomerId>,
    access_token: String,
    state: String,
    email: String,
    #[sqlx(try_from = "String")]
    currency: Currency,
    subtotal: i64,
    discount: i64,
    shipping: i64,
    shipping_discount: i64,
    tax: i64,
    tax_inclusive: bool,
    #[sqlx(flatten)]
    paid: Paid,
    tax_rows: String,
    shipping_address: String,
    shipping_method: String,
    pickup: Option<String>,
    due_from: Option<i64>,
    due_to: Option<i64>,
    note: String,
    gift_note: String,
    version: i64,
    created_at: i64,
    placed_at: Option<i64>,
    cancel_at: Option<i64>,
}

macro_rules! order_where {
    ($condition:literal) => {
        concat!(
            "SELECT o.id, o.number, o.checkout_id, o.customer_id, o.access_token, o.state, o.email, o.currency,
               o.subtotal, o.discount, o.shipping, o.shipping_discount, o.tax, o.tax_inclusive, o.total, o.tender, o.tender_refunded, o.credited,
               o.tax_rows, o.captured, o.refunded,
               o.shipping_address, o.shipping_method, w.address AS pickup, o.due_from, o.due_to, o.note, o.gift_note, o.version, o.created_at, o.placed_at,
               o.payment_expired_at, o.cancel_at,
               (SELECT a.state FROM payment_attempt a WHERE a.checkout_id = o.checkout_id
                ORDER BY a.attempt_no DESC LIMIT 1) AS attempt_state
             FROM orders o LEFT JOIN warehouse w ON w.id = o.pickup_id WHERE ",
            $condition
        )
    };
}
const BY_NUMBER: &str = order_where!("o.number = $1");
const BY_ID: &str = order_where!("o.id = $1");

#[derive(sqlx::FromRow)]
struct LineRow {
    id: OrderLineId,
    variant_id: VariantId,
    sku: String,
    title: String,
    variant_title: String,
    product_slug: String,
    picture_url: String,
    quantity: i64,
    unit_price: i64,
    total: i64,
    discount: i64,
    fulfilled: i64,
    restocked: i64,
    gift_card: bool,
}

const LINES: &str = "SELECT id, variant_id, sku, title, variant_title, product_slug, picture_url, quantity, unit_price,
      total, discount, fulfilled, restocked, gift_card FROM order_line WHERE order_id = $1 ORDER BY position";

async fn whole(db: &mut impl Read, row: Row) -> Result<Order> {
    let lines: Vec<LineRow> = db.fetch_all(LINES, args![row.id]).await?;
    let fulfilments: Vec<(FulfilmentId, String, String, String, i64)> = db
        .fetch_all(
            "SELECT id, carrier, tracking_number, lines, at FROM fulfilment WHERE order_id = $1 ORDER BY at, id",
            args![row.id],
        )
        .await?;
    let sql = "SELECT title, code, amount, shipping FROM promotion_use WHERE checkout_id = $1 ORDER BY position";
    let discounts: Vec<(String, String, i64, i64)> = if row.discount + row.shipping_discount > 0 {
        db.fetch_all(sql, args![row.checkout_id]).await?
    } else {
        Vec::new()
    };
    let discounts = discounts
        .into_iter()
        .map(|(title, code, amount, shipping)| Discount { title, code, amount, shipping })
        .collect();
    let tender =
        if row.paid.tender > 0 { tender::of_order(db, row.checkout_id, row.currency).await? } else { Vec::new() };
    let gift_cards = if lines.iter().any(|line| line.gift_card) {
        cards::of_order(db, row.id, row.currency).await?
    } else {
        Vec::new()
    };
    let money = |amount| row.currency.money(amount);
    let state = state(&row.state)?;
    Ok(Order {
        id: row.id,
        checkout_id: row.checkout_id,
        customer_id: row.customer_id,
        state,
        payment_state: row.paid.state(state),
        email: row.email,
        lines: lines
            .into_iter()
            .map(|line| Line {
                id: line.id,
                variant_id: line.variant_id,
                sku: line.sku,
                title: line.title,
                variant_title: line.variant_title,
                product_slug: line.product_slug,
                picture_url: line.picture_url,
                quantity: line.quantity,
                unit_price: money(line.unit_price),
                total: money(line.total),
                discount: money(line.discount),
                fulfilled: line.fulfilled,
                restocked: line.restocked,
                gift_card: line.gift_card,
            })
            .collect(),
        totals: Totals {
            currency: row.currency,
            subtotal: row.subtotal,
            discount: row.discount,
            shipping: row.shipping,
            shipping_discount: row.shipping_discount,
            tax: row.tax,
            tax_inclusive: row.tax_inclusive,
            total: row.paid.total,
            tax_rows: serde_json::from_str(&row.tax_rows)?,
            discounts,
        },
        captured: money(row.paid.captured),
        refunded: money(row.paid.refunded),
        credited: money(row.paid.credited),
        tender,
        shipping_address: serde_json::from_str(&row.shipping_address)?,
        shipping_method: row.shipping_method,
        pickup: row.pickup.filter(|at| !at.is_empty()).map(|at| serde_json::from_str(&at)).transpose()?,
        due: row.due_from.zip(row.due_to).map(|(from, to)| Estimate { from, to }),
        note: row.note,
        gift_cards,
        gift_note: row.gift_note,
        fulfilments: fulfilments
            .into_iter()
            .map(|(id, carrier, tracking_number, lines, at)| {
                Ok(Fulfilment { id, carrier, tracking_number, lines: serde_json::from_str(&lines)?, at })
            })
            .collect::<Result<_>>()?,
        version: row.version,
        created_at: row.created_at,
        placed_at: row.placed_at,
        cancel_at: row.cancel_at.filter(|_| state == State::Confirmed),
        number: row.number,
    })
}

pub(super) fn state(text: &str) -> Result<State> {
    State::parse(text).ok_or_else(|| Error::Internal(format!("unknown order state {text:?}")))
}

/// What the state of an order's payment is told by; amounts in minor units.
#[derive(sqlx::FromRow)]
pub(super) struct Paid {
    pub total: i64,
    tender: i64,
    tender_refunded: i64,
    credited: i64,
    captured: i64,
    refunded: i64,
    payment_expired_at: Option<i64>,
    /// Of the last attempt.
    attempt_state: Option<String>,
}

impl Paid {
    /// `state` is the order's.
    pub fn state(&self, state: State) -> PaymentState {
        let Self { total, tender, captured, .. } = *self;
        let refunded = self.refunded + self.credited + self.tender_refunded;
        if refunded > 0 {
            let is_all = refunded >= captured + tender;
            return if is_all { PaymentState::Refunded } else { PaymentState::PartiallyRefunded };
        }
        if captured > 0 || (total == tender && !matches!(state, State::PendingPayment | State::PaymentFailed)) {
            return PaymentState::Paid;
        }
        match (state, self.attempt_state.as_deref()) {
            (State::Cancelled, Some("canceled" | "authorized")) => PaymentState::Voided,
            (_, Some("authorized")) => PaymentState::Authorized,
            (State::PaymentFailed | State::Cancelled, _) => PaymentState::Failed,
            (State::Confirmed | State::Processing, _) if self.payment_expired_at.is_some() => PaymentState::Expired,
            (State::Confirmed | State::Processing | State::Shipped | State::Delivered, Some("canceled")) => {
                PaymentState::Voided
            }
            _ => PaymentState::Pending,
        }
    }
}
