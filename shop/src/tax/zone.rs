//! Zones: places that share their rates, and whether shelf prices contain them.

use super::place::{Place, parse_places};
use super::rate::{RATES_OF_ZONE, Rate};
use crate::audit::{self, Entry};
use crate::db::{DbError, Read, Tx};
use crate::id::TaxZoneId;
use crate::limits::{Check, NAME_CHARS};
use crate::staff::Staff;
use crate::{Error, Result, Shop, args};
use serde::Serialize;
use std::collections::HashMap;

/// A zone with all of its rates, over and to come ones included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone {
    pub id: TaxZoneId,
    pub name: String,
    /// Shelf prices contain the tax.
    pub inclusive: bool,
    /// What [`update_zone`] asks for.
    pub version: i64,
    pub places: Vec<Place>,
    pub rates: Vec<Rate>,
}

/// A zone as its form writes it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ZoneDraft {
    pub name: String,
    pub inclusive: bool,
    /// As [`parse_places`] reads them.
    pub places: String,
}

type Head = (TaxZoneId, String, bool, i64);

/// All zones by name. A shop has some hundred at most.
pub async fn zones(shop: &Shop, _by: &Staff) -> Result<Vec<Zone>> {
    let heads: Vec<Head> =
        shop.db.fetch_all("SELECT id, name, inclusive, version FROM tax_zone ORDER BY name", args![]).await?;
    let places: Vec<(TaxZoneId, String, String, String)> = shop
        .db
        .fetch_all(
            "SELECT zone_id, country, region, postal_prefix FROM tax_place ORDER BY country, region, postal_prefix",
            args![],
        )
        .await?;
    let mut of_zone: HashMap<TaxZoneId, Vec<Place>> = HashMap::new();
    for (zone, country, region, postal_prefix) in places {
        of_zone.entry(zone).or_default().push(Place { country, region, postal_prefix });
    }
    let sql =
        "SELECT r.zone_id, r.id, r.tax_class, c.name AS class_name, r.name, r.rate_ppm, r.valid_from, r.valid_until
        FROM tax_rate r JOIN tax_class c ON c.code = r.tax_class
        ORDER BY CASE WHEN r.tax_class = 'standard' THEN 0 ELSE 1 END, c.name, r.valid_from";
    let rates: Vec<Of> = shop.db.fetch_all(sql, args![]).await?;
    let mut rates_of: HashMap<TaxZoneId, Vec<Rate>> = HashMap::new();
    for Of { zone_id, rate } in rates {
        rates_of.entry(zone_id).or_default().push(rate);
    }
    let zones = heads.into_iter().map(|(id, name, inclusive, version)| Zone {
        id,
        name,
        inclusive,
        version,
        places: of_zone.remove(&id).unwrap_or_default(),
        rates: rates_of.remove(&id).unwrap_or_default(),
    });
    Ok(zones.collect())
}

#[derive(sqlx::FromRow)]
struct Of {
    zone_id: TaxZoneId,
    #[sqlx(flatten)]
    rate: Rate,
}

pub async fn zone(shop: &Shop, _by: &Staff, id: TaxZoneId) -> Result<Zone> {
    let sql = "SELECT id, name, inclusive, version FROM tax_zone WHERE id = $1";
    let head: Option<Head> = shop.db.fetch_optional(sql, args![id]).await?;
    let (id, name, inclusive, version) = head.ok_or(Error::NotFound("tax zone"))?;
    let sql = "SELECT country, region, postal_prefix FROM tax_place WHERE zone_id = $1
        ORDER BY country, region, postal_prefix";
    let places: Vec<(String, String, String)> = shop.db.fetch_all(sql, args![id]).await?;
    let place = |(country, region, postal_prefix)| Place { country, region, postal_prefix };
    let places = places.into_iter().map(place).collect();
    let rates = shop.db.fetch_all(RATES_OF_ZONE, args![id]).await?;
    Ok(Zone { id, name, inclusive, version, places, rates })
}

/// # Errors
/// `Invalid` on "name" or "places": one that cannot be read, or is in another zone.
pub async fn create_zone(shop: &Shop, by: &Staff, draft: &ZoneDraft) -> Result<TaxZoneId> {
    let id = TaxZoneId::new();
    let places = check(draft)?;
    let mut tx = shop.db.begin().await?;
    let sql = "INSERT INTO tax_zone (id, name, inclusive) VALUES ($1, $2, $3)";
    tx.execute(sql, args![id, draft.name.trim(), draft.inclusive]).await.map_err(name_taken)?;
    put_places(&mut tx, id, &places).await?;
    audit::record(&mut tx, &Entry::new(by, "tax_zone.create", "tax_zone", id).after(draft), shop.now_ms()).await?;
    tx.commit().await?;
    Ok(id)
}

/// As [`create_zone`]; `Conflict` "changed" when `version` is no longer the zone's.
pub async fn update_zone(shop: &Shop, by: &Staff, id: TaxZoneId, draft: &ZoneDraft, version: i64) -> Result<()> {
    let places = check(draft)?;
    let mut tx = shop.db.begin().await?;
    let sql = "UPDATE tax_zone SET name = $3, inclusive = $4, version = version + 1 WHERE id = $1 AND version = $2";
    let changed = tx.execute(sql, args![id, version, draft.name.trim(), draft.inclusive]).await.map_err(name_taken)?;
    if changed == 0 {
        let known: Option<(i64,)> = tx.fetch_optional("SELECT version FROM tax_zone WHERE id = $1", args![id]).await?;
        known.ok_or(Error::NotFound("tax zone"))?;
        return Err(Error::conflict("changed", "Somebody else has changed this zone. Reload it and try again."));
    }
    tx.execute("DELETE FROM tax_place WHERE zone_id = $1", args![id]).await?;
    put_places(&mut tx, id, &places).await?;
    audit::record(&mut tx, &Entry::new(by, "tax_zone.update", "tax_zone", id).after(draft), shop.now_ms()).await?;
    Ok(tx.commit().await?)
}

/// Takes a zone away with its places and rates. Orders keep what they were charged.
pub async fn delete_zone(shop: &Shop, by: &Staff, id: TaxZoneId) -> Result<()> {
    let mut tx = shop.db.begin().await?;
    let gone: Option<(String,)> =
        tx.fetch_optional("DELETE FROM tax_zone WHERE id = $1 RETURNING name", args![id]).await?;
    let (name,) = gone.ok_or(Error::NotFound("tax zone"))?;
    let before = serde_json::json!({ "name": name });
    let entry = Entry::new(by, "tax_zone.delete", "tax_zone", id).before(&before);
    audit::record(&mut tx, &entry, shop.now_ms()).await?;
    Ok(tx.commit().await?)
}

fn check(draft: &ZoneDraft) -> Result<Vec<Place>> {
    Check::default().required("name", draft.name.trim(), NAME_CHARS).done()?;
    parse_places(&draft.places)
}

async fn put_places(tx: &mut Tx, zone: TaxZoneId, places: &[Place]) -> Result<()> {
    for place in places {
        let sql = "INSERT INTO tax_place (country, region, postal_prefix, zone_id) VALUES ($1, $2, $3, $4)
            ON CONFLICT (country, region, postal_prefix) DO NOTHING";
        let row = args![&place.country, &place.region, &place.postal_prefix, zone];
        if tx.execute(sql, row).await? == 0 {
            return Err(Error::field("places", format!("{place} is in another zone.")));
        }
    }
    Ok(())
}

fn name_taken(error: DbError) -> Error {
    if error.is_unique_violation() { Error::field("name", "There is such a zone already.") } else { error.into() }
}
