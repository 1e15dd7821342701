//! C10: the same payment is told by the answer to a request, by an event, by the shopper's return and by the poller.

use super::QUIET;
use super::arena::{Arena, Buyer};
use super::count::C10;
use super::crowd::{Answer, rush};
use super::end::{checkout_of, pass};
use hmac::{Hmac, Mac};
use reqwest::Method;
use sha2::Sha256;
use shop::clock::Clock;
use shop::{args, worker};
use std::pin::Pin;

const CHALLENGED: &str = "pm_card_threeDSecure2Required";
/// Payments whose news comes at a time; one round of the worker and of the poller takes them all.
const TOGETHER: usize = 10;
/// After this long the poller asks.
const POLLED_MS: i64 = 60_000;

race! {
    QUIET;

    async fn c10_however_often_it_is_told_it_is_paid_once(arena: Arena) {
        let rounds = C10.rounds().next_multiple_of(TOGETHER);
        arena.stock("CUP", i64::try_from(rounds).unwrap()).await;
        let buyers = arena.buyers(rounds, &["CUP"]).await;
        for (round, some) in buyers.chunks(TOGETHER).enumerate() {
            // Told from two sides at the provider, too: taken, or only held.
            tell(&arena, some, if round % 2 == 0 { "payment_intent.succeeded" } else { "payment_intent.amount_capturable_updated" }).await;
        }
        arena.judge(rounds).await;
        let orders = i64::try_from(rounds).unwrap();
        assert_eq!(arena.shelf("CUP").await.1, 0, "each unit was taken once");
        for kind in ["order_confirmed", "payment_captured"] {
            let told = format!("SELECT COUNT(*) FROM outbox WHERE kind = 'event' AND payload LIKE '%{kind}%'");
            assert_eq!(arena.number(&told).await, orders, "{kind}");
        }
        assert_eq!(arena.number("SELECT COUNT(*) FROM mail").await, orders, "one mail for each order");
    }
}

async fn tell(arena: &Arena, buyers: &[Buyer], kind: &str) {
    let shop = &arena.site.shop;
    let mut ready = Vec::new();
    for buyer in buyers {
        let buyer = arena.with_session(buyer.clone()).await;
        let waits = arena.place(&buyer, "key", CHALLENGED).await;
        assert_eq!(waits.status, 202, "{waits:?}");
        pass(arena, waits.body["redirect_url"].as_str().unwrap()).await;
        let sql =
            "SELECT a.provider_ref FROM payment_attempt a JOIN checkout k ON k.id = a.checkout_id WHERE k.cart_id = $1";
        let (intent,): (String,) = shop.db.fetch_one(sql, args![buyer.cart]).await.unwrap();
        ready.push((checkout_of(arena, &buyer).await, buyer, intent));
    }
    arena.site.clock.advance(POLLED_MS);
    type Teller<'t> = Pin<Box<dyn Future<Output = ()> + Send + 't>>;
    let mut tellers: Vec<Teller<'_>> = Vec::new();
    for (checkout, buyer, intent) in &ready {
        tellers.push(Box::pin(async move { drop(arena.place(buyer, "key", CHALLENGED).await) }));
        tellers.push(Box::pin(event(arena, intent, kind)));
        tellers.push(Box::pin(async move {
            let path = format!("/checkout/return/{checkout}?redirect_status=succeeded");
            let page = arena.site.get(&path).header("cookie", format!("mercer={}", buyer.session));
            let status = Answer::to(page).await.status;
            assert!(matches!(status, 200 | 303), "the return page is {status}");
        }));
    }
    tellers.push(Box::pin(async {
        worker::poll_stuck_attempts(shop).await.unwrap();
    }));
    rush(tellers).await;
    // By whichever way it came first: the shopper is told of the order now.
    for (_, buyer, _) in &ready {
        assert!(arena.buy(buyer, "key", CHALLENGED).await.is_order());
    }
}

/// Posts a signed event about the payment and does what is done with it.
async fn event(arena: &Arena, intent: &str, kind: &str) {
    let t = arena.site.clock.now_ms() / 1000;
    let body = format!(
        r#"{{"id":"evt_{intent}","object":"event","type":"{kind}","livemode":false,"created":{t},
            "data":{{"object":{{"id":"{intent}","object":"payment_intent"}}}}}}"#
    );
    let mut mac = Hmac::<Sha256>::new_from_slice(b"whsec_new").unwrap();
    mac.update(format!("{t}.{body}").as_bytes());
    let signature = format!("t={t},v1={}", hex::encode(mac.finalize().into_bytes()));
    let posted = arena.site.ask(Method::POST, "/webhooks/stripe").header("stripe-signature", signature).body(body);
    assert_eq!(posted.send().await.unwrap().status(), 200);
    worker::apply_events(&arena.site.shop).await.unwrap();
}
