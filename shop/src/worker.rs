//! Work that nobody waits for: provider news, outbox deliveries, recovery, expiry. Each job is a plain function
//! that runs until its queue is empty and says how much it did; [`run`] is the one loop around them.

mod pace;

use crate::catalogue::{sales, schedule};
use crate::{
    Result, Shop, alert, args, backup, bulk, cart, change, checkout, collection, currency, gift_card, import, media,
    outbox, payment, recent, recommendation, reconcile, review, sale, search, session, wishlist,
};
use std::future::Future;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// The clock looks at the queues at least this often; new work wakes the loop at once.
const TICK: Duration = Duration::from_secs(2);
/// "Best-selling" may be an hour old.
const SALES_EVERY: Duration = Duration::from_hours(1);
/// How often is looked for imports, and for products that rules of collections have not seen.
const IMPORT_TICK: Duration = Duration::from_millis(500);
/// Idempotency keys outlive a weekend; the constraints behind them hold for ever.
const KEEP_KEYS_MS: i64 = 4 * 24 * 60 * 60 * 1000;
const KEEP_DELIVERED_MS: i64 = 30 * 24 * 60 * 60 * 1000;

/// Runs every job until told to end. News and deliveries are woken by new work (`shop.wake`) and by the clock, care by
/// the clock alone: a rush that keeps the first two busy must not keep lost checkouts from being found.
pub async fn run(shop: Shop, until: CancellationToken) {
    let news = repeat(shop.clone(), until.clone(), events_and_outbox);
    let comparison = repeat(shop.clone(), until.clone(), comparison);
    let watch = repeat(shop.clone(), until.clone(), watch);
    let calendar = repeat(shop.clone(), until.clone(), calendar);
    let pictures = repeat(shop.clone(), until.clone(), pictures);
    let counting = repeat(shop.clone(), until.clone(), count_sales);
    let imports = repeat(shop.clone(), until.clone(), imports);
    let recommending = repeat(shop.clone(), until.clone(), recommendations);
    let rules = repeat(shop.clone(), until.clone(), rules);
    let converting = repeat(shop.clone(), until.clone(), conversions);
    tokio::join!(
        news,
        comparison,
        watch,
        calendar,
        pictures,
        counting,
        imports,
        recommending,
        rules,
        converting,
        repeat(shop, until, care)
    );
}

async fn repeat<F>(shop: Shop, until: CancellationToken, round: impl Fn(Shop, CancellationToken) -> F)
where
    F: Future<Output = Result<()>> + Send + 'static,
{
    while !until.is_cancelled() {
        // A task of its own: a panic ends this round, not the worker.
        match tokio::spawn(round(shop.clone(), until.clone())).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::error!(%error, "background work failed"),
            Err(error) => tracing::error!(%error, "background work broke off"),
        }
    }
}

async fn events_and_outbox(shop: Shop, until: CancellationToken) -> Result<()> {
    let shop = shop.by_key();
    let rush = || shop.checkouts.are_waited_for();
    // Side by side: under load there is always another event, and captures must not wait for the last.
    let (events, outbox) = tokio::join!(
        pace::in_turns(rush, &until, || payment::apply_due(&shop)),
        pace::in_turns(rush, &until, || outbox::deliver_due(&shop)),
    );
    tokio::select! {
        () = until.cancelled() => {}
        () = shop.wake.notified() => {}
        () = tokio::time::sleep(TICK) => {}
    }
    events.and(outbox)
}

/// Apart from the rest: reading a month of payments from a slow provider may take minutes.
async fn comparison(shop: Shop, until: CancellationToken) -> Result<()> {
    let done = reconcile::on_time(&shop).await;
    tokio::select! {
        () = until.cancelled() => {}
        () = tokio::time::sleep(TICK) => {}
    }
    done.map(drop)
}

/// Apart from the rest, too: a shop that is busy is the one to be watched.
async fn watch(shop: Shop, until: CancellationToken) -> Result<()> {
    let done = reconcile::watch_on_time(&shop).await;
    tokio::select! {
        () = until.cancelled() => {}
        () = tokio::time::sleep(TICK) => {}
    }
    done.map(drop)
}

/// Apart as well: a provider that lets checkouts wait must not keep a product from appearing in its minute.
async fn calendar(shop: Shop, until: CancellationToken) -> Result<()> {
    let published = schedule::publish_due(&shop).await;
    let told = tell_waiting(&shop).await;
    let reminded = remind(&shop).await;
    let done = sale::work(&shop, &until).await;
    tokio::select! {
        () = until.cancelled() => {}
        () = tokio::time::sleep(TICK) => {}
    }
    published.and(told).and(reminded).and(done).map(drop)
}

/// One after the other, and apart: drawing takes a core for a second or so.
async fn pictures(shop: Shop, until: CancellationToken) -> Result<()> {
    let erased = media::erase_due(&shop).await;
    let done = media::draw_due(&shop).await;
    if matches!((&erased, &done), (Ok(1..), Ok(_)) | (Ok(_), Ok(1..))) {
        return Ok(());
    }
    tokio::select! {
        () = until.cancelled() => {}
        () = tokio::time::sleep(TICK) => {}
    }
    erased.and(done).map(drop)
}

/// Apart, and seldom: it reads the orders of a month.
async fn count_sales(shop: Shop, until: CancellationToken) -> Result<()> {
    let done = sales::count(&shop).await;
    let swept = find_missed_returns(&shop).await;
    tokio::select! {
        () = until.cancelled() => {}
        () = tokio::time::sleep(SALES_EVERY) => {}
    }
    swept?;
    done.map(drop)
}

/// Apart as well: the first walk through a large shop takes an hour. Nobody waits for it, so pages always come first.
async fn recommendations(shop: Shop, until: CancellationToken) -> Result<()> {
    let done = pace::in_turns(|| true, &until, || recommendation::work(&shop)).await;
    tokio::select! {
        () = until.cancelled() => {}
        () = tokio::time::sleep(TICK) => {}
    }
    done
}

/// Apart, too: a large file takes minutes, and a merchant who has just begun an import or a bulk edit looks at it.
async fn imports(shop: Shop, until: CancellationToken) -> Result<()> {
    let done = match import::job::work(&shop, &until).await {
        Ok(_) => bulk::work(&shop, &until).await,
        failed => failed,
    };
    tokio::select! {
        () = until.cancelled() => {}
        () = tokio::time::sleep(IMPORT_TICK) => {}
    }
    done.map(drop)
}

/// Apart as well: a new rule is asked about every product there is.
async fn rules(shop: Shop, until: CancellationToken) -> Result<()> {
    let done = collection::keep_up(&shop, &until).await;
    tokio::select! {
        () = until.cancelled() => {}
        () = tokio::time::sleep(IMPORT_TICK) => {}
    }
    done.map(drop)
}

/// Apart as well: another rate is asked of every price there is.
async fn conversions(shop: Shop, until: CancellationToken) -> Result<()> {
    let done = currency::work(&shop, &until).await;
    tokio::select! {
        () = until.cancelled() => {}
        () = tokio::time::sleep(IMPORT_TICK) => {}
    }
    done.map(drop)
}

async fn care(shop: Shop, until: CancellationToken) -> Result<()> {
    let jobs = [
        recover_checkouts(&shop).await,
        sweep_expired(&shop).await,
        poll_stuck_attempts(&shop).await,
        cancel_expired(&shop).await,
        issue_gift_cards(&shop).await,
        count_ratings(&shop).await,
        purge(&shop).await,
    ];
    let done = jobs.into_iter().try_fold(0, |sum, job| job.map(|done| sum + done));
    if done.as_ref().is_ok_and(|done| *done > 0) {
        // What was decided here goes out now.
        shop.wake.notify_one();
    }
    tokio::select! {
        () = until.cancelled() => {}
        () = tokio::time::sleep(TICK) => {}
    }
    done.map(drop)
}

/// Every job once, to an empty queue; the number of things done. One job's failure keeps none of the others from
/// running; the first is returned at the end.
pub async fn run_once(shop: &Shop) -> Result<usize> {
    let jobs = [
        apply_events(shop).await,
        deliver_outbox(shop).await,
        recover_checkouts(shop).await,
        sweep_expired(shop).await,
        poll_stuck_attempts(shop).await,
        cancel_expired(shop).await,
        issue_gift_cards(shop).await,
        schedule::publish_due(shop).await,
        sale::work(shop, &CancellationToken::new()).await,
        count_ratings(shop).await,
        tell_waiting(shop).await,
        remind(shop).await,
        import::job::work(shop, &CancellationToken::new()).await,
        bulk::work(shop, &CancellationToken::new()).await,
        currency::work(shop, &CancellationToken::new()).await,
        collection::keep_up(shop, &CancellationToken::new()).await,
        // Once more: what the jobs above have decided goes out now.
        deliver_outbox(shop).await,
        purge(shop).await,
    ];
    let mut done = 0;
    for job in jobs {
        done += job?;
    }
    Ok(done)
}

/// Repeats `step` until it says that nothing was left to do; the sum of what was done.
pub(crate) async fn to_the_end<'s, F>(shop: &'s Shop, step: impl Fn(&'s Shop) -> F) -> Result<usize>
where
    F: Future<Output = Result<usize>>,
{
    let mut done = 0;
    loop {
        match step(shop).await? {
            0 => return Ok(done),
            more => done += more,
        }
    }
}

/// Fetches the objects that stored events are about and applies them.
pub async fn apply_events(shop: &Shop) -> Result<usize> {
    to_the_end(shop, payment::apply_due).await
}

/// Captures, refunds, mail.
pub async fn deliver_outbox(shop: &Shop) -> Result<usize> {
    to_the_end(shop, outbox::deliver_due).await
}

/// Continues checkouts whose driver has gone. Not in a restored database before it was compared with the provider: what
/// looks unpaid here may have been paid long ago, under a key that the provider has forgotten.
pub async fn recover_checkouts(shop: &Shop) -> Result<usize> {
    if backup::orders_closed(shop).await?.is_some() {
        return Ok(0);
    }
    checkout::recover_checkouts(shop).await
}

/// Gives back the stock of checkouts that ran out of time, after asking the provider.
pub async fn sweep_expired(shop: &Shop) -> Result<usize> {
    checkout::sweep_expired(shop).await
}

/// Asks about payments that no event has told about.
pub async fn poll_stuck_attempts(shop: &Shop) -> Result<usize> {
    checkout::poll_stuck_attempts(shop).await
}

/// Cancels orders whose payment has expired and that nobody has paid anew.
pub async fn cancel_expired(shop: &Shop) -> Result<usize> {
    reconcile::cancel_expired(shop).await
}

/// Makes and mails the gift cards of orders that are paid.
pub async fn issue_gift_cards(shop: &Shop) -> Result<usize> {
    to_the_end(shop, gift_card::issue_due).await
}

/// Counts the reviews of products whose reviews have changed.
pub async fn count_ratings(shop: &Shop) -> Result<usize> {
    to_the_end(shop, review::count_due).await
}

/// Takes files out of the store that nothing shows any more.
pub async fn erase_pictures(shop: &Shop) -> Result<usize> {
    to_the_end(shop, media::erase_due).await
}

/// Tells those who wait for something that can be bought again.
pub async fn tell_waiting(shop: &Shop) -> Result<usize> {
    to_the_end(shop, alert::tell_due).await
}

/// Finds carts that were left, and reminds those who want to be reminded.
pub async fn remind(shop: &Shop) -> Result<usize> {
    cart::recovery::work(shop).await
}

/// Finds who waits for something that is there and was missed.
pub async fn find_missed_returns(shop: &Shop) -> Result<u64> {
    alert::sweep(shop).await
}

/// Counts orders, ranks partners and looks for similar products.
pub async fn recommend(shop: &Shop) -> Result<usize> {
    to_the_end(shop, recommendation::work).await
}

/// Forgets what has done its duty: old keys, delivered notes, abandoned carts, sessions that ran out.
pub async fn purge(shop: &Shop) -> Result<usize> {
    const CARTS: &str = "DELETE FROM cart WHERE id IN (SELECT c.id FROM cart c WHERE c.status = 'active'
        AND c.expires_at < $1 AND NOT EXISTS (SELECT 1 FROM checkout k WHERE k.cart_id = c.id) LIMIT 500)";
    const KEYS: &str = "DELETE FROM idempotency WHERE created_at < $1 AND finished = TRUE";
    const NOTES: &str = "DELETE FROM outbox WHERE delivered_at < $1 AND kind <> 'mail'";
    // A cart that led to an order is kept for the order's sake.
    const KEPT_CARTS: &str = "UPDATE cart SET status = 'merged' WHERE status = 'active' AND expires_at < $1
        AND EXISTS (SELECT 1 FROM checkout k WHERE k.cart_id = cart.id)";
    const LOOK: &str = "SELECT CAST(
        CASE WHEN EXISTS (SELECT 1 FROM cart WHERE status = 'active' AND expires_at < $1) THEN 1 ELSE 0 END
        + CASE WHEN EXISTS (SELECT 1 FROM idempotency WHERE created_at < $2) THEN 1 ELSE 0 END
        + CASE WHEN EXISTS (SELECT 1 FROM outbox WHERE delivered_at < $3 AND kind <> 'mail') THEN 1 ELSE 0 END
        AS BIGINT)";
    let now = shop.now_ms();
    // Cheap reads first: an idle shop writes nothing.
    let args = args![now, now - KEEP_KEYS_MS, now - KEEP_DELIVERED_MS];
    let (due,): (i64,) = shop.db.fetch_one(LOOK, args).await?;
    let sessions = session::delete_expired(&shop.db, now).await?
        + search::forget_old_changes(shop).await?
        + change::forget_old(shop).await?
        + search::forget_old_terms(shop).await?
        + import::job::forget_old(shop).await?
        + bulk::forget_old(shop).await?
        + recent::forget_old(shop).await?
        + alert::forget_old(shop).await?
        + wishlist::forget_old(shop).await?
        + cart::share::forget_old(shop).await?
        + cart::recovery::forget_old(shop).await?;
    if due == 0 {
        return Ok(usize::try_from(sessions).unwrap_or(usize::MAX));
    }
    let mut tx = shop.db.begin().await?;
    let mut gone = tx.execute(CARTS, args![now]).await?;
    gone += tx.execute(KEPT_CARTS, args![now]).await?;
    gone += tx.execute(KEYS, args![now - KEEP_KEYS_MS]).await?;
    gone += tx.execute(NOTES, args![now - KEEP_DELIVERED_MS]).await?;
    tx.commit().await?;
    Ok(usize::try_from(gone + sessions).unwrap_or(usize::MAX))
}
