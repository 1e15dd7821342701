//! Placing an order: from a cart the shopper has seen to a payment under way.
//!
//! The work runs in a task of its own: a shopper who closes the browser neither stops nor doubles it. Placing the same
//! version of a cart again goes on with what was started.

mod attempt;
mod known;
mod offer;
mod resume;

pub use known::live;

pub(super) use self::attempt::{chosen, insert, payer};
use self::known::{Earlier, already_placed};
pub(super) use self::known::{earlier_checkouts, limit_attempts};
use self::offer::{NOT_THERE, check, check_stock, limit_reached, quote, unserved};
use self::resume::{join, resume};
use super::fact::{self, News, Standing};
use super::idempotency::{self, Known, Request};
use super::prepare::{NUMBER_TAKEN, Prepare, Prepared};
use super::saga;
use super::state::{CheckoutState, Way};
use super::stored::{Attempt, Checkout};
use super::{Demand, PlaceOrder, Placed, Quote, View, release, view};
use crate::account::Visitor;
use crate::canary::{self, Canary};
use crate::id::{AttemptId, CheckoutId, OrderId};
use crate::point::{self, Point};
use crate::pricing::Totals;
use crate::promotion::Gone;
use crate::risk::{self, Payer};
use crate::warehouse::route::{self, Destination, Otherwise};
use crate::{Error, Result, Shop, backup, purchase_limit, secret, shipping, tender, warehouse};
use sha2::{Digest, Sha256};

/// What placing an order came to.
#[derive(Debug)]
pub struct Answered {
    pub placed: Result<Placed>,
    /// The key had been answered before, and this is that answer.
    pub replayed: bool,
}

impl From<Result<Placed>> for Answered {
    fn from(placed: Result<Placed>) -> Self {
        Self { placed, replayed: false }
    }
}

/// Places the order or goes on with it. `Error::Declined` leaves everything ready for another try under a new key;
/// `Conflict` "in_progress" means that an earlier request with this key still runs, `Ordered` that the cart was paid
/// under another key, `TooMany` that it has tried too many payments.
pub async fn place(shop: &Shop, visitor: &Visitor, order: PlaceOrder) -> Result<Placed> {
    place_or_replay(shop, visitor, order).await.placed
}

/// As [`place`], and tells whether the answer is that of an earlier request with this key.
pub async fn place_or_replay(shop: &Shop, visitor: &Visitor, order: PlaceOrder) -> Answered {
    let request = match may_place(shop, visitor, &order).await {
        Ok(request) => request,
        Err(error) => return Err(error).into(),
    };
    if canary::on(Canary::SagaInline) {
        return Box::pin(run(shop, visitor, &order, &request)).await;
    }
    let (shop, visitor) = (shop.by_key(), visitor.clone());
    // Dropping a JoinHandle does not stop the task: a client that disconnects changes nothing.
    let task = tokio::spawn(async move {
        let answered = run(&shop, &visitor, &order, &request).await;
        point::reached(Point::Placed).await;
        answered
    });
    task.await.unwrap_or_else(|error| {
        tracing::error!(%error, "placing an order broke off");
        let message = "Your order is being processed. Please do not pay again.".into();
        Err(Error::Unavailable { message, retry_after_s: 5 }).into()
    })
}

async fn may_place(shop: &Shop, visitor: &Visitor, order: &PlaceOrder) -> Result<Request> {
    let request = Request::of(visitor, order)?;
    if backup::orders_closed(shop).await?.is_some() {
        return Err(Error::Unavailable {
            message: "The shop is being checked after a restore; please try again in a few minutes.".into(),
            retry_after_s: 120,
        });
    }
    Ok(request)
}

/// How often a reservation that lost a race is tried again with what is left.
const RESERVE_TRIES: usize = 5;

async fn run(shop: &Shop, visitor: &Visitor, order: &PlaceOrder, request: &Request) -> Answered {
    let key = &order.idempotency_key;
    match idempotency::look_up(shop, request, key).await {
        Ok(Known::Answered(placed)) => return Answered { placed, replayed: true },
        Ok(Known::Started(checkout)) => return Box::pin(resume(shop, checkout, order)).await.into(),
        Ok(Known::New) => {}
        Err(error) => return Err(error).into(),
    }
    match first(shop, visitor, order, request).await {
        Err(Refused::Perhaps(error)) => match idempotency::look_up(shop, request, key).await {
            Ok(Known::Answered(placed)) => Answered { placed, replayed: true },
            Ok(Known::Started(_) | Known::New) => Err(error).into(),
            Err(error) => Err(error).into(),
        },
        Err(Refused::Certainly(error)) => Err(error).into(),
        Ok(placed) => Ok(placed).into(),
    }
}

/// Why a request whose key was not known did not place an order.
enum Refused {
    /// Nobody has touched this cart.
    Certainly(Error),
    /// The same request may have been on its way when the key was looked up: a key has one answer.
    Perhaps(Error),
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self::Perhaps(error)
    }
}

/// A request whose key was not known.
async fn first(
    shop: &Shop,
    visitor: &Visitor,
    order: &PlaceOrder,
    request: &Request,
) -> std::result::Result<Placed, Refused> {
    let (cart, details) = match view::told(shop, visitor).await {
        // Another tab, after the first has won: the cart is gone, the order is there.
        Err(error) => return Err(already_placed(shop, visitor, order.cart_version).await?.unwrap_or(error).into()),
        Ok(told) => told,
    };
    if cart.version != order.cart_version {
        return Err(view::changed().into());
    }
    let earlier = earlier_checkouts(shop, cart.id).await?;
    if earlier.is_empty() {
        // Read after the shelves were found empty: it was not this cart that emptied them.
        check_stock(&cart).map_err(Refused::Certainly)?;
    }
    let view = view::priced(shop, visitor, cart, details).await?;
    for other in earlier.iter().filter(|other| other.is_open()) {
        if other.cart_version == order.cart_version {
            return Ok(Box::pin(join(shop, &view, other.id, order, request)).await?);
        }
        // Of an earlier version of the cart: nobody should be able to pay both.
        match Box::pin(release::give_up(shop, other.id, false)).await? {
            Standing::Placed { order_id, number, access_token } => {
                return Err(Error::Ordered { order_id, number, access_token }.into());
            }
            Standing::Released => {}
            // Not proven over: a second payment has to wait.
            _ => return Err(in_progress().into()),
        }
    }
    match start(shop, visitor, &view, &earlier, order, request).await {
        // The units may be held by this very cart: another click was faster, and the shopper is about to have them.
        Err(error @ (Error::SoldOut(_) | Error::Conflict { code: NOT_THERE, .. })) => {
            Err(overtaken(shop, visitor, &view).await?.unwrap_or(error).into())
        }
        result => Ok(result?),
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
        return Err(total_changed(order.expected_total, &quote.totals));
    }
    if quote.due() != order.due() {
        return Err(due_changed(order.due(), &quote));
    }
    let payer = Payer::new(&quote.email, &quote.address, &order.network_address);
    let declined = risk::may_pay(shop, &payer, order.payment.token()).await?;
    let held = risk::reasons(shop, &payer, &quote.totals, declined).await?;
    let quote_json = serde_json::to_string(&quote)?;
    let quote_hash = hex::encode(Sha256::digest(&quote_json));
    let wanted: Vec<_> = quote
        .lines
        .iter()
        .filter(|line| line.tracked)
        .map(|line| Demand { variant_id: line.priced.variant_id, quantity: line.priced.quantity })
        .collect();
    let to = Destination { country: quote.address.country.clone(), pickup: quote.pickup };
    let mut was_refused = false;
    for _ in 0..RESERVE_TRIES {
        let mut db = &shop.db;
        let shelves =
            if wanted.is_empty() { Vec::new() } else { warehouse::shelves_of_cart(&mut db, view.cart.id).await? };
        let demands = route::allocate(&wanted, &shelves, &to).map_err(|missing| unserved(view, &quote, &missing))?;
        let now = shop.now_ms();
        let chosen = view.delivery_options.iter().find(|option| Some(option.id) == quote.delivery_id);
        let due = chosen.and_then(|o| shipping::offer::estimate(&demands, &shelves, (o.days_min, o.days_max), now));
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
            limited: purchase_limit::claimed(&view.cart.lines),
            payer: payer.clone(),
            held: held.clone(),
            otherwise: Otherwise::of(&wanted, &shelves, &to),
            due,
            now,
        };
        point::reached(Point::BeforePrepare).await;
        match shop.checkouts.prepare(item.clone()).await {
            Ok(Prepared::Done) => {
                point::reached(Point::Prepared).await;
                return Box::pin(go(shop, item)).await;
            }
            Ok(Prepared::KeyTaken) => return Err(in_progress()),
            Ok(Prepared::CartMoved) => {
                return Err(overtaken(shop, visitor, view).await?.unwrap_or_else(view::changed));
            }
            // Who took the last use may have gone without, in the same batch: once more.
            Ok(Prepared::Gone(_) | Prepared::TenderGone(_) | Prepared::LimitReached(_)) if !was_refused => {
                was_refused = true;
            }
            Ok(Prepared::LimitReached(reached)) => {
                let line = view.cart.lines.iter().find(|line| line.product_id == reached.product_id);
                return Err(limit_reached(line.map_or("", |line| &line.title), &reached.why));
            }
            Ok(Prepared::Gone(gone)) => return Err(promotion_gone(&gone, &quote.totals)),
            Ok(Prepared::TenderGone(gone)) => return Err(tender_gone(&gone)),
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
    let (total, due) = (item.quote.totals.total, item.quote.due());
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
    if due == 0 {
        let standing = fact::apply(shop, checkout.id, None, News::NothingToPay).await?;
        return saga::outcome(&checkout, &attempt, standing);
    }
    saga::drive(shop, &checkout, &attempt, 1).await
}

fn total_changed(seen: i64, totals: &Totals) -> Error {
    let (from, to) = (totals.money(seen), totals.money(totals.total));
    let message =
        format!("The total has changed since you last saw it, from {from} to {to}. Please check it before you pay.");
    Error::conflict("cart_changed", message)
}

/// As [`total_changed`], for what gift cards and credit leave to pay.
fn due_changed(seen: i64, quote: &Quote) -> Error {
    let (from, to) = (quote.totals.money(seen), quote.totals.money(quote.due()));
    let message = format!(
        "What gift cards and credit leave to pay has changed since you last saw it, from {from} to {to}. Please check it \
         before you pay."
    );
    Error::conflict("cart_changed", message)
}

/// Somebody else was faster at a gift card, or it was blocked this moment.
fn tender_gone(gone: &tender::Gone) -> Error {
    let message = format!("{} does not pay any more. {} Nothing was charged.", gone.label, gone.problem.text());
    Error::conflict("tender_gone", message)
}

/// Somebody else was faster at a promotion, or it has ended this moment.
fn promotion_gone(gone: &Gone, totals: &Totals) -> Error {
    let name = if gone.code.is_empty() { &gone.title } else { &gone.code };
    let off: i64 = totals.discounts.iter().filter(|d| d.title == gone.title).map(|d| d.amount + d.shipping).sum();
    let (reason, off) = (gone.reason.text(), totals.money(off));
    let message = format!("{name} does not apply any more. {reason} {off} were not taken off; nothing was charged.");
    Error::conflict("promotion_gone", message)
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
