//! From cart to paid order against the sandbox gateway, judged by the gateway's own ledger.

use crate::support::TestShop;
use crate::support::till::{Till, VISA, checkout_of};
use serde_json::json;
use shop::checkout::{self, PaymentWay, Placed, Status};
use shop::{Error, args, order, payment, worker};

const HOLD_MS: i64 = 31 * 60 * 1000;

fn number(placed: &Placed) -> (String, String) {
    match placed {
        Placed::Order { number, access_token, .. } => (number.clone(), access_token.clone()),
        other => panic!("not placed: {other:?}"),
    }
}

on_both_engines! {
    async fn a_guest_buys_with_a_token(t: TestShop) {
        let stock = t.stock("MUG", 5).await;
        let till = Till::open(&t).await;
        let (visitor, view) = till.guest("MUG", 2).await;
        assert_eq!(view.totals.total, 2490);
        let placed = till.pay(&visitor, &view, "k1", VISA).await.unwrap();
        let (number, token) = number(&placed);
        assert_eq!(till.stock(stock).await, (3, 0));
        assert_eq!(till.money().await, (2490, 0, 0, 0));
        till.work().await;
        assert_eq!(till.money().await, (2490, 2490, 0, 0));
        let order = order::by_token(&till.shop, &number, &token).await.unwrap();
        assert_eq!((order.state, order.payment_state), (order::State::Confirmed, order::PaymentState::Paid));
        assert_eq!(order.totals.tax_rows, [("VAT 19 %".to_owned(), 319 + 78)]);
        assert_eq!(till.count("SELECT COUNT(*) FROM mail WHERE state = 'sent'").await, 1);
        assert!(matches!(order::by_token(&till.shop, &number, "x").await, Err(Error::NotFound(_))));
        // The same key again: the stored answer, and no second charge.
        assert_eq!(till.pay(&visitor, &view, "k1", VISA).await.unwrap(), placed);
        // Another key for the same cart: it is told that there is an order, and nothing is charged.
        let again = till.pay(&visitor, &view, "k2", VISA).await;
        assert!(matches!(&again, Err(Error::Ordered { number: known, .. }) if *known == number), "{again:?}");
        // The same key for something else.
        assert!(matches!(till.pay(&visitor, &view, "k1", "pm_card_mastercard").await, Err(Error::Invalid(_))));
        assert_eq!(till.intents().await.len(), 1);
        assert!(shop::cart::load(&till.shop, &visitor).await.unwrap().is_none());
        till.check().await;
    }

    async fn a_declined_card_is_told_and_another_one_pays(t: TestShop) {
        let stock = t.stock("MUG", 1).await;
        let till = Till::open(&t).await;
        let (visitor, view) = till.guest("MUG", 1).await;
        let declined = till.pay(&visitor, &view, "k1", "pm_card_chargeDeclined").await;
        assert!(matches!(declined, Err(Error::Declined { .. })), "{declined:?}");
        assert_eq!(till.stock(stock).await, (1, 1), "the last item stays held for the next try");
        let id = checkout::live(&till.shop, &visitor).await.unwrap().unwrap();
        let status = checkout::status(&till.shop, &visitor, id).await.unwrap();
        assert!(matches!(status, Status::PayableAgain { .. }), "{status:?}");
        // The page still shows the item as buyable: it is held for this very cart.
        let view = checkout::view(&till.shop, &visitor).await.unwrap();
        assert!(!view.cart.has_problems());
        let funds = till.pay(&visitor, &view, "k2", "pm_card_chargeDeclinedInsufficientFunds").await;
        assert!(matches!(&funds, Err(Error::Declined { code, .. }) if code == "insufficient_funds"), "{funds:?}");
        number(&till.pay(&visitor, &view, "k3", VISA).await.unwrap());
        // A declined key stays declined.
        assert!(matches!(till.pay(&visitor, &view, "k1", "pm_card_chargeDeclined").await, Err(Error::Declined { .. })));
        till.work().await;
        assert_eq!(till.money().await.1, view.totals.total);
        assert_eq!(till.stock(stock).await, (0, 0));
        till.check().await;
    }

    async fn a_challenge_leads_to_the_bank_and_back(t: TestShop) {
        t.stock("MUG", 2).await;
        let till = Till::open(&t).await;
        let (visitor, view) = till.guest("MUG", 1).await;
        let placed = till.pay(&visitor, &view, "k1", "pm_card_threeDSecure2Required").await.unwrap();
        let Placed::Redirect { checkout_id, url } = placed.clone() else { panic!("{placed:?}") };
        assert_eq!(checkout::status(&till.shop, &visitor, checkout_id).await.unwrap(), Status::Pending);
        // The same request again leads to the same place.
        assert_eq!(till.pay(&visitor, &view, "k1", "pm_card_threeDSecure2Required").await.unwrap(), placed);
        till.answer_challenge(&url, "complete").await;
        t.clock.advance(60_000);
        let status = checkout::status(&till.shop, &visitor, checkout_id).await.unwrap();
        assert!(matches!(status, Status::Placed { .. }), "{status:?}");
        till.work().await;
        assert_eq!(till.money().await, (1490, 1490, 0, 0));
        till.check().await;
    }

    async fn a_failed_challenge_can_be_paid_again(t: TestShop) {
        t.stock("MUG", 2).await;
        let till = Till::open(&t).await;
        let (visitor, view) = till.guest("MUG", 1).await;
        let placed = till.pay(&visitor, &view, "k1", "pm_card_threeDSecure2Required").await.unwrap();
        let Placed::Redirect { checkout_id, url } = placed else { panic!("{placed:?}") };
        till.answer_challenge(&url, "fail").await;
        t.clock.advance(60_000);
        let status = checkout::status(&till.shop, &visitor, checkout_id).await.unwrap();
        assert!(matches!(status, Status::PayableAgain { .. }), "{status:?}");
        number(&till.pay(&visitor, &view, "k2", VISA).await.unwrap());
        till.work().await;
        assert_eq!(till.money().await.1, 1490);
        till.check().await;
    }

    async fn the_hosted_page_takes_the_payment(t: TestShop) {
        let stock = t.stock("MUG", 2).await;
        let till = Till::open(&t).await;
        let (visitor, view) = till.guest("MUG", 1).await;
        let placed = till.place(&visitor, &view, "k1", PaymentWay::Hosted).await.unwrap();
        let Placed::Redirect { checkout_id, url } = placed.clone() else { panic!("{placed:?}") };
        // Back and again, with a fresh key: the same page, not a second one.
        assert_eq!(till.place(&visitor, &view, "k2", PaymentWay::Hosted).await.unwrap(), placed);
        assert_eq!(till.pay_hosted(&url, "4000000000000002").await, None, "declined: the page again");
        let back = till.pay_hosted(&url, "4242424242424242").await.unwrap();
        assert!(back.starts_with(&format!("http://shop.example{}", checkout::return_path(checkout_id))), "{back}");
        let status = checkout::status(&till.shop, &visitor, checkout_id).await.unwrap();
        assert!(matches!(status, Status::Placed { .. }), "{status:?}");
        till.work().await;
        assert_eq!(till.money().await.1, 1490);
        assert_eq!(till.stock(stock).await, (1, 0));
        till.check().await;
    }

    async fn the_element_in_the_page_takes_the_payment(t: TestShop) {
        t.stock("MUG", 2).await;
        let till = Till::open(&t).await;
        let (visitor, view) = till.guest("MUG", 1).await;
        let placed = till.place(&visitor, &view, "k1", PaymentWay::Embedded).await.unwrap();
        let Placed::Confirm { checkout_id, client_secret } = placed.clone() else { panic!("{placed:?}") };
        assert!(!till.confirm_in_page(&client_secret, "pm_card_chargeDeclined").await.is_success());
        let status = checkout::status(&till.shop, &visitor, checkout_id).await.unwrap();
        assert!(matches!(status, Status::PayableAgain { .. }), "{status:?}");
        // Another try goes on with the same payment.
        assert_eq!(till.place(&visitor, &view, "k2", PaymentWay::Embedded).await.unwrap(), placed);
        assert!(till.confirm_in_page(&client_secret, VISA).await.is_success());
        // The provider was asked a moment ago: what it said then must not be told as if it still held.
        assert_eq!(checkout::status(&till.shop, &visitor, checkout_id).await.unwrap(), Status::Pending);
        t.clock.advance(2_000);
        let status = checkout::status(&till.shop, &visitor, checkout_id).await.unwrap();
        assert!(matches!(status, Status::Placed { .. }), "{status:?}");
        till.work().await;
        assert_eq!(till.intents().await.len(), 1);
        assert_eq!(till.money().await.1, 1490);
        till.check().await;
    }

    async fn another_way_to_pay_closes_the_first(t: TestShop) {
        t.stock("MUG", 2).await;
        let till = Till::open(&t).await;
        let (visitor, view) = till.guest("MUG", 1).await;
        let Placed::Redirect { url, .. } = till.place(&visitor, &view, "k1", PaymentWay::Hosted).await.unwrap() else {
            panic!("a page was expected")
        };
        let placed = till.place(&visitor, &view, "k2", PaymentWay::Embedded).await.unwrap();
        let Placed::Confirm { client_secret, .. } = placed else { panic!("{placed:?}") };
        till.pay_hosted(&url, "4242424242424242").await;
        assert_eq!(till.money().await.0, 0, "the first page takes no money any more");
        number(&till.pay(&visitor, &view, "k3", VISA).await.unwrap());
        assert!(!till.confirm_in_page(&client_secret, VISA).await.is_success(), "nor does the element");
        till.work().await;
        assert_eq!(till.money().await.1, 1490);
        till.check().await;
    }

    async fn a_total_the_shopper_did_not_see_is_refused(t: TestShop) {
        let stock = t.stock("MUG", 2).await;
        let till = Till::open(&t).await;
        let (visitor, mut view) = till.guest("MUG", 1).await;
        view.totals.total -= 1;
        let refused = till.pay(&visitor, &view, "k1", VISA).await;
        assert!(matches!(&refused, Err(Error::Conflict { code: "cart_changed", .. })), "{refused:?}");
        view.totals.total += 1;
        let mut tx = t.db.begin().await.unwrap();
        tx.execute("UPDATE price SET amount = 1100", args![]).await.unwrap();
        tx.commit().await.unwrap();
        let refused = till.pay(&visitor, &view, "k2", VISA).await;
        assert!(matches!(&refused, Err(Error::Conflict { code: "cart_changed", .. })), "{refused:?}");
        assert_eq!(till.stock(stock).await, (2, 0));
        assert!(till.intents().await.is_empty());
        shop::cart::acknowledge(&till.shop, &visitor).await.unwrap();
        let view = checkout::view(&till.shop, &visitor).await.unwrap();
        assert_eq!(view.totals.total, 1590);
        number(&till.pay(&visitor, &view, "k3", VISA).await.unwrap());
    }

    async fn the_last_item_is_sold_once(t: TestShop) {
        let stock = t.stock("LAST", 1).await;
        let till = std::sync::Arc::new(Till::open(&t).await);
        let mut ready = Vec::new();
        for _ in 0..30 {
            ready.push(till.guest("LAST", 1).await);
        }
        let placing = ready.into_iter().map(|(visitor, view)| {
            let till = till.clone();
            tokio::spawn(async move { till.pay(&visitor, &view, "k", VISA).await })
        });
        let mut sold = 0;
        for outcome in futures_util::future::join_all(placing).await {
            match outcome.unwrap() {
                Ok(Placed::Order { .. }) => sold += 1,
                Err(Error::SoldOut(left)) => assert_eq!(left[0].available, 0),
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(sold, 1);
        till.work().await;
        assert_eq!(till.money().await, (1490, 1490, 0, 0));
        assert_eq!(till.stock(stock).await, (0, 0));
        assert_eq!(till.count("SELECT COUNT(*) FROM orders").await, 1);
        till.check().await;
    }

    async fn one_key_sent_twenty_times_makes_one_order(t: TestShop) {
        let stock = t.stock("MUG", 50).await;
        let till = std::sync::Arc::new(Till::open(&t).await);
        let (visitor, view) = till.guest("MUG", 1).await;
        let placing = (0..20).map(|_| {
            let (till, visitor, view) = (till.clone(), visitor.clone(), view.clone());
            tokio::spawn(async move { till.pay(&visitor, &view, "k", VISA).await })
        });
        let mut orders = std::collections::HashSet::new();
        for outcome in futures_util::future::join_all(placing).await {
            match outcome.unwrap() {
                Ok(placed) => {
                    orders.insert(number(&placed).0);
                }
                Err(Error::Conflict { code: "in_progress", .. }) => {}
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(orders.len(), 1);
        till.work().await;
        assert_eq!(till.money().await, (1490, 1490, 0, 0));
        assert_eq!(till.stock(stock).await, (49, 0));
        till.check().await;
    }

    async fn an_outcome_that_nobody_told_resolves_by_itself(t: TestShop) {
        let stock = t.stock("MUG", 5).await;
        let till = Till::open(&t).await;
        let (visitor, view) = till.guest("MUG", 1).await;
        // The charge goes through, and neither its answer nor the question after it gets an answer.
        till.mood(json!({ "operation": "payment_intents.confirm", "times": 1, "mood": "timeout_after" })).await;
        till.mood(json!({ "operation": "payment_intents.retrieve", "times": 1, "mood": "html" })).await;
        let placed = till.pay(&visitor, &view, "k1", VISA).await.unwrap();
        let Placed::Pending { checkout_id } = placed else { panic!("{placed:?}") };
        assert_eq!(till.stock(stock).await, (5, 1), "not knowing keeps the stock");
        t.clock.advance(70_000);
        till.work().await;
        let status = checkout::status(&till.shop, &visitor, checkout_id).await.unwrap();
        assert!(matches!(status, Status::Placed { .. }), "{status:?}");
        assert_eq!(till.money().await, (1490, 1490, 0, 0));
        // The key that was pending now has its answer.
        number(&till.pay(&visitor, &view, "k1", VISA).await.unwrap());
        assert_eq!(till.intents().await.len(), 1);
        till.check().await;
    }

    async fn expiry_gives_the_stock_back_and_the_cart_can_be_paid_again(t: TestShop) {
        let stock = t.stock("MUG", 1).await;
        let till = Till::open(&t).await;
        let (visitor, view) = till.guest("MUG", 1).await;
        let placed = till.place(&visitor, &view, "k1", PaymentWay::Hosted).await.unwrap();
        assert_eq!(till.stock(stock).await, (1, 1));
        worker::sweep_expired(&till.shop).await.unwrap();
        assert_eq!(till.stock(stock).await, (1, 1), "not before its time");
        t.clock.advance(HOLD_MS);
        till.work().await;
        assert_eq!(till.stock(stock).await, (1, 0));
        let status = checkout::status(&till.shop, &visitor, checkout_of(&placed)).await.unwrap();
        assert_eq!(status, Status::Released);
        let Placed::Redirect { url, .. } = placed else { panic!("a page was expected") };
        till.pay_hosted(&url, "4242424242424242").await;
        assert_eq!(till.money().await.0, 0, "the page was closed before the stock was given back");
        assert_eq!(till.count("SELECT COUNT(*) FROM orders WHERE state = 'payment_failed'").await, 1);
        let again = checkout::view(&till.shop, &visitor).await.unwrap();
        assert!(again.cart.version > view.cart.version);
        number(&till.pay(&visitor, &again, "k2", VISA).await.unwrap());
        till.check().await;
    }

    async fn whoever_pays_in_the_last_moment_keeps_the_order(t: TestShop) {
        let stock = t.stock("MUG", 1).await;
        let till = Till::open(&t).await;
        let (visitor, view) = till.guest("MUG", 1).await;
        let placed = till.place(&visitor, &view, "k1", PaymentWay::Embedded).await.unwrap();
        let Placed::Confirm { client_secret, .. } = &placed else { panic!("{placed:?}") };
        till.confirm_in_page(client_secret, VISA).await;
        t.clock.advance(HOLD_MS);
        worker::sweep_expired(&till.shop).await.unwrap();
        let status = checkout::status(&till.shop, &visitor, checkout_of(&placed)).await.unwrap();
        assert!(matches!(status, Status::Placed { .. }), "{status:?}");
        assert_eq!(till.stock(stock).await, (0, 0));
        till.work().await;
        till.check().await;
    }

    async fn a_late_payment_gets_its_goods_or_its_money_back(t: TestShop) {
        let stock = t.stock("MUG", 2).await;
        let till = Till::open(&t).await;
        // Released here while the provider could not be reached, paid there afterwards.
        let mut late = Vec::new();
        for _ in 0..2 {
            let (visitor, view) = till.guest("MUG", 1).await;
            let placed = till.place(&visitor, &view, "k1", PaymentWay::Embedded).await.unwrap();
            let Placed::Confirm { checkout_id, client_secret } = placed else { panic!("{placed:?}") };
            force_release(&t.db, checkout_id).await;
            late.push((visitor, checkout_id, client_secret));
        }
        assert_eq!(till.stock(stock).await, (2, 0));
        let (other, view) = till.guest("MUG", 1).await;
        number(&till.pay(&other, &view, "k", VISA).await.unwrap());
        for (_, _, secret) in &late {
            assert!(till.confirm_in_page(secret, VISA).await.is_success());
        }
        t.clock.advance(60_000);
        till.work().await;
        let mut standings = Vec::new();
        for (visitor, id, _) in &late {
            standings.push(checkout::status(&till.shop, visitor, *id).await.unwrap());
        }
        assert_eq!(standings.iter().filter(|s| matches!(s, Status::Placed { .. })).count(), 1, "{standings:?}");
        assert_eq!(till.stock(stock).await, (0, 0));
        let (authorised, captured, voided, refunded) = till.money().await;
        assert_eq!((authorised, captured, voided + refunded), (3 * 1490, 2 * 1490, 1490));
        assert_eq!(till.count("SELECT COUNT(*) FROM checkout WHERE state = 'refunded'").await, 1);
        till.check().await;
    }

    async fn a_webhook_twice_is_applied_once_and_another_order_does_not_matter(t: TestShop) {
        t.stock("MUG", 2).await;
        let till = Till::open(&t).await;
        let (visitor, view) = till.guest("MUG", 1).await;
        let placed = till.place(&visitor, &view, "k1", PaymentWay::Embedded).await.unwrap();
        let Placed::Confirm { checkout_id, client_secret } = placed else { panic!("{placed:?}") };
        till.confirm_in_page(&client_secret, VISA).await;
        let intent = client_secret.split("_secret_").next().unwrap().to_owned();
        let event = |id: &str, kind: &str| payment::EventNotice {
            event_id: id.into(),
            kind: kind.into(),
            object_id: intent.clone(),
            livemode: false,
            created_ms: 0,
        };
        let news = event("evt_1", "payment_intent.amount_capturable_updated");
        assert!(payment::webhook_received(&till.shop, "stripe", &news, "{}").await.unwrap());
        assert!(!payment::webhook_received(&till.shop, "stripe", &news, "{}").await.unwrap());
        let older = event("evt_0", "payment_intent.created");
        assert!(payment::webhook_received(&till.shop, "stripe", &older, "{}").await.unwrap());
        let unknown = payment::EventNotice { object_id: "pi_unknown".into(), ..event("evt_2", "payment_intent.succeeded") };
        assert!(payment::webhook_received(&till.shop, "stripe", &unknown, "{}").await.unwrap());
        till.work().await;
        let status = checkout::status(&till.shop, &visitor, checkout_id).await.unwrap();
        assert!(matches!(status, Status::Placed { .. }), "{status:?}");
        assert_eq!(till.money().await.1, 1490);
        assert_eq!(till.count("SELECT COUNT(*) FROM mail").await, 1);
        assert_eq!(till.count("SELECT COUNT(*) FROM psp_event WHERE applied_at IS NULL").await, 1);
        till.check().await;
    }

    async fn news_that_is_known_asks_the_provider_nothing(t: TestShop) {
        t.stock("MUG", 2).await;
        let till = Till::open(&t).await;
        till.buy("MUG", 1).await;
        let intent = till.intents().await.remove(0).id;
        till.mood(json!({ "operation": "payment_intents.retrieve", "times": 9, "mood": "html" })).await;
        for kind in [
            "payment_intent.created",
            "payment_intent.amount_capturable_updated",
            "payment_intent.succeeded",
            "charge.succeeded",
            "payment_intent.payment_failed",
        ] {
            let event_id = format!("evt {kind}");
            let news =
                payment::EventNotice { event_id, kind: kind.into(), object_id: intent.clone(), livemode: false, created_ms: 0 };
            assert!(payment::webhook_received(&till.shop, "stripe", &news, "{}").await.unwrap());
        }
        till.work().await;
        // What might change something is looked into, and nobody answered.
        let open: Vec<(String,)> =
            t.db.fetch_all("SELECT type FROM psp_event WHERE applied_at IS NULL", args![]).await.unwrap();
        assert_eq!(open, [("payment_intent.payment_failed".to_owned(),)]);
        till.check().await;
    }

    async fn a_cart_that_changed_is_not_paid_twice(t: TestShop) {
        let stock = t.stock("MUG", 9).await;
        let till = Till::open(&t).await;
        let (mut visitor, view) = till.guest("MUG", 1).await;
        let first = till.place(&visitor, &view, "k1", PaymentWay::Embedded).await.unwrap();
        let Placed::Confirm { client_secret, .. } = first else { panic!("{first:?}") };
        shop::cart::add(&till.shop, &mut visitor, "MUG", 1).await.unwrap();
        let stale = till.pay(&visitor, &view, "k2", VISA).await;
        assert!(matches!(&stale, Err(Error::Conflict { code: "cart_changed", .. })), "{stale:?}");
        let view = checkout::view(&till.shop, &visitor).await.unwrap();
        number(&till.pay(&visitor, &view, "k3", VISA).await.unwrap());
        assert!(!till.confirm_in_page(&client_secret, VISA).await.is_success());
        till.work().await;
        assert_eq!(till.money().await, (2490, 2490, 0, 0));
        assert_eq!(till.stock(stock).await, (7, 0));
        till.check().await;
    }

    async fn what_was_paid_leaves_a_cart_that_went_on(t: TestShop) {
        let stock = t.stock("MUG", 9).await;
        let till = Till::open(&t).await;
        let (mut visitor, view) = till.guest("MUG", 1).await;
        let first = till.place(&visitor, &view, "k1", PaymentWay::Embedded).await.unwrap();
        let Placed::Confirm { client_secret, .. } = first else { panic!("{first:?}") };
        shop::cart::add(&till.shop, &mut visitor, "MUG", 2).await.unwrap();
        assert!(till.confirm_in_page(&client_secret, VISA).await.is_success());
        t.clock.advance(60_000);
        till.work().await;
        assert_eq!(till.money().await, (1490, 1490, 0, 0), "what was agreed, not what the cart holds now");
        assert_eq!(shop::cart::count(&till.shop, &visitor).await.unwrap(), 2);
        assert_eq!(till.stock(stock).await, (8, 0));
        till.check().await;
    }

    async fn what_is_put_into_a_cart_by_its_token_is_never_put_into_another(t: TestShop) {
        t.stock("MUG", 9).await;
        let till = Till::open(&t).await;
        let (visitor, view) = till.guest("MUG", 1).await;
        shop::cart::add_to(&till.shop, &visitor, "MUG", 1).await.unwrap();
        let stale = till.pay(&visitor, &view, "k1", VISA).await;
        assert!(matches!(&stale, Err(Error::Conflict { code: "cart_changed", .. })), "{stale:?}");
        let view = checkout::view(&till.shop, &visitor).await.unwrap();
        number(&till.pay(&visitor, &view, "k2", VISA).await.unwrap());
        let late = shop::cart::add_to(&till.shop, &visitor, "MUG", 1).await;
        assert!(matches!(late, Err(Error::NotFound("cart"))), "{late:?}");
        assert_eq!(t.number("SELECT COUNT(*) FROM cart").await, 1, "none that nobody would find");
        till.check().await;
    }

    async fn a_shopper_who_gives_up_frees_the_stock(t: TestShop) {
        let stock = t.stock("MUG", 1).await;
        let till = Till::open(&t).await;
        let (visitor, view) = till.guest("MUG", 1).await;
        let placed = till.place(&visitor, &view, "k1", PaymentWay::Embedded).await.unwrap();
        let Placed::Confirm { checkout_id, client_secret } = placed else { panic!("{placed:?}") };
        let other = shop::account::Visitor { cart_id: None, ..visitor.clone() };
        let foreign = checkout::cancel(&till.shop, &other, checkout_id).await;
        assert!(matches!(foreign, Err(Error::NotFound(_))), "{foreign:?}");
        assert_eq!(checkout::cancel(&till.shop, &visitor, checkout_id).await.unwrap(), Status::Released);
        assert_eq!(till.stock(stock).await, (1, 0));
        assert!(!till.confirm_in_page(&client_secret, VISA).await.is_success());
        till.check().await;
    }

    async fn a_process_that_died_before_the_provider_heard_is_continued(t: TestShop) {
        let stock = t.stock("MUG", 3).await;
        let till = Till::open(&t).await;
        let (visitor, view) = till.guest("MUG", 1).await;
        till.mood(json!({ "operation": "payment_intents.create", "times": 1, "mood": "html" })).await;
        let placed = till.pay(&visitor, &view, "k1", VISA).await.unwrap();
        let Placed::Pending { checkout_id } = placed else { panic!("{placed:?}") };
        t.clock.advance(70_000);
        till.work().await;
        let status = checkout::status(&till.shop, &visitor, checkout_id).await.unwrap();
        assert!(matches!(status, Status::Placed { .. }), "{status:?}");
        assert_eq!(till.money().await, (1490, 1490, 0, 0));
        assert_eq!(till.stock(stock).await, (2, 0));
        till.check().await;
    }
}

/// What a sweeper would have left that wrongly believed the payment to be over.
pub async fn force_release(db: &shop::db::Db, id: shop::id::CheckoutId) {
    let mut tx = db.begin().await.unwrap();
    shop::inventory::reserve::release_many(&mut tx, &[id]).await.unwrap();
    let moved = "INSERT INTO transition_log (id, entity, entity_id, from_state, to_state, cause, actor, at)
        SELECT $2, 'checkout', k.id, k.state, 'releasing', 'test', 'system', 0 FROM checkout k WHERE k.id = $1";
    tx.execute(moved, args![id, uuid::Uuid::now_v7()]).await.unwrap();
    let moved = "INSERT INTO transition_log (id, entity, entity_id, from_state, to_state, cause, actor, at)
        VALUES ($2, 'checkout', $1, 'releasing', 'released', 'test', 'system', 0)";
    tx.execute(moved, args![id, uuid::Uuid::now_v7()]).await.unwrap();
    let moved = "INSERT INTO transition_log (id, entity, entity_id, from_state, to_state, cause, actor, at)
        SELECT $2, 'order', o.id, o.state, 'cancelled', 'test', 'system', 0 FROM orders o WHERE o.checkout_id = $1";
    tx.execute(moved, args![id, uuid::Uuid::now_v7()]).await.unwrap();
    for sql in [
        "UPDATE checkout SET state = 'released', recovery_point = 'released' WHERE id = $1",
        "UPDATE orders SET state = 'cancelled' WHERE checkout_id = $1",
        "UPDATE cart SET version = version + 1 WHERE id = (SELECT cart_id FROM checkout WHERE id = $1)",
    ] {
        tx.execute(sql, args![id]).await.unwrap();
    }
    tx.commit().await.unwrap();
}
