//! C4, C5, C6: one key many times, one key for different things, one cart under many keys.

use super::QUIET;
use super::count::{C4, C5, C6};
use super::crowd::{Answer, count, rush};

const CARDS: [&str; 4] = ["pm_card_visa", "pm_card_mastercard", "pm_card_amex", "pm_card_pendingRefund"];

race! {
    QUIET;

    async fn c04_one_request_sent_many_times_is_one_order(arena: Arena) {
        let (crowd, rounds) = (C4.crowd(), C4.rounds());
        for buyer in arena.buyers(rounds, &["CUP"]).await {
            // The last one: whoever is overtaken by their own first click must not be told that it is sold out.
            arena.stock("CUP", 1).await;
            let answers = rush((0..crowd).map(|_| arena.buy(&buyer, "same", CARDS[0]))).await;
            assert!(answers.iter().all(|answer| answer.is_order() && *answer == answers[0]), "{answers:?}");
        }
        arena.judge(rounds).await;
        assert_eq!(arena.ledger().await.len(), rounds, "payments that the provider ever heard of");
    }

    async fn c05_one_key_means_one_request(arena: Arena) {
        let (crowd, rounds) = (C5.crowd(), C5.rounds());
        for buyer in arena.buyers(rounds, &["CUP"]).await {
            arena.stock("CUP", 1).await;
            let answers = rush((0..crowd).map(|at| arena.buy(&buyer, "same", CARDS[at % CARDS.len()]))).await;
            let won = count(&answers, Answer::is_order);
            let refused = count(&answers, |answer| answer.is(422, "invalid"));
            // Everybody who sent what the first sent, and nobody else.
            assert_eq!((won, refused), (crowd / CARDS.len(), crowd - crowd / CARDS.len()), "{answers:?}");
        }
        arena.judge(rounds).await;
        assert_eq!(arena.ledger().await.len(), rounds, "payments that the provider ever heard of");
    }

    async fn c06_one_cart_in_many_tabs_is_one_order(arena: Arena) {
        let (crowd, rounds) = (C6.crowd(), C6.rounds());
        // Enough for every tab: only the cart keeps them from buying twice.
        arena.stock("CUP", i64::try_from(rounds * crowd).unwrap()).await;
        for buyer in arena.buyers(rounds, &["CUP"]).await {
            let keys: Vec<_> = (0..crowd).map(|at| format!("tab-{at}")).collect();
            let answers = rush(keys.iter().map(|key| arena.buy(&buyer, key, CARDS[0]))).await;
            let orders: Vec<_> = answers.iter().filter(|answer| answer.is_order()).collect();
            let told = count(&answers, |answer| answer.is(409, "already_ordered"));
            assert!(!orders.is_empty() && orders.len() + told == crowd, "{answers:?}");
            assert!(orders.iter().all(|answer| answer.body == orders[0].body), "{orders:?}");
        }
        arena.judge(rounds).await;
        assert_eq!(arena.shelf("CUP").await.1, i64::try_from(rounds * (crowd - 1)).unwrap());
    }
}
