//! Links to carts: what they show, to whom, and for how long.

use super::{sql, units, visitor};
use crate::support::TestShop;
use crate::support::till::{Till, customer};
use shop::account::Visitor;
use shop::cart::{self, share};
use shop::{Error, args, checkout, worker};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

on_both_engines! {
    async fn a_link_shows_what_was_there_at_todays_prices(t: TestShop) {
        t.stock("MUG", 5).await;
        t.stock("CUP", 5).await;
        let till = Till::open(&t).await;
        let shop = &till.shop;
        let (mut ada, view) = till.guest("MUG", 2).await;
        let token = share::share(shop, &ada).await.unwrap();
        assert_eq!(checkout::view(shop, &ada).await.unwrap().cart.version, view.cart.version, "a payment goes on");
        // What comes later, and who it is, stays with her.
        cart::add(shop, &mut ada, "CUP", 1).await.unwrap();
        sql(&t, "UPDATE price SET amount = 1200").await;
        let eve = visitor();
        let seen = share::shared(shop, &token, &eve).await.unwrap();
        assert_eq!((units(&seen.lines), seen.own), (vec![("MUG", 2)], false));
        assert_eq!((seen.lines[0].unit_price.amount, seen.lines[0].problem.clone()), (1200, None));
        assert!(!format!("{seen:?}").contains("ada@example.com"));
        assert!(share::shared(shop, &token, &ada).await.unwrap().own);
        let (stored,): (String,) = t.db.fetch_one("SELECT token_hash FROM cart_share", args![]).await.unwrap();
        assert_ne!(stored, token);

        let mut eve = eve;
        let filled = share::take_over(shop, &token, &mut eve).await.unwrap();
        assert_eq!((filled[0].added, filled[0].problem.as_deref()), (2, None));
        let hers = cart::load(shop, &eve).await.unwrap().unwrap();
        assert_eq!((units(&hers.lines), hers.has_problems()), (vec![("MUG", 2)], false));
        // Again: what is left of it, and told so.
        let again = share::take_over(shop, &token, &mut eve).await.unwrap();
        assert_eq!((again[0].added, again[0].problem.is_none()), (2, true));
        let more = share::take_over(shop, &token, &mut eve).await.unwrap();
        assert_eq!((more[0].added, more[0].problem.as_deref()), (1, Some("Only 5 left.")));
        let none = share::take_over(shop, &token, &mut eve).await.unwrap();
        assert_eq!((none[0].added, none[0].problem.as_deref()), (0, Some("All there is of it is in your cart already.")));
        sql(&t, "UPDATE product SET status = 'archived'").await;
        let gone = share::take_over(shop, &token, &mut visitor()).await.unwrap();
        assert_eq!(gone[0].problem.as_deref(), Some("This is no longer sold."));
    }

    async fn a_link_ends_by_time_or_by_its_maker(t: TestShop) {
        t.stock("MUG", 5).await;
        let shop = t.shop();
        assert!(matches!(share::share(&shop, &visitor()).await, Err(Error::Conflict { code: "cart_empty", .. })));
        let mut away = visitor();
        let cart = cart::add(&shop, &mut away, "MUG", 1).await.unwrap();
        let first = share::share(&shop, &away).await.unwrap();
        let second = share::share(&shop, &away).await.unwrap();
        assert_ne!(first, second);
        assert_eq!(share::links(&shop, cart.id).await.unwrap(), 2);
        // Nobody else takes them back; whoever logs in still can.
        share::stop_sharing(&shop, &visitor()).await.unwrap();
        assert!(share::shared(&shop, &first, &visitor()).await.is_ok());
        let ada = customer(&shop, "ada@example.com").await;
        let mut home = Visitor { customer: Some(ada.clone()), ..visitor() };
        cart::add(&shop, &mut home, "MUG", 1).await.unwrap();
        cart::merge_on_login(&shop, away.cart_id, ada.id).await.unwrap();
        share::stop_sharing(&shop, &home).await.unwrap();
        for token in [&first, &second] {
            assert!(matches!(share::shared(&shop, token, &home).await, Err(Error::NotFound("link"))));
        }
        let third = share::share(&shop, &home).await.unwrap();
        t.clock.advance(30 * DAY_MS + 1);
        assert!(matches!(share::shared(&shop, &third, &visitor()).await, Err(Error::NotFound("link"))));
        worker::purge(&shop).await.unwrap();
        assert_eq!(t.number("SELECT (SELECT COUNT(*) FROM cart_share) + (SELECT COUNT(*) FROM cart_share_line)").await, 0);
    }

    async fn ten_links_work_at_a_time(t: TestShop) {
        t.stock("MUG", 5).await;
        let shop = t.shop();
        let mut ada = visitor();
        cart::add(&shop, &mut ada, "MUG", 1).await.unwrap();
        for _ in 0..10 {
            share::share(&shop, &ada).await.unwrap();
        }
        assert!(matches!(share::share(&shop, &ada).await, Err(Error::Conflict { code: "too_many_links", .. })));
    }
}
