//! What sells.

use crate::support::TestShop;
use crate::support::till::Till;
use shop::args;
use shop::catalogue::sales;

async fn sold(t: &TestShop) -> Vec<(String, i64)> {
    let sql = "SELECT p.slug, s.units FROM product_sales s JOIN product p ON p.id = s.product_id ORDER BY p.slug";
    t.shop().db.fetch_all(sql, args![]).await.unwrap()
}

on_both_engines! {
    async fn units_of_the_last_thirty_days_are_counted_and_what_did_not_sell_is_not(t: TestShop) {
        t.stock("MUG", 9).await;
        let till = Till::open(&t).await;
        let shop = till.shop.clone();
        assert_eq!(sales::count(&shop).await.unwrap(), 0);
        let (_, bought, _) = till.buy("MUG", 2).await;
        till.buy("MUG", 1).await;
        assert_eq!(sales::count(&shop).await.unwrap(), 1);
        let (slug, units) = sold(&t).await.remove(0);
        assert_eq!(units, 3);
        let changes = t.number("SELECT COUNT(*) FROM product_change").await;
        assert_eq!(sales::count(&shop).await.unwrap(), 0, "nothing has changed");
        assert_eq!(t.number("SELECT COUNT(*) FROM product_change").await, changes, "so nothing is indexed anew");
        let mut tx = shop.db.begin().await.unwrap();
        tx.execute("UPDATE orders SET state = 'cancelled' WHERE number = $1", args![&bought]).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(sales::count(&shop).await.unwrap(), 1);
        assert_eq!(sold(&t).await, [(slug, 1)], "what was cancelled has not sold");
        t.clock.advance(31 * 24 * 60 * 60 * 1000);
        assert_eq!(sales::count(&shop).await.unwrap(), 1);
        assert!(sold(&t).await.is_empty(), "that was long ago");
    }
}
