//! A plausible catalogue of any size, for tests of scale: same number, same words, prices and stock.
//!
//! Rows are made as JSON on one core while the other writes the rows before, one statement per table and chunk.

mod rows;

use super::{Progress, delivery};
use crate::db::{Engine, Read};
use crate::id::{CategoryId, WarehouseId};
use crate::{Error, Result, Shop, args};
use rows::{Chunk, GROUPS, chunk};

/// Products of one statement.
const CHUNK: usize = 1_000;
/// Products of one transaction.
const TRANSACTION: usize = 10_000;

/// Brings the catalogue made here to `products` products; how many were added.
pub async fn scale(shop: &Shop, products: usize, progress: Progress<'_>) -> Result<usize> {
    delivery::fill(shop).await?;
    let categories = categories(shop).await?;
    let (warehouse,): (WarehouseId,) =
        shop.db.fetch_one("SELECT id FROM warehouse ORDER BY priority, id LIMIT 1", args![]).await?;
    let (there,): (i64,) =
        shop.db.fetch_one("SELECT COUNT(*) FROM product WHERE slug >= 'x0' AND slug < 'x:'", args![]).await?;
    let there = usize::try_from(there).unwrap_or(0);
    let currencies: Vec<&'static str> = shop.settings.currencies.iter().take(2).map(|c| c.code()).collect();
    let (engine, now) = (shop.db.engine(), shop.now_ms());
    let statements = Chunk::statements(engine);
    let make = |from: usize| {
        let (categories, currencies) = (categories.clone(), currencies.clone());
        let to = (from + CHUNK).min(products);
        tokio::task::spawn_blocking(move || chunk(from..to, engine, &categories, warehouse, &currencies, now))
    };
    let mut at = there;
    let mut next = (at < products).then(|| make(at));
    while at < products {
        let mut tx = shop.db.begin().await?;
        let end = (at + TRANSACTION).min(products);
        while at < end {
            let rows = next.take().expect("a chunk is on its way while products are missing");
            let rows = rows.await.map_err(|e| Error::Internal(e.to_string()))?;
            at = (at + CHUNK).min(products);
            next = (at < products).then(|| make(at));
            for (sql, json) in statements.iter().zip(rows.0) {
                tx.execute(sql, args![json]).await?;
            }
            progress(at - there, products - there);
        }
        tx.commit().await?;
    }
    shop.db.analyze().await?;
    Ok(products.saturating_sub(there))
}

async fn categories(shop: &Shop) -> Result<Vec<CategoryId>> {
    let mut ids = Vec::new();
    let mut tx = shop.db.begin().await?;
    for (at, title) in GROUPS.iter().enumerate() {
        let slug = crate::catalogue::draft::slugify(&format!("all {title}"));
        tx.execute(
            "INSERT INTO category (id, slug, title, position) VALUES ($1, $2, $3, $4) ON CONFLICT (slug) DO NOTHING",
            args![CategoryId::new(), &slug, *title, 100 + i64::try_from(at).unwrap_or(0)],
        )
        .await?;
        let (id,): (CategoryId,) = tx.fetch_one("SELECT id FROM category WHERE slug = $1", args![slug]).await?;
        ids.push(id);
    }
    tx.commit().await?;
    Ok(ids)
}

/// `INSERT … SELECT` over a JSON array of arrays; the one place where the engines read JSON rows differently.
fn insert(engine: Engine, table: &str, columns: &[(&str, char)]) -> String {
    let names: Vec<_> = columns.iter().map(|(name, _)| *name).collect();
    let values: Vec<_> = columns
        .iter()
        .enumerate()
        .map(|(n, (_, kind))| match (engine, kind) {
            (Engine::Sqlite, 'u') => format!("unhex(r.value ->> {n})"),
            (Engine::Postgres, 'u') => format!("CAST(r.value ->> {n} AS UUID)"),
            (Engine::Postgres, 'i') => format!("CAST(r.value ->> {n} AS BIGINT)"),
            _ => format!("r.value ->> {n}"),
        })
        .collect();
    let source = match engine {
        Engine::Sqlite => "jsonb_each($1) AS r",
        Engine::Postgres => "json_array_elements(CAST($1 AS JSON)) AS r(value)",
    };
    format!("INSERT INTO {table} ({}) SELECT {} FROM {source}", names.join(", "), values.join(", "))
}
