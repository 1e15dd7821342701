//! The index follows the database: whatever changes about a product, by whatever way, is found.

use crate::support::TestShop;
use shop::db::Engine;
use shop::money::Currency;
use shop::search::{self, Query, Search};
use shop::{Shop, args, seed};
use std::time::Duration;

fn all() -> Query {
    Query { rows: 100, ..Query::everything(Currency::EUR) }
}

/// The demo range, and an index that has caught up.
async fn fill(t: &TestShop) -> (Shop, Search) {
    let shop = t.shop();
    seed::demo(&shop, &mut |_, _| ()).await.unwrap();
    let search = Search::in_memory();
    catch_up(&shop, &search).await;
    (shop, search)
}

/// Until nothing is behind: on PostgreSQL a change waits for older transactions of other databases, too.
async fn catch_up(shop: &Shop, search: &Search) {
    loop {
        if search::catch_up(shop, search).await.unwrap() > 0 {
            continue;
        }
        if search::lag(shop, search).await.unwrap().changes == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn slugs(shop: &Shop, search: &Search, query: &Query) -> Vec<String> {
    let found = search::find(shop, search, query).await.unwrap();
    found.items.into_iter().map(|card| card.slug).collect()
}

async fn change(t: &TestShop, sql: &str, slug: &str) {
    let mut tx = t.db.begin().await.unwrap();
    assert!(tx.execute(sql, args![slug]).await.unwrap() > 0, "{sql}");
    tx.commit().await.unwrap();
}

const VARIANTS: &str = "(SELECT v.id FROM variant v JOIN product p ON p.id = v.product_id WHERE p.slug = $1)";

on_both_engines! {
    async fn everything_for_sale_is_found_with_what_the_database_says_of_it(t: TestShop) {
        let (shop, search) = fill(&t).await;
        let found = search::find(&shop, &search, &all()).await.unwrap();
        let for_sale = t.number("SELECT COUNT(*) FROM product WHERE status = 'published'").await;
        assert_eq!(i64::try_from(found.total).unwrap(), for_sale);
        assert!(found.total > 50 && !found.brands.is_empty() && found.categories.len() >= 8);
        assert_eq!(found.items.len(), found.total.min(100));
        let lag = search::lag(&shop, &search).await.unwrap();
        assert_eq!((lag.changes, i64::try_from(lag.products).unwrap()), (0, for_sale));
        // By a word of its title, with itself first.
        let card = &found.items[0];
        let again = slugs(&shop, &search, &Query { text: card.title.clone(), ..all() }).await;
        assert_eq!(again[0], card.slug);
        // A category narrows the list to what is in it or below.
        let facet = found.categories.last().unwrap();
        let within = Query { categories: vec![facet.value.clone()], ..all() };
        assert_eq!(search::find(&shop, &search, &within).await.unwrap().total, facet.count);
        let nowhere = Query { categories: vec!["no-such-category".into()], ..all() };
        assert_eq!(search::find(&shop, &search, &nowhere).await.unwrap().total, 0);
    }

    async fn whatever_changes_about_a_product_is_found(t: TestShop) {
        let (shop, search) = fill(&t).await;
        let slug = slugs(&shop, &search, &Query { in_stock_only: true, ..all() }).await.remove(0);
        let finds = async |query: &Query| {
            catch_up(&shop, &search).await;
            slugs(&shop, &search, query).await.contains(&slug)
        };
        let titled = Query { text: "xylophone".into(), ..all() };
        assert!(!finds(&titled).await);
        change(&t, "UPDATE product SET title = 'Xylophone' WHERE slug = $1", &slug).await;
        assert!(finds(&titled).await);

        let coded = Query { text: "4006381333931".into(), ..all() };
        assert!(!finds(&coded).await);
        change(&t, &format!("UPDATE variant SET barcode = '4006381333931' WHERE id = (SELECT MIN(id) FROM variant WHERE id IN {VARIANTS})").replace("MIN(id)", if t.db.engine() == Engine::Postgres { "CAST(MIN(CAST(id AS TEXT)) AS UUID)" } else { "MIN(id)" }), &slug).await;
        assert!(finds(&coded).await);

        let dear = Query { price_from: Some(7_000_000), ..all() };
        assert!(!finds(&dear).await);
        change(&t, &format!("UPDATE price SET amount = 7700000 WHERE currency = 'EUR' AND variant_id IN {VARIANTS}"), &slug).await;
        assert!(finds(&dear).await);

        let there = Query { in_stock_only: true, ..titled.clone() };
        change(&t, &format!("UPDATE stock SET on_hand = reserved WHERE variant_id IN {VARIANTS}"), &slug).await;
        assert!(!finds(&there).await);
        assert!(finds(&titled).await, "sold out is still found");
        change(&t, &format!("UPDATE stock SET on_hand = reserved + 1 WHERE variant_id IN {VARIANTS}"), &slug).await;
        assert!(finds(&there).await);

        let product = "(SELECT id FROM product WHERE slug = $1)";
        let category = "(SELECT c.id FROM category c WHERE c.slug = 'far')";
        let mut tx = t.db.begin().await.unwrap();
        tx.execute("INSERT INTO category (id, slug, title) VALUES ($1, 'far', 'Faraway')", args![uuid()]).await.unwrap();
        tx.commit().await.unwrap();
        let far = Query { text: "faraway".into(), ..all() };
        assert!(!finds(&far).await);
        change(&t, &format!("INSERT INTO product_category (category_id, product_id) SELECT {category}, {product}"), &slug).await;
        assert!(finds(&far).await);
        change(&t, "UPDATE category SET title = 'Nearby' WHERE slug = 'far' AND $1 <> ''", &slug).await;
        assert!(!finds(&far).await);
        assert!(finds(&Query { text: "nearby".into(), ..all() }).await);

        change(&t, "UPDATE product SET status = 'draft' WHERE slug = $1", &slug).await;
        assert!(!finds(&titled).await);
        change(&t, "UPDATE product SET status = 'published' WHERE slug = $1", &slug).await;
        assert!(finds(&titled).await);
        change(&t, &format!("UPDATE variant SET active = FALSE WHERE id IN {VARIANTS}"), &slug).await;
        assert!(!finds(&titled).await, "without anything to buy");
    }

    async fn a_sale_is_noted_only_when_the_last_unit_goes(t: TestShop) {
        let (shop, search) = fill(&t).await;
        let slug = slugs(&shop, &search, &Query { in_stock_only: true, ..all() }).await.remove(0);
        change(&t, &format!("UPDATE stock SET on_hand = 3, reserved = 0 WHERE variant_id IN {VARIANTS}"), &slug).await;
        catch_up(&shop, &search).await;
        for (reserved, noted) in [(1, 0), (2, 0), (3, 1), (2, 1), (3, 1)] {
            let sql = format!("UPDATE stock SET reserved = {reserved} WHERE id = (SELECT s.id FROM stock s WHERE s.variant_id IN {VARIANTS} ORDER BY s.id LIMIT 1)");
            change(&t, &sql, &slug).await;
            assert_eq!(search::lag(&shop, &search).await.unwrap().changes, noted, "{reserved} of 3 reserved");
            catch_up(&shop, &search).await;
        }
    }

    async fn a_change_that_is_not_committed_yet_is_not_passed_over(t: TestShop) {
        if t.db.engine() == Engine::Sqlite {
            // One writer: nobody can be overtaken.
            return;
        }
        let (shop, search) = fill(&t).await;
        let found = slugs(&shop, &search, &all()).await;
        let mut slow = t.db.begin().await.unwrap();
        slow.execute("UPDATE product SET title = 'Slow' WHERE slug = $1", args![&found[0]]).await.unwrap();
        change(&t, "UPDATE product SET title = 'Quick' WHERE slug = $1", &found[1]).await;
        for _ in 0..10 {
            search::catch_up(&shop, &search).await.unwrap();
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        slow.commit().await.unwrap();
        catch_up(&shop, &search).await;
        for (title, slug) in [("slow", &found[0]), ("quick", &found[1])] {
            assert!(slugs(&shop, &search, &Query { text: title.into(), ..all() }).await.contains(slug), "{title}");
        }
    }

    async fn an_index_that_is_too_far_behind_or_ahead_is_built_anew(t: TestShop) {
        let (shop, search) = fill(&t).await;
        let found = slugs(&shop, &search, &all()).await;
        let titled = |title: &str| Query { text: title.into(), ..all() };
        // Its next changes are forgotten.
        change(&t, "UPDATE product SET title = 'Forgotten' WHERE slug = $1", &found[0]).await;
        change(&t, "UPDATE product SET title = 'Remembered' WHERE slug = $1", &found[1]).await;
        change(&t, "DELETE FROM product_change WHERE seq < (SELECT MAX(seq) FROM product_change) AND $1 <> ''", "x").await;
        catch_up(&shop, &search).await;
        assert_eq!(slugs(&shop, &search, &titled("forgotten")).await, found[..1]);
        // The database is older than the index: from a backup.
        change(&t, "UPDATE product SET title = 'Restored' WHERE slug = $1", &found[2]).await;
        change(&t, "DELETE FROM product_change WHERE $1 <> ''", "x").await;
        change(&t, "INSERT INTO product_change (product_id) SELECT NULL WHERE $1 <> ''", "x").await;
        if t.db.engine() == Engine::Sqlite {
            change(&t, "UPDATE product_change SET seq = 1 WHERE $1 <> ''", "x").await;
        }
        catch_up(&shop, &search).await;
        assert_eq!(slugs(&shop, &search, &titled("restored")).await, found[2..3]);
    }

    async fn before_anything_was_indexed_nobody_is_told_that_there_is_nothing(t: TestShop) {
        let (shop, search) = (t.shop(), Search::in_memory());
        let early = search::find(&shop, &search, &all()).await;
        assert!(matches!(early, Err(shop::Error::Unavailable { .. })), "{early:?}");
        catch_up(&shop, &search).await;
        assert_eq!(search::find(&shop, &search, &all()).await.unwrap().total, 0);
    }

    async fn bad_input_names_the_field(t: TestShop) {
        let (shop, search) = fill(&t).await;
        for (query, field) in [
            (Query { page: 0, ..all() }, "page"),
            (Query { page: 1_000_000, ..all() }, "page"),
            (Query { rows: 0, ..all() }, "rows"),
            (Query { price_from: Some(-1), ..all() }, "price_from"),
            (Query { price_from: Some(2), price_to: Some(1), ..all() }, "price_to"),
        ] {
            let Err(shop::Error::Invalid(errors)) = search::find(&shop, &search, &query).await else {
                panic!("{field} was taken");
            };
            assert_eq!(errors[0].field, field);
        }
    }
}

fn uuid() -> shop::id::CategoryId {
    shop::id::CategoryId::new()
}
