//! Idempotency keys at our own edge (IETF draft-ietf-httpapi-idempotency-key-header): whose they are, what they were
//! used for, and the final answer once there is one.

use super::{PaymentWay, PlaceOrder, Placed};
use crate::account::Visitor;
use crate::db::Tx;
use crate::id::CheckoutId;
use crate::limits::IDEMPOTENCY_KEY_CHARS;
use crate::{Error, Result, Shop, args};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// An answer that will never change, as stored with the key.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum Answer {
    Placed { placed: Placed },
    Declined { code: String, message: String },
    Conflict { code: String, message: String },
}

impl Answer {
    pub fn status(&self) -> i64 {
        match self {
            Self::Placed { .. } => 201,
            Self::Declined { .. } => 402,
            Self::Conflict { .. } => 409,
        }
    }

    fn into_result(self) -> Result<Placed> {
        match self {
            Self::Placed { placed } => Ok(placed),
            Self::Declined { code, message } => Err(Error::Declined { code, message }),
            // The only conflict that is final for its key.
            Self::Conflict { message, .. } => Err(Error::conflict("checkout_expired", message)),
        }
    }
}

/// What a key was used for before.
pub(super) enum Known {
    New,
    Answered(Result<Placed>),
    /// Started and not final yet.
    Started(CheckoutId),
}

/// The owner of the key and the fingerprint of the request.
pub(super) struct Request {
    pub scope: String,
    pub hash: String,
}

impl Request {
    /// The same key means the same thing only for the same caller and route; the fingerprint covers what is bought,
    /// for how much, and how it is paid.
    pub fn of(visitor: &Visitor, order: &PlaceOrder) -> Result<Self> {
        let key = &order.idempotency_key;
        if key.is_empty() || key.len() > IDEMPOTENCY_KEY_CHARS || !key.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(Error::field("idempotency_key", "Between 1 and 255 visible ASCII characters."));
        }
        if let PaymentWay::Token { payment_method } = &order.payment {
            let fits = (1..=255).contains(&payment_method.len())
                && payment_method.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
            if !fits {
                return Err(Error::field("payment_method", "This is not a payment-method token."));
            }
        }
        let owner = match (&visitor.customer, visitor.cart_id) {
            (Some(customer), _) => format!("customer:{}", customer.id),
            (None, Some(cart)) => format!("cart:{cart}"),
            (None, None) => return Err(super::view::empty()),
        };
        let mut fields = serde_json::to_string(&(order.cart_version, order.expected_total, &order.payment))?;
        if let Some(provider) = &order.provider {
            fields.push_str(provider);
        }
        Ok(Self { scope: format!("{owner}:checkout.place"), hash: hex::encode(Sha256::digest(fields)) })
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    request_hash: String,
    checkout_id: Option<CheckoutId>,
    body: Option<String>,
    finished: bool,
}

/// Looks the key up; another request under the same key is `Error::Invalid`.
pub(super) async fn look_up(shop: &Shop, request: &Request, key: &str) -> Result<Known> {
    let sql = "SELECT request_hash, checkout_id, body, finished FROM idempotency WHERE scope = $1 AND key = $2";
    let row: Option<Row> = shop.db.fetch_optional(sql, args![&request.scope, key]).await?;
    let Some(row) = row else { return Ok(Known::New) };
    if row.request_hash != request.hash {
        return Err(Error::field("idempotency_key", "This key was used for another request."));
    }
    match (row.finished, row.body, row.checkout_id) {
        (true, Some(body), _) => Ok(Known::Answered(serde_json::from_str::<Answer>(&body)?.into_result())),
        (_, _, Some(checkout)) => Ok(Known::Started(checkout)),
        _ => Err(Error::Internal("an idempotency key without checkout or answer".into())),
    }
}

/// Claims a key for a checkout that is under way; `false` when it is in use.
pub(super) async fn claim(tx: &mut Tx, request: &Request, key: &str, checkout: CheckoutId, now: i64) -> Result<bool> {
    let sql = "INSERT INTO idempotency (scope, key, request_hash, checkout_id, created_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (scope, key) DO NOTHING";
    Ok(tx.execute(sql, args![&request.scope, key, &request.hash, checkout, now]).await? == 1)
}
