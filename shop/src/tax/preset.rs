//! Rates to begin with: files that say of which day they are and where they come from. What is filled in is the owner's
//! from then on.

use super::place::{Place, parse_places};
use super::rate::parse_percent;
use super::{STANDARD_CLASS, percent};
use crate::audit::{self, Entry};
use crate::db::{Read, Tx};
use crate::id::{TaxRateId, TaxZoneId};
use crate::staff::Staff;
use crate::{Error, Result, Shop, args};

/// Rates to begin with.
#[derive(Clone, Copy, Debug)]
pub struct Preset {
    pub code: &'static str,
    pub title: &'static str,
    /// What it is, and what the owner has to look after.
    pub about: &'static str,
    /// Shelf prices contain the tax.
    inclusive: bool,
    /// "VAT": what the tax is called in front of its rate. Empty: as its zone, up to the comma, and "sales tax".
    tax: &'static str,
    text: &'static str,
}

pub const PRESETS: [Preset; 2] = [
    Preset {
        code: "eu-vat",
        title: "EU VAT",
        about: "Standard and reduced rates of the 27 member states as of 1 January 2026 (European Commission, Taxes in \
                Europe Database), with the areas outside the VAT directive. Prices contain the tax.",
        inclusive: true,
        tax: "VAT",
        text: include_str!("preset/eu_vat.txt"),
    },
    Preset {
        code: "us-sales-tax",
        title: "US sales tax",
        about: "State rates as of 1 July 2025 (Federation of Tax Administrators), without county and city rates. Delete the \
                states where you owe nothing. Tax comes on top of the prices.",
        inclusive: false,
        tax: "",
        text: include_str!("preset/us_sales_tax.txt"),
    },
];

/// Classes of the reduced rates: code and name.
const REDUCED: [(&str, &str); 2] = [("reduced", "Reduced"), ("reduced-low", "Reduced, lower")];

struct Line {
    zone: &'static str,
    places: Vec<Place>,
    /// Class and parts per million.
    rates: Vec<(&'static str, i64)>,
}

impl Preset {
    fn lines(&self) -> impl Iterator<Item = Option<Line>> {
        let lines = self.text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        lines.map(|line| {
            let cells: Vec<_> = line.split(';').map(str::trim).collect();
            let [zone, places, standard, reduced @ ..] = cells.as_slice() else { return None };
            let mut rates = Vec::new();
            if *standard != "-" {
                rates.push((STANDARD_CLASS, parse_percent(standard)?));
            }
            for ((class, _), rate) in REDUCED.iter().zip(reduced) {
                rates.push((class, parse_percent(rate)?));
            }
            rates.retain(|(class, ppm)| *class == STANDARD_CLASS || *ppm > 0);
            Some(Line { zone, places: parse_places(places).ok()?, rates })
        })
    }

    fn rate_name(&self, zone: &str, ppm: i64) -> String {
        if self.tax.is_empty() {
            let state = zone.split(',').next().unwrap_or_default();
            return format!("{state} sales tax {} %", percent(ppm));
        }
        format!("{} {} %", self.tax, percent(ppm))
    }
}

/// Adds the zones of a preset that are missing; how many. A zone of the same name, and a place that is in another zone,
/// stay as they are.
pub async fn fill(shop: &Shop, by: &Staff, code: &str) -> Result<usize> {
    let preset = PRESETS.iter().find(|preset| preset.code == code).ok_or(Error::NotFound("preset"))?;
    let mut tx = shop.db.begin().await?;
    let added = add(&mut tx, preset).await?;
    let after = serde_json::json!({ "preset": code, "zones": added });
    audit::record(&mut tx, &Entry::new(by, "tax_zone.preset", "tax_zone", code).after(&after), shop.now_ms()).await?;
    tx.commit().await?;
    Ok(added)
}

/// As [`fill`], for whoever has a transaction.
pub(crate) async fn add(tx: &mut Tx, preset: &Preset) -> Result<usize> {
    for (code, name) in REDUCED {
        let sql = "INSERT INTO tax_class (code, name) VALUES ($1, $2) ON CONFLICT (code) DO NOTHING";
        tx.execute(sql, args![code, name]).await?;
    }
    let mut added = 0;
    for line in preset.lines() {
        let line = line.ok_or_else(|| Error::Internal(format!("the preset {} cannot be read", preset.code)))?;
        added += usize::from(add_zone(tx, preset, line).await?);
    }
    Ok(added)
}

async fn add_zone(tx: &mut Tx, preset: &Preset, line: Line) -> Result<bool> {
    let id = TaxZoneId::new();
    let mut free = Vec::new();
    for place in line.places {
        let sql = "SELECT country FROM tax_place WHERE country = $1 AND region = $2 AND postal_prefix = $3";
        let taken: Option<(String,)> =
            tx.fetch_optional(sql, args![&place.country, &place.region, &place.postal_prefix]).await?;
        if taken.is_none() {
            free.push(place);
        }
    }
    let sql = "INSERT INTO tax_zone (id, name, inclusive) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING";
    if free.is_empty() || tx.execute(sql, args![id, line.zone, preset.inclusive]).await? == 0 {
        return Ok(false);
    }
    for place in free {
        let sql = "INSERT INTO tax_place (country, region, postal_prefix, zone_id) VALUES ($1, $2, $3, $4)";
        tx.execute(sql, args![place.country, place.region, place.postal_prefix, id]).await?;
    }
    for (class, ppm) in line.rates {
        let sql = "INSERT INTO tax_rate (id, zone_id, tax_class, name, rate_ppm) VALUES ($1, $2, $3, $4, $5)";
        tx.execute(sql, args![TaxRateId::new(), id, class, preset.rate_name(line.zone, ppm), ppm]).await?;
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_can_be_read_and_no_place_stands_twice() {
        for preset in PRESETS {
            let lines: Vec<_> = preset.lines().collect::<Option<_>>().unwrap();
            let mut places: Vec<_> = lines.iter().flat_map(|line| line.places.clone()).collect();
            let all = places.len();
            places.sort();
            places.dedup();
            assert_eq!(places.len(), all, "{}", preset.code);
            assert!(lines.len() >= 27);
        }
        let germany = PRESETS[0].lines().flatten().find(|line| line.zone == "Germany").unwrap();
        assert_eq!(germany.rates, [("standard", 190_000), ("reduced", 70_000)]);
        assert_eq!(PRESETS[0].rate_name("Finland", 255_000), "VAT 25.5 %");
        assert_eq!(PRESETS[1].rate_name("California, US", 72_500), "California sales tax 7.25 %");
    }
}
