//! Storing what the provider has sent, many events at a time: a provider that tells of every payment in five pieces must
//! not cost five fsyncs.

use crate::db::{Read, Sql, Tx, Work};
use crate::payment::EventNotice;
use crate::{Error, args, rows};
use serde::Serialize;
use std::collections::HashSet;
use std::time::Duration;

/// A verified event as it came.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Received {
    event_id: String,
    provider: String,
    kind: String,
    object_id: String,
    received_at: i64,
    payload: String,
}

impl Received {
    pub fn new(provider: &str, notice: &EventNotice, payload: &str, now: i64) -> Self {
        Self {
            event_id: notice.event_id.clone(),
            provider: provider.to_owned(),
            kind: notice.kind.clone(),
            object_id: notice.object_id.clone(),
            received_at: now,
            payload: payload.to_owned(),
        }
    }
}

pub(crate) struct Keeping;

impl Work for Keeping {
    type Item = Received;
    /// Whether it is news; the second of two in one batch is not.
    type Outcome = bool;
    type Error = Error;

    const LINGER: Duration = Duration::from_millis(5);

    async fn run(&self, tx: &mut Tx, items: &[Received]) -> Result<Vec<bool>, Error> {
        let stored: Vec<(String,)> = tx.fetch_all(INSERT.of(tx.engine()), args![serde_json::to_string(items)?]).await?;
        let mut stored: HashSet<String> = stored.into_iter().map(|(id,)| id).collect();
        Ok(items.iter().map(|item| stored.remove(&item.event_id)).collect())
    }
}

const INSERT: Sql = rows!(
    "INSERT INTO psp_event (event_id, provider, type, object_id, received_at, payload)
     SELECT d.event_id, d.provider, d.kind, d.object_id, d.received_at, d.payload FROM",
    [event_id TEXT, provider TEXT, kind TEXT, object_id TEXT, received_at BIGINT, payload TEXT],
    "WHERE TRUE ON CONFLICT (event_id) DO NOTHING RETURNING event_id"
);
