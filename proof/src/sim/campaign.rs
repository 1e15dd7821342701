//! Many seeds, and what they came to.

use super::{Tally, Town, play};
use shop::canary::{self, Canary};
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// What many seeds came to.
#[derive(Debug, Default)]
pub struct Report {
    pub seeds: u64,
    pub tally: Tally,
    /// Seed and what was wrong.
    pub failed: Vec<(u64, Vec<String>)>,
    pub took: Duration,
}

impl Report {
    pub fn line(&self) -> String {
        let Tally { checkouts, placed, declined, released, refunds, anew, crashes, faults, calls, webhooks } =
            self.tally;
        format!(
            "{} seeds: {checkouts} checkouts, {placed} placed, {declined} declined, {released} released, {refunds} refunds, \
             {anew} paid anew; {crashes} crashes, {faults} faults injected, {calls} calls, {webhooks} webhooks; {} failed, {:.1} s",
            self.seeds,
            self.failed.len(),
            self.took.as_secs_f64()
        )
    }

    /// Each failure with the command that plays exactly it again.
    pub fn failures(&self) -> String {
        let show = |(seed, wrong): &(u64, Vec<String>)| {
            format!("seed {seed}: mercer-proof simulate --seed {seed}\n  {}", wrong.join("\n  "))
        };
        self.failed.iter().map(show).collect::<Vec<_>>().join("\n")
    }
}

/// Plays the seeds, so many at a time, and stops after the first `failures` that fail. `seen` hears of each, and of what
/// was wrong with it.
///
/// # Errors
/// When the machine does not play along.
pub fn run(
    town: &Town,
    seeds: Range<u64>,
    threads: usize,
    failures: usize,
    mut seen: impl FnMut(u64, &[String]),
) -> Result<Report, String> {
    let begun = Instant::now();
    let mut report = Report::default();
    let (tell, told) = mpsc::channel();
    let next = AtomicU64::new(seeds.start);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            let (tell, next) = (tell.clone(), &next);
            scope.spawn(move || {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds.end || tell.send((seed, play(town, seed, false))).is_err() {
                        break;
                    }
                }
            });
        }
        drop(tell);
        for (seed, outcome) in told {
            let outcome = outcome?;
            report.seeds += 1;
            report.tally += outcome.tally;
            report.took = begun.elapsed();
            seen(seed, &outcome.wrong);
            if !outcome.wrong.is_empty() {
                report.failed.push((seed, outcome.wrong));
            }
            if report.failed.len() >= failures {
                break;
            }
        }
        Ok(report)
    })
}

/// What storms can find. Planted bugs 6 and 7 need a disk that forgets, 11 a request that no cart makes.
pub const FINDS: [Canary; 10] = [
    Canary::UnconditionalStock,
    Canary::FreshKeys,
    Canary::TimeoutDeclines,
    Canary::ReleaseWithoutCancel,
    Canary::MarkedBeforeEffect,
    Canary::RefundWithoutRow,
    Canary::MarkedBeforeDelivery,
    Canary::ShortLease,
    Canary::NoEpoch,
    Canary::SagaInline,
];
/// A bug that so many seeds do not find is missed.
pub const PATIENCE: u64 = 2_000;

/// How many seeds it takes to find a planted bug, and how it shows; `None` when `most` seeds do not.
pub fn hunt(town: &Town, bug: Canary, most: u64) -> Result<Option<(u64, Vec<String>)>, String> {
    for seed in 0..most {
        canary::plant_here(Some(bug));
        let outcome = play(town, seed, false);
        canary::plant_here(None);
        let outcome = outcome?;
        if !outcome.wrong.is_empty() {
            return Ok(Some((seed + 1, outcome.wrong)));
        }
    }
    Ok(None)
}
