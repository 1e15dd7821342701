//! The writing connection and where it stands in the shared transaction.
//!
//! ```text
//! Closed ── enter: BEGIN IMMEDIATE; SAVEPOINT ──> Open ── release ──> Released ── finish: COMMIT ──> Closed
//!                                                  │ ^                   │
//!              dropped, next enters: ROLLBACK TO ──┘ └── next enters: RELEASE; SAVEPOINT
//! ```
//!
//! A savepoint is released or rolled back by whoever comes next, which makes dropping a transaction free. Whatever
//! goes wrong here loses the connection: it is thrown away, SQLite rolls back, and every member of the group hears that
//! its outcome is unknown.

use super::settings::{self, Role};
use crate::db::{DbError, Result};
use rusqlite::Connection;
use std::path::Path;
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::Instant;

/// A group is committed when nobody queues behind it and nobody comes who can run now (see `Gate::pass`), when it has
/// this many members,
const GROUP_SIZE: usize = 64;
/// or when its first member has waited this long.
const GROUP_WAIT: Duration = Duration::from_millis(2);

/// How long to ask for the file's write lock while another process holds it, and how often.
const LOCK_TIMEOUT: Duration = Duration::from_secs(5);
const LOCK_RETRY: Duration = Duration::from_millis(2);

type Answer = oneshot::Sender<Result<()>>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// No transaction.
    Closed,
    /// The top savepoint belongs to a transaction that is under way or was dropped.
    Open,
    /// The top savepoint belongs to a transaction that waits in `group`.
    Released,
}

pub(super) struct Writer {
    path: Box<Path>,
    connection: Option<Connection>,
    phase: Phase,
    /// Transactions that are done and wait for the shared COMMIT.
    group: Vec<Answer>,
    group_since: Option<Instant>,
}

impl Writer {
    pub(super) fn open(path: &Path) -> Result<Self> {
        let connection = Some(settings::connect(path, Role::Writer)?);
        Ok(Self { path: path.into(), connection, phase: Phase::Closed, group: Vec::new(), group_since: None })
    }

    /// Starts a transaction of its own inside the shared one.
    pub(super) async fn enter(&mut self) -> Result<()> {
        self.connect()?;
        let entered = match self.phase {
            Phase::Closed => self.begin().await,
            Phase::Open => self.run("ROLLBACK TO t"),
            Phase::Released => self.run("RELEASE t; SAVEPOINT t"),
        };
        match entered {
            Ok(()) => self.phase = Phase::Open,
            Err(_) => self.lose("the shared transaction could not go on"),
        }
        entered
    }

    /// Waits without a thread for a process that is writing: `mercer import` beside `mercer serve`.
    async fn begin(&mut self) -> Result<()> {
        let asked = Instant::now();
        loop {
            match self.run("BEGIN IMMEDIATE") {
                Ok(()) => return self.run("SAVEPOINT t"),
                Err(DbError::Busy(_)) if asked.elapsed() < LOCK_TIMEOUT => tokio::time::sleep(LOCK_RETRY).await,
                Err(error) => return Err(error),
            }
        }
    }

    /// The connection of a writer that was entered.
    pub(super) fn connection(&self) -> &Connection {
        self.connection.as_ref().expect("entered writers have a connection")
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
    pub(super) fn is_unfinished(&self) -> bool {
        self.phase != Phase::Closed
    }

    /// Ends the shared transaction and answers its members; waits for the disk. `committed` hears how many there were
    /// before any of them does.
    pub(super) fn finish(&mut self, committed: impl FnOnce(u64)) {
        let sql = match (self.phase, self.group.is_empty()) {
            (Phase::Closed, _) => return,
            (Phase::Open | Phase::Released, true) => "ROLLBACK",
            (Phase::Open, false) => "ROLLBACK TO t; COMMIT",
            (Phase::Released, false) => "COMMIT",
        };
        if let Err(error) = self.run(sql) {
            tracing::error!(%error, members = self.group.len(), "a shared commit failed");
            self.lose("the shared COMMIT failed");
            return;
        }
        self.phase = Phase::Closed;
        self.group_since = None;
        if !self.group.is_empty() {
            committed(self.group.len() as u64);
        }
        for answer in self.group.drain(..) {
            // A member that no longer listens is committed all the same.
            answer.send(Ok(())).ok();
        }
    }

    /// Lends the connection to work that brings its own transactions; it may wait for other processes.
    pub(super) fn outside_transactions(&mut self, work: impl FnOnce(&mut Connection) -> Result<()>) -> Result<()> {
        self.finish(|_| ());
        self.connect()?;
        let connection = self.connection.as_mut().expect("just connected");
        settings::wait_for_locks(connection, true)?;
        let done = work(connection).and_then(|()| settings::wait_for_locks(connection, false));
        if done.is_err() {
            self.lose("work outside of transactions failed");
        }
        done
    }

    /// Ends the shared transaction and closes the connection; the next to enter opens another.
    pub(super) fn close(&mut self) {
        self.finish(|_| ());
        if let Some(connection) = self.connection.take()
            && let Err((_, error)) = connection.close()
        {
            tracing::warn!(%error, "the SQLite writer did not close cleanly");
        }
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

    fn connect(&mut self) -> Result<()> {
        if self.connection.is_none() {
            self.connection = Some(settings::connect(&self.path, Role::Writer)?);
        }
        Ok(())
    }

    fn run(&self, sql: &str) -> Result<()> {
        Ok(self.connection().execute_batch(sql)?)
    }
}
