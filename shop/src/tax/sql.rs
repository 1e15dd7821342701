//! Tax rates as stored: those of the region first, those of the whole country behind them.

use super::TaxRate;
use crate::db::Read;
use crate::{Result, args};

/// The rates at a destination, one per class; a region's own rate replaces its country's.
pub async fn rates_for(db: &mut impl Read, country: &str, region: &str) -> Result<Vec<TaxRate>> {
    let rows: Vec<(String, String, i64, bool)> = db
        .fetch_all(
            "SELECT tax_class, name, rate_ppm, inclusive FROM tax_rate
             WHERE country = $1 AND (region = $2 OR region = '')
             ORDER BY CASE WHEN region = '' THEN 1 ELSE 0 END, tax_class",
            args![country, region],
        )
        .await?;
    let mut rates: Vec<TaxRate> = Vec::new();
    for (tax_class, name, rate_ppm, inclusive) in rows {
        if rates.iter().all(|known| known.tax_class != tax_class) {
            rates.push(TaxRate { tax_class, name, rate_ppm, inclusive });
        }
    }
    Ok(rates)
}
