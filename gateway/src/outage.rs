//! G27: the whole provider is gone for a while: its API, its pages, its webhooks. Only `/_sandbox` stays, except
//! where nobody is to answer at the address at all.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::{ConnectInfo, Request, State as Shared};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use crate::door::{Cut, Latch};
use crate::gateway::Gateway;

/// A connection that is refused cannot ask for the end of it.
const REFUSED_MAX_MS: u64 = 3_600_000;
/// For the answer to who ordered it.
const ANSWER_GOES: Duration = Duration::from_millis(50);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "how", rename_all = "snake_case", deny_unknown_fields)]
pub enum How {
    /// G1: connections are refused, for so many milliseconds of the machine's clock; those that were open are reset.
    Refused { for_ms: u64 },
    /// Every call is reset, for so many milliseconds of the sandbox's clock or until it is ended.
    Reset { for_ms: Option<i64> },
    /// Every call is answered with 503, for as long.
    Unavailable { for_ms: Option<i64> },
}

pub struct Outage {
    /// None where there is no door.
    latch: Option<Latch>,
    /// Spares every call the lock when nothing is wrong.
    any: AtomicBool,
    under_way: Mutex<Option<(How, Option<i64>)>>,
}

impl Outage {
    pub fn new(latch: Option<Latch>) -> Self {
        Self { latch, any: AtomicBool::new(false), under_way: Mutex::default() }
    }

    /// Begins one, in place of one that is under way.
    pub fn begin(&self, how: How, now_ms: i64) -> Result<(), String> {
        let for_ms = match how {
            How::Refused { for_ms } if !(1..=REFUSED_MAX_MS).contains(&for_ms) => {
                return Err(format!("`for_ms` must be from 1 to {REFUSED_MAX_MS}"));
            }
            How::Refused { for_ms } => {
                let Some(latch) = self.latch.clone() else {
                    return Err("nobody connects to this sandbox".to_owned());
                };
                tokio::spawn(async move {
                    tokio::time::sleep(ANSWER_GOES).await;
                    latch.shut(Duration::from_millis(for_ms));
                });
                return Ok(());
            }
            How::Reset { for_ms } | How::Unavailable { for_ms } => for_ms,
        };
        let until_ms = for_ms.map(|ms| now_ms.saturating_add(ms));
        *self.under_way.lock().unwrap_or_else(PoisonError::into_inner) = Some((how, until_ms));
        self.any.store(true, Ordering::Release);
        Ok(())
    }

    pub fn end(&self) {
        *self.under_way.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.any.store(false, Ordering::Release);
    }

    pub fn now(&self, now_ms: i64) -> Option<How> {
        if !self.any.load(Ordering::Acquire) {
            return None;
        }
        let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        if under_way.is_some_and(|(_, until_ms)| until_ms.is_some_and(|until| until <= now_ms)) {
            *under_way = None;
        }
        under_way.map(|(how, _)| how)
    }
}

/// Stands in for every handler but the control's.
pub async fn stand_in(
    Shared(gateway): Shared<Arc<Gateway>>,
    ConnectInfo(cut): ConnectInfo<Cut>,
    request: Request,
    next: Next,
) -> Response {
    match gateway.outage.now(gateway.clock.now_ms()) {
        None => next.run(request).await,
        Some(How::Unavailable { .. }) => (StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable").into_response(),
        Some(How::Reset { .. } | How::Refused { .. }) => {
            cut.now();
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}
