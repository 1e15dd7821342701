//! L3: every payment of a time, as its provider lists it, beside the attempt it belongs to. Of a provider without such a
//! list only the undecided payments (L1), the events (L2) and what is due here can be looked into.
//!
//! ```text
//! each page of the list ─▶ the attempts it is about, in two statements ─▶ news is applied; money without one is noted
//! both books beside each other ─▶ what differs is asked about once more ─▶ mended, or a break
//! ```

use super::breaks::{CONFIRM_MS, Found};
use super::events::silent;
use super::kind::Kind;
use super::owner::{Owner, owners};
use super::{breaks, mend, moving, progress};
use crate::checkout::{self, News};
use crate::id::AttemptId;
use crate::invariant::provider::{self, Difference, Payment, What};
use crate::payment::{IntentStatus, Outcome, Provider, Snapshot};
use crate::{Error, Result, Shop, args};
use std::collections::{HashMap, HashSet};

/// The provider's clock and ours may differ by this much.
const CLOCKS_DIFFER_MS: i64 = 5 * 60_000;
/// More payments than this are not asked about one by one in a run.
const QUESTIONS: usize = 200;

#[derive(Default)]
pub(super) struct Compared {
    pub payments: usize,
    pub mended: Vec<String>,
    pub breaks: Vec<Found>,
    /// When an open break was seen first, by kind and reference.
    first_seen: HashMap<(Kind, String), i64>,
    now: i64,
}

impl Compared {
    /// Seen long enough ago to be acted on now that it is seen again.
    fn is_confirmed(&self, one: &Found) -> bool {
        let first = self.first_seen.get(&(one.kind, one.reference.clone()));
        first.is_some_and(|first| first + CONFIRM_MS <= self.now)
    }
}

/// Compares the payments made since `since` (Unix milliseconds). `run` is the loop that shows how far this has come.
pub(super) async fn compare(shop: &Shop, since: i64, run: &str) -> Result<Compared> {
    let now = shop.now_ms();
    let open = breaks::open_breaks(shop).await?;
    let first_seen = open.into_iter().map(|one| ((one.kind, one.reference), one.first_seen)).collect();
    let mut found = Compared { first_seen, now, ..Compared::default() };
    let (mut names, mut payments) = (Vec::new(), HashMap::new());
    for provider in shop.payments.configured().filter(|provider| provider.lists().intents) {
        let mut after = None;
        loop {
            let page = provider.list_intents(since - CLOCKS_DIFFER_MS, now + CLOCKS_DIFFER_MS, after.as_deref()).await;
            let page = answer(page)?;
            let owners = owners(shop, provider, &page.items).await?;
            for snapshot in &page.items {
                look_at(shop, provider, snapshot, owners.get(&snapshot.intent_id), &mut found).await?;
                let payment = payment(provider, snapshot);
                payments.insert((payment.provider.clone(), payment.id.clone()), payment);
            }
            let step = format!("{} payments of {} compared", payments.len(), provider.label());
            progress::step(shop, run, &step).await?;
            match page.next {
                Some(next) => after = Some(next),
                None => break,
            }
        }
        names.push(provider.name());
    }
    found.payments = payments.len();
    mend::capture_in_time(shop, &mut found.mended).await?;
    mend::resend_refunds(shop, &mut found.mended).await?;
    let differences = differences(shop, since + CLOCKS_DIFFER_MS, &names, payments).await?;
    for one in differences {
        settle(shop, one, &mut found).await?;
    }
    Ok(found)
}

fn answer<T>(outcome: Outcome<T>) -> Result<T> {
    match outcome {
        Outcome::Done(value) => Ok(value),
        Outcome::Refused(refusal) => Err(silent(refusal.message)),
        Outcome::Unknown(why) => Err(silent(why)),
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

async fn look_at(
    shop: &Shop,
    provider: &dyn Provider,
    snapshot: &Snapshot,
    owner: Option<&Owner>,
    found: &mut Compared,
) -> Result<()> {
    let Some(owner) = owner else { return unknown_money(shop, provider, snapshot, found).await };
    let is_another = owner.provider_ref.as_ref().is_some_and(|known| *known != snapshot.intent_id);
    let is_beside = is_another || (owner.has_ended() && snapshot.held() > 0);
    if !is_beside {
        return catch_up(shop, owner, snapshot, found).await;
    }
    if snapshot.held() == 0 || (is_another && owner.checkout_state == "manual_review") {
        return Ok(());
    }
    let is_open = !owner.order_stands() && !owner.checkout_has_ended() && owner.checkout_state != "manual_review";
    if is_open {
        // Freezes the checkout: nobody should pay a third time.
        checkout::apply_news(shop, owner.checkout_id, Some(owner.id), News::Intent(snapshot.clone())).await?;
        if is_another {
            return Ok(());
        }
    }
    let (kind, detail) = if owner.order_stands() {
        (Kind::ChargedTwice, format!("{} beside the payment of the order", snapshot.intent_id))
    } else {
        (Kind::PaidAfterEnd, format!("{} is paid, the checkout is {}", snapshot.intent_id, owner.checkout_state))
    };
    let one = money(kind, provider, snapshot, detail).of_order(&owner.number);
    let may = owner.order_stands() || owner.checkout_has_ended();
    give_back_or_note(shop, one, may, found).await
}

/// Money at the provider beside what the shop expects: nothing.
fn money(kind: Kind, provider: &dyn Provider, snapshot: &Snapshot, detail: String) -> Found {
    Found::new(kind, &snapshot.intent_id, detail)
        .of_payment(provider.name(), &snapshot.intent_id, snapshot.created_ms)
        .amounts(&snapshot.currency, Some(0), Some(snapshot.held()))
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
        // What is frozen stays as it is, however often that is read.
        if owner.checkout_state != "manual_review" {
            found
                .mended
                .push(format!("{}: {} is {:?} at the provider", owner.number, snapshot.intent_id, snapshot.status));
        }
    }
    Ok(())
}

/// B1 without an attempt: nobody here has heard of it. Seen twice, it is given back.
async fn unknown_money(shop: &Shop, provider: &dyn Provider, snapshot: &Snapshot, found: &mut Compared) -> Result<()> {
    // Payments of others through the same account, other shops of ours among them, are none of our business.
    let says = |name: &str| snapshot.metadata.get(name).map(String::as_str);
    let (Some(number), true) = (says("order_no"), says("shop") == Some(&*shop.origin)) else { return Ok(()) };
    if snapshot.held() == 0 {
        return Ok(());
    }
    let here: Option<(i64,)> =
        shop.db.fetch_optional("SELECT version FROM orders WHERE number = $1", args![number]).await?;
    let one = if here.is_some() {
        let detail = format!("{} was made for this order by nobody here", snapshot.intent_id);
        money(Kind::ChargedTwice, provider, snapshot, detail).of_order(number)
    } else {
        money(Kind::ChargedNoOrder, provider, snapshot, format!("for order {number}, which is not here"))
    };
    give_back_or_note(shop, one, true, found).await
}

/// Not at once: it may be an order that another program is about to write.
async fn give_back_or_note(shop: &Shop, one: Found, may: bool, found: &mut Compared) -> Result<()> {
    if may && found.is_confirmed(&one) {
        match mend::give_back(shop, &one.provider, &one.payment).await {
            Ok(given) => {
                tracing::error!(payment = one.payment, given, "money that belongs to no order was given back");
                found.mended.push(format!("{}: {} held {given} for no order; given back", one.detail, one.payment));
                return Ok(());
            }
            Err(error) => tracing::warn!(%error, payment = one.payment, "not given back yet"),
        }
    }
    found.breaks.push(one);
    Ok(())
}

/// Both books beside each other. What differs may have changed while the list was read, so each such payment is asked
/// about once more before anything is concluded.
async fn differences(
    shop: &Shop,
    since: i64,
    names: &[&str],
    mut payments: HashMap<(String, String), Payment>,
) -> Result<Vec<Difference>> {
    let list = |payments: &HashMap<_, Payment>| payments.values().cloned().collect::<Vec<_>>();
    let (db, begun) = (&mut &shop.db, shop.now_ms());
    let mut first = provider::differences(&list(&payments), &provider::read(db, since, names).await?);
    first.retain(|one| one.what != What::Ended);
    moving::leave_alone(shop, &mut first, begun).await?;
    first.truncate(QUESTIONS);
    if first.is_empty() {
        return Ok(first);
    }
    for one in &first {
        let Some(id) = &one.payment else { continue };
        let provider = shop.payments.by_name(&one.provider)?;
        if let Some(snapshot) = mend::ask(provider, id).await? {
            payments.insert((one.provider.clone(), id.clone()), payment(provider, &snapshot));
            // Another amount than was agreed is no news but what differs.
            if (snapshot.amount, &snapshot.currency) == (one.total, &one.currency) {
                checkout::apply_news(shop, one.checkout, Some(one.attempt), News::Intent(snapshot)).await?;
            }
        } else {
            payments.remove(&(one.provider.clone(), id.clone()));
        }
    }
    let asked: HashSet<AttemptId> = first.iter().map(|one| one.attempt).collect();
    let mut second = provider::differences(&list(&payments), &provider::read(db, since, names).await?);
    second.retain(|one| one.what != What::Ended && asked.contains(&one.attempt));
    moving::leave_alone(shop, &mut second, begun).await?;
    Ok(second)
}

/// Mends what may be mended without a person, and notes the rest.
async fn settle(shop: &Shop, one: Difference, found: &mut Compared) -> Result<()> {
    let kind = match one.what {
        What::NoCharge => Kind::OrderNoCharge,
        What::Refunds => Kind::RefundDiffers,
        What::Amounts | What::Ended => Kind::OrderDiffers,
    };
    let note = Found::new(kind, &one.number, &one.detail)
        .of_order(&one.number)
        .of_payment(&one.provider, one.payment.as_deref().unwrap_or_default(), one.made)
        .amounts(&one.currency, Some(one.ours), Some(one.theirs));
    if found.is_confirmed(&note) {
        let mended = match kind {
            Kind::OrderNoCharge => mend::cancel_uncharged(shop, &one.number).await,
            Kind::RefundDiffers if one.theirs > one.ours => mend::take_refunds_over(shop, &note).await,
            _ => Err(Error::conflict("for_a_person", "A person decides.")),
        };
        match mended {
            Ok(done) => {
                tracing::error!(number = one.number, detail = one.detail, done, "a difference was mended");
                found.mended.push(format!("{}: {done}", one.number));
                return Ok(());
            }
            Err(error) => tracing::warn!(%error, number = one.number, "a difference stays open"),
        }
    }
    found.breaks.push(note);
    Ok(())
}
