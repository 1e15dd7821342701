//! C1 and T2: making a payment known to the provider, and its name known to us.
//!
//! The same key is sent until there is an answer. A provider may keep a failure under the key, though, for a day
//! (Stripe keeps 500s): a second failure is therefore followed by a look into the provider's own list, where our id in
//! the metadata names the payment. What is not there once no call can be under way any more was never made, and what was
//! never made cannot be paid: the attempt ends, and the next one has a key of its own. Where there is no list, only a
//! page whose address never came ends like that; a payment stays unknown.

use super::fact::News;
use super::handover::Handover;
use super::saga::{self, Step};
use super::state::{AttemptState, CheckoutState, Way};
use super::stored::{Attempt, Checkout};
use super::{Placed, return_path};
use crate::id::CheckoutId;
use crate::payment::{Metadata, NewIntent, NewSession, Outcome, Provider, SessionLine, Snapshot};
use crate::{Result, Shop};

/// The provider wants a hosted page to live at least this long; ours closes it earlier by itself.
pub(super) const SESSION_MIN_MS: i64 = 31 * 60_000;
/// A call that was given up here may be carried out there until this long after the attempt began.
const UNDER_WAY_MS: i64 = 60_000;
/// The provider's clock and ours may differ by this much.
const CLOCKS_DIFFER_MS: i64 = 5 * 60_000;

/// C1 and T2: makes the payment known to the provider and its name known to us.
pub(super) async fn create(shop: &Shop, checkout: &Checkout, attempt: &Attempt, epoch: i64) -> Result<Step> {
    let provider = shop.payments.by_name(&attempt.provider)?;
    let key = saga::key(shop, &attempt.provider, attempt.id, "create");
    let metadata = metadata(shop, checkout, attempt);
    let mut handover = Handover {
        checkout_id: checkout.id,
        attempt_id: attempt.id,
        epoch,
        checkout_state: CheckoutState::AwaitingAction,
        attempt_state: AttemptState::Sent,
        recovery_point: "intent_created",
        provider_ref: None,
        session_ref: None,
        client_secret: String::new(),
        next_url: String::new(),
        lease_until: 0,
        now: shop.now_ms(),
    };
    if attempt.way == Way::Hosted {
        let new = NewSession {
            lines: lines(checkout),
            metadata,
            success_url: format!("{}{}?session_id={{CHECKOUT_SESSION_ID}}", shop.origin, return_path(checkout.id)),
            cancel_url: format!("{}{}", shop.origin, super::BACK_PATH),
            // Frozen with the checkout: the same key must always carry the same request.
            expires_at: checkout.expires_at.max(created_at(checkout.id) + SESSION_MIN_MS),
            customer_email: Some(checkout.quote.email.clone()),
            reference: checkout.id.to_string(),
        };
        let session = match provider.create_session(&key, &new).await {
            Outcome::Done(session) => session,
            Outcome::Refused(refusal) => return saga::refused(shop, checkout, attempt, epoch, refusal).await,
            // Nobody can have been sent to a page whose address never came.
            Outcome::Unknown(_) if was_asked_before(attempt) => {
                return saga::told(shop, checkout, attempt, News::NotMade { epoch: Some(epoch), refused: None }).await;
            }
            Outcome::Unknown(why) => return saga::no_answer(shop, checkout, attempt, &why).await,
        };
        let url = session.url.clone().unwrap_or_default();
        handover.session_ref = Some(session.id);
        handover.provider_ref = session.intent_id;
        handover.next_url.clone_from(&url);
        return saga::hand_over(
            shop,
            checkout,
            handover,
            Step::Done(Ok(Placed::Redirect { checkout_id: checkout.id, url })),
        )
        .await;
    }
    let new = NewIntent {
        money: checkout.currency.money(checkout.due()),
        metadata,
        description: format!("Order {}", checkout.number),
    };
    let snapshot = match provider.create_intent(&key, &new).await {
        Outcome::Done(snapshot) => snapshot,
        Outcome::Refused(refusal) => return saga::refused(shop, checkout, attempt, epoch, refusal).await,
        Outcome::Unknown(why) if was_asked_before(attempt) => match find(shop, provider, attempt).await {
            Found::Here(snapshot) => *snapshot,
            Found::Nowhere => {
                return saga::told(shop, checkout, attempt, News::NotMade { epoch: Some(epoch), refused: None }).await;
            }
            Found::NoAnswer => return saga::no_answer(shop, checkout, attempt, &why).await,
        },
        Outcome::Unknown(why) => return saga::no_answer(shop, checkout, attempt, &why).await,
    };
    handover.provider_ref = Some(snapshot.intent_id.clone());
    if attempt.way == Way::Token {
        handover.checkout_state = CheckoutState::Paying;
        handover.recovery_point = "confirming";
        handover.lease_until = saga::lease_until(shop.now_ms());
        return saga::hand_over(
            shop,
            checkout,
            handover,
            Step::Confirm { intent: snapshot.intent_id, op_seq: attempt.confirm_seq },
        )
        .await;
    }
    let client_secret = snapshot.client_secret.unwrap_or_default();
    handover.client_secret.clone_from(&client_secret);
    let confirm = Placed::Confirm { checkout_id: checkout.id, client_secret };
    saga::hand_over(shop, checkout, handover, Step::Done(Ok(confirm))).await
}

/// Whether an earlier call under the same key was left without an answer.
pub(super) fn was_asked_before(attempt: &Attempt) -> bool {
    attempt.state == AttemptState::Unknown
}

enum Found {
    Here(Box<Snapshot>),
    /// The whole list was read, and the payment is not in it.
    Nowhere,
    NoAnswer,
}

/// Looks for the attempt's payment in the provider's list of its time, by our id in its metadata (a search may lag
/// behind by an hour, a list does not).
async fn find(shop: &Shop, provider: &dyn Provider, attempt: &Attempt) -> Found {
    if !provider.lists().intents {
        return Found::NoAnswer;
    }
    let (from, to) = (attempt.created_at - CLOCKS_DIFFER_MS, shop.now_ms() + CLOCKS_DIFFER_MS);
    let id = attempt.id.to_string();
    let mut after = None;
    loop {
        let Outcome::Done(page) = provider.list_intents(from, to, after.as_deref()).await else {
            return Found::NoAnswer;
        };
        if let Some(found) = page.items.into_iter().find(|snapshot| snapshot.metadata.get("attempt_id") == Some(&id)) {
            return Found::Here(Box::new(found));
        }
        match page.next {
            Some(next) => after = Some(next),
            None if shop.now_ms() < attempt.created_at + UNDER_WAY_MS => return Found::NoAnswer,
            None => return Found::Nowhere,
        }
    }
}

pub(super) fn metadata(shop: &Shop, checkout: &Checkout, attempt: &Attempt) -> Metadata {
    [
        ("checkout_id", checkout.id.to_string()),
        ("attempt_id", attempt.id.to_string()),
        ("order_no", checkout.number.clone()),
        ("quote_hash", checkout.quote_hash.clone()),
        // Several shops may share an account.
        ("shop", shop.origin.to_string()),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect()
}

/// The lines of the hosted page; their sum is what is to be paid, to the last minor unit.
pub(super) fn lines(checkout: &Checkout) -> Vec<SessionLine> {
    let totals = &checkout.quote.totals;
    let line = |name: String, amount: i64, quantity: i64| SessionLine {
        name,
        unit_price: checkout.currency.money(amount),
        quantity,
    };
    if checkout.quote.tendered() > 0 {
        // Providers take nothing below zero: what is left of the order is one line.
        return vec![line(format!("Order {}, less gift cards and credit", checkout.number), checkout.due(), 1)];
    }
    let mut lines: Vec<_> = checkout
        .quote
        .lines
        .iter()
        .filter(|l| l.priced.net() > 0)
        .map(|l| {
            let name =
                if l.variant_title.is_empty() { l.title.clone() } else { format!("{} ({})", l.title, l.variant_title) };
            match l.priced.discount {
                0 => line(name, l.priced.unit_price, l.priced.quantity),
                // What is left of a line need not be so much for each.
                _ if l.priced.quantity == 1 => line(name, l.priced.net(), 1),
                _ => line(format!("{} × {name}", l.priced.quantity), l.priced.net(), 1),
            }
        })
        .collect();
    if totals.shipping > 0 {
        lines.push(line(format!("Delivery: {}", checkout.quote.delivery_name), totals.shipping, 1));
    }
    if !totals.tax_inclusive && totals.tax > 0 {
        lines.push(line("Tax".into(), totals.tax, 1));
    }
    lines
}

/// Unix milliseconds from the identifier (UUIDv7).
fn created_at(id: CheckoutId) -> i64 {
    let (seconds, nanos) = id.0.get_timestamp().map_or((0, 0), |timestamp| timestamp.to_unix());
    i64::try_from(seconds).unwrap_or(0) * 1000 + i64::from(nanos / 1_000_000)
}
