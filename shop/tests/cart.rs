//! The cart: what can be added, what has changed, what log-in does.

use crate::support::TestShop;
use crate::support::till::customer;
use futures_util::future::join_all;
use shop::account::{Customer, Visitor};
use shop::cart::{self, LineProblem};
use shop::money::Currency;
use shop::{Error, args};

fn guest() -> Visitor {
    Visitor { cart_id: None, customer: None, currency: Currency::EUR }
}

/// Somebody whose account holds 2 MUG and 3 CUP, and the same person logged out, holding 4 MUG.
async fn two_carts(t: &TestShop) -> (Customer, Visitor, Visitor) {
    t.stock("MUG", 5).await;
    t.stock("CUP", 5).await;
    let shop = t.shop();
    let ada = customer(&shop, "ada@example.com").await;
    let mut home = Visitor { customer: Some(ada.clone()), ..guest() };
    cart::add(&shop, &mut home, "MUG", 2).await.unwrap();
    cart::add(&shop, &mut home, "CUP", 3).await.unwrap();
    let mut away = guest();
    cart::add(&shop, &mut away, "MUG", 4).await.unwrap();
    (ada, home, away)
}

on_both_engines! {
    async fn more_than_is_left_is_refused_and_says_what_is_left(t: TestShop) {
        t.stock("MUG", 3).await;
        let shop = t.shop();
        let mut visitor = guest();
        let cart = cart::add(&shop, &mut visitor, "MUG", 2).await.unwrap();
        assert_eq!((cart.count, cart.subtotal.amount, cart.version), (2, 2000, 1));
        let refused = cart::add(&shop, &mut visitor, "MUG", 2).await;
        assert!(matches!(&refused, Err(Error::SoldOut(left)) if left[0].available == 3), "{refused:?}");
        assert_eq!(cart::count(&shop, &visitor).await.unwrap(), 2, "nothing was changed");
        let line = cart.lines[0].id;
        assert!(matches!(cart::set_quantity(&shop, &visitor, line, 4).await, Err(Error::SoldOut(_))));
        assert!(matches!(cart::set_quantity(&shop, &visitor, line, 1000).await, Err(Error::Invalid(_))));
        assert!(matches!(cart::add(&shop, &mut visitor, "NONE", 1).await, Err(Error::NotFound(_))));
        assert_eq!(cart::set_quantity(&shop, &visitor, line, 3).await.unwrap().count, 3);
        let cart = cart::save_for_later(&shop, &visitor, line).await.unwrap();
        assert_eq!((cart.count, cart.saved.len()), (0, 1));
        assert_eq!(cart::move_to_cart(&shop, &visitor, line).await.unwrap().count, 3);
        assert_eq!(cart::set_quantity(&shop, &visitor, line, 0).await.unwrap().lines, []);
    }

    async fn another_visitors_cart_is_not_found(t: TestShop) {
        t.stock("MUG", 3).await;
        let shop = t.shop();
        let ada = customer(&shop, "ada@example.com").await;
        let mut owner = Visitor { customer: Some(ada), ..guest() };
        let cart = cart::add(&shop, &mut owner, "MUG", 1).await.unwrap();
        // The id of a customer's cart opens nothing to a guest.
        let thief = Visitor { cart_id: Some(cart.id), ..guest() };
        assert!(cart::load(&shop, &thief).await.unwrap().is_none());
        assert!(matches!(cart::remove(&shop, &thief, cart.lines[0].id).await, Err(Error::NotFound(_))));
        // Nor does the id of a line in another cart.
        let mut other = guest();
        cart::add(&shop, &mut other, "MUG", 1).await.unwrap();
        assert!(matches!(cart::remove(&shop, &other, cart.lines[0].id).await, Err(Error::NotFound(_))));
    }

    async fn a_cart_lives_thirty_days_after_its_last_change(t: TestShop) {
        t.stock("MUG", 9).await;
        let shop = t.shop();
        let mut visitor = guest();
        cart::add(&shop, &mut visitor, "MUG", 1).await.unwrap();
        let day = 24 * 60 * 60 * 1000;
        t.clock.advance(29 * day);
        cart::add(&shop, &mut visitor, "MUG", 1).await.unwrap();
        t.clock.advance(29 * day);
        assert_eq!(cart::count(&shop, &visitor).await.unwrap(), 2);
        t.clock.advance(2 * day);
        assert!(cart::load(&shop, &visitor).await.unwrap().is_none());
        assert_eq!(shop::worker::purge(&shop).await.unwrap(), 1);
    }

    async fn what_changed_is_told_and_acknowledged(t: TestShop) {
        let stock = t.stock("MUG", 5).await;
        t.stock("CUP", 5).await;
        let shop = t.shop();
        let mut visitor = guest();
        cart::add(&shop, &mut visitor, "MUG", 4).await.unwrap();
        cart::add(&shop, &mut visitor, "CUP", 1).await.unwrap();
        let mut tx = t.db.begin().await.unwrap();
        tx.execute("UPDATE stock SET on_hand = 3 WHERE id = $1", args![stock]).await.unwrap();
        tx.execute("UPDATE price SET amount = 1200", args![]).await.unwrap();
        tx.commit().await.unwrap();
        let cart = cart::load(&shop, &visitor).await.unwrap().unwrap();
        let problems: Vec<_> = cart.lines.iter().map(|line| line.problem.clone()).collect();
        assert_eq!(problems[0], Some(LineProblem::StockReduced { wanted: 4, available: 3 }));
        let changed = LineProblem::PriceChanged { from: Currency::EUR.money(1000), to: Currency::EUR.money(1200) };
        assert_eq!(problems[1], Some(changed));
        let cart = cart::acknowledge(&shop, &visitor).await.unwrap();
        assert!(!cart.has_problems());
        assert_eq!((cart.count, cart.subtotal.amount), (4, 4800));
        let mut tx = t.db.begin().await.unwrap();
        tx.execute("UPDATE product SET status = 'archived'", args![]).await.unwrap();
        tx.commit().await.unwrap();
        let cart = cart::load(&shop, &visitor).await.unwrap().unwrap();
        assert!(cart.lines.iter().all(|line| line.problem == Some(LineProblem::Unavailable)));
        assert_eq!(cart::acknowledge(&shop, &visitor).await.unwrap().lines, []);
    }

    async fn log_in_merges_by_the_higher_quantity(t: TestShop) {
        t.stock("POT", 5).await;
        let shop = t.shop();
        let (ada, home, mut away) = two_carts(&t).await;
        cart::add(&shop, &mut away, "CUP", 1).await.unwrap();
        cart::add(&shop, &mut away, "POT", 5).await.unwrap();
        let mut tx = t.db.begin().await.unwrap();
        let sql = "UPDATE stock SET on_hand = 2 WHERE variant_id = (SELECT id FROM variant WHERE sku = 'POT')";
        tx.execute(sql, args![]).await.unwrap();
        tx.commit().await.unwrap();

        let merged = cart::merge_on_login(&shop, away.cart_id, ada.id).await.unwrap();
        assert_eq!(merged, home.cart_id);
        let cart = cart::load(&shop, &home).await.unwrap().unwrap();
        let quantity = |sku: &str| cart.lines.iter().find(|l| l.sku == sku).map(|l| l.quantity);
        assert_eq!((quantity("MUG"), quantity("CUP"), quantity("POT")), (Some(4), Some(3), Some(2)));
        let notice = cart.merge_notice.clone().unwrap();
        assert_eq!(notice.combined, [("mug".to_owned(), 2, 4, 4)]);
        assert_eq!(notice.added, [("pot".to_owned(), 2)]);
        assert_eq!(notice.capped, [("pot".to_owned(), 5, 2)]);
        // Once more changes nothing, and the guest's cart is gone.
        cart::merge_on_login(&shop, away.cart_id, ada.id).await.unwrap();
        assert_eq!(cart::count(&shop, &home).await.unwrap(), 9);
        assert!(cart::load(&shop, &away).await.unwrap().is_none());

        // Read and put away, the notice stays away; what was merged stays.
        let told_off = cart::dismiss_merge(&shop, &home).await.unwrap();
        assert_eq!((told_off.merge_notice, told_off.count), (None, 9));
        let kept = cart::undo_merge(&shop, &home).await.unwrap();
        assert_eq!(kept.count, 9, "without a notice there is nothing to undo");
    }

    async fn a_merge_can_be_undone(t: TestShop) {
        let shop = t.shop();
        let (ada, home, away) = two_carts(&t).await;
        cart::merge_on_login(&shop, away.cart_id, ada.id).await.unwrap();
        let cart = cart::undo_merge(&shop, &home).await.unwrap();
        let mut left: Vec<_> = cart.lines.iter().map(|l| (l.sku.clone(), l.quantity)).collect();
        left.sort();
        assert_eq!(left, [("CUP".to_owned(), 3), ("MUG".to_owned(), 2)]);
        assert_eq!(cart.merge_notice, None);
    }

    async fn another_currency_prices_the_cart_anew(t: TestShop) {
        t.stock("MUG", 5).await;
        let shop = t.shop();
        let mut visitor = guest();
        cart::set_currency(&shop, &visitor, Currency::USD).await.unwrap();
        cart::add(&shop, &mut visitor, "MUG", 2).await.unwrap();
        let mut tx = t.db.begin().await.unwrap();
        tx.execute("INSERT INTO price (variant_id, currency, amount) SELECT id, 'USD', 1300 FROM variant", args![])
            .await
            .unwrap();
        tx.commit().await.unwrap();
        cart::set_currency(&shop, &visitor, Currency::USD).await.unwrap();
        let cart = cart::load(&shop, &visitor).await.unwrap().unwrap();
        assert_eq!((cart.currency, cart.subtotal.amount, cart.has_problems()), (Currency::USD, 2600, false));
        let unsold = Currency::parse("SEK").unwrap();
        assert!(matches!(cart::set_currency(&shop, &visitor, unsold).await, Err(Error::Invalid(_))));
    }

    async fn a_token_opens_its_cart_and_no_other(t: TestShop) {
        t.stock("MUG", 5).await;
        let shop = t.shop();
        let (mut visitor, token) = cart::token::open(&shop, Currency::EUR).await.unwrap();
        cart::add(&shop, &mut visitor, "MUG", 2).await.unwrap();
        let holder = cart::token::holder(&shop, &token).await.unwrap();
        assert_eq!((holder.cart_id, holder.currency), (visitor.cart_id, Currency::EUR));
        assert_eq!(cart::count(&shop, &holder).await.unwrap(), 2);
        assert!(matches!(cart::token::holder(&shop, "guessed").await, Err(Error::NotFound(_))));
        t.clock.advance(31 * 24 * 60 * 60 * 1000);
        assert!(matches!(cart::token::holder(&shop, &token).await, Err(Error::NotFound(_))));
    }

    async fn a_guests_cart_becomes_the_customers_first(t: TestShop) {
        t.stock("MUG", 5).await;
        let shop = t.shop();
        let ada = customer(&shop, "ada@example.com").await;
        let mut away = guest();
        let cart = cart::add(&shop, &mut away, "MUG", 1).await.unwrap();
        assert_eq!(cart::merge_on_login(&shop, away.cart_id, ada.id).await.unwrap(), Some(cart.id));
        let home = Visitor { customer: Some(ada), ..guest() };
        let cart = cart::load(&shop, &home).await.unwrap().unwrap();
        assert_eq!((cart.count, cart.merge_notice), (1, None));
    }

    async fn a_crowd_that_adds_at_once_is_answered_each_for_itself(t: TestShop) {
        t.stock("MUG", 100).await;
        t.stock("CUP", 1).await;
        let shop = t.shop();
        let ada = customer(&shop, "ada@example.com").await;
        let mut shared = guest();
        cart::add(&shop, &mut shared, "MUG", 1).await.unwrap();
        // Who: a new guest, one cart from many tabs, a customer; what: there, not enough of it, unknown.
        let wishes: Vec<(Visitor, &str, i64)> = (0..60)
            .map(|at| match at % 6 {
                0 => (guest(), "MUG", 2),
                1 | 2 => (shared.clone(), "MUG", 1),
                3 => (Visitor { customer: Some(ada.clone()), ..guest() }, "MUG", 1),
                4 => (guest(), "CUP", 2),
                _ => (guest(), "NONE", 1),
            })
            .collect();
        let answers = join_all(wishes.into_iter().map(|(mut visitor, sku, quantity)| {
            let shop = &shop;
            async move { cart::add(shop, &mut visitor, sku, quantity).await }
        }));
        for (at, answer) in answers.await.into_iter().enumerate() {
            match at % 6 {
                0 => assert_eq!(answer.unwrap().count, 2),
                1..=3 => assert!(answer.unwrap().count <= 21),
                4 => assert!(matches!(answer, Err(Error::SoldOut(left)) if left[0].available == 1)),
                _ => assert!(matches!(answer, Err(Error::NotFound("product")))),
            }
        }
        assert_eq!(cart::load(&shop, &shared).await.unwrap().map(|cart| (cart.count, cart.version)), Some((21, 21)));
        let home = Visitor { customer: Some(ada), ..guest() };
        assert_eq!(cart::load(&shop, &home).await.unwrap().map(|cart| (cart.count, cart.version)), Some((10, 10)));
        // The shared cart, ten guests', the customer's: what was refused made none.
        assert_eq!(t.number("SELECT COUNT(*) FROM cart").await, 12);
    }
}
