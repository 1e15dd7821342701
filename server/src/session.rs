//! Who is asking: the session cookie and the proofs it yields.
//!
//! A visitor without cart and log-in has neither cookie nor row. Logging in or out changes the session's id, so
//! an id from before is worth nothing after. Customer and staff are read again on every request: who is disabled
//! is out at once. Only this module makes `Visitor`, `Customer` and `Staff` from a request.
//!
//! Handlers name the proof they need as an argument: [`Visitor`] (anyone), [`RequireCustomer`], [`RequireStaff`],
//! [`RequireOwner`]. A missing log-in becomes the log-in page or a 401 (see `error`).

mod extract;

pub use extract::{RequireCustomer, RequireOwner, RequireStaff, currency};

use crate::config::Config;
use crate::session_store::{self, CUSTOMER, DbSessions, STAFF, USER_AGENT};
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::Cookie;
use http::HeaderMap;
use http::header::USER_AGENT as USER_AGENT_HEADER;
use serde::de::DeserializeOwned;
use shop::account::{Customer, Visitor};
use shop::cart::First;
use shop::id::{CartId, WishlistId};
use shop::recent::{self, Viewer, Views};
use shop::staff::Staff;
use shop::wishlist::Owner;
use shop::{Error, Result, Shop, cart, wishlist};
use std::collections::HashMap;
use tower_sessions::cookie::SameSite;
use tower_sessions::cookie::time::{Duration, OffsetDateTime};
use tower_sessions::session::{Id, Record};
use tower_sessions::{Expiry, Session, SessionManagerLayer};

const CART: &str = "cart";
/// A guest's wishlist.
const WISHLIST: &str = "wishlist";
/// When a staff log-in ends even if it is used, Unix milliseconds.
const STAFF_UNTIL: &str = "staff_until";
const STAFF_LOG_IN_MS: i64 = 12 * 60 * 60 * 1000;
/// Days after the last change.
const IDLE_DAYS: i64 = 30;
/// The cookie in which a visitor's currency is kept: a taste, not a secret.
pub const CURRENCY_COOKIE: &str = "currency";

/// The session's cookie.
const COOKIE: &str = "mercer";
/// Browsers accept the prefix only together with Secure, and Secure only over https.
const SECURE_COOKIE: &str = "__Host-mercer";

/// Whether a request comes with a session, valid or not.
pub fn is_carried(headers: &HeaderMap) -> bool {
    let cookies = CookieJar::from_headers(headers);
    [COOKIE, SECURE_COOKIE].into_iter().any(|name| cookies.get(name).is_some())
}

/// The layer that carries [`Session`] to the handlers.
pub fn layer(shop: &Shop, config: &Config) -> SessionManagerLayer<DbSessions> {
    SessionManagerLayer::new(DbSessions::new(shop.db.by_key(), shop.clock.clone()))
        .with_name(cookie_name(config))
        .with_secure(config.is_https())
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_path("/")
        .with_expiry(Expiry::OnInactivity(Duration::days(IDLE_DAYS)))
}

fn cookie_name(config: &Config) -> &'static str {
    if config.is_https() { SECURE_COOKIE } else { COOKIE }
}

/// A cart and the session that names it, for a guest whose request carries none, and the cookie that opens the session: as
/// the layer would make it, for an answer that the layer has nothing to add to.
pub fn first(config: &Config) -> Result<(First, Cookie<'static>)> {
    let (id, cart_id, life) = (Id::default(), CartId::new(), Duration::days(IDLE_DAYS));
    let data = HashMap::from([(CART.to_owned(), serde_json::to_value(cart_id)?)]);
    let record = Record { id, data, expiry_date: OffsetDateTime::now_utc() + life };
    let session = session_store::row(&record).map_err(|error| Error::Internal(format!("session: {error}")))?;
    let cookie = Cookie::build((cookie_name(config), id.to_string()))
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(config.is_https())
        .path("/")
        .max_age(life)
        .build();
    Ok((First { cart_id, session }, cookie))
}

/// Remembers the visitor's cart, or that there is none. Call it after whatever may have made a cart.
pub async fn set_cart(session: &Session, visitor: &Visitor) -> Result<()> {
    match visitor.cart_id {
        Some(cart_id) => session.insert(CART, cart_id).await.map_err(internal),
        None if get::<CartId>(session, CART).await?.is_some() => forget(session, CART).await,
        None => Ok(()),
    }
}

/// Whose wishlist a visitor's is: the customer's, or the one that a guest's session names; `None`: there is none yet.
pub async fn wisher(session: &Session, visitor: &Visitor) -> Result<Option<Owner>> {
    match &visitor.customer {
        Some(customer) => Ok(Some(Owner::Customer(customer.id))),
        None => Ok(get::<WishlistId>(session, WISHLIST).await?.map(Owner::Holder)),
    }
}

/// Remembers a guest's wishlist.
pub async fn set_wishlist(session: &Session, list: WishlistId) -> Result<()> {
    session.insert(WISHLIST, list).await.map_err(internal)
}

/// Makes this session the customer's, under a new id. What the guest had in the cart, on the wishlist and has looked
/// at goes along.
pub async fn log_in_customer(
    session: &Session,
    shop: &Shop,
    viewed: &Views,
    headers: &HeaderMap,
    customer: &Customer,
) -> Result<()> {
    let anonymous: Option<CartId> = get(session, CART).await?;
    let cart = cart::merge_on_login(shop, anonymous, customer.id).await?;
    if let Some(guest) = anonymous {
        recent::merge(shop, viewed, Viewer::Cart(guest), Viewer::Customer(customer.id)).await?;
    }
    if let Some(list) = get::<WishlistId>(session, WISHLIST).await? {
        wishlist::merge(shop, list, customer.id).await?;
        forget(session, WISHLIST).await?;
    }
    session.cycle_id().await.map_err(internal)?;
    match cart {
        Some(cart_id) => session.insert(CART, cart_id).await.map_err(internal)?,
        None => forget(session, CART).await?,
    }
    session.insert(USER_AGENT, user_agent(headers)).await.map_err(internal)?;
    session.insert(CUSTOMER, customer.id).await.map_err(internal)
}

/// Makes this session the staff member's, under a new id. The log-in ends after twelve hours.
pub async fn log_in_staff(session: &Session, shop: &Shop, headers: &HeaderMap, staff: &Staff) -> Result<()> {
    session.cycle_id().await.map_err(internal)?;
    session.insert(USER_AGENT, user_agent(headers)).await.map_err(internal)?;
    session.insert(STAFF_UNTIL, shop.now_ms() + STAFF_LOG_IN_MS).await.map_err(internal)?;
    session.insert(STAFF, staff.id).await.map_err(internal)
}

/// Ends the session with everything in it, on the server and in the browser.
pub async fn log_out(session: &Session) -> Result<()> {
    session.flush().await.map_err(internal)
}

async fn get<T: DeserializeOwned>(session: &Session, key: &str) -> Result<Option<T>> {
    session.get(key).await.map_err(internal)
}

async fn forget(session: &Session, key: &str) -> Result<()> {
    session.remove_value(key).await.map(drop).map_err(internal)
}

fn user_agent(headers: &HeaderMap) -> String {
    let text = headers.get(USER_AGENT_HEADER).and_then(|value| value.to_str().ok()).unwrap_or_default();
    text.chars().take(200).collect()
}

#[expect(clippy::needless_pass_by_value, reason = "stands in `map_err`")]
fn internal(error: tower_sessions::session::Error) -> Error {
    Error::Internal(format!("session: {error}"))
}
