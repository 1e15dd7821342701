//! Faults on demand: for chosen calls and events, the sandbox misbehaves in one chosen way. The names in the
//! comments (G1 to G28) are those of the reliability plan's table of gateway moods.
//!
//! ```text
//! answer    what the caller gets to see        {"operation": "refunds.create", "mood": "truncated"}
//! payment   what becomes of the money          {"operation": "payment_intents.confirm", "mood": "wrong_sum", "amount": 1}
//! webhook   how and when events are told       {"event": "charge.*", "mood": "repeated", "copies": 5}
//! ```
//! Rules are looked through in the order in which they were set, so rules for one operation follow one another.
//! With no rule set, a call pays for one atomic read. Elsewhere: G1 as a refused connection and G27 are `outage`; G22,
//! G25 and events in any order are asked for (`control`); G28 is the skew of `clock`.

mod answer;
mod called;
mod payment;
mod rule;
mod webhook;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

pub use self::answer::{AnswerMood, answer_other};
pub use self::called::Called;
pub use self::payment::PaymentMood;
pub use self::rule::{Mood, Rule, is_kind};
pub use self::webhook::{Route, WebhookMood};

use self::rule::Active;
use crate::form::Metadata;

/// Lists of rules in the order in which they were set. Calls and events have lists of their own: events are looked up
/// with the state locked, calls before that.
#[derive(Default)]
pub struct Moods {
    calls: List,
    events: List,
}

#[derive(Default)]
struct List {
    any: AtomicBool,
    rules: Mutex<Vec<Active>>,
}

impl List {
    fn is_empty(&self) -> bool {
        !self.any.load(Ordering::Acquire)
    }

    /// Runs `f` over the rules, and then forgets those that are over.
    fn with<T>(&self, f: impl FnOnce(&mut Vec<Active>) -> T) -> T {
        let mut rules = self.rules.lock().unwrap_or_else(PoisonError::into_inner);
        let result = f(&mut rules);
        self.any.store(!rules.is_empty(), Ordering::Release);
        result
    }

    fn take<T>(
        &self,
        now_ms: i64,
        metadata: Option<&Metadata>,
        wanted: impl Fn(&Active) -> bool,
        act: impl FnOnce(&mut Active) -> Option<T>,
    ) -> Option<T> {
        self.with(|rules| {
            rules.retain(|rule| !rule.is_over(now_ms));
            let at = rules.iter_mut().position(|rule| wanted(rule) && rule.matches(metadata) && rule.rolls())?;
            let done = act(&mut rules[at]);
            rules[at].spend();
            rules.retain(|rule| !rule.is_over(now_ms));
            done
        })
    }
}

impl Moods {
    /// Adds a rule; the words say what is wrong with it.
    pub fn set(&self, rule: Rule, now_ms: i64) -> Result<(), String> {
        let list = if rule.event.is_some() { &self.events } else { &self.calls };
        let active = Active::new(rule, now_ms)?;
        list.with(|rules| rules.push(active));
        Ok(())
    }

    /// Forgets all rules; the deliveries that some of them still held back.
    pub fn clear(&self) -> Vec<u64> {
        self.calls.with(Vec::clear);
        self.events.with(|rules| rules.drain(..).flat_map(|rule| rule.held).collect())
    }

    /// What is still to come, as it was set, with what is left of it.
    pub fn list(&self, now_ms: i64) -> Vec<serde_json::Value> {
        [&self.calls, &self.events]
            .into_iter()
            .flat_map(|list| list.with(|rules| rules.iter().map(|rule| rule.show(now_ms)).collect::<Vec<_>>()))
            .collect()
    }

    /// Whether a rule for this operation asks what the call is about.
    pub fn asks_about(&self, operation: impl Into<Called>) -> bool {
        let operation = operation.into();
        !self.calls.is_empty() && self.calls.with(|rules| rules.iter().any(|rule| rule.asks_about(operation)))
    }

    /// The mood for this call, used up by one.
    pub fn for_call(&self, operation: impl Into<Called>, metadata: Option<&Metadata>, now_ms: i64) -> Option<Mood> {
        let operation = operation.into();
        if self.calls.is_empty() {
            return None;
        }
        self.calls.take(now_ms, metadata, |rule| rule.is_for(operation), |rule| Some(rule.rule.mood.clone()))
    }

    /// The mood for this delivery, used up by one.
    pub fn for_delivery(&self, kind: &str, metadata: Option<&Metadata>, number: u64, now_ms: i64) -> Option<Route> {
        if self.events.is_empty() {
            return None;
        }
        self.events.take(now_ms, metadata, |rule| rule.is_for_event(kind), |rule| rule.route(number))
    }
}
