//! How many calls a second a provider allows, in all and at each of its endpoints.
//!
//! A bucket is written as a clock: when the next call would go out if calls came evenly (the theoretical arrival time
//! of the generic cell rate algorithm, ITU-T I.371).

use std::collections::HashMap;
use std::str::FromStr;
use std::time::Duration;

use tokio::time::Instant;

/// How far calls may run ahead of their even pace: a quarter of a second's worth may go out at once.
const BURST: Duration = Duration::from_millis(250);
/// Being told to slow down without being told for how long; doubled each time it was too short.
const SLOW_DOWN: Duration = Duration::from_secs(1);
/// Nobody is left alone for longer than this, whatever is asked for.
const SLOW_DOWN_MAX: Duration = Duration::from_secs(30);

/// Calls a second; 0 for no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RateLimit {
    pub per_second: u32,
    /// At each endpoint of the provider.
    pub per_endpoint: u32,
}

impl RateLimit {
    pub const NONE: Self = Self::of_all(0);

    /// Without a limit for each endpoint.
    pub const fn of_all(per_second: u32) -> Self {
        Self { per_second, per_endpoint: 0 }
    }
}

impl FromStr for RateLimit {
    type Err = String;

    /// `100/25`, or `100` without a limit for each endpoint.
    fn from_str(text: &str) -> Result<Self, String> {
        let (all, each) = text.split_once('/').unwrap_or((text, "0"));
        match (all.parse(), each.parse()) {
            (Ok(per_second), Ok(per_endpoint)) => Ok(Self { per_second, per_endpoint }),
            _ => Err("write it as 100/25: calls a second in all and at each endpoint; 0 for no limit".to_owned()),
        }
    }
}

pub(super) struct Buckets {
    limit: RateLimit,
    all: Option<Instant>,
    /// By endpoint; a handful of them.
    each: HashMap<&'static str, Instant>,
    /// Until when the provider wants to be left alone, and how long that was.
    slowed: Option<(Instant, Duration)>,
}

impl Buckets {
    pub fn new(limit: RateLimit) -> Self {
        Self { limit, all: None, each: HashMap::new(), slowed: None }
    }

    /// When the call may go out, and takes its turn; `None` when that is after `deadline`.
    pub fn turn(&mut self, endpoint: &'static str, now: Instant, deadline: Instant) -> Option<Instant> {
        let RateLimit { per_second, per_endpoint } = self.limit;
        let early = |pace: Option<Instant>| pace.and_then(|next| next.checked_sub(BURST)).unwrap_or(now);
        let mut turn = self.opens(now).max(now).max(early(self.all));
        if per_endpoint > 0 {
            turn = turn.max(early(self.each.get(endpoint).copied()));
        }
        if turn > deadline {
            return None;
        }
        if per_second > 0 {
            self.all = Some(next(self.all, turn, per_second));
        }
        if per_endpoint > 0 {
            let pace = next(self.each.get(endpoint).copied(), turn, per_endpoint);
            self.each.insert(endpoint, pace);
        }
        Some(turn)
    }

    /// When the provider may be called again; in the past when it did not ask to be left alone.
    pub fn opens(&self, now: Instant) -> Instant {
        self.slowed.map_or(now, |(until, _)| until)
    }

    /// The provider asks for fewer calls.
    pub fn slow_down(&mut self, pause: Option<Duration>, now: Instant) {
        let pause = match (pause, self.slowed) {
            (Some(pause), _) => pause,
            // Of those that were sent together, one counts.
            (None, Some((until, _))) if until > now => return,
            (None, Some((_, last))) => last * 2,
            (None, None) => SLOW_DOWN,
        };
        let pause = pause.min(SLOW_DOWN_MAX);
        let until = self.opens(now).max(now + pause);
        self.slowed = Some((until, pause));
    }

    /// The provider has taken a call: once it need not be left alone any more, that was long enough.
    pub fn answered(&mut self, now: Instant) {
        self.slowed = self.slowed.filter(|(until, _)| *until > now);
    }
}

fn next(pace: Option<Instant>, turn: Instant, rate: u32) -> Instant {
    pace.map_or(turn, |pace| pace.max(turn)) + Duration::from_secs(1) / rate
}

#[cfg(test)]
mod tests {
    use super::*;

    const FAR: Duration = Duration::from_hours(1);

    #[test]
    fn calls_keep_to_the_pace_of_all_and_of_their_endpoint() {
        let now = Instant::now();
        let mut buckets = Buckets::new(RateLimit { per_second: 20, per_endpoint: 10 });
        let mut turn = |endpoint| (buckets.turn(endpoint, now, now + FAR).unwrap() - now).as_millis();
        // A quarter of a second's worth and the one that comes just then; after that, evenly.
        assert_eq!([turn("a"), turn("a"), turn("a"), turn("a"), turn("a")], [0, 0, 0, 50, 150]);
        // The other endpoint has its own pace and shares that of all.
        assert_eq!([turn("b"), turn("b"), turn("b")], [0, 50, 100]);
    }

    #[test]
    fn in_no_second_are_there_many_more_calls_than_allowed() {
        let start = Instant::now();
        let mut buckets = Buckets::new(RateLimit { per_second: 100, per_endpoint: 0 });
        let mut turns = Vec::new();
        for ms in 0..5_000 {
            let now = start + Duration::from_millis(ms);
            turns.extend(buckets.turn("a", now, now));
        }
        let busiest = turns
            .iter()
            .map(|from| turns.iter().filter(|it| (*from..*from + Duration::from_secs(1)).contains(it)).count());
        let busiest = busiest.max().unwrap();
        assert!((100..=126).contains(&busiest), "{busiest}");
        assert!((500..=526).contains(&turns.len()), "{}", turns.len());
    }

    #[test]
    fn whoever_cannot_wait_takes_no_turn() {
        let now = Instant::now();
        let mut buckets = Buckets::new(RateLimit { per_second: 1, per_endpoint: 0 });
        assert_eq!(buckets.turn("a", now, now), Some(now));
        for _ in 0..100 {
            assert_eq!(buckets.turn("a", now, now + Duration::from_millis(500)), None);
        }
        assert!(buckets.turn("a", now, now + Duration::from_secs(1)).is_some());
    }

    #[test]
    fn without_a_limit_everybody_goes_at_once() {
        let now = Instant::now();
        let mut buckets = Buckets::new(RateLimit::NONE);
        assert!((0..10_000).all(|_| buckets.turn("a", now, now) == Some(now)));
    }

    #[test]
    fn being_told_to_slow_down_is_obeyed_for_as_long_as_it_takes() {
        let mut now = Instant::now();
        let mut buckets = Buckets::new(RateLimit::NONE);
        buckets.slow_down(Some(Duration::from_secs(7)), now);
        assert_eq!(buckets.turn("a", now, now + FAR), Some(now + Duration::from_secs(7)));
        // A shorter one changes nothing, an endless one is not believed.
        buckets.slow_down(Some(Duration::from_secs(1)), now);
        assert_eq!(buckets.opens(now), now + Duration::from_secs(7));
        buckets.slow_down(Some(FAR), now);
        assert_eq!(buckets.opens(now), now + SLOW_DOWN_MAX);
        now += SLOW_DOWN_MAX;
        buckets.answered(now);
        let mut pauses = Vec::new();
        for _ in 0..6 {
            // Many at a time are one.
            (0..32).for_each(|_| buckets.slow_down(None, now));
            pauses.push((buckets.opens(now) - now).as_secs());
            now = buckets.opens(now);
        }
        assert_eq!(pauses, [1, 2, 4, 8, 16, 30]);
        buckets.answered(now);
        buckets.slow_down(None, now);
        assert_eq!(buckets.opens(now), now + SLOW_DOWN);
    }

    #[test]
    fn a_limit_is_one_number_or_two() {
        assert_eq!("100/25".parse(), Ok(RateLimit { per_second: 100, per_endpoint: 25 }));
        assert_eq!("30".parse(), Ok(RateLimit { per_second: 30, per_endpoint: 0 }));
        assert_eq!("0".parse(), Ok(RateLimit::NONE));
        for wrong in ["", "/", "100/", "a/b", "-1", "1/2/3"] {
            assert!(wrong.parse::<RateLimit>().is_err(), "{wrong}");
        }
    }
}
