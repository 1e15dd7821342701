//! C9: a payment, a shopper who gives up and a hold that runs out, all at the same moment.

use super::QUIET;
use super::arena::{Arena, Buyer};
use super::count::C9;
use super::crowd::{Answer, rush};
use serde_json::Value;
use shop::{args, worker};

/// Carts that are raced for at a time; one sweep ends them all.
const TOGETHER: usize = 10;

/// How a checkout stands before the race.
#[derive(Clone, Copy, Debug)]
enum Before {
    /// The first card was declined; the second is good.
    Declined,
    /// The challenge was passed: the provider holds the money and nobody has said so.
    Passed,
    /// The challenge is passed in the race itself.
    Challenged,
}

race! {
    QUIET;

    async fn c09_paying_giving_up_and_running_out_of_time_have_one_end(arena: Arena) {
        let rounds = C9.rounds().next_multiple_of(TOGETHER);
        arena.stock("CUP", i64::try_from(rounds).unwrap()).await;
        let buyers = arena.buyers(rounds, &["CUP"]).await;
        let (mut placed, mut ended) = (0, 0);
        for (round, some) in buyers.chunks(TOGETHER).enumerate() {
            let before = [Before::Declined, Before::Passed, Before::Challenged][round % 3];
            let (won, lost) = race(&arena, some, before).await;
            if matches!(before, Before::Passed) {
                assert_eq!(lost, 0, "whoever has paid keeps the order");
            }
            placed += won;
            ended += lost;
        }
        assert_eq!(placed + ended, rounds);
        eprintln!("{placed} were placed and {ended} ended without money");
        arena.judge(placed).await;
        assert_eq!(arena.shelf("CUP").await.1, i64::try_from(ended).unwrap(), "units that came back");
    }
}

/// One round for each of `buyers`; how many orders stand afterwards, and how many checkouts ended.
async fn race(arena: &Arena, buyers: &[Buyer], before: Before) -> (usize, usize) {
    let mut ready = Vec::new();
    for buyer in buyers {
        let buyer = arena.with_session(buyer.clone()).await;
        let url = set(arena, &buyer, before).await;
        ready.push((checkout_of(arena, &buyer).await, buyer, url));
    }
    // From here on the sweeper may have them.
    arena.site.clock.advance(arena.site.shop.settings.hold_ms + 1000);
    let (key, card) = match before {
        Before::Declined => ("second", "pm_card_visa"),
        Before::Passed | Before::Challenged => ("first", "pm_card_threeDSecure2Required"),
    };
    let places = ready.iter().map(|(_, buyer, _)| arena.place(buyer, key, card));
    let cancels = ready.iter().map(|(id, buyer, _)| cancel(arena, buyer, id));
    let passes = ready.iter().filter(|_| matches!(before, Before::Challenged)).map(|(_, _, url)| pass(arena, url));
    // One barrier for everybody: the three crowds are boxed into one.
    let everybody = places
        .map(|place| boxed(async { drop(place.await) }))
        .chain(cancels.map(boxed))
        .chain(passes.map(boxed))
        .chain([boxed(async {
            worker::sweep_expired(&arena.site.shop).await.unwrap();
        })]);
    rush(everybody).await;
    settle(arena).await;
    let mut won = 0;
    for (id, buyer, _) in &ready {
        let (state, order): (String, String) = arena
            .site
            .shop
            .db
            .fetch_one(
                "SELECT k.state, o.state FROM checkout k JOIN orders o ON o.checkout_id = k.id WHERE k.cart_id = $1
                 ORDER BY k.created_at DESC, k.cart_version DESC LIMIT 1",
                args![buyer.cart],
            )
            .await
            .unwrap();
        match (state.as_str(), order.as_str()) {
            ("placed" | "settled", "confirmed") => won += 1,
            ("released" | "refunded", "cancelled" | "payment_failed") => {}
            other => panic!("{before:?} {id} stands at {other:?}"),
        }
    }
    (won, ready.len() - won)
}

fn boxed<'f>(future: impl Future<Output = ()> + Send + 'f) -> std::pin::Pin<Box<dyn Future<Output = ()> + Send + 'f>> {
    Box::pin(future)
}

/// What was left undecided is decided by time and the background work alone.
async fn settle(arena: &Arena) {
    for _ in 0..4 {
        arena.work().await;
        arena.site.clock.advance(16 * 60_000);
    }
    arena.work().await;
}

/// Brings the checkout to where the race begins; the address of its challenge.
async fn set(arena: &Arena, buyer: &Buyer, before: Before) -> String {
    if matches!(before, Before::Declined) {
        assert_eq!(arena.place(buyer, "first", "pm_card_chargeDeclined").await.status, 402);
        return String::new();
    }
    let waits = arena.place(buyer, "first", "pm_card_threeDSecure2Required").await;
    let url = waits.body["redirect_url"].as_str().unwrap().to_owned();
    if matches!(before, Before::Passed) {
        pass(arena, &url).await;
    }
    url
}

/// Answers the challenge at the provider; when it is over by then, nothing happens.
pub async fn pass(arena: &Arena, url: &str) {
    let secret = url::Url::parse(url).unwrap();
    let secret = secret.query_pairs().find(|(name, _)| name == "secret").unwrap().1.into_owned();
    let form = [("secret", secret.as_str()), ("answer", "complete")];
    arena.site.client.post(url).form(&form).send().await.unwrap();
}

async fn cancel(arena: &Arena, buyer: &Buyer, checkout: &str) {
    let answer = Answer::to(arena.form(buyer, "/checkout/cancel", &[("checkout_id", checkout)])).await;
    assert!(matches!(answer.status, 200 | 303 | 409), "a shopper who gives up is told {}", answer.status);
    assert_eq!(answer.body, Value::Null);
}

pub async fn checkout_of(arena: &Arena, buyer: &Buyer) -> String {
    let sql = "SELECT id FROM checkout WHERE cart_id = $1";
    arena.site.shop.db.fetch_one::<(shop::id::CheckoutId,)>(sql, args![buyer.cart]).await.unwrap().0.to_string()
}
