//! Rules are kept: product by product as full, through restarts, and as time goes by.

use super::{by_rule, cheap, fields, inside, keep_up, product, run};
use crate::catalogue::anna;
use crate::support::TestShop;
use shop::collection::{self, Bound, Condition, Draft, Matching, Rule, Words};
use shop::id::{CategoryId, CollectionId};
use shop::money::Currency;
use shop::{Shop, args, seed};
use tokio_util::sync::CancellationToken;

/// One rule for each condition, all of one shop.
async fn every_condition(t: &TestShop, shop: &Shop) -> Vec<CollectionId> {
    let (category,): (CategoryId,) =
        t.db.fetch_one("SELECT id FROM category WHERE slug = 'table'", args![]).await.unwrap();
    let text = str::to_owned;
    let conditions = [
        Condition::Title { is: Words::Contains, value: text("mug") },
        Condition::Title { is: Words::Begins, value: text("candle") },
        Condition::Brand { is: Words::Is, value: text("potter") },
        Condition::ProductType { is: Words::IsNot, value: text("Mug") },
        Condition::Tag { has: true, value: text("serving") },
        Condition::Category { within: true, id: category },
        cheap(3_000),
        Condition::OnSale { currency: Currency::USD },
        Condition::Available { yes: false },
        Condition::Newer { days: 5 },
        Condition::Option { name: text("Colour"), value: text("clay") },
        Condition::Rating { is: Bound::AtLeast, tenths: 45 },
    ];
    let mut ids = Vec::new();
    for (at, condition) in conditions.into_iter().enumerate() {
        let draft = by_rule(&format!("Rule {at}"), Matching::All, vec![condition]);
        ids.push(collection::create(shop, &anna(), draft).await.unwrap());
    }
    ids
}

const CHANGES: [&str; 13] = [
    "UPDATE product SET title = 'Candle mug' WHERE slug = $1",
    "UPDATE product SET brand = 'Potter' WHERE slug = $1",
    "UPDATE product SET product_type = 'Mug' WHERE slug = $1",
    "UPDATE product SET tags = '[\"serving\"]' WHERE slug = $1",
    "INSERT INTO product_category (category_id, product_id) SELECT c.id, p.id FROM category c, product p
       WHERE c.slug = 'serving' AND p.slug = $1",
    "UPDATE price SET amount = 100 WHERE variant_id IN (SELECT v.id FROM variant v JOIN product p ON p.id = v.product_id
       WHERE p.slug = $1)",
    "UPDATE price SET compare_at = 99999 WHERE variant_id IN (SELECT v.id FROM variant v JOIN product p
       ON p.id = v.product_id WHERE p.slug = $1)",
    "UPDATE stock SET on_hand = reserved WHERE variant_id IN (SELECT v.id FROM variant v JOIN product p
       ON p.id = v.product_id WHERE p.slug = $1)",
    "UPDATE product SET status = 'draft' WHERE slug = $1",
    "UPDATE category SET parent_id = NULL WHERE slug = 'serving' AND $1 <> ''",
    "UPDATE product_rating SET one = 0, two = 0, three = 0, four = 0, five = reviews, stars = 5 * reviews
       WHERE product_id IN
       (SELECT id FROM product WHERE slug = $1)",
    "UPDATE variant SET active = FALSE WHERE option_values LIKE '%Clay%' AND product_id IN
       (SELECT id FROM product WHERE slug = $1)",
    "UPDATE product SET brand = '' WHERE slug <> $1 AND slug <> 'pen-pot'",
];

on_both_engines! {
    async fn product_by_product_comes_to_the_same_as_all_anew(t: TestShop) {
        let shop = t.shop();
        seed::demo(&shop, &mut |_, _| ()).await.unwrap();
        let ids = every_condition(&t, &shop).await;
        keep_up(&shop).await;
        for change in CHANGES {
            for slug in ["pen-pot", "terrace-pot"] {
                let mut tx = t.db.begin().await.unwrap();
                tx.execute(change, args![slug]).await.unwrap();
                tx.commit().await.unwrap();
            }
        }
        let mut tx = t.db.begin().await.unwrap();
        tx.execute("DELETE FROM product_category WHERE product_id = (SELECT id FROM product WHERE slug = 'tea-bowl')", args![])
            .await.unwrap();
        tx.commit().await.unwrap();
        keep_up(&shop).await;
        let mut step_by_step = Vec::new();
        for id in &ids {
            step_by_step.push(inside(&t, *id).await);
        }
        assert!(step_by_step.iter().all(|products| !products.is_empty()), "{step_by_step:?}");
        assert!(step_by_step[0].contains(&"pen-pot".to_owned()) && step_by_step[2].len() == 1, "{step_by_step:?}");
        // All anew, from nothing, as after a restart with lost rows.
        let mut tx = t.db.begin().await.unwrap();
        tx.execute("DELETE FROM collection_product", args![]).await.unwrap();
        tx.execute("UPDATE collection_feed SET transaction_id = 0, seq = 0", args![]).await.unwrap();
        tx.commit().await.unwrap();
        keep_up(&shop).await;
        for (id, before) in ids.iter().zip(&step_by_step) {
            assert_eq!(&inside(&t, *id).await, before);
        }
        // And as many as the merchant was told before.
        for id in ids {
            let edited = collection::load(&shop, &anna(), id).await.unwrap();
            let counted = collection::count(&shop, &anna(), edited.draft.rule.as_ref().unwrap()).await.unwrap();
            assert!(counted.complete && counted.taken == edited.products && counted.published <= counted.taken);
        }
        assert_eq!(keep_up(&shop).await, 0, "an idle shop does nothing");
    }

    async fn a_rule_that_changes_is_asked_about_everything_and_goes_on_after_a_break(t: TestShop) {
        let (shop, anna) = (t.shop(), anna());
        for n in 0..450 {
            t.variant(&format!("V{n:03}")).await;
        }
        let id = collection::create(&shop, &anna, by_rule("All", Matching::All, vec![cheap(1_000)])).await.unwrap();
        keep_up(&shop).await;
        assert_eq!(inside(&t, id).await.len(), 450);
        let draft = by_rule("Few", Matching::Any, vec![Condition::Title { is: Words::Begins, value: "v00".into() }]);
        collection::update(&shop, &anna, id, draft.clone(), 1).await.unwrap();
        assert_eq!(collection::load(&shop, &anna, id).await.unwrap().filling, Some((0, 450)));
        // Whoever is told to stop has done whole batches, and somebody else goes on from there.
        let stopped = CancellationToken::new();
        stopped.cancel();
        assert_eq!(collection::keep_up(&shop, &stopped).await.unwrap(), 0);
        let (one, other) = tokio::join!(keep_up(&shop), keep_up(&shop));
        assert!(one + other >= 3);
        assert_eq!(inside(&t, id).await.len(), 10);
        assert_eq!(collection::load(&shop, &anna, id).await.unwrap().filling, None);
        // Saving the same rule again asks nothing.
        collection::update(&shop, &anna, id, Draft { title: "Some".into(), ..draft }, 2).await.unwrap();
        assert_eq!(keep_up(&shop).await, 0);
    }

    async fn products_leave_when_they_have_grown_old(t: TestShop) {
        let (shop, anna) = (t.shop(), anna());
        let newer = Condition::Newer { days: 30 };
        t.variant("OLD").await;
        t.clock.advance(10 * 24 * 60 * 60 * 1000);
        t.variant("NEW").await;
        let id = collection::create(&shop, &anna, by_rule("New", Matching::All, vec![newer.clone()])).await.unwrap();
        let either = by_rule("Either", Matching::Any, vec![newer, Condition::Title { is: Words::Is, value: "old".into() }]);
        let kept = collection::create(&shop, &anna, either).await.unwrap();
        keep_up(&shop).await;
        assert_eq!((inside(&t, id).await.len(), inside(&t, kept).await.len()), (2, 2));
        t.clock.advance(20 * 24 * 60 * 60 * 1000);
        keep_up(&shop).await;
        assert_eq!((inside(&t, id).await, inside(&t, kept).await.len()), (vec!["new".to_owned()], 2));
        assert_eq!(keep_up(&shop).await, 0);
        t.clock.advance(20 * 24 * 60 * 60 * 1000);
        keep_up(&shop).await;
        assert_eq!((inside(&t, id).await.len(), inside(&t, kept).await), (0, vec!["old".to_owned()]));
    }

    async fn pinned_products_come_first_and_lose_their_place_with_the_rule(t: TestShop) {
        let (shop, anna) = (t.shop(), anna());
        for sku in ["A", "B", "C", "D"] {
            t.variant(sku).await;
        }
        let id = collection::create(&shop, &anna, by_rule("All", Matching::All, vec![cheap(1_000)])).await.unwrap();
        keep_up(&shop).await;
        for slug in ["c", "b"] {
            collection::pin(&shop, &anna, id, product(&t, slug).await).await.unwrap();
        }
        assert_eq!(inside(&t, id).await, ["c", "b", "a", "d"]);
        collection::put(&shop, &anna, id, product(&t, "b").await, collection::Put::Up).await.unwrap();
        collection::unpin(&shop, &anna, id, product(&t, "c").await).await.unwrap();
        assert_eq!(inside(&t, id).await, ["b", "a", "c", "d"]);
        let put = collection::put(&shop, &anna, id, product(&t, "c").await, collection::Put::Up).await;
        assert_eq!(put.unwrap_err().status(), 404);
        let added = collection::add(&shop, &anna, id, &[product(&t, "a").await]).await.unwrap_err();
        assert_eq!(added.problem().code, "kind");
        run(&t, "UPDATE price SET amount = 5000 WHERE variant_id IN (SELECT v.id FROM variant v WHERE v.sku = $1)", "B").await;
        keep_up(&shop).await;
        assert_eq!(inside(&t, id).await, ["a", "c", "d"]);
        let pinned = collection::pin(&shop, &anna, id, product(&t, "b").await).await.unwrap_err();
        assert_eq!(pinned.status(), 404);
    }

    async fn counting_refuses_what_saving_would(t: TestShop) {
        let shop = t.shop();
        let rule = Rule { matching: Matching::All, conditions: vec![cheap(-1)] };
        assert_eq!(fields(collection::count(&shop, &anna(), &rule).await.unwrap_err()), ["conditions.0.value"]);
    }
}
