//! Methods by a merchant's hand, with a price table for each currency.

use super::Basis;
use crate::audit::{self, Entry};
use crate::db::{DbError, Read, Tx};
use crate::id::{ShippingMethodId, ShippingZoneId, WarehouseId};
use crate::limits::{self, Check};
use crate::money::Currency;
use crate::staff::Staff;
use crate::{Error, Result, Shop, args};
use serde::Serialize;

/// What the merchant says of a method.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MethodDraft {
    pub name: String,
    /// For programs: lower-case letters, digits and hyphens, once in the shop.
    pub code: String,
    /// A few words below its name.
    pub description: String,
    pub basis: Basis,
    /// Working days on the way; of pickup, until it is ready.
    pub days_min: i64,
    pub days_max: i64,
    /// Lower stands first.
    pub position: i64,
    pub active: bool,
    /// Where buyers fetch it; `None`: it is carried.
    pub pickup: Option<WarehouseId>,
    /// One for each currency in which it is offered.
    pub tables: Vec<Table>,
}

/// Prices in one currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Table {
    pub currency: Currency,
    /// (from grams, minor units or units; price in minor units).
    pub rates: Vec<(i64, i64)>,
    /// Minor units that the goods come to after promotions.
    pub free_above: Option<i64>,
}

impl MethodDraft {
    fn clean(mut self) -> Result<Self> {
        for text in [&mut self.name, &mut self.description] {
            *text = text.trim().to_owned();
        }
        self.code = self.code.trim().to_ascii_lowercase();
        for table in &mut self.tables {
            table.rates.sort_unstable();
        }
        self.tables.retain(|table| !table.rates.is_empty() || table.free_above.is_some());
        let is_code = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let mut check = Check::default();
        check
            .required("name", &self.name, limits::NAME_CHARS)
            .required("code", &self.code, limits::SLUG_CHARS)
            .that(self.code.chars().all(is_code), "code", "Lower-case letters, digits and hyphens only.")
            .text("description", &self.description, limits::REASON_CHARS)
            .that(limits::DELIVERY_DAYS.contains(&self.days_min), "days_min", "Between 0 and 365 days.")
            .that(limits::DELIVERY_DAYS.contains(&self.days_max), "days_max", "Between 0 and 365 days.")
            .that(self.days_min <= self.days_max, "days_max", "Not less than the fewest days.")
            .that(limits::RANK.contains(&self.position), "position", "Between 0 and 9999.")
            .that(!self.tables.is_empty(), "rates", "A price in at least one currency.");
        for table in &self.tables {
            table.check(&mut check);
        }
        check.done()?;
        Ok(self)
    }
}

impl Table {
    fn check(&self, check: &mut Check) {
        let (rates, free) = (format!("rates.{}", self.currency), format!("free.{}", self.currency));
        let in_range = |amount: i64| (0..=limits::PRICE_MAX).contains(&amount);
        let steps = limits::RATE_STEPS;
        check
            .that(!self.rates.is_empty(), &rates, "What it costs below the value from which it is free.")
            .that(self.rates.len() <= steps, &rates, format!("At most {steps} steps."))
            .that(self.rates.iter().all(|(from, price)| in_range(*from) && in_range(*price)), &rates, "Out of range.")
            .that(self.rates.windows(2).all(|two| two[0].0 != two[1].0), &rates, "Two steps begin at the same place.")
            .that(self.free_above.is_none_or(in_range), &free, "Out of range.");
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    zone_id: ShippingZoneId,
    version: i64,
    name: String,
    code: String,
    description: String,
    basis: String,
    days_min: i64,
    days_max: i64,
    position: i64,
    active: bool,
    pickup_id: Option<WarehouseId>,
}

/// A method, its zone, and the version to be handed back to [`update_method`].
///
/// # Errors
/// `NotFound`.
pub async fn method(shop: &Shop, _by: &Staff, id: ShippingMethodId) -> Result<(MethodDraft, ShippingZoneId, i64)> {
    read(&mut &shop.db, id).await
}

async fn read(db: &mut impl Read, id: ShippingMethodId) -> Result<(MethodDraft, ShippingZoneId, i64)> {
    const METHOD: &str =
        "SELECT zone_id, version, name, code, description, basis, days_min, days_max, position, active,
          pickup_id FROM shipping_method WHERE id = $1";
    const RATES: &str = "SELECT currency, from_value, amount FROM shipping_rate WHERE method_id = $1
        ORDER BY currency, from_value";
    const FREE: &str = "SELECT currency, threshold FROM shipping_free_above WHERE method_id = $1";
    let row: Option<Row> = db.fetch_optional(METHOD, args![id]).await?;
    let row = row.ok_or(Error::NotFound("shipping method"))?;
    let rates: Vec<(String, i64, i64)> = db.fetch_all(RATES, args![id]).await?;
    let free: Vec<(String, i64)> = db.fetch_all(FREE, args![id]).await?;
    let mut tables: Vec<Table> = Vec::new();
    for (code, from, amount) in rates {
        let Some(currency) = Currency::parse(&code) else { continue };
        match tables.last_mut().filter(|table| table.currency == currency) {
            Some(table) => table.rates.push((from, amount)),
            None => tables.push(Table { currency, rates: vec![(from, amount)], free_above: None }),
        }
    }
    for table in &mut tables {
        table.free_above = free.iter().find(|(code, _)| code == table.currency.code()).map(|(_, above)| *above);
    }
    let basis = Basis::parse(&row.basis);
    let draft = MethodDraft {
        name: row.name,
        code: row.code,
        description: row.description,
        basis: basis.ok_or_else(|| Error::Internal(format!("unknown basis {:?}", row.basis)))?,
        days_min: row.days_min,
        days_max: row.days_max,
        position: row.position,
        active: row.active,
        pickup: row.pickup_id,
        tables,
    };
    Ok((draft, row.zone_id, row.version))
}

/// Adds a method to a zone.
///
/// # Errors
/// `Invalid` by field ("rates.EUR", "free.EUR" for the tables); `NotFound` without such a zone; `limits::ZONE_METHODS` at most.
pub async fn create_method(
    shop: &Shop,
    by: &Staff,
    zone: ShippingZoneId,
    draft: MethodDraft,
) -> Result<ShippingMethodId> {
    const INSERT: &str = "INSERT INTO shipping_method (id, zone_id, code, name, description, basis, days_min, days_max,
          position, active, pickup_id) SELECT $1, id, $3, $4, $5, $6, $7, $8, $9, $10, $11 FROM shipping_zone WHERE id = $2";
    const COUNT: &str = "SELECT COUNT(*) FROM shipping_method WHERE zone_id = $1";
    let draft = draft.clean()?;
    let id = ShippingMethodId::new();
    let mut tx = shop.db.begin().await?;
    let (count,): (i64,) = tx.fetch_one(COUNT, args![zone]).await?;
    if count >= limits::ZONE_METHODS {
        return Err(Error::field("name", format!("At most {} methods in one zone.", limits::ZONE_METHODS)));
    }
    check_pickup(&mut tx, &draft).await?;
    let args = args![
        id,
        zone,
        &draft.code,
        &draft.name,
        &draft.description,
        draft.basis.code(),
        draft.days_min,
        draft.days_max,
        draft.position,
        draft.active,
        draft.pickup
    ];
    if tx.execute(INSERT, args).await.map_err(taken)? == 0 {
        return Err(Error::NotFound("shipping zone"));
    }
    put_tables(&mut tx, id, &draft.tables).await?;
    let entry = Entry::new(by, "shipping_method.create", "shipping_method", id).after(&draft);
    audit::record(&mut tx, &entry, shop.now_ms()).await?;
    tx.commit().await?;
    Ok(id)
}

/// Changes a method; it stays in its zone.
///
/// # Errors
/// As [`create_method`]; `Conflict` "changed" when `version` is no longer the method's.
pub async fn update_method(
    shop: &Shop,
    by: &Staff,
    id: ShippingMethodId,
    draft: MethodDraft,
    version: i64,
) -> Result<()> {
    const UPDATE: &str = "UPDATE shipping_method SET code = $3, name = $4, description = $5, basis = $6, days_min = $7,
          days_max = $8, position = $9, active = $10, pickup_id = $11, version = version + 1
        WHERE id = $1 AND version = $2";
    let draft = draft.clean()?;
    let mut tx = shop.db.begin().await?;
    let (before, ..) = read(&mut tx, id).await?;
    check_pickup(&mut tx, &draft).await?;
    let args = args![
        id,
        version,
        &draft.code,
        &draft.name,
        &draft.description,
        draft.basis.code(),
        draft.days_min,
        draft.days_max,
        draft.position,
        draft.active,
        draft.pickup
    ];
    if tx.execute(UPDATE, args).await.map_err(taken)? == 0 {
        let text = "Somebody else has changed this method in the meantime. Reload to see their version.";
        return Err(Error::conflict("changed", text));
    }
    put_tables(&mut tx, id, &draft.tables).await?;
    let entry = Entry::new(by, "shipping_method.update", "shipping_method", id).before(&before).after(&draft);
    audit::record(&mut tx, &entry, shop.now_ms()).await?;
    Ok(tx.commit().await?)
}

/// Takes a method away; orders keep its name.
///
/// # Errors
/// `NotFound`.
pub async fn remove_method(shop: &Shop, by: &Staff, id: ShippingMethodId) -> Result<()> {
    let mut tx = shop.db.begin().await?;
    let (before, ..) = read(&mut tx, id).await?;
    tx.execute("DELETE FROM shipping_method WHERE id = $1", args![id]).await?;
    let entry = Entry::new(by, "shipping_method.delete", "shipping_method", id).before(&before);
    audit::record(&mut tx, &entry, shop.now_ms()).await?;
    Ok(tx.commit().await?)
}

async fn put_tables(tx: &mut Tx, id: ShippingMethodId, tables: &[Table]) -> Result<()> {
    const RATE: &str = "INSERT INTO shipping_rate (method_id, currency, from_value, amount) VALUES ($1, $2, $3, $4)";
    const FREE: &str = "INSERT INTO shipping_free_above (method_id, currency, threshold) VALUES ($1, $2, $3)";
    tx.execute("DELETE FROM shipping_rate WHERE method_id = $1", args![id]).await?;
    tx.execute("DELETE FROM shipping_free_above WHERE method_id = $1", args![id]).await?;
    for table in tables {
        for (from, amount) in &table.rates {
            tx.execute(RATE, args![id, table.currency, *from, *amount]).await?;
        }
        if let Some(threshold) = table.free_above {
            tx.execute(FREE, args![id, table.currency, threshold]).await?;
        }
    }
    Ok(())
}

async fn check_pickup(tx: &mut Tx, draft: &MethodDraft) -> Result<()> {
    let Some(house) = draft.pickup else { return Ok(()) };
    let found: Option<(bool,)> = tx.fetch_optional("SELECT pickup FROM warehouse WHERE id = $1", args![house]).await?;
    match found {
        Some((true,)) => Ok(()),
        Some((false,)) => Err(Error::field("pickup", "Buyers may not fetch orders at this warehouse.")),
        None => Err(Error::field("pickup", "There is no such warehouse.")),
    }
}

fn taken(error: DbError) -> Error {
    if error.is_unique_violation() { Error::field("code", "Another method has this key.") } else { error.into() }
}
