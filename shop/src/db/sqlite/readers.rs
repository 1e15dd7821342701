//! The reading connections: a small stack, no pings, no tasks.
//!
//! sqlx's own pool checks a connection when it is taken and again, in a task, when it is returned; for a file on the
//! same machine both are thread hops that tell nothing. A connection whose statement was cancelled stays usable,
//! because its thread works commands off in order.

use super::settings;
use crate::db::Result;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection, SqliteConnection};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{Semaphore, SemaphorePermit};

/// One reader per core, two at least: measured on two cores, point queries ran at 90,000/s with two readers and at
/// 48,000/s with four, whose threads only wake each other.
fn readers() -> usize {
    std::thread::available_parallelism().map_or(2, |cores| cores.get().max(2))
}

#[derive(Clone)]
pub struct Readers(Arc<Inner>);

struct Inner {
    options: SqliteConnectOptions,
    free: Semaphore,
    idle: Mutex<Vec<SqliteConnection>>,
}

impl Readers {
    pub(super) async fn open(options: SqliteConnectOptions) -> Result<Self> {
        // One at least, so that a wrong setting is found at the start.
        let first = settings::connect(&options, true).await?;
        Ok(Self(Arc::new(Inner { options, free: Semaphore::new(readers()), idle: Mutex::new(vec![first]) })))
    }

    pub(in crate::db) async fn acquire(&self) -> Result<Reader<'_>> {
        let permit = self.0.free.acquire().await.expect("the semaphore is never closed");
        let idle = self.idle().pop();
        let connection = match idle {
            Some(connection) => connection,
            None => settings::connect(&self.0.options, true).await?,
        };
        Ok(Reader { readers: self, connection: Some(connection), _permit: permit })
    }

    /// Closes the idle connections; the next loan opens another.
    pub(super) async fn close(&self) {
        let idle = std::mem::take(&mut *self.idle());
        for connection in idle {
            connection.close().await.ok();
        }
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<SqliteConnection>> {
        self.0.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A reader on loan.
pub(in crate::db) struct Reader<'a> {
    readers: &'a Readers,
    connection: Option<SqliteConnection>,
    _permit: SemaphorePermit<'a>,
}

impl Reader<'_> {
    pub(in crate::db) fn connection(&mut self) -> &mut SqliteConnection {
        self.connection.as_mut().expect("only Drop and discard take the connection")
    }

    /// For a connection whose thread is gone: the next loan opens another.
    pub(in crate::db) fn discard(mut self) {
        self.connection = None;
    }
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            self.readers.idle().push(connection);
        }
    }
}
