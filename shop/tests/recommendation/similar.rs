//! Similar products: found among neighbours, kept up to date by what changes.

use super::{shown, slugs};
use crate::support::TestShop;
use shop::args;
use shop::id::{CategoryId, ProductId};
use std::collections::BTreeMap;

impl TestShop {
    async fn describe(&self, products: &BTreeMap<String, ProductId>, traits: &[(&str, &str, &str, &str, i64)]) {
        for (sku, kind, brand, tags, amount) in traits {
            let sql = "UPDATE product SET product_type = $2, brand = $3, tags = $4 WHERE id = $1";
            self.put(sql, args![products[*sku], *kind, *brand, *tags]).await;
            let sql = "UPDATE price SET amount = $2 WHERE variant_id = (SELECT id FROM variant WHERE sku = $1)";
            self.put(sql, args![*sku, *amount]).await;
        }
    }

    pub(super) async fn category(&self, slug: &str, members: &[ProductId]) {
        let id = CategoryId::new();
        self.put("INSERT INTO category (id, slug, title) VALUES ($1, $2, $2)", args![id, slug]).await;
        for member in members {
            self.put("INSERT INTO product_category (category_id, product_id) VALUES ($1, $2)", args![id, *member])
                .await;
        }
    }

    async fn similar(&self, product: ProductId) -> Vec<String> {
        let shown = shown(&self.shop(), product, 12).await;
        slugs(&shown)[1].iter().map(|slug| (*slug).to_owned()).collect()
    }
}

on_both_engines! {
    async fn what_is_alike_is_found_by_itself_and_best_first(t: TestShop) {
        let p = t.products(&["MUG", "CUP", "JUG", "CHAIR"]).await;
        t.describe(&p, &[
            ("MUG", "Mug", "Kiln", r#"["stoneware","blue"]"#, 1800), ("CUP", "Mug", "Kiln", r#"["stoneware"]"#, 2000),
            ("JUG", "Jug", "Kiln", r#"["stoneware"]"#, 9000), ("CHAIR", "Chair", "Joiner", r#"["oak"]"#, 40_000),
        ]).await;
        t.category("table", &[p["MUG"], p["JUG"], p["CUP"]]).await;
        t.recommend().await;
        assert_eq!(t.similar(p["MUG"]).await, ["cup", "jug"]);
        assert_eq!(t.similar(p["CHAIR"]).await, Vec::<String>::new());
    }

    async fn what_changes_is_looked_at_anew_and_so_are_those_it_meets_and_leaves(t: TestShop) {
        let p = t.products(&["MUG", "CUP", "BOWL"]).await;
        t.describe(&p, &[("MUG", "Mug", "", "[]", 1000), ("CUP", "Mug", "", "[]", 1000), ("BOWL", "Bowl", "", "[]", 1000)]).await;
        t.recommend().await;
        assert_eq!((t.similar(p["MUG"]).await, t.similar(p["BOWL"]).await), (vec!["cup".to_owned()], vec![]));
        t.put("UPDATE product SET product_type = 'Bowl' WHERE id = $1", args![p["CUP"]]).await;
        t.recommend().await;
        assert_eq!((t.similar(p["MUG"]).await, t.similar(p["BOWL"]).await), (vec![], vec!["cup".to_owned()]));
        t.put("UPDATE product SET status = 'archived' WHERE id = $1", args![p["CUP"]]).await;
        t.recommend().await;
        assert_eq!(t.number("SELECT COUNT(*) FROM recommendation WHERE alike <> '[]'").await, 0);
        let written = t.number("SELECT COUNT(*) FROM page_change").await;
        t.put("UPDATE product SET title = 'Tiny mug' WHERE id = $1", args![p["MUG"]]).await;
        t.put("UPDATE product SET description_html = '' WHERE id = $1", args![p["BOWL"]]).await;
        assert!(t.recommend().await > 0);
        assert_eq!(t.number("SELECT COUNT(*) FROM page_change").await, written, "no list has changed, so no page has");
        assert_eq!(t.recommend().await, 0, "an idle shop writes nothing");
    }

    async fn all_of_a_large_category_is_not_similar_to_the_same_few_and_the_walk_survives_a_restart(t: TestShop) {
        let skus: Vec<String> = (0..70).map(|n| format!("S{n:02}")).collect();
        let p = t.products(&skus.iter().map(String::as_str).collect::<Vec<_>>()).await;
        t.category("all", &p.values().copied().collect::<Vec<_>>()).await;
        for _ in 0..3 {
            // Each time by another process: the first step begins the walk, the others go on with it.
            shop::recommendation::work(&t.shop()).await.unwrap();
        }
        let done = "SELECT COUNT(*) FROM recommendation WHERE alike <> '[]'";
        let part = t.number(done).await;
        assert!((1..70).contains(&part), "{part}");
        t.put("UPDATE recommendation SET alike = '[]' WHERE product_id = $1", args![p["S00"]]).await;
        t.recommend().await;
        // On PostgreSQL a change may become complete after the walk began, and is read once more.
        let is_exact = t.db.engine() == shop::db::Engine::Sqlite;
        assert!(t.number(done).await == 69 || !is_exact, "what the walk has been at is not gone through again");
        let mut times: BTreeMap<String, usize> = BTreeMap::new();
        for product in p.values() {
            for slug in t.similar(*product).await {
                *times.entry(slug).or_default() += 1;
            }
        }
        let most = times.values().max().copied().unwrap();
        assert!(times.len() > 60 && most <= 30, "{times:?}");
    }

    async fn changes_that_were_forgotten_unread_begin_a_walk(t: TestShop) {
        let p = t.products(&["MUG", "CUP"]).await;
        t.recommend().await;
        t.describe(&p, &[("MUG", "Mug", "", "[]", 1000), ("CUP", "Mug", "", "[]", 1000)]).await;
        t.put("DELETE FROM product_change", args![]).await;
        t.put("INSERT INTO product_change (product_id) VALUES (NULL)", args![]).await;
        t.recommend().await;
        assert_eq!(t.similar(p["MUG"]).await, ["cup"]);
    }
}
