//! Checkout on the wire.

use super::cart::GiftCard;
use super::{Address, Money, Totals, date};
use serde::{Deserialize, Serialize};
use shop::checkout::{self, Placed, Status};
use shop::id::{CheckoutId, OrderId};
use shop::shipping;
use utoipa::ToSchema;

/// What to save; what is absent stays as it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Details {
    pub email: Option<String>,
    /// To the merchant; saved together with `email`.
    pub note: Option<String>,
    /// What the card of a present says; empty: there is none.
    pub gift_note: Option<String>,
    pub address: Option<Address>,
    /// Id of one of the delivery options.
    pub delivery: Option<String>,
    /// Whom gift cards in the cart are mailed to; without it, or with an empty address, the buyer gets them.
    pub gift_to: Option<GiftTo>,
}

/// Whom gift cards are for.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct GiftTo {
    pub email: String,
    /// Words that go with them; an error names it `gift_message`.
    #[serde(default)]
    pub message: String,
}

#[derive(Serialize, ToSchema)]
pub struct CheckoutOptions {
    cart_version: i64,
    email: String,
    note: String,
    gift_note: String,
    address: Option<Address>,
    delivery: Option<uuid::Uuid>,
    gift_to: Option<GiftTo>,
    /// Empty until the address is known.
    delivery_options: Vec<DeliveryOption>,
    /// Without delivery until it is chosen.
    totals: Totals,
    /// Gift cards in the cart, and what each pays.
    gift_cards: Vec<GiftCard>,
    /// Minor units that they leave to pay.
    due: i64,
    /// The first step that lacks something: `contact`, `address`, `delivery`; `payment` when the order can be placed.
    next_step: checkout_step::Step,
}

/// The name as it stands in the document.
mod checkout_step {
    use serde::Serialize;
    use utoipa::ToSchema;

    #[derive(Serialize, ToSchema)]
    #[serde(rename_all = "snake_case")]
    pub enum Step {
        Contact,
        Address,
        Delivery,
        Payment,
    }

    impl From<shop::checkout::StepName> for Step {
        fn from(name: shop::checkout::StepName) -> Self {
            use shop::checkout::StepName as S;
            match name {
                S::Contact => Self::Contact,
                S::Address => Self::Address,
                S::Delivery => Self::Delivery,
                S::Payment => Self::Payment,
            }
        }
    }
}

#[derive(Serialize, ToSchema)]
pub struct DeliveryOption {
    id: uuid::Uuid,
    name: String,
    description: String,
    price: Money,
    /// Working days on the way; of pickup, until it is ready.
    days_min: i64,
    days_max: i64,
    /// What the goods have to come to, after promotions, for it to be free.
    free_above: Option<Money>,
    /// Where the buyer fetches it; null: it is carried.
    pickup: Option<Address>,
    /// First and last day on which it arrives if it is ordered now; null: not known.
    #[schema(example = "2026-03-17")]
    arrives_from: Option<String>,
    arrives_to: Option<String>,
}

/// What the shopper agrees to and how it is paid.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlaceRequest {
    /// The total that was seen, in minor units; another one is refused with 409.
    pub expected_total: i64,
    /// Of it, what gift cards and credit in the cart leave to pay; left out, all of it.
    #[serde(default)]
    pub expected_due: Option<i64>,
    /// The cart's version that was seen.
    pub cart_version: i64,
    /// The payment provider's payment-method token; never card data.
    #[schema(example = "pm_card_visa")]
    pub payment_method: String,
}

#[derive(Default, Serialize, ToSchema)]
pub struct PlaceResult {
    /// `ordered`, `requires_action` (send the shopper to `redirect_url`) or `pending`.
    #[schema(example = "ordered")]
    status: &'static str,
    order_id: Option<uuid::Uuid>,
    order_number: Option<String>,
    /// Reads the order at `order_url`, in `Authorization: Bearer`.
    access_token: Option<String>,
    pub order_url: Option<String>,
    checkout_id: Option<uuid::Uuid>,
    redirect_url: Option<String>,
    /// Where to ask how it went.
    pub status_url: Option<String>,
}

#[derive(Default, Serialize, ToSchema)]
pub struct CheckoutStatus {
    /// `pending`, `ordered`, `payable_again` (same cart, new key) or `released`.
    #[schema(example = "ordered")]
    status: &'static str,
    order_id: Option<uuid::Uuid>,
    order_number: Option<String>,
    access_token: Option<String>,
    order_url: Option<String>,
    /// Why it can be paid again.
    message: Option<String>,
    /// Until when the stock is held, Unix milliseconds.
    expires_at: Option<i64>,
}

impl From<checkout::View> for CheckoutOptions {
    fn from(view: checkout::View) -> Self {
        Self {
            due: view.due(),
            gift_cards: view.tender.into_iter().map(GiftCard::from).collect(),
            cart_version: view.cart.version,
            email: view.details.email,
            note: view.details.note,
            gift_note: view.details.gift_note,
            address: view.details.address.map(Address::from),
            delivery: view.details.delivery.map(|id| id.0),
            gift_to: view.details.gift_to.map(|to| GiftTo { email: to.email, message: to.message }),
            delivery_options: view.delivery_options.into_iter().map(DeliveryOption::from).collect(),
            totals: view.totals.into(),
            next_step: view.reached.into(),
        }
    }
}

impl From<shipping::DeliveryOption> for DeliveryOption {
    fn from(o: shipping::DeliveryOption) -> Self {
        Self {
            id: o.id.0,
            name: o.name,
            description: o.description,
            price: o.price.into(),
            days_min: o.days_min,
            days_max: o.days_max,
            free_above: o.free_above.map(Money::from),
            pickup: o.pickup.map(|pickup| pickup.address.into()),
            arrives_from: o.estimate.map(|estimate| date(estimate.times().0)),
            arrives_to: o.estimate.map(|estimate| date(estimate.times().1)),
        }
    }
}

impl From<Placed> for PlaceResult {
    fn from(placed: Placed) -> Self {
        match placed {
            Placed::Order { order_id, number, access_token } => Self {
                status: "ordered",
                order_id: Some(order_id.0),
                order_number: Some(number),
                access_token: Some(access_token),
                order_url: Some(order_url(order_id)),
                ..Self::default()
            },
            Placed::Redirect { checkout_id, url } => {
                Self { redirect_url: Some(url), ..Self::open("requires_action", checkout_id) }
            }
            Placed::Confirm { checkout_id, .. } | Placed::Pending { checkout_id } => Self::open("pending", checkout_id),
        }
    }
}

impl PlaceResult {
    fn open(status: &'static str, id: CheckoutId) -> Self {
        Self { status, checkout_id: Some(id.0), status_url: Some(format!("/api/v1/checkout/{id}")), ..Self::default() }
    }
}

impl From<Status> for CheckoutStatus {
    fn from(status: Status) -> Self {
        match status {
            Status::Pending => Self { status: "pending", ..Self::default() },
            Status::Placed { order_id, number, access_token } => Self {
                status: "ordered",
                order_id: Some(order_id.0),
                order_number: Some(number),
                access_token: Some(access_token),
                order_url: Some(order_url(order_id)),
                ..Self::default()
            },
            Status::PayableAgain { message, expires_at } => Self {
                status: "payable_again",
                message: Some(message),
                expires_at: Some(expires_at),
                ..Self::default()
            },
            Status::Released => Self { status: "released", ..Self::default() },
        }
    }
}

pub fn order_url(id: OrderId) -> String {
    format!("/api/v1/orders/{id}")
}
