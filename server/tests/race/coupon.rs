//! C7: more people than times a code may be used.

use super::QUIET;
use super::count::C7;
use super::crowd::{Answer, count, rush};
use shop::pricing::{Effect, Rule};
use shop::promotion::{self, Draft, State};

/// How often a code may be used.
const USES: usize = 10;

race! {
    QUIET;

    async fn c07_a_code_is_had_as_often_as_it_may(arena: Arena) {
        let (crowd, rounds) = (C7.crowd(), C7.rounds());
        let shop = &arena.site.shop;
        for round in 0..rounds {
            let uses = i64::try_from(USES).unwrap();
            // By turns the promotion's limit and the code's own.
            let own = round % 2 == 1;
            let mut draft = Draft::new("Ten off", true, Rule::new(Effect::Percent { percent: 10 }));
            draft.max_uses = (!own).then_some(uses);
            let id = promotion::create(shop, &arena.owner, &draft, State::Active).await.unwrap();
            let code = format!("TEN-{round}");
            promotion::create_code(shop, &arena.owner, id, &code, own.then_some(uses), "").await.unwrap();
            arena.stock("BOWL", i64::try_from(crowd).unwrap()).await;
            let buyers = arena.buyers_with(crowd, &["BOWL"], Some(&code)).await;
            let answers = rush(buyers.iter().map(|buyer| arena.buy(buyer, "one", "pm_card_visa"))).await;
            let lost = |answer: &Answer| answer.is(409, "promotion_gone") || answer.is(409, "cart_changed");
            let odd: Vec<_> = answers.iter().filter(|answer| !answer.is_order() && !lost(answer)).collect();
            assert_eq!((count(&answers, Answer::is_order), count(&answers, lost)), (USES, crowd - USES), "{round}: {odd:?}");
            let used = promotion::detail(shop, &arena.owner, id).await.unwrap().used;
            assert_eq!((used, arena.shelf("BOWL").await.1), (uses, i64::try_from(crowd - USES).unwrap()));
            arena.stock("BOWL", 0).await;
        }
        arena.judge(rounds * USES).await;
        let gone = "SELECT COUNT(*) FROM promotion_use WHERE state = 'claimed'";
        assert_eq!(arena.number(gone).await, i64::try_from(rounds * USES).unwrap());
    }
}
