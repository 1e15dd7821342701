//! What every test stands on: a fresh database, a clock moved by hand, rows to sell.

pub mod adapter;
pub mod deal;
mod fixture;
pub mod gauge;
mod handle;
pub mod overtake;
pub mod picture;
mod postgres;
pub mod till;

use shop::clock::ManualClock;
use shop::db::{Db, Engine};
use std::future::Future;
use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Once};

#[allow(dead_code, reason = "tests take what they need")]
/// A shop of the test's own: migrated, empty, gone afterwards.
pub struct TestShop {
    pub db: Db,
    /// Stands at 2026-01-01 00:00 UTC until the test moves it.
    pub clock: Arc<ManualClock>,
    /// How [`TestShop::db`] was opened, for tests that open it a second time.
    pub url: String,
}

/// Writes one test body for both engines:
///
/// ```ignore
/// on_both_engines! {
///     async fn the_last_item_is_sold_once(t: TestShop) { t.db.begin().await.unwrap(); }
/// }
/// ```
#[macro_export]
macro_rules! on_both_engines {
    ($($(#[$meta:meta])* async fn $name:ident($test:ident: $shop:ty) $body:block)*) => {$(
        $(#[$meta])*
        mod $name {
            #[allow(clippy::wildcard_imports, unused_imports, reason = "the body sees what its file sees")]
            use super::*;

            async fn body($test: $shop) $body

            #[test]
            fn on_sqlite() {
                $crate::support::run(shop::db::Engine::Sqlite, body);
            }

            #[test]
            fn on_postgres() {
                $crate::support::run(shop::db::Engine::Postgres, body);
            }
        }
    )*};
}

/// Runs `body` with a migrated database of its own and takes the database away afterwards, also after a panic.
pub fn run<F: Future<Output = ()> + Send + 'static>(engine: Engine, body: impl FnOnce(TestShop) -> F) {
    run_in(engine, std::env::temp_dir().as_path(), body);
}

/// As [`run`], for tests of so many writes that a disk would be all they wait for.
pub fn run_in_memory<F: Future<Output = ()> + Send + 'static>(engine: Engine, body: impl FnOnce(TestShop) -> F) {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { run_in(engine, memory, body) } else { run(engine, body) }
}

fn run_in<F: Future<Output = ()> + Send + 'static>(engine: Engine, folder: &Path, body: impl FnOnce(TestShop) -> F) {
    match engine {
        Engine::Sqlite => {
            let folder = tempfile::tempdir_in(folder).expect("a temporary folder");
            let url = format!("sqlite:{}", folder.path().join("shop.sqlite").display());
            let outcome = on_a_runtime(
                async move {
                    let t = open(url).await;
                    t.db.migrate().await.expect("the SQLite migrations run");
                    t
                },
                body,
            );
            drop(folder);
            finish(outcome);
        }
        Engine::Postgres => {
            let Some(server) = postgres::url() else {
                static SAID: Once = Once::new();
                SAID.call_once(|| {
                    // Straight to the stream: libtest hides what passing tests print.
                    let text = "\nSKIPPED: all tests on PostgreSQL, because MERCER_TEST_POSTGRES_URL is not set\n";
                    std::io::stderr().write_all(text.as_bytes()).expect("stderr is open");
                });
                return;
            };
            let database = postgres::Database::create(&server);
            let url = database.url.clone();
            let outcome = on_a_runtime(open(url), body);
            drop(database);
            finish(outcome);
        }
    }
}

async fn open(url: String) -> TestShop {
    let db = Db::open(&url).await.expect("the test database opens");
    TestShop { db, clock: Arc::new(ManualClock::at(1_767_225_600_000)), url }
}

type Outcome = Result<(), tokio::task::JoinError>;

fn on_a_runtime<F: Future<Output = ()> + Send + 'static>(
    setup: impl Future<Output = TestShop>,
    body: impl FnOnce(TestShop) -> F,
) -> Outcome {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime starts");
    runtime.block_on(async {
        let test = setup.await;
        tokio::spawn(body(test)).await
    })
}

fn finish(outcome: Outcome) {
    if let Err(error) = outcome {
        std::panic::resume_unwind(error.into_panic());
    }
}
