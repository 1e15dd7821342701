//! Many callers, one transaction: the queue behind the checkout's hot writes.
//!
//! Callers hand in items with [`Batch::run`]; a worker takes whatever waits, up to [`LARGEST`], and lets the
//! [`Work`] handle all of it in one transaction with a few set-based statements, one batch after the other: two at a time
//! would be smaller and cost more. Every item has its own outcome and nobody is answered before COMMIT. A lone item never
//! waits for company. A batch that fails as a whole is retried item by item, so one bad item costs its neighbours time and
//! nothing else; only when the outcome of the COMMIT is unknown is everyone told so instead. A caller that leaves before
//! its batch began takes its item along.

use super::{Db, DbError, Tx};
use crate::canary::{self, Canary};
use crate::point::{self, Point};
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// Items in one transaction at most.
pub const LARGEST: usize = 512;
/// Items that may wait; callers beyond wait for a place.
const QUEUE: usize = 4 * LARGEST;

/// What is done with a batch.
pub trait Work: Send + Sync + 'static {
    type Item: Send + Sync + 'static;
    type Outcome: Send + 'static;
    /// Must be able to say [`DbError::Unknown`].
    type Error: From<DbError> + Send + 'static;

    /// How long a batch waits for company in a crowd; for work whose callers are in no hurry.
    const LINGER: Duration = Duration::ZERO;

    /// Where a proof may interrupt it right after a commit.
    const POINT: Option<Point> = Some(Point::BatchCommitted);

    /// Whether shoppers are told its outcomes as the end of their checkouts: where a proof may plant
    /// [`Canary::ReplyBeforeCommit`]. Anywhere else the next step would not find what it stands on, and nobody would be
    /// told anything.
    const IS_FINAL: bool = false;

    /// Handles `items`, in order of arrival, inside `tx`, and returns one outcome for each. An error undoes
    /// everything, and the items come again one by one.
    fn run(
        &self,
        tx: &mut Tx,
        items: &[Self::Item],
    ) -> impl Future<Output = Result<Vec<Self::Outcome>, Self::Error>> + Send;
}

/// The queue; cheap to clone. Its worker ends when the last clone is dropped and the queue is empty.
pub struct Batch<W: Work> {
    queue: mpsc::Sender<Waiting<W>>,
    callers: Arc<AtomicUsize>,
}

impl<W: Work> Clone for Batch<W> {
    fn clone(&self) -> Self {
        Self { queue: self.queue.clone(), callers: Arc::clone(&self.callers) }
    }
}

struct Waiting<W: Work> {
    item: W::Item,
    answer: oneshot::Sender<Result<W::Outcome, W::Error>>,
}

impl<W: Work> Batch<W> {
    /// Starts the worker on the current runtime.
    pub fn start(db: Db, work: W) -> Self {
        let (queue, waiting) = mpsc::channel(QUEUE);
        tokio::spawn(drain(db, Arc::new(work), waiting));
        Self { queue, callers: Arc::default() }
    }

    /// How many wait for an answer at this moment.
    pub fn callers(&self) -> usize {
        self.callers.load(Ordering::Relaxed)
    }

    /// Returns when the item's transaction is durable.
    pub async fn run(&self, item: W::Item) -> Result<W::Outcome, W::Error> {
        let _counted = Counted::new(&self.callers);
        let (answer, outcome) = oneshot::channel();
        if self.queue.send(Waiting { item, answer }).await.is_err() {
            return Err(DbError::Unknown("the batch's worker has stopped".into()).into());
        }
        outcome.await.unwrap_or_else(|_| Err(DbError::Unknown("the batch broke off".into()).into()))
    }
}

/// A caller, until it is answered or leaves.
struct Counted<'c>(&'c AtomicUsize);

impl<'c> Counted<'c> {
    fn new(callers: &'c AtomicUsize) -> Self {
        callers.fetch_add(1, Ordering::Relaxed);
        Self(callers)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

async fn drain<W: Work>(db: Db, work: Arc<W>, mut queue: mpsc::Receiver<Waiting<W>>) {
    let mut is_crowd = false;
    loop {
        let mut batch = Vec::new();
        if !take(&mut queue, &mut batch, if is_crowd { W::LINGER } else { Duration::ZERO }).await {
            return;
        }
        is_crowd = batch.len() > 1;
        // A task of its own: a panic breaks this batch off, not the queue.
        let task = tokio::spawn(run_batch(db.clone(), Arc::clone(&work), batch));
        if let Err(error) = task.await {
            tracing::error!(%error, "a batch panicked");
        }
        // Those just answered come back first, so that they share the next transaction.
        tokio::task::yield_now().await;
    }
}

/// Takes what waits; `false` at the end of the queue.
async fn take<W: Work>(queue: &mut mpsc::Receiver<Waiting<W>>, batch: &mut Vec<Waiting<W>>, linger: Duration) -> bool {
    if queue.recv_many(batch, LARGEST).await == 0 {
        return false;
    }
    if !linger.is_zero() {
        tokio::time::sleep(linger).await;
        while batch.len() < LARGEST
            && let Ok(more) = queue.try_recv()
        {
            batch.push(more);
        }
    }
    true
}

async fn run_batch<W: Work>(db: Db, work: Arc<W>, mut batch: Vec<Waiting<W>>) {
    batch.retain(|waiting| !waiting.answer.is_closed());
    if batch.is_empty() {
        return;
    }
    let (items, answers): (Vec<_>, Vec<_>) = batch.into_iter().map(|w| (w.item, w.answer)).unzip();
    match transact(&db, &*work, &items).await {
        Ok(outcomes) => {
            if let Some(point) = W::POINT {
                point::reached(point).await;
            }
            for (answer, outcome) in answers.into_iter().zip(outcomes) {
                answer.send(Ok(outcome)).ok();
            }
        }
        Err(Failure::Unknown(why)) => {
            for answer in answers {
                answer.send(Err(DbError::Unknown(why.clone()).into())).ok();
            }
        }
        Err(Failure::Undone(error)) if items.len() == 1 => {
            let answer = answers.into_iter().next().expect("one answer per item");
            answer.send(Err(error)).ok();
        }
        Err(Failure::Undone(_)) => {
            for (item, answer) in items.iter().zip(answers) {
                let outcome = transact(&db, &*work, std::slice::from_ref(item)).await;
                let outcome = outcome.map(|mut all| all.pop().expect("one outcome per item"));
                answer.send(outcome.map_err(Failure::into_error)).ok();
            }
        }
    }
}

enum Failure<E> {
    /// Nothing was changed.
    Undone(E),
    /// The COMMIT may have happened.
    Unknown(String),
}

impl<E: From<DbError>> Failure<E> {
    fn into_error(self) -> E {
        match self {
            Self::Undone(error) => error,
            Self::Unknown(why) => DbError::Unknown(why).into(),
        }
    }
}

async fn transact<W: Work>(db: &Db, work: &W, items: &[W::Item]) -> Result<Vec<W::Outcome>, Failure<W::Error>> {
    let mut tx = db.begin_batch().await.map_err(|error| Failure::Undone(error.into()))?;
    let outcomes = work.run(&mut tx, items).await.map_err(Failure::Undone)?;
    assert_eq!(outcomes.len(), items.len(), "a batch has one outcome per item");
    if W::IS_FINAL && canary::on(Canary::ReplyBeforeCommit) {
        tokio::spawn(async move {
            // As long as a slow disk takes: in memory it is over before anybody has heard the answer.
            tokio::time::sleep(Duration::from_millis(10)).await;
            tx.commit().await
        });
        return Ok(outcomes);
    }
    match tx.commit().await {
        Ok(()) => Ok(outcomes),
        Err(DbError::Unknown(why)) => Err(Failure::Unknown(why)),
        Err(error) => Err(Failure::Undone(error.into())),
    }
}
