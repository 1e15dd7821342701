//! Idempotency keys as Stripe keeps them: the same key and parameters give the first answer again, other
//! parameters are refused, a call still under way is a conflict; kept for 24 hours by the sandbox's clock.
//!
//! An answer is kept once the endpoint has begun its work, errors included. Refusals from before that (a bad
//! parameter, a missing key) are not, so the caller may mend the request and use the key again.

use std::collections::{HashMap, VecDeque};

use serde::{Deserialize, Serialize};

use crate::error::ApiError;

const KEPT_S: i64 = 24 * 3600;
const KEY_MAX: usize = 255;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Kept {
    pub key: String,
    pub fingerprint: [u8; 32],
    pub at: i64,
    pub status: u16,
    pub body: String,
}

impl Kept {
    pub fn is_fresh(&self, now: i64) -> bool {
        now - self.at <= KEPT_S
    }
}

enum Entry {
    UnderWay,
    Kept { fingerprint: [u8; 32], status: u16, body: bytes::Bytes },
}

#[derive(Default)]
pub struct Keys {
    entries: HashMap<String, Entry>,
    by_age: VecDeque<(i64, String)>,
}

/// What is known of a key.
pub enum Known {
    New,
    Replay { status: u16, body: bytes::Bytes },
    Refused(ApiError),
}

impl Keys {
    pub fn look_up(&self, key: &str, fingerprint: &[u8; 32]) -> Known {
        match self.entries.get(key) {
            None if key.len() > KEY_MAX => Known::Refused(ApiError::new(
                400,
                "invalid_request_error",
                format!("Idempotency keys are up to {KEY_MAX} characters long."),
            )),
            None => Known::New,
            Some(Entry::UnderWay) => Known::Refused(ApiError {
                code: Some("idempotency_key_in_use".into()),
                ..ApiError::new(
                    409,
                    "idempotency_error",
                    "There is currently another in-progress request using this Idempotent Key (that probably means you \
                     submitted twice, and the other request is still going through). Please try again later.",
                )
            }),
            Some(Entry::Kept { fingerprint: kept, .. }) if kept != fingerprint => Known::Refused(ApiError::new(
                400,
                "idempotency_error",
                "Keys for idempotent requests can only be used with the same parameters they were first used with. Try \
                 using a key other than the one you sent if you meant to execute a different request.",
            )),
            Some(Entry::Kept { status, body, .. }) => Known::Replay { status: *status, body: body.clone() },
        }
    }

    /// Marks a call that will take a while.
    pub fn begin(&mut self, key: &str) {
        self.entries.insert(key.to_owned(), Entry::UnderWay);
    }

    /// Forgets a call that came to nothing.
    pub fn abandon(&mut self, key: &str) {
        if matches!(self.entries.get(key), Some(Entry::UnderWay)) {
            self.entries.remove(key);
        }
    }

    pub fn keep(&mut self, key: &str, fingerprint: [u8; 32], status: u16, body: bytes::Bytes, at: i64) {
        self.by_age.push_back((at, key.to_owned()));
        self.entries.insert(key.to_owned(), Entry::Kept { fingerprint, status, body });
    }

    pub fn prune(&mut self, now: i64) {
        while self.by_age.front().is_some_and(|(at, _)| now - at > KEPT_S) {
            if let Some((_, key)) = self.by_age.pop_front() {
                self.entries.remove(&key);
            }
        }
    }
}
