//! The sandbox's own clock: the machine's (or a simulation's), plus what tests have added. It never goes back, except for the time
//! written into webhook signatures, which can be skewed on its own.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// Unix milliseconds.
pub type Time = Box<dyn Fn() -> i64 + Send + Sync>;

pub struct Clock {
    source: Time,
    advanced_ms: AtomicI64,
    signature_skew_s: AtomicI64,
}

impl Default for Clock {
    fn default() -> Self {
        Self::following(Box::new(machine_ms))
    }
}

fn machine_ms() -> i64 {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that asks the machine")]
    let machine = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
    i64::try_from(machine).unwrap_or(i64::MAX / 2)
}

impl Clock {
    pub fn following(source: Time) -> Self {
        Self { source, advanced_ms: AtomicI64::new(0), signature_skew_s: AtomicI64::new(0) }
    }

    /// Unix seconds, the unit of the Stripe API.
    pub fn now_s(&self) -> i64 {
        self.now_ms() / 1000
    }

    /// Unix milliseconds, for what comes to pass within a second.
    pub fn now_ms(&self) -> i64 {
        (self.source)().saturating_add(self.advanced_ms.load(Ordering::Relaxed))
    }

    pub fn advance(&self, by_ms: i64) {
        self.advanced_ms.fetch_add(by_ms.max(0), Ordering::Relaxed);
    }

    /// Makes the time in signatures wrong by this much.
    pub fn skew_signatures(&self, by_s: i64) {
        self.signature_skew_s.store(by_s, Ordering::Relaxed);
    }

    pub fn signature_s(&self) -> i64 {
        self.now_s().saturating_add(self.signature_skew_s.load(Ordering::Relaxed))
    }
}

/// "2026-11-21T09:30:00Z", as PayPal writes times.
pub fn rfc3339(at_s: i64) -> String {
    let (year, month, day) = civil(at_s);
    let second = at_s.rem_euclid(86_400);
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", second / 3600, second / 60 % 60, second % 60)
}

/// Year, month and day of a Unix second.
pub fn civil(at_s: i64) -> (i64, i64, i64) {
    let z = at_s.div_euclid(86_400) + 719_468;
    let era = z.div_euclid(146_097);
    let day_of_era = z - era * 146_097;
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day_of_year - (153 * shifted + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use super::rfc3339;

    #[test]
    fn times_are_written_for_programs() {
        assert_eq!(rfc3339(0), "1970-01-01T00:00:00Z");
        assert_eq!(rfc3339(951_827_696), "2000-02-29T12:34:56Z");
        assert_eq!(rfc3339(1_798_761_599), "2026-12-31T23:59:59Z");
    }
}
