//! Storage: one closed enum over two native pools, each statement written once with `$1`.
//!
//! Reads go through [`Db`] (a snapshot of its own per statement), writes through [`Tx`], which is durable
//! when [`Tx::commit`] has returned and undone when dropped. On SQLite all writers share one connection
//! and waiting commits share one fsync (`db/sqlite.rs`); nobody is answered before it. Where the engines truly differ,
//! callers match on [`Db::engine`], visibly.

mod arg;
mod error;
mod postgres;
mod sqlite;

pub use arg::Arg;
pub use error::{DbError, Violation};

use sqlx::{FromRow, PgPool, postgres::PgRow, sqlite::SqliteRow};
use std::future::Future;
use std::path::Path;

pub type Result<T> = std::result::Result<T, DbError>;

/// Arguments of a statement, in order: `args![id, quantity, "text"]`.
#[macro_export]
macro_rules! args {
    ($($value:expr),* $(,)?) => { vec![$($crate::db::Arg::from($value)),*] };
}

/// A row type both engines can fill: `#[derive(sqlx::FromRow)]`, or a tuple for a few columns.
pub trait Row: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin + 'static {}
impl<T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin + 'static> Row for T {}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// The pools of one database; cheap to clone.
#[derive(Clone)]
pub enum Db {
    Sqlite(sqlite::Sqlite),
    Postgres(PgPool),
}

/// One write transaction.
pub enum Tx {
    Sqlite(sqlite::SqliteTx),
    Postgres(sqlx::Transaction<'static, sqlx::Postgres>),
}

/// Reading, in or outside a transaction: functions that serve both take `&mut impl Read`
/// and are called with `&mut &db` or `&mut tx`.
pub trait Read: Send {
    fn fetch_all<T: Row>(&mut self, sql: &str, args: Vec<Arg>) -> impl Future<Output = Result<Vec<T>>> + Send;

    /// The first row, if there is one.
    fn fetch_optional<T: Row>(&mut self, sql: &str, args: Vec<Arg>) -> impl Future<Output = Result<Option<T>>> + Send {
        let rows = self.fetch_all(sql, args);
        async { Ok(rows.await?.into_iter().next()) }
    }

    /// The first row; [`DbError::RowNotFound`] when there is none.
    fn fetch_one<T: Row>(&mut self, sql: &str, args: Vec<Arg>) -> impl Future<Output = Result<T>> + Send {
        let row = self.fetch_optional(sql, args);
        async { row.await?.ok_or(DbError::RowNotFound) }
    }
}

impl Db {
    /// Opens `url` (`sqlite:PATH` or `postgres://…`) and checks that the engine is set up as the shop's promises need.
    /// Migrations are run by [`Db::migrate`].
    pub async fn open(url: &str) -> Result<Self> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Postgres(postgres::open(url).await?));
        }
        let path = url
            .strip_prefix("sqlite://")
            .or_else(|| url.strip_prefix("sqlite:"))
            .ok_or_else(|| DbError::Setup("DATABASE_URL must begin with sqlite: or postgres://".into()))?;
        Ok(Self::Sqlite(sqlite::Sqlite::open(Path::new(path)).await?))
    }

    pub fn engine(&self) -> Engine {
        match self {
            Self::Sqlite(_) => Engine::Sqlite,
            Self::Postgres(_) => Engine::Postgres,
        }
    }

    /// Runs the migrations that this binary carries and the database lacks.
    pub async fn migrate(&self) -> Result<()> {
        match self {
            Self::Sqlite(db) => db.migrate().await,
            Self::Postgres(pool) => postgres::migrate(pool).await,
        }
    }

    pub async fn fetch_all<T: Row>(&self, sql: &str, args: Vec<Arg>) -> Result<Vec<T>> {
        let mut this = self;
        Read::fetch_all(&mut this, sql, args).await
    }

    pub async fn fetch_optional<T: Row>(&self, sql: &str, args: Vec<Arg>) -> Result<Option<T>> {
        let mut this = self;
        Read::fetch_optional(&mut this, sql, args).await
    }

    pub async fn fetch_one<T: Row>(&self, sql: &str, args: Vec<Arg>) -> Result<T> {
        let mut this = self;
        Read::fetch_one(&mut this, sql, args).await
    }

    /// Begins a write transaction.
    pub async fn begin(&self) -> Result<Tx> {
        Ok(match self {
            Self::Sqlite(db) => Tx::Sqlite(db.begin().await?),
            Self::Postgres(pool) => Tx::Postgres(pool.begin().await?),
        })
    }
}

impl Read for &Db {
    async fn fetch_all<T: Row>(&mut self, sql: &str, args: Vec<Arg>) -> Result<Vec<T>> {
        Ok(match *self {
            Db::Sqlite(db) => arg::query_as(sql, args)?.fetch_all(db.readers()).await?,
            Db::Postgres(pool) => arg::query_as(sql, args)?.fetch_all(pool).await?,
        })
    }
}

impl Read for Tx {
    async fn fetch_all<T: Row>(&mut self, sql: &str, args: Vec<Arg>) -> Result<Vec<T>> {
        Ok(match self {
            Self::Sqlite(tx) => arg::query_as(sql, args)?.fetch_all(tx.connection()).await?,
            Self::Postgres(tx) => arg::query_as(sql, args)?.fetch_all(&mut **tx).await?,
        })
    }
}

impl Tx {
    pub fn engine(&self) -> Engine {
        match self {
            Self::Sqlite(_) => Engine::Sqlite,
            Self::Postgres(_) => Engine::Postgres,
        }
    }

    /// Runs one statement and returns how many rows it changed.
    pub async fn execute(&mut self, sql: &str, args: Vec<Arg>) -> Result<u64> {
        Ok(match self {
            Self::Sqlite(tx) => arg::query(sql, args)?.execute(tx.connection()).await?.rows_affected(),
            Self::Postgres(tx) => arg::query(sql, args)?.execute(&mut **tx).await?.rows_affected(),
        })
    }

    /// Returns when everything done here is on disk. An error means that the outcome is unknown: read again.
    pub async fn commit(self) -> Result<()> {
        match self {
            Self::Sqlite(tx) => tx.commit().await,
            Self::Postgres(tx) => Ok(tx.commit().await?),
        }
    }
}
