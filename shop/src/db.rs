//! Storage: one closed enum over two native pools, each statement written once with `$1`.
//!
//! Reads go through [`Db`] (a snapshot of its own per statement), writes through [`Tx`], which is durable
//! when [`Tx::commit`] has returned and undone when dropped. On SQLite all writers share one connection
//! and waiting commits share one fsync (`db/sqlite.rs`); nobody is answered before it. SQLite's statements run on the
//! thread of whoever asks, PostgreSQL's are awaited. Where the engines truly differ,
//! callers match on [`Db::engine`], visibly.

mod arg;
mod batch;
mod error;
mod postgres;
mod rows;
mod sqlite;

pub use arg::Arg;
pub use batch::{Batch, Work};
pub use error::{DbError, Violation};

use sqlite::row::SqliteRow;
use sqlx::{FromRow, postgres::PgRow};
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

/// A statement whose text truly differs between the engines, mostly for how it takes a set of rows: JSON in `$1`,
/// read with `jsonb_each` on SQLite (rows are then parsed once, not once for each column) and `json_to_recordset` on
/// PostgreSQL.
#[derive(Clone, Copy, Debug)]
pub struct Sql {
    pub sqlite: &'static str,
    pub postgres: &'static str,
}

impl Sql {
    pub fn of(&self, engine: Engine) -> &'static str {
        match engine {
            Engine::Sqlite => self.sqlite,
            Engine::Postgres => self.postgres,
        }
    }
}

/// A LIKE pattern (escape character `!`) for "contains `text`, any case"; empty for no text.
pub(crate) fn pattern(text: &str) -> String {
    let text = text.trim().to_lowercase();
    if text.is_empty() {
        return text;
    }
    format!("%{}%", text.replace('!', "!!").replace('%', "!%").replace('_', "!_"))
}

/// The pools of one database; cheap to clone.
#[derive(Clone)]
pub enum Db {
    Sqlite(sqlite::Sqlite),
    Postgres(postgres::Postgres),
}

/// One write transaction. After a failed statement it can only be dropped, on both engines: PostgreSQL would answer
/// its commit with a silent rollback, and SQLite may have rolled back already.
pub struct Tx {
    inner: Inner,
    failed: bool,
}

enum Inner {
    Sqlite(sqlite::SqliteTx),
    Postgres(sqlx::Transaction<'static, sqlx::Postgres>),
}

/// Reading, in or outside a transaction: functions that serve both take `&mut impl Read`
/// and are called with `&mut &db` or `&mut tx`.
pub trait Read: Send {
    fn engine(&self) -> Engine;

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
            return Ok(Self::Postgres(postgres::Postgres::open(url).await?));
        }
        let path = url
            .strip_prefix("sqlite://")
            .or_else(|| url.strip_prefix("sqlite:"))
            .ok_or_else(|| DbError::Setup("DATABASE_URL must begin with sqlite: or postgres://".into()))?;
        Ok(Self::Sqlite(sqlite::Sqlite::open(Path::new(path))?))
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
            Self::Postgres(db) => postgres::migrate(&db.pool).await,
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
        let inner = match self {
            Self::Sqlite(db) => Inner::Sqlite(db.begin().await?),
            Self::Postgres(db) => Inner::Postgres(db.pool.begin().await?),
        };
        Ok(Tx { inner, failed: false })
    }

    /// Runs one statement in a transaction of its own and returns how many rows it changed, when that is on disk.
    /// [`DbError::Unknown`]: perhaps it has happened.
    pub async fn execute(&self, sql: &str, args: Vec<Arg>) -> Result<u64> {
        let Self::Postgres(db) = self else {
            let mut tx = self.begin().await?;
            let changed = tx.execute(sql, args).await?;
            tx.commit().await?;
            return Ok(changed);
        };
        // One round trip instead of three.
        match arg::query(sql, args)?.execute(&db.pool).await {
            Ok(done) => Ok(done.rows_affected()),
            Err(error) => Err(committing(error)),
        }
    }

    /// The same database for work that names every row by its key and comes in crowds: PostgreSQL plans its statements that
    /// way, whatever size it believes the tables to have, and those who read the same at the same time share a statement.
    #[must_use]
    pub fn by_key(&self) -> Self {
        match self {
            Self::Sqlite(db) => Self::Sqlite(db.clone()),
            Self::Postgres(db) => Self::Postgres(db.by_key()),
        }
    }

    /// Begins the transaction of a batch, whose statements name every row by its key.
    async fn begin_batch(&self) -> Result<Tx> {
        match self {
            Self::Sqlite(_) => self.begin().await,
            Self::Postgres(db) => Ok(Tx { inner: Inner::Postgres(db.batches.begin().await?), failed: false }),
        }
    }

    /// After much was written at once: PostgreSQL plans by statistics, which it would gather by itself a minute later.
    pub async fn analyze(&self) -> Result<()> {
        match self {
            Self::Sqlite(_) => Ok(()),
            Self::Postgres(db) => postgres::analyze(&db.pool).await,
        }
    }

    /// Closes the connections once what is under way is done; on SQLite this also moves the log into the database file.
    pub async fn close(&self) {
        match self {
            Self::Sqlite(db) => db.close().await,
            Self::Postgres(db) => db.close().await,
        }
    }

    /// On SQLite: copies the database as it is at this moment to the new file `to`, while it goes on being used. May wait
    /// for the disk: call it where that is allowed.
    ///
    /// # Errors
    /// [`DbError::Setup`] on PostgreSQL, which has `pg_dump`.
    pub fn copy_to(&self, to: &Path, progress: &mut dyn FnMut(usize, usize)) -> Result<()> {
        match self {
            Self::Sqlite(db) => sqlite::copy::copy(db.path(), to, progress),
            Self::Postgres(_) => Err(DbError::Setup("PostgreSQL is backed up by pg_dump".into())),
        }
    }

    /// Looks a SQLite file over that nobody uses: every page, every reference, and whether this program knows its
    /// schema.
    pub fn inspect_file(path: &Path) -> Result<()> {
        sqlite::copy::inspect(path)
    }

    /// Moves the log of a SQLite file into it; [`DbError::Busy`] while another process has it open.
    pub fn fold_file(path: &Path) -> Result<()> {
        sqlite::copy::fold(path)
    }

    /// On SQLite: how many transactions were committed so far, and by how many `COMMIT`s, each of which is one fsync.
    pub fn shared_commits(&self) -> Option<(u64, u64)> {
        match self {
            Self::Sqlite(db) => Some(db.commits()),
            Self::Postgres(_) => None,
        }
    }
}

impl Read for &Db {
    fn engine(&self) -> Engine {
        (**self).engine()
    }

    async fn fetch_all<T: Row>(&mut self, sql: &str, args: Vec<Arg>) -> Result<Vec<T>> {
        Ok(match *self {
            Db::Sqlite(db) => sqlite::fetch_all(db.readers().acquire().await?.connection(), sql, args)?,
            Db::Postgres(db) => db.fetch_all(sql, args).await?,
        })
    }
}

impl Read for Tx {
    fn engine(&self) -> Engine {
        Tx::engine(self)
    }

    async fn fetch_all<T: Row>(&mut self, sql: &str, args: Vec<Arg>) -> Result<Vec<T>> {
        self.check_usable()?;
        let rows = match &mut self.inner {
            Inner::Sqlite(tx) => sqlite::fetch_all(tx.connection(), sql, args),
            Inner::Postgres(tx) => arg::query_as(sql, args)?.fetch_all(&mut **tx).await.map_err(DbError::from),
        };
        self.failed = rows.is_err();
        rows
    }
}

impl Tx {
    pub fn engine(&self) -> Engine {
        match self.inner {
            Inner::Sqlite(_) => Engine::Sqlite,
            Inner::Postgres(_) => Engine::Postgres,
        }
    }

    /// Runs one statement and returns how many rows it changed.
    pub async fn execute(&mut self, sql: &str, args: Vec<Arg>) -> Result<u64> {
        self.check_usable()?;
        let changed = match &mut self.inner {
            Inner::Sqlite(tx) => sqlite::execute(tx.connection(), sql, args),
            Inner::Postgres(tx) => {
                let done = arg::query(sql, args)?.execute(&mut **tx).await;
                done.map(|done| done.rows_affected()).map_err(DbError::from)
            }
        };
        self.failed = changed.is_err();
        changed
    }

    /// Returns when everything done here is on disk. [`DbError::Aborted`] means that nothing was kept; any other error
    /// that the outcome is unknown: read again.
    pub async fn commit(self) -> Result<()> {
        self.check_usable()?;
        match self.inner {
            Inner::Sqlite(tx) => tx.commit().await,
            Inner::Postgres(tx) => tx.commit().await.map_err(committing),
        }
    }

    fn check_usable(&self) -> Result<()> {
        if self.failed { Err(DbError::Aborted) } else { Ok(()) }
    }
}

/// What PostgreSQL's answer to a COMMIT says about it, if it is an error.
fn committing(error: sqlx::Error) -> DbError {
    match DbError::from(error) {
        // The server said itself that it rolled back.
        error if error.violation().is_some() || error.is_transient() => error,
        error => DbError::Unknown(error.to_string()),
    }
}
