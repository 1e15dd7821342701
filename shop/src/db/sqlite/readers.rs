//! The reading connections: a small stack of them, each used on the thread of whoever asks.

use super::settings::{self, Role};
use crate::db::Result;
use rusqlite::Connection;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{Semaphore, SemaphorePermit};

/// One reader per core, two at least: a statement never leaves its thread, so more could not run at once.
fn readers() -> usize {
    std::thread::available_parallelism().map_or(2, |cores| cores.get().max(2))
}

#[derive(Clone)]
pub struct Readers(Arc<Inner>);

struct Inner {
    path: Box<Path>,
    free: Semaphore,
    idle: Mutex<Vec<Connection>>,
}

impl Readers {
    pub(super) fn open(path: &Path) -> Result<Self> {
        // One at least, so that a wrong setting is found at the start.
        let first = settings::connect(path, Role::Reader)?;
        Ok(Self(Arc::new(Inner { path: path.into(), free: Semaphore::new(readers()), idle: Mutex::new(vec![first]) })))
    }

    pub(in crate::db) async fn acquire(&self) -> Result<Reader<'_>> {
        let permit = self.0.free.acquire().await.expect("the semaphore is never closed");
        let idle = self.idle().pop();
        let connection = match idle {
            Some(connection) => connection,
            None => settings::connect(&self.0.path, Role::Reader)?,
        };
        Ok(Reader { readers: self, connection: Some(connection), _permit: permit })
    }

    /// Closes the idle connections; the next loan opens another.
    pub(super) fn close(&self) {
        self.idle().clear();
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        self.0.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A reader on loan.
pub(in crate::db) struct Reader<'a> {
    readers: &'a Readers,
    connection: Option<Connection>,
    _permit: SemaphorePermit<'a>,
}

impl Reader<'_> {
    pub(in crate::db) fn connection(&self) -> &Connection {
        self.connection.as_ref().expect("only Drop takes the connection")
    }
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            self.readers.idle().push(connection);
        }
    }
}
