//! Comparing the shop with its payment providers and with itself, and mending what differs (`RELIABILITY.md` 2.7).
//!
//! ```text
//! L1  undecided attempts  → asked about, now
//! L2  events we missed    → stored and applied
//! L3  all payments of a time, theirs beside ours → applied, captured, sent again; what is left is a break
//! L4  what must hold within the shop → stock that does not add up is not sold; what is left is a break
//! ```
//! A break that was seen in two runs at least ten minutes apart is confirmed. What needs nobody's judgement is then done:
//! money for no order, or for one that is paid already, goes back; an order that nobody has paid for is cancelled;
//! a refund made at the provider is booked. Every other break waits for a person ([`resolve`]). More than ten breaks
//! within an hour stop new payments. A shop that was restored takes orders again once a run leaves nothing open but events
//! about what is not here, or once somebody says so.

mod brake;
mod breaks;
mod compare;
mod dispute;
mod events;
mod expired;
mod kind;
mod mend;
mod moving;
mod owner;
mod progress;
mod resolve;
mod review;
mod watch;

pub(crate) use brake::may_start_payment;
pub use brake::{payments_stopped, resume_payments};
pub use breaks::{Break, of_order, open_breaks, resolved_breaks};
pub(crate) use breaks::{Found, put, stops_shipping};
pub(crate) use dispute::apply as apply_dispute;
pub(crate) use expired::cancel_expired;
pub use kind::{Kind, Resolution};
pub use progress::{LOOPS, Run, runs};
pub use resolve::resolve;
pub use watch::on_time as watch_on_time;

use crate::audit::{self, Entry};
use crate::db::{Sql, Tx};
use crate::staff::Staff;
use crate::{Error, Result, Shop, args, backup, checkout, worker};

/// What a run did and found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Undecided attempts the provider was asked about.
    pub asked: usize,
    /// Events we had not been told of.
    pub events: usize,
    /// Payments compared.
    pub payments: usize,
    /// What was put right, a line each.
    pub mended: Vec<String>,
    /// What is still open after this run.
    pub breaks: Vec<Break>,
    /// The shop had been restored and takes orders again.
    pub reopened: bool,
}

/// The run that somebody asked for.
const NOW: &str = "now";

/// Runs L1 to L3 over the payments of the last `span_ms` milliseconds.
///
/// # Errors
/// `Unavailable` when a provider does not answer: nothing is concluded then.
pub async fn run(shop: &Shop, span_ms: i64) -> Result<Report> {
    progress::begin_now(shop, NOW).await?;
    run_as(shop, NOW, span_ms).await
}

/// Starts such a run for an owner, who need not wait for it; [`runs`] tells how far it has come.
///
/// # Errors
/// `Conflict` while one is under way.
pub async fn start(shop: &Shop, by: &Staff, span_ms: i64) -> Result<()> {
    by.require_owner()?;
    if !progress::begin_now(shop, NOW).await? {
        return Err(Error::conflict("under_way", "A comparison is under way already."));
    }
    let mut tx = shop.db.begin().await?;
    audit::record(&mut tx, &Entry::new(by, "reconciliation.compare", "reconciliation", NOW), shop.now_ms()).await?;
    tx.commit().await?;
    let shop = shop.clone();
    tokio::spawn(async move {
        if let Err(error) = run_as(&shop, NOW, span_ms).await {
            tracing::warn!(%error, "a comparison came to no end");
        }
    });
    Ok(())
}

async fn run_as(shop: &Shop, name: &'static str, span_ms: i64) -> Result<Report> {
    let done = whole(shop, name, span_ms).await;
    let counts = done.as_ref().map(|report| {
        vec![
            ("undecided payments asked about", report.asked),
            ("missed events", report.events),
            ("payments compared", report.payments),
            ("mended", report.mended.len()),
            ("open afterwards", report.breaks.len()),
        ]
    });
    progress::end(shop, name, counts).await?;
    done
}

async fn whole(shop: &Shop, name: &'static str, span_ms: i64) -> Result<Report> {
    progress::step(shop, name, "Asking about undecided payments").await?;
    let mut report = Report { asked: ask_all(shop).await?, ..Report::default() };
    progress::step(shop, name, "Reading events").await?;
    report.events = events::fetch(shop).await?;
    progress::step(shop, name, "Reading payments").await?;
    let now = shop.now_ms();
    let found = compare::compare(shop, now - span_ms, name).await?;
    worker::deliver_outbox(shop).await?;
    report.payments = found.payments;
    report.mended = found.mended;
    let providers = shop.payments.configured().filter(|it| it.lists().intents).map(|it| it.name().to_owned()).collect();
    let looked = breaks::Looked { from: now - span_ms, now, providers };
    breaks::write_down(shop, &found.breaks, &looked).await?;
    review::thaw(shop, &mut report.mended).await?;
    report.breaks = breaks::open_breaks(shop).await?;
    brake::pull_if_needed(shop).await?;
    // An event about what is not here moves no money; what it was about is listed by itself.
    let agrees = report.breaks.iter().all(|one| one.kind.is_of_events());
    if agrees && backup::orders_closed(shop).await?.is_some() {
        backup::reopen(shop).await?;
        report.reopened = true;
    }
    Ok(report)
}

/// The loops: name, how often, over which time.
const SCHEDULE: [(&str, i64, i64); 2] = [("day", DAY_MS, 35 * DAY_MS), ("hour", HOUR_MS, 2 * HOUR_MS)];
const EVENTS_EVERY_MS: i64 = 5 * 60_000;
const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;

/// Runs what is due: events every five minutes, the last two hours every hour, the last 35 days every day, and while
/// something differs its time once more every ten minutes. Of several programs over one database one does. The number
/// of runs.
pub async fn on_time(shop: &Shop) -> Result<usize> {
    for (name, every_ms, span_ms) in SCHEDULE {
        if progress::take_turn(shop, name, every_ms).await? {
            return said(run_as(shop, name, span_ms).await.map(drop));
        }
    }
    let now = shop.now_ms();
    if let Some(oldest) = breaks::to_see_again(shop).await?
        && progress::take_turn(shop, "again", breaks::CONFIRM_MS).await?
    {
        let span_ms = (now - oldest + HOUR_MS).clamp(HOUR_MS, 35 * DAY_MS);
        return said(run_as(shop, "again", span_ms).await.map(drop));
    }
    if progress::take_turn(shop, "events", EVENTS_EVERY_MS).await? {
        let fresh = events::fetch(shop).await;
        let counts = fresh.as_ref().map(|fresh| vec![("missed events", *fresh)]);
        progress::end(shop, "events", counts).await?;
        return said(fresh.map(drop));
    }
    Ok(0)
}

/// A provider's silence was said where it happened; the next time comes.
fn said(done: Result<()>) -> Result<usize> {
    match done {
        Ok(()) | Err(Error::Unavailable { .. }) => Ok(1),
        Err(error) => Err(error),
    }
}

/// The stock of a SKU adds up again because somebody has put it right.
pub(crate) async fn stock_is_sound(tx: &mut Tx, sku: &str, who: &str, now: i64) -> Result<()> {
    let action = format!("{} ({who})", Resolution::SellAgain.past());
    breaks::close(tx, Kind::StockDiffers, sku, &action, now).await?;
    Ok(())
}

/// An order that was cancelled needs no authorisation any more, lost or not.
pub(crate) async fn order_is_cancelled(tx: &mut Tx, number: &str, who: &str, now: i64) -> Result<()> {
    let action = format!("The order was cancelled ({who})");
    breaks::close(tx, Kind::AuthorisationLost, number, &action, now).await?;
    Ok(())
}

/// Another payment has taken the place of the one that was lost.
pub(crate) async fn order_is_paid_anew(tx: &mut Tx, number: &str, now: i64) -> Result<()> {
    breaks::close(tx, Kind::AuthorisationLost, number, "The order was paid anew", now).await?;
    Ok(())
}

/// L1: every undecided attempt that nobody is at work on, whenever it would have been its turn.
async fn ask_all(shop: &Shop) -> Result<usize> {
    macro_rules! due {
        ($lock:literal) => {
            concat!(
                "UPDATE payment_attempt SET next_poll_at = 0 WHERE id IN (SELECT a.id FROM payment_attempt a
                   WHERE a.state IN ('sent','unknown','requires_action','processing') AND a.next_poll_at > 0
                     AND NOT EXISTS (SELECT 1 FROM checkout k WHERE k.id = a.checkout_id AND k.lease_until > $1)",
                $lock
            )
        };
    }
    // In a rush there is news of some at this moment: they are skipped, and two who wait for each other are avoided.
    const DUE: Sql = Sql { sqlite: due!(")"), postgres: due!(" FOR NO KEY UPDATE OF a SKIP LOCKED)") };
    shop.db.execute(DUE.of(shop.db.engine()), args![shop.now_ms()]).await?;
    worker::to_the_end(shop, checkout::poll_stuck_attempts).await
}
