//! What goes wrong in a seed, and how often: each has its own mix of the gateway's moods and of the network's.

use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use serde_json::{Value, json};

/// How likely the network and the machine fail, for each call or step.
#[derive(Clone, Copy, Debug, Default)]
pub struct Odds {
    pub refused: f64,
    /// The call is lost on its way there.
    pub lost_there: f64,
    /// It arrives long after its caller has given up.
    pub late: f64,
    /// The answer is lost.
    pub lost_back: f64,
    /// A webhook comes to nothing.
    pub webhook_lost: f64,
    pub mail_fails: f64,
    /// A task stands still for longer than any lease.
    pub paused: f64,
    /// A browser that does not wait for the answer.
    pub impatient: f64,
}

impl Odds {
    pub fn draw(dice: &mut StdRng) -> Self {
        let mut one = |of: &[f64]| of.choose(dice).copied().unwrap_or_default();
        Self {
            refused: one(&[0.0, 0.0, 0.01, 0.04]),
            lost_there: one(&[0.0, 0.0, 0.01, 0.03]),
            late: one(&[0.0, 0.0, 0.01, 0.03]),
            lost_back: one(&[0.0, 0.0, 0.02, 0.05]),
            webhook_lost: one(&[0.0, 0.05, 0.3, 0.8]),
            mail_fails: one(&[0.0, 0.1]),
            paused: one(&[0.0, 0.0, 0.004, 0.01]),
            impatient: one(&[0.0, 0.1, 0.3]),
        }
    }
}

/// Moods of the gateway (`RELIABILITY.md` 3.3), each with its own small chance while the storm lasts.
pub fn moods(dice: &mut StdRng) -> Vec<Value> {
    let mut rules = Vec::new();
    for mut rule in answers(dice).into_iter().chain(payments(dice)).chain(webhooks(dice)) {
        // Few at a time: what they come to together is for other seeds.
        if dice.random_bool(0.25) {
            rule["chance"] = json!(*[0.02, 0.05, 0.12].choose(dice).unwrap_or(&0.05));
            rule["seed"] = json!(dice.random::<u32>());
            rules.push(rule);
        }
    }
    rules
}

fn answers(dice: &mut StdRng) -> Vec<Value> {
    let processed = dice.random_bool(0.5);
    let any = |mood: Value| {
        let mut rule = mood;
        rule["operation"] = json!("*");
        rule
    };
    vec![
        any(json!({ "mood": "reset" })),
        any(json!({ "mood": "timeout_before" })),
        any(json!({ "mood": "timeout_after" })),
        any(json!({ "mood": "truncated" })),
        any(json!({ "mood": "reset_after_headers" })),
        any(json!({ "mood": "status_500_uncached" })),
        any(json!({ "mood": "status_500_cached", "processed": processed })),
        any(json!({ "mood": "html" })),
        any(json!({ "mood": "error_with_200", "processed": processed })),
        any(json!({ "mood": "in_flight" })),
        any(json!({ "mood": "rate_limited", "retry_after_s": if processed { Some(2) } else { None } })),
        any(json!({ "mood": "idempotency_mismatch" })),
        any(json!({ "mood": "webhooks_first" })),
        json!({ "operation": "payment_intents.capture", "mood": "declined" }),
    ]
}

fn payments(dice: &mut StdRng) -> Vec<Value> {
    let ms = *[100, 5_000, 120_000, 3_600_000].choose(dice).unwrap_or(&100);
    let declines = if dice.random_bool(0.5) { json!("generic_decline") } else { Value::Null };
    let card =
        |operation: &str, behaviour: Value| json!({ "operation": operation, "mood": "card", "behaviour": behaviour });
    vec![
        card("payment_intents.confirm", json!({ "processes": { "ms": ms, "declines": declines } })),
        card("payment_intents.confirm", json!({ "declines": "lost_card" })),
        card("payment_intents.confirm", json!({ "answers": { "after_ms": ms, "passes": declines.is_null() } })),
        card("pages.pay", json!({ "processes": { "ms": ms, "declines": declines } })),
        json!({ "operation": "payment_intents.capture", "mood": "lapsed_before" }),
        json!({ "operation": "payment_intents.confirm", "mood": "wrong_sum", "amount": 1 }),
        json!({ "operation": "payment_intents.cancel", "mood": "paid_meanwhile", "captured": declines.is_null() }),
        json!({ "operation": "checkout.sessions.expire", "mood": "paid_meanwhile" }),
        json!({ "operation": "refunds.create", "mood": "refund_pends", "ms": ms, "fails": !declines.is_null() }),
    ]
}

fn webhooks(dice: &mut StdRng) -> Vec<Value> {
    let ms = *[1_000, 60_000, 1_800_000].choose(dice).unwrap_or(&1_000);
    vec![
        json!({ "event": "*", "mood": "repeated", "copies": 3 }),
        json!({ "event": "*", "mood": "shuffled", "count": 5 }),
        json!({ "event": "*", "mood": "delayed", "ms": ms }),
        json!({ "event": "*", "mood": "withheld" }),
    ]
}
