//! Works on jobs, one at a time, batch by batch.

use super::record::{self, LEASE_MS, Lease};
use super::{State, file, picture, roll_back};
use crate::audit::Actor;
use crate::db::{DbError, Read, Tx};
use crate::id::ImportId;
use crate::import::apply::{self, Context, Done};
use crate::import::category::Tree;
use crate::import::fetch::Fetcher;
use crate::import::item::Item;
use crate::import::plan::Plan;
use crate::import::{Outcome, RowError};
use crate::{Error, Result, Shop, args};
use tokio_util::sync::CancellationToken;

/// Products, and rows of them, of one transaction: shoppers' own writes wait no longer than for these.
const BATCH: usize = 200;
const BATCH_ROWS: usize = 600;
/// New products after which the database is asked to look at its tables anew.
const MANY: i64 = 1_000;

/// Works on whatever is due until nothing is; how many jobs.
pub async fn work(shop: &Shop, until: &CancellationToken) -> Result<usize> {
    let mut jobs = 0;
    while let Some(mut worker) = Worker::claim(shop, None).await? {
        jobs += 1;
        while worker.step(shop).await? {
            if until.is_cancelled() {
                return worker.release(shop).await.map(|()| jobs);
            }
        }
    }
    Ok(jobs)
}

/// Somebody who holds a job's lease.
pub struct Worker {
    lease: Lease,
    state: State,
    by: Actor,
    plan: Option<Plan>,
    tree: Option<Tree>,
    fetcher: Fetcher,
}

impl Worker {
    /// Takes a job that is due and nobody's, the oldest or the one that is named.
    pub async fn claim(shop: &Shop, which: Option<ImportId>) -> Result<Option<Self>> {
        const DUE: &str = "SELECT id FROM import_job
            WHERE state IN ('checking', 'running', 'fetching', 'rolling_back') AND lease_until <= $1
              AND ($2 IS NULL OR id = $2) ORDER BY id LIMIT 1";
        const TAKE: &str = "UPDATE import_job SET epoch = epoch + 1, lease_until = $2 + $3,
              started_at = COALESCE(started_at, $2)
            WHERE id = $1 AND lease_until <= $2 AND state IN ('checking', 'running', 'fetching', 'rolling_back')
            RETURNING epoch, state, actor, address";
        let now = shop.now_ms();
        // A read at first: an idle shop writes nothing.
        let Some((id,)) = shop.db.fetch_optional::<(ImportId,)>(DUE, args![now, which]).await? else { return Ok(None) };
        let mut tx = shop.db.begin().await?;
        let taken: Option<(i64, String, String, String)> = tx.fetch_optional(TAKE, args![id, now, LEASE_MS]).await?;
        let Some((epoch, state, actor, address)) = taken else { return Ok(None) };
        tx.commit().await?;
        Ok(Some(Self {
            lease: Lease { id, epoch },
            state: State::parse(&state)?,
            by: Actor::parse(&actor, &address),
            plan: None,
            tree: None,
            fetcher: Fetcher::new(),
        }))
    }

    /// Gives the job to whoever comes next.
    async fn release(self, shop: &Shop) -> Result<()> {
        let mut tx = shop.db.begin().await?;
        tx.execute(
            "UPDATE import_job SET lease_until = 0 WHERE id = $1 AND epoch = $2",
            args![self.lease.id, self.lease.epoch],
        )
        .await?;
        Ok(tx.commit().await?)
    }

    /// Does the next piece; whether there is more to do. A job that is somebody else's by now ends here without a word.
    ///
    /// # Errors
    /// `Unavailable` when the database is busy: the same step can be tried again. What cannot be gone on with is noted
    /// down as the job's failure.
    pub async fn step(&mut self, shop: &Shop) -> Result<bool> {
        let done = match self.state {
            State::RollingBack => roll_back::step(shop, self.lease, &self.by).await,
            State::Fetching => picture::step(shop, self.lease, &self.fetcher).await,
            _ => self.products(shop).await,
        };
        match done {
            Ok(Some(next)) => {
                self.state = next;
                Ok(next.is_active())
            }
            // Another worker has it.
            Ok(None) => Ok(false),
            Err(error @ Error::Unavailable { .. }) => Err(error),
            Err(error) => {
                tracing::error!(%error, job = %self.lease.id, "an import failed");
                let mut tx = shop.db.begin().await?;
                self.lease.turn(&mut tx, State::Failed, &error.to_string(), shop.now_ms()).await?;
                tx.commit().await?;
                Ok(false)
            }
        }
    }

    async fn products(&mut self, shop: &Shop) -> Result<Option<State>> {
        let plan = match self.plan.take() {
            Some(plan) => plan,
            None => {
                let plan = file::plan(shop, self.lease.id).await?;
                if !self.count(shop, &plan).await? {
                    return Ok(None);
                }
                plan
            }
        };
        let done = self.batch(shop, &plan).await;
        self.plan = Some(plan);
        done
    }

    /// Notes down how much there is to do, once; `false` when the job is somebody else's.
    async fn count(&mut self, shop: &Shop, plan: &Plan) -> Result<bool> {
        let mut tx = shop.db.begin().await?;
        if ours(self.lease.hold(&mut tx, self.state, shop.now_ms()).await)?.is_none() {
            return Ok(false);
        }
        let first = tx
            .execute(
                "UPDATE import_job SET total = $2, file_rows = $3 WHERE id = $1 AND total IS NULL",
                args![
                    self.lease.id,
                    i64::try_from(plan.len()).unwrap_or(i64::MAX),
                    i64::try_from(plan.rows).unwrap_or(i64::MAX)
                ],
            )
            .await?;
        if first == 1 {
            record::errors(&mut tx, self.lease.id, &plan.errors).await?;
        }
        tx.commit().await?;
        Ok(true)
    }

    async fn batch(&mut self, shop: &Shop, plan: &Plan) -> Result<Option<State>> {
        let (position,): (i64,) =
            shop.db.fetch_one("SELECT position FROM import_job WHERE id = $1", args![self.lease.id]).await?;
        let from = usize::try_from(position).unwrap_or(0);
        let items = plan.items(plan.batch(from, BATCH, BATCH_ROWS));
        if items.is_empty() {
            return self.end(shop).await;
        }
        match self.apply(shop, plan, from, &items).await {
            Err(Error::Unavailable { message, retry_after_s }) => {
                return Err(Error::Unavailable { message, retry_after_s });
            }
            Err(error) => {
                // Somebody else's write came in between, or one product breaks a rule: then the others are none the worse.
                tracing::info!(%error, "a batch of an import is done product by product");
                for (at, item) in items.iter().enumerate() {
                    if let Some(state) = self.alone(shop, plan, from + at, item).await? {
                        return Ok(state);
                    }
                }
            }
            Ok(None) => {}
            Ok(Some(state)) => return Ok(state),
        }
        Ok(Some(self.state))
    }

    /// One product; refused when the database does not take it.
    async fn alone(&mut self, shop: &Shop, plan: &Plan, at: usize, item: &Item) -> Result<Option<Option<State>>> {
        match self.apply(shop, plan, at, std::slice::from_ref(item)).await {
            Err(error @ Error::Unavailable { .. }) => Err(error),
            Err(error) => {
                let errors = apply::located(item, plan, error).unwrap_or_else(|error| {
                    tracing::warn!(%error, key = item.key, "the database refuses a product");
                    vec![RowError {
                        line: item.line,
                        column: String::new(),
                        message: "The database does not take this product.".into(),
                    }]
                });
                let done = [Done { outcome: Outcome::Refused, errors, change: None }];
                let mut tx = shop.db.begin().await?;
                let Some(_) = ours(self.lease.hold(&mut tx, self.state, shop.now_ms()).await)? else {
                    return Ok(Some(None));
                };
                record::progress(&mut tx, self.lease.id, at, &done, &[&item.key], false).await?;
                tx.commit().await?;
                Ok(None)
            }
            Ok(turned) => Ok(turned),
        }
    }

    /// Products and position in one transaction; on a dry run the products in one that is dropped. `Some` when the job
    /// has turned: into another state, or somebody else's (`Some(None)`).
    async fn apply(&mut self, shop: &Shop, plan: &Plan, at: usize, items: &[Item]) -> Result<Option<Option<State>>> {
        let now = shop.now_ms();
        let dry_run = self.state == State::Checking;
        let mut tree = match self.tree.take() {
            Some(tree) => tree,
            None => Tree::load(&mut &shop.db).await?,
        };
        let country = shop.settings.home_country.clone();
        let context = Context { plan, by: &self.by, origin: &shop.origin, country: &country, now };
        let mut tx = shop.db.begin().await?;
        let Some(cancelled) = ours(self.lease.hold(&mut tx, self.state, now).await)? else { return Ok(Some(None)) };
        if cancelled {
            self.lease.turn(&mut tx, State::Cancelled, "", now).await?;
            tx.commit().await?;
            return Ok(Some(Some(State::Cancelled)));
        }
        let done = apply::batch(&mut tx, &context, items, &mut tree).await?;
        if dry_run {
            drop(tx);
            tx = shop.db.begin().await?;
            if ours(self.lease.hold(&mut tx, self.state, now).await)?.is_none() {
                return Ok(Some(None));
            }
        } else {
            categories(&mut tx, self.lease.id, &mut tree).await?;
        }
        let keys: Vec<&str> = items.iter().map(|item| item.key.as_str()).collect();
        record::progress(&mut tx, self.lease.id, at, &done, &keys, !dry_run).await?;
        tx.commit().await?;
        // Categories of a dry run are gone again.
        self.tree = Some(tree).filter(|_| !dry_run);
        Ok(None)
    }

    async fn end(&mut self, shop: &Shop) -> Result<Option<State>> {
        let id = self.lease.id;
        let (fetches, changed, created): (bool, i64, i64) = shop
            .db
            .fetch_one("SELECT fetch_pictures, created + updated, created FROM import_job WHERE id = $1", args![id])
            .await?;
        let next = match self.state {
            State::Checking => State::Checked,
            _ if fetches && changed > 0 => State::Fetching,
            _ => State::Done,
        };
        if self.state == State::Running && created >= MANY {
            shop.db.analyze().await?;
        }
        let mut tx = shop.db.begin().await?;
        let Some(_) = ours(self.lease.hold(&mut tx, self.state, shop.now_ms()).await)? else { return Ok(None) };
        if next != State::Checked {
            // It has done its duty.
            tx.execute("DELETE FROM import_chunk WHERE job_id = $1", args![id]).await?;
            tx.execute(
                "UPDATE import_job SET position = 0, total = NULL WHERE id = $1 AND $2",
                args![id, next == State::Fetching],
            )
            .await?;
        }
        self.lease.turn(&mut tx, next, "", shop.now_ms()).await?;
        tx.commit().await?;
        self.plan = None;
        Ok(Some(next))
    }
}

/// `None` when the job is somebody else's.
pub(super) fn ours(held: Result<bool, DbError>) -> Result<Option<bool>> {
    match held {
        Ok(cancelled) => Ok(Some(cancelled)),
        Err(DbError::Stale { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Remembers which categories the job has made.
async fn categories(tx: &mut Tx, id: ImportId, tree: &mut Tree) -> Result<()> {
    for category in tree.made.drain(..) {
        tx.execute("INSERT INTO import_category (job_id, category_id) VALUES ($1, $2)", args![id, category]).await?;
    }
    Ok(())
}
