//! B2 to B7: each difference is found, and mended once it was seen twice where nobody has to judge.

use super::{beside, kinds, later, open, run, staff, stray};
use crate::support::TestShop;
use crate::support::adapter::adapter;
use crate::support::till::{Till, VISA};
use shop::checkout::PaymentWay;
use shop::money::Currency;
use shop::order::{self, Dispute, State};
use shop::payment::{Metadata, Outcome, Providers};
use shop::staff::Role;
use shop::{Error, Shop, args};

/// Our ids, as the shop puts them on every payment of this order.
async fn named(till: &Till, number: &str) -> Metadata {
    let sql = "SELECT a.id, a.checkout_id FROM payment_attempt a JOIN orders o ON o.checkout_id = a.checkout_id
        WHERE o.number = $1";
    let (attempt, checkout): (uuid::Uuid, uuid::Uuid) = till.shop.db.fetch_one(sql, args![number]).await.unwrap();
    [
        ("order_no".to_owned(), number.to_owned()),
        ("shop".to_owned(), till.shop.origin.to_string()),
        ("attempt_id".to_owned(), attempt.to_string()),
        ("checkout_id".to_owned(), checkout.to_string()),
    ]
    .into()
}

/// The till in front of a provider that has never heard of any payment.
async fn elsewhere(mut till: Till) -> (Till, gateway::Handle) {
    let config = gateway::Config::sandbox("127.0.0.1:0".parse().unwrap());
    let handle = gateway::serve(config.clone()).await.unwrap();
    let payments = Providers::new(vec![adapter("stripe", &handle, &config)]);
    till.shop = Shop { payments, ..till.shop.clone() };
    (till, handle)
}

async fn state(till: &Till, number: &str) -> State {
    order::detail(&till.shop, &staff(Role::Owner), number).await.unwrap().order.state
}

on_both_engines! {
    async fn an_order_that_nobody_paid_for_is_not_sent_and_then_cancelled(t: TestShop) {
        let till = open(&t).await;
        let (_, taken, _) = till.buy("MUG", 2).await;
        let (visitor, view) = till.guest("MUG", 1).await;
        till.pay(&visitor, &view, "k2", VISA).await.unwrap();
        till.tamper("DELETE FROM outbox WHERE kind = 'capture' AND delivered_at IS NULL").await;
        let (till, _gateway) = elsewhere(till).await;
        let first = run(&till).await;
        assert_eq!(kinds(&first), ["order_no_charge"; 2]);
        let version = order::detail(&till.shop, &staff(Role::Owner), &taken).await.unwrap().order.version;
        let sent = order::ship(&till.shop, &staff(Role::Staff), &taken, version, vec![], "DHL", "1").await;
        assert!(matches!(sent, Err(Error::Conflict { code: "payment_differs", .. })), "{sent:?}");
        let second = later(&t, &till).await;
        assert_eq!((second.mended.len(), second.breaks), (2, Vec::new()));
        assert_eq!(state(&till, &taken).await, State::Cancelled);
        assert_eq!(till.count("SELECT COUNT(*) FROM orders WHERE state = 'cancelled'").await, 2);
        assert_eq!(till.count("SELECT on_hand - reserved FROM stock").await, 5);
        assert_eq!(run(&till).await.breaks, Vec::new());
        let verdicts = shop::invariant::check(&mut &t.db, shop::invariant::Moment::Quiet, t.now()).await.unwrap();
        assert_eq!(shop::invariant::breaches(&verdicts), Vec::<&shop::invariant::Breach>::new());
    }

    async fn a_second_charge_for_an_order_goes_back_and_the_first_stays(t: TestShop) {
        let till = open(&t).await;
        let (_, number, _) = till.buy("MUG", 1).await;
        let metadata = named(&till, &number).await;
        beside(&till, metadata.clone(), "taken", true).await;
        beside(&till, metadata, "held", false).await;
        assert_eq!(kinds(&run(&till).await), ["charged_twice"; 2]);
        let second = later(&t, &till).await;
        assert_eq!((second.mended.len(), second.breaks), (2, Vec::new()));
        assert_eq!(till.money().await, (1490 + 1400, 1490 + 700, 700, 700));
        assert_eq!(run(&till).await.mended, Vec::<String>::new(), "once");
        assert_eq!(till.money().await, (1490 + 1400, 1490 + 700, 700, 700));
    }

    async fn money_for_a_checkout_that_has_ended_goes_back(t: TestShop) {
        let till = open(&t).await;
        let (visitor, view) = till.guest("MUG", 1).await;
        let placed = till.place(&visitor, &view, "k1", PaymentWay::Embedded).await.unwrap();
        let checkout = crate::support::till::checkout_of(&placed);
        shop::checkout::cancel(&till.shop, &visitor, checkout).await.unwrap();
        let sql = "SELECT number FROM orders";
        let (number,): (String,) = till.shop.db.fetch_one(sql, args![]).await.unwrap();
        beside(&till, named(&till, &number).await, "late", true).await;
        assert_eq!(kinds(&run(&till).await), ["paid_after_end"]);
        assert_eq!(later(&t, &till).await.breaks, Vec::new());
        assert_eq!(till.money().await, (700, 700, 0, 700));
    }

    async fn a_refund_made_elsewhere_is_booked_when_it_is_seen_again(t: TestShop) {
        let till = open(&t).await;
        let (_, number, _) = till.buy("MUG", 1).await;
        let intent = till.intents().await.remove(0).id;
        let made = till.provider().refund("dashboard", &intent, Currency::EUR.money(100), &Metadata::new()).await;
        assert!(matches!(made, Outcome::Done(_)));
        let report = run(&till).await;
        assert_eq!((kinds(&report), report.breaks[0].reference.as_str()), (vec!["refund_differs"], number.as_str()));
        assert_eq!((report.breaks[0].ours, report.breaks[0].theirs), (Some(0), Some(100)));
        assert_eq!(later(&t, &till).await.breaks, Vec::new());
        assert_eq!(till.count("SELECT refunded FROM orders").await, 100);
        till.check().await;
    }

    async fn a_disputed_payment_is_not_refunded(t: TestShop) {
        let till = open(&t).await;
        let (_, number, _) = till.buy("MUG", 1).await;
        let dispute = till.dispute(&till.intents().await[0].id).await;
        assert_eq!(kinds(&run(&till).await), ["dispute"]);
        let by = staff(Role::Owner);
        let detail = order::detail(&till.shop, &by, &number).await.unwrap();
        assert_eq!(detail.dispute, Some(Dispute::Open));
        let refund = |version| order::refund(&till.shop, &by, &number, version, 100, vec![], "");
        let refused = refund(detail.order.version).await;
        assert!(matches!(refused, Err(Error::Conflict { code: "disputed", .. })), "{refused:?}");
        till.decide(&dispute, "won").await;
        // The gateway dates its events by the second.
        let report = later(&t, &till).await;
        assert_eq!(report.breaks, Vec::new());
        let detail = order::detail(&till.shop, &by, &number).await.unwrap();
        assert_eq!(detail.dispute, Some(Dispute::Won));
        refund(detail.order.version).await.unwrap();
        till.check().await;
    }

    async fn an_hour_says_nothing_about_what_only_a_month_shows(t: TestShop) {
        let till = open(&t).await;
        let ours = till.shop.origin.to_string();
        stray(&till, &ours, "old", true).await;
        run(&till).await;
        t.clock.advance(3 * 3_600_000);
        let hour = shop::reconcile::run(&till.shop, 3_600_000).await.unwrap();
        assert!(kinds(&hour).contains(&"charged_no_order"), "the payment was not in the hour's list");
        assert_eq!(till.money().await.3, 0);
    }
}
