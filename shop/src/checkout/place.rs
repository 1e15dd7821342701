//! Placing an order: from a cart the shopper has seen to a payment under way.
//!
//! The work runs in a task of its own: a shopper who closes the browser neither stops nor doubles it. Placing the same
//! version of a cart again goes on with what was started.

mod attempt;
mod known;
mod offer;

pub use known::live;

pub(super) use self::attempt::{chosen, insert};
use self::attempt::{goes_on, next_attempt};
use self::known::{Earlier, already_placed, ordered};
pub(super) use self::known::{earlier_checkouts, limit_attempts};
use self::offer::{check, quote, sold_out};
use super::allocate;
use super::fact::{self, News, Standing};
use super::idempotency::{self, Known, Request};
use super::prepare::{NUMBER_TAKEN, Prepare, Prepared};
use super::saga;
use super::state::{CheckoutState, Way};
use super::stored::{self, Attempt, Checkout};
use super::{Demand, PlaceOrder, Placed, View, release, transition, view};
use crate::account::Visitor;
use crate::canary::{self, Canary};
use crate::id::{AttemptId, CheckoutId, OrderId};
use crate::point::{self, Point};
use crate::{Error, Result, Shop, backup, secret};
use sha2::{Digest, Sha256};

/// Places the order or goes on with it. `Error::Declined` leaves everything ready for another try under a new key;
/// `Conflict` "in_progress" means that an earlier request with this key still runs, `Ordered` that the cart was paid
/// under another key, `TooMany` that it has tried too many payments.
pub async fn place(shop: &Shop, visitor: &Visitor, order: PlaceOrder) -> Result<Placed> {
    let request = Request::of(visitor, &order)?;
    if backup::orders_closed(shop).await?.is_some() {
        return Err(Error::Unavailable {
            message: "The shop is being checked after a restore; please try again in a few minutes.".into(),
            retry_after_s: 120,
        });
    }
    if canary::on(Canary::SagaInline) {
        return Box::pin(run(shop, visitor, &order, &request)).await;
    }
    let (shop, visitor) = (shop.by_key(), visitor.clone());
    // Dropping a JoinHandle does not stop the task: a client that disconnects changes nothing.
    let task = tokio::spawn(async move {
        let placed = run(&shop, &visitor, &order, &request).await;
        point::reached(Point::Placed).await;
        placed
    });
    task.await.unwrap_or_else(|error| {
        tracing::error!(%error, "placing an order broke off");
        Err(Error::Unavailable {
            message: "Your order is being processed. Please do not pay again.".into(),
            retry_after_s: 5,
        })
    })
}

/// How often a reservation that lost a race is tried again with what is left.
const RESERVE_TRIES: usize = 5;

async fn run(shop: &Shop, visitor: &Visitor, order: &PlaceOrder, request: &Request) -> Result<Placed> {
    match idempotency::look_up(shop, request, &order.idempotency_key).await? {
        Known::Answered(answer) => return answer,
        Known::Started(checkout) => return resume(shop, checkout, order).await,
        Known::New => {}
    }
    match first(shop, visitor, order, request).await {
        // The same request may have been on its way when the key was looked up: a key has one answer.
        Err(error) => match idempotency::look_up(shop, request, &order.idempotency_key).await? {
            Known::Answered(answer) => answer,
            Known::Started(_) | Known::New => Err(error),
        },
        placed => placed,
    }
}

/// A request whose key was not known.
async fn first(shop: &Shop, visitor: &Visitor, order: &PlaceOrder, request: &Request) -> Result<Placed> {
    let view = match view::view(shop, visitor).await {
        // Another tab, after the first has won: the cart is gone, the order is there.
        Err(error) => return Err(already_placed(shop, visitor, order.cart_version).await?.unwrap_or(error)),
        Ok(view) => view,
    };
    if view.cart.version != order.cart_version {
        return Err(view::changed());
    }
    let earlier = earlier_checkouts(shop, view.cart.id).await?;
    for other in earlier.iter().filter(|other| other.is_open()) {
        if other.cart_version == order.cart_version {
            return join(shop, &view, other.id, order, request).await;
        }
        // Of an earlier version of the cart: nobody should be able to pay both.
        match release::give_up(shop, other.id, false).await? {
            Standing::Placed { order_id, number, access_token } => {
                return Err(Error::Ordered { order_id, number, access_token });
            }
            Standing::Released => {}
            // Not proven over: a second payment has to wait.
            _ => return Err(in_progress()),
        }
    }
    match start(shop, visitor, &view, &earlier, order, request).await {
        // The units may be held by this very cart: another click was faster, and the shopper is about to have them.
        Err(Error::SoldOut(short)) => Err(overtaken(shop, visitor, &view).await?.unwrap_or(Error::SoldOut(short))),
        result => result,
    }
}

/// What to say when another request has taken this version of the cart on meanwhile.
async fn overtaken(shop: &Shop, visitor: &Visitor, view: &View) -> Result<Option<Error>> {
    if !earlier_checkouts(shop, view.cart.id).await?.iter().any(Earlier::is_open) {
        return already_placed(shop, visitor, view.cart.version).await;
    }
    Ok(Some(in_progress()))
}

/// T1 for a cart that is not being paid yet, then on to the provider.
async fn start(
    shop: &Shop,
    visitor: &Visitor,
    view: &View,
    earlier: &[Earlier],
    order: &PlaceOrder,
    request: &Request,
) -> Result<Placed> {
    check(view)?;
    limit_attempts(shop, earlier)?;
    let provider = chosen(shop, order.provider.as_deref(), &order.payment, view.cart.currency).await?;
    let quote = quote(view)?;
    if quote.totals.total != order.expected_total {
        return Err(total_changed());
    }
    let quote_json = serde_json::to_string(&quote)?;
    let quote_hash = hex::encode(Sha256::digest(&quote_json));
    let demands: Vec<_> = quote
        .lines
        .iter()
        .filter(|line| line.tracked)
        .map(|line| Demand { variant_id: line.priced.variant_id, quantity: line.priced.quantity })
        .collect();
    for _ in 0..RESERVE_TRIES {
        let mut db = &shop.db;
        let shelves =
            if demands.is_empty() { Vec::new() } else { allocate::shelves_of_cart(&mut db, view.cart.id).await? };
        let demands = allocate::allocate(&demands, &shelves, &quote.address.country)
            .map_err(|missing| sold_out(view, &missing))?;
        let now = shop.now_ms();
        let item = Prepare {
            checkout_id: CheckoutId::new(),
            order_id: OrderId::new(),
            attempt_id: AttemptId::new(),
            cart_id: view.cart.id,
            cart_version: view.cart.version,
            customer_id: visitor.customer.as_ref().map(|customer| customer.id),
            quote: quote.clone(),
            quote_json: quote_json.clone(),
            quote_hash: quote_hash.clone(),
            number: order_number(),
            access_token: secret::token(),
            scope: request.scope.clone(),
            key: order.idempotency_key.clone(),
            request_hash: request.hash.clone(),
            way: Way::from(&order.payment),
            pm_token: order.payment.token().to_owned(),
            provider,
            lease_owner: "place".into(),
            lease_until: saga::lease_until(now),
            expires_at: now + shop.settings.hold_ms,
            demands,
            now,
        };
        point::reached(Point::BeforePrepare).await;
        match shop.checkouts.prepare(item.clone()).await {
            Ok(Prepared::Done) => {
                point::reached(Point::Prepared).await;
                return go(shop, item).await;
            }
            Ok(Prepared::KeyTaken) => return Err(in_progress()),
            Ok(Prepared::CartMoved) => {
                return Err(overtaken(shop, visitor, view).await?.unwrap_or_else(view::changed));
            }
            // Somebody was faster at one of the shelves: look again at what is left.
            Ok(Prepared::Short(short)) => tracing::debug!(?short, "a reservation lost the race"),
            // The order number exists: another one.
            Err(Error::Conflict { code: NUMBER_TAKEN, .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Err(Error::Unavailable {
        message: "Many people are buying this right now. Please try again.".into(),
        retry_after_s: 1,
    })
}

async fn go(shop: &Shop, item: Prepare) -> Result<Placed> {
    let total = item.quote.totals.total;
    let attempt = Attempt::prepared(item.attempt_id, item.provider, item.way, item.pm_token, item.now);
    let checkout = Checkout {
        id: item.checkout_id,
        cart_id: item.cart_id,
        cart_version: item.cart_version,
        customer_id: item.customer_id,
        state: CheckoutState::Prepared,
        total,
        currency: item.quote.totals.currency,
        quote: item.quote,
        quote_hash: item.quote_hash,
        expires_at: item.expires_at,
        lease_until: item.lease_until,
        order_id: item.order_id,
        number: item.number,
        access_token: item.access_token,
        order_state: "pending_payment".into(),
        live: None,
        last: (1, String::new(), String::new()),
    };
    if total == 0 {
        let standing = fact::apply(shop, checkout.id, None, News::NothingToPay).await?;
        return saga::outcome(&checkout, &attempt, standing);
    }
    saga::drive(shop, &checkout, &attempt, 1).await
}

/// Another request for the version that is being paid: its key becomes one of the checkout's.
async fn join(shop: &Shop, view: &View, id: CheckoutId, order: &PlaceOrder, request: &Request) -> Result<Placed> {
    let checkout = stored::load(shop, id).await?;
    if checkout.total != order.expected_total {
        if quote(view)?.totals.total == order.expected_total {
            // Prices moved under a started payment: it ends, and the shopper starts again at the price now seen.
            release::give_up(shop, id, false).await?;
        }
        return Err(total_changed());
    }
    if checkout.live.as_ref().is_none_or(|attempt| !goes_on(attempt, order)) {
        limit_attempts(shop, &earlier_checkouts(shop, checkout.cart_id).await?)?;
    }
    let mut tx = shop.db.begin().await?;
    // Under the checkout's lock: a key that came after the end would never get its answer.
    let state = transition::lock_checkout(&mut tx, id).await?.unwrap_or_default();
    match CheckoutState::try_from(state).map_err(|error| Error::Internal(error.to_string()))? {
        CheckoutState::Placed | CheckoutState::Settled => return Err(ordered(checkout)),
        CheckoutState::Released | CheckoutState::LatePaid | CheckoutState::Refunding | CheckoutState::Refunded => {
            return Err(view::changed());
        }
        _ => {}
    }
    if !idempotency::claim(&mut tx, request, &order.idempotency_key, id, shop.now_ms()).await? {
        return Err(in_progress());
    }
    tx.commit().await?;
    resume(shop, id, order).await
}

/// Goes on with a checkout: hands out what was handed out before, asks the provider, or starts another attempt.
async fn resume(shop: &Shop, id: CheckoutId, order: &PlaceOrder) -> Result<Placed> {
    let checkout = stored::load(shop, id).await?;
    match checkout.state {
        CheckoutState::Placed | CheckoutState::Settled => return Ok(checkout.placed()),
        CheckoutState::Released => return Err(saga::released()),
        state if !state.is_open() => return Ok(Placed::Pending { checkout_id: id }),
        _ => {}
    }
    let Some(epoch) = saga::take_lease(shop, id, "place").await? else { return Err(in_progress()) };
    let result = resume_leased(shop, id, order, epoch).await;
    saga::let_go(shop, id, epoch, 0).await?;
    result
}

async fn resume_leased(shop: &Shop, id: CheckoutId, order: &PlaceOrder, epoch: i64) -> Result<Placed> {
    // Read again under the lease.
    let checkout = stored::load(shop, id).await?;
    if let Some(attempt) = &checkout.live {
        if goes_on(attempt, order) {
            match saga::drive(shop, &checkout, attempt, epoch).await {
                // What was declined or closed just now makes room for a new attempt below.
                Err(Error::Declined { code, .. }) if code.is_empty() => {}
                result => return result,
            }
        } else {
            match release::abandon(shop, &checkout).await? {
                Standing::Declined { .. } => {}
                standing => return saga::outcome(&checkout, attempt, standing),
            }
        }
    }
    let attempt = next_attempt(shop, &checkout, order, epoch).await?;
    saga::drive(shop, &checkout, &attempt, epoch).await
}

fn total_changed() -> Error {
    Error::conflict("cart_changed", "The total has changed since you last saw it. Please check it before you pay.")
}

pub(super) fn in_progress() -> Error {
    Error::conflict("in_progress", "Your order is being processed. Please do not pay again.")
}

/// "M-XXXX-XXXX" in Crockford's base 32: random, so that nothing can be counted or guessed from it.
fn order_number() -> String {
    const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let random: [u8; 8] = crate::chance::bytes();
    let text: String = random.iter().map(|byte| char::from(ALPHABET[usize::from(byte & 31)])).collect();
    format!("M-{}-{}", &text[..4], &text[4..])
}
