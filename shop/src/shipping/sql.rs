//! Delivery methods as stored: those of the zone with the most specific place around an address.

use super::{Area, Basis, Method, Pickup};
use crate::address::Address;
use crate::currency::{Conversion, conversion};
use crate::db::Read;
use crate::id::{ShippingMethodId, WarehouseId};
use crate::money::Currency;
use crate::{Error, Result, args};

#[derive(sqlx::FromRow)]
struct MethodRow {
    id: ShippingMethodId,
    code: String,
    name: String,
    description: String,
    basis: String,
    days_min: i64,
    days_max: i64,
    pickup_id: Option<WarehouseId>,
    pickup_at: Option<String>,
    /// Of the table.
    currency: String,
    from_value: i64,
    amount: i64,
    threshold: Option<i64>,
}

/// The zone of country `$1`, region `$2` and postcode `$3`.
macro_rules! zone_of {
    () => {
        "(SELECT a.zone_id FROM shipping_area a
          WHERE a.country IN ($1, '*') AND a.region IN ('', $2)
            AND (a.postcode = '' OR a.postcode = substr($3, 1, length(a.postcode)))
          ORDER BY CASE WHEN a.country = '*' THEN 0 WHEN a.postcode <> '' THEN 2 + length(a.postcode)
            WHEN a.region <> '' THEN 2 ELSE 1 END DESC LIMIT 1)"
    };
}
pub(super) use zone_of;

/// The methods that serve an address, in display order, with their tables in `currency`, or converted to it where the shop
/// converts ([`crate::currency`]); those without either are left out. Of the address only country, region and postcode count.
pub async fn methods_for(db: &mut impl Read, address: &Address, currency: Currency) -> Result<Vec<Method>> {
    let sql = concat!(
        "SELECT m.id, m.code, m.name, m.description, m.basis, m.days_min, m.days_max, m.pickup_id, w.address AS pickup_at,
           r.currency, r.from_value, r.amount, f.threshold
         FROM shipping_method m
         JOIN shipping_rate r ON r.method_id = m.id AND r.currency = CASE
           WHEN EXISTS (SELECT 1 FROM shipping_rate o WHERE o.method_id = m.id AND o.currency = $4) THEN $4
           ELSE (SELECT c.base FROM currency_conversion c WHERE c.currency = $4 AND c.active) END
         LEFT JOIN shipping_free_above f ON f.method_id = m.id AND f.currency = r.currency
         LEFT JOIN warehouse w ON w.id = m.pickup_id AND w.active AND w.pickup AND w.address <> ''
         WHERE m.active AND (m.pickup_id IS NULL OR w.id IS NOT NULL) AND m.zone_id = ",
        zone_of!(),
        " ORDER BY m.position, m.code, r.from_value"
    );
    let rows: Vec<MethodRow> = db
        .fetch_all(sql, args![&address.country, &address.region, Area::postcode(&address.postal_code), currency])
        .await?;
    // Asked only where a table is to be converted.
    let is_converted = rows.iter().any(|row| row.currency != currency.code());
    let rule = if is_converted { conversion(db, currency).await? } else { None };
    let rule = rule.as_ref();
    let mut methods: Vec<Method> = Vec::new();
    for row in rows {
        let Some(row) = row.told_in(currency, rule) else { continue };
        let rate = (row.from_value, row.amount);
        match methods.last_mut().filter(|last| last.id == row.id) {
            Some(method) => method.rates.push(rate),
            None => methods.push(row.method()?),
        }
    }
    Ok(methods)
}

impl MethodRow {
    /// The row in the currency that was asked for; `None` when what it says cannot be told in it.
    fn told_in(mut self, currency: Currency, rule: Option<&Conversion>) -> Option<Self> {
        if self.currency == currency.code() {
            return Some(self);
        }
        let rule = rule.filter(|rule| rule.base.code() == self.currency)?;
        if self.basis == Basis::Value.code() {
            self.from_value = rule.threshold(self.from_value)?;
        }
        self.amount = rule.price(self.amount)?;
        self.threshold = self.threshold.and_then(|threshold| rule.threshold(threshold));
        Some(self)
    }

    fn method(self) -> Result<Method> {
        let pickup = match (self.pickup_id, &self.pickup_at) {
            (Some(warehouse_id), Some(at)) => Some(Pickup { warehouse_id, address: serde_json::from_str(at)? }),
            _ => None,
        };
        let basis = Basis::parse(&self.basis);
        Ok(Method {
            id: self.id,
            code: self.code,
            name: self.name,
            description: self.description,
            basis: basis.ok_or_else(|| Error::Internal(format!("unknown basis {:?}", self.basis)))?,
            days_min: self.days_min,
            days_max: self.days_max,
            rates: vec![(self.from_value, self.amount)],
            free_above: self.threshold,
            pickup,
        })
    }
}
