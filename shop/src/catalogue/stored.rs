//! Products as they are stored, any number at once: one statement for each table, whichever engine.

use super::ProductOption;
use super::draft::{Draft, DraftPicture, DraftPrice, DraftVariant, Status};
use crate::attribute;
use crate::db::{Read, Sql};
use crate::id::{CategoryId, PictureId, ProductId, VariantId, WarehouseId};
use crate::money::Currency;
use crate::{Result, args, rows};
use serde::Serialize;
use std::collections::HashMap;

/// A product as it is stored.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Stored {
    pub id: ProductId,
    pub version: i64,
    /// By which imports know it.
    pub handle: Option<String>,
    /// Active variants only.
    pub draft: Draft,
    /// Units in the warehouse that was asked about, where there is a row of it.
    pub on_hand: HashMap<VariantId, i64>,
    /// Unix milliseconds.
    pub created_at: i64,
    pub updated_at: i64,
}

#[derive(Serialize)]
struct Key {
    id: ProductId,
}

#[derive(sqlx::FromRow)]
struct Head {
    id: ProductId,
    slug: String,
    title: String,
    description_html: String,
    brand: String,
    product_type: String,
    tags: String,
    options: String,
    status: String,
    publish_at: Option<i64>,
    seo_title: String,
    seo_description: String,
    version: i64,
    import_handle: Option<String>,
    created_at: i64,
    updated_at: i64,
}

#[derive(sqlx::FromRow)]
struct VariantRow {
    product_id: ProductId,
    id: VariantId,
    sku: String,
    barcode: Option<String>,
    option_values: String,
    weight_grams: i64,
    requires_shipping: bool,
    taxable: bool,
    tax_class: String,
    tracked: bool,
    cost: Option<i64>,
    gift_card: bool,
}

#[derive(sqlx::FromRow)]
struct PictureRow {
    product_id: ProductId,
    id: PictureId,
    url: String,
    source_url: Option<String>,
    alt: String,
    width: i64,
    height: i64,
    focus_x: i64,
    focus_y: i64,
    variant_id: Option<VariantId>,
}

const HEADS: Sql = rows!(
    "SELECT p.id, p.slug, p.title, p.description_html, p.brand, p.product_type, p.tags, p.options, p.status, p.publish_at,
       p.seo_title, p.seo_description, p.version, p.import_handle, p.created_at, p.updated_at FROM",
    [id UUID],
    "JOIN product p ON p.id = d.id ORDER BY p.id"
);
const VARIANTS: Sql = rows!(
    "SELECT v.product_id, v.id, v.sku, v.barcode, v.option_values, v.weight_grams, v.requires_shipping, v.taxable,
       v.tax_class, v.tracked, v.cost, v.gift_card FROM",
    [id UUID],
    "JOIN variant v ON v.product_id = d.id WHERE v.active ORDER BY v.position, v.id"
);
const PRICES: Sql = rows!(
    "SELECT r.variant_id, r.currency, r.amount, r.compare_at FROM",
    [id UUID],
    "JOIN variant v ON v.product_id = d.id JOIN price r ON r.variant_id = v.id AND NOT r.converted WHERE v.active
     ORDER BY r.currency"
);
const CATEGORIES: Sql = rows!(
    "SELECT m.product_id, m.category_id FROM",
    [id UUID],
    "JOIN product_category m ON m.product_id = d.id ORDER BY m.category_id"
);
const PICTURES: Sql = rows!(
    "SELECT i.product_id, i.id, i.url, i.source_url, i.alt, i.width, i.height, i.focus_x, i.focus_y, i.variant_id
     FROM",
    [id UUID],
    "JOIN picture i ON i.product_id = d.id ORDER BY i.position, i.id"
);
const STOCK: Sql = rows!(
    "SELECT s.variant_id, s.on_hand FROM",
    [id UUID],
    "JOIN variant v ON v.product_id = d.id JOIN stock s ON s.variant_id = v.id WHERE v.active AND s.warehouse_id = $2"
);

/// The products with these identifiers, by identifier; those that are not there are left out. Pictures come without `thumb`.
pub(crate) async fn load(db: &mut impl Read, ids: &[ProductId], warehouse: Option<WarehouseId>) -> Result<Vec<Stored>> {
    let engine = db.engine();
    let keys = serde_json::to_string(&ids.iter().map(|id| Key { id: *id }).collect::<Vec<_>>())?;
    let heads: Vec<Head> = db.fetch_all(HEADS.of(engine), args![&keys]).await?;
    let variants: Vec<VariantRow> = db.fetch_all(VARIANTS.of(engine), args![&keys]).await?;
    let prices: Vec<(VariantId, String, i64, Option<i64>)> = db.fetch_all(PRICES.of(engine), args![&keys]).await?;
    let categories: Vec<(ProductId, CategoryId)> = db.fetch_all(CATEGORIES.of(engine), args![&keys]).await?;
    let attributes = attribute::write::of(db, &keys).await?;
    let pictures: Vec<PictureRow> = db.fetch_all(PICTURES.of(engine), args![&keys]).await?;
    let stock: Vec<(VariantId, i64)> = match warehouse {
        Some(warehouse) => db.fetch_all(STOCK.of(engine), args![&keys, warehouse]).await?,
        None => Vec::new(),
    };
    let mut stored = Vec::with_capacity(heads.len());
    let mut at: HashMap<ProductId, usize> = HashMap::new();
    for head in heads {
        at.insert(head.id, stored.len());
        stored.push(head.stored()?);
    }
    let mut places: HashMap<VariantId, (usize, usize)> = HashMap::new();
    for row in variants {
        let Some(product) = at.get(&row.product_id) else { continue };
        let list = &mut stored[*product].draft.variants;
        places.insert(row.id, (*product, list.len()));
        list.push(row.draft()?);
    }
    for (variant, code, amount, compare_at) in prices {
        if let (Some((product, place)), Some(currency)) = (places.get(&variant), Currency::parse(&code)) {
            let price = DraftPrice { currency, amount, compare_at };
            stored[*product].draft.variants[*place].prices.push(price);
        }
    }
    for (product, category) in categories {
        if let Some(product) = at.get(&product) {
            stored[*product].draft.categories.push(category);
        }
    }
    for (product, value) in attributes {
        if let Some(product) = at.get(&product) {
            stored[*product].draft.attributes.push(value);
        }
    }
    for row in pictures {
        if let Some(product) = at.get(&row.product_id) {
            let variant = row.variant_id.and_then(|id| places.get(&id)).map(|(_, place)| *place);
            stored[*product].draft.pictures.push(row.draft(variant));
        }
    }
    for (variant, on_hand) in stock {
        if let Some((product, _)) = places.get(&variant) {
            stored[*product].on_hand.insert(variant, on_hand);
        }
    }
    Ok(stored)
}

impl Head {
    fn stored(self) -> Result<Stored> {
        let options: Vec<ProductOption> = serde_json::from_str(&self.options)?;
        Ok(Stored {
            id: self.id,
            version: self.version,
            handle: self.import_handle,
            draft: Draft {
                title: self.title,
                slug: self.slug,
                description_html: self.description_html,
                brand: self.brand,
                product_type: self.product_type,
                status: Status::parse(&self.status).unwrap_or_default(),
                publish_at: self.publish_at,
                tags: serde_json::from_str(&self.tags)?,
                options,
                seo_title: self.seo_title,
                seo_description: self.seo_description,
                ..Draft::default()
            },
            on_hand: HashMap::new(),
            created_at: self.created_at,
            updated_at: self.updated_at,
        })
    }
}

impl VariantRow {
    fn draft(self) -> Result<DraftVariant> {
        Ok(DraftVariant {
            id: Some(self.id),
            sku: self.sku,
            barcode: self.barcode,
            option_values: serde_json::from_str(&self.option_values)?,
            prices: Vec::new(),
            weight_grams: self.weight_grams,
            tracked: self.tracked,
            taxable: self.taxable,
            requires_shipping: self.requires_shipping,
            tax_class: self.tax_class,
            cost: self.cost,
            gift_card: self.gift_card,
        })
    }
}

impl PictureRow {
    fn draft(self, variant: Option<usize>) -> DraftPicture {
        DraftPicture {
            id: self.id,
            url: self.url,
            source_url: self.source_url,
            alt: self.alt,
            width: self.width,
            height: self.height,
            variant,
            focus: (self.focus_x, self.focus_y),
            thumb: None,
        }
    }
}
