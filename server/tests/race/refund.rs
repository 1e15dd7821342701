//! C11: several people at the merchant's desk give back the same money.

use super::QUIET;
use super::arena::Arena;
use super::count::C11;
use super::crowd::rush;
use shop::args;

/// Fifths of an order of 14.90.
const PART: &str = "2.98";
const PARTS: usize = 5;

race! {
    QUIET;

    async fn c11_no_more_goes_back_than_was_taken(arena: Arena) {
        let (crowd, rounds) = (C11.crowd(), C11.rounds());
        arena.stock("CUP", i64::try_from(rounds).unwrap()).await;
        for (round, buyer) in arena.buyers(rounds, &["CUP"]).await.iter().enumerate() {
            let placed = arena.buy(buyer, "key", "pm_card_visa").await;
            let number = placed.body["order_number"].as_str().unwrap().to_owned();
            arena.work().await;
            if round % 2 == 0 {
                // From one and the same page: the first has it, the others must look again.
                let version = version(&arena, &number).await;
                let told = rush((0..crowd).map(|_| give_back(&arena, &number, version, "14.90"))).await;
                let done = told.iter().filter(|status| **status == 303).count();
                let stale = told.iter().filter(|status| **status == 409).count();
                assert_eq!((done, stale), (1, crowd - 1), "{told:?}");
            } else {
                // Everybody looks again and tries again: five parts there are.
                let told = rush((0..crowd).map(|_| insist(&arena, &number))).await;
                let done = told.iter().filter(|status| **status == 303).count();
                let refused = told.iter().filter(|status| **status == 422).count();
                assert_eq!((done, refused), (PARTS, crowd - PARTS), "{told:?}");
            }
        }
        arena.judge(rounds).await;
        for payment in arena.ledger().await {
            assert_eq!((payment.captured, payment.refunded), (1490, 1490), "{}", payment.id);
        }
    }
}

async fn insist(arena: &Arena, number: &str) -> u16 {
    loop {
        let seen = version(arena, number).await;
        match give_back(arena, number, seen, PART).await {
            409 | 503 => tokio::task::yield_now().await,
            status => return status,
        }
    }
}

async fn version(arena: &Arena, number: &str) -> i64 {
    let sql = "SELECT version FROM orders WHERE number = $1";
    arena.site.shop.db.fetch_one::<(i64,)>(sql, args![number]).await.unwrap().0
}

async fn give_back(arena: &Arena, number: &str, version: i64, amount: &str) -> u16 {
    let version = version.to_string();
    let fields = [("version", version.as_str()), ("amount", amount), ("reason", "race")];
    let answer = arena.admin(&format!("/admin/orders/{number}/refund"), &fields).send().await.unwrap();
    let status = answer.status().as_u16();
    assert!(status < 500 || status == 503, "{status}");
    status
}
