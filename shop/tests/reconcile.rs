//! Differences between the shop and its provider: found, mended where that is safe, and otherwise written down.

mod classes;
mod decide;
mod expired;
mod watch;

use crate::support::TestShop;
use crate::support::overtake::{Call, Overtaking};
use crate::support::till::{PROVIDERS, Till, VISA};
use shop::checkout::{self, PaymentWay, Placed, Status};
use shop::clock::{Clock, SystemClock};
use shop::id::StaffId;
use shop::money::Currency;
use shop::payment::{Metadata, NewIntent, NewSession, Outcome, SessionLine};
use shop::reconcile::{self, Report};
use shop::staff::{Role, Staff};
use shop::{args, backup, worker};
use std::sync::Arc;

const DAY_MS: i64 = 24 * 3_600_000;

/// A till whose clock stands where the gateway's does.
async fn open(t: &TestShop) -> Till {
    t.clock.advance(SystemClock.now_ms() - t.clock.now_ms());
    t.stock("MUG", 5).await;
    Till::open(t).await
}

async fn run(till: &Till) -> Report {
    reconcile::run(&till.shop, DAY_MS).await.unwrap()
}

fn kinds(report: &Report) -> Vec<&str> {
    report.breaks.iter().map(|one| one.kind.code()).collect()
}

/// Eleven minutes later: what is seen again then is confirmed.
async fn later(t: &TestShop, till: &Till) -> Report {
    t.clock.advance(11 * 60_000);
    run(till).await
}

fn staff(role: Role) -> Staff {
    Staff { id: StaffId::new(), email: "m@example.com".into(), name: "Mia".into(), role, address: String::new() }
}

/// Money at the provider for an order of `shop` that this database has never heard of.
async fn stray(till: &Till, shop: &str, key: &str, captured: bool) {
    let metadata: Metadata =
        [("order_no".to_owned(), "M-GONE-GONE".to_owned()), ("shop".to_owned(), shop.to_owned())].into();
    beside(till, metadata, key, captured).await;
}

/// Seven euros at the provider that the shop's code did not ask for.
async fn beside(till: &Till, metadata: Metadata, key: &str, captured: bool) {
    let new = NewIntent { money: Currency::EUR.money(700), metadata, description: "Order M-GONE-GONE".into() };
    let Outcome::Done(intent) = till.provider().create_intent(key, &new).await else { panic!() };
    let id = intent.intent_id;
    let confirmed = till.provider().confirm_intent(&format!("{key}-c"), &id, VISA, "http://shop.example/").await;
    assert!(matches!(confirmed, Outcome::Done(_)));
    if captured {
        let taken = till.provider().capture_intent(&format!("{key}-t"), &id, new.money).await;
        assert!(matches!(taken, Outcome::Done(_)));
    }
}

on_both_engines! {
    async fn a_shop_that_agrees_with_its_provider_has_no_breaks(t: TestShop) {
        let till = open(&t).await;
        till.buy("MUG", 1).await;
        let report = run(&till).await;
        assert_eq!((report.payments, report.mended, report.breaks), (1, Vec::new(), Vec::new()));
        till.check().await;
    }

    async fn what_is_paid_and_captured_while_the_books_are_read_is_no_difference(t: TestShop) {
        let till = Arc::new(open(&t).await);
        let (visitor, view) = till.guest("MUG", 1).await;
        let rushed = Overtaking::with(&till.shop, {
            let (till, clock) = (till.clone(), t.clock.clone());
            move |call, _| {
                let (till, clock, visitor, view) = (till.clone(), clock.clone(), visitor.clone(), view.clone());
                Box::pin(async move {
                    clock.advance(5);
                    match call {
                        // Not in the list, and an order when our book is read.
                        Call::ListIntents => drop(till.pay(&visitor, &view, "k1", VISA).await.unwrap()),
                        // Held when asked, captured when our book is read again.
                        Call::RetrieveIntent => drop(worker::deliver_outbox(&till.shop).await.unwrap()),
                        _ => {}
                    }
                })
            }
        });
        let report = reconcile::run(&rushed, DAY_MS).await.unwrap();
        assert_eq!((report.mended, report.breaks), (Vec::new(), Vec::new()));
        till.work().await;
        assert_eq!(run(&till).await.breaks, Vec::new());
        till.check().await;
    }

    async fn a_restored_shop_gives_strange_money_back_and_then_takes_orders_again(t: TestShop) {
        let till = open(&t).await;
        backup::close_orders(&t.db, t.clock.now_ms()).await.unwrap();
        let (visitor, view) = till.guest("MUG", 1).await;
        assert_eq!(till.pay(&visitor, &view, "k1", VISA).await.unwrap_err().status(), 503);
        let ours = till.shop.origin.to_string();
        stray(&till, &ours, "held", false).await;
        stray(&till, &ours, "taken", true).await;
        let first = run(&till).await;
        assert_eq!((kinds(&first), first.reopened), (vec!["charged_no_order"; 2], false));
        // Not at once: it may be an order that another program is about to write.
        assert_eq!(run(&till).await.breaks.len(), 2);
        assert_eq!(till.money().await, (1400, 700, 0, 0));
        // Long enough for the events of what is not here to have become breaks of their own.
        t.clock.advance(16 * 60_000);
        till.work().await;
        let second = run(&till).await;
        assert!(kinds(&second).iter().all(|kind| *kind == "event_not_applied") && !second.breaks.is_empty());
        assert_eq!((second.mended.len(), second.reopened), (2, true));
        assert_eq!(till.money().await, (1400, 700, 700, 700));
        run(&till).await;
        assert_eq!(till.money().await, (1400, 700, 700, 700), "once");
        assert!(matches!(till.pay(&visitor, &view, "k1", VISA).await.unwrap(), Placed::Order { .. }));
    }

    async fn strange_money_at_razorpay_is_found_in_its_list_and_given_back(t: TestShop) {
        t.clock.advance(SystemClock.now_ms() - t.clock.now_ms());
        t.stock("MUG", 5).await;
        let till = Till::of(&t, &["razorpay"]).await;
        let (visitor, view) = till.guest("MUG", 1).await;
        let (_, url) = till.go_to("razorpay", &visitor, &view, "k1").await.unwrap();
        assert!(till.act(&url, "good").await);
        // Nobody has told the shop; the list does.
        let report = run(&till).await;
        assert_eq!((report.payments, kinds(&report)), (1, Vec::<&str>::new()));
        assert_eq!(till.count("SELECT COUNT(*) FROM orders WHERE state = 'confirmed'").await, 1);
        let metadata = [("order_no", "M-GONE-GONE"), ("shop", &*till.shop.origin)];
        let line = SessionLine { name: "Mug".into(), unit_price: Currency::EUR.money(700), quantity: 1 };
        let new = NewSession {
            lines: vec![line],
            metadata: metadata.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
            success_url: "http://shop.example/".into(),
            cancel_url: "http://shop.example/".into(),
            expires_at: t.clock.now_ms() + DAY_MS,
            customer_email: None,
            reference: "gone".into(),
        };
        let Outcome::Done(page) = till.provider().create_session("a-key-of-an-order-that-is-gone", &new).await else {
            panic!()
        };
        assert!(till.act(&page.url.unwrap(), "good").await);
        let report = run(&till).await;
        assert_eq!((report.payments, kinds(&report)), (2, vec!["charged_no_order"]));
        assert_eq!(report.breaks[0].theirs, Some(700));
        assert_eq!(later(&t, &till).await.breaks, Vec::new());
        assert_eq!(till.money().await, (2190, 2190, 0, 700));
    }

    async fn money_of_another_shop_on_the_same_account_is_left_alone(t: TestShop) {
        let till = open(&t).await;
        stray(&till, "http://other.example", "theirs", true).await;
        for _ in 0..2 {
            let report = run(&till).await;
            assert_eq!((report.payments, report.mended, report.breaks), (1, Vec::new(), Vec::new()));
            t.clock.advance(11 * 60_000);
        }
        assert_eq!(till.money().await, (700, 700, 0, 0));
    }

    async fn what_no_webhook_told_is_found(t: TestShop) {
        let till = open(&t).await;
        let (visitor, view) = till.guest("MUG", 1).await;
        let placed = till.place(&visitor, &view, "k1", PaymentWay::Embedded).await.unwrap();
        let Placed::Confirm { checkout_id, client_secret } = placed else { panic!("{placed:?}") };
        assert!(till.confirm_in_page(&client_secret, VISA).await.is_success());
        assert!(run(&till).await.events > 0);
        run(&till).await;
        assert_eq!(run(&till).await.events, 0, "each is new once");
        let status = checkout::status(&till.shop, &visitor, checkout_id).await.unwrap();
        assert!(matches!(status, Status::Placed { .. }), "{status:?}");
        till.check().await;
    }

    async fn money_is_taken_before_the_authorisation_lapses(t: TestShop) {
        let till = open(&t).await;
        let (visitor, view) = till.guest("MUG", 1).await;
        till.pay(&visitor, &view, "k1", VISA).await.unwrap();
        let mut tx = t.db.begin().await.unwrap();
        tx.execute("DELETE FROM outbox WHERE kind = 'capture'", args![]).await.unwrap();
        tx.commit().await.unwrap();
        run(&till).await;
        assert_eq!(till.money().await.1, 0, "there is time");
        let mut tx = t.db.begin().await.unwrap();
        let soon = t.clock.now_ms() + 3_600_000;
        tx.execute("UPDATE payment_attempt SET capture_before = $1", args![soon]).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(run(&till).await.mended.len(), 1);
        assert_eq!(till.money().await.1, view.totals.total);
        till.check().await;
    }

    async fn every_provider_is_asked_for_what_it_lists(t: TestShop) {
        t.clock.advance(SystemClock.now_ms() - t.clock.now_ms());
        t.stock("MUG", 5).await;
        let till = Till::of(&t, &PROVIDERS).await;
        for (key, provider) in [("k1", "stripe"), ("k2", "paypal"), ("k3", "razorpay")] {
            let (visitor, view) = till.guest("MUG", 1).await;
            let (_, url) = till.go_to(provider, &visitor, &view, key).await.unwrap();
            assert!(till.act(&url, "good").await, "{provider}");
        }
        t.clock.advance(3_000);
        assert!(run(&till).await.events > 0);
        till.work().await;
        // Stripe and Razorpay list payments; PayPal lists events only and was asked about what is open.
        let report = run(&till).await;
        assert_eq!((report.payments, report.mended, report.breaks), (2, Vec::new(), Vec::new()));
        assert_eq!(till.count("SELECT COUNT(*) FROM psp_event WHERE provider = 'razorpay'").await, 0);
        assert!(till.count("SELECT COUNT(*) FROM psp_event WHERE provider = 'paypal'").await > 0);
        let total = 3 * 1490;
        assert_eq!(till.money().await, (total, total, 0, 0));
        till.check().await;
    }

    async fn runs_come_when_they_are_due(t: TestShop) {
        let till = open(&t).await;
        let mut runs = 0;
        while reconcile::on_time(&till.shop).await.unwrap() > 0 {
            runs += 1;
        }
        assert_eq!(runs, 3);
        t.clock.advance(5 * 60_000);
        assert_eq!(reconcile::on_time(&till.shop).await.unwrap(), 1);
        assert_eq!(reconcile::on_time(&till.shop).await.unwrap(), 0);
    }
}
