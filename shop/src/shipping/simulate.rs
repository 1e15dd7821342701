//! "This cart to this address": which warehouses serve it and why the others do not, which methods, at what price, when.

use super::sql::zone_of;
use super::zone::{Zone, ZoneMethod};
use super::{Area, Basis, DAY_MS, Estimate, Goods, Leaving, Method, offer};
use crate::address::{Address, rules};
use crate::checkout::Demand;
use crate::id::{ShippingMethodId, ShippingZoneId, VariantId, WarehouseId};
use crate::money::{Currency, Money};
use crate::promotion;
use crate::staff::Staff;
use crate::warehouse::route::{self, Destination, Shelf};
use crate::warehouse::{self, Warehouse};
use crate::{Error, Result, Shop, args};

/// What is tried out.
#[derive(Clone, Debug)]
pub struct Sample {
    /// SKU and units.
    pub lines: Vec<(String, i64)>,
    pub currency: Currency,
    /// Country, region and postcode count.
    pub address: Address,
    /// Unix milliseconds.
    pub at: i64,
}

/// What would happen.
#[derive(Clone, Debug)]
pub struct Simulated {
    /// What the goods come to with the promotions that a guest has without a code.
    pub goods: Money,
    pub grams: i64,
    pub units: i64,
    /// The zone of the address; `None`: nobody delivers there.
    pub zone: Option<String>,
    /// The parcels of an order that is carried; empty with a reason in `unserved`.
    pub parcels: Vec<Parcel>,
    pub unserved: String,
    pub others: Vec<Untaken>,
    pub methods: Vec<Candidate>,
}

#[derive(Clone, Debug)]
pub struct Parcel {
    pub warehouse: String,
    /// SKU and units.
    pub lines: Vec<(String, i64)>,
    /// When it leaves: Unix milliseconds at midnight UTC.
    pub leaves: i64,
}

/// A warehouse that sends nothing, and why.
#[derive(Clone, Debug)]
pub struct Untaken {
    pub warehouse: String,
    pub why: String,
}

/// A method, and what became of it.
#[derive(Clone, Debug)]
pub struct Candidate {
    pub id: ShippingMethodId,
    pub name: String,
    pub zone: String,
    /// `None` with the reason in `why`.
    pub price: Option<Money>,
    pub estimate: Option<Estimate>,
    /// Where the parcels come from, or where it is fetched.
    pub from: String,
    pub why: String,
}

struct Line {
    sku: String,
    demand: Demand,
    tracked: bool,
}

/// What is to be known to answer.
struct Known {
    goods: Goods,
    lines: Vec<Line>,
    shelves: Vec<Shelf>,
    houses: Vec<Warehouse>,
    zone: Option<ShippingZoneId>,
    zones: Vec<Zone>,
    methods: Vec<Method>,
}

/// Works a sample out, on the stock as it is now.
///
/// # Errors
/// `Invalid` on "lines" or "country".
pub async fn simulate(shop: &Shop, by: &Staff, sample: &Sample) -> Result<Simulated> {
    if rules(&sample.address.country).is_none() {
        return Err(Error::field("country", "Choose a country from the list."));
    }
    let known = Known::load(shop, by, sample).await?;
    let demands = known.demands();
    let to = offer::destination(&sample.address.country, None);
    let served = route::allocate(&demands, &known.shelves, &to);
    let parcels = served.as_ref().map(|parts| known.parcels(parts, sample.at)).unwrap_or_default();
    let unserved = served.as_ref().err().map(|missing| known.unserved(missing)).unwrap_or_default();
    let taken: Vec<WarehouseId> = served.iter().flatten().filter_map(|(id, _)| known.house_of(*id)).collect();
    let others = known.houses.iter().filter(|house| !taken.contains(&house.id));
    let others = others.map(|house| Untaken {
        warehouse: house.draft.name.clone(),
        why: known.why_not(house, &sample.address.country, taken.len()),
    });
    Ok(Simulated {
        goods: sample.currency.money(known.goods.value),
        grams: known.goods.grams,
        units: known.goods.units,
        zone: known.zones.iter().find(|zone| Some(zone.id) == known.zone).map(|zone| zone.draft.name.clone()),
        parcels,
        unserved,
        others: others.collect(),
        methods: known.candidates(sample),
    })
}

impl Known {
    async fn load(shop: &Shop, by: &Staff, sample: &Sample) -> Result<Self> {
        const LINE: &str = "SELECT id, weight_grams, requires_shipping, tracked FROM variant WHERE sku = $1";
        let mut db = &shop.db;
        let priced = promotion::Sample {
            lines: sample.lines.clone(),
            currency: sample.currency,
            country: sample.address.country.clone(),
            customer: String::new(),
            code: String::new(),
            at: sample.at,
        };
        // Also refuses what is no product, or has no price.
        let totals = promotion::simulate(shop, by, &priced).await?.totals;
        let mut goods = Goods { value: totals.subtotal - totals.discount, ..Goods::default() };
        let (mut lines, mut shelves) = (Vec::new(), Vec::new());
        for (sku, quantity) in &sample.lines {
            let row: Option<(VariantId, i64, bool, bool)> = db.fetch_optional(LINE, args![sku]).await?;
            let (variant_id, grams, carried, tracked) = row.ok_or(Error::NotFound("SKU"))?;
            if carried {
                goods.grams = goods.grams.saturating_add(grams.saturating_mul(*quantity));
                goods.units += quantity;
            }
            shelves.extend(warehouse::shelves_of_variant(&mut db, variant_id).await?);
            lines.push(Line { sku: sku.clone(), demand: Demand { variant_id, quantity: *quantity }, tracked });
        }
        let address = &sample.address;
        let place = args![&address.country, &address.region, Area::postcode(&address.postal_code)];
        let sql = concat!("SELECT id FROM shipping_zone WHERE id = ", zone_of!());
        let zone: Option<(ShippingZoneId,)> = db.fetch_optional(sql, place).await?;
        Ok(Self {
            goods,
            lines,
            shelves,
            houses: warehouse::list(shop, by).await?,
            zone: zone.map(|(id,)| id),
            zones: super::zones(shop, by).await?,
            methods: super::methods_for(&mut db, address, sample.currency).await?,
        })
    }

    fn demands(&self) -> Vec<Demand> {
        self.lines.iter().filter(|line| line.tracked).map(|line| line.demand).collect()
    }

    fn sku(&self, variant: VariantId) -> &str {
        self.lines.iter().find(|line| line.demand.variant_id == variant).map_or("", |line| line.sku.as_str())
    }

    fn house_of(&self, stock: crate::id::StockId) -> Option<WarehouseId> {
        self.shelves.iter().find(|shelf| shelf.stock_id == stock).map(|shelf| shelf.warehouse_id)
    }

    fn parcels(&self, parts: &[(crate::id::StockId, i64)], at: i64) -> Vec<Parcel> {
        let of_house = |house: &Warehouse| {
            let here = parts.iter().filter_map(|(id, units)| {
                let shelf = self.shelves.iter().find(|shelf| shelf.stock_id == *id)?;
                (shelf.warehouse_id == house.id).then(|| (self.sku(shelf.variant_id).to_owned(), *units))
            });
            let lines: Vec<_> = here.collect();
            let leaving = Leaving { cutoff: house.draft.cutoff, handling_days: house.draft.handling_days };
            (!lines.is_empty()).then(|| Parcel {
                warehouse: house.draft.name.clone(),
                lines,
                leaves: leaving.day(at) * DAY_MS,
            })
        };
        self.houses.iter().filter_map(of_house).collect()
    }

    fn unserved(&self, missing: &[route::Missing]) -> String {
        let said = missing.iter().map(|one| {
            let elsewhere = match one.elsewhere {
                0 => String::new(),
                units => format!(", {units} more where it is not sent there"),
            };
            format!("{}: {} available{elsewhere}.", self.sku(one.variant_id), one.available)
        });
        said.collect::<Vec<_>>().join(" ")
    }

    /// Why a warehouse sends nothing although `parcels` others do.
    fn why_not(&self, house: &Warehouse, country: &str, parcels: usize) -> String {
        let draft = &house.draft;
        if !draft.active {
            return warehouse::CLOSED.to_owned();
        }
        if route::nearness(&draft.countries.join(" "), &draft.address.country, country).is_none() {
            return format!("It does not serve {country}.");
        }
        let short: Vec<String> = self
            .lines
            .iter()
            .filter(|line| line.tracked)
            .map(|line| (line, self.units(line.demand.variant_id, house.id)))
            .filter(|(line, units)| *units < line.demand.quantity)
            .map(|(line, units)| format!("{units} of {} {}", line.demand.quantity, line.sku))
            .collect();
        match (short.is_empty(), parcels) {
            (true, 0) => "Nothing has to come out of stock.".to_owned(),
            (true, _) => "It has everything, but another that has is nearer.".to_owned(),
            (false, 2..) => format!("It has {}, and others do with fewer parcels or nearer.", short.join(", ")),
            (false, _) => format!("It has {} only.", short.join(", ")),
        }
    }

    fn units(&self, variant: VariantId, house: WarehouseId) -> i64 {
        let here = self.shelves.iter().find(|s| s.variant_id == variant && s.warehouse_id == house);
        here.map_or(0, |shelf| shelf.available.max(0))
    }

    fn candidates(&self, sample: &Sample) -> Vec<Candidate> {
        let of_zone = |zone: &Zone| {
            let one = |method: &ZoneMethod| self.candidate(zone, method, sample);
            zone.methods.iter().map(one).collect::<Vec<_>>()
        };
        let (mut here, mut elsewhere) = (Vec::new(), Vec::new());
        for zone in &self.zones {
            if Some(zone.id) == self.zone { &mut here } else { &mut elsewhere }.extend(of_zone(zone));
        }
        here.append(&mut elsewhere);
        here
    }

    fn candidate(&self, zone: &Zone, method: &ZoneMethod, sample: &Sample) -> Candidate {
        let mut candidate = Candidate {
            id: method.id,
            name: method.name.clone(),
            zone: zone.draft.name.clone(),
            price: None,
            estimate: None,
            from: String::new(),
            why: String::new(),
        };
        match self.offered(zone, method, sample) {
            Err(why) => candidate.why = why,
            Ok((price, to)) => {
                let days = (method.days_min, method.days_max);
                match route::allocate(&self.demands(), &self.shelves, &to) {
                    Ok(parts) => {
                        let names = self.parcels(&parts, sample.at).into_iter().map(|parcel| parcel.warehouse);
                        candidate.from = names.collect::<Vec<_>>().join(", ");
                        candidate.price = Some(sample.currency.money(price));
                        candidate.estimate = offer::estimate(&parts, &self.shelves, days, sample.at);
                    }
                    Err(missing) => candidate.why = self.unserved(&missing),
                }
            }
        }
        candidate
    }

    /// What a method costs and where it goes, as far as it serves the address and the goods.
    fn offered(&self, zone: &Zone, method: &ZoneMethod, sample: &Sample) -> Result<(i64, Destination), String> {
        if Some(zone.id) != self.zone {
            return Err(format!("It is for the zone {}.", zone.draft.name));
        }
        if !method.active {
            return Err("It is switched off.".to_owned());
        }
        if self.goods.units == 0 {
            return Err("Nothing has to be carried.".to_owned());
        }
        let Some(found) = self.methods.iter().find(|found| found.id == method.id) else {
            let priced = method.prices.iter().any(|(low, _)| low.currency == sample.currency);
            return Err(if priced {
                "Its warehouse is closed, or buyers may not fetch orders there.".to_owned()
            } else {
                format!("It has no prices in {}.", sample.currency)
            });
        };
        let price = found.price(&self.goods).map_err(|start| {
            let start = match found.basis {
                Basis::Weight => format!("{start} g"),
                Basis::Value => sample.currency.money(start).to_string(),
                Basis::Quantity => format!("{start} units"),
            };
            format!("Its prices begin at {start}.")
        })?;
        Ok((price, offer::destination(&sample.address.country, found.pickup.as_ref())))
    }
}
