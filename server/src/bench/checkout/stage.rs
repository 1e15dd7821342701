//! What has to be there before the clock runs: products on shelves, delivery, tax, and carts ready to be paid.

use super::gateway::Gateway;
use super::{Skus, internal};
use crate::bench::scratch::Scratch;
use crate::cli::open::shop_over;
use crate::config::{Config, Secret};
use crate::state::AppState;
use crate::webhook;
use axum::serve::ListenerExt;
use serde::Serialize;
use shop::account::Visitor;
use shop::address::Address;
use shop::checkout::View;
use shop::db::{Sql, Tx};
use shop::id::{CartId, CartLineId, ProductId, ShippingMethodId, StockId, VariantId, WarehouseId};
use shop::money::Currency;
use shop::{Result, Shop, args, cart, checkout, rows, worker};
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
    pub(super) carts: Vec<CartId>,
    pub(super) version: i64,
    /// What each cart comes to, delivery and tax included; minor units.
    pub(super) total: i64,
    pub(super) on_hand: i64,
}

/// The shop at work: its background tasks and the port that webhooks come in by.
pub(super) struct Open {
    pub(super) shop: Shop,
    stop: CancellationToken,
    tasks: [JoinHandle<()>; 2],
}

/// Opens the scratch shop as `mercer serve` would; the gateway's webhooks arrive on `listener`.
pub(super) async fn open(config: &Config, scratch: &Scratch, gateway: &Gateway, listener: TcpListener) -> Result<Open> {
    let mut config = config.clone();
    config.data_dir = scratch.folder.path().to_owned();
    config.smtp_url = None;
    config.stripe_api_base.clone_from(&gateway.stripe.api_base);
    config.stripe_secret_key = Some(Secret::from(gateway.stripe.secret_key.as_str()));
    config.stripe_webhook_secret = gateway.stripe.webhook_secrets.iter().map(|s| Secret::from(s.as_str())).collect();
    let shop = shop_over(scratch.open().await?, &config).await.map_err(internal)?;
    let stop = CancellationToken::new();
    let routes = webhook::router().with_state(AppState::new(shop.clone(), config));
    let stopped = stop.clone().cancelled_owned();
    // As `mercer serve` does.
    let listener = listener.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    let serving = async move {
        if let Err(error) = axum::serve(listener, routes).with_graceful_shutdown(stopped).await {
            tracing::error!(%error, "webhooks are not received any more");
        }
    };
    let tasks = [tokio::spawn(serving), tokio::spawn(worker::run(shop.clone(), stop.clone()))];
    Ok(Open { shop, stop, tasks })
}

impl Open {
    /// Ends the background work, then closes the database.
    pub(super) async fn close(self) {
        self.stop.cancel();
        let [serving, working] = self.tasks;
        // The gateway keeps its connections open; nobody sends on them any more.
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
        let mut made = Vec::with_capacity(carts);
        while made.len() < carts {
            let at = made.len();
            let rows: Vec<_> = (at..carts.min(at + AT_ONCE))
                .map(|i| Row { id: CartId::new(), line: CartLineId::new(), variant: variants[i % variants.len()] })
                .collect();
            let json = serde_json::to_string(&rows)?;
            let mut tx = shop.db.begin().await?;
            tx.execute(COPY_CART.of(tx.engine()), args![&json, first]).await?;
            tx.execute(COPY_LINE.of(tx.engine()), args![json, first]).await?;
            tx.commit().await?;
            made.extend(rows.into_iter().map(|row| row.id));
        }
        let on_hand = if skus == Skus::SoldOut { 0 } else { ON_HAND };
        let mut tx = shop.db.begin().await?;
        tx.execute("UPDATE stock SET on_hand = $1", args![on_hand]).await?;
        tx.execute("UPDATE stock_movement SET delta = $1, on_hand_after = $1", args![on_hand]).await?;
        tx.commit().await?;
        shop.db.analyze().await?;
        shop.db.close().await;
        let on_hand = on_hand * i64::try_from(variants.len()).unwrap_or(i64::MAX);
        Ok(Self { carts: made, version: view.cart.version, total: view.totals.total, on_hand })
    }
}

pub(super) fn guest(cart: Option<CartId>) -> Visitor {
    Visitor { cart_id: cart, customer: None, currency: Currency::EUR }
}

/// One cart by the shop's own functions, which the others are copies of.
async fn ready_cart(shop: &Shop) -> Result<(CartId, View)> {
    let mut visitor = guest(None);
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
    line: CartLineId,
    variant: VariantId,
}

const COPY_CART: Sql = rows!(
    "INSERT INTO cart (id, status, currency, version, details, created_at, updated_at, expires_at)
     SELECT d.id, c.status, c.currency, c.version, c.details, c.created_at, c.updated_at, c.expires_at FROM",
    [id UUID],
    "JOIN cart c ON c.id = $2"
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
        ("INSERT INTO shipping_zone_country (country, zone_id) VALUES ('*', $1)", args![zone]),
        (
            "INSERT INTO shipping_method (id, zone_id, code, name, basis, days_min, days_max)
             VALUES ($1, $2, 'std', 'Standard', 'weight', 1, 3)",
            args![method, zone],
        ),
        (
            "INSERT INTO shipping_rate (method_id, currency, from_value, amount) VALUES ($1, 'EUR', 0, 490)",
            args![method],
        ),
        (
            "INSERT INTO tax_rate (id, country, tax_class, name, rate_ppm, inclusive)
             VALUES ($1, 'DE', 'standard', 'VAT 19 %', 190000, TRUE)",
            args![Uuid::now_v7()],
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
