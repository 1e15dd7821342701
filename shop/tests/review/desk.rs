//! What staff see of reviews and what they decide.

use super::{code, draft, of, shown, staff};
use crate::support::TestShop;
use shop::id::ReviewId;
use shop::limits::{REASON_CHARS, REVIEW_REPLY_CHARS};
use shop::review::{self, Counts, Entry, Filter, Flag, State};
use shop::{Error, Shop, args};

async fn list(shop: &Shop, filter: Filter) -> Vec<Entry> {
    review::list(shop, &staff(), &Filter { rows: 50, ..filter }).await.unwrap().items
}

on_both_engines! {
    async fn the_queue_begins_with_what_waits(t: TestShop) {
        let (shop, mug, bowl) = (t.shop(), t.product("MUG").await, t.product("BOWL").await);
        for n in 0..6 {
            t.clock.advance(1000);
            let who = t.customer(&format!("c{n}")).await;
            let product = if n == 5 { bowl } else { mug };
            if n % 2 == 0 {
                review::write(&shop, &who, product, &draft(1 + n % 5, &format!("Number {n}, 100% fine"))).await.unwrap();
            } else {
                shown(&shop, &who, product, 1 + n % 5, &format!("Number {n}")).await;
            }
        }
        let (mut order, mut after) = (Vec::new(), None);
        loop {
            let page = review::list(&shop, &staff(), &Filter { after, rows: 2, ..Filter::default() }).await.unwrap();
            order.extend(page.items.iter().map(|e| e.text[7..8].to_owned()));
            after = page.next;
            if after.is_none() { break; }
        }
        assert_eq!(order.concat(), "420531");
        let counts = review::counts(&shop, &staff()).await.unwrap();
        assert_eq!(counts, Counts { pending: 3, approved: 3, rejected: 0 });

        let pending = Filter { state: Some(State::Pending), ..Filter::default() };
        assert_eq!(list(&shop, pending.clone()).await.len(), 3);
        assert_eq!(list(&shop, Filter { rating: Some(5), ..pending }).await.len(), 1);
        for (text, found) in [("NUMBER 3", 1), ("bowl", 1), ("100%", 3), ("%", 3), ("_", 0), ("ann", 6), ("nothing", 0)] {
            let by_text = Filter { text: text.into(), ..Filter::default() };
            assert_eq!(list(&shop, by_text).await.len(), found, "{text}");
        }
        let nowhere = review::list(&shop, &staff(), &Filter { after: Some("x".into()), rows: 2, ..Filter::default() }).await;
        assert!(matches!(nowhere, Err(Error::Invalid(_))));
    }

    async fn what_deserves_a_second_look_is_flagged(t: TestShop) {
        let (shop, mug, bowl) = (t.shop(), t.product("MUG").await, t.product("BOWL").await);
        let (ann, eve, bob) = (t.customer("ann").await, t.customer("eve").await, t.customer("bob").await);
        t.order(&ann, mug, "delivered", 1).await;
        let flags = |id: ReviewId| { let shop = shop.clone(); async move { review::detail(&shop, &staff(), id).await.unwrap().flags } };
        review::write(&shop, &ann, mug, &draft(5, "Holds a whole morning of tea.")).await.unwrap();
        let anns = of(&shop, &ann, mug).await.0;
        assert_eq!(flags(anns).await, []);
        review::write(&shop, &eve, mug, &draft(5, "HOLDS a whole morning, of tea!")).await.unwrap();
        let eves = of(&shop, &eve, mug).await.0;
        assert_eq!(flags(eves).await, [Flag::Repeated, Flag::FirstUnverified]);
        assert_eq!(flags(anns).await, [Flag::Repeated]);
        review::write(&shop, &bob, mug, &draft(5, "BUY IT AT www.cheap.example NOW!!!")).await.unwrap();
        let bobs = of(&shop, &bob, mug).await;
        assert_eq!(flags(bobs.0).await, [Flag::Link, Flag::Shouting, Flag::FirstUnverified]);
        // The second time somebody's own words are no copy, and a customer with a review that is shown is no stranger.
        review::approve(&shop, &staff(), bobs.0, bobs.1).await.unwrap();
        review::write(&shop, &bob, bowl, &draft(4, "BUY IT AT www.cheap.example NOW!!!")).await.unwrap();
        assert_eq!(flags(of(&shop, &bob, bowl).await.0).await, [Flag::Link, Flag::Shouting]);
    }

    async fn a_decision_is_about_what_was_read_and_is_written_down(t: TestShop) {
        let (shop, by, mug, ann) = (t.shop(), staff(), t.product("MUG").await, t.customer("ann").await);
        review::write(&shop, &ann, mug, &draft(5, "First words")).await.unwrap();
        let (id, version) = of(&shop, &ann, mug).await;
        review::write(&shop, &ann, mug, &draft(5, "Other words")).await.unwrap();
        assert_eq!(code(review::approve(&shop, &by, id, version).await), "stale");
        assert_eq!(code(review::reject(&shop, &by, id, version, "No").await), "stale");
        assert_eq!(code(review::reply(&shop, &by, id, version, "Hello").await), "stale");
        assert_eq!(code(review::approve(&shop, &by, ReviewId::new(), 1).await), "not_found");
        assert_eq!(t.number("SELECT COUNT(*) FROM audit_log").await, 0);

        assert_eq!(code(review::reject(&shop, &by, id, version + 1, " ").await), "invalid");
        let long = "x".repeat(REASON_CHARS + 1);
        assert_eq!(code(review::reject(&shop, &by, id, version + 1, &long).await), "invalid");
        review::reject(&shop, &by, id, version + 1, " It is about the parcel, not the mug. ").await.unwrap();
        let own = review::own(&shop, &ann, mug).await.unwrap().unwrap();
        assert_eq!((own.state, own.reason.as_str()), (State::Rejected, "It is about the parcel, not the mug."));
        review::approve(&shop, &by, id, version + 2).await.unwrap();
        assert_eq!(code(review::approve(&shop, &by, id, version + 3).await), "decided");
        let too_long = "x".repeat(REVIEW_REPLY_CHARS + 1);
        assert_eq!(code(review::reply(&shop, &by, id, version + 3, &too_long).await), "invalid");
        review::reply(&shop, &by, id, version + 3, "Thank you, Ann.").await.unwrap();
        let entry = review::detail(&shop, &by, id).await.unwrap();
        assert_eq!((entry.state, entry.reply.as_str(), entry.reason.as_str()), (State::Approved, "Thank you, Ann.", ""));
        assert_eq!(entry.replied_at, Some(t.now()));
        review::reply(&shop, &by, id, version + 4, "").await.unwrap();
        assert_eq!(review::detail(&shop, &by, id).await.unwrap().replied_at, None);
        let actions: Vec<(String, String)> = t.db
            .fetch_all("SELECT action, address FROM audit_log ORDER BY id", args![]).await.unwrap();
        let verbs: Vec<_> = actions.iter().map(|(action, _)| action.as_str()).collect();
        assert_eq!(verbs, ["review.reject", "review.approve", "review.reply", "review.reply"]);
        assert!(actions.iter().all(|(_, address)| address == "192.0.2.7"));
    }

    async fn a_review_outlives_the_account_and_a_product_takes_its_reviews_along(t: TestShop) {
        let (shop, mug, ann) = (t.shop(), t.product("MUG").await, t.customer("ann").await);
        let id = shown(&shop, &ann, mug, 5, "Still here").await;
        t.run("DELETE FROM customer WHERE id = $1", args![ann.id]).await;
        let entry = review::detail(&shop, &staff(), id).await.unwrap();
        assert_eq!((entry.email, entry.author.as_str()), (None, "Ann"));
        t.run("DELETE FROM product WHERE id = $1", args![mug]).await;
        assert_eq!(t.number("SELECT COUNT(*) FROM review").await, 0);
        shop::worker::count_ratings(&shop).await.unwrap();
        assert_eq!(t.number("SELECT COUNT(*) FROM rating_due").await + t.number("SELECT COUNT(*) FROM product_rating").await, 0);
    }
}
