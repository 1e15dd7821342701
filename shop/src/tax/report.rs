//! What was charged, by country and rate, from what orders and refunds say: nothing is computed anew.
//!
//! An order counts on the day on which it was placed, a refund on the day on which the money went back, be it onto a gift
//! card or as credit. Orders that were cancelled before any payment was taken do not count, and neither does what goes back
//! of them onto cards.

use super::refund::Remaining;
use crate::db::{Db, Sql};
use crate::id::OrderId;
use crate::import::cell::guarded;
use crate::money::Currency;
use crate::pricing::TaxPart;
use crate::staff::Staff;
use crate::{Error, Result, Shop, args};
use std::collections::{BTreeMap, HashMap};

/// The longest time that one report is about, in milliseconds: a year and a day.
const LONGEST_MS: i64 = 367 * 24 * 60 * 60 * 1000;
/// Refunded orders that are read at a time.
const ORDERS: usize = 500;

/// What one rate came to in one country; minor units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportRow {
    pub currency: Currency,
    /// ISO 3166-1 alpha-2, of where it was handed over.
    pub country: String,
    /// As it was charged; empty: not taxed.
    pub name: String,
    pub rate_ppm: i64,
    pub orders: i64,
    /// Without tax.
    pub sales: i64,
    pub tax: i64,
    /// Refunded, without tax.
    pub refunded: i64,
    pub refunded_tax: i64,
}

impl ReportRow {
    /// What is left to be reported: sales and their tax, less refunds.
    pub fn net(&self) -> (i64, i64) {
        (self.sales - self.refunded, self.tax - self.refunded_tax)
    }
}

/// By currency, country and rate, highest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    pub rows: Vec<ReportRow>,
}

type Key = (&'static str, String, std::cmp::Reverse<i64>, String);

#[derive(sqlx::FromRow)]
struct Sold {
    #[sqlx(try_from = "String")]
    currency: Currency,
    country: String,
    name: String,
    rate_ppm: i64,
    orders: i64,
    sales: i64,
    tax: i64,
}

const SALES: &str = "SELECT o.currency, t.country, t.name, t.rate_ppm, COUNT(*) AS orders,
      CAST(SUM(t.goods + t.delivery) AS BIGINT) AS sales, CAST(SUM(t.goods_tax + t.delivery_tax) AS BIGINT) AS tax
    FROM orders o JOIN order_tax t ON t.order_id = o.id
    WHERE o.placed_at >= $1 AND o.placed_at < $2 AND (o.captured > 0 OR o.state NOT IN ('cancelled','payment_failed'))
    GROUP BY o.currency, t.country, t.name, t.rate_ppm";

/// Orders of which something went back in a time.
const REFUNDED: &str = "SELECT o.id FROM refund r JOIN payment_attempt a ON a.id = r.attempt_id
      JOIN orders o ON o.checkout_id = a.checkout_id
    WHERE r.state = 'succeeded' AND r.updated_at >= $1 AND r.updated_at < $2
    UNION
    SELECT o.id FROM stored_value_entry e JOIN orders o ON o.id = e.order_id
    WHERE e.kind = 'refund' AND e.at >= $1 AND e.at < $2
      AND (o.captured > 0 OR o.state NOT IN ('cancelled','payment_failed'))";

/// From `from` up to, not including, `to` (Unix milliseconds).
///
/// # Errors
/// `Invalid` on "to" when it is not later, or more than a year later.
pub async fn report(shop: &Shop, _by: &Staff, from: i64, to: i64) -> Result<Report> {
    if to <= from || to - from > LONGEST_MS {
        return Err(Error::field("to", "Later than the first day, and at most a year."));
    }
    let sold: Vec<Sold> = shop.db.fetch_all(SALES, args![from, to]).await?;
    let mut rows: BTreeMap<Key, ReportRow> = BTreeMap::new();
    for one in sold {
        let row = row_of(&mut rows, one.currency, &one.country, &one.name, one.rate_ppm);
        (row.orders, row.sales, row.tax) = (one.orders, one.sales, one.tax);
    }
    let refunded: Vec<(OrderId,)> = shop.db.fetch_all(REFUNDED, args![from, to]).await?;
    for some in refunded.chunks(ORDERS) {
        let some: Vec<_> = some.iter().map(|(id,)| id.0).collect();
        take_back(&shop.db, some, (from, to), &mut rows).await?;
    }
    Ok(Report { rows: rows.into_values().collect() })
}

fn row_of<'r>(
    rows: &'r mut BTreeMap<Key, ReportRow>,
    currency: Currency,
    country: &str,
    name: &str,
    rate_ppm: i64,
) -> &'r mut ReportRow {
    let key = (currency.code(), country.to_owned(), std::cmp::Reverse(rate_ppm), name.to_owned());
    rows.entry(key).or_insert_with(|| ReportRow {
        currency,
        country: country.to_owned(),
        name: name.to_owned(),
        rate_ppm,
        orders: 0,
        sales: 0,
        tax: 0,
        refunded: 0,
        refunded_tax: 0,
    })
}

#[derive(sqlx::FromRow)]
struct Charged {
    order_id: OrderId,
    #[sqlx(try_from = "String")]
    currency: Currency,
    country: String,
    name: String,
    rate_ppm: i64,
    goods: i64,
    goods_tax: i64,
    delivery: i64,
    delivery_tax: i64,
}

const CHARGED: Sql = Sql {
    sqlite:
        "SELECT t.order_id, o.currency, t.country, t.name, t.rate_ppm, t.goods, t.goods_tax, t.delivery, t.delivery_tax
         FROM order_tax t JOIN orders o ON o.id = t.order_id
         WHERE t.order_id IN (SELECT unhex(value) FROM json_each($1)) ORDER BY t.order_id, t.position",
    postgres:
        "SELECT t.order_id, o.currency, t.country, t.name, t.rate_ppm, t.goods, t.goods_tax, t.delivery, t.delivery_tax
         FROM order_tax t JOIN orders o ON o.id = t.order_id
         WHERE t.order_id = ANY($1) ORDER BY t.order_id, t.position",
};
// By the provider, then onto cards and as credit.
const GIVEN_BACK: Sql = Sql {
    sqlite: "SELECT o.id AS order_id, r.amount, r.updated_at AS at FROM orders o
         JOIN payment_attempt a ON a.checkout_id = o.checkout_id JOIN refund r ON r.attempt_id = a.id
         WHERE o.id IN (SELECT unhex(value) FROM json_each($1)) AND r.state = 'succeeded'
         UNION ALL
         SELECT order_id, amount, at FROM stored_value_entry
         WHERE order_id IN (SELECT unhex(value) FROM json_each($1)) AND kind = 'refund'
         ORDER BY at, amount",
    postgres: "SELECT o.id AS order_id, r.amount, r.updated_at AS at FROM orders o
         JOIN payment_attempt a ON a.checkout_id = o.checkout_id JOIN refund r ON r.attempt_id = a.id
         WHERE o.id = ANY($1) AND r.state = 'succeeded'
         UNION ALL
         SELECT order_id, amount, at FROM stored_value_entry WHERE order_id = ANY($1) AND kind = 'refund'
         ORDER BY at, amount",
};

/// Counts the refunds of these orders that fall into the time. Each takes from what those before it have left.
async fn take_back(
    db: &Db,
    orders: Vec<uuid::Uuid>,
    (from, to): (i64, i64),
    rows: &mut BTreeMap<Key, ReportRow>,
) -> Result<()> {
    let charged: Vec<Charged> = db.fetch_all(CHARGED.of(db.engine()), args![orders.clone()]).await?;
    let refunds: Vec<(OrderId, i64, i64)> = db.fetch_all(GIVEN_BACK.of(db.engine()), args![orders]).await?;
    let mut of_order: HashMap<OrderId, (Currency, String, Vec<TaxPart>)> = HashMap::new();
    for one in charged {
        let (_, _, parts) = of_order.entry(one.order_id).or_insert((one.currency, one.country, Vec::new()));
        parts.push(TaxPart {
            name: one.name,
            rate_ppm: one.rate_ppm,
            goods: one.goods,
            goods_tax: one.goods_tax,
            delivery: one.delivery,
            delivery_tax: one.delivery_tax,
        });
    }
    let mut left: HashMap<OrderId, (Currency, String, Remaining)> = of_order
        .into_iter()
        .map(|(id, (currency, country, parts))| (id, (currency, country, Remaining::of(parts))))
        .collect();
    for (order, amount, at) in refunds {
        let Some((currency, country, remaining)) = left.get_mut(&order) else { continue };
        let back = remaining.take(amount);
        for part in back.into_iter().filter(|_| (from..to).contains(&at)) {
            let row = row_of(rows, *currency, country, &part.name, part.rate_ppm);
            row.refunded += part.goods + part.delivery;
            row.refunded_tax += part.tax();
        }
    }
    Ok(())
}

/// The report as a CSV file; nothing in it is a formula to a spreadsheet.
///
/// # Errors
/// As [`report`].
pub async fn report_csv(shop: &Shop, by: &Staff, from: i64, to: i64) -> Result<Vec<u8>> {
    let report = report(shop, by, from, to).await?;
    let mut file = csv::Writer::from_writer(Vec::new());
    let failed = |error: csv::Error| Error::Internal(error.to_string());
    let head = [
        "Country",
        "Tax",
        "Percent",
        "Currency",
        "Orders",
        "Sales without tax",
        "Tax on sales",
        "Refunds without tax",
        "Tax on refunds",
        "Net sales",
        "Net tax",
    ];
    file.write_record(head).map_err(failed)?;
    for row in report.rows {
        let (sales, tax) = row.net();
        let money = |amount: i64| row.currency.money(amount).decimal();
        file.write_record([
            row.country.clone(),
            guarded(&row.name).into_owned(),
            super::percent(row.rate_ppm),
            row.currency.code().to_owned(),
            row.orders.to_string(),
            money(row.sales),
            money(row.tax),
            money(row.refunded),
            money(row.refunded_tax),
            // A month of refunds alone is below nothing, and a number.
            money(sales),
            money(tax),
        ])
        .map_err(failed)?;
    }
    file.into_inner().map_err(|error| Error::Internal(error.to_string()))
}
