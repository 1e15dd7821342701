//! The rows by which a checkout claims its idempotency key and pins the version of its cart.

use super::Prepare;
use crate::db::Sql;
use crate::id::{CartId, CheckoutId, CustomerId};
use crate::rows;
use serde::Serialize;

#[derive(Serialize)]
pub(super) struct Claim<'i> {
    scope: &'i str,
    key: &'i str,
    request_hash: &'i str,
    checkout_id: CheckoutId,
    now: i64,
}

impl<'i> Claim<'i> {
    pub(super) fn of(item: &'i Prepare) -> Self {
        Self {
            scope: &item.scope,
            key: &item.key,
            request_hash: &item.request_hash,
            checkout_id: item.checkout_id,
            now: item.now,
        }
    }
}

pub(super) const CLAIM: Sql = rows!(
    "INSERT INTO idempotency (scope, key, request_hash, checkout_id, created_at)
     SELECT d.scope, d.key, d.request_hash, d.checkout_id, d.now FROM",
    [scope TEXT, key TEXT, request_hash TEXT, checkout_id UUID, now BIGINT],
    "WHERE TRUE ON CONFLICT (scope, key) DO NOTHING RETURNING checkout_id"
);

#[derive(Serialize)]
pub(super) struct CheckoutRow<'i> {
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
    pub(super) fn of(item: &'i Prepare) -> Self {
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

/// One checkout per cart and version, and only of the version that the cart still has.
pub(super) const PIN: Sql = rows!(
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
