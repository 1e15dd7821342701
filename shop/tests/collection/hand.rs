//! Places by hand, and what shoppers find of them.

use super::{by_hand, by_rule, cheap, fields, inside, keep_up, product, run};
use crate::catalogue::anna;
use crate::search::catch_up;
use crate::support::TestShop;
use shop::collection::{self, Draft, Matching, Order, Put};
use shop::id::{CollectionId, ProductId};
use shop::limits::COLLECTION_PLACES;
use shop::money::Currency;
use shop::search::{self, Query, Search};
use shop::{Shop, args};

/// Slugs of the collection's own list.
async fn shown(shop: &Shop, search: &Search, slug: &str) -> Vec<String> {
    catch_up(shop, search).await;
    let collection = collection::by_slug(shop, slug).await.unwrap();
    let query = Query {
        collection: Some(collection.id),
        placed: collection.is_placed(),
        sort: collection.order.sort(),
        ..Query::everything(Currency::EUR)
    };
    let found = search::find(shop, search, &query).await.unwrap();
    assert_eq!(found.total, found.items.len());
    found.items.into_iter().map(|card| card.slug).collect()
}

async fn of(t: &TestShop, skus: &[&str]) -> Vec<ProductId> {
    let mut ids = Vec::new();
    for sku in skus {
        t.variant(sku).await;
        ids.push(product(t, &sku.to_lowercase()).await);
    }
    ids
}

on_both_engines! {
    async fn products_stand_where_they_are_put(t: TestShop) {
        let (shop, anna) = (t.shop(), anna());
        let [a, b, c, d] = of(&t, &["A", "B", "C", "D"]).await.try_into().unwrap();
        let id = collection::create(&shop, &anna, by_hand("Mine")).await.unwrap();
        assert_eq!(collection::add(&shop, &anna, id, &[d, c]).await.unwrap(), 2);
        assert_eq!(collection::add(&shop, &anna, id, &[c, b, a]).await.unwrap(), 2);
        assert_eq!(inside(&t, id).await, ["d", "c", "b", "a"]);
        for (product, to, then) in [
            (a, Put::Up, "dcab"),
            (d, Put::Up, "dcab"),
            (d, Put::Down, "cdab"),
            (b, Put::Down, "cdab"),
            (b, Put::First, "bcda"),
            (b, Put::Before(Some(a)), "cdba"),
            (b, Put::Before(Some(b)), "cdba"),
            (c, Put::Before(None), "dbac"),
        ] {
            collection::put(&shop, &anna, id, product, to).await.unwrap();
            assert_eq!(inside(&t, id).await.concat(), then, "{to:?}");
        }
        // Gaps are used up and made anew.
        for _ in 0..40 {
            collection::put(&shop, &anna, id, a, Put::Before(Some(b))).await.unwrap();
            collection::put(&shop, &anna, id, b, Put::Before(Some(a))).await.unwrap();
        }
        assert_eq!(inside(&t, id).await.concat(), "dbac");
        collection::take_out(&shop, &anna, id, a).await.unwrap();
        for error in [
            collection::take_out(&shop, &anna, id, a).await.unwrap_err(),
            collection::put(&shop, &anna, id, a, Put::Up).await.unwrap_err(),
            collection::put(&shop, &anna, CollectionId::new(), b, Put::Up).await.unwrap_err(),
        ] {
            assert_eq!(error.status(), 404);
        }
        let gone = collection::put(&shop, &anna, id, b, Put::Before(Some(a))).await.unwrap_err();
        assert_eq!(gone.problem().code, "changed");
        assert_eq!(fields(collection::add(&shop, &anna, id, &[ProductId::new()]).await.unwrap_err()), ["product"]);
        assert_eq!(collection::pin(&shop, &anna, id, b).await.unwrap_err().problem().code, "kind");
        let mut tx = t.db.begin().await.unwrap();
        assert!(tx.execute("UPDATE collection_product SET place = -1", args![]).await.is_err(), "the schema knows, too");
    }

    async fn no_more_than_so_many_have_a_place(t: TestShop) {
        let (shop, anna) = (t.shop(), anna());
        let id = collection::create(&shop, &anna, by_hand("Full")).await.unwrap();
        let mut tx = t.db.begin().await.unwrap();
        let mut ids = Vec::new();
        for n in 0..=COLLECTION_PLACES {
            let product = ProductId::new();
            let insert = "INSERT INTO product (id, slug, title, status, created_at, updated_at) VALUES ($1, $2, $2, 'draft', 0, 0)";
            tx.execute(insert, args![product, format!("p{n}")]).await.unwrap();
            ids.push(product);
        }
        tx.commit().await.unwrap();
        assert_eq!(fields(collection::add(&shop, &anna, id, &ids).await.unwrap_err()), ["product"]);
        assert!(inside(&t, id).await.is_empty());
        collection::add(&shop, &anna, id, &ids[1..]).await.unwrap();
        assert_eq!(fields(collection::add(&shop, &anna, id, &ids[..1]).await.unwrap_err()), ["product"]);
    }

    async fn two_who_move_at_once_lose_nothing(t: TestShop) {
        let (shop, anna) = (t.shop(), anna());
        let ids = of(&t, &["A", "B", "C", "D", "E"]).await;
        let id = collection::create(&shop, &anna, by_hand("Mine")).await.unwrap();
        collection::add(&shop, &anna, id, &ids).await.unwrap();
        let moves = (0..20).map(|n| {
            let (shop, anna, product) = (shop.clone(), anna.clone(), ids[n % 5]);
            tokio::spawn(async move { collection::put(&shop, &anna, id, product, Put::First).await })
        });
        for done in moves.collect::<Vec<_>>() {
            done.await.unwrap().unwrap();
        }
        let mut all = inside(&t, id).await;
        all.sort();
        assert_eq!(all.concat(), "abcde");
        assert_eq!(t.number("SELECT COUNT(DISTINCT place) FROM collection_product").await, 5);
    }

    async fn shoppers_find_what_is_in_it_in_its_order(t: TestShop) {
        let (shop, anna, search) = (t.shop(), anna(), Search::in_memory());
        let [a, b, c, d] = of(&t, &["A", "B", "C", "D"]).await.try_into().unwrap();
        let id = collection::create(&shop, &anna, by_hand("Mine")).await.unwrap();
        collection::add(&shop, &anna, id, &[c, a, d]).await.unwrap();
        assert_eq!(shown(&shop, &search, "mine").await.concat(), "cad");
        collection::put(&shop, &anna, id, d, Put::First).await.unwrap();
        collection::add(&shop, &anna, id, &[b]).await.unwrap();
        collection::take_out(&shop, &anna, id, a).await.unwrap();
        assert_eq!(shown(&shop, &search, "mine").await.concat(), "dcb");
        // Drafts and archived products are in it, and shown to nobody.
        run(&t, "UPDATE product SET status = 'draft' WHERE slug = $1", "c").await;
        run(&t, "UPDATE product SET status = 'archived' WHERE slug = $1", "d").await;
        assert_eq!(shown(&shop, &search, "mine").await.concat(), "b");
        assert_eq!(inside(&t, id).await.concat(), "dcb");
        // Another order of the same list; the newest came last.
        run(&t, "UPDATE product SET status = 'published' WHERE slug = $1", "d").await;
        let newest = Draft { order: Order::Newest, ..by_hand("Mine") };
        collection::update(&shop, &anna, id, newest, 1).await.unwrap();
        run(&t, "UPDATE product SET created_at = created_at + 1 WHERE slug = $1", "b").await;
        assert_eq!(shown(&shop, &search, "mine").await.concat(), "bd");
        // By rule, what is pinned comes first.
        let rule = collection::create(&shop, &anna, by_rule("Cheap", Matching::All, vec![cheap(1_000)])).await.unwrap();
        keep_up(&shop).await;
        collection::pin(&shop, &anna, rule, a).await.unwrap();
        assert_eq!(shown(&shop, &search, "cheap").await[0], "a");
        collection::remove(&shop, &anna, rule).await.unwrap();
        catch_up(&shop, &search).await;
        let query = Query { collection: Some(rule), ..Query::everything(Currency::EUR) };
        assert_eq!(search::find(&shop, &search, &query).await.unwrap().total, 0);
    }
}
