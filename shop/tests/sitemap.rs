//! Every page is in one part, and no part is larger than it may be.

use crate::support::TestShop;
use shop::args;
use shop::db::Engine;
use shop::limits::SITEMAP_ADDRESSES;
use shop::sitemap::{self, Kind};
use std::collections::HashSet;

on_both_engines! {
    async fn the_sitemap_names_everything_once(t: TestShop) {
        let shop = t.shop();
        assert!(sitemap::parts(&shop, Kind::Products).await.unwrap().is_empty());
        let many = SITEMAP_ADDRESSES + 5;
        let id = if t.db.engine() == Engine::Postgres { "gen_random_uuid()" } else { "randomblob(16)" };
        let numbers = format!("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {many})");
        let mut tx = t.db.begin().await.unwrap();
        for sql in [
            format!("{numbers} INSERT INTO product (id, slug, title, status, created_at, updated_at)
                SELECT {id}, 'p' || i, 'P', 'published', 0, i FROM n"),
            format!("INSERT INTO variant (id, product_id, sku) SELECT {id}, id, slug FROM product"),
            "INSERT INTO price (variant_id, currency, amount, changed_at) SELECT id, 'EUR', 100, 1 FROM variant".into(),
        ] {
            tx.execute(&sql, args![]).await.unwrap();
        }
        tx.commit().await.unwrap();
        let parts = sitemap::parts(&shop, Kind::Products).await.unwrap();
        assert_eq!(parts.len(), 2);
        let mut all = HashSet::new();
        for (after, size) in parts.iter().zip([SITEMAP_ADDRESSES, 5]) {
            let part = sitemap::part(&shop, Kind::Products, *after).await.unwrap();
            assert_eq!(i64::try_from(part.len()).unwrap(), size);
            assert!(part.iter().all(|one| one.changed_at.map(|at| format!("p{at}")) == Some(one.slug.clone())));
            all.extend(part.into_iter().map(|one| one.slug));
        }
        assert_eq!(i64::try_from(all.len()).unwrap(), many);
    }

    async fn the_sitemap_leaves_out_what_has_no_page(t: TestShop) {
        let shop = t.shop();
        for sku in ["SHOWN", "HIDDEN", "UNPRICED"] {
            t.variant(sku).await;
        }
        let mut tx = t.db.begin().await.unwrap();
        tx.execute("UPDATE product SET status = 'draft' WHERE slug = 'hidden'", args![]).await.unwrap();
        tx.execute("DELETE FROM price WHERE variant_id = (SELECT id FROM variant WHERE sku = 'UNPRICED')", args![]).await.unwrap();
        let insert = "INSERT INTO category (id, slug, title) VALUES ($1, 'cups', 'Cups')";
        tx.execute(insert, args![shop::id::CategoryId::new()]).await.unwrap();
        tx.commit().await.unwrap();
        for (kind, slug) in [(Kind::Products, "shown"), (Kind::Categories, "cups")] {
            let parts = sitemap::parts(&shop, kind).await.unwrap();
            assert_eq!(parts.len(), 1);
            let part = sitemap::part(&shop, kind, parts[0]).await.unwrap();
            assert_eq!(part.iter().map(|one| one.slug.as_str()).collect::<Vec<_>>(), [slug]);
        }
    }
}
