//! Many seeds, and what they came to.

use super::{Tally, Town, play};
use shop::canary::{self, Canary};
use std::ops::Range;
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
        let Tally { checkouts, placed, declined, released, refunds, crashes, faults, calls, webhooks } = self.tally;
        format!(
            "{} seeds: {checkouts} checkouts, {placed} placed, {declined} declined, {released} released, {refunds} refunds; \
             {crashes} crashes, {faults} faults injected, {calls} calls, {webhooks} webhooks; {} failed, {:.1} s",
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

/// Plays the seeds one after the other, and stops after the first `failures` that fail. `seen` hears of each.
pub fn run(town: &Town, seeds: Range<u64>, failures: usize, mut seen: impl FnMut(&Report)) -> Result<Report, String> {
    let begun = Instant::now();
    let mut report = Report::default();
    for seed in seeds {
        let outcome = play(town, seed, false)?;
        report.seeds += 1;
        report.tally += outcome.tally;
        report.took = begun.elapsed();
        if !outcome.wrong.is_empty() {
            report.failed.push((seed, outcome.wrong));
        }
        seen(&report);
        if report.failed.len() >= failures {
            break;
        }
    }
    Ok(report)
}

/// How many seeds it takes to find a planted bug, and how it shows; `None` when `most` seeds do not.
pub fn hunt(town: &Town, bug: Canary, most: u64) -> Result<Option<(u64, Vec<String>)>, String> {
    for seed in 0..most {
        canary::plant(Some(bug));
        let outcome = play(town, seed, false);
        canary::plant(None);
        let outcome = outcome?;
        if !outcome.wrong.is_empty() {
            return Ok(Some((seed + 1, outcome.wrong)));
        }
    }
    Ok(None)
}
