//! Reservations under concurrency: `stock.reserved` is the sum of what is held, and nothing is sold twice.

use crate::support::TestShop;
use shop::args;
use shop::db::{Batch, Db, DbError, Tx, Violation, Work};
use shop::id::{CheckoutId, StockId};
use shop::inventory::reserve::{CommitRequest, Moved, ReserveRequest, Short, commit_many, release_many, reserve_many};
use std::sync::Arc;

fn ask(checkout_id: CheckoutId, demands: &[(StockId, i64)]) -> ReserveRequest {
    ReserveRequest { checkout_id, expires_at: 0, demands: demands.to_vec(), otherwise: None }
}

async fn reserve(db: &Db, requests: &[ReserveRequest]) -> Result<Vec<Result<(), Vec<Short>>>, DbError> {
    let mut tx = db.begin().await?;
    let outcomes = reserve_many(&mut tx, requests).await?;
    tx.commit().await?;
    Ok(outcomes)
}

async fn release(db: &Db, checkouts: &[CheckoutId]) -> Result<Vec<Moved>, DbError> {
    let mut tx = db.begin().await?;
    let moved = release_many(&mut tx, checkouts).await?;
    tx.commit().await?;
    Ok(moved)
}

async fn commit(db: &Db, checkouts: &[CheckoutId]) -> Result<Vec<Moved>, DbError> {
    let requests: Vec<_> =
        checkouts.iter().map(|&checkout_id| CommitRequest { checkout_id, reference: "M-1".into() }).collect();
    let mut tx = db.begin().await?;
    let moved = commit_many(&mut tx, &requests, "system", 5).await?;
    tx.commit().await?;
    Ok(moved)
}

/// (on hand, reserved) of a row.
async fn level(t: &TestShop, stock: StockId) -> (i64, i64) {
    t.db.fetch_one("SELECT on_hand, reserved FROM stock WHERE id = $1", args![stock]).await.unwrap()
}

/// What must hold at any time.
async fn assert_sound(t: &TestShop) {
    let wrong = t
        .number(
            "SELECT COUNT(*) FROM stock WHERE reserved <> (SELECT CAST(COALESCE(SUM(quantity), 0) AS BIGINT)
               FROM reservation WHERE stock_id = stock.id AND state = 'held') OR reserved > on_hand",
        )
        .await;
    assert_eq!(wrong, 0, "reserved differs from the sum of what is held");
}

fn moved(moved: usize, not_held: usize) -> Moved {
    Moved { moved, not_held }
}

on_both_engines! {
    async fn requests_are_granted_in_order_and_all_or_nothing(t: TestShop) {
        let (a, b) = (t.stock("A", 5).await, t.stock("B", 1).await);
        let c = t.checkouts(4).await;
        let outcomes = reserve(&t.db, &[
            ask(c[0], &[(a, 2), (b, 1)]),
            ask(c[1], &[(a, 1), (b, 1)]),
            ask(c[2], &[(a, 4)]),
            ask(c[3], &[(a, 1), (a, 2)]),
        ]).await.unwrap();
        assert_eq!(outcomes, [
            Ok(()),
            Err(vec![Short { stock_id: b, demanded: 1, available: 0 }]),
            Err(vec![Short { stock_id: a, demanded: 4, available: 3 }]),
            Ok(()),
        ]);
        assert_eq!((level(&t, a).await, level(&t, b).await), ((5, 5), (1, 1)));
        assert_eq!(t.number("SELECT COUNT(*) FROM reservation").await, 3);
        assert_sound(&t).await;
    }

    async fn an_unknown_row_and_an_empty_demand_are_answered(t: TestShop) {
        let c = t.checkouts(2).await;
        let nowhere = StockId::new();
        let outcomes = reserve(&t.db, &[ask(c[0], &[(nowhere, 1)]), ask(c[1], &[])]).await.unwrap();
        assert_eq!(outcomes, [Err(vec![Short { stock_id: nowhere, demanded: 1, available: 0 }]), Ok(())]);
    }

    async fn a_demand_below_one_and_a_second_reservation_are_refused_by_the_database(t: TestShop) {
        let a = t.stock("A", 5).await;
        let c = t.checkouts(1).await;
        for quantity in [0, -1, i64::MIN] {
            let refused = reserve(&t.db, &[ask(c[0], &[(a, quantity)])]).await.unwrap_err();
            assert_eq!(refused.violation(), Some(Violation::Check), "{quantity}");
        }
        let huge = reserve(&t.db, &[ask(c[0], &[(a, i64::MAX), (a, i64::MAX)])]).await.unwrap();
        assert!(huge[0].is_err());
        reserve(&t.db, &[ask(c[0], &[(a, 1)])]).await.unwrap();
        let twice = reserve(&t.db, &[ask(c[0], &[(a, 1)])]).await.unwrap_err();
        assert!(twice.is_unique_violation());
        assert_eq!(level(&t, a).await, (5, 1));
        assert_sound(&t).await;
    }

    async fn released_units_can_be_had_again_and_only_once(t: TestShop) {
        let a = t.stock("A", 3).await;
        let c = t.checkouts(2).await;
        reserve(&t.db, &[ask(c[0], &[(a, 3)])]).await.unwrap();
        assert_eq!(release(&t.db, &[c[0], c[0], c[1]]).await.unwrap(), [moved(1, 0), moved(0, 0), moved(0, 0)]);
        assert_eq!(release(&t.db, &[c[0]]).await.unwrap(), [moved(0, 1)]);
        assert_eq!(level(&t, a).await, (3, 0));
        assert_eq!(reserve(&t.db, &[ask(c[1], &[(a, 3)])]).await.unwrap(), [Ok(())]);
        assert_sound(&t).await;
    }

    async fn sold_units_leave_the_shelf_with_a_movement_each(t: TestShop) {
        let (a, b) = (t.stock("A", 10).await, t.stock("B", 4).await);
        let c = t.checkouts(3).await;
        reserve(&t.db, &[ask(c[0], &[(a, 2), (b, 4)]), ask(c[1], &[(a, 3)]), ask(c[2], &[(a, 1)])]).await.unwrap();
        release(&t.db, &[c[2]]).await.unwrap();
        assert_eq!(commit(&t.db, &c).await.unwrap(), [moved(2, 0), moved(1, 0), moved(0, 1)]);
        assert_eq!(commit(&t.db, &c).await.unwrap(), [moved(0, 2), moved(0, 1), moved(0, 1)]);
        assert_eq!(release(&t.db, &c[..1]).await.unwrap(), [moved(0, 2)]);
        assert_eq!((level(&t, a).await, level(&t, b).await), ((5, 0), (0, 0)));
        let movements: Vec<(i64, i64, String, String)> = t.db.fetch_all(
            "SELECT delta, on_hand_after, reason, reference FROM stock_movement WHERE stock_id = $1 ORDER BY id",
            args![a],
        ).await.unwrap();
        let sold = |delta, after| (delta, after, "sold".to_owned(), "M-1".to_owned());
        assert_eq!(movements[1..], [sold(-2, 8), sold(-3, 5)]);
        assert_sound(&t).await;
    }

    async fn the_last_units_are_sold_once_by_rival_transactions(t: TestShop) {
        // Two handles on one database, as two programs would have.
        let rival = Db::open(&t.url).await.unwrap();
        let (a, b) = (t.stock("A", 40).await, t.stock("B", 25).await);
        let checkouts = t.checkouts(200).await;
        let tasks: Vec<_> = checkouts.iter().enumerate().map(|(n, &checkout)| {
            let db = if n % 2 == 0 { t.db.clone() } else { rival.clone() };
            tokio::spawn(async move {
                // Named in either order: the locks are taken in one.
                let demands = if n % 3 == 0 { vec![(b, 1), (a, 1)] } else { vec![(a, 1), (b, 1)] };
                let got = reserve(&db, &[ask(checkout, &demands)]).await.unwrap()[0].is_ok();
                match n % 5 {
                    _ if !got => 0,
                    0 => { release(&db, &[checkout]).await.unwrap(); 0 }
                    1 => { commit(&db, &[checkout]).await.unwrap(); 1 }
                    _ => 1,
                }
            })
        }).collect();
        let mut taken = 0;
        for task in tasks {
            taken += task.await.unwrap();
        }
        let gone = t.number("SELECT CAST(SUM(quantity) AS BIGINT) FROM reservation WHERE state <> 'released'").await;
        assert_eq!(gone, taken * 2);
        assert!(taken <= 25);
        assert_sound(&t).await;
        let (b_on_hand, b_reserved) = level(&t, b).await;
        assert_eq!(25 - b_on_hand + b_reserved, taken);
    }

    async fn a_batch_of_buyers_gets_exactly_what_is_there(t: TestShop) {
        let a = t.stock("A", 30).await;
        let checkouts = t.checkouts(256).await;
        let batch = Arc::new(Batch::start(t.db.clone(), Reserve));
        let rival = Arc::new(Batch::start(Db::open(&t.url).await.unwrap(), Reserve));
        let tasks: Vec<_> = checkouts.iter().enumerate().map(|(n, &checkout)| {
            let batch = Arc::clone(if n % 2 == 0 { &batch } else { &rival });
            tokio::spawn(async move { batch.run(ask(checkout, &[(a, 1)])).await.unwrap().is_ok() })
        }).collect();
        let mut winners = 0;
        for task in tasks {
            winners += i64::from(task.await.unwrap());
        }
        assert_eq!(winners, 30);
        assert_eq!(level(&t, a).await, (30, 30));
        assert_sound(&t).await;
    }
}

struct Reserve;

impl Work for Reserve {
    type Item = ReserveRequest;
    type Outcome = Result<(), Vec<Short>>;
    type Error = DbError;

    async fn run(&self, tx: &mut Tx, items: &[ReserveRequest]) -> Result<Vec<Self::Outcome>, DbError> {
        reserve_many(tx, items).await
    }
}

/// A small generator of repeatable numbers (xorshift), so that a failure can be run again.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit as u64).unwrap()
    }
}

/// What a checkout's reservation should look like.
#[derive(Clone, Copy, PartialEq)]
enum Expected {
    Nothing,
    Held,
    Settled,
}

on_both_engines! {
    async fn any_sequence_of_steps_agrees_with_plain_arithmetic(t: TestShop) {
        for seed in 1..=4u64 {
            let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
            let mut stock = Vec::new();
            for n in 0..3 {
                let units = i64::try_from(dice.below(12)).unwrap();
                stock.push((t.stock(&format!("S{seed}-{n}"), units).await, units, 0i64));
            }
            let checkouts = t.checkouts(25).await;
            let mut wanted: Vec<Vec<(usize, i64)>> = Vec::new();
            let mut state = vec![Expected::Nothing; checkouts.len()];
            for _ in &checkouts {
                wanted.push((0..=dice.below(3)).map(|row| (row, 1 + i64::try_from(dice.below(3)).unwrap())).collect());
            }
            for _ in 0..15 {
                let picked: Vec<usize> = (0..=dice.below(4)).map(|_| dice.below(checkouts.len())).collect();
                match dice.below(3) {
                    0 => {
                        let mut picked: Vec<_> = picked.into_iter().filter(|&n| state[n] == Expected::Nothing).collect();
                        picked.dedup();
                        picked.sort_unstable();
                        picked.dedup();
                        let requests: Vec<_> = picked.iter().map(|&n| {
                            let demands: Vec<_> = wanted[n].iter().map(|&(row, units)| (stock[row].0, units)).collect();
                            ask(checkouts[n], &demands)
                        }).collect();
                        let outcomes = reserve(&t.db, &requests).await.unwrap();
                        for (&n, outcome) in picked.iter().zip(outcomes) {
                            let fits = wanted[n].iter().all(|&(row, units)| stock[row].1 - stock[row].2 >= units);
                            assert_eq!(outcome.is_ok(), fits, "seed {seed}");
                            if fits {
                                state[n] = Expected::Held;
                                wanted[n].iter().for_each(|&(row, units)| stock[row].2 += units);
                            }
                        }
                    }
                    kind => {
                        let ids: Vec<_> = picked.iter().map(|&n| checkouts[n]).collect();
                        if kind == 1 { release(&t.db, &ids).await.unwrap() } else { commit(&t.db, &ids).await.unwrap() };
                        for n in picked {
                            if state[n] == Expected::Held {
                                state[n] = Expected::Settled;
                                for &(row, units) in &wanted[n] {
                                    stock[row].2 -= units;
                                    stock[row].1 -= if kind == 1 { 0 } else { units };
                                }
                            }
                        }
                    }
                }
                for &(id, on_hand, reserved) in &stock {
                    assert_eq!(level(&t, id).await, (on_hand, reserved), "seed {seed}");
                }
            }
            assert_sound(&t).await;
        }
    }
}
