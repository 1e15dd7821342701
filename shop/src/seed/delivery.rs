//! Warehouses, delivery zones with their price tables, and tax rates of the demo shop.

use crate::address::Address;
use crate::db::{Read, Tx};
use crate::id::{ShippingMethodId, TaxRateId, TaxZoneId, WarehouseId};
use crate::tax::{PRESETS, add_preset};
use crate::{Result, Shop, args};
use uuid::Uuid;

/// Adds what is missing; rows that are there stay as they are.
pub(super) async fn fill(shop: &Shop) -> Result<()> {
    let mut tx = shop.db.begin().await?;
    for (priority, house) in (0_i64..).zip(HOUSES) {
        add_house(&mut tx, house, priority).await?;
    }
    for (position, (name, countries)) in ZONES.iter().enumerate() {
        zone(&mut tx, i64::try_from(position).unwrap_or(0), name, countries).await?;
    }
    for method in METHODS {
        add_method(&mut tx, method).await?;
    }
    add_pickup(&mut tx).await?;
    for preset in &PRESETS {
        add_preset(&mut tx, preset).await?;
    }
    for rate in RATES {
        add_rate(&mut tx, rate).await?;
    }
    Ok(tx.commit().await?)
}

/// Code, name, country, street, postcode; orders may be fetched there.
const HOUSES: [[&str; 5]; 2] = [
    ["BER", "Berlin", "DE", "Beusselstraße 44", "10553"],
    ["RTM", "Rotterdam", "NL", "Waalhaven Zuidzijde 19", "3089 JH"],
];

async fn add_house(tx: &mut Tx, [code, name, country, street, postcode]: [&str; 5], priority: i64) -> Result<()> {
    const INSERT: &str = "INSERT INTO warehouse (id, code, name, country, priority, address, pickup)
        VALUES ($1, $2, $3, $4, $5, $6, TRUE) ON CONFLICT (code) DO NOTHING";
    let address = Address {
        name: name.into(),
        line1: street.into(),
        city: name.into(),
        postal_code: postcode.into(),
        country: country.into(),
        ..Address::default()
    };
    let address = serde_json::to_string(&address)?;
    tx.execute(INSERT, args![WarehouseId::new(), code, name, country, priority, address]).await?;
    Ok(())
}

/// Orders from Germany may be fetched in Berlin, for nothing.
async fn add_pickup(tx: &mut Tx) -> Result<()> {
    const INSERT: &str =
        "INSERT INTO shipping_method (id, zone_id, code, name, description, basis, days_min, days_max, position,
          pickup_id)
        SELECT $1, z.id, 'de-pickup', 'Pickup in Berlin', 'We write when it is ready', 'quantity', 0, 1, 9, w.id
        FROM shipping_zone z JOIN warehouse w ON w.code = 'BER' AND w.pickup WHERE z.name = 'Germany'
        ON CONFLICT (code) DO NOTHING";
    let id = ShippingMethodId::new();
    if tx.execute(INSERT, args![id]).await? == 0 {
        return Ok(());
    }
    for currency in ["EUR", "USD", "GBP"] {
        let sql = "INSERT INTO shipping_rate (method_id, currency, from_value, amount) VALUES ($1, $2, 0, 0)";
        tx.execute(sql, args![id, currency]).await?;
    }
    Ok(())
}

async fn zone(tx: &mut Tx, position: i64, name: &str, countries: &str) -> Result<()> {
    tx.execute(
        "INSERT INTO shipping_zone (id, name, position) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING",
        args![Uuid::now_v7(), name, position],
    )
    .await?;
    for country in countries.split(' ') {
        tx.execute(
            "INSERT INTO shipping_area (country, zone_id) SELECT $1, id FROM shipping_zone WHERE name = $2
             ON CONFLICT (country, region, postcode) DO NOTHING",
            args![country, name],
        )
        .await?;
    }
    Ok(())
}

async fn add_method(tx: &mut Tx, method: &Method) -> Result<()> {
    let id = ShippingMethodId::new();
    let added: Option<(ShippingMethodId,)> = tx
        .fetch_optional(
            "INSERT INTO shipping_method (id, zone_id, code, name, description, basis, days_min, days_max, position)
             SELECT $1, id, $2, $3, $4, $5, $6, $7, $8 FROM shipping_zone WHERE name = $9
             ON CONFLICT (code) DO NOTHING RETURNING id",
            args![
                id,
                method.code,
                method.name,
                method.description,
                method.basis,
                method.days.0,
                method.days.1,
                method.position,
                method.zone
            ],
        )
        .await?;
    if added.is_none() {
        return Ok(());
    }
    // The tables are kept in euro; dollars and pounds follow, as shelf prices do.
    for (currency, percent) in [("EUR", 100), ("USD", 115), ("GBP", 88)] {
        for (from, amount) in method.rates {
            let from = if method.basis == "value" { from * percent / 100 } else { *from };
            tx.execute(
                "INSERT INTO shipping_rate (method_id, currency, from_value, amount) VALUES ($1, $2, $3, $4)",
                args![id, currency, from, (amount * percent / 100 + 5) / 10 * 10],
            )
            .await?;
        }
        if let Some(threshold) = method.free_above {
            tx.execute(
                "INSERT INTO shipping_free_above (method_id, currency, threshold) VALUES ($1, $2, $3)",
                args![id, currency, (threshold * percent / 100 + 250) / 500 * 500],
            )
            .await?;
        }
    }
    Ok(())
}

const ZONES: &[(&str, &str)] = &[
    ("Germany", "DE"),
    ("European Union", "AT BE BG HR CY CZ DK EE ES FI FR GR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"),
    ("Rest of Europe", "GB CH NO IS LI AL BA MD ME MK RS UA AD MC SM"),
    ("North America", "US CA MX"),
    ("Everywhere else", "*"),
];

struct Method {
    zone: &'static str,
    code: &'static str,
    name: &'static str,
    description: &'static str,
    basis: &'static str,
    days: (i64, i64),
    position: i64,
    /// From grams or euro cents, euro cents.
    rates: &'static [(i64, i64)],
    /// Euro cents.
    free_above: Option<i64>,
}

const fn method(
    zone: &'static str,
    (code, name, description): (&'static str, &'static str, &'static str),
    basis: &'static str,
    days: (i64, i64),
    rates: &'static [(i64, i64)],
    free_above: Option<i64>,
) -> Method {
    Method { zone, code, name, description, basis, days, position: days.0, rates, free_above }
}

const METHODS: &[Method] = &[
    method(
        "Germany",
        ("de-standard", "Standard", "Climate-neutral parcel, tracked"),
        "weight",
        (2, 3),
        &[(0, 490), (5_000, 790), (15_000, 1_490), (31_500, 4_900)],
        Some(7_500),
    ),
    method(
        "Germany",
        ("de-express", "Express", "Next working day when ordered before noon"),
        "value",
        (1, 1),
        &[(0, 1_290), (20_000, 1_590)],
        None,
    ),
    method(
        "European Union",
        ("eu-standard", "Standard", "Tracked parcel"),
        "weight",
        (3, 6),
        &[(0, 990), (5_000, 1_490), (15_000, 2_690), (31_500, 7_900)],
        Some(15_000),
    ),
    method(
        "European Union",
        ("eu-express", "Express", "Tracked, signed for"),
        "weight",
        (2, 3),
        &[(0, 2_490), (5_000, 3_490), (15_000, 5_900)],
        None,
    ),
    method(
        "Rest of Europe",
        ("europe-standard", "Standard", "Tracked parcel; duties may be due on arrival"),
        "weight",
        (4, 8),
        &[(0, 1_690), (5_000, 2_490), (15_000, 4_490), (31_500, 9_900)],
        Some(25_000),
    ),
    method(
        "North America",
        ("na-standard", "Economy", "Tracked parcel by air"),
        "weight",
        (7, 12),
        &[(0, 2_290), (2_000, 3_490), (10_000, 6_900), (31_500, 18_900)],
        Some(30_000),
    ),
    method(
        "North America",
        ("na-express", "Express", "Courier, tracked and insured"),
        "weight",
        (3, 5),
        &[(0, 3_990), (2_000, 5_900), (10_000, 11_900), (31_500, 28_900)],
        None,
    ),
    method(
        "Everywhere else",
        ("world-standard", "International", "Tracked as far as the local post allows"),
        "weight",
        (8, 18),
        &[(0, 2_990), (2_000, 4_490), (10_000, 8_900), (31_500, 24_900)],
        None,
    ),
];

/// Zone, place (country and region), name, parts per million, contained in shelf prices.
type Rate = (&'static str, (&'static str, &'static str), &'static str, i64, bool);

/// What the presets do not have, as of 2025 (gov.uk, estv.admin.ch, skatteetaten.no, canada.ca).
const RATES: &[Rate] = &[
    ("United Kingdom", ("GB", ""), "VAT 20 %", 200_000, true),
    ("Switzerland", ("CH", ""), "VAT 8.1 %", 81_000, true),
    ("Norway", ("NO", ""), "VAT 25 %", 250_000, true),
    ("Canada", ("CA", ""), "GST 5 %", 50_000, false),
    ("Ontario, Canada", ("CA", "ON"), "HST 13 %", 130_000, false),
];

async fn add_rate(tx: &mut Tx, (zone, (country, region), name, ppm, inclusive): &Rate) -> Result<()> {
    let id = TaxZoneId::new();
    let sql = "INSERT INTO tax_zone (id, name, inclusive)
        SELECT $1, $2, $3 WHERE NOT EXISTS (SELECT 1 FROM tax_place WHERE country = $4 AND region = $5)
        ON CONFLICT (name) DO NOTHING";
    if tx.execute(sql, args![id, *zone, *inclusive, *country, *region]).await? == 0 {
        return Ok(());
    }
    let sql = "INSERT INTO tax_place (country, region, zone_id) VALUES ($1, $2, $3)";
    tx.execute(sql, args![*country, *region, id]).await?;
    let sql = "INSERT INTO tax_rate (id, zone_id, tax_class, name, rate_ppm) VALUES ($1, $2, 'standard', $3, $4)";
    tx.execute(sql, args![TaxRateId::new(), id, *name, *ppm]).await?;
    Ok(())
}
