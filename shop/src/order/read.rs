//! Reading orders: the shopper's own, and the merchant's list and detail.

use super::{
    Attempt, Detail, Dispute, Event, Fulfilment, Line, ListFilter, MailEntry, Order, PaymentState, Refund, State,
    Summary,
};
use crate::account::Customer;
use crate::catalogue::Page;
use crate::db::{Arg, Read};
use crate::id::{CheckoutId, CustomerId, FulfilmentId, OrderId, OrderLineId, OutboxId, VariantId};
use crate::limits::PAGE_ROWS;
use crate::money::Currency;
use crate::pricing::Totals;
use crate::staff::Staff;
use crate::{Error, Result, Shop, args};
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
    tax: i64,
    tax_inclusive: bool,
    total: i64,
    tax_rows: String,
    captured: i64,
    refunded: i64,
    shipping_address: String,
    shipping_method: String,
    note: String,
    version: i64,
    created_at: i64,
    placed_at: Option<i64>,
    payment_expired_at: Option<i64>,
    cancel_at: Option<i64>,
    attempt_state: Option<String>,
}

macro_rules! order_where {
    ($condition:literal) => {
        concat!(
            "SELECT o.id, o.number, o.checkout_id, o.customer_id, o.access_token, o.state, o.email, o.currency,
               o.subtotal, o.discount, o.shipping, o.tax, o.tax_inclusive, o.total, o.tax_rows, o.captured, o.refunded,
               o.shipping_address, o.shipping_method, o.note, o.version, o.created_at, o.placed_at,
               o.payment_expired_at, o.cancel_at,
               (SELECT a.state FROM payment_attempt a WHERE a.checkout_id = o.checkout_id
                ORDER BY a.attempt_no DESC LIMIT 1) AS attempt_state
             FROM orders o WHERE ",
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
    fulfilled: i64,
    restocked: i64,
}

const LINES: &str = "SELECT id, variant_id, sku, title, variant_title, product_slug, picture_url, quantity, unit_price,
      total, fulfilled, restocked FROM order_line WHERE order_id = $1 ORDER BY position";

async fn whole(db: &mut impl Read, row: Row) -> Result<Order> {
    let lines: Vec<LineRow> = db.fetch_all(LINES, args![row.id]).await?;
    let fulfilments: Vec<(FulfilmentId, String, String, String, i64)> = db
        .fetch_all(
            "SELECT id, carrier, tracking_number, lines, at FROM fulfilment WHERE order_id = $1 ORDER BY at, id",
            args![row.id],
        )
        .await?;
    let money = |amount| row.currency.money(amount);
    let state = state(&row.state)?;
    Ok(Order {
        id: row.id,
        checkout_id: row.checkout_id,
        customer_id: row.customer_id,
        state,
        payment_state: payment_state(
            state,
            row.payment_expired_at,
            (row.total, row.captured, row.refunded),
            row.attempt_state.as_deref(),
        ),
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
                fulfilled: line.fulfilled,
                restocked: line.restocked,
            })
            .collect(),
        totals: Totals {
            currency: row.currency,
            subtotal: row.subtotal,
            discount: row.discount,
            shipping: row.shipping,
            tax: row.tax,
            tax_inclusive: row.tax_inclusive,
            total: row.total,
            tax_rows: serde_json::from_str(&row.tax_rows)?,
        },
        captured: money(row.captured),
        refunded: money(row.refunded),
        shipping_address: serde_json::from_str(&row.shipping_address)?,
        shipping_method: row.shipping_method,
        note: row.note,
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

/// `sums`: total, captured and refunded.
fn payment_state(state: State, expired_at: Option<i64>, sums: (i64, i64, i64), attempt: Option<&str>) -> PaymentState {
    let (total, captured, refunded) = sums;
    if refunded > 0 {
        return if refunded >= captured { PaymentState::Refunded } else { PaymentState::PartiallyRefunded };
    }
    if captured > 0 || (total == 0 && !matches!(state, State::PendingPayment | State::PaymentFailed)) {
        return PaymentState::Paid;
    }
    match (state, attempt) {
        (State::Cancelled, Some("canceled" | "authorized")) => PaymentState::Voided,
        (_, Some("authorized")) => PaymentState::Authorized,
        (State::PaymentFailed | State::Cancelled, _) => PaymentState::Failed,
        (State::Confirmed | State::Processing, _) if expired_at.is_some() => PaymentState::Expired,
        (State::Confirmed | State::Processing | State::Shipped | State::Delivered, Some("canceled")) => {
            PaymentState::Voided
        }
        _ => PaymentState::Pending,
    }
}

#[derive(sqlx::FromRow)]
struct SummaryRow {
    id: OrderId,
    number: String,
    state: String,
    email: String,
    #[sqlx(try_from = "String")]
    currency: Currency,
    total: i64,
    captured: i64,
    refunded: i64,
    created_at: i64,
    payment_expired_at: Option<i64>,
    attempt_state: Option<String>,
    units: i64,
}

macro_rules! summaries_where {
    ($condition:literal) => {
        concat!(
            "SELECT o.id, o.number, o.state, o.email, o.currency, o.total, o.captured, o.refunded, o.created_at,
               o.payment_expired_at,
               (SELECT a.state FROM payment_attempt a WHERE a.checkout_id = o.checkout_id
                ORDER BY a.attempt_no DESC LIMIT 1) AS attempt_state,
               (SELECT CAST(COALESCE(SUM(l.quantity), 0) AS BIGINT) FROM order_line l WHERE l.order_id = o.id) AS units
             FROM orders o WHERE ",
            $condition
        )
    };
}

const HISTORY_ROWS: i64 = 20;

/// The customer's orders, newest first; those that were never paid are left out.
pub async fn history(shop: &Shop, customer: &Customer, after: Option<&str>) -> Result<Page<Summary>> {
    const SQL: &str =
        summaries_where!("o.customer_id = $1 AND o.id < $2 AND o.placed_at IS NOT NULL ORDER BY o.id DESC LIMIT $3");
    let rows = shop.db.fetch_all(SQL, args![customer.id, position(after)?, HISTORY_ROWS + 1]).await?;
    page(rows, HISTORY_ROWS)
}

/// Orders as the merchant lists them, newest first.
pub async fn list(shop: &Shop, _by: &Staff, filter: &ListFilter) -> Result<Page<Summary>> {
    const ALL: &str = summaries_where!("o.id < $1 ORDER BY o.id DESC LIMIT $2");
    const IN_STATE: &str = summaries_where!("o.id < $1 AND o.state = $3 ORDER BY o.id DESC LIMIT $2");
    const BY_TEXT: &str = summaries_where!(
        "o.id < $1 AND ((o.number >= $3 AND o.number < $4) OR (o.email >= $5 AND o.email < $6))
         ORDER BY o.id DESC LIMIT $2"
    );
    const BY_TEXT_IN_STATE: &str = summaries_where!(
        "o.id < $1 AND ((o.number >= $3 AND o.number < $4) OR (o.email >= $5 AND o.email < $6)) AND o.state = $7
         ORDER BY o.id DESC LIMIT $2"
    );
    let rows = filter.rows.clamp(*PAGE_ROWS.start(), *PAGE_ROWS.end());
    let mut args: Vec<Arg> = args![position(filter.after.as_deref())?, rows + 1];
    let text = filter.text.trim();
    if !text.is_empty() {
        let (number, email) = (text.to_uppercase(), text.to_lowercase());
        // Everything that begins with the text, as an index range.
        args.extend(args![&number, format!("{number}\u{10ffff}"), &email, format!("{email}\u{10ffff}")]);
    }
    if let Some(state) = filter.state {
        args.push(state.as_str().into());
    }
    let sql = match (text.is_empty(), filter.state) {
        (true, None) => ALL,
        (true, Some(_)) => IN_STATE,
        (false, None) => BY_TEXT,
        (false, Some(_)) => BY_TEXT_IN_STATE,
    };
    page(shop.db.fetch_all(sql, args).await?, rows)
}

/// The id before which a page starts.
fn position(after: Option<&str>) -> Result<OrderId> {
    match after {
        None => Ok(OrderId(uuid::Uuid::max())),
        Some(text) => text.parse().map_err(|_| Error::field("after", "This page does not exist.")),
    }
}

fn page(mut rows: Vec<SummaryRow>, wanted: i64) -> Result<Page<Summary>> {
    let wanted = usize::try_from(wanted).expect("within the bounds of a page");
    let more = rows.len() > wanted;
    rows.truncate(wanted);
    let next = rows.last().filter(|_| more).map(|last| last.id.to_string());
    let items = rows
        .into_iter()
        .map(|row| {
            let state = state(&row.state)?;
            Ok(Summary {
                id: row.id,
                number: row.number,
                state,
                payment_state: payment_state(
                    state,
                    row.payment_expired_at,
                    (row.total, row.captured, row.refunded),
                    row.attempt_state.as_deref(),
                ),
                email: row.email,
                total: row.currency.money(row.total),
                units: row.units,
                created_at: row.created_at,
            })
        })
        .collect::<Result<_>>()?;
    Ok(Page { items, next })
}

/// Everything about one order.
pub async fn detail(shop: &Shop, _by: &Staff, number: &str) -> Result<Detail> {
    let mut db = &shop.db;
    let row: Row = db.fetch_optional(BY_NUMBER, args![number]).await?.ok_or(Error::NotFound("order"))?;
    let order = whole(&mut db, row).await?;
    let money = |amount| order.totals.money(amount);
    let attempts: Vec<AttemptRow> = db
        .fetch_all(
            "SELECT attempt_no, provider, way, state, amount, captured, provider_ref, decline_message, created_at,
               capture_before
             FROM payment_attempt WHERE checkout_id = $1 ORDER BY attempt_no",
            args![order.checkout_id],
        )
        .await?;
    let refunds: Vec<(i64, String, String, String, i64)> = db
        .fetch_all(
            "SELECT r.amount, r.reason, r.state, r.actor, r.created_at
             FROM payment_attempt a JOIN refund r ON r.attempt_id = a.id WHERE a.checkout_id = $1 ORDER BY r.id",
            args![order.checkout_id],
        )
        .await?;
    let moves: Vec<(String, String, String, String, i64)> = db
        .fetch_all(
            "SELECT entity, to_state, cause, actor, at FROM transition_log
             WHERE entity_id = $1 OR entity_id IN (SELECT id FROM payment_attempt WHERE checkout_id = $2)
             ORDER BY id",
            args![order.id, order.checkout_id],
        )
        .await?;
    let mails: Vec<(OutboxId, String, String, String, i64)> = db
        .fetch_all(
            "SELECT id, recipient, subject, state, at FROM mail WHERE order_id = $1 ORDER BY id",
            args![order.id],
        )
        .await?;
    let sql = "SELECT dispute FROM orders WHERE id = $1";
    let (dispute,): (String,) = db.fetch_one(sql, args![order.id]).await?;
    Ok(Detail {
        dispute: Dispute::parse(&dispute),
        attempts: attempts.into_iter().map(|row| row.attempt(order.totals.currency)).collect(),
        refunds: refunds
            .into_iter()
            .map(|(amount, reason, state, actor, created_at)| Refund {
                amount: money(amount),
                reason,
                state,
                actor,
                created_at,
            })
            .collect(),
        events: moves
            .into_iter()
            .map(|(entity, to, cause, actor, at)| Event { at, text: text(&entity, &to, &cause), actor })
            .collect(),
        mails: mails
            .into_iter()
            .map(|(id, recipient, subject, state, at)| MailEntry { id, recipient, subject, state, at })
            .collect(),
        order,
    })
}

#[derive(sqlx::FromRow)]
struct AttemptRow {
    attempt_no: i64,
    provider: String,
    way: String,
    state: String,
    amount: i64,
    captured: i64,
    provider_ref: Option<String>,
    decline_message: String,
    created_at: i64,
    capture_before: Option<i64>,
}

impl AttemptRow {
    fn attempt(self, currency: Currency) -> Attempt {
        Attempt {
            number: self.attempt_no,
            provider: self.provider,
            way: self.way,
            state: self.state,
            amount: currency.money(self.amount),
            captured: currency.money(self.captured),
            provider_ref: self.provider_ref.unwrap_or_default(),
            decline_message: self.decline_message,
            created_at: self.created_at,
            capture_before: self.capture_before,
        }
    }
}

/// One move, as the timeline tells it.
fn text(entity: &str, to: &str, cause: &str) -> String {
    let what: &str = match (entity, to) {
        ("order", "pending_payment") => "Order placed, payment pending",
        ("order", to) => match State::parse(to) {
            Some(state) => state.label(),
            None => to,
        },
        (_, "prepared") => "Payment prepared",
        (_, "sent") => "Payment handed to the provider",
        (_, "unknown") => "Payment: no answer from the provider",
        (_, "requires_action") => "Payment: the shopper has to confirm",
        (_, "processing") => "Payment being processed",
        (_, "authorized") => "Payment authorised",
        (_, "captured") => "Payment captured",
        (_, "declined") => "Payment declined",
        (_, "canceled") => "Payment cancelled",
        (_, other) => other,
    };
    if cause.is_empty() { what.to_owned() } else { format!("{what} ({cause})") }
}
