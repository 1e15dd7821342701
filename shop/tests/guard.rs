//! A provider that is slow, gone, or asks for fewer calls: what shoppers are told meanwhile, and that afterwards
//! everything is as if nothing had been.

use crate::support::TestShop;
use crate::support::gauge::Gauge;
use crate::support::till::{Till, VISA, checkout_of};
use serde_json::json;
use shop::account::Visitor;
use shop::checkout::{self, PaymentWay, Placed, Status, View};
use shop::payment::RateLimit;
use shop::payment::stripe::{Stripe, StripeConfig};
use shop::{Error, Result, Shop, cart, worker};
use std::sync::Arc;
use std::time::{Duration, Instant};

const TOTAL: i64 = 1490;
const ATTEMPTS: &str = "SELECT COUNT(*) FROM payment_attempt WHERE state = ";

fn is_unavailable(placed: &Result<Placed>) -> bool {
    matches!(placed, Err(Error::Unavailable { retry_after_s: 1..=60, .. }))
}

/// Presses the same button until the shop takes it: an open breaker wants up to its pause.
async fn patiently(till: &Till, visitor: &Visitor, view: &View, way: &PaymentWay) -> Placed {
    let begun = Instant::now();
    loop {
        match till.place(visitor, view, "k", way.clone()).await {
            Err(Error::Unavailable { .. }) if begun.elapsed() < Duration::from_secs(30) => {
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
            placed => return placed.unwrap(),
        }
    }
}

fn token() -> PaymentWay {
    PaymentWay::Token { payment_method: VISA.into() }
}

on_both_engines! {
    /// G27
    async fn with_the_provider_gone_no_cart_is_lost_and_everything_completes_afterwards(t: TestShop) {
        let stock = t.stock("MUG", 20).await;
        let till = Till::open(&t).await;
        // One whose charge went out of sight just before.
        let (early, view) = till.guest("MUG", 1).await;
        till.mood(json!({"operation": "payment_intents.confirm", "mood": "truncated"})).await;
        till.mood(json!({"operation": "payment_intents.retrieve", "mood": "html"})).await;
        let waiting = checkout_of(&till.pay(&early, &view, "k", VISA).await.unwrap());
        let mut shoppers = Vec::new();
        for at in 0..8 {
            let (visitor, view) = till.guest("MUG", 1).await;
            shoppers.push((visitor, view, if at % 2 == 0 { token() } else { PaymentWay::Hosted }));
        }
        till.outage(json!({"how": "refused", "for_ms": 2_500})).await;
        tokio::time::sleep(Duration::from_millis(150)).await;
        for (visitor, view, way) in &shoppers {
            let placed = till.place(visitor, view, "k", way.clone()).await;
            assert!(is_unavailable(&placed), "{placed:?}");
            assert_eq!(cart::count(&till.shop, visitor).await.unwrap(), 1, "the cart is kept");
        }
        assert_eq!(checkout::status(&till.shop, &early, waiting).await.unwrap(), Status::Pending);
        assert_eq!(till.stock(stock).await, (20, 9), "held while it is open what becomes of it");
        assert_eq!(till.count(&format!("{ATTEMPTS}'prepared'")).await, 8, "none was sent, and none is unknown");
        tokio::time::sleep(Duration::from_millis(2_500)).await;
        // Nobody is charged after being told that nothing happened.
        t.clock.advance(70_000);
        till.work().await;
        assert_eq!(till.money().await.0, TOTAL);
        for (visitor, view, way) in &shoppers {
            match patiently(&till, visitor, view, way).await {
                Placed::Order { .. } => {}
                Placed::Redirect { url, .. } => assert!(till.act(&url, "good").await),
                other => panic!("{other:?}"),
            }
        }
        t.clock.advance(40_000);
        till.work().await;
        let status = checkout::status(&till.shop, &early, waiting).await.unwrap();
        assert!(matches!(status, Status::Placed { .. }), "resolved by itself: {status:?}");
        assert_eq!(till.money().await, (9 * TOTAL, 9 * TOTAL, 0, 0));
        assert_eq!(till.stock(stock).await, (11, 0));
        assert_eq!(till.count("SELECT COUNT(*) FROM payment_attempt").await, 9, "the attempts of before");
        till.check().await;
    }

    async fn what_was_never_sent_frees_its_stock_in_time_without_the_provider(t: TestShop) {
        let stock = t.stock("MUG", 2).await;
        let till = Till::open(&t).await;
        let gone = Shop { payments: t.shop().payments, ..till.shop.clone() };
        let (visitor, view) = till.guest("MUG", 2).await;
        let order = shop::checkout::PlaceOrder {
            idempotency_key: "k".into(),
            expected_total: view.totals.total,
            expected_due: None,
            cart_version: view.cart.version,
            payment: token(),
            provider: None,
            network_address: String::new(),
        };
        assert!(is_unavailable(&checkout::place(&gone, &visitor, order).await));
        t.clock.advance(gone.settings.hold_ms - 1_000);
        while worker::run_once(&gone).await.unwrap() > 0 {}
        assert_eq!(till.stock(stock).await, (2, 2));
        t.clock.advance(1_000);
        while worker::run_once(&gone).await.unwrap() > 0 {}
        assert_eq!(till.stock(stock).await, (2, 0));
        let view = checkout::view(&till.shop, &visitor).await.unwrap();
        assert!(matches!(till.pay(&visitor, &view, "k2", VISA).await.unwrap(), Placed::Order { .. }));
        till.check().await;
    }

    /// G26
    async fn a_slow_provider_holds_up_nobody_else_and_loses_nothing(t: TestShop) {
        const SHOPPERS: usize = 40;
        let stock = t.stock("MUG", 50).await;
        let mut till = Till::open(&t).await;
        let keys = gateway::Config::sandbox("127.0.0.1:0".parse().unwrap());
        let (api_base, gauge) = Gauge::before(till.gateway.addr()).await;
        let config = StripeConfig {
            api_base,
            secret_key: keys.secret_key,
            publishable_key: keys.publishable_key,
            webhook_secrets: Vec::new(),
        };
        till.shop = Shop { payments: Stripe::new(config).unwrap().limited(RateLimit::NONE).into(), ..till.shop.clone() };
        let till = Arc::new(till);
        let mut shoppers = Vec::new();
        for _ in 0..SHOPPERS {
            shoppers.push(till.guest("MUG", 1).await);
        }
        let (other, seen) = till.guest("MUG", 1).await;
        // Longer than anybody waits for an answer.
        let slow = json!({"operation": "*", "mood": "delay_ms", "ms": 12_000, "always": true});
        till.mood(slow).await;
        let begun = Instant::now();
        let placing = shoppers.iter().cloned().map(|(visitor, view)| {
            let till = till.clone();
            tokio::spawn(async move { till.pay(&visitor, &view, "k", VISA).await })
        });
        let placing: Vec<_> = placing.collect();
        tokio::time::sleep(Duration::from_secs(1)).await;
        let asked = Instant::now();
        checkout::view(&till.shop, &other).await.unwrap();
        assert_eq!(cart::count(&till.shop, &other).await.unwrap(), 1);
        assert!(asked.elapsed() < Duration::from_secs(1), "{:?}", asked.elapsed());
        let (mut unknown, mut unsent) = (Vec::new(), Vec::new());
        for (placing, (visitor, view)) in placing.into_iter().zip(shoppers) {
            match placing.await.unwrap() {
                Ok(Placed::Pending { checkout_id }) => unknown.push((visitor, checkout_id)),
                placed if is_unavailable(&placed) => unsent.push((visitor, view)),
                other => panic!("{other:?}"),
            }
        }
        assert_eq!((unknown.len(), unsent.len()), (32, SHOPPERS - 32));
        assert!(gauge.most() <= 32, "{} calls in flight", gauge.most());
        // The breaker is open: told at once, and nothing is sent.
        let asked = Instant::now();
        assert!(is_unavailable(&till.pay(&other, &seen, "k", VISA).await));
        assert!(asked.elapsed() < Duration::from_secs(1), "{:?}", asked.elapsed());
        unsent.push((other, seen));
        assert_eq!(till.stock(stock).await, (50, 41));
        till.good_mood().await;
        tokio::time::sleep_until((begun + Duration::from_millis(13_500)).into()).await;
        for (visitor, view) in &unsent {
            assert!(matches!(patiently(&till, visitor, view, &token()).await, Placed::Order { .. }));
        }
        t.clock.advance(20_000);
        till.work().await;
        for (visitor, id) in &unknown {
            let status = checkout::status(&till.shop, visitor, *id).await.unwrap();
            assert!(matches!(status, Status::Placed { .. }), "{status:?}");
        }
        assert_eq!(till.money().await, (41 * TOTAL, 41 * TOTAL, 0, 0));
        assert_eq!(till.intents().await.len(), 41);
        assert_eq!(till.count("SELECT COUNT(*) FROM payment_attempt").await, 41);
        assert_eq!(till.stock(stock).await, (9, 0));
        till.check().await;
    }

    /// G10
    async fn a_confirmation_that_has_to_wait_is_sent_later_by_itself(t: TestShop) {
        t.stock("MUG", 1).await;
        let till = Till::open(&t).await;
        let (visitor, view) = till.guest("MUG", 1).await;
        till.mood(json!({"operation": "payment_intents.confirm", "mood": "rate_limited", "retry_after_s": 3})).await;
        let placed = till.pay(&visitor, &view, "k", VISA).await.unwrap();
        let Placed::Pending { checkout_id } = placed else { panic!("{placed:?}") };
        assert_eq!(till.count("SELECT COUNT(*) FROM checkout WHERE state = 'paying'").await, 1, "not unknown");
        // Still to be left alone: held back here, and none the worse for it.
        t.clock.advance(6_000);
        till.work().await;
        assert_eq!(till.count("SELECT COUNT(*) FROM checkout WHERE state = 'paying'").await, 1);
        assert_eq!(till.count(&format!("{ATTEMPTS}'sent'")).await, 1);
        tokio::time::sleep(Duration::from_secs(3)).await;
        t.clock.advance(12_000);
        till.work().await;
        let status = checkout::status(&till.shop, &visitor, checkout_id).await.unwrap();
        assert!(matches!(status, Status::Placed { .. }), "{status:?}");
        assert_eq!(till.money().await, (TOTAL, TOTAL, 0, 0));
        till.check().await;
    }

    /// G6 on a confirmation: the provider repeats its failure for a day.
    async fn a_failure_kept_under_the_key_of_a_confirmation_is_left_behind(t: TestShop) {
        let stock = t.stock("MUG", 2).await;
        let till = Till::open(&t).await;
        let seqs = "SELECT CAST(SUM(confirm_seq) AS BIGINT) FROM payment_attempt";
        let kept = |processed: bool| {
            json!({"operation": "payment_intents.confirm", "mood": "status_500_cached", "processed": processed})
        };
        // Carried out all the same: the payment tells, and no other key is used.
        let (visitor, view) = till.guest("MUG", 1).await;
        till.mood(kept(true)).await;
        assert!(matches!(till.pay(&visitor, &view, "k", VISA).await.unwrap(), Placed::Order { .. }));
        till.work().await;
        assert_eq!(till.count(seqs).await, 0);
        // Not carried out, and for a while the provider proves nothing.
        let (visitor, view) = till.guest("MUG", 1).await;
        till.mood(kept(false)).await;
        let placed = till.pay(&visitor, &view, "k", VISA).await.unwrap();
        let Placed::Pending { checkout_id } = placed else { panic!("{placed:?}") };
        till.mood(json!({"operation": "payment_intents.retrieve", "mood": "html", "times": 1})).await;
        t.clock.advance(6_000);
        worker::recover_checkouts(&till.shop).await.unwrap();
        assert_eq!((till.count(seqs).await, till.money().await.0), (0, TOTAL), "no key without proof");
        t.clock.advance(12_000);
        till.work().await;
        let status = checkout::status(&till.shop, &visitor, checkout_id).await.unwrap();
        assert!(matches!(status, Status::Placed { .. }), "{status:?}");
        assert_eq!(till.count(seqs).await, 1);
        assert_eq!(till.intents().await.len(), 2, "the same payment under another key");
        assert_eq!(till.money().await, (2 * TOTAL, 2 * TOTAL, 0, 0));
        assert_eq!(till.stock(stock).await, (0, 0));
        till.check().await;
    }
}
