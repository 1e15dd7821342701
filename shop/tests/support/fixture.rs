//! Rows that tests need before they can say what they are about, written straight into the tables.

use super::TestShop;
use shop::args;
use shop::clock::Clock;
use shop::id::{CartId, CheckoutId, ProductId, StockId, VariantId, WarehouseId};

#[allow(dead_code, reason = "tests take what they need")]
impl TestShop {
    pub fn now(&self) -> i64 {
        self.clock.now_ms()
    }

    /// One published product with one variant (SKU as given, 10.00 EUR).
    pub async fn variant(&self, sku: &str) -> VariantId {
        let (product, variant) = (ProductId::new(), VariantId::new());
        let mut tx = self.db.begin().await.unwrap();
        tx.execute(
            "INSERT INTO product (id, slug, title, status, created_at, updated_at) VALUES ($1, $2, $2, 'published', $3, $3)",
            args![product, sku.to_lowercase(), self.now()],
        )
        .await
        .unwrap();
        tx.execute("INSERT INTO variant (id, product_id, sku) VALUES ($1, $2, $3)", args![variant, product, sku])
            .await
            .unwrap();
        tx.execute("INSERT INTO price (variant_id, currency, amount) VALUES ($1, 'EUR', 1000)", args![variant])
            .await
            .unwrap();
        tx.commit().await.unwrap();
        variant
    }

    /// A stock row with `on_hand` units of a new variant in a new warehouse.
    pub async fn stock(&self, sku: &str, on_hand: i64) -> StockId {
        let variant = self.variant(sku).await;
        let (warehouse, stock) = (WarehouseId::new(), StockId::new());
        let mut tx = self.db.begin().await.unwrap();
        tx.execute(
            "INSERT INTO warehouse (id, code, name, country) VALUES ($1, $2, $2, 'DE')",
            args![warehouse, format!("W-{sku}")],
        )
        .await
        .unwrap();
        tx.execute(
            "INSERT INTO stock (id, variant_id, warehouse_id, on_hand) VALUES ($1, $2, $3, $4)",
            args![stock, variant, warehouse, on_hand],
        )
        .await
        .unwrap();
        tx.execute(
            "INSERT INTO stock_movement (id, stock_id, delta, on_hand_after, reason, actor, at)
             VALUES ($1, $2, $3, $3, 'initial', 'test', $4)",
            args![uuid::Uuid::now_v7(), stock, on_hand, self.now()],
        )
        .await
        .unwrap();
        tx.commit().await.unwrap();
        stock
    }

    /// `count` prepared checkouts of empty carts.
    pub async fn checkouts(&self, count: usize) -> Vec<CheckoutId> {
        let mut tx = self.db.begin().await.unwrap();
        let mut ids = Vec::with_capacity(count);
        for _ in 0..count {
            let (cart, checkout) = (CartId::new(), CheckoutId::new());
            tx.execute(
                "INSERT INTO cart (id, status, currency, created_at, updated_at, expires_at)
                 VALUES ($1, 'active', 'EUR', $2, $2, $2)",
                args![cart, self.now()],
            )
            .await
            .unwrap();
            tx.execute(
                "INSERT INTO checkout (id, cart_id, cart_version, state, quote, quote_hash, total, currency,
                   recovery_point, expires_at, created_at, updated_at)
                 VALUES ($1, $2, 1, 'prepared', '{}', '', 0, 'EUR', 'prepared', $3, $3, $3)",
                args![checkout, cart, self.now()],
            )
            .await
            .unwrap();
            ids.push(checkout);
        }
        tx.commit().await.unwrap();
        ids
    }

    /// The first column of the first row, which must exist.
    pub async fn number(&self, sql: &str) -> i64 {
        self.db.fetch_one::<(i64,)>(sql, args![]).await.unwrap().0
    }
}
