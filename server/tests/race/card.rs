//! C8: more people than a gift card can pay for.

use super::QUIET;
use super::arena::Arena;
use super::count::C8;
use super::crowd::{Answer, count, rush};
use shop::gift_card::{self, Draft};
use shop::money::Currency;

/// Codes of new cards with these values, in cents.
async fn cards(arena: &Arena, values: &[i64]) -> Vec<String> {
    let mut codes = Vec::new();
    for value in values {
        let draft = Draft {
            value: Currency::EUR.money(*value),
            recipient: String::new(),
            expires_at: None,
            reason: "race".into(),
            mailed: false,
        };
        codes.push(gift_card::issue(&arena.site.shop, &arena.owner, &draft).await.unwrap().code);
    }
    codes
}

race! {
    QUIET;

    async fn c08_what_is_on_a_card_is_spent_once(arena: Arena) {
        let (crowd, rounds) = (C8.crowd(), C8.rounds());
        let (mut charged, mut spent) = (0, 0);
        for round in 0..rounds {
            // By turns a part of the price, a part by two cards, and all of it: then nobody pays anything.
            let values: &[i64] = [&[500][..], &[300, 200], &[1490]][round % 3];
            arena.stock("BOWL", i64::try_from(crowd).unwrap()).await;
            let codes = cards(&arena, values).await;
            let buyers = arena.buyers_paying(crowd, &["BOWL"], &codes).await;
            let sum: i64 = values.iter().sum();
            assert_eq!((buyers[0].total, buyers[0].due), (1490, 1490 - sum));
            let answers = rush(buyers.iter().map(|buyer| arena.buy(buyer, "one", "pm_card_visa"))).await;
            let lost = |answer: &Answer| answer.is(409, "tender_gone") || answer.is(409, "cart_changed");
            let odd: Vec<_> = answers.iter().filter(|answer| !answer.is_order() && !lost(answer)).collect();
            assert_eq!((count(&answers, Answer::is_order), count(&answers, lost)), (1, crowd - 1), "{round}: {odd:?}");
            assert_eq!(arena.shelf("BOWL").await.1, i64::try_from(crowd - 1).unwrap());
            charged += usize::from(sum < 1490);
            spent += sum;
            arena.stock("BOWL", 0).await;
        }
        arena.judge_of(rounds, charged).await;
        let left = "SELECT CAST(SUM(balance) AS BIGINT) FROM stored_value";
        assert_eq!(arena.number(left).await, 0);
        let booked = "SELECT CAST(-SUM(amount) AS BIGINT) FROM stored_value_entry WHERE kind = 'spend'";
        assert_eq!(arena.number(booked).await, spent);
    }
}
