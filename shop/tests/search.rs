//! The index follows the database: whatever changes about a product, by whatever way, is found.

use crate::support::TestShop;
use shop::catalogue::{Card, ListQuery};
use shop::db::Engine;
use shop::id::StaffId;
use shop::money::Currency;
use shop::search::{self, Query, Search, Sort, Term};
use shop::setting::{self, Settings};
use shop::staff::{Role, Staff};
use shop::{Shop, args, seed};
use std::collections::BTreeSet;
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
pub async fn catch_up(shop: &Shop, search: &Search) {
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
    async fn words_are_known_by_their_stems_in_the_languages_of_the_catalogue(t: TestShop) {
        let (shop, search) = fill(&t).await;
        let slug = slugs(&shop, &search, &all()).await.remove(0);
        change(&t, "UPDATE product SET title = 'Blaue Tassen' WHERE slug = $1", &slug).await;
        catch_up(&shop, &search).await;
        let cup = Query { text: "tasse blau".into(), ..all() };
        assert!(search::find(&shop, &search, &cup).await.unwrap().is_guess, "in English it is no word");
        let settings = Settings { languages: vec!["de".into(), "en".into()], ..Settings::default() };
        let mut tx = t.db.begin().await.unwrap();
        setting::save(&mut tx, &settings).await.unwrap();
        tx.commit().await.unwrap();
        catch_up(&shop, &search).await;
        let found = search::find(&shop, &search, &cup).await.unwrap();
        assert!(!found.is_guess && found.total == 1, "{found:?}");
    }

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

fn slug_set<'c>(cards: impl Iterator<Item = &'c Card>) -> BTreeSet<&'c str> {
    cards.map(|card| card.slug.as_str()).collect()
}

fn merchant() -> Staff {
    Staff {
        id: StaffId::new(),
        email: "m@example.com".into(),
        name: "Mia".into(),
        role: Role::Staff,
        address: String::new(),
    }
}

fn refused<T: std::fmt::Debug>(done: shop::Result<T>, field: &str) {
    assert!(matches!(&done, Err(shop::Error::Invalid(errors)) if errors[0].field == field), "{field}: {done:?}");
}

on_both_engines! {
    async fn options_and_reductions_are_facets_that_follow_the_database(t: TestShop) {
        let (shop, search) = fill(&t).await;
        let found = search::find(&shop, &search, &all()).await.unwrap();
        let size = found.attributes.iter().find(|attribute| attribute.values.len() > 1).unwrap().clone();
        let chosen = (size.name.clone(), size.values[0].value.clone());
        let narrowed = Query { attributes: vec![chosen.clone()], ..all() };
        let fewer = search::find(&shop, &search, &narrowed).await.unwrap();
        assert_eq!(fewer.total, size.values[0].count, "what the count promises");
        assert!(fewer.total < found.total);
        let again = fewer.attributes.iter().find(|attribute| attribute.name == size.name).unwrap();
        assert!(again.values.iter().any(|value| value.chosen && value.value == chosen.1));

        let reduced = Query { on_sale_only: true, ..all() };
        let before = search::find(&shop, &search, &reduced).await.unwrap();
        assert_eq!(before.total, found.on_sale);
        let struck_through = found.items.iter().filter(|card| card.compare_at.is_some());
        assert!(slug_set(struck_through).is_subset(&slug_set(before.items.iter())));
        let slug = found.items.iter().find(|card| card.compare_at.is_none()).unwrap().slug.clone();
        change(&t, &format!("UPDATE price SET compare_at = amount + 100 WHERE variant_id IN {VARIANTS}"), &slug).await;
        catch_up(&shop, &search).await;
        assert!(slugs(&shop, &search, &reduced).await.contains(&slug), "reduced now");
        let withdrawn = &fewer.items[0].slug;
        let value = chosen.1.replace('\'', "''");
        let with = format!("id IN {VARIANTS} AND option_values LIKE '%\"{value}\"%'");
        change(&t, &format!("UPDATE variant SET active = FALSE WHERE {with}"), withdrawn).await;
        catch_up(&shop, &search).await;
        assert!(!slugs(&shop, &search, &narrowed).await.contains(withdrawn), "nobody can buy it in that choice");
    }

    async fn a_category_has_its_own_products_and_those_below(t: TestShop) {
        let (shop, search) = fill(&t).await;
        for category in shop::catalogue::top_categories(&shop).await.unwrap() {
            let list = ListQuery {
                category: Some(category.id),
                currency: Currency::EUR,
                customer: None,
                sort: shop::catalogue::Sort::Newest,
                in_stock_only: false,
                after: None,
                rows: 100,
            };
            let mut listed: Vec<_> =
                shop::catalogue::list(&shop, &list).await.unwrap().items.into_iter().map(|card| card.slug).collect();
            let mut found = slugs(&shop, &search, &Query { within: Some(category.id), ..all() }).await;
            listed.sort_unstable();
            found.sort_unstable();
            assert_eq!(found, listed, "{}", category.title);
        }
    }

    async fn what_the_merchant_says_of_words_counts_at_once(t: TestShop) {
        let (shop, search) = fill(&t).await;
        let mia = merchant();
        let known = slugs(&shop, &search, &Query { text: "mug".into(), ..all() }).await;
        let strange = Query { text: "zorgle".into(), ..all() };
        assert_eq!(slugs(&shop, &search, &strange).await, [] as [&str; 0]);
        search::add_synonym(&shop, &mia, " Zorgle , mug,MUG ").await.unwrap();
        let found = search::find(&shop, &search, &strange).await.unwrap();
        assert_eq!(found.synonyms, ["mug"]);
        assert_eq!(found.items.len(), known.len());
        let lines = search::synonyms(&shop, &mia).await.unwrap();
        assert_eq!(lines[0].phrases, ["zorgle", "mug"]);
        search::remove_synonym(&shop, &mia, lines[0].id).await.unwrap();
        assert!(matches!(search::remove_synonym(&shop, &mia, lines[0].id).await, Err(shop::Error::NotFound(_))));
        assert_eq!(slugs(&shop, &search, &strange).await, [] as [&str; 0]);
        for bad in ["", "one", "mug, mug", "mug, !?", &"x,".repeat(30), &format!("mug,{}", "x".repeat(200))] {
            refused(search::add_synonym(&shop, &mia, bad).await, "phrases");
        }

        let others = slugs(&shop, &search, &Query { sort: Sort::PriceHigh, ..all() }).await;
        for slug in &others[..2] {
            search::pin(&shop, &mia, "  Mug ", &format!("https://shop.example/p/{slug}")).await.unwrap();
        }
        let first = |found: Vec<String>| found[..2].to_vec();
        let mug = Query { text: "MUG".into(), ..all() };
        assert_eq!(first(slugs(&shop, &search, &mug).await), others[..2]);
        let pins = search::pins(&shop, &mia).await.unwrap();
        assert_eq!(pins.iter().map(|pin| pin.term.as_str()).collect::<Vec<_>>(), ["mug", "mug"]);
        search::put_first(&shop, &mia, "mug", pins[1].product_id).await.unwrap();
        assert_eq!(first(slugs(&shop, &search, &mug).await), [others[1].clone(), others[0].clone()]);
        refused(search::pin(&shop, &mia, "mug", &others[0]).await, "product");
        refused(search::pin(&shop, &mia, "mug", "no-such-product").await, "product");
        refused(search::pin(&shop, &mia, " ", &others[0]).await, "term");
        search::unpin(&shop, &mia, "mug", pins[0].product_id).await.unwrap();
        search::unpin(&shop, &mia, "mug", pins[1].product_id).await.unwrap();
        assert!(matches!(search::unpin(&shop, &mia, "mug", pins[1].product_id).await, Err(shop::Error::NotFound(_))));
        assert_eq!(slugs(&shop, &search, &mug).await, known);
        let audited = "SELECT COUNT(*) FROM audit_log WHERE entity IN ('synonym', 'pin')";
        assert_eq!(t.number(audited).await, 7);
    }

    async fn what_is_looked_for_is_counted_by_day(t: TestShop) {
        let (shop, search) = (t.shop(), Search::in_memory());
        let mia = merchant();
        assert_eq!(search::report(&shop, &mia, 7).await.unwrap().all.searches, 0);
        for _ in 0..3 {
            search.searched("Blue  Mug", 4);
        }
        search.searched("xyz", 0);
        search.clicked("blue mug");
        assert_eq!(search::keep_heard(&shop, &search).await.unwrap(), 2);
        assert_eq!(search::keep_heard(&shop, &search).await.unwrap(), 0, "once");
        t.clock.advance(2 * 24 * 60 * 60 * 1000);
        search.searched("blue mug", 0);
        search::keep_heard(&shop, &search).await.unwrap();
        let term = |term: &str, searches, no_results, clicks| Term { term: term.into(), searches, no_results, clicks };
        let report = search::report(&shop, &mia, 7).await.unwrap();
        assert_eq!(report.all, term("", 5, 2, 1));
        assert_eq!(report.top, [term("blue mug", 4, 1, 1), term("xyz", 1, 1, 0)]);
        assert_eq!(report.no_results, [term("blue mug", 4, 1, 1), term("xyz", 1, 1, 0)]);
        assert_eq!(search::report(&shop, &mia, 1).await.unwrap().top, [term("blue mug", 1, 1, 0)]);
        // The purge keeps the last three months.
        t.clock.advance(91 * 24 * 60 * 60 * 1000);
        shop::worker::purge(&shop).await.unwrap();
        assert_eq!(t.number("SELECT COUNT(*) FROM search_term").await, 0);
    }

    async fn terms_that_somebody_makes_up_do_not_fill_the_table(t: TestShop) {
        let (shop, search) = (t.shop(), Search::in_memory());
        for round in 0..2 {
            for word in 0..6_000 {
                search.searched(&format!("word {round} {word}"), 1);
            }
            search::keep_heard(&shop, &search).await.unwrap();
        }
        assert_eq!(t.number("SELECT COUNT(*) FROM search_term").await, 5_000);
        search.searched("word 0 1", 1);
        search::keep_heard(&shop, &search).await.unwrap();
        let known = "SELECT searches FROM search_term WHERE term = 'word 0 1'";
        assert_eq!(t.number(known).await, 2, "what is known is counted on");
    }

    async fn the_beginning_of_a_search_suggests_products_and_categories(t: TestShop) {
        let (shop, search) = fill(&t).await;
        let card = search::find(&shop, &search, &all()).await.unwrap().items.remove(0);
        let beginning: String = card.title.chars().take(4).collect();
        let found = search::suggest(&shop, &search, &beginning, Currency::EUR).await.unwrap();
        assert!(found.products.iter().any(|product| product.slug == card.slug) && found.products.len() <= 6);
        let category = shop::catalogue::menu(&shop).await.unwrap().remove(0);
        let word: String = category.title.chars().take(3).collect();
        let found = search::suggest(&shop, &search, &word.to_uppercase(), Currency::EUR).await.unwrap();
        assert!(found.categories.contains(&category), "{found:?}");
        for nothing in ["", "a", " a ", "zzzzzz", "!?"] {
            let found = search::suggest(&shop, &search, nothing, Currency::EUR).await.unwrap();
            assert_eq!((found.products.len(), found.categories.len()), (0, 0), "{nothing}");
        }
    }

    async fn the_merchant_is_told_why_a_product_stands_where_it_stands(t: TestShop) {
        let (shop, search) = fill(&t).await;
        let query = Query { text: "mug".into(), rows: 10, ..all() };
        let told = search::explain(&shop, &search, &merchant(), "mug", Currency::EUR).await.unwrap();
        let order: Vec<_> = told.iter().map(|told| told.card.slug.clone()).collect();
        assert_eq!(order, slugs(&shop, &search, &query).await);
        assert!(told.is_sorted_by(|one, other| one.score >= other.score), "by their score");
        assert!(told[0].words[0].1.iter().any(|(place, score)| place == "title" && *score > 0.0), "{told:?}");
        assert_eq!(search::explain(&shop, &search, &merchant(), "zzzzzz", Currency::EUR).await.unwrap(), []);
    }
}

fn uuid() -> shop::id::CategoryId {
    shop::id::CategoryId::new()
}
