//! How SQLite's writers share a COMMIT (`shop/src/db/sqlite/`).

use crate::support::{self, TestShop};
use shop::args;
use shop::db::{Db, DbError, Engine};
use std::sync::Arc;

const INSERT: &str = "INSERT INTO setting (key, value) VALUES ($1, '')";

async fn write(db: &Db, key: String) -> shop::db::Result<()> {
    let mut tx = db.begin().await?;
    tx.execute(INSERT, args![key]).await?;
    tx.commit().await
}

#[test]
fn concurrent_writers_share_a_commit_and_a_lone_one_does_not_wait() {
    support::run(Engine::Sqlite, |t: TestShop| async move {
        let (_, before) = t.db.shared_commits().unwrap();
        for n in 0..5 {
            write(&t.db, format!("alone {n}")).await.unwrap();
        }
        let (_, alone) = t.db.shared_commits().unwrap();
        assert_eq!(alone - before, 5);

        let db = Arc::new(t.db.clone());
        let tasks: Vec<_> = (0..64)
            .map(|n| {
                let db = Arc::clone(&db);
                tokio::spawn(async move { write(&db, format!("together {n}")).await })
            })
            .collect();
        for task in tasks {
            task.await.unwrap().unwrap();
        }
        let (_, together) = t.db.shared_commits().unwrap();
        assert!(together - alone < 64, "64 writers took {} commits", together - alone);
    });
}

/// A deferred foreign key is checked by COMMIT, so it can make a shared commit fail.
#[test]
fn a_failed_commit_fails_the_whole_group_as_unknown_and_the_next_writer_works() {
    support::run(Engine::Sqlite, |t: TestShop| async move {
        let mut tx = t.db.begin().await.unwrap();
        tx.execute("CREATE TABLE parent (id INTEGER PRIMARY KEY)", args![]).await.unwrap();
        tx.execute(
            "CREATE TABLE child (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES parent(id) DEFERRABLE INITIALLY DEFERRED)",
            args![],
        )
        .await
        .unwrap();
        tx.commit().await.unwrap();

        // Holding the turn makes the others queue, so that they end up in one group.
        let gate = t.db.begin().await.unwrap();
        let bad = tokio::spawn({
            let db = t.db.clone();
            async move {
                let mut tx = db.begin().await?;
                tx.execute("INSERT INTO child (id, parent) VALUES (1, 7)", args![]).await?;
                tx.commit().await
            }
        });
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        let good = tokio::spawn({
            let db = t.db.clone();
            async move { write(&db, "good".into()).await }
        });
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        drop(gate);
        assert!(matches!(bad.await.unwrap(), Err(DbError::Unknown(_))));
        assert!(matches!(good.await.unwrap(), Err(DbError::Unknown(_))));
        assert_eq!(t.number("SELECT COUNT(*) FROM setting").await, 0);
        write(&t.db, "next".into()).await.unwrap();
        assert_eq!(t.number("SELECT COUNT(*) FROM setting").await, 1);
    });
}

#[test]
fn readers_cannot_write() {
    support::run(Engine::Sqlite, |t: TestShop| async move {
        let refused =
            t.db.fetch_all::<(i64,)>("INSERT INTO setting (key, value) VALUES ('a', '') RETURNING 1", args![]).await;
        assert!(refused.is_err());
        assert_eq!(t.number("SELECT COUNT(*) FROM setting").await, 0);
    });
}

/// Another process, as `mercer import` beside `mercer serve`.
#[test]
fn two_processes_on_one_file_take_turns() {
    support::run(Engine::Sqlite, |t: TestShop| async move {
        let other = Db::open(&t.url).await.unwrap();
        let both = [t.db.clone(), other];
        let tasks: Vec<_> = (0..40)
            .map(|n| {
                let db = both[n % 2].clone();
                tokio::spawn(async move { write(&db, format!("{n}")).await })
            })
            .collect();
        for task in tasks {
            task.await.unwrap().unwrap();
        }
        assert_eq!(t.number("SELECT COUNT(*) FROM setting").await, 40);
    });
}

#[test]
fn a_stopping_program_leaves_no_half_transaction() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("shop.sqlite").display());
    let runtime = || tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let first = runtime();
    let db = first.block_on(async {
        let db = Db::open(&url).await.unwrap();
        db.migrate().await.unwrap();
        for n in 0..32 {
            let db = db.clone();
            tokio::spawn(async move {
                loop {
                    let mut tx = db.begin().await.unwrap();
                    let sql = "INSERT INTO setting (key, value) VALUES ($1, ''), ($2, '')";
                    let id = uuid::Uuid::now_v7();
                    tx.execute(sql, args![format!("{n} {id}"), format!("{n} {id} twin")]).await.unwrap();
                    tx.commit().await.unwrap();
                }
            });
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        db
    });
    first.shutdown_background();
    drop(db);
    runtime().block_on(async {
        let db = Db::open(&url).await.unwrap();
        let (keys, twins): (i64, i64) = db
            .fetch_one("SELECT COUNT(*), COUNT(*) FILTER (WHERE key LIKE '% twin') FROM setting", args![])
            .await
            .unwrap();
        assert!(keys > 0);
        assert_eq!(keys, twins * 2);
        write(&db, "afterwards".into()).await.unwrap();
    });
}
