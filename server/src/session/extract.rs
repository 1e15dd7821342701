//! The proofs as axum extractors.

use super::{CART, CURRENCY_COOKIE, STAFF_UNTIL, get};
use crate::client_address;
use crate::error::PageError;
use crate::session_store::{CUSTOMER, STAFF};
use crate::state::AppState;
use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum_extra::extract::CookieJar;
use http::HeaderMap;
use http::request::Parts;
use shop::account::{Customer, Visitor};
use shop::id::{CustomerId, StaffId};
use shop::money::Currency;
use shop::staff::{Role, Staff};
use shop::{Error, Result, Shop, account, staff};
use tower_sessions::Session;

/// A logged-in customer, or the log-in page.
pub struct RequireCustomer(pub Customer);
/// Somebody of the shop's staff, or the admin's log-in page.
pub struct RequireStaff(pub Staff);
/// An owner; other staff get 403.
pub struct RequireOwner(pub Staff);

impl FromRequestParts<AppState> for Visitor {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, PageError> {
        let session = session(parts)?;
        Ok(Self {
            cart_id: get(&session, CART).await?,
            customer: customer(&session, &state.shop).await?,
            currency: currency(&parts.headers, &state.shop),
        })
    }
}

impl FromRequestParts<AppState> for RequireCustomer {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, PageError> {
        let customer = customer(&session(parts)?, &state.shop).await?;
        Ok(Self(customer.ok_or(Error::Unauthenticated)?))
    }
}

impl FromRequestParts<AppState> for RequireStaff {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, PageError> {
        let member = member(&session(parts)?, &state.shop, client_address::of(parts, &state.config)).await?;
        Ok(Self(member.ok_or(Error::Unauthenticated)?))
    }
}

impl OptionalFromRequestParts<AppState> for RequireStaff {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Option<Self>, PageError> {
        Ok(member(&session(parts)?, &state.shop, client_address::of(parts, &state.config)).await?.map(Self))
    }
}

impl FromRequestParts<AppState> for RequireOwner {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, PageError> {
        let RequireStaff(member) =
            <RequireStaff as FromRequestParts<AppState>>::from_request_parts(parts, state).await?;
        if member.role != Role::Owner {
            return Err(Error::Forbidden.into());
        }
        Ok(Self(member))
    }
}

fn session(parts: &Parts) -> Result<Session> {
    let session = parts.extensions.get::<Session>().cloned();
    session.ok_or_else(|| Error::Internal("a route asks for the session outside its layer".into()))
}

async fn customer(session: &Session, shop: &Shop) -> Result<Option<Customer>> {
    let Some(id) = get::<CustomerId>(session, CUSTOMER).await? else { return Ok(None) };
    absent_as_none(account::by_id(shop, id).await)
}

async fn member(session: &Session, shop: &Shop, address: String) -> Result<Option<Staff>> {
    let Some(id) = get::<StaffId>(session, STAFF).await? else { return Ok(None) };
    let until: i64 = get(session, STAFF_UNTIL).await?.unwrap_or_default();
    if until <= shop.now_ms() {
        return Ok(None);
    }
    absent_as_none(staff::by_id(shop, id, &address).await)
}

/// Deleted or disabled since: nobody is logged in.
fn absent_as_none<T>(found: Result<T>) -> Result<Option<T>> {
    match found {
        Ok(someone) => Ok(Some(someone)),
        Err(Error::NotFound(_) | Error::Unauthenticated) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The one in the cookie, when the shop has it, or else the shop's first.
pub fn currency(headers: &HeaderMap, shop: &Shop) -> Currency {
    let wanted = CookieJar::from_headers(headers)
        .get(CURRENCY_COOKIE)
        .and_then(|cookie| Currency::parse(cookie.value()))
        .filter(|wanted| shop.settings.currencies.contains(wanted));
    wanted.or_else(|| shop.settings.currencies.first().copied()).unwrap_or(Currency::EUR)
}
