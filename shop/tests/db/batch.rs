//! The queue behind set-based writes: own outcomes, one transaction, nobody lost.

use crate::support::TestShop;
use futures_util::future::join_all;
use shop::args;
use shop::db::{Batch, DbError, Tx, Work};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Writes each item as a setting; its outcome is its length. `calls` counts transactions.
#[derive(Default)]
struct Write {
    calls: Arc<AtomicUsize>,
    slow: bool,
}

impl Work for Write {
    type Item = String;
    type Outcome = usize;
    type Error = DbError;

    async fn run(&self, tx: &mut Tx, items: &[String]) -> Result<Vec<usize>, DbError> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        for item in items {
            tx.execute("INSERT INTO setting (key, value) VALUES ($1, '')", args![item]).await?;
            assert!(item != "panic", "asked to panic");
        }
        if self.slow {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        Ok(items.iter().map(String::len).collect())
    }
}

/// In a crowd it waits for company, longer than anybody's patience; counts transactions.
struct Patient(Arc<AtomicUsize>);

impl Work for Patient {
    type Item = ();
    type Outcome = ();
    type Error = DbError;
    const LINGER: Duration = Duration::from_secs(3);

    async fn run(&self, _: &mut Tx, items: &[()]) -> Result<Vec<()>, DbError> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Ok(items.to_vec())
    }
}

async fn all(batch: &Batch<Write>, items: impl IntoIterator<Item = String>) -> Vec<Result<usize, DbError>> {
    let tasks: Vec<_> = items
        .into_iter()
        .map(|item| {
            let batch = batch.clone();
            tokio::spawn(async move { batch.run(item).await })
        })
        .collect();
    let mut outcomes = Vec::new();
    for task in tasks {
        outcomes.push(task.await.unwrap());
    }
    outcomes
}

on_both_engines! {
    async fn concurrent_items_share_transactions_and_get_their_own_outcome(t: TestShop) {
        let work = Write::default();
        let calls = Arc::clone(&work.calls);
        let batch = Batch::start(t.db.clone(), work);
        let outcomes = all(&batch, (0..300).map(|n| "x".repeat(n + 1))).await;
        for (n, outcome) in outcomes.into_iter().enumerate() {
            assert_eq!(outcome.unwrap(), n + 1);
        }
        assert_eq!(t.number("SELECT COUNT(*) FROM setting").await, 300);
        assert!(calls.load(Ordering::SeqCst) < 300);
    }

    async fn one_bad_item_fails_alone(t: TestShop) {
        let batch = Batch::start(t.db.clone(), Write { slow: true, ..Write::default() });
        let outcomes = all(&batch, ["a", "b", "a", "c"].map(str::to_owned)).await;
        let refused: Vec<_> = outcomes.iter().filter(|o| o.as_ref().is_err_and(DbError::is_unique_violation)).collect();
        assert_eq!(refused.len(), 1);
        assert_eq!(outcomes.iter().filter(|o| o.is_ok()).count(), 3);
        assert_eq!(t.number("SELECT COUNT(*) FROM setting").await, 3);
    }

    async fn a_panic_breaks_off_its_batch_and_not_the_queue(t: TestShop) {
        let batch = Batch::start(t.db.clone(), Write::default());
        assert!(matches!(batch.run("panic".into()).await, Err(DbError::Unknown(_))));
        assert_eq!(batch.run("next".into()).await.unwrap(), 4);
        assert_eq!(t.number("SELECT COUNT(*) FROM setting").await, 1);
    }

    async fn who_leaves_the_queue_takes_the_item_along_and_who_leaves_later_does_not(t: TestShop) {
        let batch = Batch::start(t.db.clone(), Write { slow: true, ..Write::default() });
        let running = tokio::spawn({ let batch = batch.clone(); async move { batch.run("running".into()).await } });
        tokio::time::sleep(Duration::from_millis(5)).await;
        let queued = tokio::spawn({ let batch = batch.clone(); async move { batch.run("queued".into()).await } });
        tokio::time::sleep(Duration::from_millis(5)).await;
        queued.abort();
        running.abort();
        assert_eq!(batch.run("last".into()).await.unwrap(), 4);
        let keys: Vec<(String,)> = t.db.fetch_all("SELECT key FROM setting ORDER BY key", args![]).await.unwrap();
        let keys: Vec<_> = keys.iter().map(|(key,)| key.as_str()).collect();
        assert_eq!(keys, ["last", "running"]);
    }

    async fn work_without_hurry_waits_for_company_in_a_crowd_and_alone_for_nobody(t: TestShop) {
        let calls = Arc::default();
        let batch = Batch::start(t.db.clone(), Patient(Arc::clone(&calls)));
        let begun = Instant::now();
        for _ in 0..3 {
            batch.run(()).await.unwrap();
        }
        assert!(begun.elapsed() < Patient::LINGER, "nobody else is there");
        // Some arrive together; from then on, the next wait for those who come a little later.
        let crowd = join_all([(); 4].map(|()| batch.run(()))).await;
        assert!(crowd.iter().all(Result::is_ok), "{crowd:?}");
        let before = calls.load(Ordering::SeqCst);
        let later = (0..10).map(|n| {
            let batch = &batch;
            async move {
                tokio::time::sleep(Duration::from_millis(n * 20)).await;
                batch.run(()).await
            }
        });
        assert!(join_all(later).await.iter().all(Result::is_ok));
        let together = calls.load(Ordering::SeqCst) - before;
        assert!(together <= 2, "ten callers within 200 ms took {together} transactions");
    }
}
