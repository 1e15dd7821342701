//! Limits on how often the API may be called, as the real provider has them: one for the account, one for each
//! operation. Off unless asked for. Each is a bucket that fills by the sandbox's clock.

use std::collections::HashMap;
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};

use crate::api::Operation;

/// Calls per second, at least one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimit {
    pub per_second: u32,
    /// For each operation.
    pub per_endpoint: u32,
}

impl Default for RateLimit {
    /// What the real provider allows a live account.
    fn default() -> Self {
        Self { per_second: 100, per_endpoint: 25 }
    }
}

impl FromStr for RateLimit {
    type Err = String;

    /// `100/25`
    fn from_str(text: &str) -> Result<Self, String> {
        let number = |text: &str| text.parse::<u32>().ok().filter(|number| *number > 0);
        text.split_once('/')
            .and_then(|(all, each)| Some(Self { per_second: number(all)?, per_endpoint: number(each)? }))
            .ok_or_else(|| "write it as 100/25: calls per second in all and for each operation".to_owned())
    }
}

/// Which limit a call ran into; the words of the header that says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limited {
    Global,
    Endpoint,
}

impl Limited {
    pub fn reason(self) -> &'static str {
        match self {
            Self::Global => "global-rate",
            Self::Endpoint => "endpoint-rate",
        }
    }
}

pub struct Buckets {
    limit: RateLimit,
    levels: Mutex<(Bucket, HashMap<&'static str, Bucket>)>,
}

/// Thousandths of a call, and when it was last looked at.
#[derive(Clone, Copy)]
struct Bucket {
    level: i64,
    at_ms: i64,
}

impl Bucket {
    fn full(per_second: u32, now_ms: i64) -> Self {
        Self { level: i64::from(per_second) * 1000, at_ms: now_ms }
    }

    /// Fills up to a second's worth; whether there is enough for a call.
    fn fill(&mut self, per_second: u32, now_ms: i64) -> bool {
        let rate = i64::from(per_second);
        let gained = (now_ms - self.at_ms).clamp(0, 1000) * rate;
        self.level = (self.level + gained).min(rate * 1000);
        self.at_ms = now_ms;
        self.level >= 1000
    }
}

impl Buckets {
    pub fn new(limit: RateLimit, now_ms: i64) -> Self {
        Self { limit, levels: Mutex::new((Bucket::full(limit.per_second, now_ms), HashMap::new())) }
    }

    /// Counts the call; a refused one costs nothing.
    pub fn take(&self, operation: Operation, now_ms: i64) -> Result<(), Limited> {
        let mut levels = self.levels.lock().unwrap_or_else(PoisonError::into_inner);
        let (all, each) = &mut *levels;
        let RateLimit { per_second, per_endpoint } = self.limit;
        let own = each.entry(operation.name()).or_insert_with(|| Bucket::full(per_endpoint, now_ms));
        if !own.fill(per_endpoint, now_ms) {
            return Err(Limited::Endpoint);
        }
        if !all.fill(per_second, now_ms) {
            return Err(Limited::Global);
        }
        own.level -= 1000;
        all.level -= 1000;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operation_has_its_own_bucket_under_the_one_for_all() {
        let buckets = Buckets::new("3/2".parse().unwrap(), 0);
        let [a, b] = [Operation::CreateIntent, Operation::CreateRefund];
        assert_eq!(
            [a, a, a, b, b].map(|op| buckets.take(op, 0)),
            [Ok(()), Ok(()), Err(Limited::Endpoint), Ok(()), Err(Limited::Global)]
        );
        assert_eq!(buckets.take(a, 499), Err(Limited::Endpoint));
        assert_eq!(buckets.take(a, 500), Ok(()));
        assert_eq!(buckets.take(a, 500), Err(Limited::Endpoint));
    }

    #[test]
    fn a_limit_is_two_numbers_above_zero() {
        assert_eq!("100/25".parse(), Ok(RateLimit::default()));
        for wrong in ["", "100", "0/1", "1/0", "a/b", "-1/2"] {
            assert!(wrong.parse::<RateLimit>().is_err(), "{wrong}");
        }
    }
}
