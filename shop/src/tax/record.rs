//! What an order is charged is written down with it, in the transaction that makes it.

use crate::db::{Sql, Tx};
use crate::id::OrderId;
use crate::pricing::TaxPart;
use crate::{Result, args, rows};
use serde::Serialize;

/// What one order is charged.
pub(crate) struct Taxed<'o> {
    pub order_id: OrderId,
    /// Where it is handed over.
    pub country: &'o str,
    pub region: &'o str,
    /// The number by which nothing is charged; else empty.
    pub exemption: &'o str,
    pub parts: &'o [TaxPart],
}

#[derive(Serialize)]
struct Row<'o> {
    order_id: OrderId,
    position: usize,
    country: &'o str,
    region: &'o str,
    exemption: &'o str,
    #[serde(flatten)]
    part: &'o TaxPart,
}

const INSERT: Sql = rows!(
    "INSERT INTO order_tax (order_id, position, name, rate_ppm, country, region, exemption, goods, goods_tax, delivery,
       delivery_tax)
     SELECT d.order_id, d.position, d.name, d.rate_ppm, d.country, d.region, d.exemption, d.goods, d.goods_tax, d.delivery,
       d.delivery_tax FROM",
    [
        order_id UUID, position BIGINT, name TEXT, rate_ppm BIGINT, country TEXT, region TEXT, exemption TEXT,
        goods BIGINT, goods_tax BIGINT, delivery BIGINT, delivery_tax BIGINT
    ],
    ""
);

/// Writes the rows of all these orders.
pub(crate) async fn write(tx: &mut Tx, orders: &[Taxed<'_>]) -> Result<()> {
    let rows: Vec<_> = orders
        .iter()
        .flat_map(|order| {
            order.parts.iter().enumerate().map(|(position, part)| Row {
                order_id: order.order_id,
                position,
                country: order.country,
                region: order.region,
                exemption: order.exemption,
                part,
            })
        })
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    let sql = INSERT.of(tx.engine());
    tx.execute(sql, args![serde_json::to_string(&rows)?]).await?;
    Ok(())
}
