//! Warehouses by a merchant's hand, each change with its audit row.

use super::{Draft, Warehouse};
use crate::address::Address;
use crate::audit::{self, Entry};
use crate::db::{DbError, Read, Tx};
use crate::id::WarehouseId;
use crate::limits;
use crate::staff::Staff;
use crate::{Error, Result, Shop, args};

#[derive(sqlx::FromRow)]
struct Row {
    id: WarehouseId,
    version: i64,
    code: String,
    name: String,
    country: String,
    address: String,
    countries: String,
    priority: i64,
    cutoff: i64,
    handling_days: i64,
    active: bool,
    pickup: bool,
    variants: i64,
    on_hand: i64,
    reserved: i64,
}

macro_rules! warehouses {
    ($end:literal) => {
        concat!(
            "SELECT w.id, w.version, w.code, w.name, w.country, w.address, w.countries, w.priority, w.cutoff,
               w.handling_days, w.active, w.pickup, COALESCE(s.variants, 0) AS variants,
               CAST(COALESCE(s.on_hand, 0) AS BIGINT) AS on_hand, CAST(COALESCE(s.reserved, 0) AS BIGINT) AS reserved
             FROM warehouse w LEFT JOIN (
               SELECT warehouse_id, COUNT(*) AS variants, SUM(on_hand) AS on_hand, SUM(reserved) AS reserved
               FROM stock WHERE on_hand > 0 GROUP BY warehouse_id) s ON s.warehouse_id = w.id ",
            $end
        )
    };
}

impl Row {
    fn warehouse(self) -> Result<Warehouse> {
        let address = if self.address.is_empty() {
            Address { name: self.name.clone(), country: self.country, ..Address::default() }
        } else {
            serde_json::from_str(&self.address)?
        };
        let draft = Draft {
            code: self.code,
            name: self.name,
            address,
            countries: self.countries.split_whitespace().map(str::to_owned).collect(),
            priority: self.priority,
            cutoff: self.cutoff,
            handling_days: self.handling_days,
            active: self.active,
            pickup: self.pickup,
        };
        let (variants, on_hand, reserved) = (self.variants, self.on_hand, self.reserved);
        Ok(Warehouse { id: self.id, version: self.version, draft, variants, on_hand, reserved })
    }
}

/// All of them, in the merchant's order.
pub async fn list(shop: &Shop, _by: &Staff) -> Result<Vec<Warehouse>> {
    let rows: Vec<Row> = shop.db.fetch_all(warehouses!("ORDER BY w.priority, w.id"), args![]).await?;
    rows.into_iter().map(Row::warehouse).collect()
}

/// # Errors
/// `NotFound`.
pub async fn load(shop: &Shop, _by: &Staff, id: WarehouseId) -> Result<Warehouse> {
    read(&mut &shop.db, id).await
}

async fn read(db: &mut impl Read, id: WarehouseId) -> Result<Warehouse> {
    let row: Option<Row> = db.fetch_optional(warehouses!("WHERE w.id = $1"), args![id]).await?;
    row.ok_or(Error::NotFound("warehouse"))?.warehouse()
}

/// Adds a warehouse; it has no stock yet.
///
/// # Errors
/// `Invalid` by field; there are `limits::WAREHOUSES` at most.
pub async fn create(shop: &Shop, by: &Staff, draft: Draft) -> Result<WarehouseId> {
    const INSERT: &str =
        "INSERT INTO warehouse (id, code, name, country, address, countries, priority, cutoff, handling_days,
          active, pickup) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    let draft = draft.clean()?;
    let (id, now) = (WarehouseId::new(), shop.now_ms());
    let mut tx = shop.db.begin().await?;
    let (count,): (i64,) = tx.fetch_one("SELECT COUNT(*) FROM warehouse", args![]).await?;
    if count >= limits::WAREHOUSES {
        return Err(Error::field("name", format!("At most {} warehouses.", limits::WAREHOUSES)));
    }
    let args = args![
        id,
        &draft.code,
        &draft.name,
        &draft.address.country,
        serde_json::to_string(&draft.address)?,
        draft.countries.join(" "),
        draft.priority,
        draft.cutoff,
        draft.handling_days,
        draft.active,
        draft.pickup
    ];
    tx.execute(INSERT, args).await.map_err(taken)?;
    audit::record(&mut tx, &Entry::new(by, "warehouse.create", "warehouse", id).after(&draft), now).await?;
    tx.commit().await?;
    Ok(id)
}

/// Changes a warehouse. Closing it stops the sale of what lies there; what is held or ordered stays so.
///
/// # Errors
/// `Invalid` by field; `Conflict` "changed" when `version` is no longer the warehouse's; `NotFound`.
pub async fn update(shop: &Shop, by: &Staff, id: WarehouseId, draft: Draft, version: i64) -> Result<()> {
    const UPDATE: &str = "UPDATE warehouse SET code = $3, name = $4, country = $5, address = $6, countries = $7,
          priority = $8, cutoff = $9, handling_days = $10, active = $11, pickup = $12, version = version + 1
        WHERE id = $1 AND version = $2";
    let draft = draft.clean()?;
    let mut tx = shop.db.begin().await?;
    let before = read(&mut tx, id).await?;
    check_pickups(&mut tx, id, &draft).await?;
    let args = args![
        id,
        version,
        &draft.code,
        &draft.name,
        &draft.address.country,
        serde_json::to_string(&draft.address)?,
        draft.countries.join(" "),
        draft.priority,
        draft.cutoff,
        draft.handling_days,
        draft.active,
        draft.pickup
    ];
    if tx.execute(UPDATE, args).await.map_err(taken)? == 0 {
        let text = "Somebody else has changed this warehouse in the meantime. Reload to see their version.";
        return Err(Error::conflict("changed", text));
    }
    let entry = Entry::new(by, "warehouse.update", "warehouse", id).before(&before.draft).after(&draft);
    audit::record(&mut tx, &entry, shop.now_ms()).await?;
    Ok(tx.commit().await?)
}

/// Whoever may not fetch orders here any more is told which methods say otherwise.
async fn check_pickups(tx: &mut Tx, id: WarehouseId, draft: &Draft) -> Result<()> {
    if draft.pickup {
        return Ok(());
    }
    let sql = "SELECT name FROM shipping_method WHERE pickup_id = $1 AND active ORDER BY name LIMIT 1";
    let used: Option<(String,)> = tx.fetch_optional(sql, args![id]).await?;
    match used {
        Some((name,)) => Err(Error::field(
            "pickup",
            format!("The shipping method {name} has buyers fetch orders here. Switch it off first."),
        )),
        None => Ok(()),
    }
}

fn taken(error: DbError) -> Error {
    if error.is_unique_violation() { Error::field("code", "Another warehouse has this code.") } else { error.into() }
}
