//! Rates of a zone: added, ended and taken away. A rate that was charged stays with its orders, whatever becomes of it.

use crate::audit::{self, Entry};
use crate::db::{DbError, Read, Violation};
use crate::id::{TaxRateId, TaxZoneId};
use crate::limits::{Check, NAME_CHARS};
use crate::staff::Staff;
use crate::{Error, Result, Shop, args};
use serde::Serialize;
use serde_json::json;

/// A rate as stored. Times in Unix milliseconds; it is valid from the first up to, not including, the second.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Rate {
    pub id: TaxRateId,
    pub tax_class: String,
    /// Of the class.
    pub class_name: String,
    pub name: String,
    pub rate_ppm: i64,
    /// 0: since ever.
    pub valid_from: i64,
    /// `None`: for good.
    pub valid_until: Option<i64>,
}

impl Rate {
    /// Whether it is charged at `now` (Unix milliseconds).
    pub fn is_valid(&self, now: i64) -> bool {
        self.valid_from <= now && self.valid_until.is_none_or(|until| until > now)
    }
}

/// A rate as its form writes it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RateDraft {
    pub tax_class: String,
    /// As shoppers read it.
    pub name: String,
    /// Parts per million, 0 to 1 000 000.
    pub rate_ppm: i64,
    pub valid_from: i64,
    pub valid_until: Option<i64>,
}

/// Parts per million of "19", "19 %", "8.1" or "6,625"; at most four decimals.
pub fn parse_percent(text: &str) -> Option<i64> {
    let text = text.trim().trim_end_matches('%').trim_end();
    let (whole, decimals) = text.split_once(['.', ',']).unwrap_or((text, ""));
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || whole.len() > 3 || decimals.len() > 4 || !digits(whole) || !digits(decimals) {
        return None;
    }
    let decimals: i64 = format!("{decimals:0<4}").parse().ok()?;
    Some(whole.parse::<i64>().ok()? * 10_000 + decimals)
}

/// "19", "8.1": the inverse of [`parse_percent`].
pub fn percent(rate_ppm: i64) -> String {
    let text = format!("{}.{:04}", rate_ppm / 10_000, rate_ppm % 10_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

pub(super) const RATES_OF_ZONE: &str =
    "SELECT r.id, r.tax_class, c.name AS class_name, r.name, r.rate_ppm, r.valid_from, r.valid_until
     FROM tax_rate r JOIN tax_class c ON c.code = r.tax_class WHERE r.zone_id = $1
     ORDER BY CASE WHEN r.tax_class = 'standard' THEN 0 ELSE 1 END, c.name, r.tax_class, r.valid_from";

/// # Errors
/// `Invalid` on "tax_class", "name", "rate", "valid_from" (another rate of the class is valid then) or "valid_until".
pub async fn add_rate(shop: &Shop, by: &Staff, zone: TaxZoneId, draft: &RateDraft) -> Result<TaxRateId> {
    let id = TaxRateId::new();
    let name = draft.name.trim();
    Check::default()
        .required("name", name, NAME_CHARS)
        .that((0..=1_000_000).contains(&draft.rate_ppm), "rate", "Between 0 and 100 percent.")
        .that(draft.valid_from >= 0, "valid_from", "Not before 1970.")
        .that(
            draft.valid_until.is_none_or(|until| until > draft.valid_from),
            "valid_until",
            "The end must lie after the start.",
        )
        .done()?;
    let mut tx = shop.db.begin().await?;
    let known: Option<(String,)> =
        tx.fetch_optional("SELECT code FROM tax_class WHERE code = $1", args![&draft.tax_class]).await?;
    known.ok_or_else(|| Error::field("tax_class", "There is no such class."))?;
    let sql = "INSERT INTO tax_rate (id, zone_id, tax_class, name, rate_ppm, valid_from, valid_until)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let row = args![id, zone, &draft.tax_class, name, draft.rate_ppm, draft.valid_from, draft.valid_until];
    tx.execute(sql, row).await.map_err(overlap)?;
    audit::record(&mut tx, &Entry::new(by, "tax_rate.add", "tax_zone", zone).after(draft), shop.now_ms()).await?;
    tx.commit().await?;
    Ok(id)
}

fn overlap(error: DbError) -> Error {
    match error.violation() {
        Some(Violation::Check) => Error::field(
            "valid_from",
            "Another rate of this class is valid in this zone at that time. End it first, or choose another time.",
        ),
        Some(Violation::ForeignKey) => Error::NotFound("tax zone"),
        _ => error.into(),
    }
}

/// Ends a rate: it is valid up to, not including, `until` (Unix milliseconds); `None`: for good.
///
/// # Errors
/// `Invalid` on "valid_until" when it began later, or another rate of the class has begun before.
pub async fn end_rate(shop: &Shop, by: &Staff, zone: TaxZoneId, id: TaxRateId, until: Option<i64>) -> Result<()> {
    let mut tx = shop.db.begin().await?;
    let sql = "UPDATE tax_rate SET valid_until = $3 WHERE id = $1 AND zone_id = $2";
    let changed = tx.execute(sql, args![id, zone, until]).await.map_err(|error| match error.violation() {
        Some(Violation::Check) => {
            Error::field("valid_until", "After it began, and before another rate of its class does.")
        }
        _ => error.into(),
    })?;
    if changed == 0 {
        return Err(Error::NotFound("tax rate"));
    }
    let after = json!({ "rate": id, "valid_until": until });
    audit::record(&mut tx, &Entry::new(by, "tax_rate.end", "tax_zone", zone).after(&after), shop.now_ms()).await?;
    Ok(tx.commit().await?)
}

pub async fn remove_rate(shop: &Shop, by: &Staff, zone: TaxZoneId, id: TaxRateId) -> Result<()> {
    let mut tx = shop.db.begin().await?;
    let sql = "DELETE FROM tax_rate WHERE id = $1 AND zone_id = $2 RETURNING name, rate_ppm";
    let gone: Option<(String, i64)> = tx.fetch_optional(sql, args![id, zone]).await?;
    let (name, rate_ppm) = gone.ok_or(Error::NotFound("tax rate"))?;
    let before = json!({ "name": name, "rate_ppm": rate_ppm });
    let entry = Entry::new(by, "tax_rate.remove", "tax_zone", zone).before(&before);
    audit::record(&mut tx, &entry, shop.now_ms()).await?;
    Ok(tx.commit().await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_are_read_and_written_exactly() {
        for (text, ppm) in [("19", 190_000), ("8.1", 81_000), ("6,625 %", 66_250), ("0", 0), ("100", 1_000_000)] {
            assert_eq!(parse_percent(text), Some(ppm), "{text}");
            assert_eq!(parse_percent(&percent(ppm)), Some(ppm));
        }
        assert_eq!(percent(66_250), "6.625");
        for wrong in ["", "-1", "1.23456", "1e1", "ten", "1000"] {
            assert_eq!(parse_percent(wrong), None, "{wrong}");
        }
    }
}
