//! The catalogue as a file, a page of products at a time, so that memory does not grow with the shop.
//!
//! What a format has no column for goes into columns of our own (`own`), so that a file of ours brings back every field
//! that the shop holds. Stock is that of the first warehouse, where imports put it.

use super::apply::{address, first_warehouse};
use super::category::Tree;
use super::cell::{guarded, join};
use super::item::Shown;
use super::{Format, own, shopify, woo};
use crate::attribute::{Attribute, definitions};
use crate::catalogue::draft::Status;
use crate::catalogue::stored::{self, Stored};
use crate::id::{ProductId, WarehouseId};
use crate::money::Currency;
use crate::{Error, Result, Shop, args};
use std::collections::HashMap;
use uuid::Uuid;

/// Products of one page.
const PAGE: i64 = 200;

/// An export under way.
pub struct Export {
    shop: Shop,
    format: Format,
    status: Option<Status>,
    scope: Scope,
    warehouse: Option<WarehouseId>,
    /// `None` before the header is written.
    after: Option<ProductId>,
    ended: bool,
    products: usize,
}

/// What every row of a file shares.
pub(super) struct Scope {
    pub origin: String,
    pub currency: Currency,
    /// Currencies beside it in which anything has a typed price.
    pub others: Vec<Currency>,
    pub tree: Tree,
    /// In the merchant's order.
    pub attributes: Vec<Attribute>,
    /// Handles of products whose own would be another's.
    pub handles: HashMap<ProductId, String>,
}

impl Export {
    /// Products of one status, or all.
    pub async fn new(shop: &Shop, format: Format, status: Option<Status>) -> Result<Self> {
        let currency = shop.settings.currencies.first().copied().ok_or(Error::NotFound("default currency"))?;
        let codes: Vec<(String,)> = shop
            .db
            .fetch_all("SELECT DISTINCT currency FROM price WHERE NOT converted ORDER BY currency", args![])
            .await?;
        let others = codes.iter().filter_map(|(code,)| Currency::parse(code)).filter(|c| *c != currency).collect();
        let scope = Scope {
            origin: shop.origin.to_string(),
            currency,
            others,
            tree: Tree::load(&mut &shop.db).await?,
            attributes: definitions(&mut &shop.db).await?,
            handles: HashMap::new(),
        };
        let warehouse = first_warehouse(&mut &shop.db).await?;
        Ok(Self { shop: shop.clone(), format, status, scope, warehouse, after: None, ended: false, products: 0 })
    }

    /// Products written so far.
    pub fn products(&self) -> usize {
        self.products
    }

    /// The next piece of the file; `None` at its end.
    pub async fn next(&mut self) -> Result<Option<String>> {
        if self.ended {
            return Ok(None);
        }
        let mut writer = csv::Writer::from_writer(Vec::new());
        let after = match self.after {
            Some(after) => after,
            None => {
                let names = match self.format {
                    Format::Shopify => shopify::write::header(&self.scope),
                    Format::WooCommerce => woo::write::header(&self.scope),
                };
                record(&mut writer, &names)?;
                ProductId(Uuid::nil())
            }
        };
        let rows: Vec<(ProductId, Option<String>)> = self
            .shop
            .db
            .fetch_all(
                "SELECT p.id, CASE WHEN p.import_handle IS NULL AND EXISTS
                   (SELECT 1 FROM product o WHERE o.import_handle = p.slug) THEN p.slug END
                 FROM product p WHERE p.id > $1 AND ($2 = '' OR p.status = $2) ORDER BY p.id LIMIT $3",
                args![after, self.status.map_or("", Status::code), PAGE],
            )
            .await?;
        self.ended = i64::try_from(rows.len()).is_ok_and(|n| n < PAGE);
        self.after = rows.last().map_or(self.after, |(id, _)| Some(*id)).or(Some(ProductId(Uuid::nil())));
        let ids: Vec<ProductId> = rows.iter().map(|(id, _)| *id).collect();
        let ambiguous = rows.into_iter().filter(|(_, slug)| slug.is_some());
        self.scope.handles = ambiguous.map(|(id, _)| (id, id.to_string())).collect();
        if !ids.is_empty() {
            self.write(&mut writer, &ids).await?;
        }
        let bytes = writer.into_inner().map_err(|error| Error::Internal(format!("export: {error}")))?;
        String::from_utf8(bytes).map(Some).map_err(|error| Error::Internal(error.to_string()))
    }

    async fn write(&mut self, writer: &mut Writer, ids: &[ProductId]) -> Result<()> {
        let mut db = &self.shop.db;
        let mut stored = stored::load(&mut db, ids, self.warehouse).await?;
        stored.sort_by_key(|product| product.id);
        // A category that came in while the export was running.
        let categories = |stored: &[Stored], tree: &Tree| {
            stored.iter().flat_map(|s| &s.draft.categories).any(|id| tree.path(*id).is_empty())
        };
        if categories(&stored, &self.scope.tree) {
            self.scope.tree = Tree::load(&mut db).await?;
        }
        for product in &stored {
            let rows = match self.format {
                Format::Shopify => shopify::write::rows(product, &self.scope),
                Format::WooCommerce => woo::write::rows(product, &self.scope),
            }?;
            rows.iter().try_for_each(|row| record(writer, row))?;
        }
        self.products += stored.len();
        Ok(())
    }
}

type Writer = csv::Writer<Vec<u8>>;

fn record(writer: &mut Writer, cells: &[String]) -> Result<()> {
    let cells = cells.iter().map(|cell| guarded(cell).into_owned());
    writer.write_record(cells).map_err(|error| Error::Internal(format!("export: {error}")))
}

impl Scope {
    /// What recognises a product at the next import.
    pub fn handle(&self, product: &Stored) -> String {
        let known = product.handle.clone().or_else(|| self.handles.get(&product.id).cloned());
        known.unwrap_or_else(|| product.draft.slug.clone())
    }

    /// Paths of titles.
    pub fn categories(&self, product: &Stored) -> String {
        let paths: Vec<String> = product.draft.categories.iter().map(|id| join(self.tree.path(*id), '>')).collect();
        // Slashes that keep a ">" apart are text to the list around it.
        join(paths.iter().map(String::as_str), ',')
    }

    /// Addresses of the pictures, and what else the shop knows of them as JSON.
    pub fn pictures(&self, product: &Stored) -> Result<(Vec<String>, String)> {
        let sources: Vec<String> = product.draft.pictures.iter().map(|p| address(p, &self.origin)).collect();
        let shown: Vec<Shown> = product
            .draft
            .pictures
            .iter()
            .zip(&sources)
            .map(|(picture, src)| {
                let sku = picture.variant.and_then(|at| product.draft.variants.get(at)).map(|v| v.sku.clone());
                Shown { src: src.clone(), alt: picture.alt.clone(), sku }
            })
            .collect();
        Ok((sources, serde_json::to_string(&shown)?))
    }

    /// Names of the columns of prices beside those in the default currency.
    pub fn price_columns(&self) -> impl Iterator<Item = String> {
        self.others.iter().flat_map(|currency| [own::price(*currency), own::compare_at(*currency)])
    }

    /// What a variant costs in a currency, and what is struck through.
    pub fn price(variant: &crate::catalogue::draft::DraftVariant, currency: Currency) -> (String, String) {
        let decimal = |amount: i64| currency.money(amount).decimal();
        let price = variant.prices.iter().find(|price| price.currency == currency);
        (
            price.map(|price| decimal(price.amount)).unwrap_or_default(),
            price.and_then(|price| price.compare_at).map(decimal).unwrap_or_default(),
        )
    }

    /// What this shop's currency makes of an amount.
    pub fn money(&self, amount: Option<i64>) -> String {
        amount.map(|amount| self.currency.money(amount).decimal()).unwrap_or_default()
    }
}

/// A row under construction, its cells by column.
pub(super) struct Cells<'h> {
    names: &'h [String],
    cells: Vec<String>,
}

impl<'h> Cells<'h> {
    pub fn new(names: &'h [String]) -> Self {
        Self { names, cells: vec![String::new(); names.len()] }
    }

    /// Fills a column of the header; others are left out.
    pub fn set(&mut self, column: &str, text: impl Into<String>) {
        if let Some(at) = self.names.iter().position(|name| name == column) {
            self.cells[at] = text.into();
        }
    }

    pub fn finish(self) -> Vec<String> {
        self.cells
    }
}
