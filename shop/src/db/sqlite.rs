//! SQLite: one writing connection, a few readers, commits that share one fsync.
//!
//! ```text
//! begin ── FIFO turn on the writer ── SAVEPOINT ── statements ── commit: hand the turn on, wait
//!            │ first of a group: BEGIN IMMEDIATE                        │
//!            └───────── the next in the queue joins the group ──────────┘── nobody waits and nobody who can run
//!                                                  wants to write, 64 members or 2 ms: COMMIT, answer everyone
//! ```
//!
//! Statements run on the thread of whoever asks, COMMIT on a thread that may wait for the disk. Only the writer ever
//! checkpoints: readers are `query_only` and never commit.

pub(super) mod copy;
mod gate;
mod migrate;
mod readers;
pub(super) mod row;
mod settings;
mod statement;
mod writer;

pub(super) use statement::{execute, fetch_all};

use super::{DbError, Result};
use gate::{Gate, Turn};
use readers::Readers;
use rusqlite::Connection;
use std::path::Path;
use std::sync::Arc;

static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!("../migrations/sqlite");

#[derive(Clone)]
pub struct Sqlite {
    path: Arc<Path>,
    gate: Arc<Gate>,
    readers: Readers,
}

/// A turn on the writer with a savepoint of its own; rolled back when dropped.
pub struct SqliteTx(Turn);

impl Sqlite {
    pub(super) fn open(path: &Path) -> Result<Self> {
        // The writer first: it creates the file.
        let gate = Gate::open(path)?;
        Ok(Self { path: path.into(), gate, readers: Readers::open(path)? })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn readers(&self) -> &Readers {
        &self.readers
    }

    /// How many transactions were committed so far, and by how many `COMMIT`s.
    pub(super) fn commits(&self) -> (u64, u64) {
        self.gate.commits()
    }

    pub(super) async fn migrate(&self) -> Result<()> {
        let mut turn = self.gate.turn().await?;
        turn.writer().outside_transactions(migrate::run)
    }

    /// Readers first: the connection that closes last checkpoints, and that is the writer's business.
    pub(super) async fn close(&self) {
        self.readers.close();
        if let Ok(mut turn) = self.gate.turn().await {
            turn.writer().close();
        }
    }

    pub(super) async fn begin(&self) -> Result<SqliteTx> {
        let mut turn = self.gate.turn().await?;
        turn.writer().enter().await?;
        Ok(SqliteTx(turn))
    }
}

impl SqliteTx {
    pub(super) fn connection(&mut self) -> &Connection {
        self.0.writer().connection()
    }

    /// Cancelling this future once it was polled cancels only the waiting, not the commit.
    pub(super) async fn commit(mut self) -> Result<()> {
        let answer = self.0.writer().release();
        drop(self.0);
        answer.await.unwrap_or_else(|_| Err(DbError::Unknown("the writer stopped".into())))
    }
}
