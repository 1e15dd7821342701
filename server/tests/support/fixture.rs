//! Something to sell, a way to deliver it and a tax on it; a database to keep it in.

use shop::id::{ProductId, ShippingMethodId, StockId, VariantId, WarehouseId};
use shop::{Shop, args};
use sqlx::{AssertSqlSafe, ConnectOptions, Executor};
use std::str::FromStr;

/// `CUP` (5 left) and `BOWL` (1 left), 10.00 EUR each, delivered to Germany for 4.90.
pub async fn fill(shop: &Shop) {
    let (warehouse, zone, method) = (WarehouseId::new(), uuid::Uuid::now_v7(), ShippingMethodId::new());
    let mut tx = shop.db.begin().await.unwrap();
    tx.execute("INSERT INTO warehouse (id, code, name, country) VALUES ($1, 'W', 'W', 'DE')", args![warehouse])
        .await
        .unwrap();
    for (sku, on_hand) in [("CUP", 5), ("BOWL", 1)] {
        let (product, variant) = (ProductId::new(), VariantId::new());
        tx.execute(
            "INSERT INTO product (id, slug, title, status, created_at, updated_at) VALUES ($1, $2, $2, 'published', $3, $3)",
            args![product, sku.to_lowercase(), shop.now_ms()],
        )
        .await
        .unwrap();
        tx.execute("INSERT INTO variant (id, product_id, sku) VALUES ($1, $2, $3)", args![variant, product, sku])
            .await
            .unwrap();
        tx.execute("INSERT INTO price (variant_id, currency, amount) VALUES ($1, 'EUR', 1000)", args![variant])
            .await
            .unwrap();
        let stock = StockId::new();
        tx.execute(
            "INSERT INTO stock (id, variant_id, warehouse_id, on_hand) VALUES ($1, $2, $3, $4)",
            args![stock, variant, warehouse, on_hand],
        )
        .await
        .unwrap();
        tx.execute(
            "INSERT INTO stock_movement (id, stock_id, delta, on_hand_after, reason, actor, at)
             VALUES ($1, $2, $3, $3, 'initial', 'test', 0)",
            args![uuid::Uuid::now_v7(), stock, on_hand],
        )
        .await
        .unwrap();
    }
    tx.execute("INSERT INTO shipping_zone (id, name) VALUES ($1, 'Germany')", args![zone]).await.unwrap();
    tx.execute("INSERT INTO shipping_area (country, zone_id) VALUES ('DE', $1)", args![zone]).await.unwrap();
    tx.execute(
        "INSERT INTO shipping_method (id, zone_id, code, name, basis, days_min, days_max)
         VALUES ($1, $2, 'parcel', 'Parcel', 'weight', 1, 3)",
        args![method, zone],
    )
    .await
    .unwrap();
    tx.execute(
        "INSERT INTO shipping_rate (method_id, currency, from_value, amount) VALUES ($1, 'EUR', 0, 490)",
        args![method],
    )
    .await
    .unwrap();
    tx.commit().await.unwrap();
}

/// A new database on the cluster; the cluster of a test run is thrown away as a whole.
pub async fn fresh_postgres(server: &str) -> String {
    let name = format!("mercer_http_{}", uuid::Uuid::now_v7().simple());
    let mut admin = sqlx::postgres::PgConnectOptions::from_str(server).unwrap().connect().await.unwrap();
    admin.execute(AssertSqlSafe(format!("CREATE DATABASE {name}"))).await.unwrap();
    let mut url = url::Url::parse(server).unwrap();
    url.set_path(&name);
    url.into()
}
