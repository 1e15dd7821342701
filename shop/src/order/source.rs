//! Where an order comes from: what its reservation holds, or took, in each warehouse.

use super::{Order, Source};
use crate::{Result, Shop, args};

/// What of the order comes out of which warehouse, in the merchant's order of warehouses. What is not counted lies nowhere,
/// and an order that came to nothing comes from nowhere.
pub async fn sources(shop: &Shop, order: &Order) -> Result<Vec<Source>> {
    const SOURCES: &str = "SELECT w.name, v.sku, CAST(SUM(r.quantity) AS BIGINT) AS units
        FROM reservation r JOIN stock s ON s.id = r.stock_id JOIN warehouse w ON w.id = s.warehouse_id
        JOIN variant v ON v.id = s.variant_id
        WHERE r.checkout_id = $1 AND r.state <> 'released'
        GROUP BY w.priority, w.id, w.name, v.sku ORDER BY w.priority, w.id, v.sku";
    let rows: Vec<(String, String, i64)> = shop.db.fetch_all(SOURCES, args![order.checkout_id]).await?;
    let mut sources: Vec<Source> = Vec::new();
    for (warehouse, sku, units) in rows {
        // As it was called when it was ordered.
        let title = order.lines.iter().find(|line| line.sku == sku).map_or(String::new(), |line| line.title.clone());
        let line = (title, sku, units);
        match sources.last_mut().filter(|last| last.warehouse == warehouse) {
            Some(source) => source.lines.push(line),
            None => sources.push(Source { warehouse, lines: vec![line] }),
        }
    }
    Ok(sources)
}
