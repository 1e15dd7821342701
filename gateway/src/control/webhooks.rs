//! Webhooks on demand: what was not delivered, known events again in any order, and forged ones that no shop should
//! act on.

use std::sync::Arc;

use axum::Json;
use axum::extract::State as Shared;
use bytes::Bytes;
use futures_util::future::join_all;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Refusal, refuse};
use crate::gateway::Gateway;
use crate::id;
use crate::view::{API_VERSION, IntentView};
use crate::webhook::{News, is_success, post_signed};

const COPIES_MAX: usize = 20;

/// What endpoints were not told yet, oldest first: pending, withheld by a mood, or given up.
pub async fn undelivered(Shared(gateway): Shared<Arc<Gateway>>) -> Json<Value> {
    let deliveries = gateway.with_state(|state, _| {
        let show = |delivery: &Arc<crate::state::Delivery>| {
            let news = state.posting(delivery.number);
            json!({
                "event": delivery.event, "type": news.as_ref().map_or("", News::kind), "endpoint": delivery.endpoint, "tries": delivery.tries,
                "next_at_ms": delivery.next_at_ms, "progress": delivery.progress,
            })
        };
        state.deliveries.values().map(show).collect::<Vec<_>>()
    });
    Json(json!({"undelivered": deliveries}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Again {
    /// Their ids, in the order in which they are to arrive.
    events: Vec<String>,
    /// All at once instead of one after the other.
    #[serde(default)]
    parallel: bool,
    #[serde(default = "one")]
    copies: usize,
}

fn one() -> usize {
    1
}

/// Sends events, told before or not, to everyone who wants them; what each answered.
pub async fn deliver(Shared(gateway): Shared<Arc<Gateway>>, Json(again): Json<Again>) -> Result<Json<Value>, Refusal> {
    if !(1..=COPIES_MAX).contains(&again.copies) {
        return Err(refuse(format!("`copies` must be from 1 to {COPIES_MAX}")));
    }
    let mut all = Vec::new();
    for event in &again.events {
        for _ in 0..again.copies {
            let news = gateway.with_state(|state, _| state.knows(event).then(|| state.news(event)));
            all.extend(news.ok_or_else(|| refuse(format!("there is no event {event}")))?);
        }
    }
    let mut answers = Vec::new();
    if again.parallel {
        answers = join_all(all.iter().map(|news| send(&gateway, news))).await;
    } else {
        for news in &all {
            answers.push(send(&gateway, news).await);
        }
    }
    Ok(Json(json!({"answers": answers})))
}

async fn send(gateway: &Gateway, news: &News) -> Value {
    let status = news.post(gateway).await;
    if is_success(status) {
        gateway.with_state(|state, _| state.told(news.event(), news.endpoint()));
    }
    json!({"event": news.event(), "endpoint": news.endpoint(), "status": status})
}

/// G22: signed with the right secret, and about nothing that is the shop's business.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Forgery {
    /// About a payment that does not exist.
    UnknownIntent,
    /// From live mode.
    LiveMode,
    /// Of another account.
    OtherAccount,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Forged {
    kind: Forgery,
    /// The payment that it claims to be about.
    intent: Option<String>,
    #[serde(rename = "type", default = "succeeded")]
    event_type: String,
}

fn succeeded() -> String {
    "payment_intent.succeeded".to_owned()
}

/// Makes an event up, which no list of events has, and sends it to everyone who wants its type.
pub async fn forge(Shared(gateway): Shared<Arc<Gateway>>, Json(forged): Json<Forged>) -> Result<Json<Value>, Refusal> {
    let live = forged.kind == Forgery::LiveMode;
    let made = gateway.with_state(|state, now| {
        let known = match &forged.intent {
            Some(id) => Some(Arc::clone(state.intent(id).map_err(|error| refuse(error.message))?)),
            None => None,
        };
        let mut object = match known {
            Some(intent) => json!(IntentView { intent: &intent, expand: false, base: "" }),
            None => {
                json!({"object": "payment_intent", "amount": 1999, "currency": "eur", "created": now, "metadata": {}})
            }
        };
        if forged.kind == Forgery::UnknownIntent || forged.intent.is_none() {
            object["id"] = json!(id::new("pi_"));
        }
        object["status"] = json!("succeeded");
        object["livemode"] = json!(live);
        let mut event = json!({
            "id": id::new("evt_"), "object": "event", "api_version": API_VERSION, "created": now,
            "data": {"object": object}, "livemode": live, "pending_webhooks": 1,
            "request": {"id": null, "idempotency_key": null}, "type": forged.event_type,
        });
        if forged.kind == Forgery::OtherAccount {
            event["account"] = json!(id::new("acct_"));
        }
        let endpoints: Vec<_> =
            state.endpoints.iter().filter(|it| it.wants(&forged.event_type)).map(Arc::clone).collect();
        Ok::<_, Refusal>((event, endpoints))
    });
    let (event, endpoints) = made?;
    let bytes = Bytes::from(event.to_string());
    let answers = join_all(endpoints.iter().map(|endpoint| post_signed(&gateway, endpoint, bytes.clone()))).await;
    Ok(Json(json!({"event": event, "answers": answers})))
}
