//! The writing connection and where it stands in the shared transaction.
//!
//! ```text
//! Closed ── enter: BEGIN IMMEDIATE; SAVEPOINT ──> Open ── release ──> Released ── finish: COMMIT ──> Closed
//!                                                  │ ^                   │
//!              dropped, next enters: ROLLBACK TO ──┘ └── next enters: RELEASE; SAVEPOINT
//! ```
//!
//! A savepoint is released or rolled back by whoever comes next, which saves a trip to the SQLite thread, and
//! makes dropping a transaction free. Anything unexpected makes the writer `Lost`: the connection is thrown away,
//! SQLite rolls back, and every member of the group hears that its outcome is unknown.

use super::settings;
use crate::db::{DbError, Result};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection, SqliteConnection};
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// A group is committed when nobody queues behind it (see `Gate::pass`), when it has this many members,
const GROUP_SIZE: usize = 64;
/// or when its first member has waited this long.
const GROUP_WAIT: Duration = Duration::from_millis(2);

type Answer = oneshot::Sender<Result<()>>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// No transaction.
    Closed,
    /// The top savepoint belongs to a transaction that is under way or was dropped.
    Open,
    /// The top savepoint belongs to a transaction that waits in `group`.
    Released,
    /// As `Released`, but someone who wanted to enter left meanwhile, perhaps after the top savepoint was released or
    /// after another was opened. One more savepoint is right in each case; COMMIT releases what is left.
    Joining,
    /// The connection's state is not known.
    Lost,
}

pub(super) struct Writer {
    options: SqliteConnectOptions,
    connection: Option<SqliteConnection>,
    phase: Phase,
    /// Transactions that are done and wait for the shared COMMIT.
    group: Vec<Answer>,
    group_since: Option<Instant>,
}

impl Writer {
    pub(super) async fn open(options: SqliteConnectOptions) -> Result<Self> {
        let connection = settings::connect(&options, false).await?;
        Ok(Self { options, connection: Some(connection), phase: Phase::Closed, group: Vec::new(), group_since: None })
    }

    /// Starts a transaction of its own inside the shared one.
    pub(super) async fn enter(&mut self) -> Result<()> {
        // The second value is where a drop of this future leaves the writer: sqlx may then have run the first of two
        // statements only.
        let (sql, if_dropped) = match self.reset_if_lost() {
            Phase::Closed | Phase::Lost => ("BEGIN IMMEDIATE; SAVEPOINT t", Phase::Lost),
            Phase::Open => ("ROLLBACK TO t", Phase::Open),
            Phase::Released => ("RELEASE t; SAVEPOINT t", Phase::Joining),
            Phase::Joining => ("SAVEPOINT t", Phase::Joining),
        };
        if self.connection.is_none() {
            self.connection = Some(settings::connect(&self.options, false).await?);
        }
        self.phase = if_dropped;
        match run(self.connection(), sql).await {
            Ok(()) => self.phase = Phase::Open,
            Err(error) => {
                self.lose("the shared transaction could not go on");
                return Err(error);
            }
        }
        Ok(())
    }

    /// The connection of a writer that was entered.
    pub(super) fn connection(&mut self) -> &mut SqliteConnection {
        self.connection.as_mut().expect("entered writers have a connection")
    }

    /// The transaction under way is complete; the receiver hears when it is durable.
    pub(super) fn release(&mut self) -> oneshot::Receiver<Result<()>> {
        let (answer, receiver) = oneshot::channel();
        self.phase = Phase::Released;
        self.group_since.get_or_insert_with(Instant::now);
        self.group.push(answer);
        receiver
    }

    /// Whether the group has waited long enough to be committed although others queue.
    pub(super) fn is_due(&self) -> bool {
        self.group.len() >= GROUP_SIZE || self.group_since.is_some_and(|since| since.elapsed() >= GROUP_WAIT)
    }

    /// Whether a transaction is open that must be finished before the writer may rest.
    pub(super) fn is_unfinished(&mut self) -> bool {
        self.reset_if_lost() != Phase::Closed
    }

    /// Ends the shared transaction and answers its members. Returns how many were committed.
    pub(super) async fn finish(&mut self) -> u64 {
        let sql = match (self.reset_if_lost(), self.group.is_empty()) {
            (Phase::Closed | Phase::Lost, _) => return 0,
            (Phase::Open | Phase::Released | Phase::Joining, true) => "ROLLBACK",
            (Phase::Open, false) => "ROLLBACK TO t; COMMIT",
            (Phase::Released | Phase::Joining, false) => "COMMIT",
        };
        self.phase = Phase::Lost;
        if let Err(error) = run(self.connection(), sql).await {
            tracing::error!(%error, members = self.group.len(), "a shared commit failed");
            self.lose("the shared COMMIT failed");
            return 0;
        }
        self.phase = Phase::Closed;
        self.group_since = None;
        let members = self.group.len() as u64;
        for answer in self.group.drain(..) {
            // A member that no longer listens is committed all the same.
            answer.send(Ok(())).ok();
        }
        members
    }

    /// The connection outside of any transaction, for migrations. Unless [`Writer::bare_done`] follows,
    /// the connection is thrown away.
    pub(super) async fn bare(&mut self) -> Result<&mut SqliteConnection> {
        self.finish().await;
        self.reset_if_lost();
        if self.connection.is_none() {
            self.connection = Some(settings::connect(&self.options, false).await?);
        }
        self.phase = Phase::Lost;
        Ok(self.connection())
    }

    pub(super) fn bare_done(&mut self) {
        self.phase = Phase::Closed;
    }

    /// Ends the shared transaction and closes the connection; the next to enter opens another.
    pub(super) async fn close(&mut self) {
        self.finish().await;
        if let Some(connection) = self.connection.take()
            && let Err(error) = connection.close().await
        {
            tracing::warn!(%error, "the SQLite writer did not close cleanly");
        }
    }

    fn reset_if_lost(&mut self) -> Phase {
        if self.phase == Phase::Lost {
            self.lose("the writer was interrupted");
        }
        self.phase
    }

    /// Throws the connection away; SQLite rolls back what it had open.
    pub(super) fn lose(&mut self, why: &str) {
        self.connection = None;
        self.phase = Phase::Closed;
        self.group_since = None;
        for answer in self.group.drain(..) {
            answer.send(Err(DbError::Unknown(why.to_owned()))).ok();
        }
    }
}

async fn run(connection: &mut SqliteConnection, sql: &'static str) -> Result<()> {
    sqlx::query(sql).execute(connection).await?;
    Ok(())
}
