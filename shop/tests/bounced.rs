//! Payments that are under way for a while, as a debit is, and then fail after all.

use crate::support::TestShop;
use crate::support::till::{Till, VISA, checkout_of};
use serde_json::json;
use shop::checkout::{self, PaymentWay, Placed, Status};
use shop::payment::{self, EventNotice};

const HOUR_MS: i64 = 60 * 60 * 1000;
const CARD: &str = "4242424242424242";

/// The next card that is typed in there is under way for a minute, and then declined.
async fn bounces(till: &Till, operation: &str) {
    let behaviour = json!({ "processes": { "ms": 60_000, "declines": "insufficient_funds" } });
    till.mood(json!({ "operation": operation, "times": 1, "mood": "card", "behaviour": behaviour })).await;
}

on_both_engines! {
    async fn a_completed_page_that_bounces_lets_the_shopper_choose_anew(t: TestShop) {
        let stock = t.stock("MUG", 1).await;
        let till = Till::open(&t).await;
        bounces(&till, "pages.pay").await;
        let (visitor, view) = till.guest("MUG", 1).await;
        let placed = till.place(&visitor, &view, "k1", PaymentWay::Hosted).await.unwrap();
        let Placed::Redirect { checkout_id, url } = &placed else { panic!("{placed:?}") };
        assert!(till.pay_hosted(url, CARD).await.is_some(), "the page is done");
        assert_eq!(checkout::status(&till.shop, &visitor, *checkout_id).await.unwrap(), Status::Pending);
        till.advance_gateway(61_000).await;
        t.clock.advance(61_000);
        let page = "SELECT session_ref FROM payment_attempt";
        let (object_id,): (String,) = till.shop.db.fetch_one(page, shop::args![]).await.unwrap();
        let kind = "checkout.session.async_payment_failed".to_owned();
        let notice = EventNotice { event_id: "evt_1".to_owned(), kind, object_id, livemode: false, created_ms: 0 };
        payment::webhook_received(&till.shop, "stripe", &notice, "{}").await.unwrap();
        till.work().await;
        let status = checkout::status(&till.shop, &visitor, *checkout_id).await.unwrap();
        assert!(matches!(status, Status::PayableAgain { .. }), "{status:?}");
        assert_eq!(till.intents().await[0].status, "canceled", "nothing can come of it any more");
        assert_eq!(till.stock(stock).await, (1, 1), "still held for the shopper");
        till.pay(&visitor, &view, "k2", VISA).await.unwrap();
        till.work().await;
        assert_eq!(till.money().await.1, 1490);
        till.check().await;
    }

    async fn what_bounces_after_the_time_to_pay_gives_its_stock_back(t: TestShop) {
        let stock = t.stock("MUG", 2).await;
        let till = Till::open(&t).await;
        let ways = [(PaymentWay::Hosted, "pages.pay"), (PaymentWay::Embedded, "payment_intents.confirm")];
        for (way, operation) in ways {
            bounces(&till, operation).await;
            let (visitor, view) = till.guest("MUG", 1).await;
            let placed = till.place(&visitor, &view, &format!("{way:?}"), way.clone()).await.unwrap();
            match &placed {
                Placed::Redirect { url, .. } => assert!(till.pay_hosted(url, CARD).await.is_some()),
                Placed::Confirm { client_secret, .. } => {
                    assert!(till.confirm_in_page(client_secret, VISA).await.is_success());
                }
                other => panic!("{other:?}"),
            }
            t.clock.advance(40_000);
            till.work().await;
            let processing = till.count("SELECT COUNT(*) FROM payment_attempt WHERE state = 'processing'").await;
            assert_eq!(processing, 1, "{way:?} is under way");
            till.advance_gateway(HOUR_MS).await;
            t.clock.advance(HOUR_MS);
            till.work().await;
            let status = checkout::status(&till.shop, &visitor, checkout_of(&placed)).await.unwrap();
            assert!(matches!(status, Status::Released | Status::PayableAgain { .. }), "{way:?} {status:?}");
            t.clock.advance(HOUR_MS);
            till.work().await;
            assert_eq!(till.stock(stock).await, (2, 0), "{way:?}");
        }
        assert_eq!(till.money().await.0, 0);
        till.check().await;
    }
}
