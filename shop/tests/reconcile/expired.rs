//! An order whose authorisation lapses before it is captured: paid anew within a day, or cancelled.

use super::{kinds, open, run, staff};
use crate::support::TestShop;
use crate::support::till::{PROVIDERS, Till, VISA};
use shop::clock::{Clock, SystemClock};
use shop::order::{self, Order, PaymentState, State};
use shop::reconcile::{self, Resolution};
use shop::setting::{Live, Settings};
use shop::staff::Role;
use shop::{Error, checkout};

const HOUR_MS: i64 = 3_600_000;
const MAILS: &str = "SELECT COUNT(*) FROM mail WHERE subject LIKE 'Please pay for your order%'";
const FREE: &str = "SELECT on_hand - reserved FROM stock";

/// Two mugs, authorised and let go by the provider before they were captured.
async fn expired(t: &TestShop) -> Till {
    let till = open(t).await;
    let (visitor, view) = till.guest("MUG", 2).await;
    till.pay(&visitor, &view, "k1", VISA).await.unwrap();
    till.mood(serde_json::json!({ "operation": "payment_intents.capture", "mood": "lapsed_before" })).await;
    till.work().await;
    till
}

async fn the_order(till: &Till) -> Order {
    let sql = "SELECT number, access_token FROM orders";
    let (number, token): (String, String) = till.shop.db.fetch_one(sql, shop::args![]).await.unwrap();
    order::by_token(&till.shop, &number, &token).await.unwrap()
}

fn code<T: std::fmt::Debug>(done: shop::Result<T>) -> &'static str {
    match done {
        Err(Error::Conflict { code, .. }) => code,
        other => panic!("no conflict: {other:?}"),
    }
}

on_both_engines! {
    async fn an_order_whose_payment_expired_is_told_to_its_shopper_and_cancelled_after_a_day(t: TestShop) {
        let till = expired(&t).await;
        let order = the_order(&till).await;
        assert_eq!((order.state, order.payment_state), (State::Confirmed, PaymentState::Expired));
        assert_eq!(order.cancel_at, Some(till.shop.now_ms() + 24 * HOUR_MS));
        assert_eq!((till.count(FREE).await, till.count(MAILS).await), (3, 1), "its units are kept");
        assert_eq!(kinds(&run(&till).await), ["authorisation_lost"]);
        till.check().await;
        t.clock.advance(23 * HOUR_MS);
        till.work().await;
        assert_eq!((the_order(&till).await.state, till.count(MAILS).await), (State::Confirmed, 1));
        t.clock.advance(HOUR_MS);
        till.work().await;
        let order = the_order(&till).await;
        assert_eq!((order.state, order.payment_state, order.cancel_at), (State::Cancelled, PaymentState::Voided, None));
        assert_eq!(till.count(FREE).await, 5);
        assert_eq!(reconcile::open_breaks(&till.shop).await.unwrap(), Vec::new());
        assert_eq!(code(checkout::pay_anew(&till.shop, &order).await), "not_payable");
        till.check().await;
    }

    async fn a_provider_that_does_not_answer_delays_the_end(t: TestShop) {
        let till = expired(&t).await;
        t.clock.advance(24 * HOUR_MS);
        till.outage(serde_json::json!({ "how": "unavailable", "for_ms": null })).await;
        till.work().await;
        assert_eq!(the_order(&till).await.state, State::Confirmed);
        till.good_mood().await;
        t.clock.advance(11 * 60_000);
        till.work().await;
        assert_eq!(the_order(&till).await.state, State::Cancelled);
    }

    async fn the_merchant_waits_longer_or_takes_it_over(t: TestShop) {
        let till = expired(&t).await;
        let by = staff(Role::Owner);
        t.clock.advance(23 * HOUR_MS);
        let one = reconcile::open_breaks(&till.shop).await.unwrap().remove(0);
        reconcile::resolve(&till.shop, &by, one.id, one.version, Resolution::KeepWaiting, "").await.unwrap();
        let twice = reconcile::resolve(&till.shop, &by, one.id, one.version, Resolution::KeepWaiting, "").await;
        assert_eq!(code(twice), "stale");
        t.clock.advance(2 * HOUR_MS);
        till.work().await;
        assert_eq!(the_order(&till).await.state, State::Confirmed);
        let one = reconcile::open_breaks(&till.shop).await.unwrap().remove(0);
        reconcile::resolve(&till.shop, &by, one.id, one.version, Resolution::Handled, "Pays in cash").await.unwrap();
        t.clock.advance(48 * HOUR_MS);
        till.work().await;
        let order = the_order(&till).await;
        assert_eq!((order.state, order.cancel_at), (State::Confirmed, None));
        assert_eq!(till.count("SELECT COUNT(*) FROM audit_log WHERE action = 'reconciliation.resolve'").await, 2);
    }

    async fn an_order_is_paid_anew_at_stripe(t: TestShop) { paid_anew(&t, "stripe").await; }
    async fn an_order_is_paid_anew_at_paypal(t: TestShop) { paid_anew(&t, "paypal").await; }
    async fn an_order_is_paid_anew_at_razorpay(t: TestShop) { paid_anew(&t, "razorpay").await; }

    async fn who_pays_in_the_last_moment_keeps_the_order(t: TestShop) {
        let till = expired(&t).await;
        let url = checkout::pay_anew(&till.shop, &the_order(&till).await).await.unwrap();
        assert!(till.act(&url, "good").await);
        t.clock.advance(25 * HOUR_MS);
        shop::worker::cancel_expired(&till.shop).await.unwrap();
        till.work().await;
        let order = the_order(&till).await;
        assert_eq!((order.state, order.payment_state), (State::Confirmed, PaymentState::Paid));
        till.check().await;
    }

    async fn an_open_page_is_closed_when_the_time_is_over_and_another_follows_while_it_is_not(t: TestShop) {
        let till = expired(&t).await;
        let order = the_order(&till).await;
        let first = checkout::pay_anew(&till.shop, &order).await.unwrap();
        t.clock.advance(HOUR_MS);
        till.advance_gateway(HOUR_MS).await;
        let second = checkout::pay_anew(&till.shop, &order).await.unwrap();
        assert_ne!(first, second);
        assert_eq!((run(&till).await.mended, kinds(&run(&till).await)), (Vec::new(), vec!["authorisation_lost"]));
        t.clock.advance(24 * HOUR_MS);
        till.work().await;
        assert_eq!(the_order(&till).await.state, State::Cancelled);
        let before = till.money().await;
        till.act(&second, "good").await;
        assert_eq!(till.money().await, before, "the page is closed");
        till.check().await;
    }

    async fn a_merchant_who_cancels_closes_the_page_and_what_was_paid_goes_back(t: TestShop) {
        let till = expired(&t).await;
        let order = the_order(&till).await;
        let url = checkout::pay_anew(&till.shop, &order).await.unwrap();
        assert!(till.act(&url, "good").await);
        let version = the_order(&till).await.version;
        order::cancel(&till.shop, &staff(Role::Owner), &order.number, version, true, "").await.unwrap();
        till.work().await;
        assert_eq!(the_order(&till).await.state, State::Cancelled);
        let (authorised, captured, voided, refunded) = till.money().await;
        assert_eq!((authorised, captured), (voided + refunded, refunded), "nothing is kept");
        assert_eq!(till.count(FREE).await, 5);
        till.check().await;
    }
}

async fn paid_anew(t: &TestShop, provider: &str) {
    t.clock.advance(SystemClock.now_ms() - t.clock.now_ms());
    t.stock("MUG", 5).await;
    let mut till = Till::of(t, &PROVIDERS).await;
    let (visitor, view) = till.guest("MUG", 2).await;
    till.pay(&visitor, &view, "k1", VISA).await.unwrap();
    till.mood(serde_json::json!({ "operation": "payment_intents.capture", "mood": "lapsed_before" })).await;
    till.work().await;
    till.shop.settings = Live::new(Settings { payment_providers: vec![provider.to_owned()], ..Settings::default() });
    let order = the_order(&till).await;
    let url = checkout::pay_anew(&till.shop, &order).await.unwrap();
    assert_eq!(checkout::pay_anew(&till.shop, &order).await.unwrap(), url, "the same page");
    assert_eq!(the_order(&till).await.payment_state, PaymentState::Expired);
    assert!(till.act(&url, "good").await);
    t.clock.advance(3_000);
    assert!(checkout::ask_anew(&till.shop, order.checkout_id).await.unwrap());
    assert_ne!(the_order(&till).await.payment_state, PaymentState::Expired);
    till.work().await;
    let order = the_order(&till).await;
    assert_eq!((order.state, order.payment_state, order.cancel_at), (State::Confirmed, PaymentState::Paid, None));
    let sql = "SELECT COUNT(*) FROM mail WHERE subject LIKE 'Your payment for order%'";
    assert_eq!((till.count(MAILS).await, till.count(sql).await), (1, 1));
    assert_eq!(reconcile::open_breaks(&till.shop).await.unwrap(), Vec::new());
    assert_eq!(code(checkout::pay_anew(&till.shop, &order).await), "not_payable");
    let taken = |payments: &[shop::invariant::provider::Payment]| payments.iter().map(|one| one.captured).sum::<i64>();
    assert_eq!(taken(&till.payments().await), order.totals.total, "once");
    t.clock.advance(25 * HOUR_MS);
    till.work().await;
    assert_eq!(the_order(&till).await.state, State::Confirmed, "nobody cancels it any more");
    till.check().await;
}
