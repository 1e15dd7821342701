//! Imports as jobs, both formats, and exports that bring back what was there.

mod attribute;
mod fuzz;
mod job;
mod roll_back;
mod round_trip;
mod woo;

use crate::support::TestShop;
use shop::args;
use shop::audit::Actor;
use shop::catalogue::draft::Status;
use shop::import::export::Export;
use shop::import::job::{Report, whole};
use shop::import::{Format, Mode};

/// Imports a whole file as from a shell; its pictures are drawn.
async fn import(t: &TestShop, format: Format, csv: &[u8], mode: Mode) -> Report {
    whole(&t.shop(), format, csv, mode, &Actor::Cli, None, &mut |_, _| {}).await.unwrap()
}

async fn export(t: &TestShop, format: Format, status: Option<Status>) -> String {
    let mut export = Export::new(&t.shop(), format, status).await.unwrap();
    let mut text = String::new();
    while let Some(piece) = export.next().await.unwrap() {
        text.push_str(&piece);
    }
    text
}

/// Every row of the catalogue, as text: whatever changes shows.
async fn digest(t: &TestShop) -> String {
    const TABLES: [(&str, &str); 12] = [
        (
            "product",
            "slug || title || description_html || brand || product_type || tags || options || status || seo_title
            || seo_description || COALESCE(import_handle, '') || CAST(version AS TEXT) || CAST(updated_at AS TEXT)
            || CAST(COALESCE(publish_at, 0) AS TEXT)",
        ),
        (
            "variant",
            "sku || COALESCE(barcode, '') || option_values || title || CAST(position AS TEXT)
            || CAST(weight_grams AS TEXT) || tax_class || CAST(COALESCE(cost, -1) AS TEXT) || CAST(tracked AS TEXT)
            || CAST(taxable AS TEXT) || CAST(requires_shipping AS TEXT) || CAST(active AS TEXT)",
        ),
        ("price", "currency || CAST(amount AS TEXT) || CAST(COALESCE(compare_at, -1) AS TEXT)"),
        ("picture", "url || COALESCE(source_url, '') || alt || CAST(position AS TEXT)"),
        ("category", "slug || title || CAST(position AS TEXT)"),
        ("product_category", "''"),
        ("attribute", "slug || name || kind || unit || CAST(shown AS TEXT) || CAST(position AS TEXT)"),
        ("attribute_choice", "value || CAST(position AS TEXT)"),
        ("product_attribute", "kind || COALESCE(text, '') || CAST(COALESCE(number, -1) AS TEXT)"),
        ("stock", "CAST(on_hand AS TEXT) || CAST(reserved AS TEXT)"),
        ("stock_movement", "reason || CAST(delta AS TEXT)"),
        ("price_history", "currency || CAST(since AS TEXT)"),
    ];
    let mut all = String::new();
    for (table, columns) in TABLES {
        let sql = format!("SELECT {columns} AS text FROM {table} ORDER BY text");
        let rows: Vec<(String,)> = t.db.fetch_all(&sql, args![]).await.unwrap();
        for (row,) in rows {
            all.extend([table, ": ", &row, "\n"]);
        }
    }
    all
}

const HEADER: &str = "Handle,Title,Variant SKU,Variant Inventory Qty,Variant Price,Type";

/// A Shopify file of `count` plain products.
fn many(count: usize) -> Vec<u8> {
    let rows: Vec<String> = (0..count).map(|n| format!("p{n},Product {n},P{n},{n},{n}.50,Things")).collect();
    format!("{HEADER}\n{}\n", rows.join("\n")).into_bytes()
}
