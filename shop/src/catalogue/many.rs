//! Many new products at once: inserted with one statement for each table, whichever engine.

use super::draft::Draft;
use super::price;
use crate::args;
use crate::attribute;
use crate::db::{Sql, Tx};
use crate::id::{ProductId, StockId, VariantId, WarehouseId};
use crate::{Result, rows};
use serde::Serialize;
use uuid::Uuid;

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
        (&attribute::write::INSERT, json(&sets.attributes)?),
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
       taxable, tax_class, tracked, cost, gift_card)
     SELECT id, product_id, sku, barcode, option_values, title, position, weight_grams, requires_shipping, taxable,
       tax_class, tracked, cost, gift_card FROM",
    [id UUID, product_id UUID, sku TEXT, barcode TEXT, option_values TEXT, title TEXT, position BIGINT,
     weight_grams BIGINT, requires_shipping BOOLEAN, taxable BOOLEAN, tax_class TEXT, tracked BOOLEAN, cost BIGINT,
     gift_card BOOLEAN],
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
    attributes: Vec<serde_json::Value>,
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
                "gift_card": v.gift_card,
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
        self.attributes.extend(attribute::write::rows_of(id, &draft.attributes));
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
