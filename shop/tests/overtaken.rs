//! Webhooks that are faster than the answer to our own call, or come in its place.

use crate::support::TestShop;
use crate::support::overtake::{Overtaking, attempt_of};
use crate::support::till::{Till, VISA};
use serde_json::json;
use shop::checkout::{self, PaymentWay, Placed};
use shop::id::CheckoutId;
use shop::payment::Outcome;

fn confirm(placed: Placed) -> (CheckoutId, String) {
    let Placed::Confirm { checkout_id, client_secret } = placed else { panic!("{placed:?}") };
    (checkout_id, client_secret)
}

on_both_engines! {
    async fn a_webhook_faster_than_the_answer_costs_nothing(t: TestShop) {
        t.stock("MUG", 2).await;
        let mut till = Till::open(&t).await;
        till.shop = Overtaking::shop(&till.shop);
        let (visitor, view) = till.guest("MUG", 1).await;
        let (checkout_id, secret) = confirm(till.place(&visitor, &view, "k1", PaymentWay::Embedded).await.unwrap());
        let kept = till.count("SELECT COUNT(*) FROM payment_attempt WHERE client_secret <> '' AND next_poll_at > 0").await;
        assert_eq!(kept, 1, "what only the answer tells was kept");
        let moves = till.count("SELECT COUNT(*) FROM transition_log WHERE from_state = 'prepared' AND to_state = 'sent'");
        assert_eq!(moves.await, 1, "one move, told once");
        // A second press goes on with the same payment.
        assert!(!till.confirm_in_page(&secret, "pm_card_chargeDeclined").await.is_success());
        let again = till.place(&visitor, &view, "k2", PaymentWay::Embedded).await.unwrap();
        assert_eq!(confirm(again), (checkout_id, secret.clone()));
        assert!(till.confirm_in_page(&secret, VISA).await.is_success());
        till.work().await;
        t.clock.advance(60_000);
        checkout::status(&till.shop, &visitor, checkout_id).await.unwrap();
        till.work().await;
        assert_eq!(till.money().await.1, view.totals.total);
        till.check().await;
    }

    async fn a_payment_whose_answer_was_lost_can_be_paid_after_its_webhook(t: TestShop) {
        t.stock("MUG", 2).await;
        let till = Till::open(&t).await;
        let (visitor, view) = till.guest("MUG", 1).await;
        till.mood(json!({ "operation": "payment_intents.create", "times": 1, "mood": "truncated" })).await;
        till.place(&visitor, &view, "k1", PaymentWay::Embedded).await.unwrap_err();
        let intents = till.intents().await;
        let Outcome::Done(snapshot) = till.provider().retrieve_intent(&intents[0].id).await else { panic!() };
        checkout::apply_payment_fact(&till.shop, attempt_of(&snapshot), &snapshot).await.unwrap();
        let (_, secret) = confirm(till.place(&visitor, &view, "k2", PaymentWay::Embedded).await.unwrap());
        assert!(till.confirm_in_page(&secret, VISA).await.is_success());
        assert_eq!(till.intents().await.len(), 1);
        t.clock.advance(60_000);
        till.work().await;
        assert_eq!(till.money().await.1, view.totals.total);
        till.check().await;
    }
}
