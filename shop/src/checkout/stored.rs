//! A checkout as the database has it.

use super::release::Release;
use super::state::{AttemptState, CheckoutState, Way};
use super::{Placed, Quote};
use crate::id::{AttemptId, CartId, CheckoutId, CustomerId, OrderId};
use crate::money::Currency;
use crate::{Error, Result, Shop, args};

/// A checkout as stored, with the attempt that may still turn into money.
#[derive(Clone, Debug)]
pub(super) struct Checkout {
    pub id: CheckoutId,
    pub cart_id: CartId,
    pub cart_version: i64,
    pub customer_id: Option<CustomerId>,
    pub state: CheckoutState,
    pub total: i64,
    pub currency: Currency,
    pub quote: Quote,
    pub quote_hash: String,
    pub expires_at: i64,
    pub lease_until: i64,
    pub order_id: OrderId,
    pub number: String,
    pub access_token: String,
    pub order_state: String,
    pub live: Option<Attempt>,
    /// Number, code and words of the last attempt.
    pub last: (i64, String, String),
}

#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct Attempt {
    pub id: AttemptId,
    pub number: i64,
    /// Name of the payment provider, for good.
    pub provider: String,
    #[sqlx(try_from = "String")]
    pub way: Way,
    pub pm_token: String,
    #[sqlx(try_from = "String")]
    pub state: AttemptState,
    pub provider_ref: Option<String>,
    pub session_ref: Option<String>,
    pub client_secret: String,
    pub next_url: String,
    pub decline_code: String,
    pub decline_message: String,
    /// Unix milliseconds.
    pub created_at: i64,
    /// Which of its keys a confirmation is sent under.
    pub confirm_seq: i64,
}

impl Attempt {
    /// The first of a checkout, of which the provider has not heard.
    pub fn prepared(id: AttemptId, provider: &str, way: Way, pm_token: String, now: i64) -> Self {
        Self {
            id,
            number: 1,
            provider: provider.to_owned(),
            way,
            pm_token,
            state: AttemptState::Prepared,
            provider_ref: None,
            session_ref: None,
            client_secret: String::new(),
            next_url: String::new(),
            decline_code: String::new(),
            decline_message: String::new(),
            created_at: now,
            confirm_seq: 0,
        }
    }

    /// Whether the last card tried was declined and nothing has happened since.
    pub fn is_declined(&self) -> bool {
        !self.decline_code.is_empty() && !matches!(self.state, AttemptState::Processing | AttemptState::Authorized)
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    id: CheckoutId,
    cart_id: CartId,
    cart_version: i64,
    customer_id: Option<CustomerId>,
    #[sqlx(try_from = "String")]
    state: CheckoutState,
    total: i64,
    #[sqlx(try_from = "String")]
    currency: Currency,
    quote: String,
    quote_hash: String,
    expires_at: i64,
    lease_until: i64,
    order_id: OrderId,
    number: String,
    access_token: String,
    order_state: String,
}

pub(super) async fn load(shop: &Shop, id: CheckoutId) -> Result<Checkout> {
    let row: Option<Row> = shop
        .db
        .fetch_optional(
            "SELECT k.id, k.cart_id, k.cart_version, k.customer_id, k.state, k.total, k.currency, k.quote, k.quote_hash,
               k.expires_at, k.lease_until, o.id AS order_id, o.number, o.access_token, o.state AS order_state
             FROM checkout k JOIN orders o ON o.checkout_id = k.id WHERE k.id = $1",
            args![id],
        )
        .await?;
    let row = row.ok_or(Error::NotFound("checkout"))?;
    let attempts: Vec<Attempt> = shop
        .db
        .fetch_all(
            "SELECT id, attempt_no AS number, provider, way, pm_token, state, provider_ref, session_ref, client_secret,
               next_url, decline_code, decline_message, created_at, confirm_seq
             FROM payment_attempt WHERE checkout_id = $1 ORDER BY attempt_no DESC",
            args![id],
        )
        .await?;
    let last =
        attempts.first().map(|a| (a.number, a.decline_code.clone(), a.decline_message.clone())).unwrap_or_default();
    Ok(Checkout {
        id: row.id,
        cart_id: row.cart_id,
        cart_version: row.cart_version,
        customer_id: row.customer_id,
        state: row.state,
        total: row.total,
        currency: row.currency,
        quote: serde_json::from_str(&row.quote)?,
        quote_hash: row.quote_hash,
        expires_at: row.expires_at,
        lease_until: row.lease_until,
        order_id: row.order_id,
        number: row.number,
        access_token: row.access_token,
        order_state: row.order_state,
        live: attempts.into_iter().find(|attempt| attempt.state.is_live()),
        last,
    })
}

impl Checkout {
    /// Minor units that are paid by a payment.
    pub fn due(&self) -> i64 {
        self.quote.due()
    }

    pub fn placed(&self) -> Placed {
        Placed::Order { order_id: self.order_id, number: self.number.clone(), access_token: self.access_token.clone() }
    }

    pub fn release(&self) -> Release {
        Release {
            id: self.id,
            order_id: self.order_id,
            cart_id: self.cart_id,
            cart_version: self.cart_version,
            expires_at: self.expires_at,
            order_state: self.order_state.clone(),
            was_declined: !self.last.1.is_empty(),
        }
    }
}
