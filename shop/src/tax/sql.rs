//! The rates at an address, as stored.

use super::{Destination, TaxRate};
use crate::db::Read;
use crate::{Result, args};

const RATES: &str = "SELECT r.tax_class, r.name, r.rate_ppm, z.inclusive
    FROM tax_zone z
    JOIN tax_rate r ON r.zone_id = z.id AND r.valid_from <= $4 AND (r.valid_until IS NULL OR r.valid_until > $4)
    WHERE z.id = (SELECT p.zone_id FROM tax_place p
      WHERE p.country = $1 AND (p.region = '' OR p.region = $2)
        AND p.postal_prefix = substr(CAST($3 AS TEXT), 1, length(p.postal_prefix))
      ORDER BY length(p.postal_prefix) DESC, length(p.region) DESC LIMIT 1)
    ORDER BY r.tax_class";

/// The rates that are valid at a destination at `now` (Unix milliseconds), one for each class.
pub async fn rates_at(db: &mut impl Read, to: &Destination, now: i64) -> Result<Vec<TaxRate>> {
    let rows: Vec<(String, String, i64, bool)> =
        db.fetch_all(RATES, args![&to.country, &to.region, to.postal_key(), now]).await?;
    let rate = |(tax_class, name, rate_ppm, inclusive)| TaxRate { tax_class, name, rate_ppm, inclusive };
    Ok(rows.into_iter().map(rate).collect())
}
