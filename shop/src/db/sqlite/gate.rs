//! The queue before the writer: one turn at a time, first come, first served.
//!
//! Whoever holds a [`Turn`] owns the writer. Dropping the turn, for whatever reason and at whatever point, passes
//! the writer on: to the next in the queue, or to a thread that finishes the shared transaction, or to rest.
//! No future of a caller ever runs the COMMIT, so cancelling one strands nobody and no caller's thread waits for the
//! disk.

use super::writer::Writer;
use crate::db::{DbError, Result};
use std::collections::VecDeque;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::oneshot;

/// A turn that does not come in this time is given up: some transaction hangs.
const TURN_TIMEOUT: Duration = Duration::from_secs(30);

pub(super) struct Gate {
    state: Mutex<State>,
    runtime: Handle,
    transactions: AtomicU64,
    commits: AtomicU64,
}

struct State {
    /// Nobody's turn. It may have a group that waits to be committed.
    resting: Option<Box<Writer>>,
    queue: VecDeque<oneshot::Sender<Turn>>,
}

impl Gate {
    pub(super) fn open(path: &Path) -> Result<Arc<Self>> {
        let writer = Box::new(Writer::open(path)?);
        Ok(Arc::new(Self {
            state: Mutex::new(State { resting: Some(writer), queue: VecDeque::new() }),
            runtime: Handle::current(),
            transactions: AtomicU64::new(0),
            commits: AtomicU64::new(0),
        }))
    }

    /// (transactions made durable, COMMITs that did it).
    pub(super) fn commits(&self) -> (u64, u64) {
        (self.transactions.load(Ordering::Relaxed), self.commits.load(Ordering::Relaxed))
    }

    pub(super) async fn turn(self: &Arc<Self>) -> Result<Turn> {
        let turn = {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(writer) = state.resting.take() {
                return Ok(Turn { gate: Arc::clone(self), writer: Some(writer), finishing: false });
            }
            let (sender, receiver) = oneshot::channel();
            state.queue.push_back(sender);
            receiver
        };
        match tokio::time::timeout(TURN_TIMEOUT, turn).await {
            Ok(Ok(turn)) => Ok(turn),
            _ => Err(DbError::Busy("no turn on the SQLite writer in time".into())),
        }
    }

    fn pass(self: &Arc<Self>, mut writer: Box<Writer>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if !writer.is_due() {
            while let Some(next) = state.queue.pop_front() {
                match next.send(Turn { gate: Arc::clone(self), writer: Some(writer), finishing: false }) {
                    Ok(()) => return,
                    // This one has left the queue.
                    Err(mut turn) => writer = turn.writer.take().expect("the turn came back whole"),
                }
            }
        }
        if writer.is_unfinished() {
            if writer.is_due() {
                drop(state);
                self.finish(writer);
            } else {
                state.resting = Some(writer);
                drop(state);
                self.finish_soon();
            }
        } else if let Some(next) = state.queue.pop_front() {
            // Due, but nothing is open: the group was lost.
            drop(state);
            drop(next.send(Turn { gate: Arc::clone(self), writer: Some(writer), finishing: false }));
        } else {
            state.resting = Some(writer);
        }
    }

    /// Those who can run now run first: who of them writes joins the group. An idle program commits at once.
    fn finish_soon(self: &Arc<Self>) {
        let gate = Arc::clone(self);
        self.runtime.spawn(async move {
            tokio::task::yield_now().await;
            let mut state = gate.state.lock().unwrap_or_else(PoisonError::into_inner);
            // Else somebody has a turn, and passes the writer on.
            if let Some(writer) = state.resting.take_if(|writer| writer.is_unfinished()) {
                drop(state);
                gate.finish(writer);
            }
        });
    }

    /// COMMIT may wait for the disk, so it has a thread of its own; in a simulation there is one thread for everything.
    fn finish(self: &Arc<Self>, writer: Box<Writer>) {
        let turn = Turn { gate: Arc::clone(self), writer: Some(writer), finishing: true };
        #[cfg(feature = "points")]
        if let Some(takes) = crate::chance::disk() {
            self.runtime.spawn(async move {
                tokio::time::sleep(takes).await;
                turn.finish();
            });
            return;
        }
        self.runtime.spawn_blocking(move || turn.finish());
    }
}

/// The right to use the writer.
pub(super) struct Turn {
    gate: Arc<Gate>,
    writer: Option<Box<Writer>>,
    /// Set while a thread ends the shared transaction. Still set when dropped: the runtime is shutting down.
    finishing: bool,
}

impl Turn {
    pub(super) fn writer(&mut self) -> &mut Writer {
        self.writer.as_mut().expect("only Drop takes the writer")
    }

    fn finish(mut self) {
        let gate = Arc::clone(&self.gate);
        self.writer().finish(|members| {
            gate.transactions.fetch_add(members, Ordering::Relaxed);
            gate.commits.fetch_add(1, Ordering::Relaxed);
        });
        self.finishing = false;
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(mut writer) = self.writer.take() {
            if self.finishing {
                writer.lose("the program is stopping");
            }
            self.gate.pass(writer);
        }
    }
}
