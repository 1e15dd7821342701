//! Everything behind the routes: the state with its lock, and the one way in.

use std::sync::{Mutex, PoisonError};

use tokio::sync::mpsc;

use crate::Config;
use crate::api::{Call, Reply};
use crate::clock::Clock;
use crate::idempotency::Known;
use crate::journal::Journal;
use crate::mood::{Moods, Route};
use crate::outage::Outage;
use crate::rate_limit::Buckets;
use crate::state::State;
use crate::webhook::{Posting, Telling};

pub struct Gateway {
    pub config: Config,
    pub base: String,
    pub clock: Clock,
    pub moods: Moods,
    pub outage: Outage,
    pub buckets: Option<Buckets>,
    pub inner: Mutex<(State, Option<Journal>)>,
    /// Deliveries that were accepted: noted with the next call, so that they do not queue for the state's lock.
    pub accepted: Mutex<Vec<u64>>,
    /// Posts webhooks; absent where somebody fetches them.
    pub client: Option<reqwest::Client>,
    pub postings: mpsc::UnboundedSender<Vec<Posting>>,
}

impl Gateway {
    /// Runs `f` under the lock, after what has become due; what it changed is in the journal, and what happened on
    /// its way, when this returns.
    pub fn with_state<T>(&self, f: impl FnOnce(&mut State, i64) -> T) -> T {
        self.with_state_telling(None, f)
    }

    /// `telling` is let go of once everybody was told, once, of what happened in `f`.
    pub fn with_state_telling<T>(&self, telling: Option<&Telling>, f: impl FnOnce(&mut State, i64) -> T) -> T {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let (state, journal) = &mut *inner;
        state.now_ms = self.clock.now_ms();
        let accepted = std::mem::take(&mut *self.accepted.lock().unwrap_or_else(PoisonError::into_inner));
        for number in accepted {
            state.delivered(number);
        }
        state.tick();
        let result = f(state, state.now_ms / 1000);
        let batches = self.route(state, telling);
        match journal {
            Some(journal) if !state.changes.is_empty() => journal.append(&state.changes),
            _ => {}
        }
        state.changes.clear();
        for batch in batches {
            // Fails only while shutting down.
            let _ = self.postings.send(batch);
        }
        result
    }

    /// What has to be posted now, as the moods will have it; a batch is posted one after the other.
    fn route(&self, state: &mut State, telling: Option<&Telling>) -> Vec<Vec<Posting>> {
        let mut batches = Vec::new();
        for number in std::mem::take(&mut state.fresh) {
            let Some(posting) = Posting::of(state, number, telling) else { continue };
            let metadata = posting.news.metadata(state);
            match self.moods.for_delivery(posting.news.kind(), metadata.as_deref(), number, state.now_ms) {
                None => batches.push(vec![posting]),
                Some(Route::Copies(copies)) => batches.push(vec![Posting { copies, ..posting }]),
                Some(Route::Delayed(by_ms)) => state.postpone(number, by_ms),
                Some(Route::Withheld) => state.withhold(number),
                Some(Route::Held) => {}
                Some(Route::Sequence(numbers)) => {
                    batches.push(numbers.into_iter().filter_map(|it| Posting::of(state, it, telling)).collect());
                }
            }
        }
        let again = std::mem::take(&mut state.again);
        batches.extend(again.into_iter().filter_map(|it| Posting::of(state, it, None)).map(|posting| vec![posting]));
        batches
    }

    /// Forgets all moods and ends an outage; what was held back goes out.
    pub fn clear_moods(&self) {
        self.outage.end();
        let held = self.moods.clear();
        self.with_state(|state, _| state.again.extend(held));
    }

    /// Marks the call's key as under way; the reply, when there is one already.
    pub fn begin(&self, call: &Call) -> Result<(), Reply> {
        let Some(key) = &call.key else { return Ok(()) };
        self.with_state(|state, _| match state.keys.look_up(key, &call.fingerprint) {
            Known::New => {
                state.keys.begin(key);
                Ok(())
            }
            Known::Replay { status, body } => Err(Reply::replayed(status, body)),
            Known::Refused(error) => Err(error.into()),
        })
    }
}
