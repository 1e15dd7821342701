//! The demo shop fills itself once and sells in every currency.

use crate::support::TestShop;
use shop::args;
use shop::catalogue::{self, ListQuery, Sort};
use shop::money::Currency;

on_both_engines! {
    async fn the_demo_shop_fills_once_and_is_complete(t: TestShop) {
        let shop = t.shop();
        let mut last = (0, 0);
        let added = shop::seed::demo(&shop, &mut |done, of| last = (done, of)).await.unwrap();
        assert!(added >= 60, "{added}");
        assert_eq!(last, (added, added));
        assert_eq!(shop::seed::demo(&shop, &mut |_, _| {}).await.unwrap(), 0);
        assert!(t.number("SELECT COUNT(*) FROM category").await >= 8);
        for currency in ["EUR", "USD", "GBP"] {
            let without = shop.db.fetch_one::<(i64,)>(
                "SELECT COUNT(*) FROM variant v WHERE NOT EXISTS (SELECT 1 FROM price r WHERE r.variant_id = v.id AND r.currency = $1)",
                args![currency],
            );
            assert_eq!(without.await.unwrap().0, 0, "{currency}");
        }
        // Every picture is a file, small and without script.
        let pictures: Vec<(String,)> = shop.db.fetch_all("SELECT url FROM picture", args![]).await.unwrap();
        assert!(pictures.len() >= 2 * added);
        for (url,) in &pictures {
            let blob = shop.media.open(url.strip_prefix("/media/").unwrap()).await.unwrap();
            let (kind, bytes) = (blob.kind, blob.bytes().await.unwrap());
            assert_eq!(kind.content_type(), "image/svg+xml");
            assert!(bytes.len() < 24_000 && !bytes.windows(7).any(|w| w == b"<script"));
        }
        assert_eq!(t.number("SELECT COUNT(*) FROM stock WHERE on_hand < 0").await, 0);
        assert_eq!(
            t.number("SELECT CAST(SUM(on_hand) AS BIGINT) FROM stock").await,
            t.number("SELECT CAST(SUM(delta) AS BIGINT) FROM stock_movement").await
        );
        assert_eq!(t.number("SELECT COUNT(*) FROM rating_due").await, 0, "counted at once");
        let verdict = shop::review::check(&mut &t.db).await.unwrap();
        assert_eq!(verdict.breaches, []);
        let shown = t.number("SELECT CAST(SUM(reviews) AS BIGINT) FROM product_rating").await;
        let stars = t.number("SELECT CAST(SUM(stars) AS BIGINT) FROM product_rating").await;
        assert!((200..600).contains(&shown) && stars * 10 / shown >= 42, "{shown} reviews with {stars} stars");
        assert!((4..20).contains(&t.number("SELECT COUNT(*) FROM review WHERE state = 'pending'").await));
        let twice = "SELECT COUNT(*) - COUNT(DISTINCT text) FROM review";
        assert_eq!(t.number(twice).await, 0, "nobody says what another has said");
        let mugs = catalogue::category_by_slug(&shop, "cups-and-mugs").await.unwrap();
        assert_eq!(mugs.breadcrumb[0].slug, "table");
        let query = ListQuery {
            category: Some(mugs.id), currency: Currency::GBP, customer: None, sort: Sort::PriceLow, in_stock_only: true, after: None, rows: 24,
        };
        let cards = catalogue::list(&shop, &query).await.unwrap().items;
        assert!(cards.len() >= 5 && cards.iter().all(|c| c.picture.is_some()));
    }
}
