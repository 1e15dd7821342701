//! The session store of tower-sessions over `shop::session`, where the rows and their rules are.
//!
//! Who is logged in is copied from the session's data into columns of its own, so that sessions can be listed and
//! revoked.

use async_trait::async_trait;
use shop::clock::Clock;
use shop::db::{Db, DbError};
use shop::id::{CustomerId, StaffId};
use shop::session::{self, Creator};
use std::collections::HashMap;
use std::str::FromStr;
use std::sync::Arc;
use tower_sessions::cookie::time::OffsetDateTime;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error, Result};
use tower_sessions::{SessionStore, cookie};

/// Keys of a session's data that have a column.
pub const CUSTOMER: &str = "customer";
pub const STAFF: &str = "staff";
pub const USER_AGENT: &str = "user_agent";

#[derive(Clone)]
pub struct DbSessions {
    db: Db,
    creator: Creator,
    clock: Arc<dyn Clock>,
}

impl DbSessions {
    /// On the current runtime.
    pub fn new(db: Db, clock: Arc<dyn Clock>) -> Self {
        Self { creator: Creator::start(&db), db, clock }
    }
}

impl std::fmt::Debug for DbSessions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DbSessions")
    }
}

#[async_trait]
impl SessionStore for DbSessions {
    async fn create(&self, record: &mut Record) -> Result<()> {
        loop {
            match self.creator.create(row(record)?, self.clock.now_ms()).await {
                // 128 random bits: a collision is a fault of the generator, but never somebody else's session.
                Err(error) if error.is_unique_violation() => record.id = Id::default(),
                other => return other.map_err(backend),
            }
        }
    }

    async fn save(&self, record: &Record) -> Result<()> {
        session::save(&self.db, &row(record)?, self.clock.now_ms()).await.map(drop).map_err(backend)
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let row = session::load(&self.db, &key(id), self.clock.now_ms()).await.map_err(backend)?;
        let Some((data, expires_at)) = row else { return Ok(None) };
        let data: HashMap<String, serde_json::Value> =
            serde_json::from_str(&data).map_err(|error| Error::Decode(error.to_string()))?;
        let expiry_date = OffsetDateTime::from_unix_timestamp_nanos(i128::from(expires_at) * 1_000_000)
            .map_err(|error: cookie::time::error::ComponentRange| Error::Decode(error.to_string()))?;
        Ok(Some(Record { id: *id, data, expiry_date }))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        session::delete(&self.db, &key(id)).await.map(drop).map_err(backend)
    }
}

/// The row of a session.
pub fn row(record: &Record) -> Result<session::Session> {
    let text = |name| record.data.get(name).and_then(serde_json::Value::as_str);
    Ok(session::Session {
        key: key(&record.id),
        data: serde_json::to_string(&record.data).map_err(|error| Error::Encode(error.to_string()))?,
        customer_id: text(CUSTOMER).and_then(|id| CustomerId::from_str(id).ok()),
        staff_id: text(STAFF).and_then(|id| StaffId::from_str(id).ok()),
        user_agent: text(USER_AGENT).unwrap_or_default().to_owned(),
        expires_at: i64::try_from(record.expiry_date.unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX),
    })
}

fn key(id: &Id) -> String {
    session::key(&id.to_string())
}

#[expect(clippy::needless_pass_by_value, reason = "what map_err hands over")]
fn backend(error: DbError) -> Error {
    Error::Backend(error.to_string())
}
