//! What the shop knows already of the products of a batch: one statement for each question, not for each product.

use super::super::Format;
use super::super::item::Item;
use super::super::plan::Plan;
use super::merge;
use crate::catalogue::stored::{self, Stored};
use crate::db::{Read, Sql, Tx};
use crate::id::{ProductId, WarehouseId};
use crate::{Error, Result, args, rows};
use serde::Serialize;
use std::collections::{HashMap, HashSet};

/// Hash and quantities of the last import.
type Source = Option<(String, String)>;

pub struct Known {
    /// For each item, the product that it is.
    products: Vec<Option<(ProductId, Source)>>,
    duplicates: HashSet<usize>,
    stored: HashMap<ProductId, Stored>,
    /// Whose a SKU is.
    owners: HashMap<String, ProductId>,
    slugs: HashSet<String>,
}

#[derive(Serialize)]
struct Key<'a> {
    key: &'a str,
}

#[derive(Serialize)]
struct Id {
    id: ProductId,
}

const BY_HANDLE: Sql = rows!("SELECT d.key, p.id FROM", [key TEXT], "JOIN product p ON p.import_handle = d.key");
const BY_SLUG: Sql = rows!("SELECT d.key, p.id FROM", [key TEXT], "JOIN product p ON p.slug = d.key");
const BY_SKU: Sql = rows!("SELECT d.key, v.product_id FROM", [key TEXT], "JOIN variant v ON v.sku = d.key");
const SOURCES: Sql = rows!(
    "SELECT m.product_id, m.source_hash, m.quantities FROM",
    [id UUID],
    "JOIN imported_product m ON m.product_id = d.id"
);
const BY_ID: Sql = rows!("SELECT p.id FROM", [id UUID], "JOIN product p ON p.id = d.id");

impl Known {
    pub async fn load(tx: &mut Tx, plan: &Plan, items: &[Item], warehouse: WarehouseId) -> Result<Self> {
        let products = products(tx, plan, items).await?;
        let (mut seen, mut duplicates) = (HashSet::new(), HashSet::new());
        for (at, product) in products.iter().enumerate() {
            if product.is_some_and(|id| !seen.insert(id)) {
                duplicates.insert(at);
            }
        }
        let ids: Vec<ProductId> = products.iter().flatten().copied().collect();
        let json = serde_json::to_string(&ids.iter().map(|id| Id { id: *id }).collect::<Vec<_>>())?;
        let sources: Vec<(ProductId, String, String)> =
            if ids.is_empty() { Vec::new() } else { tx.fetch_all(SOURCES.of(tx.engine()), args![json]).await? };
        let mut sources: HashMap<_, _> = sources.into_iter().map(|(id, hash, named)| (id, (hash, named))).collect();
        let stored: HashMap<ProductId, Stored> = if ids.is_empty() {
            HashMap::new()
        } else {
            stored::load(tx, &ids, Some(warehouse)).await?.into_iter().map(|stored| (stored.id, stored)).collect()
        };
        let skus = items.iter().flat_map(|item| (0..item.draft.variants.len()).map(|at| item.sku(at)));
        let skus: Vec<String> = skus.collect();
        let owners = by_key(tx, BY_SKU, skus.iter().map(String::as_str)).await?;
        let slugs: Vec<String> = items.iter().map(merge::slug).collect();
        let slugs = by_key(tx, BY_SLUG, slugs.iter().map(String::as_str)).await?.into_keys().collect();
        let products = products.into_iter().map(|id| id.map(|id| (id, sources.remove(&id)))).collect();
        Ok(Self { products, duplicates, stored, owners, slugs })
    }

    pub fn product(&self, at: usize) -> Option<&(ProductId, Source)> {
        self.products[at].as_ref()
    }

    /// Whether an item before it is the same product.
    pub fn is_duplicate(&self, at: usize) -> bool {
        self.duplicates.contains(&at)
    }

    pub fn stored(&self, id: ProductId) -> Option<&Stored> {
        self.stored.get(&id)
    }

    pub fn owner(&self, sku: &str) -> Option<ProductId> {
        self.owners.get(sku).copied()
    }

    /// `slug`, or with a number behind it when it is taken; it counts as taken from then on.
    pub async fn free_slug(&mut self, tx: &mut Tx, slug: &str) -> Result<String> {
        for n in 1..100 {
            let candidate = if n == 1 { slug.to_owned() } else { format!("{slug}-{n}") };
            // The first was asked about for the whole batch.
            let taken = self.slugs.contains(&candidate)
                || (n > 1 && {
                    let is: Option<(ProductId,)> =
                        tx.fetch_optional("SELECT id FROM product WHERE slug = $1", args![&candidate]).await?;
                    is.is_some()
                });
            if !taken {
                self.slugs.insert(candidate.clone());
                return Ok(candidate);
            }
        }
        Err(Error::field("slug", "Too many products have this address."))
    }
}

/// By the handle they came with, else by address, by identifier (which exports use where both are another product's),
/// and for WooCommerce by SKU.
async fn products(tx: &mut Tx, plan: &Plan, items: &[Item]) -> Result<Vec<Option<ProductId>>> {
    let keys = || items.iter().map(|item| item.key.as_str());
    let mut found = by_key(tx, BY_HANDLE, keys()).await?;
    let missing: Vec<&str> = keys().filter(|key| !found.contains_key(*key)).collect();
    let mut more = by_key(tx, BY_SLUG, missing.iter().copied()).await?;
    let ids: Vec<Id> = missing.iter().filter_map(|key| key.parse().ok()).map(|id| Id { id }).collect();
    if !ids.is_empty() {
        let there: Vec<(ProductId,)> = tx.fetch_all(BY_ID.of(tx.engine()), args![serde_json::to_string(&ids)?]).await?;
        more.extend(there.into_iter().map(|(id,)| (id.to_string(), id)));
    }
    if plan.mapping.format() == Format::WooCommerce {
        let unknown = missing.into_iter().filter(|key| !more.contains_key(*key)).collect::<Vec<_>>();
        more.extend(by_key(tx, BY_SKU, unknown.into_iter()).await?);
    }
    for (key, id) in more {
        found.entry(key).or_insert(id);
    }
    Ok(items.iter().map(|item| found.get(&item.key).copied()).collect())
}

async fn by_key<'k>(tx: &mut Tx, sql: Sql, keys: impl Iterator<Item = &'k str>) -> Result<HashMap<String, ProductId>> {
    let keys: Vec<Key<'_>> = keys.filter(|key| !key.is_empty()).map(|key| Key { key }).collect();
    if keys.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(String, ProductId)> =
        tx.fetch_all(sql.of(tx.engine()), args![serde_json::to_string(&keys)?]).await?;
    Ok(rows.into_iter().collect())
}
