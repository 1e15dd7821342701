//! What must hold in every shop at every moment, as questions to its database and its payment provider.
//!
//! One library for the tests, `mercer doctor`, the internal reconciliation loop and the admin's health page. The rules
//! carry the numbers of `RELIABILITY.md` 3.1. Rules that can be a constraint of the schema are constraints too; they
//! are asked here again, because a restored file or a hand-written UPDATE has not passed through the code.
//!
//! ```text
//! rule       rows that break a rule, one query each      (I1, I2, I4, I5, I7, I9, I11–I14, I17, I21),
//!            and what a sale holds                       (S1)
//! conversion converted prices                            (S2)
//! tender     gift cards and store credit                 (I5, I7, I13, I14)
//! purchase   limits of products                          (I22)
//! log        moves that no state machine has             (I10)
//! quote      orders that are not what was agreed         (I3, I15)
//! provider   the shop's books beside the provider's      (I5, I6, I7)
//! client     what shoppers were told                     (I8, I9, I20)
//! ```
//! I16 and I18 are properties of code and are proven by tests; I19 is measured by whoever runs the process.

pub mod client;
mod conversion;
mod log;
pub mod provider;
mod purchase;
mod quote;
mod rule;
mod tender;

use crate::Result;
use crate::db::Read;
use serde::Serialize;

/// When the question is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Moment {
    /// While shoppers buy: only what holds between any two transactions.
    Busy,
    /// Nobody is buying and the queues have been worked off: also what has to have been finished.
    Quiet,
}

/// Something that must not be.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Breach {
    /// "I1" to "I21", "S1" or "S2".
    pub rule: &'static str,
    /// An order number, a SKU in a warehouse, a key: what a person would look up.
    pub reference: String,
    pub detail: String,
}

/// What one rule came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verdict {
    pub rule: &'static str,
    /// The rule in a sentence.
    pub says: &'static str,
    /// At most [`SHOWN`] of them.
    pub breaches: Vec<Breach>,
}

/// Each rule names at most this many breaches.
pub const SHOWN: usize = 50;

/// Asks the database every question that fits the moment; `now` in Unix milliseconds. Reads only. `db` is a database or
/// a transaction.
pub async fn check(db: &mut impl Read, moment: Moment, now: i64) -> Result<Vec<Verdict>> {
    let mut verdicts = rule::check(db, moment, now).await?;
    verdicts.push(log::check(db).await?);
    verdicts.extend(quote::check(db).await?);
    verdicts.push(conversion::check(db).await?);
    verdicts.sort_by_key(|verdict| (number(verdict.rule), verdict.says));
    Ok(verdicts)
}

/// All breaches of some verdicts, for tests and exit codes.
pub fn breaches(verdicts: &[Verdict]) -> Vec<&Breach> {
    verdicts.iter().flat_map(|verdict| &verdict.breaches).collect()
}

fn number(rule: &str) -> u32 {
    rule.trim_start_matches('I').parse().unwrap_or(u32::MAX)
}
