//! What is said beside a price.

use shop::args;

over_http! {
    async fn the_price_history_is_told_beside_a_reduced_price(site: Site) {
        let mut tx = site.shop.db.begin().await.unwrap();
        tx.execute("UPDATE price SET amount = 800, compare_at = 1000 WHERE variant_id = (SELECT id FROM variant WHERE sku = 'CUP')", args![]).await.unwrap();
        tx.commit().await.unwrap();
        let html = async |path: &str| site.get(path).header("accept", "text/html").send().await.unwrap().text().await.unwrap();
        let cup = html("/p/cup").await;
        assert!(cup.contains("Lowest price in the last 30 days: €10.00"), "{cup}");
        assert!(!html("/p/bowl").await.contains("Lowest price"));
    }
}
