//! What goes together and what is similar: counted in steps, each order once, and nothing shown that is not for sale.

mod shown;
mod similar;

use crate::support::TestShop;
use shop::db::Arg;
use shop::id::{OrderId, OrderLineId, ProductId};
use shop::invariant::Breach;
use shop::recommendation::{self, Recommended};
use shop::{Shop, args, limits, worker};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Duration;

/// In the order in which the sums are named.
type Sums = (Vec<(String, i64)>, Vec<(String, String, i64)>);

impl TestShop {
    async fn put(&self, sql: &str, args: Vec<Arg>) -> u64 {
        let mut tx = self.db.begin().await.unwrap();
        let changed = tx.execute(sql, args).await.unwrap();
        tx.commit().await.unwrap();
        changed
    }

    /// Products for sale by these SKUs, five of each in stock.
    async fn products(&self, skus: &[&str]) -> BTreeMap<String, ProductId> {
        let mut products = BTreeMap::new();
        for sku in skus {
            self.stock(sku, 5).await;
            let sql = "SELECT product_id FROM variant WHERE sku = $1";
            products.insert((*sku).to_owned(), self.db.fetch_one::<(ProductId,)>(sql, args![*sku]).await.unwrap().0);
        }
        products
    }

    /// An order of one of each, in that order, that stands in `state`.
    async fn order_of(&self, skus: &[&str], state: &str) -> OrderId {
        let (checkout, order) = (self.checkouts(1).await[0], OrderId::new());
        let mut tx = self.db.begin().await.unwrap();
        tx.execute(
            "INSERT INTO orders (id, number, checkout_id, access_token, state, email, currency, subtotal,
               shipping, tax, tax_inclusive, total, shipping_address, shipping_method, created_at)
             VALUES ($1, $2, $3, '', $4, '', 'EUR', 1000, 0, 0, TRUE, 1000, '{}', 'Parcel', $5)",
            args![order, format!("M-{order}"), checkout, state, self.now()],
        )
        .await
        .unwrap();
        for (at, sku) in skus.iter().enumerate() {
            tx.execute(
                "INSERT INTO order_line (id, order_id, position, variant_id, sku, title, product_slug, quantity, unit_price,
                   total, tax) SELECT $1, $2, $3, v.id, v.sku, 'T', 's', 1, 1000, 1000, 0 FROM variant v WHERE v.sku = $4",
                args![OrderLineId::new(), order, i64::try_from(at).unwrap(), *sku],
            )
            .await
            .unwrap();
        }
        tx.commit().await.unwrap();
        order
    }

    /// Everything that is due, and until every change of products was read: on PostgreSQL none is complete while a transaction
    /// from before it runs, in whichever database of the cluster.
    async fn recommend(&self) -> usize {
        const UNREAD: &str =
            "SELECT COUNT(*) FROM product_change c JOIN recommendation_progress p ON p.part = 'products'
            WHERE (c.transaction_id, c.seq) > (p.transaction_id, p.seq)";
        let mut done = 0;
        loop {
            done += worker::recommend(&self.shop()).await.unwrap();
            if self.number(UNREAD).await == 0 {
                return done;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn turn(&self, order: OrderId, state: &str) {
        self.put("UPDATE orders SET state = $2 WHERE id = $1", args![order, state]).await;
    }

    async fn sums(&self) -> Sums {
        let products =
            "SELECT p.slug, b.orders FROM product_basket b JOIN product p ON p.id = b.product_id ORDER BY p.slug";
        let pairs = "SELECT p.slug, q.slug, b.orders FROM product_pair b JOIN product p ON p.id = b.product_id
            JOIN product q ON q.id = b.partner_id ORDER BY p.slug, q.slug";
        (self.db.fetch_all(products, args![]).await.unwrap(), self.db.fetch_all(pairs, args![]).await.unwrap())
    }

    /// The same from the orders themselves, in one go.
    async fn sums_of_orders(&self) -> Sums {
        const COUNTED: &str =
            "(SELECT DISTINCT o.id AS order_id, p.slug FROM orders o JOIN order_line l ON l.order_id = o.id
            JOIN variant v ON v.id = l.variant_id JOIN product p ON p.id = v.product_id
            WHERE o.state IN ('confirmed','processing','shipped','delivered'))";
        let products = format!("SELECT a.slug, COUNT(*) FROM {COUNTED} AS a GROUP BY a.slug ORDER BY a.slug");
        let pairs = format!(
            "SELECT a.slug, b.slug, COUNT(*) FROM {COUNTED} AS a JOIN {COUNTED} AS b
             ON b.order_id = a.order_id AND b.slug <> a.slug GROUP BY a.slug, b.slug ORDER BY a.slug, b.slug"
        );
        (self.db.fetch_all(&products, args![]).await.unwrap(), self.db.fetch_all(&pairs, args![]).await.unwrap())
    }

    async fn partners(&self, product: ProductId) -> Vec<String> {
        let of = recommendation::of_product(&self.shop(), product, shop::money::Currency::EUR, 12).await.unwrap();
        of.together.into_iter().map(|card| card.slug).collect()
    }

    async fn breaches(&self) -> Vec<Breach> {
        recommendation::check(&mut &self.db).await.unwrap().breaches
    }
}

on_both_engines! {
    async fn an_order_counts_once_when_it_is_confirmed_and_not_at_all_once_it_is_cancelled(t: TestShop) {
        let (shop, products) = (t.shop(), t.products(&["MUG", "TRAY", "BOWL"]).await);
        let order = t.order_of(&["MUG", "TRAY", "MUG"], "pending_payment").await;
        worker::recommend(&shop).await.unwrap();
        assert_eq!(t.sums().await, Sums::default(), "nobody has paid");
        t.turn(order, "confirmed").await;
        worker::recommend(&shop).await.unwrap();
        let once = (vec![("mug".into(), 1), ("tray".into(), 1)], vec![("mug".into(), "tray".into(), 1), ("tray".into(), "mug".into(), 1)]);
        assert_eq!(t.sums().await, once);
        assert_eq!(t.partners(products["MUG"]).await, ["tray"]);
        for state in ["processing", "shipped", "delivered"] {
            t.turn(order, state).await;
            // Noted twice, as if the step had been broken off behind its commit.
            t.put("INSERT INTO order_change (order_id) VALUES ($1)", args![order]).await;
            worker::recommend(&shop).await.unwrap();
            assert_eq!(t.sums().await, once, "{state}");
        }
        t.turn(order, "refunded").await;
        t.order_of(&["TRAY", "BOWL"], "confirmed").await;
        let second = t.order_of(&["MUG", "BOWL"], "confirmed").await;
        t.turn(second, "cancelled").await;
        worker::recommend(&shop).await.unwrap();
        assert_eq!(t.sums().await, t.sums_of_orders().await);
        assert_eq!((t.partners(products["MUG"]).await, t.partners(products["TRAY"]).await), (vec![], vec!["bowl".to_owned()]));
        assert_eq!(t.breaches().await, []);
        assert_eq!(worker::recommend(&shop).await.unwrap(), 0, "an idle shop writes nothing");
    }

    async fn step_by_step_comes_to_the_same_as_all_anew(t: TestShop) {
        let (shop, skus) = (t.shop(), ["A", "B", "C", "D", "E", "F"]);
        t.products(&skus).await;
        let mut orders = Vec::new();
        for n in 0..60_usize {
            let basket: Vec<&str> = (0..=n % 4).map(|k| skus[(n * 5 + k * (1 + n % 3)) % 6]).collect();
            orders.push(t.order_of(&basket, if n % 7 == 0 { "pending_payment" } else { "confirmed" }).await);
            if n % 5 == 0 {
                t.turn(orders[n / 2], if n % 2 == 0 { "cancelled" } else { "shipped" }).await;
            }
            if n % 11 == 0 {
                recommendation::work(&shop).await.unwrap();
            }
        }
        worker::recommend(&shop).await.unwrap();
        let (stepwise, lists) = (t.sums().await, lists(&t).await);
        assert_eq!(stepwise, t.sums_of_orders().await);
        assert!(stepwise.1.len() > 20, "{stepwise:?}");
        recommendation::count_anew(&shop).await.unwrap();
        assert_eq!(t.sums().await, Sums::default());
        worker::recommend(&shop).await.unwrap();
        assert_eq!(t.sums().await, stepwise);
        t.clock.advance(25 * 60 * 60 * 1000);
        assert!(worker::recommend(&shop).await.unwrap() >= 60, "the nightly walk");
        assert_eq!(t.sums().await, stepwise);
        // Step by step a list may lag behind by orders without its product; the walk has caught up.
        let walked = self::lists(&t).await;
        assert_eq!(walked.len(), lists.len());
        recommendation::count_anew(&shop).await.unwrap();
        worker::recommend(&shop).await.unwrap();
        assert_eq!(self::lists(&t).await, walked);
    }

    async fn workers_beside_each_other_count_nothing_twice(t: TestShop) {
        t.products(&["A", "B", "C"]).await;
        for _ in 0..30 {
            t.order_of(&["A", "B"], "confirmed").await;
            t.order_of(&["B", "C"], "confirmed").await;
        }
        let workers = (0..4).map(|_| { let shop = t.shop(); tokio::spawn(async move { worker::recommend(&shop).await }) });
        for worker in workers.collect::<Vec<_>>() {
            worker.await.unwrap().unwrap();
        }
        worker::recommend(&t.shop()).await.unwrap();
        assert_eq!(t.sums().await, t.sums_of_orders().await);
    }

    async fn what_was_there_before_anybody_counted_is_counted_and_the_walk_survives_a_restart(t: TestShop) {
        t.products(&["A", "B"]).await;
        for _ in 0..50 {
            t.order_of(&["A", "B"], "confirmed").await;
        }
        t.put("DELETE FROM order_change", args![]).await;
        recommendation::work(&t.shop()).await.unwrap();
        let (first, _) = t.sums().await;
        assert!((1..50).contains(&first[0].1), "{first:?}");
        // Another process goes on.
        worker::recommend(&t.shop()).await.unwrap();
        assert_eq!(t.sums().await, t.sums_of_orders().await);
    }

    async fn what_somebody_has_written_by_hand_is_found(t: TestShop) {
        t.products(&["A", "B"]).await;
        let order = t.order_of(&["A", "B"], "confirmed").await;
        worker::recommend(&t.shop()).await.unwrap();
        t.put("UPDATE product_pair SET orders = 7", args![]).await;
        assert_eq!(t.breaches().await.len(), 2);
        t.put("UPDATE product_pair SET orders = 1", args![]).await;
        t.put("DELETE FROM basket_item WHERE order_id = $1", args![order]).await;
        assert_eq!(t.breaches().await.len(), 4);
        recommendation::count_anew(&t.shop()).await.unwrap();
        worker::recommend(&t.shop()).await.unwrap();
        assert_eq!((t.breaches().await.len(), t.sums().await), (0, t.sums_of_orders().await));
    }

    async fn an_order_of_a_year_ago_counts_no_longer(t: TestShop) {
        t.products(&["A", "B"]).await;
        t.order_of(&["A", "B"], "delivered").await;
        t.clock.advance(300 * 24 * 60 * 60 * 1000);
        t.order_of(&["A", "B"], "delivered").await;
        worker::recommend(&t.shop()).await.unwrap();
        assert_eq!(t.sums().await.0[0].1, 2);
        t.clock.advance(100 * 24 * 60 * 60 * 1000);
        worker::recommend(&t.shop()).await.unwrap();
        assert_eq!((t.sums().await.0[0].1, t.breaches().await.len()), (1, 0));
    }

    async fn one_order_does_not_outrank_forty_nor_what_everybody_buys(t: TestShop) {
        let products = t.products(&["MUG", "SAUCER", "ODD", "BAG"]).await;
        for n in 0..40 {
            t.order_of(&["MUG", "SAUCER"], "confirmed").await;
            t.order_of(if n < 10 { &["MUG", "BAG"] } else { &["BAG"] }, "confirmed").await;
            t.order_of(&["BAG"], "confirmed").await;
        }
        t.order_of(&["MUG", "ODD"], "confirmed").await;
        worker::recommend(&t.shop()).await.unwrap();
        assert_eq!(t.partners(products["MUG"]).await, ["saucer", "bag", "odd"]);
    }

    async fn an_order_of_very_many_products_makes_a_bounded_number_of_pairs(t: TestShop) {
        let skus: Vec<String> = (0..40).fold(Vec::new(), |mut all, n| { let mut sku = String::new(); write!(sku, "S{n:02}").unwrap(); all.push(sku); all });
        let skus: Vec<&str> = skus.iter().map(String::as_str).collect();
        t.products(&skus).await;
        t.order_of(&skus, "confirmed").await;
        worker::recommend(&t.shop()).await.unwrap();
        let most = i64::try_from(limits::BASKET_PRODUCTS).unwrap();
        assert_eq!(t.number("SELECT COUNT(*) FROM product_pair").await, most * (most - 1));
        assert_eq!(t.sums().await.0.iter().map(|(slug, _)| slug.as_str()).collect::<Vec<_>>(), skus[..20].iter().map(|sku| sku.to_lowercase()).collect::<Vec<_>>(), "the first ones");
    }
}

async fn lists(t: &TestShop) -> Vec<(String, String)> {
    let sql = "SELECT p.slug, r.together FROM recommendation r JOIN product p ON p.id = r.product_id ORDER BY p.slug";
    t.db.fetch_all(sql, args![]).await.unwrap()
}

/// The slugs of the three lists.
fn slugs(shown: &Recommended) -> [Vec<&str>; 3] {
    [&shown.together, &shown.similar, &shown.popular].map(|list| list.iter().map(|card| card.slug.as_str()).collect())
}

async fn shown(shop: &Shop, product: ProductId, rows: usize) -> Recommended {
    recommendation::of_product(shop, product, shop::money::Currency::EUR, rows).await.unwrap()
}
