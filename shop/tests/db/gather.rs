//! Readers who share a statement: each gets its own rows, in their order, and nobody is lost.

use crate::support::{self, TestShop};
use futures_util::future::join_all;
use shop::args;
use shop::db::Engine;
use std::collections::HashSet;

const BY_PREFIX: &str = "SELECT key, CAST($2 AS BIGINT) AS asked FROM setting
    WHERE key LIKE $1 || '-%' ORDER BY key DESC";

on_both_engines! {
    async fn readers_of_the_same_statement_get_their_own_rows(t: TestShop) {
        let mut tx = t.db.begin().await.unwrap();
        for (prefix, rows) in [("a", 3), ("b", 1), ("c", 5)] {
            for row in 0..rows {
                let key = format!("{prefix}-{row}");
                tx.execute("INSERT INTO setting (key, value) VALUES ($1, '')", args![key]).await.unwrap();
            }
        }
        tx.commit().await.unwrap();
        let db = t.db.by_key();
        let questions = (0..200_i64).map(|n| {
            let db = db.clone();
            async move {
                let prefix = ["a", "b", "c", "nothing"][usize::try_from(n % 4).unwrap()];
                let rows: Vec<(String, i64)> = db.fetch_all(BY_PREFIX, args![prefix, n]).await.unwrap();
                let wanted = [3, 1, 5, 0][usize::try_from(n % 4).unwrap()];
                let expected: Vec<_> = (0..wanted).rev().map(|row| (format!("{prefix}-{row}"), n)).collect();
                assert_eq!(rows, expected);
            }
        });
        join_all(questions).await;
    }

    async fn who_leaves_keeps_nobody_waiting(t: TestShop) {
        let db = t.db.by_key();
        let sql = "SELECT CAST($1 AS BIGINT)";
        for _ in 0..20 {
            let leaver = { let db = db.clone(); tokio::spawn(async move { db.fetch_one::<(i64,)>(sql, args![1_i64]).await }) };
            let stayers: Vec<_> = (0..5_i64)
                .map(|n| { let db = db.clone(); tokio::spawn(async move { db.fetch_one::<(i64,)>(sql, args![n]).await }) })
                .collect();
            tokio::task::yield_now().await;
            leaver.abort();
            for (n, stayer) in (0..).zip(stayers) {
                assert_eq!(stayer.await.unwrap().unwrap(), (n,));
            }
        }
    }

    async fn a_statement_that_fails_for_one_answers_the_others(t: TestShop) {
        let db = t.db.by_key();
        let ask = |n: i64| {
            let db = db.clone();
            async move { db.fetch_one::<(i64,)>("SELECT CAST(12 AS BIGINT) / $1 AS q WHERE CAST($1 AS BIGINT) IS NOT NULL", args![n]).await }
        };
        let answers = join_all([3, 4, 0, 6].map(ask)).await;
        for (answer, expected) in [(0, 4), (1, 3), (3, 2)] {
            assert_eq!(answers[answer].as_ref().unwrap().0, expected);
        }
        // SQLite divides by nothing and says NULL, which is no number here.
        assert!(answers[2].is_err());
    }
}

#[test]
fn a_crowd_is_answered_by_few_statements() {
    support::run(Engine::Postgres, |t| async move {
        let db = t.db.by_key();
        let ask = |n: i64| {
            let db = db.clone();
            async move {
                let sql = "SELECT CAST(statement_timestamp() AS TEXT), CAST($1 AS BIGINT)";
                let (at, told): (String, i64) = db.fetch_one(sql, args![n]).await.unwrap();
                assert_eq!(told, n);
                at
            }
        };
        let at: HashSet<String> = join_all((0..300).map(ask)).await.into_iter().collect();
        // The first alone, the others 64 at a time.
        assert!(at.len() <= 6, "{} statements", at.len());
    });
}
