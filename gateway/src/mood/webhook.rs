//! Moods of webhooks: how and when events are told. What is held back can always be sent on demand.

use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use serde::{Deserialize, Serialize};

/// At most so many at once.
const COPIES_MAX: usize = 20;
const SHUFFLED_MAX: usize = 100;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "mood", rename_all = "snake_case")]
pub enum WebhookMood {
    /// G17: so many times, all at once.
    Repeated { copies: usize },
    /// G18: the next `count` deliveries wait for one another and then go out one after the other, in the given order
    /// (`[2, 0, 1]`: the third comes first) or one that the rule's seed decides.
    Shuffled {
        count: usize,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        order: Vec<usize>,
    },
    /// G20: by so many milliseconds of the sandbox's clock.
    Delayed { ms: i64 },
    /// G21: not at all; the list of events has it.
    Withheld,
}

/// What becomes of a delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    Copies(usize),
    Delayed(i64),
    Withheld,
    /// It waits for others.
    Held,
    /// One after the other.
    Sequence(Vec<u64>),
}

impl WebhookMood {
    pub fn check(&self) -> Result<(), String> {
        match self {
            Self::Repeated { copies } if !(1..=COPIES_MAX).contains(copies) => {
                Err(format!("`copies` must be from 1 to {COPIES_MAX}"))
            }
            Self::Shuffled { count, .. } if !(1..=SHUFFLED_MAX).contains(count) => {
                Err(format!("`count` must be from 1 to {SHUFFLED_MAX}"))
            }
            Self::Shuffled { count, order } if !order.is_empty() => {
                let mut sorted = order.clone();
                sorted.sort_unstable();
                if sorted.into_iter().eq(0..*count) {
                    Ok(())
                } else {
                    Err("`order` must name each place once".to_owned())
                }
            }
            Self::Delayed { ms } if *ms < 1 => Err("`ms` must be at least 1".to_owned()),
            _ => Ok(()),
        }
    }

    /// `held` are those that came before and wait.
    pub fn route(&self, number: u64, held: &mut Vec<u64>, dice: &mut StdRng) -> Route {
        match self {
            Self::Repeated { copies } => Route::Copies(*copies),
            Self::Delayed { ms } => Route::Delayed(*ms),
            Self::Withheld => Route::Withheld,
            Self::Shuffled { count, order } => {
                held.push(number);
                if held.len() < *count {
                    return Route::Held;
                }
                let mut together = std::mem::take(held);
                if order.is_empty() {
                    together.shuffle(dice);
                } else {
                    together = order.iter().filter_map(|at| together.get(*at)).copied().collect();
                }
                Route::Sequence(together)
            }
        }
    }
}
