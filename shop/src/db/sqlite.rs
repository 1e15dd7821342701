//! SQLite: one writing connection, a pool of readers, commits that share one fsync.

use super::Result;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Sqlite as Engine, SqlitePool, Transaction};
use std::path::Path;
use std::time::Duration;

static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!("../migrations/sqlite");

#[derive(Clone)]
pub struct Sqlite {
    writer: SqlitePool,
    readers: SqlitePool,
}

pub struct SqliteTx(Transaction<'static, Engine>);

impl Sqlite {
    pub(super) async fn open(path: &Path) -> Result<Self> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(5));
        let writer = SqlitePoolOptions::new().max_connections(1).connect_with(options.clone()).await?;
        let readers =
            SqlitePoolOptions::new().max_connections(4).connect_with(options.pragma("query_only", "ON")).await?;
        Ok(Self { writer, readers })
    }

    pub(super) fn readers(&self) -> &SqlitePool {
        &self.readers
    }

    pub(super) async fn migrate(&self) -> Result<()> {
        Ok(MIGRATOR.run(&self.writer).await?)
    }

    pub(super) async fn begin(&self) -> Result<SqliteTx> {
        Ok(SqliteTx(self.writer.begin_with("BEGIN IMMEDIATE").await?))
    }
}

impl SqliteTx {
    pub(super) fn connection(&mut self) -> &mut SqliteConnection {
        &mut self.0
    }

    pub(super) async fn commit(self) -> Result<()> {
        Ok(self.0.commit().await?)
    }
}
