//! The two kinds of write: a checkout with its log row and its reservation, one by one or in batches.

use serde::Serialize;
use shop::args;
use shop::db::{Batch, Db, DbError, Sql, Tx, Work};
use shop::id::{CartId, CheckoutId, ProductId, StockId, VariantId, WarehouseId};
use shop::inventory::reserve::{ReserveRequest, Short, reserve_many};
use shop::{Error, Result};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// Stock rows the writers choose from, each with plenty.
const STOCK_ROWS: usize = 64;
const PLENTY: i64 = 1_000_000_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Ordinary,
    Batch,
}

impl Kind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Ordinary => "ordinary transaction",
            Self::Batch => "reservation batch",
        }
    }
}

pub(super) struct Load {
    db: Db,
    cart: CartId,
    stock: Vec<StockId>,
    /// Every checkout is another version of the one cart.
    version: AtomicI64,
}

/// One write: the rows that go in.
struct Order {
    checkout: CheckoutId,
    cart: CartId,
    version: i64,
    stock: StockId,
}

impl Load {
    /// A new cart and new stock rows.
    pub(super) async fn prepare(db: Db) -> Result<Arc<Self>> {
        let cart = CartId::new();
        let mut tx = db.begin().await?;
        tx.execute(
            "INSERT INTO cart (id, status, currency, created_at, updated_at, expires_at)
             VALUES ($1, 'active', 'EUR', 0, 0, 0)",
            args![cart],
        )
        .await?;
        let warehouse = WarehouseId::new();
        tx.execute(
            "INSERT INTO warehouse (id, code, name, country) VALUES ($1, $2, 'Bench', 'DE')",
            args![warehouse, warehouse.to_string()],
        )
        .await?;
        let mut stock = Vec::with_capacity(STOCK_ROWS);
        for _ in 0..STOCK_ROWS {
            stock.push(stock_row(&mut tx, warehouse).await?);
        }
        tx.commit().await?;
        Ok(Arc::new(Self { db, cart, stock, version: AtomicI64::new(1) }))
    }

    /// Lets `writers` write for `time`, each waiting for its own; returns how many transactions became durable.
    pub(super) async fn run(self: &Arc<Self>, kind: Kind, writers: usize, time: Duration) -> Result<u64> {
        let until = Instant::now() + time;
        let batch = Batch::start(self.db.clone(), Orders);
        let writers: Vec<_> =
            (0..writers).map(|_| tokio::spawn(Arc::clone(self).write_until(until, kind, batch.clone()))).collect();
        let mut done = 0;
        for writer in writers {
            done += writer.await.map_err(|error| Error::Internal(error.to_string()))??;
        }
        Ok(done)
    }

    async fn write_until(self: Arc<Self>, until: Instant, kind: Kind, batch: Batch<Orders>) -> Result<u64> {
        let mut done = 0;
        while Instant::now() < until {
            match kind {
                Kind::Ordinary => self.write(&self.order()).await?,
                Kind::Batch => {
                    batch.run(self.order()).await?.map_err(|_| Error::Internal("out of stock".into()))?;
                }
            }
            done += 1;
        }
        Ok(done)
    }

    fn order(&self) -> Order {
        let version = self.version.fetch_add(1, Ordering::Relaxed);
        let row = usize::try_from(version).unwrap_or_default() % self.stock.len();
        Order { checkout: CheckoutId::new(), cart: self.cart, version, stock: self.stock[row] }
    }

    /// Three inserts and one conditional stock update, the hot row last.
    async fn write(&self, order: &Order) -> std::result::Result<(), DbError> {
        let mut tx = self.db.begin().await?;
        tx.execute(
            "INSERT INTO checkout (id, cart_id, cart_version, state, quote, quote_hash, total, currency,
               recovery_point, expires_at, created_at, updated_at)
             VALUES ($1, $2, $3, 'prepared', '{}', '', 0, 'EUR', 'prepared', 0, 0, 0)",
            args![order.checkout, order.cart, order.version],
        )
        .await?;
        tx.execute(
            "INSERT INTO transition_log (id, entity, entity_id, from_state, to_state, cause, actor, at)
             VALUES ($1, 'checkout', $2, '', 'prepared', 'bench', 'bench', 0)",
            args![Uuid::now_v7(), order.checkout],
        )
        .await?;
        tx.execute(
            "INSERT INTO reservation (id, checkout_id, stock_id, quantity, state, expires_at)
             VALUES ($1, $2, $3, 1, 'held', 0)",
            args![Uuid::now_v7(), order.checkout, order.stock],
        )
        .await?;
        let changed = tx
            .execute(
                "UPDATE stock SET reserved = reserved + 1 WHERE id = $1 AND on_hand - reserved >= 1",
                args![order.stock],
            )
            .await?;
        if changed != 1 {
            return Err(DbError::Stale { wanted: 1, changed });
        }
        tx.commit().await
    }

    /// What was written adds up.
    pub(super) async fn check(&self) -> Result<()> {
        let (wrong,): (i64,) = self
            .db
            .fetch_one(
                "SELECT COUNT(*) FROM stock WHERE reserved <>
                   (SELECT COUNT(*) FROM reservation WHERE stock_id = stock.id AND state = 'held')",
                args![],
            )
            .await?;
        if wrong == 0 { Ok(()) } else { Err(Error::Internal(format!("{wrong} stock rows do not add up"))) }
    }
}

async fn stock_row(tx: &mut Tx, warehouse: WarehouseId) -> Result<StockId> {
    let (product, variant, stock) = (ProductId::new(), VariantId::new(), StockId::new());
    tx.execute(
        "INSERT INTO product (id, slug, title, status, created_at, updated_at)
         VALUES ($1, $2, 'Bench', 'draft', 0, 0)",
        args![product, product.to_string()],
    )
    .await?;
    tx.execute(
        "INSERT INTO variant (id, product_id, sku) VALUES ($1, $2, $3)",
        args![variant, product, variant.to_string()],
    )
    .await?;
    tx.execute(
        "INSERT INTO stock (id, variant_id, warehouse_id, on_hand) VALUES ($1, $2, $3, $4)",
        args![stock, variant, warehouse, PLENTY],
    )
    .await?;
    Ok(stock)
}

/// The same rows for a whole batch: one statement per table.
struct Orders;

impl Work for Orders {
    type Item = Order;
    type Outcome = std::result::Result<(), Vec<Short>>;
    type Error = DbError;

    async fn run(&self, tx: &mut Tx, orders: &[Order]) -> std::result::Result<Vec<Self::Outcome>, DbError> {
        let rows: Vec<_> = orders
            .iter()
            .map(|order| Row { id: order.checkout, log: Uuid::now_v7(), cart: order.cart, version: order.version })
            .collect();
        let rows = serde_json::to_string(&rows).expect("plain rows serialise");
        tx.execute(INSERT_CHECKOUTS.of(tx.engine()), args![&rows]).await?;
        tx.execute(INSERT_LOG.of(tx.engine()), args![&rows]).await?;
        let requests: Vec<_> = orders
            .iter()
            .map(|order| ReserveRequest {
                checkout_id: order.checkout,
                expires_at: 0,
                demands: vec![(order.stock, 1)],
                otherwise: None,
            })
            .collect();
        reserve_many(tx, &requests).await
    }
}

#[derive(Serialize)]
struct Row {
    id: CheckoutId,
    log: Uuid,
    cart: CartId,
    version: i64,
}

/// `$1`: [{id, cart, version}]
const INSERT_CHECKOUTS: Sql = Sql {
    sqlite: "INSERT INTO checkout (id, cart_id, cart_version, state, quote, quote_hash, total, currency,
        recovery_point, expires_at, created_at, updated_at)
      SELECT unhex(value ->> 'id', '-'), unhex(value ->> 'cart', '-'), value ->> 'version', 'prepared', '{}', '', 0,
        'EUR', 'prepared', 0, 0, 0
      FROM jsonb_each($1)",
    postgres: "INSERT INTO checkout (id, cart_id, cart_version, state, quote, quote_hash, total, currency,
        recovery_point, expires_at, created_at, updated_at)
      SELECT id, cart, version, 'prepared', '{}', '', 0, 'EUR', 'prepared', 0, 0, 0
      FROM json_to_recordset(CAST($1 AS JSON)) AS d(id UUID, cart UUID, version BIGINT)",
};

/// `$1`: [{id, log}]
const INSERT_LOG: Sql = Sql {
    sqlite: "INSERT INTO transition_log (id, entity, entity_id, from_state, to_state, cause, actor, at)
      SELECT unhex(value ->> 'log', '-'), 'checkout', unhex(value ->> 'id', '-'), '', 'prepared', 'bench', 'bench', 0
      FROM jsonb_each($1)",
    postgres: "INSERT INTO transition_log (id, entity, entity_id, from_state, to_state, cause, actor, at)
      SELECT log, 'checkout', id, '', 'prepared', 'bench', 'bench', 0
      FROM json_to_recordset(CAST($1 AS JSON)) AS d(id UUID, log UUID)",
};
