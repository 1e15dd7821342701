//! The rating of a product is what its reviews come to, whatever happens while it is counted.

use super::{draft, of, shown, staff};
use crate::support::TestShop;
use shop::args;
use shop::catalogue;
use shop::money::Currency;
use shop::review::{self, Rating};
use shop::{Shop, worker};

async fn rating(shop: &Shop) -> Rating {
    catalogue::product_by_slug(shop, "mug", Currency::EUR).await.unwrap().rating
}

async fn broken(t: &TestShop) -> Vec<String> {
    let verdict = review::check(&mut &t.db).await.unwrap();
    verdict.breaches.into_iter().map(|breach| breach.reference).collect()
}

on_both_engines! {
    async fn a_rating_follows_what_is_shown(t: TestShop) {
        let (shop, mug) = (t.shop(), t.product("MUG").await);
        assert_eq!(rating(&shop).await, Rating::default());
        for (n, stars) in [5, 5, 4, 1].into_iter().enumerate() {
            let who = t.customer(&format!("c{n}")).await;
            shown(&shop, &who, mug, stars, "Fine").await;
        }
        let ann = t.customer("ann").await;
        review::write(&shop, &ann, mug, &draft(1, "Waits")).await.unwrap();
        assert_eq!(rating(&shop).await.reviews(), 0, "counted afterwards");
        assert_eq!(worker::count_ratings(&shop).await.unwrap(), 1);
        assert_eq!(rating(&shop).await, Rating::new([1, 0, 0, 1, 2]));
        assert_eq!(worker::count_ratings(&shop).await.unwrap(), 0, "nothing is left to do");
        let query = catalogue::ListQuery {
            category: None, currency: Currency::EUR, customer: None, sort: catalogue::Sort::Newest, in_stock_only: false, after: None, rows: 9,
        };
        assert_eq!(catalogue::list(&shop, &query).await.unwrap().items[0].rating.average(), "3.8");

        let (id, version) = of(&shop, &ann, mug).await;
        review::approve(&shop, &staff(), id, version).await.unwrap();
        review::reject(&shop, &staff(), id, version + 1, "Off topic").await.unwrap();
        t.run("DELETE FROM review WHERE rating = 4", args![]).await;
        worker::run_once(&shop).await.unwrap();
        assert_eq!(rating(&shop).await, Rating::new([1, 0, 0, 0, 2]));
        assert_eq!(review::distribution(&shop, &staff()).await.unwrap(), Rating::new([1, 0, 0, 0, 2]));
    }

    async fn counting_that_broke_off_is_done_again_and_counting_twice_changes_nothing(t: TestShop) {
        let (shop, mug, ann) = (t.shop(), t.product("MUG").await, t.customer("ann").await);
        shown(&shop, &ann, mug, 4, "Fine").await;
        // The process dies after the mark was taken: nothing of its transaction is kept.
        let mut tx = t.db.begin().await.unwrap();
        assert_eq!(tx.execute("DELETE FROM rating_due", args![]).await.unwrap(), 1);
        drop(tx);
        assert_eq!(worker::count_ratings(&shop).await.unwrap(), 1);
        t.run("INSERT INTO rating_due (product_id) VALUES ($1)", args![mug]).await;
        assert_eq!(worker::count_ratings(&shop).await.unwrap(), 1);
        assert_eq!(rating(&shop).await, Rating::new([0, 0, 0, 1, 0]));
        assert_eq!(broken(&t).await, Vec::<String>::new());
    }

    async fn a_wrong_rating_is_found(t: TestShop) {
        let (shop, mug, ann) = (t.shop(), t.product("MUG").await, t.customer("ann").await);
        shown(&shop, &ann, mug, 4, "Fine").await;
        assert_eq!(broken(&t).await, Vec::<String>::new(), "it is marked to be counted");
        worker::count_ratings(&shop).await.unwrap();
        assert_eq!(broken(&t).await, Vec::<String>::new());
        t.run("UPDATE product_rating SET four = 0, five = 1, stars = 5", args![]).await;
        assert_eq!(broken(&t).await, ["mug"]);
        let mut tx = t.db.begin().await.unwrap();
        let sums = tx.execute("UPDATE product_rating SET five = 2", args![]).await;
        assert!(sums.is_err(), "the schema keeps the sums: {sums:?}");
    }

    async fn counting_beside_changes_passes_none_over(t: TestShop) {
        let (shop, mug) = (t.shop(), t.product("MUG").await);
        let mut crowd = Vec::new();
        for n in 0..12 {
            let who = t.customer(&format!("c{n}")).await;
            let shop = shop.clone();
            crowd.push(tokio::spawn(async move { shown(&shop, &who, mug, 1 + n % 5, "At once").await; }));
        }
        for _ in 0..3 {
            let shop = shop.clone();
            crowd.push(tokio::spawn(async move {
                for _ in 0..20 {
                    review::count_due(&shop).await.unwrap();
                    tokio::task::yield_now().await;
                }
            }));
        }
        for one in crowd {
            one.await.unwrap();
            assert_eq!(broken(&t).await, Vec::<String>::new());
        }
        worker::count_ratings(&shop).await.unwrap();
        assert_eq!(rating(&shop).await, Rating::new([3, 3, 2, 2, 2]));
    }
}
