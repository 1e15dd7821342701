//! Comparing the shop with its payment providers, and mending what differs (`RELIABILITY.md` 2.7).
//!
//! ```text
//! L1  undecided attempts  → asked about, now
//! L2  events we missed    → stored and applied
//! L3  all payments of a time, theirs beside ours → applied, captured, sent again; what is left is a break
//! ```
//! A break that was seen in two runs at least ten minutes apart is confirmed. Money that the provider holds for an
//! order nobody here has heard of (possible after a restore from a backup) is then given back; every other break waits
//! for a person. A shop that was restored takes orders again once a run leaves nothing open but events about
//! what is not here, or once somebody says so.

mod breaks;
mod compare;
mod events;

pub use breaks::{Break, open_breaks};

use crate::{Result, Shop, args, backup, checkout, outbox};

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

/// Runs L1 to L3 over the payments of the last `span_ms` milliseconds.
///
/// # Errors
/// `Unavailable` when a provider does not answer: nothing is concluded then.
pub async fn run(shop: &Shop, span_ms: i64) -> Result<Report> {
    let mut report = Report { asked: ask_all(shop).await?, ..Report::default() };
    report.events = events::fetch(shop).await?;
    let found = compare::compare(shop, span_ms).await?;
    outbox::deliver_outbox(shop).await?;
    report.payments = found.payments;
    report.mended = found.mended;
    report.breaks = breaks::write_down(shop, found.breaks).await?;
    // An event about what is not here moves no money; what it was about is listed by itself.
    let agrees = report.breaks.iter().all(|one| breaks::OF_EVENTS.contains(&one.kind.as_str()));
    if agrees && backup::orders_closed(shop).await?.is_some() {
        backup::reopen(shop).await?;
        report.reopened = true;
    }
    Ok(report)
}

/// Row of table `setting` with the time of the last run of a kind, how often it runs, and over which time.
const SCHEDULE: [(&str, i64, i64); 3] = [
    ("reconciled_day_at", DAY_MS, 35 * DAY_MS),
    ("reconciled_hour_at", HOUR_MS, 2 * HOUR_MS),
    ("reconciled_events_at", 5 * 60_000, 0),
];
const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;

/// Runs what is due: events every five minutes, the last two hours every hour, the last 35 days every day. Of several
/// programs over one database one does. The number of runs.
pub async fn on_time(shop: &Shop) -> Result<usize> {
    for (key, every_ms, span_ms) in SCHEDULE {
        if !is_due(shop, key, every_ms).await? {
            continue;
        }
        let done = if span_ms == 0 { events::fetch(shop).await.map(drop) } else { run(shop, span_ms).await.map(drop) };
        return match done {
            // Said where it happened; the next time comes.
            Ok(()) | Err(crate::Error::Unavailable { .. }) => Ok(1),
            Err(error) => Err(error),
        };
    }
    Ok(0)
}

/// Takes the turn of a kind of run, when it has come.
async fn is_due(shop: &Shop, key: &str, every_ms: i64) -> Result<bool> {
    let now = shop.now_ms();
    let last: Option<(String,)> =
        shop.db.fetch_optional("SELECT value FROM setting WHERE key = $1", args![key]).await?;
    if last.and_then(|(text,)| text.parse::<i64>().ok()).is_some_and(|last| last + every_ms > now) {
        return Ok(false);
    }
    let sql = "INSERT INTO setting (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value
        WHERE CAST(setting.value AS BIGINT) + $3 <= CAST(excluded.value AS BIGINT)";
    let mut tx = shop.db.begin().await?;
    let taken = tx.execute(sql, args![key, now.to_string(), every_ms]).await?;
    tx.commit().await?;
    Ok(taken == 1)
}

/// L1: every undecided attempt, whenever it would have been its turn.
async fn ask_all(shop: &Shop) -> Result<usize> {
    let mut tx = shop.db.begin().await?;
    let due = "UPDATE payment_attempt SET next_poll_at = 0
        WHERE state IN ('sent','unknown','requires_action','processing')";
    tx.execute(due, args![]).await?;
    tx.commit().await?;
    let mut asked = 0;
    loop {
        match checkout::poll_stuck_attempts(shop).await? {
            0 => return Ok(asked),
            some => asked += some,
        }
    }
}
