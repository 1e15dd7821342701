//! Many people at one moment, and what they were told.

use futures_util::future::join_all;
use reqwest::RequestBuilder;
use serde_json::Value;
use shop::invariant::client::Told;
use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::Barrier;

const KNOCK_AGAIN: Duration = Duration::from_millis(100);

/// Starts everybody at the same moment and waits for all.
pub async fn rush<T, F>(people: impl IntoIterator<Item = F>) -> Vec<T>
where
    F: Future<Output = T>,
{
    let people: Vec<F> = people.into_iter().collect();
    let barrier = Arc::new(Barrier::new(people.len()));
    let people = people.into_iter().map(|person| {
        let barrier = Arc::clone(&barrier);
        async move {
            barrier.wait().await;
            person.await
        }
    });
    join_all(people).await
}

/// What somebody was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    pub code: String,
    pub body: Value,
}

impl Answer {
    /// The answer to a request. No 5xx but 503 is ever right, so anything else ends the race here.
    pub async fn to(request: RequestBuilder) -> Self {
        let answer = loop {
            match request.try_clone().expect("a body that is there at once").send().await {
                // The machine takes only so many new connections at a moment; a browser knocks again, too.
                Err(error) if error.is_connect() => tokio::time::sleep(KNOCK_AGAIN).await,
                answer => break answer.expect("the shop answers"),
            }
        };
        let status = answer.status().as_u16();
        let text = answer.text().await.expect("the answer is whole");
        assert!(status < 500 || status == 503, "{status}: {text}");
        let body: Value = serde_json::from_str(&text).unwrap_or(Value::Null);
        Self { status, code: body["code"].as_str().unwrap_or_default().to_owned(), body }
    }

    /// Whether the same request may be answered differently in a moment.
    pub fn asks_to_come_again(&self) -> bool {
        matches!(self.status, 202 | 503) || self.code == "in_progress"
    }

    pub fn is(&self, status: u16, code: &str) -> bool {
        self.status == status && self.code == code
    }

    pub fn is_order(&self) -> bool {
        self.status == 201
    }
}

/// How many of them.
pub fn count(answers: &[Answer], wanted: impl Fn(&Answer) -> bool) -> usize {
    answers.iter().filter(|answer| wanted(answer)).count()
}

/// Every answer, in the order in which they came.
#[derive(Default)]
pub struct Log(Mutex<Vec<Told>>);

impl Log {
    pub fn write(&self, key: &str, answer: &Answer) {
        let number = answer.body["order_number"].as_str().map(str::to_owned);
        let is_final = matches!(answer.status, 201 | 402) || answer.is(409, "checkout_expired");
        let told = Told { key: key.to_owned(), status: answer.status, is_final, number, body: answer.body.to_string() };
        self.0.lock().unwrap().push(told);
    }

    pub fn told(&self) -> Vec<Told> {
        self.0.lock().unwrap().clone()
    }
}
