//! PostgreSQL: pools, settings of each connection, migrations.

mod gather;

use super::arg::{self, Arg};
use super::{DbError, Result, Row};
use gather::Gather;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions, Connection, PgPool};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!("../migrations/postgres");

/// `server_version_num` of PostgreSQL 13, the oldest with everything the statements use.
const OLDEST_VERSION: i64 = 130_000;
/// In each of two pools, unless the URL says otherwise. Two machines leave a server that is set up for 100 connections
/// room to be looked after.
const CONNECTIONS: u32 = 16;
const MOST_CONNECTIONS: u32 = 200;
/// Seven queues with one batch each, and what a batch that failed is still rolling back.
const BATCHES: u32 = 8;
/// A connection that rested longer is pinged before use.
const PING_AFTER: Duration = Duration::from_secs(1);

/// How statements are planned that name every row by its key: a plan that was made while a table was young and small, and
/// read it whole, would be kept while it grows; and nothing is learnt from planning anew for each argument.
const BY_KEY: [(&str, &str); 8] = [
    // Tables are joined in the order in which they are written: each is found by a key of those before.
    ("join_collapse_limit", "1"),
    ("from_collapse_limit", "1"),
    ("enable_seqscan", "off"),
    ("enable_hashjoin", "off"),
    ("enable_mergejoin", "off"),
    // Keeps a whole table that was thought to be small at hand for each row of the other.
    ("enable_material", "off"),
    // Reading a row costs more than finding it: no index is read whole because its table was young.
    ("cpu_tuple_cost", "1"),
    ("plan_cache_mode", "force_generic_plan"),
];

/// The connections of one database; cheap to clone.
#[derive(Clone)]
pub struct Postgres {
    pub(super) pool: PgPool,
    /// For statements that name every row by its key.
    keyed: PgPool,
    /// How those who read by key share statements.
    gather: Arc<Gather>,
    /// Whether this is for work that names every row by its key.
    by_key: bool,
    /// As `keyed`, and kept for batches: readers cannot take their connections.
    pub(super) batches: PgPool,
}

impl Postgres {
    /// Opens the pools. Every connection gives up on a lock after 2 s, on a statement after 5 s, and when idle in a
    /// transaction after 10 s; commits wait for the disk. `?pool=4` in the URL asks for so many connections in each pool,
    /// 2 to 200: every connection plans every statement for itself, so a shop with little to do is faster with few.
    pub(super) async fn open(url: &str) -> Result<Self> {
        let (url, connections) = without_pool(url)?;
        let options =
            PgConnectOptions::from_str(&url)?.application_name("mercer").disable_statement_logging().options([
                ("lock_timeout", "2s"),
                ("statement_timeout", "5s"),
                ("idle_in_transaction_session_timeout", "10s"),
                ("synchronous_commit", "on"),
                // Worth their while for statements that run for seconds, of which there are none: to start a process that
                // helps takes tens of milliseconds.
                ("jit", "off"),
                ("max_parallel_workers_per_gather", "0"),
            ]);
        let pool = self::pool(connections).connect_with(options.clone()).await?;
        check(&pool).await?;
        let options = options.options(BY_KEY);
        let keyed = self::pool(connections).connect_lazy_with(options.clone());
        let batches = self::pool(BATCHES).connect_lazy_with(options);
        Ok(Self { pool, gather: Gather::new(keyed.clone()), keyed, by_key: false, batches })
    }

    /// See [`super::Db::by_key`].
    pub(super) fn by_key(&self) -> Self {
        Self { pool: self.keyed.clone(), by_key: true, ..self.clone() }
    }

    pub(super) async fn fetch_all<T: Row>(&self, sql: &str, args: Vec<Arg>) -> Result<Vec<T>> {
        if self.by_key {
            return self.gather.fetch_all(sql, args).await;
        }
        Ok(arg::query_as(sql, args)?.fetch_all(&self.pool).await?)
    }

    pub(super) async fn close(&self) {
        self.batches.close().await;
        self.keyed.close().await;
        self.pool.close().await;
    }
}

/// The URL as PostgreSQL knows it, and how many connections each pool may have.
fn without_pool(url: &str) -> Result<(String, u32)> {
    let mut parsed = url::Url::parse(url).map_err(|error| DbError::Setup(format!("DATABASE_URL: {error}")))?;
    let (pool, others): (Vec<_>, Vec<_>) = parsed
        .query_pairs()
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .partition(|(name, _)| name == "pool");
    let Some((_, wanted)) = pool.last() else { return Ok((url.to_owned(), CONNECTIONS)) };
    let connections = wanted.parse().ok().filter(|number| (2..=MOST_CONNECTIONS).contains(number));
    let connections = connections.ok_or_else(|| {
        DbError::Setup(format!("DATABASE_URL: pool={wanted} is no number of connections from 2 to {MOST_CONNECTIONS}"))
    })?;
    parsed.set_query(None);
    if !others.is_empty() {
        parsed.query_pairs_mut().extend_pairs(others);
    }
    Ok((parsed.into(), connections))
}

fn pool(connections: u32) -> PgPoolOptions {
    PgPoolOptions::new().max_connections(connections).test_before_acquire(false).before_acquire(|connection, meta| {
        Box::pin(async move {
            if meta.idle_for > PING_AFTER {
                connection.ping().await?;
            }
            Ok(true)
        })
    })
}

async fn check(pool: &PgPool) -> Result<()> {
    let (version, synchronous_commit, encoding): (i64, String, String) = sqlx::query_as(
        "SELECT CAST(current_setting('server_version_num') AS BIGINT), current_setting('synchronous_commit'),
           current_setting('server_encoding')",
    )
    .fetch_one(pool)
    .await?;
    require(version >= OLDEST_VERSION, "version 13 or later", &version.to_string())?;
    require(synchronous_commit == "on", "synchronous_commit = on", &synchronous_commit)?;
    require(encoding == "UTF8", "a database in UTF8", &encoding)
}

fn require(holds: bool, what: &str, found: &str) -> Result<()> {
    if holds { Ok(()) } else { Err(DbError::Setup(format!("PostgreSQL: {what} is needed, found {found}"))) }
}

/// Gathers statistics of what has rows. Of a table that is found empty PostgreSQL believes from then on that reading it
/// whole is free, and plans by that until it has looked again; one it never looked at, it takes for small.
pub(super) async fn analyze(pool: &PgPool) -> Result<()> {
    const FILLED: &str = "DO $$ DECLARE name TEXT; filled BOOLEAN; BEGIN
        FOR name IN SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname = current_schema() LOOP
          EXECUTE 'SELECT EXISTS (SELECT 1 FROM ' || name || ')' INTO filled;
          IF filled THEN EXECUTE 'ANALYZE ' || name; END IF;
        END LOOP; END $$";
    let mut tx = pool.begin().await?;
    // Of a million products it may take longer than a shopper's statement may.
    sqlx::query("SET LOCAL statement_timeout = 0").execute(&mut *tx).await?;
    sqlx::query(FILLED).execute(&mut *tx).await?;
    Ok(tx.commit().await?)
}

pub(super) async fn migrate(pool: &PgPool) -> Result<()> {
    Ok(MIGRATOR.run(pool).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_url_may_say_how_many_connections_there_are() {
        let plain = "postgres://anna:secret@db.example/shop?sslmode=require";
        assert_eq!(without_pool(plain).unwrap(), (plain.to_owned(), CONNECTIONS));
        let few = "postgres://anna:secret@db.example/shop?pool=4&sslmode=require";
        assert_eq!(without_pool(few).unwrap(), (plain.to_owned(), 4));
        for wrong in ["0", "1", "201", "-4", "many", ""] {
            let refused = without_pool(&format!("postgres://db.example/shop?pool={wrong}")).unwrap_err().to_string();
            assert!(refused.contains(&format!("pool={wrong} ")), "{refused}");
        }
    }

    #[test]
    fn a_server_that_is_not_set_up_for_the_shop_is_refused() {
        assert!(require(120_022 >= OLDEST_VERSION, "version 13 or later", "120022").is_err());
        assert!(require(150_018 >= OLDEST_VERSION, "version 13 or later", "150018").is_ok());
    }
}
