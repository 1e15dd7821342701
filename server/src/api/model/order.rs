//! Orders on the wire.

use super::{Address, Money, Totals, date};
use serde::Serialize;
use shop::{order, tender};
use utoipa::ToSchema;

#[derive(Serialize, ToSchema)]
pub struct Order {
    id: uuid::Uuid,
    number: String,
    /// `pending_payment`, `payment_failed`, `confirmed`, `processing`, `shipped`, `delivered`, `cancelled` or `refunded`.
    #[schema(example = "confirmed")]
    state: &'static str,
    email: String,
    items: Vec<OrderItem>,
    totals: Totals,
    captured: Money,
    refunded: Money,
    /// What gift cards and store credit have paid, or are to pay; the payment is over the rest.
    tender: Vec<Tender>,
    shipping_address: Address,
    shipping_method: String,
    /// Where the buyer fetches it; null: it is carried.
    pickup: Option<Address>,
    /// First and last day on which it was said to arrive; null: not known.
    #[schema(example = "2026-03-17")]
    due_from: Option<String>,
    due_to: Option<String>,
    note: String,
    /// What the card of a present says; empty: there is none.
    gift_note: String,
    parcels: Vec<Parcel>,
    /// Unix milliseconds.
    created_at: i64,
    /// Unix milliseconds; null before it was paid or authorised.
    placed_at: Option<i64>,
}

#[derive(Serialize, ToSchema)]
pub struct Tender {
    /// `gift_card` or `store_credit`.
    #[schema(example = "gift_card")]
    kind: &'static str,
    /// Of the card's code; empty for store credit.
    last_four: String,
    amount: Money,
    /// Of it, what has gone back.
    refunded: Money,
}

impl From<tender::Tender> for Tender {
    fn from(t: tender::Tender) -> Self {
        Self { kind: t.kind.as_str(), last_four: t.last_four, amount: t.amount.into(), refunded: t.refunded.into() }
    }
}

#[derive(Serialize, ToSchema)]
pub struct OrderItem {
    sku: String,
    title: String,
    variant_title: String,
    quantity: i64,
    unit_price: Money,
    total: Money,
    /// Units on their way.
    fulfilled: i64,
}

#[derive(Serialize, ToSchema)]
pub struct Parcel {
    carrier: String,
    tracking_number: String,
    /// Unix milliseconds.
    at: i64,
}

impl From<order::Order> for Order {
    fn from(o: order::Order) -> Self {
        let parcel = |f: order::Fulfilment| Parcel { carrier: f.carrier, tracking_number: f.tracking_number, at: f.at };
        Self {
            id: o.id.0,
            number: o.number,
            state: o.state.as_str(),
            email: o.email,
            items: o.lines.into_iter().map(OrderItem::from).collect(),
            totals: o.totals.into(),
            captured: o.captured.into(),
            refunded: o.refunded.into(),
            tender: o.tender.into_iter().map(Tender::from).collect(),
            shipping_address: o.shipping_address.into(),
            shipping_method: o.shipping_method,
            pickup: o.pickup.map(Address::from),
            due_from: o.due.map(|due| date(due.times().0)),
            due_to: o.due.map(|due| date(due.times().1)),
            note: o.note,
            gift_note: o.gift_note,
            parcels: o.fulfilments.into_iter().map(parcel).collect(),
            created_at: o.created_at,
            placed_at: o.placed_at,
        }
    }
}

impl From<order::Line> for OrderItem {
    fn from(l: order::Line) -> Self {
        Self {
            sku: l.sku,
            title: l.title,
            variant_title: l.variant_title,
            quantity: l.quantity,
            unit_price: l.unit_price.into(),
            total: l.total.into(),
            fulfilled: l.fulfilled,
        }
    }
}
