//! To whom a mood applies, and how often.

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::webhook::Route;
use super::{AnswerMood, Called, PaymentMood, WebhookMood};
use crate::api::Operation;
use crate::card;
use crate::form::Metadata;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Mood {
    Answer(AnswerMood),
    Payment(PaymentMood),
    Webhook(WebhookMood),
}

/// A mood for calls or for events, as tests set it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Rule {
    /// The name of an operation, or `*` for any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// An event's type, `charge.*` for every type under it, or `*`; only for moods of webhooks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// How often. Absent: once, or while `for_ms`, `chance` or `always` says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub times: Option<u64>,
    /// Until it is cleared.
    #[serde(default)]
    pub always: bool,
    /// For so many milliseconds of the sandbox's clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub for_ms: Option<i64>,
    /// Only what is about a payment, page or refund whose metadata has these values.
    #[serde(default, rename = "match", skip_serializing_if = "Metadata::is_empty")]
    pub matching: Metadata,
    /// How likely it is each time, above 0 and up to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chance: Option<f64>,
    /// The same seed rolls the same again.
    #[serde(default)]
    pub seed: u64,
    #[serde(flatten)]
    pub mood: Mood,
}

impl Rule {
    /// Reads an order; a field that its mood does not have is refused, because a misspelt one must not pass in silence.
    pub fn read(order: Value) -> Result<Self, String> {
        let rule: Self = serde_json::from_value(order.clone()).map_err(|error| error.to_string())?;
        let understood = json!(rule);
        for (name, value) in order.as_object().into_iter().flatten() {
            let says_nothing = value.is_null() || *value == json!({}) || *value == json!([]);
            if understood.get(name).is_none() && !says_nothing {
                return Err(format!("this mood has no field {name}"));
            }
        }
        Ok(rule)
    }
}

/// A rule that is set, and what is left of it.
pub struct Active {
    pub rule: Rule,
    left: u64,
    until_ms: Option<i64>,
    dice: StdRng,
    /// Deliveries that wait for others to be shuffled with.
    pub held: Vec<u64>,
}

impl Active {
    pub fn new(rule: Rule, now_ms: i64) -> Result<Self, String> {
        match (&rule.operation, &rule.event, &rule.mood) {
            (None, Some(_), Mood::Webhook(mood)) => mood.check()?,
            (Some(name), None, Mood::Answer(_) | Mood::Payment(_)) => {
                check_operation(name, &rule.mood, !rule.matching.is_empty())?;
            }
            _ => return Err("a mood of webhooks needs `event`, every other mood needs `operation`".to_owned()),
        }
        if rule.chance.is_some_and(|chance| !(chance > 0.0 && chance <= 1.0)) {
            return Err("`chance` must be above 0 and up to 1".to_owned());
        }
        if matches!(rule.mood, Mood::Webhook(WebhookMood::Shuffled { .. })) && rule.for_ms.is_some() {
            return Err("what is shuffled waits for its count, not for a time".to_owned());
        }
        if rule.times == Some(0) || rule.for_ms.is_some_and(|ms| ms < 1) {
            return Err("`times` and `for_ms` must be at least 1".to_owned());
        }
        let unbounded = rule.always || rule.for_ms.is_some() || rule.chance.is_some();
        let left = rule.times.unwrap_or(if unbounded { u64::MAX } else { 1 });
        let until_ms = rule.for_ms.map(|ms| now_ms.saturating_add(ms));
        let dice = StdRng::seed_from_u64(rule.seed);
        Ok(Self { rule, left, until_ms, dice, held: Vec::new() })
    }

    pub fn is_over(&self, now_ms: i64) -> bool {
        self.left == 0 || self.until_ms.is_some_and(|until| until <= now_ms)
    }

    pub fn is_for(&self, operation: Called) -> bool {
        let named = self.rule.operation.as_deref().is_some_and(|name| name == "*" || name == operation.name());
        named && self.rule.mood.fits(operation)
    }

    pub fn is_for_event(&self, kind: &str) -> bool {
        self.rule.event.as_deref().is_some_and(|pattern| is_kind(pattern, kind))
    }

    pub fn asks_about(&self, operation: Called) -> bool {
        !self.rule.matching.is_empty() && self.is_for(operation)
    }

    pub fn matches(&self, metadata: Option<&Metadata>) -> bool {
        self.rule.matching.iter().all(|(key, value)| metadata.and_then(|it| it.get(key)) == Some(value))
    }

    /// Whether it happens this time.
    pub fn rolls(&mut self) -> bool {
        self.rule.chance.is_none_or(|chance| self.dice.random_bool(chance))
    }

    /// Uses it up by one; webhooks that are shuffled count by the batch.
    pub fn spend(&mut self) {
        if self.held.is_empty() && self.left != u64::MAX {
            self.left -= 1;
        }
    }

    /// What to do with a delivery.
    pub fn route(&mut self, number: u64) -> Option<Route> {
        match &self.rule.mood {
            Mood::Webhook(mood) => Some(mood.route(number, &mut self.held, &mut self.dice)),
            Mood::Answer(_) | Mood::Payment(_) => None,
        }
    }

    pub fn show(&self, now_ms: i64) -> Value {
        let mut shown = json!(self.rule);
        if self.left != u64::MAX {
            shown["times"] = json!(self.left);
        }
        if let Some(until_ms) = self.until_ms {
            shown["for_ms"] = json!((until_ms - now_ms).max(0));
        }
        shown
    }
}

impl Mood {
    fn fits(&self, operation: Called) -> bool {
        match (self, operation) {
            // The sandbox's own pages always answer; what they pay for may go wrong.
            (Self::Answer(_), Called::Stripe(operation)) => {
                !matches!(operation, Operation::PayPage | Operation::PayElement)
            }
            (Self::Answer(mood), Called::Paypal(_) | Called::Razorpay(_)) => mood.suits_every_api(),
            (Self::Payment(mood), Called::Stripe(operation)) => mood.fits(operation),
            (Self::Payment(_), Called::Paypal(_) | Called::Razorpay(_)) | (Self::Webhook(_), _) => false,
        }
    }
}

fn check_operation(name: &str, mood: &Mood, matches: bool) -> Result<(), String> {
    let known: Vec<_> = Called::all().filter(|it| name == "*" || it.name() == name).collect();
    if known.is_empty() {
        return Err(format!("there is no operation {name}"));
    }
    if matches && !known.iter().any(|it| matches!(it, Called::Stripe(_))) {
        return Err("`match` is for operations of the Stripe API and for events".to_owned());
    }
    match mood {
        Mood::Answer(AnswerMood::Declined { code }) if !card::is_decline(code) => {
            return Err(format!("there is no decline {code}"));
        }
        Mood::Payment(mood) => mood.check()?,
        Mood::Answer(_) | Mood::Webhook(_) => {}
    }
    if known.into_iter().any(|it| mood.fits(it)) { Ok(()) } else { Err(format!("this mood does not fit {name}")) }
}

/// As in the API: `charge.*` means every type under it.
pub fn is_kind(pattern: &str, kind: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(prefix) => kind.starts_with(prefix),
        None => kind == pattern,
    }
}
