//! Where sessions are kept: table `session`, for tower-sessions.
//!
//! A row's key is the SHA-256 of the cookie's value, so a stolen database opens no session. Who is logged in is
//! copied into columns of its own, so that sessions can be listed and revoked. A save never brings a revoked
//! session back: it changes a row that is there or nothing.

use async_trait::async_trait;
use sha2::{Digest, Sha256};
use shop::args;
use shop::clock::Clock;
use shop::db::{Arg, Db, DbError};
use std::collections::HashMap;
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
    clock: Arc<dyn Clock>,
}

impl DbSessions {
    pub fn new(db: Db, clock: Arc<dyn Clock>) -> Self {
        Self { db, clock }
    }

    async fn write(&self, sql: &str, args: Vec<Arg>) -> std::result::Result<(), DbError> {
        let mut tx = self.db.begin().await?;
        tx.execute(sql, args).await?;
        tx.commit().await
    }

    /// Removes what has expired; called now and then by the background work.
    pub async fn delete_expired(&self) -> std::result::Result<(), DbError> {
        self.write("DELETE FROM session WHERE expires_at <= $1", args![self.clock.now_ms()]).await
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
        const CREATE: &str = "INSERT INTO session
            (id, data, customer_id, staff_id, user_agent, created_at, seen_at, expires_at)
            VALUES ($1, $2, $3, $4, $5, $6, $6, $7)";
        loop {
            match self.write(CREATE, self.row(record)?).await {
                // 128 random bits: a collision is a fault of the generator, but never somebody else's session.
                Err(error) if error.is_unique_violation() => record.id = Id::default(),
                other => return other.map_err(backend),
            }
        }
    }

    async fn save(&self, record: &Record) -> Result<()> {
        const SAVE: &str = "UPDATE session
            SET data = $2, customer_id = $3, staff_id = $4, user_agent = $5, seen_at = $6, expires_at = $7
            WHERE id = $1";
        self.write(SAVE, self.row(record)?).await.map_err(backend)
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        const LOAD: &str = "SELECT data, expires_at FROM session WHERE id = $1 AND expires_at > $2";
        let row: Option<(String, i64)> =
            self.db.fetch_optional(LOAD, args![key(id), self.clock.now_ms()]).await.map_err(backend)?;
        let Some((data, expires_at)) = row else { return Ok(None) };
        let data: HashMap<String, serde_json::Value> =
            serde_json::from_str(&data).map_err(|error| Error::Decode(error.to_string()))?;
        let expiry_date = OffsetDateTime::from_unix_timestamp_nanos(i128::from(expires_at) * 1_000_000)
            .map_err(|error: cookie::time::error::ComponentRange| Error::Decode(error.to_string()))?;
        Ok(Some(Record { id: *id, data, expiry_date }))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        self.write("DELETE FROM session WHERE id = $1", args![key(id)]).await.map_err(backend)
    }
}

impl DbSessions {
    fn row(&self, record: &Record) -> Result<Vec<Arg>> {
        let data = serde_json::to_string(&record.data).map_err(|error| Error::Encode(error.to_string()))?;
        let text = |name| record.data.get(name).and_then(serde_json::Value::as_str);
        let id = |name| text(name).and_then(|text| uuid::Uuid::parse_str(text).ok());
        let expires_at = i64::try_from(record.expiry_date.unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX);
        let user_agent = text(USER_AGENT).unwrap_or_default();
        Ok(args![key(&record.id), data, id(CUSTOMER), id(STAFF), user_agent, self.clock.now_ms(), expires_at])
    }
}

/// What stands in the table for a cookie's value.
fn key(id: &Id) -> String {
    hex::encode(Sha256::digest(id.to_string()))
}

fn backend(error: DbError) -> Error {
    Error::Backend(error.to_string())
}
