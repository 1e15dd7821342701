//! Zones by a merchant's hand: which places they are made of, in which order they stand.

use super::{Area, Basis};
use crate::audit::{self, Entry};
use crate::db::{DbError, Read, Tx};
use crate::id::{ShippingMethodId, ShippingZoneId};
use crate::limits::{self, Check};
use crate::money::{Currency, Money};
use crate::staff::Staff;
use crate::{Error, Result, Shop, args};
use serde::Serialize;
use std::collections::HashMap;

/// What the merchant says of a zone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ZoneDraft {
    pub name: String,
    /// Lower stands first in the list; which zone an address lies in does not depend on it.
    pub position: i64,
    pub areas: Vec<Area>,
}

/// A zone as it is stored, with its methods in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone {
    pub id: ShippingZoneId,
    /// To be handed back to [`update_zone`].
    pub version: i64,
    pub draft: ZoneDraft,
    pub methods: Vec<ZoneMethod>,
}

/// A method in the list of its zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZoneMethod {
    pub id: ShippingMethodId,
    pub name: String,
    pub basis: Basis,
    pub days_min: i64,
    pub days_max: i64,
    pub active: bool,
    /// Name of the warehouse where it is fetched; empty: it is carried.
    pub pickup: String,
    /// Lowest and highest price in each currency.
    pub prices: Vec<(Money, Money)>,
}

impl ZoneDraft {
    fn clean(mut self) -> Result<Self> {
        self.name = self.name.trim().to_owned();
        self.areas.sort();
        self.areas.dedup();
        Check::default()
            .required("name", &self.name, limits::NAME_CHARS)
            .that(limits::RANK.contains(&self.position), "position", "Between 0 and 9999.")
            .that(!self.areas.is_empty(), "areas", "At least one place.")
            .that(self.areas.len() <= limits::ZONE_AREAS, "areas", format!("At most {} places.", limits::ZONE_AREAS))
            .done()?;
        Ok(self)
    }
}

#[derive(sqlx::FromRow)]
struct MethodRow {
    id: ShippingMethodId,
    zone_id: ShippingZoneId,
    name: String,
    basis: String,
    days_min: i64,
    days_max: i64,
    active: bool,
    pickup: String,
}

/// All zones in order.
pub async fn zones(shop: &Shop, _by: &Staff) -> Result<Vec<Zone>> {
    read(&mut &shop.db, None).await
}

/// # Errors
/// `NotFound`.
pub async fn zone(shop: &Shop, _by: &Staff, id: ShippingZoneId) -> Result<Zone> {
    one(&mut &shop.db, id).await
}

async fn one(db: &mut impl Read, id: ShippingZoneId) -> Result<Zone> {
    read(db, Some(id)).await?.pop().ok_or(Error::NotFound("shipping zone"))
}

async fn read(db: &mut impl Read, only: Option<ShippingZoneId>) -> Result<Vec<Zone>> {
    const ZONES: &str = "SELECT id, version, name, position FROM shipping_zone
        WHERE $1 IS NULL OR id = $1 ORDER BY position, name";
    const AREAS: &str = "SELECT zone_id, country, region, postcode FROM shipping_area
        WHERE $1 IS NULL OR zone_id = $1 ORDER BY country, region, postcode";
    const METHODS: &str = "SELECT m.id, m.zone_id, m.name, m.basis, m.days_min, m.days_max, m.active,
          COALESCE(w.name, '') AS pickup
        FROM shipping_method m LEFT JOIN warehouse w ON w.id = m.pickup_id
        WHERE $1 IS NULL OR m.zone_id = $1 ORDER BY m.position, m.code";
    const PRICES: &str = "SELECT r.method_id, r.currency, MIN(r.amount), MAX(r.amount) FROM shipping_rate r
        GROUP BY r.method_id, r.currency ORDER BY r.currency";
    let rows: Vec<(ShippingZoneId, i64, String, i64)> = db.fetch_all(ZONES, args![only]).await?;
    let areas: Vec<(ShippingZoneId, String, String, String)> = db.fetch_all(AREAS, args![only]).await?;
    let methods: Vec<MethodRow> = db.fetch_all(METHODS, args![only]).await?;
    let rates: Vec<(ShippingMethodId, String, i64, i64)> = db.fetch_all(PRICES, args![]).await?;
    let mut prices: HashMap<ShippingMethodId, Vec<(Money, Money)>> = HashMap::new();
    for (method, code, low, high) in rates {
        if let Some(currency) = Currency::parse(&code) {
            prices.entry(method).or_default().push((currency.money(low), currency.money(high)));
        }
    }
    let mut zones: Vec<Zone> = rows
        .into_iter()
        .map(|(id, version, name, position)| {
            let draft = ZoneDraft { name, position, areas: Vec::new() };
            Zone { id, version, draft, methods: Vec::new() }
        })
        .collect();
    let at: HashMap<ShippingZoneId, usize> = zones.iter().enumerate().map(|(at, zone)| (zone.id, at)).collect();
    for (of, country, region, postcode) in areas {
        if let Some(at) = at.get(&of) {
            zones[*at].draft.areas.push(Area { country, region, postcode });
        }
    }
    for row in methods {
        if let Some(at) = at.get(&row.zone_id) {
            zones[*at].methods.push(row.method(&mut prices)?);
        }
    }
    Ok(zones)
}

impl MethodRow {
    fn method(self, prices: &mut HashMap<ShippingMethodId, Vec<(Money, Money)>>) -> Result<ZoneMethod> {
        let basis = Basis::parse(&self.basis);
        Ok(ZoneMethod {
            id: self.id,
            name: self.name,
            basis: basis.ok_or_else(|| Error::Internal(format!("unknown basis {:?}", self.basis)))?,
            days_min: self.days_min,
            days_max: self.days_max,
            active: self.active,
            pickup: self.pickup,
            prices: prices.remove(&self.id).unwrap_or_default(),
        })
    }
}

/// Adds a zone without methods.
///
/// # Errors
/// `Invalid` by field, "areas" among them when another zone has one of the places; `limits::SHIPPING_ZONES` at most.
pub async fn create_zone(shop: &Shop, by: &Staff, draft: ZoneDraft) -> Result<ShippingZoneId> {
    let draft = draft.clean()?;
    let (id, now) = (ShippingZoneId::new(), shop.now_ms());
    let mut tx = shop.db.begin().await?;
    let (count,): (i64,) = tx.fetch_one("SELECT COUNT(*) FROM shipping_zone", args![]).await?;
    if count >= limits::SHIPPING_ZONES {
        return Err(Error::field("name", format!("At most {} zones.", limits::SHIPPING_ZONES)));
    }
    let sql = "INSERT INTO shipping_zone (id, name, position) VALUES ($1, $2, $3)";
    tx.execute(sql, args![id, &draft.name, draft.position]).await.map_err(taken)?;
    put_areas(&mut tx, id, &draft.areas).await?;
    audit::record(&mut tx, &Entry::new(by, "shipping_zone.create", "shipping_zone", id).after(&draft), now).await?;
    tx.commit().await?;
    Ok(id)
}

/// Changes a zone's name, place and areas; its methods stay.
///
/// # Errors
/// As [`create_zone`]; `Conflict` "changed" when `version` is no longer the zone's; `NotFound`.
pub async fn update_zone(shop: &Shop, by: &Staff, id: ShippingZoneId, draft: ZoneDraft, version: i64) -> Result<()> {
    let draft = draft.clean()?;
    let mut tx = shop.db.begin().await?;
    let before = one(&mut tx, id).await?;
    let sql = "UPDATE shipping_zone SET name = $3, position = $4, version = version + 1 WHERE id = $1 AND version = $2";
    if tx.execute(sql, args![id, version, &draft.name, draft.position]).await.map_err(taken)? == 0 {
        let text = "Somebody else has changed this zone in the meantime. Reload to see their version.";
        return Err(Error::conflict("changed", text));
    }
    tx.execute("DELETE FROM shipping_area WHERE zone_id = $1", args![id]).await?;
    put_areas(&mut tx, id, &draft.areas).await?;
    let entry = Entry::new(by, "shipping_zone.update", "shipping_zone", id).before(&before.draft).after(&draft);
    audit::record(&mut tx, &entry, shop.now_ms()).await?;
    Ok(tx.commit().await?)
}

/// Takes a zone away, its methods with it. Nobody there is delivered to then, unless another zone has a place around them.
///
/// # Errors
/// `NotFound`.
pub async fn remove_zone(shop: &Shop, by: &Staff, id: ShippingZoneId) -> Result<()> {
    let mut tx = shop.db.begin().await?;
    let before = one(&mut tx, id).await?;
    tx.execute("DELETE FROM shipping_zone WHERE id = $1", args![id]).await?;
    let entry = Entry::new(by, "shipping_zone.delete", "shipping_zone", id).before(&before.draft);
    audit::record(&mut tx, &entry, shop.now_ms()).await?;
    Ok(tx.commit().await?)
}

/// Says of a place that another zone has whose it is; the primary key would only refuse it.
async fn put_areas(tx: &mut Tx, id: ShippingZoneId, areas: &[Area]) -> Result<()> {
    const OTHERS: &str = "SELECT a.country, a.region, a.postcode, z.name
        FROM shipping_area a JOIN shipping_zone z ON z.id = a.zone_id WHERE a.zone_id <> $1";
    const INSERT: &str = "INSERT INTO shipping_area (country, region, postcode, zone_id) VALUES ($1, $2, $3, $4)";
    let others: Vec<(String, String, String, String)> = tx.fetch_all(OTHERS, args![id]).await?;
    let others: HashMap<Area, String> = others
        .into_iter()
        .map(|(country, region, postcode, name)| (Area { country, region, postcode }, name))
        .collect();
    let taken: Vec<String> =
        areas.iter().filter_map(|area| Some(format!("{area} is in the zone {} already.", others.get(area)?))).collect();
    if !taken.is_empty() {
        return Err(Error::field("areas", taken.join(" ")));
    }
    for area in areas {
        let values = args![&area.country, &area.region, &area.postcode, id];
        tx.execute(INSERT, values).await.map_err(|error| {
            if error.is_unique_violation() {
                Error::field("areas", format!("{area} is in another zone already."))
            } else {
                error.into()
            }
        })?;
    }
    Ok(())
}

fn taken(error: DbError) -> Error {
    if error.is_unique_violation() { Error::field("name", "Another zone has this name.") } else { error.into() }
}
