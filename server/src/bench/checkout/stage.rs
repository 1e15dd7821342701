//! What has to be there before the clock runs: products on shelves, delivery, tax, and carts ready to be paid.

use super::gateway::Gateway;
use super::{Skus, internal};
use crate::bench::scratch::Scratch;
use crate::cli::open::shop_over;
use crate::config::{Config, Secret};
use crate::router::router;
use crate::state::AppState;
use axum::serve::ListenerExt;
use serde::Serialize;
use shop::account::Visitor;
use shop::address::Address;
use shop::checkout::View;
use shop::db::{Sql, Tx};
use shop::id::{CartId, CartLineId, ProductId, ShippingMethodId, StockId, VariantId, WarehouseId};
use shop::money::Currency;
use shop::{Result, Shop, args, cart, checkout, rows, secret, worker};
use std::net::SocketAddr;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

const DISTINCT_SKUS: usize = 1000;
/// Units on every shelf; more than any run can sell.
pub(super) const ON_HAND: i64 = 1_000_000;
/// Carts written in one statement.
const AT_ONCE: usize = 1000;

pub(super) struct Stage {
    /// What opens each of the carts that are ready to be paid.
    pub(super) tokens: Vec<String>,
    pub(super) version: i64,
    /// What each cart comes to, delivery and tax included; minor units.
    pub(super) total: i64,
    pub(super) on_hand: i64,
}

/// The shop at work: its background tasks and the port that shoppers and webhooks come in by.
pub(super) struct Open {
    pub(super) shop: Shop,
    pub(super) address: SocketAddr,
    stop: CancellationToken,
    tasks: [JoinHandle<()>; 2],
}

/// Opens the scratch shop as `mercer serve` would, on `listener`.
pub(super) async fn open(config: &Config, scratch: &Scratch, gateway: &Gateway, listener: TcpListener) -> Result<Open> {
    let mut config = config.clone();
    config.data_dir = scratch.folder.path().to_owned();
    config.smtp_url = None;
    config.stripe_api_base.clone_from(&gateway.stripe.api_base);
    config.stripe_secret_key = Some(Secret::from(gateway.stripe.secret_key.as_str()));
    config.stripe_webhook_secret = gateway.stripe.webhook_secrets.iter().map(|s| Secret::from(s.as_str())).collect();
    let shop = shop_over(scratch.open().await?, &config).await.map_err(internal)?;
    let stop = CancellationToken::new();
    let routes = router(AppState::new(shop.clone(), config));
    let address = listener.local_addr().map_err(internal)?;
    let stopped = stop.clone().cancelled_owned();
    // As `mercer serve` does.
    let listener = listener.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    let serving = async move {
        if let Err(error) = axum::serve(listener, routes).with_graceful_shutdown(stopped).await {
            tracing::error!(%error, "nobody is served any more");
        }
    };
    let tasks = [tokio::spawn(serving), tokio::spawn(worker::run(shop.clone(), stop.clone()))];
    Ok(Open { shop, address, stop, tasks })
}

impl Open {
    /// Ends the background work, then closes the database.
    pub(super) async fn close(self) {
        self.stop.cancel();
        let [serving, working] = self.tasks;
        // Connections are kept open; nobody sends on them any more.
        serving.abort();
        let _ = working.await;
        self.shop.db.close().await;
    }
}

impl Stage {
    pub(super) async fn build(
        skus: Skus,
        carts: usize,
        config: &Config,
        scratch: &Scratch,
        gateway: &Gateway,
    ) -> Result<Self> {
        let mut config = config.clone();
        config.stripe_api_base.clone_from(&gateway.stripe.api_base);
        config.data_dir = scratch.folder.path().to_owned();
        let shop = shop_over(scratch.open().await?, &config).await.map_err(internal)?;
        let products = if skus == Skus::Distinct { DISTINCT_SKUS } else { 1 };
        let mut tx = shop.db.begin().await?;
        delivery_and_tax(&mut tx).await?;
        let variants = shelves(&mut tx, products).await?;
        tx.commit().await?;
        let (first, view) = ready_cart(&shop).await?;
        let mut tokens = Vec::with_capacity(carts);
        while tokens.len() < carts {
            let at = tokens.len();
            let rows: Vec<_> = (at..carts.min(at + AT_ONCE))
                .map(|i| {
                    let (variant, token) = (variants[i % variants.len()], secret::token());
                    let hash = secret::hash_token(&token);
                    tokens.push(token);
                    Row { id: CartId::new(), hash, line: CartLineId::new(), variant }
                })
                .collect();
            let json = serde_json::to_string(&rows)?;
            let mut tx = shop.db.begin().await?;
            tx.execute(COPY_CART.of(tx.engine()), args![&json, first]).await?;
            tx.execute(TOKENS.of(tx.engine()), args![&json]).await?;
            tx.execute(COPY_LINE.of(tx.engine()), args![json, first]).await?;
            tx.commit().await?;
        }
        let on_hand = if skus == Skus::SoldOut { 0 } else { ON_HAND };
        let mut tx = shop.db.begin().await?;
        tx.execute("UPDATE stock SET on_hand = $1", args![on_hand]).await?;
        tx.execute("UPDATE stock_movement SET delta = $1, on_hand_after = $1", args![on_hand]).await?;
        tx.commit().await?;
        shop.db.analyze().await?;
        shop.db.close().await;
        let on_hand = on_hand * i64::try_from(variants.len()).unwrap_or(i64::MAX);
        Ok(Self { tokens, version: view.cart.version, total: view.totals.total, on_hand })
    }
}

/// One cart by the shop's own functions, which the others are copies of.
async fn ready_cart(shop: &Shop) -> Result<(CartId, View)> {
    let mut visitor = Visitor { cart_id: None, customer: None, currency: Currency::EUR };
    let cart = cart::add(shop, &mut visitor, "BENCH-0", 1).await?;
    checkout::save_contact(shop, &visitor, "ada@example.com", "").await?;
    let address = Address {
        name: "Ada Byron".into(),
        line1: "Lange Straße 1".into(),
        city: "Berlin".into(),
        postal_code: "10115".into(),
        country: "DE".into(),
        ..Address::default()
    };
    let view = checkout::save_address(shop, &visitor, address).await?;
    let method = view.delivery_options.first().ok_or_else(|| internal("nothing delivers"))?.id;
    Ok((cart.id, checkout::save_delivery(shop, &visitor, method).await?))
}

#[derive(Serialize)]
struct Row {
    id: CartId,
    hash: String,
    line: CartLineId,
    variant: VariantId,
}

const COPY_CART: Sql = rows!(
    "INSERT INTO cart (id, status, currency, version, details, created_at, updated_at, expires_at)
     SELECT d.id, c.status, c.currency, c.version, c.details, c.created_at, c.updated_at, c.expires_at FROM",
    [id UUID],
    "JOIN cart c ON c.id = $2"
);

const TOKENS: Sql = rows!(
    "INSERT INTO cart_token (token_hash, cart_id) SELECT d.hash, d.id FROM",
    [id UUID, hash TEXT],
    ""
);

const COPY_LINE: Sql = rows!(
    "INSERT INTO cart_line (id, cart_id, variant_id, quantity, unit_price_seen, added_at)
     SELECT d.line, d.id, d.variant, l.quantity, l.unit_price_seen, l.added_at FROM",
    [id UUID, line UUID, variant UUID],
    "JOIN cart_line l ON l.cart_id = $2"
);

/// Delivery everywhere for 4.90 EUR, 19 % VAT included in Germany.
async fn delivery_and_tax(tx: &mut Tx) -> Result<()> {
    let (zone, method) = (Uuid::now_v7(), ShippingMethodId::new());
    for (sql, args) in [
        ("INSERT INTO shipping_zone (id, name) VALUES ($1, 'World')", args![zone]),
        ("INSERT INTO shipping_area (country, zone_id) VALUES ('*', $1)", args![zone]),
        (
            "INSERT INTO shipping_method (id, zone_id, code, name, basis, days_min, days_max)
             VALUES ($1, $2, 'std', 'Standard', 'weight', 1, 3)",
            args![method, zone],
        ),
        (
            "INSERT INTO shipping_rate (method_id, currency, from_value, amount) VALUES ($1, 'EUR', 0, 490)",
            args![method],
        ),
        ("INSERT INTO tax_zone (id, name, inclusive) VALUES ($1, 'Germany', TRUE)", args![zone]),
        ("INSERT INTO tax_place (country, zone_id) VALUES ('DE', $1)", args![zone]),
        (
            "INSERT INTO tax_rate (id, zone_id, tax_class, name, rate_ppm)
             VALUES ($1, $1, 'standard', 'VAT 19 %', 190000)",
            args![zone],
        ),
    ] {
        tx.execute(sql, args).await?;
    }
    Ok(())
}

/// Published products at 10.00 EUR in one warehouse.
async fn shelves(tx: &mut Tx, products: usize) -> Result<Vec<VariantId>> {
    let warehouse = WarehouseId::new();
    let sql = "INSERT INTO warehouse (id, code, name, country) VALUES ($1, 'BENCH', 'Bench', 'DE')";
    tx.execute(sql, args![warehouse]).await?;
    let mut variants = Vec::with_capacity(products);
    for number in 0..products {
        let (product, variant, stock) = (ProductId::new(), VariantId::new(), StockId::new());
        let sku = format!("BENCH-{number}");
        for (sql, args) in [
            (
                "INSERT INTO product (id, slug, title, status, created_at, updated_at)
                 VALUES ($1, $2, $2, 'published', 0, 0)",
                args![product, sku.to_lowercase()],
            ),
            ("INSERT INTO variant (id, product_id, sku) VALUES ($1, $2, $3)", args![variant, product, sku]),
            ("INSERT INTO price (variant_id, currency, amount) VALUES ($1, 'EUR', 1000)", args![variant]),
            (
                "INSERT INTO stock (id, variant_id, warehouse_id, on_hand) VALUES ($1, $2, $3, $4)",
                args![stock, variant, warehouse, ON_HAND],
            ),
            (
                "INSERT INTO stock_movement (id, stock_id, delta, on_hand_after, reason, actor, at)
                 VALUES ($1, $2, $3, $3, 'initial', 'system', 0)",
                args![Uuid::now_v7(), stock, ON_HAND],
            ),
        ] {
            tx.execute(sql, args).await?;
        }
        variants.push(variant);
    }
    Ok(variants)
}
