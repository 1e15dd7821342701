//! Backups taken while the shop sells, what a restore refuses, and that a restored shop waits for reconciliation.

use crate::support::{self, TestShop, till::Till, till::VISA};
use shop::backup::{self, Manifest};
use shop::checkout::{self, Placed};
use shop::db::{Db, Engine};
use shop::{Error, args};
use std::fs;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

const NOW: i64 = 1_767_225_600_000;

fn on_sqlite<F: Future<Output = ()> + Send + 'static>(body: impl FnOnce(TestShop) -> F) {
    support::run(Engine::Sqlite, body);
}

/// Folders beside the test's database.
struct Places {
    database: PathBuf,
    media: PathBuf,
    backup: PathBuf,
    elsewhere: PathBuf,
}

impl Places {
    fn of(t: &TestShop) -> Self {
        let database = PathBuf::from(t.url.strip_prefix("sqlite:").unwrap());
        let folder = database.parent().unwrap().to_owned();
        let media = folder.join("media");
        fs::create_dir(&media).unwrap();
        fs::write(media.join("a.webp"), "a picture").unwrap();
        fs::write(media.join(".half"), "being written").unwrap();
        Self { database, media, backup: folder.join("backup"), elsewhere: folder.join("elsewhere") }
    }

    async fn back_up(&self, t: &TestShop) -> shop::Result<Manifest> {
        backup::backup(&t.db, &self.media, &self.backup, NOW, &mut |_, _, _| {}).await
    }

    fn restored(&self) -> PathBuf {
        self.elsewhere.join("mercer.sqlite")
    }

    async fn restore(&self, to: &Path, replace: bool) -> shop::Result<Manifest> {
        backup::restore(&self.backup, to, &self.elsewhere.join("media"), replace, NOW, &mut |_, _, _| {}).await
    }
}

fn code(result: &shop::Result<Manifest>) -> &'static str {
    match result {
        Err(Error::Conflict { code, .. }) => code,
        other => panic!("not refused: {other:?}"),
    }
}

async fn add(db: &Db, number: i64) {
    let mut tx = db.begin().await.unwrap();
    let text = "x".repeat(20_000);
    tx.execute("INSERT INTO setting (key, value) VALUES ($1, $2)", args![format!("row {number}"), text]).await.unwrap();
    tx.commit().await.unwrap();
}

#[test]
fn a_backup_holds_every_row_that_was_committed_before_it_and_keeps_no_writer_waiting() {
    on_sqlite(|t| async move {
        let places = Places::of(&t);
        // Large enough for several steps of the copy.
        for number in 0..500 {
            add(&t.db, number).await;
        }
        let (written, stop) = (Arc::new(AtomicI64::new(500)), Arc::new(AtomicBool::new(false)));
        let writer = {
            let (db, written, stop) = (t.db.clone(), Arc::clone(&written), Arc::clone(&stop));
            tokio::spawn(async move {
                while !stop.load(Ordering::Relaxed) {
                    add(&db, written.load(Ordering::Relaxed)).await;
                    written.fetch_add(1, Ordering::Relaxed);
                }
            })
        };
        let before = written.load(Ordering::Relaxed);
        let mut during = before;
        // Every step waits for a writer to get through: a copy that locked them out would never end.
        let mut each_step = |_: &str, _: usize, _: usize| {
            let seen = written.load(Ordering::Relaxed);
            let begun = std::time::Instant::now();
            tokio::task::block_in_place(|| {
                while written.load(Ordering::Relaxed) == seen {
                    assert!(begun.elapsed().as_secs() < 20, "no writer gets through");
                    std::thread::sleep(std::time::Duration::from_millis(1));
                }
            });
            during = seen;
        };
        let manifest = backup::backup(&t.db, &places.media, &places.backup, NOW, &mut each_step).await.unwrap();
        stop.store(true, Ordering::Relaxed);
        writer.await.unwrap();
        assert!(during > before, "nothing was written meanwhile");
        assert!(manifest.files.iter().all(|file| file.path == "shop.sqlite" || file.path == "media/a.webp"));
        assert_eq!(manifest.files.len(), 2);

        places.restore(&places.restored(), false).await.unwrap();
        assert_eq!(fs::read(places.elsewhere.join("media/a.webp")).unwrap(), b"a picture");
        let db = Db::open(&format!("sqlite:{}", places.restored().display())).await.unwrap();
        let sql = "SELECT COUNT(*), MAX(CAST(substr(key, 5) AS INTEGER)) FROM setting WHERE key LIKE 'row %'";
        let (rows, last): (i64, i64) = db.fetch_one(sql, args![]).await.unwrap();
        assert!(rows >= before, "{rows} of {before}");
        // One moment: no row without those before it.
        assert_eq!(rows, last + 1);
        assert!(rows <= during, "the copy moved on with the writer");
        db.close().await;
    });
}

#[test]
fn one_damaged_byte_is_found_and_its_file_named() {
    on_sqlite(|t| async move {
        let places = Places::of(&t);
        places.back_up(&t).await.unwrap();
        for name in ["shop.sqlite", "media/a.webp"] {
            let file = places.backup.join(name);
            let whole = fs::read(&file).unwrap();
            let mut bytes = whole.clone();
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
            fs::write(&file, bytes).unwrap();
            let refused = places.restore(&places.restored(), false).await;
            assert_eq!(code(&refused), "backup_damaged");
            assert!(refused.unwrap_err().to_string().contains(name));
            assert!(!places.restored().exists());
            fs::write(&file, whole).unwrap();
        }
        places.restore(&places.restored(), false).await.unwrap();
    });
}

#[test]
fn a_database_that_is_not_whole_is_refused_even_when_the_manifest_agrees() {
    on_sqlite(|t| async move {
        let places = Places::of(&t);
        let mut tx = t.db.begin().await.unwrap();
        let migration = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
            VALUES (9999, 'from the future', TRUE, X'00', 0)";
        tx.execute(migration, args![]).await.unwrap();
        tx.commit().await.unwrap();
        places.back_up(&t).await.unwrap();
        let refused = places.restore(&places.restored(), false).await;
        assert_eq!(code(&refused), "backup_damaged");
        assert!(refused.unwrap_err().to_string().contains("migration 9999"));
    });
}

#[test]
fn nothing_is_overwritten() {
    on_sqlite(|t| async move {
        let places = Places::of(&t);
        places.back_up(&t).await.unwrap();
        assert_eq!(code(&places.back_up(&t).await), "backup_exists");

        add(&t.db, 1).await;
        assert_eq!(code(&places.restore(&places.database, false).await), "not_empty");
        // The shop still has it open.
        assert_eq!(code(&places.restore(&places.database, true).await), "in_use");
        t.db.close().await;
        places.restore(&places.database, true).await.unwrap();
        let kept = places.database.with_file_name(format!("shop.sqlite.before-restore-{NOW}"));
        for (file, rows) in [(&kept, 1), (&places.database, 0)] {
            let db = Db::open(&format!("sqlite:{}", file.display())).await.unwrap();
            let sql = "SELECT COUNT(*) FROM setting WHERE key = 'row 1'";
            assert_eq!(db.fetch_one::<(i64,)>(sql, args![]).await.unwrap().0, rows, "{}", file.display());
            db.close().await;
        }
    });
}

on_both_engines! {
    async fn a_restored_shop_takes_no_orders_until_it_is_reopened(t: TestShop) {
        t.stock("MUG", 2).await;
        let mut till = Till::open(&t).await;
        let (visitor, view) = till.guest("MUG", 1).await;
        backup::close_orders(&t.db, t.now()).await.unwrap();
        // What a program reads that starts over this database.
        till.shop.checkouts = checkout::Queues::start(&t.db);
        let refused = till.pay(&visitor, &view, "k1", VISA).await.unwrap_err();
        assert!(matches!(&refused, Error::Unavailable { .. }), "{refused:?}");
        assert!(refused.to_string().contains("restore"));
        assert_eq!(till.money().await, (0, 0, 0, 0));
        assert_eq!(backup::orders_closed(&till.shop).await.unwrap(), Some(t.now()));
        // The cart is kept, and the same request goes through afterwards.
        backup::reopen(&till.shop).await.unwrap();
        let placed = till.pay(&visitor, &view, "k1", VISA).await.unwrap();
        assert!(matches!(placed, Placed::Order { .. }), "{placed:?}");
        assert_eq!(backup::orders_closed(&till.shop).await.unwrap(), None);
    }

    async fn a_restored_shop_starts_no_payment_by_itself(t: TestShop) {
        t.stock("MUG", 2).await;
        let till = Till::open(&t).await;
        let (visitor, view) = till.guest("MUG", 1).await;
        till.mood(serde_json::json!({"operation": "payment_intents.create", "mood": "html"})).await;
        let _ = till.pay(&visitor, &view, "k1", VISA).await;
        backup::close_orders(&t.db, t.now()).await.unwrap();
        let shop = shop::Shop { checkouts: checkout::Queues::start(&t.db), ..till.shop.clone() };
        t.clock.advance(120_000);
        assert_eq!(shop::worker::recover_checkouts(&shop).await.unwrap(), 0);
        backup::reopen(&shop).await.unwrap();
        assert_eq!(shop::worker::recover_checkouts(&shop).await.unwrap(), 1);
    }
}
