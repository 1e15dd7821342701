//! Many products at once: read and inserted with one statement for each table, whichever engine.

use super::draft::{Draft, DraftPicture, DraftPrice, DraftVariant, Status};
use super::{ProductOption, price};
use crate::args;
use crate::db::{Read, Sql, Tx};
use crate::id::{CategoryId, PictureId, ProductId, StockId, VariantId, WarehouseId};
use crate::money::Currency;
use crate::{Result, rows};
use serde::Serialize;
use std::collections::HashMap;
use uuid::Uuid;

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
       p.seo_title, p.seo_description, p.version, p.import_handle FROM",
    [id UUID],
    "JOIN product p ON p.id = d.id ORDER BY p.id"
);
const VARIANTS: Sql = rows!(
    "SELECT v.product_id, v.id, v.sku, v.barcode, v.option_values, v.weight_grams, v.requires_shipping, v.taxable,
       v.tax_class, v.tracked, v.cost FROM",
    [id UUID],
    "JOIN variant v ON v.product_id = d.id WHERE v.active ORDER BY v.position, v.id"
);
const PRICES: Sql = rows!(
    "SELECT r.variant_id, r.currency, r.amount, r.compare_at FROM",
    [id UUID],
    "JOIN variant v ON v.product_id = d.id JOIN price r ON r.variant_id = v.id WHERE v.active ORDER BY r.currency"
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

/// The products with these identifiers, by identifier; those that are not there are left out.
pub(crate) async fn load(db: &mut impl Read, ids: &[ProductId], warehouse: Option<WarehouseId>) -> Result<Vec<Stored>> {
    let engine = db.engine();
    let keys = serde_json::to_string(&ids.iter().map(|id| Key { id: *id }).collect::<Vec<_>>())?;
    let heads: Vec<Head> = db.fetch_all(HEADS.of(engine), args![&keys]).await?;
    let variants: Vec<VariantRow> = db.fetch_all(VARIANTS.of(engine), args![&keys]).await?;
    let prices: Vec<(VariantId, String, i64, Option<i64>)> = db.fetch_all(PRICES.of(engine), args![&keys]).await?;
    let categories: Vec<(ProductId, CategoryId)> = db.fetch_all(CATEGORIES.of(engine), args![&keys]).await?;
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

/// A product to be inserted, checked.
pub(crate) struct New<'a> {
    pub id: ProductId,
    pub handle: &'a str,
    pub draft: &'a Draft,
    /// Units by variant; `None`: no stock is kept of it yet.
    pub units: &'a [Option<i64>],
}

/// Where the units of new products come from and go to.
pub(crate) struct Arrival<'a> {
    pub warehouse: WarehouseId,
    pub reason: &'a str,
    pub actor: &'a str,
    /// Unix milliseconds.
    pub now: i64,
}

/// Inserts products that are new, with their stock. Addresses and SKUs must be free: a violation fails the transaction.
pub(crate) async fn insert(tx: &mut Tx, products: &[New<'_>], arrival: &Arrival<'_>) -> Result<()> {
    let mut sets = Sets::default();
    for product in products {
        sets.add(product, arrival)?;
    }
    let engine = tx.engine();
    for (sql, json) in [
        (&INSERT_PRODUCTS, json(&sets.products)?),
        (&INSERT_VARIANTS, json(&sets.variants)?),
        (&price::INSERT, json(&sets.prices)?),
        (&INSERT_MEMBERS, json(&sets.members)?),
        (&INSERT_PICTURES, json(&sets.pictures)?),
        (&INSERT_STOCK, json(&sets.stock)?),
        (&INSERT_MOVEMENTS, json(&sets.movements)?),
    ] {
        if let Some(json) = json {
            tx.execute(sql.of(engine), args![json]).await?;
        }
    }
    Ok(())
}

fn json<T: Serialize>(rows: &[T]) -> Result<Option<String>> {
    if rows.is_empty() { Ok(None) } else { Ok(Some(serde_json::to_string(rows)?)) }
}

const INSERT_PRODUCTS: Sql = rows!(
    "INSERT INTO product (id, slug, title, description_html, brand, product_type, tags, options, status, seo_title,
       seo_description, import_handle, created_at, updated_at, publish_at)
     SELECT id, slug, title, description_html, brand, product_type, tags, options, status, seo_title, seo_description,
       import_handle, now, now, publish_at FROM",
    [id UUID, slug TEXT, title TEXT, description_html TEXT, brand TEXT, product_type TEXT, tags TEXT, options TEXT,
     status TEXT, seo_title TEXT, seo_description TEXT, import_handle TEXT, now BIGINT, publish_at BIGINT],
    ""
);
const INSERT_VARIANTS: Sql = rows!(
    "INSERT INTO variant (id, product_id, sku, barcode, option_values, title, position, weight_grams, requires_shipping,
       taxable, tax_class, tracked, cost)
     SELECT id, product_id, sku, barcode, option_values, title, position, weight_grams, requires_shipping, taxable,
       tax_class, tracked, cost FROM",
    [id UUID, product_id UUID, sku TEXT, barcode TEXT, option_values TEXT, title TEXT, position BIGINT,
     weight_grams BIGINT, requires_shipping BOOLEAN, taxable BOOLEAN, tax_class TEXT, tracked BOOLEAN, cost BIGINT],
    ""
);
const INSERT_MEMBERS: Sql = rows!(
    "INSERT INTO product_category (category_id, product_id) SELECT category_id, product_id FROM",
    [category_id UUID, product_id UUID],
    ""
);
const INSERT_PICTURES: Sql = rows!(
    "INSERT INTO picture (id, product_id, variant_id, position, url, source_url, alt, width, height, focus_x,
       focus_y)
     SELECT id, product_id, variant_id, position, url, source_url, alt, width, height, focus_x, focus_y FROM",
    [id UUID, product_id UUID, variant_id UUID, position BIGINT, url TEXT, source_url TEXT, alt TEXT, width BIGINT,
     height BIGINT, focus_x BIGINT, focus_y BIGINT],
    ""
);
const INSERT_STOCK: Sql = rows!(
    "INSERT INTO stock (id, variant_id, warehouse_id, on_hand) SELECT id, variant_id, warehouse_id, on_hand FROM",
    [id UUID, variant_id UUID, warehouse_id UUID, on_hand BIGINT],
    ""
);
const INSERT_MOVEMENTS: Sql = rows!(
    "INSERT INTO stock_movement (id, stock_id, delta, on_hand_after, reason, reference, actor, at)
     SELECT id, stock_id, delta, delta, reason, reference, actor, at FROM",
    [id UUID, stock_id UUID, delta BIGINT, reason TEXT, reference TEXT, actor TEXT, at BIGINT],
    ""
);

/// Rows by table.
#[derive(Default)]
struct Sets {
    products: Vec<serde_json::Value>,
    variants: Vec<serde_json::Value>,
    prices: Vec<serde_json::Value>,
    members: Vec<serde_json::Value>,
    pictures: Vec<serde_json::Value>,
    stock: Vec<serde_json::Value>,
    movements: Vec<serde_json::Value>,
}

impl Sets {
    fn add(&mut self, new: &New<'_>, arrival: &Arrival<'_>) -> Result<()> {
        use serde_json::json;
        let New { id, handle, draft, units } = *new;
        self.products.push(json!({
            "id": id, "slug": draft.slug, "title": draft.title, "description_html": draft.description_html,
            "brand": draft.brand, "product_type": draft.product_type, "tags": serde_json::to_string(&draft.tags)?,
            "options": serde_json::to_string(&draft.options)?, "status": draft.status.code(),
            "seo_title": draft.seo_title, "seo_description": draft.seo_description, "import_handle": handle,
            "now": arrival.now, "publish_at": draft.publish_at,
        }));
        let mut ids = Vec::with_capacity(draft.variants.len());
        for (at, v) in draft.variants.iter().enumerate() {
            let variant = VariantId::new();
            ids.push(variant);
            self.variants.push(json!({
                "id": variant, "product_id": id, "sku": v.sku, "barcode": v.barcode,
                "option_values": serde_json::to_string(&v.option_values)?, "title": v.option_values.join(" / "),
                "position": at, "weight_grams": v.weight_grams, "requires_shipping": v.requires_shipping,
                "taxable": v.taxable, "tax_class": v.tax_class, "tracked": v.tracked, "cost": v.cost,
            }));
            for price in &v.prices {
                self.prices.push(json!({
                    "variant_id": variant, "currency": price.currency, "amount": price.amount,
                    "compare_at": price.compare_at, "now": arrival.now,
                }));
            }
            if let Some(units) = units.get(at).copied().flatten() {
                self.arrive(variant, units, handle, arrival);
            }
        }
        for category in &draft.categories {
            self.members.push(json!({ "category_id": category, "product_id": id }));
        }
        for (at, p) in draft.pictures.iter().enumerate() {
            self.pictures.push(json!({
                "id": p.id, "product_id": id, "variant_id": p.variant.and_then(|n| ids.get(n)), "position": at,
                "url": p.url, "source_url": p.source_url, "alt": p.alt, "width": p.width, "height": p.height,
                "focus_x": p.focus.0, "focus_y": p.focus.1,
            }));
        }
        Ok(())
    }

    fn arrive(&mut self, variant: VariantId, units: i64, handle: &str, arrival: &Arrival<'_>) {
        use serde_json::json;
        let (stock, movement): (StockId, Uuid) = (StockId::new(), crate::chance::uuid());
        self.stock.push(json!({
            "id": stock, "variant_id": variant, "warehouse_id": arrival.warehouse, "on_hand": units,
        }));
        if units > 0 {
            self.movements.push(json!({
                "id": movement, "stock_id": stock, "delta": units, "reason": arrival.reason, "reference": handle,
                "actor": arrival.actor, "at": arrival.now,
            }));
        }
    }
}
