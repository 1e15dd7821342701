//! What `begin` and `commit` promise, on both engines.

use crate::support::TestShop;
use shop::args;
use shop::db::{DbError, Read, Violation};
use std::sync::Arc;
use std::time::Duration;

const INSERT: &str = "INSERT INTO setting (key, value) VALUES ($1, $2)";

on_both_engines! {
    async fn a_committed_transaction_is_read_back(t: TestShop) {
        let mut tx = t.db.begin().await.unwrap();
        assert_eq!(tx.execute(INSERT, args!["a", "1"]).await.unwrap(), 1);
        tx.commit().await.unwrap();
        assert_eq!(t.number("SELECT COUNT(*) FROM setting").await, 1);
    }

    async fn a_dropped_transaction_leaves_nothing(t: TestShop) {
        let mut tx = t.db.begin().await.unwrap();
        tx.execute(INSERT, args!["a", "1"]).await.unwrap();
        drop(tx);
        t.db.begin().await.unwrap().commit().await.unwrap();
        assert_eq!(t.number("SELECT COUNT(*) FROM setting").await, 0);
    }

    async fn arguments_are_taken_by_number_in_whatever_order_they_are_named(t: TestShop) {
        let sql = "SELECT CAST($2 AS TEXT), CAST($1 AS BIGINT), CAST($2 AS TEXT), CAST($3 AS TEXT)";
        let rows: Vec<(String, i64, String, Option<String>)> =
            t.db.fetch_all(sql, args![7, "b", None::<String>]).await.unwrap();
        assert_eq!(rows, [("b".into(), 7, "b".into(), None)]);
        assert!(t.db.fetch_all::<(i64,)>("SELECT CAST($2 AS BIGINT)", args![1]).await.is_err());
    }

    async fn a_statement_tells_how_many_rows_it_changed(t: TestShop) {
        let mut tx = t.db.begin().await.unwrap();
        for key in ["a", "b", "c"] {
            tx.execute(INSERT, args![key, "1"]).await.unwrap();
        }
        assert_eq!(tx.execute("UPDATE setting SET value = '2' WHERE key <> $1", args!["a"]).await.unwrap(), 2);
        assert_eq!(tx.execute("UPDATE setting SET value = '2' WHERE key = $1", args!["z"]).await.unwrap(), 0);
        let gone: Vec<(String,)> =
            tx.fetch_all("DELETE FROM setting WHERE value = $1 RETURNING key", args!["2"]).await.unwrap();
        assert_eq!(gone.len(), 2);
        tx.commit().await.unwrap();
        assert_eq!(t.number("SELECT COUNT(*) FROM setting").await, 1);
    }

    async fn a_broken_rule_is_told_by_kind(t: TestShop) {
        let mut tx = t.db.begin().await.unwrap();
        tx.execute(INSERT, args!["a", "1"]).await.unwrap();
        let twice = tx.execute(INSERT, args!["a", "2"]).await.unwrap_err();
        assert_eq!(twice.violation(), Some(Violation::Unique));
        drop(tx);
        let mut tx = t.db.begin().await.unwrap();
        let orphan = tx
            .execute("INSERT INTO variant (id, product_id, sku) VALUES ($1, $1, 'X')", args![uuid::Uuid::from_u128(1)])
            .await
            .unwrap_err();
        assert_eq!(orphan.violation(), Some(Violation::ForeignKey));
    }
}

async fn set(t: &TestShop, key: String) -> shop::db::Result<()> {
    let mut tx = t.db.begin().await?;
    tx.execute(INSERT, args![key, "1"]).await?;
    tx.commit().await
}

on_both_engines! {
    async fn after_a_failed_statement_nothing_can_be_committed(t: TestShop) {
        let mut tx = t.db.begin().await.unwrap();
        tx.execute(INSERT, args!["a", "1"]).await.unwrap();
        tx.execute(INSERT, args!["a", "2"]).await.unwrap_err();
        assert!(matches!(tx.execute(INSERT, args!["b", "1"]).await, Err(DbError::Aborted)));
        assert!(matches!(tx.fetch_all::<(String,)>("SELECT key FROM setting", args![]).await, Err(DbError::Aborted)));
        assert!(matches!(tx.commit().await, Err(DbError::Aborted)));
        assert_eq!(t.number("SELECT COUNT(*) FROM setting").await, 0);
    }

    async fn many_writers_keep_what_they_committed_and_only_that(t: TestShop) {
        let t = Arc::new(t);
        let tasks: Vec<_> = (0..240).map(|n| {
            let t = Arc::clone(&t);
            tokio::spawn(async move {
                match n % 4 {
                    // Committed.
                    0 | 1 => set(&t, format!("kept {n}")).await.unwrap(),
                    // Dropped half-way.
                    2 => {
                        let mut tx = t.db.begin().await.unwrap();
                        tx.execute(INSERT, args![format!("dropped {n}"), "1"]).await.unwrap();
                    }
                    // Broken by a rule, which must not touch its neighbours.
                    _ => {
                        let mut tx = t.db.begin().await.unwrap();
                        tx.execute(INSERT, args![format!("broken {n}"), "1"]).await.unwrap();
                        tx.execute(INSERT, args![format!("broken {n}"), "1"]).await.unwrap_err();
                        tx.commit().await.unwrap_err();
                    }
                }
            })
        }).collect();
        for task in tasks {
            task.await.unwrap();
        }
        assert_eq!(t.number("SELECT COUNT(*) FROM setting").await, 120);
        assert_eq!(t.number("SELECT COUNT(*) FROM setting WHERE key LIKE 'kept %'").await, 120);
    }

    async fn futures_dropped_at_any_point_strand_nobody(t: TestShop) {
        let t = Arc::new(t);
        let tasks: Vec<_> = (0..400u64).map(|n| {
            let t = Arc::clone(&t);
            tokio::spawn(async move {
                let work = set(&t, format!("{n}"));
                if n % 2 == 0 {
                    // Cancelled while queueing, beginning, writing or waiting for the COMMIT.
                    tokio::time::timeout(Duration::from_micros(n * 40), work).await.ok();
                } else {
                    tokio::time::timeout(Duration::from_secs(20), work).await.expect("nobody waits for ever").unwrap();
                }
            })
        }).collect();
        for task in tasks {
            task.await.unwrap();
        }
        let kept = t.number("SELECT COUNT(*) FROM setting WHERE CAST(key AS BIGINT) % 2 = 1").await;
        assert_eq!(kept, 200);
        set(&t, "afterwards".into()).await.unwrap();
    }

    async fn a_transaction_sees_its_own_writes_and_others_do_not(t: TestShop) {
        let mut tx = t.db.begin().await.unwrap();
        tx.execute(INSERT, args!["a", "1"]).await.unwrap();
        assert_eq!(tx.fetch_one::<(i64,)>("SELECT COUNT(*) FROM setting", args![]).await.unwrap().0, 1);
        assert_eq!(t.number("SELECT COUNT(*) FROM setting").await, 0);
        tx.commit().await.unwrap();
        assert_eq!(t.number("SELECT COUNT(*) FROM setting").await, 1);
    }
}
