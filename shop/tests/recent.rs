//! What somebody has looked at last.

use crate::support::TestShop;
use shop::id::{CartId, CustomerId, ProductId};
use shop::limits::RECENT_PRODUCTS;
use shop::money::Currency;
use shop::recent::{self, Viewer, Views};
use shop::{Shop, args, worker};

impl TestShop {
    async fn do_it(&self, sql: &str, args: Vec<shop::db::Arg>) {
        let mut tx = self.db.begin().await.unwrap();
        tx.execute(sql, args).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn guest(&self) -> Viewer {
        let cart = CartId::new();
        let sql = "INSERT INTO cart (id, status, currency, created_at, updated_at, expires_at) VALUES ($1, 'active', 'EUR', $2, $2, $2)";
        self.do_it(sql, args![cart, self.now()]).await;
        Viewer::Cart(cart)
    }

    async fn member(&self) -> Viewer {
        let id = CustomerId::new();
        let sql = "INSERT INTO customer (id, email, name, password_hash, created_at) VALUES ($1, $2, 'Ann', '', 0)";
        self.do_it(sql, args![id, id.to_string()]).await;
        Viewer::Customer(id)
    }

    async fn of_sku(&self, sku: &str) -> ProductId {
        let variant = self.variant(sku).await;
        let sql = "SELECT product_id FROM variant WHERE id = $1";
        self.db.fetch_one::<(ProductId,)>(sql, args![variant]).await.unwrap().0
    }
}

async fn seen(shop: &Shop, views: &Views, viewer: Viewer) -> Vec<String> {
    let cards = recent::list(shop, views, viewer, Currency::EUR, None).await.unwrap();
    cards.into_iter().map(|card| card.slug).collect()
}

on_both_engines! {
    async fn the_latest_come_first_whether_written_or_not_and_each_once(t: TestShop) {
        let (shop, views, ann, bob) = (t.shop(), Views::default(), t.member().await, t.guest().await);
        let (a, b, c) = (t.of_sku("A").await, t.of_sku("B").await, t.of_sku("C").await);
        for (at, product) in [(1, a), (2, b), (3, a)] {
            views.note(ann, product, at);
        }
        views.note(bob, c, 1);
        assert_eq!(seen(&shop, &views, ann).await, ["a", "b"]);
        assert_eq!(views.write(&shop).await.unwrap(), 2);
        assert_eq!(t.number("SELECT COUNT(*) FROM recently_viewed").await, 3);
        views.note(ann, b, 4);
        views.note(ann, c, 5);
        assert_eq!(seen(&shop, &views, ann).await, ["c", "b", "a"]);
        let but = recent::list(&shop, &views, ann, Currency::EUR, Some(c)).await.unwrap();
        assert_eq!(but.len(), 2, "not what they are looking at");
        assert_eq!(views.write(&shop).await.unwrap(), 1);
        // Another process that was slower.
        let late = Views::default();
        late.note(ann, b, 2);
        late.write(&shop).await.unwrap();
        assert_eq!((seen(&shop, &late, ann).await, seen(&shop, &late, bob).await), (vec!["c".to_owned(), "b".into(), "a".into()], vec!["c".to_owned()]));
        assert_eq!(views.write(&shop).await.unwrap(), 0);
    }

    async fn the_list_is_bounded_in_memory_and_in_the_table(t: TestShop) {
        let (shop, views, ann) = (t.shop(), Views::default(), t.member().await);
        for n in 0..20 {
            views.note(ann, t.of_sku(&format!("S{n:02}")).await, n);
            if n % 6 == 0 {
                views.write(&shop).await.unwrap();
            }
        }
        let expected: Vec<String> = (8..20).rev().map(|n| format!("s{n:02}")).collect();
        assert_eq!((expected.len(), seen(&shop, &views, ann).await), (RECENT_PRODUCTS, expected.clone()));
        views.write(&shop).await.unwrap();
        assert_eq!(seen(&shop, &views, ann).await, expected);
        assert_eq!(t.number("SELECT COUNT(*) FROM recently_viewed").await, 12);
    }

    async fn logging_in_brings_the_guests_list_along(t: TestShop) {
        let (shop, views, ann, guest) = (t.shop(), Views::default(), t.member().await, t.guest().await);
        let (a, b, c) = (t.of_sku("A").await, t.of_sku("B").await, t.of_sku("C").await);
        views.note(ann, a, 1);
        views.note(ann, b, 5);
        views.note(guest, a, 9);
        views.write(&shop).await.unwrap();
        views.note(guest, c, 7);
        for _ in 0..2 {
            recent::merge(&shop, &views, guest, ann).await.unwrap();
            assert_eq!(seen(&shop, &views, ann).await, ["a", "c", "b"]);
            assert_eq!(seen(&shop, &views, guest).await, Vec::<String>::new());
        }
        recent::merge(&shop, &views, ann, ann).await.unwrap();
        assert_eq!(seen(&shop, &views, ann).await.len(), 3);
    }

    async fn what_is_not_for_sale_vanishes_and_a_list_can_be_cleared(t: TestShop) {
        let (shop, views, ann, bob) = (t.shop(), Views::default(), t.member().await, t.guest().await);
        let (a, b) = (t.of_sku("A").await, t.of_sku("B").await);
        for viewer in [ann, bob] {
            views.note(viewer, a, 1);
            views.note(viewer, b, 2);
        }
        t.do_it("UPDATE product SET status = 'archived' WHERE id = $1", args![b]).await;
        assert_eq!(seen(&shop, &views, ann).await, ["a"]);
        views.write(&shop).await.unwrap();
        views.note(ann, a, 3);
        recent::clear(&shop, &views, ann).await.unwrap();
        views.write(&shop).await.unwrap();
        assert_eq!((seen(&shop, &views, ann).await, seen(&shop, &views, bob).await), (vec![], vec!["a".to_owned()]));
        // Who or what has gone meanwhile is passed over.
        views.note(Viewer::Customer(CustomerId::new()), a, 1);
        views.note(bob, ProductId::new(), 1);
        assert_eq!(views.write(&shop).await.unwrap(), 2);
        t.clock.advance(91 * 24 * 60 * 60 * 1000);
        views.note(ann, a, t.now());
        views.write(&shop).await.unwrap();
        worker::purge(&shop).await.unwrap();
        assert_eq!(t.number("SELECT COUNT(*) FROM recently_viewed").await, 1, "who has not come for long");
    }
}
