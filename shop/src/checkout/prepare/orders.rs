//! What T1 writes of the checkouts that have everything: order, lines, tax, attempt and log.

use super::{NUMBER_TAKEN, Prepare};
use crate::checkout::transition;
use crate::db::{Sql, Tx};
use crate::id::{AttemptId, CheckoutId, CustomerId, OrderId, OrderLineId, VariantId, WarehouseId};
use crate::{Error, args, rows, tax};
use serde::Serialize;

pub(super) async fn write(tx: &mut Tx, items: &[&Prepare]) -> Result<(), Error> {
    let Some(first) = items.first() else { return Ok(()) };
    let orders: Vec<_> = items.iter().map(|item| OrderRow::of(item)).collect::<Result<_, _>>()?;
    let lines: Vec<_> = items.iter().flat_map(|item| LineRow::of(item)).collect();
    let attempts: Vec<_> = items.iter().filter(|i| i.quote.due() > 0).map(|i| AttemptRow::of(i)).collect();
    let moves: Vec<_> = items
        .iter()
        .flat_map(|item| {
            let attempt =
                (item.quote.due() > 0).then(|| transition::of_attempt(item.attempt_id, "", "prepared", "place"));
            [
                transition::of_checkout(item.checkout_id, "", "prepared", "place"),
                transition::of_order(item.order_id, "", "pending_payment", "place"),
            ]
            .into_iter()
            .chain(attempt)
        })
        .collect();
    let engine = tx.engine();
    tx.execute(INSERT_ORDERS.of(engine), args![serde_json::to_string(&orders)?]).await.map_err(|error| {
        if error.is_unique_violation() {
            Error::conflict(NUMBER_TAKEN, "An order number was taken.")
        } else {
            error.into()
        }
    })?;
    tx.execute(INSERT_LINES.of(engine), args![serde_json::to_string(&lines)?]).await?;
    tax::write(tx, &items.iter().map(|item| item.taxed()).collect::<Vec<_>>()).await?;
    if !attempts.is_empty() {
        tx.execute(INSERT_ATTEMPTS.of(engine), args![serde_json::to_string(&attempts)?]).await?;
    }
    transition::record(tx, &moves, "shopper", first.now).await
}

#[derive(Serialize)]
struct OrderRow<'i> {
    id: OrderId,
    number: &'i str,
    checkout_id: CheckoutId,
    customer_id: Option<CustomerId>,
    access_token: &'i str,
    email: &'i str,
    currency: &'static str,
    subtotal: i64,
    discount: i64,
    shipping: i64,
    shipping_discount: i64,
    tax: i64,
    tax_inclusive: bool,
    total: i64,
    tender: i64,
    tax_rows: String,
    shipping_address: String,
    shipping_method: &'i str,
    pickup_id: Option<WarehouseId>,
    due_from: Option<i64>,
    due_to: Option<i64>,
    note: &'i str,
    gift_note: &'i str,
    gift_to: String,
    held: String,
    now: i64,
}

impl<'i> OrderRow<'i> {
    fn of(item: &'i Prepare) -> Result<Self, serde_json::Error> {
        let totals = &item.quote.totals;
        Ok(Self {
            id: item.order_id,
            number: &item.number,
            checkout_id: item.checkout_id,
            customer_id: item.customer_id,
            access_token: &item.access_token,
            email: &item.quote.email,
            currency: totals.currency.code(),
            subtotal: totals.subtotal,
            discount: totals.discount,
            shipping: totals.shipping,
            shipping_discount: totals.shipping_discount,
            tax: totals.tax,
            tax_inclusive: totals.tax_inclusive,
            total: totals.total,
            tender: item.quote.tendered(),
            tax_rows: serde_json::to_string(&totals.tax_rows)?,
            shipping_address: serde_json::to_string(&item.quote.address)?,
            shipping_method: &item.quote.delivery_name,
            pickup_id: item.quote.pickup,
            due_from: item.due.map(|due| due.from),
            due_to: item.due.map(|due| due.to),
            note: &item.quote.note,
            gift_note: &item.quote.gift_note,
            gift_to: item.quote.gift_to.as_ref().map(serde_json::to_string).transpose()?.unwrap_or_default(),
            held: if item.held.is_empty() { String::new() } else { serde_json::to_string(&item.held)? },
            now: item.now,
        })
    }
}

const INSERT_ORDERS: Sql = rows!(
    "INSERT INTO orders (id, number, checkout_id, customer_id, access_token, state, email, currency, subtotal, discount,
       shipping, shipping_discount, tax, tax_inclusive, total, tender, tax_rows, shipping_address, shipping_method,
       pickup_id, due_from, due_to, note, gift_note, gift_to, held, created_at)
     SELECT d.id, d.number, d.checkout_id, d.customer_id, d.access_token, 'pending_payment', d.email, d.currency,
       d.subtotal, d.discount, d.shipping, d.shipping_discount, d.tax, d.tax_inclusive, d.total, d.tender, d.tax_rows, d.shipping_address,
       d.shipping_method, d.pickup_id, d.due_from, d.due_to, d.note, d.gift_note, d.gift_to, d.held, d.now FROM",
    [
        id UUID, number TEXT, checkout_id UUID, customer_id UUID, access_token TEXT, email TEXT, currency TEXT,
        subtotal BIGINT, discount BIGINT, shipping BIGINT, shipping_discount BIGINT, tax BIGINT, tax_inclusive BOOLEAN, total BIGINT,
        tender BIGINT, tax_rows TEXT, shipping_address TEXT, shipping_method TEXT, pickup_id UUID, due_from BIGINT, due_to BIGINT,
        note TEXT, gift_note TEXT, gift_to TEXT, held TEXT, now BIGINT
    ],
    ""
);

#[derive(Serialize)]
struct LineRow<'i> {
    id: OrderLineId,
    order_id: OrderId,
    position: usize,
    variant_id: VariantId,
    sku: &'i str,
    title: &'i str,
    variant_title: &'i str,
    product_slug: &'i str,
    picture_url: &'i str,
    quantity: i64,
    unit_price: i64,
    total: i64,
    discount: i64,
    tax: i64,
    tax_name: &'i str,
    tax_rate_ppm: i64,
    gift_card: bool,
}

impl<'i> LineRow<'i> {
    fn of(item: &'i Prepare) -> impl Iterator<Item = Self> {
        item.quote.lines.iter().enumerate().map(|(position, line)| Self {
            id: OrderLineId::new(),
            order_id: item.order_id,
            position,
            variant_id: line.priced.variant_id,
            sku: &line.sku,
            title: &line.title,
            variant_title: &line.variant_title,
            product_slug: &line.product_slug,
            picture_url: &line.picture_url,
            quantity: line.priced.quantity,
            unit_price: line.priced.unit_price,
            total: line.priced.total,
            discount: line.priced.discount,
            tax: line.priced.tax,
            tax_name: &line.priced.tax_name,
            tax_rate_ppm: line.priced.tax_rate_ppm,
            gift_card: line.gift_card,
        })
    }
}

const INSERT_LINES: Sql = rows!(
    "INSERT INTO order_line (id, order_id, position, variant_id, sku, title, variant_title, product_slug, picture_url,
       quantity, unit_price, total, discount, tax, tax_name, tax_rate_ppm, gift_card)
     SELECT d.id, d.order_id, d.position, d.variant_id, d.sku, d.title, d.variant_title, d.product_slug, d.picture_url,
       d.quantity, d.unit_price, d.total, d.discount, d.tax, d.tax_name, d.tax_rate_ppm, d.gift_card FROM",
    [
        id UUID, order_id UUID, position BIGINT, variant_id UUID, sku TEXT, title TEXT, variant_title TEXT,
        product_slug TEXT, picture_url TEXT, quantity BIGINT, unit_price BIGINT, total BIGINT, discount BIGINT, tax BIGINT,
        tax_name TEXT, tax_rate_ppm BIGINT, gift_card BOOLEAN
    ],
    ""
);

#[derive(Serialize)]
struct AttemptRow<'i> {
    id: AttemptId,
    checkout_id: CheckoutId,
    provider: &'static str,
    way: &'static str,
    amount: i64,
    currency: &'static str,
    pm_token: &'i str,
    buyer: &'i str,
    place: &'i str,
    network: &'i str,
    now: i64,
}

impl<'i> AttemptRow<'i> {
    fn of(item: &'i Prepare) -> Self {
        Self {
            id: item.attempt_id,
            checkout_id: item.checkout_id,
            provider: item.provider,
            way: item.way.as_str(),
            amount: item.quote.due(),
            currency: item.quote.totals.currency.code(),
            pm_token: &item.pm_token,
            buyer: &item.payer.buyer,
            place: &item.payer.place,
            network: &item.payer.network,
            now: item.now,
        }
    }
}

const INSERT_ATTEMPTS: Sql = rows!(
    "INSERT INTO payment_attempt (id, checkout_id, attempt_no, provider, way, amount, currency, pm_token, buyer, place, network, state,
       created_at)
     SELECT d.id, d.checkout_id, 1, d.provider, d.way, d.amount, d.currency, d.pm_token, d.buyer, d.place, d.network, 'prepared',
       d.now FROM",
    [
        id UUID, checkout_id UUID, provider TEXT, way TEXT, amount BIGINT, currency TEXT, pm_token TEXT, buyer TEXT, place TEXT, network TEXT, now BIGINT
    ],
    ""
);
