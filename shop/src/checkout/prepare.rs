//! T1: everything that must be on disk before the provider hears of a payment, for many checkouts at a time.
//!
//! One transaction claims the idempotency key, pins the cart's version, reserves the stock and writes checkout,
//! order, lines, attempt and log. A checkout that cannot have all of it leaves nothing.

use super::state::Way;
use super::{Quote, transition};
use crate::Error;
use crate::args;
use crate::db::{DbError, Read, Sql, Tx, Work};
use crate::id::{AttemptId, CartId, CheckoutId, CustomerId, OrderId, OrderLineId, StockId, WarehouseId};
use crate::inventory::reserve::{self, ReserveRequest, Short};
use crate::point::{self, Point};
use crate::promotion::{self, Claim as PromotionClaim, Gone};
use crate::risk::Payer;
use crate::rows;
use crate::shipping::Estimate;
use crate::tax::{self, Taxed};
use crate::tender::{self, Claim as TenderClaim};
use crate::warehouse::route::Otherwise;
use serde::Serialize;
use std::collections::HashSet;
use uuid::Uuid;

/// One checkout to prepare.
#[derive(Clone, Debug)]
pub(super) struct Prepare {
    pub checkout_id: CheckoutId,
    pub order_id: OrderId,
    pub attempt_id: AttemptId,
    pub cart_id: CartId,
    pub cart_version: i64,
    pub customer_id: Option<CustomerId>,
    pub quote: Quote,
    pub quote_json: String,
    pub quote_hash: String,
    pub number: String,
    pub access_token: String,
    pub scope: String,
    pub key: String,
    pub request_hash: String,
    pub way: Way,
    pub pm_token: String,
    pub provider: &'static str,
    pub lease_owner: String,
    pub lease_until: i64,
    pub expires_at: i64,
    pub demands: Vec<(StockId, i64)>,
    pub payer: Payer,
    /// Why the order is held; empty when it is not.
    pub held: Vec<String>,
    /// What to reserve instead when somebody else was faster at `demands`.
    pub otherwise: Option<Otherwise>,
    /// When it arrives by the first choice; another warehouse in the last moment leaves it as it was told.
    pub due: Option<Estimate>,
    pub now: i64,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Prepared {
    Done,
    /// The idempotency key is in use.
    KeyTaken,
    /// The cart moved on, or its version is being paid already.
    CartMoved,
    Short(Vec<Short>),
    /// A promotion of the quote is not to be had any more.
    Gone(Gone),
    /// A gift card or the credit of the quote does not have it any more.
    TenderGone(tender::Gone),
}

/// Code of the error that asks for another order number.
pub(super) const NUMBER_TAKEN: &str = "order_number_taken";

impl Prepare {
    fn taxed(&self) -> Taxed<'_> {
        Taxed {
            order_id: self.order_id,
            country: &self.quote.address.country,
            region: &self.quote.address.region,
            exemption: &self.quote.exemption,
            parts: &self.quote.taxes,
        }
    }

    fn promotions(&self) -> PromotionClaim<'_> {
        PromotionClaim {
            checkout_id: self.checkout_id,
            customer_id: self.customer_id,
            email: &self.quote.email,
            currency: self.quote.totals.currency.code(),
            uses: &self.quote.promotions,
            again: false,
            now: self.now,
        }
    }

    fn tender(&self) -> TenderClaim<'_> {
        TenderClaim {
            checkout_id: self.checkout_id,
            customer_id: self.customer_id,
            currency: self.quote.totals.currency.code(),
            tender: &self.quote.tender,
            again: false,
            now: self.now,
        }
    }
}

pub(super) struct Preparing;

impl Work for Preparing {
    type Item = Prepare;
    type Outcome = Prepared;
    type Error = Error;

    async fn run(&self, tx: &mut Tx, items: &[Prepare]) -> Result<Vec<Prepared>, Error> {
        let claimed = ids(tx, CLAIM, &items.iter().map(Claim::of).collect::<Vec<_>>()).await?;
        let candidates: Vec<_> = items.iter().filter(|item| claimed.contains(&item.checkout_id.0)).collect();
        let pinned = ids(tx, PIN, &candidates.iter().map(|item| CheckoutRow::of(item)).collect::<Vec<_>>()).await?;
        let candidates: Vec<_> = candidates.into_iter().filter(|item| pinned.contains(&item.checkout_id.0)).collect();
        // Accounts, promotions, shelves: in this order. Only a late payment asks for its promotions after shelves.
        let mut empty: Vec<(CheckoutId, tender::Gone)> = Vec::new();
        let claims: Vec<_> = candidates.iter().map(|item| item.tender()).collect();
        let granted = tender::take(tx, &claims).await?;
        let mut fit = Vec::with_capacity(candidates.len());
        for (item, outcome) in candidates.into_iter().zip(granted) {
            match outcome {
                Ok(()) => fit.push(item),
                Err(one) => empty.push((item.checkout_id, one)),
            }
        }
        let candidates = fit;
        let mut gone: Vec<(CheckoutId, Gone)> = Vec::new();
        let claims: Vec<_> = candidates.iter().map(|item| item.promotions()).collect();
        let granted = promotion::take(tx, &claims).await?;
        let mut fit = Vec::with_capacity(candidates.len());
        for (item, outcome) in candidates.into_iter().zip(granted) {
            match outcome {
                Ok(()) => fit.push(item),
                Err(one) => gone.push((item.checkout_id, one)),
            }
        }
        let candidates = fit;
        let requests: Vec<_> = candidates
            .iter()
            .map(|item| ReserveRequest {
                checkout_id: item.checkout_id,
                expires_at: item.expires_at,
                demands: item.demands.clone(),
                otherwise: item.otherwise.clone(),
            })
            .collect();
        let mut short: Vec<(CheckoutId, Vec<Short>)> = Vec::new();
        let mut winners = Vec::new();
        for (item, outcome) in candidates.into_iter().zip(reserve::reserve_many(tx, &requests).await?) {
            match outcome {
                Ok(()) => winners.push(item),
                Err(rows) => short.push((item.checkout_id, rows)),
            }
        }
        let won: HashSet<Uuid> = winners.iter().map(|item| item.checkout_id.0).collect();
        let lost = |set: &HashSet<Uuid>| set.iter().filter(|id| !won.contains(id)).copied().collect::<Vec<_>>();
        give_back(tx, lost(&pinned), lost(&claimed)).await?;
        promotion::write(tx, &winners.iter().map(|item| item.promotions()).collect::<Vec<_>>()).await?;
        tender::write(tx, &winners.iter().map(|item| item.tender()).collect::<Vec<_>>()).await?;
        write_orders(tx, &winners).await?;
        point::reached(Point::InPrepare).await;
        Ok(items
            .iter()
            .map(|item| {
                if won.contains(&item.checkout_id.0) {
                    Prepared::Done
                } else if let Some(at) = short.iter().position(|(id, _)| *id == item.checkout_id) {
                    Prepared::Short(short.swap_remove(at).1)
                } else if let Some(at) = gone.iter().position(|(id, _)| *id == item.checkout_id) {
                    Prepared::Gone(gone.swap_remove(at).1)
                } else if let Some(at) = empty.iter().position(|(id, _)| *id == item.checkout_id) {
                    Prepared::TenderGone(empty.swap_remove(at).1)
                } else if claimed.contains(&item.checkout_id.0) {
                    Prepared::CartMoved
                } else {
                    Prepared::KeyTaken
                }
            })
            .collect())
    }
}

async fn ids(tx: &mut Tx, sql: Sql, rows: &impl Serialize) -> Result<HashSet<Uuid>, Error> {
    let rows = serde_json::to_string(rows)?;
    if rows == "[]" {
        return Ok(HashSet::new());
    }
    let found: Vec<(Uuid,)> = tx.fetch_all(sql.of(tx.engine()), args![rows]).await?;
    Ok(found.into_iter().map(|(id,)| id).collect())
}

/// Takes back what a checkout wrote that could not have everything.
async fn give_back(tx: &mut Tx, checkouts: Vec<Uuid>, claims: Vec<Uuid>) -> Result<(), DbError> {
    const CHECKOUTS: Sql = Sql {
        sqlite: "DELETE FROM checkout WHERE id IN (SELECT unhex(value) FROM json_each($1))",
        postgres: "DELETE FROM checkout WHERE id = ANY($1)",
    };
    const CLAIMS: Sql = Sql {
        sqlite: "DELETE FROM idempotency WHERE checkout_id IN (SELECT unhex(value) FROM json_each($1))",
        postgres: "DELETE FROM idempotency WHERE checkout_id = ANY($1)",
    };
    for (sql, ids) in [(CHECKOUTS, checkouts), (CLAIMS, claims)] {
        if !ids.is_empty() {
            tx.execute(sql.of(tx.engine()), args![ids]).await?;
        }
    }
    Ok(())
}

async fn write_orders(tx: &mut Tx, items: &[&Prepare]) -> Result<(), Error> {
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
struct Claim<'i> {
    scope: &'i str,
    key: &'i str,
    request_hash: &'i str,
    checkout_id: CheckoutId,
    now: i64,
}

impl<'i> Claim<'i> {
    fn of(item: &'i Prepare) -> Self {
        Self {
            scope: &item.scope,
            key: &item.key,
            request_hash: &item.request_hash,
            checkout_id: item.checkout_id,
            now: item.now,
        }
    }
}

const CLAIM: Sql = rows!(
    "INSERT INTO idempotency (scope, key, request_hash, checkout_id, created_at)
     SELECT d.scope, d.key, d.request_hash, d.checkout_id, d.now FROM",
    [scope TEXT, key TEXT, request_hash TEXT, checkout_id UUID, now BIGINT],
    "WHERE TRUE ON CONFLICT (scope, key) DO NOTHING RETURNING checkout_id"
);

#[derive(Serialize)]
struct CheckoutRow<'i> {
    id: CheckoutId,
    cart_id: CartId,
    cart_version: i64,
    customer_id: Option<CustomerId>,
    quote: &'i str,
    quote_hash: &'i str,
    total: i64,
    currency: &'static str,
    lease_owner: &'i str,
    lease_until: i64,
    expires_at: i64,
    now: i64,
}

impl<'i> CheckoutRow<'i> {
    fn of(item: &'i Prepare) -> Self {
        Self {
            id: item.checkout_id,
            cart_id: item.cart_id,
            cart_version: item.cart_version,
            customer_id: item.customer_id,
            quote: &item.quote_json,
            quote_hash: &item.quote_hash,
            total: item.quote.totals.total,
            currency: item.quote.totals.currency.code(),
            lease_owner: &item.lease_owner,
            lease_until: item.lease_until,
            expires_at: item.expires_at,
            now: item.now,
        }
    }
}

// One checkout per cart and version, and only of the version that the cart still has.
const PIN: Sql = rows!(
    "INSERT INTO checkout (id, cart_id, cart_version, customer_id, state, quote, quote_hash, total, currency,
       recovery_point, epoch, lease_owner, lease_until, expires_at, created_at, updated_at)
     SELECT d.id, d.cart_id, d.cart_version, d.customer_id, 'prepared', d.quote, d.quote_hash, d.total, d.currency,
       'prepared', 1, d.lease_owner, d.lease_until, d.expires_at, d.now, d.now FROM",
    [
        id UUID, cart_id UUID, cart_version BIGINT, customer_id UUID, quote TEXT, quote_hash TEXT, total BIGINT,
        currency TEXT, lease_owner TEXT, lease_until BIGINT, expires_at BIGINT, now BIGINT
    ],
    "JOIN cart ON cart.id = d.cart_id AND cart.version = d.cart_version AND cart.status = 'active'
     WHERE TRUE ON CONFLICT (cart_id, cart_version) DO NOTHING RETURNING id"
);

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
            held: if item.held.is_empty() { String::new() } else { serde_json::to_string(&item.held)? },
            now: item.now,
        })
    }
}

const INSERT_ORDERS: Sql = rows!(
    "INSERT INTO orders (id, number, checkout_id, customer_id, access_token, state, email, currency, subtotal, discount,
       shipping, shipping_discount, tax, tax_inclusive, total, tender, tax_rows, shipping_address, shipping_method,
       pickup_id, due_from, due_to, note, held, created_at)
     SELECT d.id, d.number, d.checkout_id, d.customer_id, d.access_token, 'pending_payment', d.email, d.currency,
       d.subtotal, d.discount, d.shipping, d.shipping_discount, d.tax, d.tax_inclusive, d.total, d.tender, d.tax_rows, d.shipping_address,
       d.shipping_method, d.pickup_id, d.due_from, d.due_to, d.note, d.held, d.now FROM",
    [
        id UUID, number TEXT, checkout_id UUID, customer_id UUID, access_token TEXT, email TEXT, currency TEXT,
        subtotal BIGINT, discount BIGINT, shipping BIGINT, shipping_discount BIGINT, tax BIGINT, tax_inclusive BOOLEAN, total BIGINT,
        tender BIGINT, tax_rows TEXT, shipping_address TEXT, shipping_method TEXT, pickup_id UUID, due_from BIGINT, due_to BIGINT,
        note TEXT, held TEXT, now BIGINT
    ],
    ""
);

#[derive(Serialize)]
struct LineRow<'i> {
    id: OrderLineId,
    order_id: OrderId,
    position: usize,
    variant_id: crate::id::VariantId,
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
        })
    }
}

const INSERT_LINES: Sql = rows!(
    "INSERT INTO order_line (id, order_id, position, variant_id, sku, title, variant_title, product_slug, picture_url,
       quantity, unit_price, total, discount, tax, tax_name, tax_rate_ppm)
     SELECT d.id, d.order_id, d.position, d.variant_id, d.sku, d.title, d.variant_title, d.product_slug, d.picture_url,
       d.quantity, d.unit_price, d.total, d.discount, d.tax, d.tax_name, d.tax_rate_ppm FROM",
    [
        id UUID, order_id UUID, position BIGINT, variant_id UUID, sku TEXT, title TEXT, variant_title TEXT,
        product_slug TEXT, picture_url TEXT, quantity BIGINT, unit_price BIGINT, total BIGINT, discount BIGINT, tax BIGINT,
        tax_name TEXT, tax_rate_ppm BIGINT
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
