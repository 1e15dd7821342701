//! An amount, tried out: which zone and rate it meets at an address and a moment, what the tax comes to, and why.

use super::exempt::exemption;
use super::{Destination, EXEMPT, of_class, percent, rates_at};
use crate::db::Read;
use crate::id::{CustomerId, VariantId};
use crate::limits::PRICE_MAX;
use crate::money::{Currency, Money};
use crate::pricing::{self, Buyer, Facts, Item, Snapshot};
use crate::staff::Staff;
use crate::tax::Taxation;
use crate::{Error, Result, Shop, address, args};

/// What is tried out.
#[derive(Clone, Debug)]
pub struct Question {
    /// Of the shelf.
    pub price: Money,
    pub tax_class: String,
    pub to: Destination,
    /// E-mail address of a customer; empty: a guest.
    pub customer: String,
    /// Unix milliseconds.
    pub at: i64,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explained {
    /// Step by step, in sentences.
    pub steps: Vec<String>,
    pub net: Money,
    pub tax: Money,
    pub total: Money,
}

/// # Errors
/// `Invalid` on "price", "country", "tax_class" or "customer".
pub async fn try_out(shop: &Shop, _by: &Staff, asked: &Question) -> Result<Explained> {
    let mut db = &shop.db;
    let price = asked.price.amount;
    if !(0..=PRICE_MAX).contains(&price) {
        return Err(Error::field("price", "An amount that something can cost."));
    }
    let country = address::rules(&asked.to.country).ok_or_else(|| Error::field("country", "Choose a country."))?;
    let class: Option<(String,)> =
        db.fetch_optional("SELECT name FROM tax_class WHERE code = $1", args![&asked.tax_class]).await?;
    let (class,) = class.ok_or_else(|| Error::field("tax_class", "There is no such class."))?;
    let customer = customer(&mut db, &asked.customer).await?;
    let rates = rates_at(&mut db, &asked.to, asked.at).await?;
    let exempt = match customer {
        Some(customer) if !rates.is_empty() => exemption(&mut db, customer, &asked.to, asked.at).await?,
        _ => None,
    };
    let mut steps = vec![match zone_of(&mut db, &asked.to).await? {
        Some((zone, true)) => format!("{}: zone {zone}. Prices contain the tax.", country.name),
        Some((zone, false)) => format!("{}: zone {zone}. Tax comes on top of prices.", country.name),
        None => format!("{}: in no zone, so nothing is taxed there.", country.name),
    }];
    match of_class(&rates, &asked.tax_class) {
        Some(rate) if rate.tax_class == asked.tax_class => {
            steps.push(format!("Class {class}: {}, {} %.", rate.name, percent(rate.rate_ppm)));
        }
        Some(rate) => steps.push(format!(
            "Class {class} has no rate of its own there at that time, so the standard one: {}, {} %.",
            rate.name,
            percent(rate.rate_ppm)
        )),
        None => steps.push(format!("Class {class}: no rate is valid there at that time, so nothing is charged.")),
    }
    match (&exempt, customer) {
        (Some(exempt), _) => steps.push(format!(
            "{EXEMPT}: {} is verified for this address, and the customer is in the group {}.",
            exempt.number, exempt.group
        )),
        (None, Some(_)) => steps.push("The customer is not exempt for this address.".to_owned()),
        (None, None) => {}
    }
    let taxation = Taxation { rates, by_line: false, exempt };
    let (net, tax, total) = priced(asked.price.currency, price, &asked.tax_class, &taxation)?;
    let money = |amount| asked.price.currency.money(amount);
    Ok(Explained { steps, net: money(net), tax: money(tax), total: money(total) })
}

/// One unit at this price, through the same engine as every cart: without tax, the tax, what is paid.
fn priced(currency: Currency, price: i64, class: &str, taxation: &Taxation) -> Result<(i64, i64, i64)> {
    let item = Item {
        variant_id: VariantId(uuid::Uuid::nil()),
        quantity: 1,
        unit_price: price,
        tax_class: Some(class.to_owned()),
        facts: Facts::default(),
    };
    let (items, _, rates) = taxation.applied(currency, vec![item], None)?;
    let snapshot = Snapshot {
        currency,
        items: &items,
        shipping: None,
        rates: &rates,
        promotions: &[],
        buyer: Buyer::default(),
        now: 0,
    };
    let totals = pricing::price(&snapshot)?.totals;
    Ok((totals.total - totals.tax, totals.tax, totals.total))
}

async fn zone_of(db: &mut impl Read, to: &Destination) -> Result<Option<(String, bool)>> {
    let sql = "SELECT z.name, z.inclusive FROM tax_place p JOIN tax_zone z ON z.id = p.zone_id
        WHERE p.country = $1 AND (p.region = '' OR p.region = $2)
          AND p.postal_prefix = substr(CAST($3 AS TEXT), 1, length(p.postal_prefix))
        ORDER BY length(p.postal_prefix) DESC, length(p.region) DESC LIMIT 1";
    Ok(db.fetch_optional(sql, args![&to.country, &to.region, to.postal_key()]).await?)
}

async fn customer(db: &mut impl Read, email: &str) -> Result<Option<CustomerId>> {
    let email = email.trim().to_lowercase();
    if email.is_empty() {
        return Ok(None);
    }
    let found: Option<(CustomerId,)> =
        db.fetch_optional("SELECT id FROM customer WHERE email = $1", args![email]).await?;
    found.map(|(id,)| Some(id)).ok_or_else(|| Error::field("customer", "No customer has this e-mail address."))
}
