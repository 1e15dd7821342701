//! After the storm: nothing fails any more, time passes beyond every hold, and everything has to come to its end.

use super::agenda::Act;
use super::weather::Odds;
use super::world::World;
use super::{judge, life, town};
use shop::{Shop, args, reconcile, worker};
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

const SECOND: u64 = 1_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;
/// While the keys of the first minutes are still good, then beyond the hold and the page's life.
const FIRST: [u64; 10] = [
    15 * SECOND,
    15 * SECOND,
    30 * SECOND,
    2 * MINUTE,
    3 * MINUTE,
    5 * MINUTE,
    10 * MINUTE,
    15 * MINUTE,
    15 * MINUTE,
    20 * MINUTE,
];
/// A provider may keep an error under its key for a day.
const HOURS: usize = 30;
/// And what was authorized at Razorpay cannot be let go of: it goes back by itself after some days.
const DAYS: usize = 8;
const ROUNDS: usize = 20;
/// Only after a pass that is as long is the shop compared with its providers: what differs is looked at twice.
const COMPARE_AFTER: u64 = 10 * MINUTE;

/// Lets everything come to its end, and judges; what is wrong.
pub fn settle(world: &Arc<World>) -> Result<Vec<String>, String> {
    {
        let mut inner = world.lock();
        inner.odds = Odds::default();
        inner.outage_until = 0;
    }
    world.note("calm");
    world.light(None);
    world.skew_ms.store(0, Ordering::Relaxed);
    world.gateway.be_well();
    world
        .agenda
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .retain(|act| matches!(act, Act::Late(_) | Act::Parcels(_) | Act::Letter(_)));
    let runtime = town::runtime()?;
    runtime.block_on(async {
        world.time.begin_life();
        let shop = world.open().await?;
        end(world, &shop).await.map_err(|error| error.to_string())?;
        let wrong = judge::judge(world, &shop).await.map_err(|error| error.to_string());
        shop.db.close().await;
        world.time.end_life();
        wrong
    })
}

async fn end(world: &Arc<World>, shop: &Shop) -> shop::Result<()> {
    for ms in FIRST {
        world.look_after(shop).await;
        world.insist(shop).await;
        pass(world, shop, ms).await?;
    }
    for ms in [HOUR; HOURS].into_iter().chain([24 * HOUR; DAYS]) {
        world.look_after(shop).await;
        let all_told = world.insist(shop).await;
        if all_told && !is_anything_open(shop).await? {
            break;
        }
        pass(world, shop, ms).await?;
    }
    Ok(())
}

/// Lets time pass for everybody, and what comes of it happen.
async fn pass(world: &Arc<World>, shop: &Shop, ms: u64) -> shop::Result<()> {
    tokio::time::sleep(Duration::from_millis(ms)).await;
    for _ in 0..ROUNDS {
        world.collect();
        life::run(world, shop).await;
        // Reading everything that the provider has ever said is dear: once in a while is enough here.
        let compared = if ms >= COMPARE_AFTER { reconcile::on_time(shop).await? } else { 0 };
        let done = worker::run_once(shop).await? + compared + reconcile::watch_on_time(shop).await?;
        if done == 0 {
            break;
        }
    }
    Ok(())
}

/// Whether anything still waits for a provider that has to forget its own errors first, or for a second look.
async fn is_anything_open(shop: &Shop) -> shop::Result<bool> {
    let sql = "SELECT (SELECT COUNT(*) FROM outbox WHERE delivered_at IS NULL)
          + (SELECT COUNT(*) FROM psp_event WHERE applied_at IS NULL)
          + (SELECT COUNT(*) FROM recon_break WHERE resolved_at IS NULL)
          + (SELECT COUNT(*) FROM checkout WHERE state NOT IN ('placed','settled','released','refunded'))";
    let (open,): (i64,) = shop.db.fetch_one(sql, args![]).await?;
    Ok(open > 0)
}
