//! Delivery methods as stored: the zone of the country, or the zone of the rest of the world.

use super::{Basis, Method};
use crate::db::Read;
use crate::id::ShippingMethodId;
use crate::money::Currency;
use crate::{Result, args};

#[derive(sqlx::FromRow)]
struct MethodRow {
    id: ShippingMethodId,
    code: String,
    name: String,
    description: String,
    basis: String,
    days_min: i64,
    days_max: i64,
    from_value: i64,
    amount: i64,
    threshold: Option<i64>,
}

/// The methods that serve `country`, in display order, with their tables in `currency`; those without a table in it
/// are left out.
pub async fn methods_for(db: &mut impl Read, country: &str, currency: Currency) -> Result<Vec<Method>> {
    let rows: Vec<MethodRow> = db
        .fetch_all(
            "SELECT m.id, m.code, m.name, m.description, m.basis, m.days_min, m.days_max,
               r.from_value, r.amount, f.threshold
             FROM shipping_method m
             JOIN shipping_rate r ON r.method_id = m.id AND r.currency = $2
             LEFT JOIN shipping_free_above f ON f.method_id = m.id AND f.currency = $2
             WHERE m.zone_id = COALESCE((SELECT zone_id FROM shipping_zone_country WHERE country = $1),
                                        (SELECT zone_id FROM shipping_zone_country WHERE country = '*'))
             ORDER BY m.position, m.code, r.from_value",
            args![country, currency],
        )
        .await?;
    let mut methods: Vec<Method> = Vec::new();
    for row in rows {
        let rate = (row.from_value, row.amount);
        match methods.last_mut().filter(|last| last.id == row.id) {
            Some(method) => method.rates.push(rate),
            None => methods.push(Method {
                id: row.id,
                code: row.code,
                name: row.name,
                description: row.description,
                basis: if row.basis == "weight" { Basis::Weight } else { Basis::Value },
                days_min: row.days_min,
                days_max: row.days_max,
                rates: vec![rate],
                free_above: row.threshold,
            }),
        }
    }
    Ok(methods)
}
