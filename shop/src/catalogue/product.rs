//! One product as its page shows it, in one statement.

use super::statement::{AVAILABLE, Statement, breadcrumb, read};
use super::{Availability, CategoryLink, Drawn, Picture, Product, ProductOption, Variant};
use crate::attribute::{self, Kind, Spec};
use crate::db::Engine;
use crate::id::{PictureId, ProductId, VariantId};
use crate::money::Currency;
use crate::price_list::{Buyer, offers, read_offers};
use crate::purchase_limit::Limit;
use crate::review::{RATING, Rating};
use crate::{Error, Result, Shop, args, pricing};
use serde_json::Value;
use std::sync::LazyLock;

/// The published product with this slug, priced for `buyer`; `NotFound` also when nothing of it has such a price.
pub async fn product_by_slug(shop: &Shop, slug: &str, buyer: impl Into<Buyer>) -> Result<Product> {
    static BY_SLUG: LazyLock<Statement> = LazyLock::new(|| statement("p.slug = $1"));
    load(shop, &BY_SLUG, slug, buyer.into()).await
}

/// The product with this slug, whether it is for sale or not.
pub async fn id_of_slug(shop: &Shop, slug: &str) -> Result<Option<ProductId>> {
    let sql = "SELECT id FROM product WHERE slug = $1";
    Ok(shop.db.fetch_optional::<(ProductId,)>(sql, args![slug]).await?.map(|(id,)| id))
}

/// The published product that one of its active variants' SKU names.
pub async fn product_by_sku(shop: &Shop, sku: &str, buyer: impl Into<Buyer>) -> Result<Product> {
    static BY_SKU: LazyLock<Statement> =
        LazyLock::new(|| statement("p.id = (SELECT product_id FROM variant WHERE sku = $1 AND active)"));
    load(shop, &BY_SKU, sku, buyer.into()).await
}

fn statement(which: &str) -> Statement {
    Statement::new(&format!(
        "SELECT p.id, p.slug, p.title, p.description_html, p.brand, p.product_type, p.tags, p.options,
           p.seo_title, p.seo_description,
           (SELECT CAST(json_agg(json_build_array(id_text(v.id), v.sku, v.barcode, v.option_values, v.title,
                r.amount, r.compare_at, r.lowest_before, v.weight_grams, {AVAILABLE}, {offers}) ORDER BY v.position, v.id) AS TEXT)
            FROM variant v CROSS JOIN price r
            WHERE r.variant_id = v.id AND r.currency = $2 AND v.product_id = p.id AND v.active) AS variants,
           (SELECT CAST(json_agg(json_build_array(id_text(i.id), i.url, i.alt, i.width, i.height, i.focus_x, i.focus_y, i.widths, i.fallback,
                CASE WHEN i.variant_id IS NULL THEN NULL ELSE id_text(i.variant_id) END)
                ORDER BY i.position, i.id) AS TEXT)
            FROM picture i WHERE i.product_id = p.id) AS pictures,
           (SELECT CAST(json_agg(json_build_array(a.slug, a.name, a.kind, a.unit, x.text, x.number, h.value)
                ORDER BY a.position, a.id, h.position, h.id) AS TEXT)
            FROM product_attribute x CROSS JOIN attribute a LEFT JOIN attribute_choice h ON h.id = x.choice_id
            WHERE x.product_id = p.id AND a.id = x.attribute_id AND a.shown) AS specs,
           {breadcrumb} AS breadcrumb, {RATING} AS rating, q.per_order, q.per_buyer, q.days
         FROM product p LEFT JOIN purchase_limit q ON q.product_id = p.id WHERE {which} AND p.status = 'published'",
        offers = offers("$2", "$3", "$4"),
        breadcrumb = breadcrumb!(
            "(SELECT d.id FROM product_category m JOIN category d ON d.id = m.category_id
              WHERE m.product_id = p.id ORDER BY CASE WHEN d.parent_id IS NULL THEN 1 ELSE 0 END, d.position, d.id LIMIT 1)"
        )
    ))
}

#[derive(sqlx::FromRow)]
struct Row {
    id: ProductId,
    slug: String,
    title: String,
    description_html: String,
    brand: String,
    product_type: String,
    tags: String,
    options: String,
    seo_title: String,
    seo_description: String,
    variants: Option<String>,
    pictures: Option<String>,
    specs: Option<String>,
    breadcrumb: Option<String>,
    rating: Option<String>,
    per_order: Option<i64>,
    per_buyer: Option<i64>,
    days: Option<i64>,
}

type VariantRow =
    (VariantId, String, Option<String>, String, String, i64, Option<i64>, Option<i64>, i64, Option<i64>, Value);
type PictureRow = (PictureId, String, String, i64, i64, i64, i64, String, Option<String>, Option<VariantId>);

async fn load(shop: &Shop, statement: &Statement, key: &str, buyer: Buyer) -> Result<Product> {
    let Buyer { currency, customer } = buyer;
    let engine: Engine = shop.db.engine();
    let row: Option<Row> =
        shop.db.fetch_optional(statement.on(engine), args![key, currency, shop.now_ms(), customer]).await?;
    let product = row.ok_or(Error::NotFound("product"))?.product(currency)?;
    if product.variants.is_empty() { Err(Error::NotFound("product")) } else { Ok(product) }
}

impl Row {
    fn product(self, currency: Currency) -> Result<Product> {
        let variants = read::<VariantRow>(self.variants.as_deref())?
            .into_iter()
            .map(|row| variant(row, currency))
            .collect::<Result<Vec<_>>>()?;
        let pictures = read::<PictureRow>(self.pictures.as_deref())?.into_iter().map(picture).collect();
        let mut options: Vec<ProductOption> = serde_json::from_str(&self.options)?;
        for (at, option) in options.iter_mut().enumerate() {
            // A value that only withdrawn variants have is not a choice.
            option.values.retain(|value| variants.iter().any(|v| v.option_values.get(at) == Some(value)));
        }
        Ok(Product {
            id: self.id,
            slug: self.slug,
            title: self.title,
            description_html: self.description_html,
            brand: self.brand,
            product_type: self.product_type,
            tags: serde_json::from_str(&self.tags)?,
            options,
            variants,
            pictures,
            specs: specs(read(self.specs.as_deref())?),
            breadcrumb: read::<(String, String)>(self.breadcrumb.as_deref())?
                .into_iter()
                .map(|(slug, title)| CategoryLink { slug, title })
                .collect(),
            seo_title: self.seo_title,
            seo_description: self.seo_description,
            rating: Rating::read(self.rating.as_deref())?,
            limit: Limit { per_order: self.per_order, per_buyer: self.per_buyer, days: self.days },
        })
    }
}

type SpecRow = (String, String, Kind, String, Option<String>, Option<i64>, Option<String>);

fn specs(rows: Vec<SpecRow>) -> Vec<Spec> {
    let mut specs: Vec<Spec> = Vec::new();
    for (slug, name, kind, unit, text, number, choice) in rows {
        let value = attribute::shown(kind, text, number, choice);
        match specs.last_mut() {
            Some(last) if last.slug == slug => last.values.extend(value),
            _ => specs.push(Spec { slug, name, kind, unit, values: value.into_iter().collect() }),
        }
    }
    specs
}

fn picture((id, url, alt, width, height, x, y, widths, fallback, variant_id): PictureRow) -> Picture {
    let drawn = Drawn::read(&widths, fallback);
    Picture { id, url, alt, width, height, variant_id, focus: (x, y), drawn }
}

fn variant(row: VariantRow, currency: Currency) -> Result<Variant> {
    let (id, sku, barcode, option_values, title, amount, compare_at, lowest_before, weight_grams, available, offered) =
        row;
    let offers = read_offers(offered)?;
    let (base, amount) = (amount, pricing::unit_price(amount, 1, &offers).amount);
    let compare_at = compare_at.filter(|was| *was > amount);
    Ok(Variant {
        id,
        sku,
        barcode,
        option_values: serde_json::from_str(&option_values)?,
        title,
        price: currency.money(amount),
        breaks: pricing::breaks(base, &offers),
        lowest_before: lowest_before.filter(|_| compare_at.is_some()).map(|lowest| currency.money(lowest)),
        compare_at: compare_at.map(|was| currency.money(was)),
        weight_grams,
        availability: available.map_or(Availability::Untracked, Availability::Units),
    })
}
