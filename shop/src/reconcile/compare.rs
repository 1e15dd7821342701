//! L3: every payment of a time, as its provider lists it, beside the attempt it belongs to. Of a provider without such a
//! list only the undecided payments (L1), the events (L2) and what is due here can be looked into.

use super::breaks::{self, Found};
use super::events::silent;
use crate::checkout::{self, News};
use crate::id::{AttemptId, CheckoutId, RefundId};
use crate::invariant::provider::{self, Payment};
use crate::invariant::{self, Moment};
use crate::payment::{IntentStatus, Metadata, Outcome, Provider, Snapshot};
use crate::{Result, Shop, args, order, outbox};

/// The provider's clock and ours may differ by this much.
const CLOCKS_DIFFER_MS: i64 = 5 * 60_000;
/// Money that is only held is taken this long before the provider lets it go (B3).
const CAPTURE_BEFORE_MS: i64 = 24 * 3_600_000;
/// A refund without an answer is sent again after this long (B6).
const RESEND_AFTER_MS: i64 = 10 * 60_000;

#[derive(Default)]
pub(super) struct Compared {
    pub payments: usize,
    pub mended: Vec<String>,
    pub breaks: Vec<Found>,
}

pub(super) async fn compare(shop: &Shop, span_ms: i64) -> Result<Compared> {
    let since = shop.now_ms() - span_ms;
    let (from, to) = (since - CLOCKS_DIFFER_MS, shop.now_ms() + CLOCKS_DIFFER_MS);
    let mut found = Compared::default();
    let (mut names, mut payments) = (Vec::new(), Vec::new());
    for provider in shop.payments.configured().filter(|provider| provider.lists().intents) {
        for snapshot in list(provider, from, to).await? {
            match owner(shop, provider, &snapshot).await? {
                Some(owner) => catch_up(shop, &owner, &snapshot, &mut found).await?,
                None => unknown_money(shop, provider, &snapshot, &mut found).await?,
            }
            payments.push(payment(provider, &snapshot));
        }
        names.push(provider.name());
    }
    found.payments = payments.len();
    capture_in_time(shop, &mut found).await?;
    resend_refunds(shop, &mut found).await?;
    // Once more by the rules: what was not mended is a break.
    let since = since + CLOCKS_DIFFER_MS;
    for verdict in provider::check(&mut &shop.db, Moment::Quiet, since, &names, &payments).await? {
        for breach in invariant::breaches(&[verdict]) {
            let kind = match breach.rule {
                "I5" => "charged_twice",
                // Told above, by the provider's name of it.
                "I6" => continue,
                _ if breach.detail.contains("refunded") => "refund_differs",
                _ => "order_differs",
            };
            found.breaks.push(Found { kind, reference: breach.reference.clone(), detail: breach.detail.clone() });
        }
    }
    Ok(found)
}

async fn list(provider: &dyn Provider, from: i64, to: i64) -> Result<Vec<Snapshot>> {
    let mut all = Vec::new();
    let mut after = None;
    loop {
        match provider.list_intents(from, to, after.as_deref()).await {
            Outcome::Done(page) => {
                all.extend(page.items);
                match page.next {
                    Some(next) => after = Some(next),
                    None => return Ok(all),
                }
            }
            Outcome::Refused(refusal) => return Err(silent(refusal.message)),
            Outcome::Unknown(why) => return Err(silent(why)),
        }
    }
}

/// The provider's money, as the rules want to see it.
fn payment(provider: &dyn Provider, snapshot: &Snapshot) -> Payment {
    let held = matches!(snapshot.status, IntentStatus::RequiresCapture | IntentStatus::Succeeded);
    Payment {
        provider: provider.name().to_owned(),
        id: snapshot.intent_id.clone(),
        amount: snapshot.amount,
        currency: snapshot.currency.clone(),
        authorised: if held { snapshot.amount } else { 0 },
        captured: snapshot.amount_received,
        voided: 0,
        refunded: snapshot.amount_refunded,
        metadata: snapshot.metadata.clone(),
    }
}

#[derive(sqlx::FromRow)]
struct Owner {
    id: AttemptId,
    checkout_id: CheckoutId,
    state: String,
    number: String,
}

async fn owner(shop: &Shop, provider: &dyn Provider, snapshot: &Snapshot) -> Result<Option<Owner>> {
    const BY: &str = "SELECT a.id, a.checkout_id, a.state, o.number
        FROM payment_attempt a JOIN orders o ON o.checkout_id = a.checkout_id WHERE a.provider = $1 AND ";
    let named = format!("{BY} a.provider_ref = $2");
    if let Some(found) = shop.db.fetch_optional(&named, args![provider.name(), &snapshot.intent_id]).await? {
        return Ok(Some(found));
    }
    let Some(id) = snapshot.metadata.get("attempt_id").and_then(|id| id.parse::<AttemptId>().ok()) else {
        return Ok(None);
    };
    Ok(shop.db.fetch_optional(&format!("{BY} a.id = $2"), args![provider.name(), id]).await?)
}

/// B1 with an attempt, B2: the provider knows more than we do.
async fn catch_up(shop: &Shop, owner: &Owner, snapshot: &Snapshot, found: &mut Compared) -> Result<()> {
    let state = owner.state.as_str();
    let is_news = match snapshot.status {
        IntentStatus::RequiresCapture => !matches!(state, "authorized" | "captured"),
        IntentStatus::Succeeded => state != "captured",
        IntentStatus::Canceled => !matches!(state, "canceled" | "declined"),
        _ => false,
    };
    if is_news {
        checkout::apply_news(shop, owner.checkout_id, Some(owner.id), News::Intent(snapshot.clone())).await?;
        found.mended.push(format!("{}: {} is {:?} at the provider", owner.number, snapshot.intent_id, snapshot.status));
    }
    Ok(())
}

/// B1 without an attempt: nobody here has heard of it. Seen twice, it is given back.
async fn unknown_money(shop: &Shop, provider: &dyn Provider, snapshot: &Snapshot, found: &mut Compared) -> Result<()> {
    const KIND: &str = "charged_no_order";
    let id = &snapshot.intent_id;
    let owed = match snapshot.status {
        IntentStatus::RequiresCapture => snapshot.amount,
        IntentStatus::Succeeded => snapshot.amount_received - snapshot.amount_refunded,
        _ => 0,
    };
    if owed == 0 {
        return Ok(());
    }
    // Payments of others through the same account, other shops of ours among them, are none of our business.
    let says = |name: &str| snapshot.metadata.get(name).map(String::as_str);
    let (Some(number), true) = (says("order_no"), says("shop") == Some(&*shop.origin)) else { return Ok(()) };
    if breaks::is_confirmed(shop, KIND, id).await? && give_back(shop, provider, snapshot, owed).await {
        tracing::error!(intent = id, number, owed, "money without an order was given back");
        found.mended.push(format!("{number}: {id} held {owed} for no order here; given back"));
        return Ok(());
    }
    let detail = format!("{owed} {} for order {number}, which is not here", snapshot.currency);
    found.breaks.push(Found { kind: KIND, reference: id.clone(), detail });
    Ok(())
}

/// Under keys made of the payment's own name: however often this runs, it happens once.
async fn give_back(shop: &Shop, provider: &dyn Provider, snapshot: &Snapshot, owed: i64) -> bool {
    let id = &snapshot.intent_id;
    if snapshot.status == IntentStatus::RequiresCapture {
        let key = checkout::provider_key(shop, provider.name(), id, "unknown-cancel");
        return matches!(provider.cancel_intent(&key, id).await, Outcome::Done(_));
    }
    let Some(currency) = crate::money::Currency::parse(&snapshot.currency) else { return false };
    let key = checkout::provider_key(shop, provider.name(), id, "unknown-refund");
    let metadata: Metadata = [("reason".to_owned(), "no order".to_owned())].into();
    matches!(provider.refund(&key, id, currency.money(owed), &metadata).await, Outcome::Done(_))
}

/// B3: held, wanted, and soon to lapse.
async fn capture_in_time(shop: &Shop, found: &mut Compared) -> Result<()> {
    let sql = "SELECT a.id, o.number FROM payment_attempt a JOIN orders o ON o.checkout_id = a.checkout_id
        WHERE a.state = 'authorized' AND a.capture_before < $1 AND o.state IN ('confirmed','processing')";
    let due: Vec<(AttemptId, String)> = shop.db.fetch_all(sql, args![shop.now_ms() + CAPTURE_BEFORE_MS]).await?;
    for (attempt, number) in due {
        match outbox::capture(shop, attempt).await {
            Ok(()) => found.mended.push(format!("{number}: captured before the authorisation lapses")),
            Err(error) => tracing::warn!(%error, number, "not captured yet"),
        }
    }
    Ok(())
}

/// B6, ours unknown there: the same refund under the same key.
async fn resend_refunds(shop: &Shop, found: &mut Compared) -> Result<()> {
    let sql = "SELECT r.id, o.number FROM refund r JOIN payment_attempt a ON a.id = r.attempt_id
        JOIN orders o ON o.checkout_id = a.checkout_id WHERE r.state IN ('prepared','sent') AND r.updated_at < $1";
    let open: Vec<(RefundId, String)> = shop.db.fetch_all(sql, args![shop.now_ms() - RESEND_AFTER_MS]).await?;
    for (refund, number) in open {
        match order::carry_out_refund(shop, refund).await {
            Ok(()) => found.mended.push(format!("{number}: a refund without an answer was sent again")),
            Err(error) => tracing::warn!(%error, number, "a refund is still open"),
        }
    }
    Ok(())
}
