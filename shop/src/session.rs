//! Sessions as rows: who may still be logged in, and for how long.
//!
//! A row's key is the SHA-256 of the cookie's value, so a stolen database opens no session, and the key can be shown in
//! a list of sessions to revoke. Reading is one statement; a save changes a row that is there or nothing, so it never
//! brings a revoked session back. What is in `data`, and when it is written, is the server's business.

use crate::db::{Arg, Batch, Db, DbError, Result, Sql, Tx, Work};
use crate::id::{CustomerId, StaffId};
use crate::point::Point;
use crate::{args, rows};
use serde::Serialize;
use sha2::{Digest, Sha256};

/// What stands in the table for a cookie's value.
pub fn key(cookie: &str) -> String {
    hex::encode(Sha256::digest(cookie))
}

/// A row as it is written.
#[derive(Clone, Debug, Serialize)]
pub struct Session {
    /// From [`key`].
    pub key: String,
    /// JSON.
    pub data: String,
    pub customer_id: Option<CustomerId>,
    pub staff_id: Option<StaffId>,
    pub user_agent: String,
    /// Unix ms.
    pub expires_at: i64,
}

/// Makes sessions, those of many visitors in one transaction; cheap to clone.
#[derive(Clone)]
pub struct Creator(Batch<Creating>);

impl Creator {
    /// On the current runtime.
    pub fn start(db: &Db) -> Self {
        Self(Batch::start(db.clone(), Creating))
    }

    /// Inserts a session; [`crate::db::Violation::Unique`] when the key is taken.
    pub async fn create(&self, session: Session, now_ms: i64) -> Result<()> {
        self.0.run(New { session, now: now_ms }).await
    }
}

/// A session that begins at `now`, Unix milliseconds.
#[derive(Serialize)]
pub(crate) struct New {
    #[serde(flatten)]
    pub session: Session,
    pub now: i64,
}

struct Creating;

impl Work for Creating {
    type Item = New;
    type Outcome = ();
    type Error = DbError;

    // The stories of crashes are about checkouts.
    const POINT: Option<Point> = None;

    async fn run(&self, tx: &mut Tx, items: &[New]) -> Result<Vec<()>> {
        create(tx, items).await?;
        Ok(vec![(); items.len()])
    }
}

/// Inserts them, in somebody else's transaction.
pub(crate) async fn create(tx: &mut Tx, sessions: &[New]) -> Result<()> {
    if sessions.is_empty() {
        return Ok(());
    }
    let rows = serde_json::to_string(sessions).expect("sessions serialise");
    tx.execute(CREATE.of(tx.engine()), args![rows]).await.map(drop)
}

const CREATE: Sql = rows!(
    "INSERT INTO session (id, data, customer_id, staff_id, user_agent, created_at, seen_at, expires_at)
     SELECT d.key, d.data, d.customer_id, d.staff_id, d.user_agent, d.now, d.now, d.expires_at FROM",
    [key TEXT, data TEXT, customer_id UUID, staff_id UUID, user_agent TEXT, now BIGINT, expires_at BIGINT],
    "WHERE TRUE"
);

/// The data and expiry (Unix ms) of a session that is still good.
pub async fn load(db: &Db, key: &str, now_ms: i64) -> Result<Option<(String, i64)>> {
    db.fetch_optional("SELECT data, expires_at FROM session WHERE id = $1 AND expires_at > $2", args![key, now_ms])
        .await
}

/// Changes a session; `false` when it was revoked meanwhile.
pub async fn save(db: &Db, session: &Session, now_ms: i64) -> Result<bool> {
    const SQL: &str = "UPDATE session
        SET data = $2, customer_id = $3, staff_id = $4, user_agent = $5, seen_at = $6, expires_at = $7
        WHERE id = $1";
    Ok(db.execute(SQL, row(session, now_ms)).await? == 1)
}

pub async fn delete(db: &Db, key: &str) -> Result<bool> {
    Ok(db.execute("DELETE FROM session WHERE id = $1", args![key]).await? == 1)
}

/// Removes what has expired and returns how many that were.
pub async fn delete_expired(db: &Db, now_ms: i64) -> Result<u64> {
    // A read first: an idle shop writes nothing.
    let first: Option<(String,)> =
        db.fetch_optional("SELECT id FROM session WHERE expires_at <= $1 LIMIT 1", args![now_ms]).await?;
    match first {
        Some(_) => db.execute("DELETE FROM session WHERE expires_at <= $1", args![now_ms]).await,
        None => Ok(0),
    }
}

/// Whose sessions are listed or revoked.
#[derive(Clone, Copy, Debug)]
pub enum Owner {
    Customer(CustomerId),
    Staff(StaffId),
}

impl Owner {
    /// As two arguments: an absent one matches no row.
    fn ids(self) -> (Option<CustomerId>, Option<StaffId>) {
        match self {
            Self::Customer(id) => (Some(id), None),
            Self::Staff(id) => (None, Some(id)),
        }
    }
}

/// One log-in, as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Login {
    #[sqlx(rename = "id")]
    pub key: String,
    pub user_agent: String,
    pub created_at: i64,
    /// When it was last changed, not every page view.
    pub seen_at: i64,
    pub expires_at: i64,
}

/// The owner's sessions that are still good, the latest first.
pub async fn list(db: &Db, owner: Owner, now_ms: i64) -> Result<Vec<Login>> {
    const SQL: &str = "SELECT id, user_agent, created_at, seen_at, expires_at FROM session
        WHERE (customer_id = $1 OR staff_id = $2) AND expires_at > $3 ORDER BY seen_at DESC, id";
    let (customer, staff) = owner.ids();
    db.fetch_all(SQL, args![customer, staff, now_ms]).await
}

/// Ends one session of the owner; `false` when it is not theirs or gone.
pub async fn revoke(db: &Db, owner: Owner, key: &str) -> Result<bool> {
    const SQL: &str = "DELETE FROM session WHERE id = $3 AND (customer_id = $1 OR staff_id = $2)";
    let (customer, staff) = owner.ids();
    Ok(db.execute(SQL, args![customer, staff, key]).await? == 1)
}

/// Ends all sessions of the owner but the one kept, as after a change of password.
pub async fn revoke_all(db: &Db, owner: Owner, kept_key: Option<&str>) -> Result<u64> {
    const SQL: &str = "DELETE FROM session WHERE (customer_id = $1 OR staff_id = $2) AND id <> $3";
    let (customer, staff) = owner.ids();
    db.execute(SQL, args![customer, staff, kept_key.unwrap_or_default()]).await
}

fn row(session: &Session, now_ms: i64) -> Vec<Arg> {
    let Session { key, data, customer_id, staff_id, user_agent, expires_at } = session;
    args![key, data, *customer_id, *staff_id, user_agent, now_ms, *expires_at]
}
