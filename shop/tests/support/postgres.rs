//! One PostgreSQL database per test, copied from a template that carries the migrations.

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Executor};
use std::future::Future;
use std::str::FromStr;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// The cluster that tests may use.
pub fn url() -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "the test run is configured by its environment")]
    std::env::var("MERCER_TEST_POSTGRES_URL").ok().filter(|url| !url.is_empty())
}

/// A database that is dropped with this value.
pub struct Database {
    pub url: String,
    name: String,
    server: String,
}

impl Database {
    pub fn create(server: &str) -> Self {
        static TEMPLATE: LazyLock<String> = LazyLock::new(|| block_on(template(&url().expect("asked for before"))));
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let name = format!("mercer_test_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let template = &*TEMPLATE;
        block_on(async {
            let mut admin = connect(server).await;
            run(&mut admin, format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
            run(&mut admin, format!("CREATE DATABASE {name} TEMPLATE {template}")).await;
        });
        Self { url: with_database(server, &name), name, server: server.to_owned() }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        block_on(async {
            let mut admin = connect(&self.server).await;
            run(&mut admin, format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name)).await;
        });
    }
}

/// Makes the template unless one with exactly these migrations is there; other runs on the same cluster wait.
async fn template(server: &str) -> String {
    let migrator = sqlx::migrate!("../migrations/postgres");
    let fingerprint = migrator
        .iter()
        .flat_map(|m| m.checksum.iter())
        .fold(0u64, |sum, byte| sum.wrapping_mul(1_099_511_628_211).wrapping_add(u64::from(*byte) + 1));
    let name = format!("mercer_template_{fingerprint:016x}");
    let mut admin = connect(server).await;
    run(&mut admin, "SELECT pg_advisory_lock(727001)".into()).await;
    let ready: Option<(bool,)> = sqlx::query_as("SELECT datistemplate FROM pg_database WHERE datname = $1")
        .bind(&name)
        .fetch_optional(&mut admin)
        .await
        .expect("the catalogue can be read");
    if ready != Some((true,)) {
        run(&mut admin, format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
        run(&mut admin, format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")).await;
        let db = shop::db::Db::open(&with_database(server, &name)).await.expect("the template opens");
        db.migrate().await.expect("the PostgreSQL migrations run");
        db.close().await;
        run(&mut admin, format!("ALTER DATABASE {name} IS_TEMPLATE true")).await;
    }
    name
}

fn with_database(server: &str, name: &str) -> String {
    let mut url = url::Url::parse(server).expect("MERCER_TEST_POSTGRES_URL is a URL");
    url.set_path(name);
    url.into()
}

async fn connect(server: &str) -> PgConnection {
    PgConnectOptions::from_str(server)
        .expect("MERCER_TEST_POSTGRES_URL names a PostgreSQL server")
        .connect()
        .await
        .expect("the PostgreSQL server of the tests answers")
}

async fn run(admin: &mut PgConnection, sql: String) {
    admin.execute(AssertSqlSafe(sql.as_str())).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
}

/// On a runtime of its own: called before and after the test's.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime starts").block_on(future)
}
