//! A sample cart, priced as a shopper's would be, with every promotion's reason and the calculation line by line.

use super::code::normalised;
use super::read::{Asking, of_everything};
use crate::address::Address;
use crate::catalogue::statement::Statement;
use crate::db::Read;
use crate::id::{CartId, CustomerId, ProductId, VariantId};
use crate::money::{Currency, Money};
use crate::price_list::{offers, read_offers};
use crate::pricing::{self, Facts, Item, Snapshot, Totals};
use crate::shipping::Goods;
use crate::staff::Staff;
use crate::tax::{self, Destination};
use crate::{Error, Result, Shop, args, shipping};
use serde_json::Value;
use std::sync::LazyLock;

/// What is tried out.
#[derive(Clone, Debug)]
pub struct Sample {
    /// SKU and units.
    pub lines: Vec<(String, i64)>,
    pub currency: Currency,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// E-mail address of a customer; empty: a guest who has never ordered.
    pub customer: String,
    /// As it is typed; perhaps empty.
    pub code: String,
    /// Unix milliseconds.
    pub at: i64,
}

/// One line of the calculation.
#[derive(Clone, Debug)]
pub struct SampleLine {
    pub title: String,
    pub sku: String,
    pub quantity: i64,
    /// The catalogue's price, sales included; and with price lists.
    pub base: Money,
    pub unit: Money,
    pub total: Money,
    /// Which promotion took off how much.
    pub off: Vec<(String, Money)>,
    pub net: Money,
    /// Name of the tax, and its amount.
    pub tax: (String, Money),
}

/// What became of one promotion.
#[derive(Clone, Debug)]
pub struct Told {
    pub title: String,
    pub code: String,
    /// What it took off; `None` with the reason when it did not apply.
    pub off: Option<Money>,
    pub reason: String,
}

#[derive(Clone, Debug)]
pub struct Simulated {
    pub lines: Vec<SampleLine>,
    pub totals: Totals,
    pub delivery: String,
    pub promotions: Vec<Told>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: VariantId,
    product_id: ProductId,
    title: String,
    taxable: bool,
    tax_class: String,
    weight_grams: i64,
    requires_shipping: bool,
    price: Option<i64>,
    compare_at: Option<i64>,
    offers: Option<String>,
}

static LINE: LazyLock<Statement> = LazyLock::new(|| {
    Statement::new(&format!(
        "SELECT v.id, v.product_id, p.title, v.taxable, v.tax_class, v.weight_grams, v.requires_shipping,
           a.amount AS price, a.compare_at, {} AS offers
         FROM variant v JOIN product p ON p.id = v.product_id
         LEFT JOIN price a ON a.variant_id = v.id AND a.currency = $2
         WHERE v.sku = $1",
        offers("$2", "$3", "$4")
    ))
});

/// Prices a sample. Drafts are asked, too, and say that they are drafts; limits count as they stand.
///
/// # Errors
/// `Invalid` on "lines", "customer" or "country".
pub async fn simulate(shop: &Shop, _by: &Staff, sample: &Sample) -> Result<Simulated> {
    let mut db = &shop.db;
    if sample.lines.is_empty() || sample.lines.len() > crate::limits::CART_LINES {
        return Err(Error::field("lines", "Between one and 100 lines: a SKU and a number of units."));
    }
    if crate::address::rules(&sample.country).is_none() {
        return Err(Error::field("country", "Two letters, like DE."));
    }
    let customer = customer(&mut db, &sample.customer).await?;
    let (mut items, mut rows) = (Vec::new(), Vec::new());
    for (sku, quantity) in &sample.lines {
        if !crate::limits::LINE_QUANTITY.contains(quantity) {
            return Err(Error::field("lines", format!("{sku}: between 1 and 999 units.")));
        }
        let sql = LINE.on(db.engine());
        let row: Option<Row> = db.fetch_optional(sql, args![sku, sample.currency, sample.at, customer]).await?;
        let row = row.ok_or_else(|| Error::field("lines", format!("There is no SKU {sku}.")))?;
        let base = row.price.ok_or_else(|| Error::field("lines", format!("{sku} is not sold in this currency.")))?;
        if items.iter().any(|item: &Item| item.variant_id == row.id) {
            return Err(Error::field("lines", format!("{sku} is named twice.")));
        }
        let found = read_offers(row.offers.clone().map_or(Value::Null, Value::String))?;
        let unit = pricing::unit_price(base, *quantity, &found);
        items.push(Item {
            variant_id: row.id,
            quantity: *quantity,
            unit_price: unit.amount,
            tax_class: row.taxable.then(|| row.tax_class.clone()),
            facts: Facts {
                product: Some(row.product_id),
                reduced: unit.from_quantity.is_some() || row.compare_at.is_some_and(|before| before > unit.amount),
                intangible: !row.requires_shipping,
                ..Facts::default()
            },
        });
        rows.push((row, sku.clone(), base));
    }
    let place = Destination { country: sample.country.clone(), ..Destination::default() };
    let rates = tax::rates_at(&mut db, &place, sample.at).await?;
    let asking = Asking {
        cart: CartId(uuid::Uuid::nil()),
        currency: sample.currency,
        customer,
        email: &sample.customer,
        country: &sample.country,
    };
    let code = normalised(&sample.code).unwrap_or_default();
    let found = asking.rows(&mut db, &of_everything(), code).await?;
    let known = asking.complete(&mut db, found, &mut items, sample.at).await?;
    let mut snapshot = Snapshot {
        currency: sample.currency,
        items: &items,
        shipping: None,
        rates: &rates,
        promotions: &known.promotions,
        buyer: known.buyer,
        now: sample.at,
    };
    let (delivery, shipping) = delivery(&mut db, sample, &rows, &items, pricing::goods(&snapshot)?).await?;
    snapshot.shipping = shipping;
    let priced = pricing::price(&snapshot)?;
    let money = |amount| sample.currency.money(amount);
    let lines = priced.lines.iter().zip(rows).enumerate().map(|(at, (line, (row, sku, base)))| SampleLine {
        title: row.title,
        sku,
        quantity: line.quantity,
        base: money(base),
        unit: money(line.unit_price),
        total: money(line.total),
        off: priced
            .reductions
            .iter()
            .filter(|reduction| reduction.lines[at] > 0)
            .map(|reduction| (reduction.title.clone(), money(reduction.lines[at])))
            .collect(),
        net: money(line.net()),
        tax: (line.tax_name.clone(), money(line.tax)),
    });
    let lines = lines.collect();
    let promotions = priced.verdicts.iter().map(|verdict| {
        let taken = priced.reductions.iter().find(|r| r.promotion == verdict.promotion && r.code == verdict.code);
        Told {
            title: verdict.title.clone(),
            code: verdict.code.clone(),
            off: verdict.refused.is_none().then(|| money(taken.map_or(0, |r| r.amount + r.shipping))),
            reason: verdict.refused.as_ref().map(pricing::Reason::text).unwrap_or_default(),
        }
    });
    Ok(Simulated { lines, promotions: promotions.collect(), totals: priced.totals, delivery })
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

/// The cheapest way to deliver the sample, whose goods come to `value` after promotions.
async fn delivery(
    db: &mut impl Read,
    sample: &Sample,
    rows: &[(Row, String, i64)],
    items: &[Item],
    value: i64,
) -> Result<(String, Option<i64>)> {
    let carried = rows.iter().zip(items).filter(|((row, ..), _)| row.requires_shipping);
    let grams = carried.clone().map(|((row, ..), item)| row.weight_grams.saturating_mul(item.quantity)).sum();
    let units: i64 = carried.map(|(_, item)| item.quantity).sum();
    if units == 0 {
        return Ok(("Nothing to deliver".to_owned(), None));
    }
    let address = Address { country: sample.country.clone(), ..Address::default() };
    let methods = shipping::methods_for(db, &address, sample.currency).await?;
    let options = shipping::options(&methods, &Goods { grams, units, value }, sample.currency);
    let cheapest =
        options.into_iter().filter(|option| option.pickup.is_none()).min_by_key(|option| option.price.amount);
    Ok(cheapest.map_or(("No delivery there".to_owned(), None), |option| (option.name, Some(option.price.amount))))
}
