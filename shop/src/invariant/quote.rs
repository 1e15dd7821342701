//! I3 and I15: every order is what was agreed. The frozen quote is computed again by arithmetic of its own, and the
//! units a placed order took off the shelves are counted against it.

use super::{Breach, SHOWN, Verdict};
use crate::checkout::Quote;
use crate::db::Read;
use crate::id::{CheckoutId, VariantId};
use crate::pricing::TaxPart;
use crate::{Result, args};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Checkouts read at a time.
const PAGE: i64 = 500;

#[derive(sqlx::FromRow)]
struct Row {
    id: CheckoutId,
    quote: String,
    quote_hash: String,
    checkout_total: i64,
    number: String,
    currency: String,
    subtotal: i64,
    discount: i64,
    shipping: i64,
    tax: i64,
    total: i64,
    tender: i64,
    placed_at: Option<i64>,
}

pub(super) async fn check(db: &mut impl Read) -> Result<[Verdict; 2]> {
    let mut units =
        Verdict { rule: "I3", says: "A placed order took off the shelves exactly what it lists", breaches: Vec::new() };
    let mut amounts = Verdict {
        rule: "I15",
        says: "An order's amounts are those of the quote the shopper agreed to, computed again",
        breaches: Vec::new(),
    };
    let mut after = CheckoutId(Uuid::nil());
    loop {
        let page: Vec<Row> = db
            .fetch_all(
                "SELECT k.id, k.quote, k.quote_hash, k.total AS checkout_total, o.number, o.currency, o.subtotal,
                   o.discount, o.shipping, o.tax, o.total, o.tender, o.placed_at
                 FROM checkout k JOIN orders o ON o.checkout_id = k.id WHERE k.id > $1 ORDER BY k.id LIMIT $2",
                args![after, PAGE],
            )
            .await?;
        let Some(last) = page.last().map(|row| row.id) else { return Ok([units, amounts]) };
        let mut taken = taken(db, after, last).await?;
        for row in &page {
            match serde_json::from_str::<Quote>(&row.quote) {
                Ok(quote) => {
                    let taken = taken.remove(&row.id).unwrap_or_default();
                    note(&mut units, row, row.placed_at.and_then(|_| units_wrong(&quote, &taken)));
                    note(&mut amounts, row, amounts_wrong(row, &quote));
                }
                Err(error) => note(&mut amounts, row, Some(format!("the quote cannot be read: {error}"))),
            }
        }
        after = last;
    }
}

fn note(verdict: &mut Verdict, row: &Row, wrong: Option<String>) {
    if let Some(detail) = wrong.filter(|_| verdict.breaches.len() < SHOWN) {
        verdict.breaches.push(Breach { rule: verdict.rule, reference: row.number.clone(), detail });
    }
}

type Units = BTreeMap<VariantId, i64>;

/// Units committed from stock, by variant, for the checkouts after `after` up to `last`.
async fn taken(db: &mut impl Read, after: CheckoutId, last: CheckoutId) -> Result<BTreeMap<CheckoutId, Units>> {
    let rows: Vec<(CheckoutId, VariantId, i64)> = db
        .fetch_all(
            "SELECT r.checkout_id, s.variant_id, CAST(SUM(r.quantity) AS BIGINT)
             FROM reservation r JOIN stock s ON s.id = r.stock_id
             WHERE r.state = 'committed' AND r.checkout_id > $1 AND r.checkout_id <= $2
             GROUP BY r.checkout_id, s.variant_id",
            args![after, last],
        )
        .await?;
    let mut taken: BTreeMap<CheckoutId, Units> = BTreeMap::new();
    for (checkout, variant, quantity) in rows {
        taken.entry(checkout).or_default().insert(variant, quantity);
    }
    Ok(taken)
}

fn units_wrong(quote: &Quote, taken: &Units) -> Option<String> {
    let mut listed = Units::new();
    for line in quote.lines.iter().filter(|line| line.tracked) {
        *listed.entry(line.priced.variant_id).or_default() += line.priced.quantity;
    }
    (listed != *taken).then(|| {
        let count = |units: &Units| units.values().sum::<i64>();
        format!(
            "{} units of {} variants listed, {} of {} taken",
            count(&listed),
            listed.len(),
            count(taken),
            taken.len()
        )
    })
}

fn amounts_wrong(row: &Row, quote: &Quote) -> Option<String> {
    let totals = &quote.totals;
    if hex::encode(Sha256::digest(&row.quote)) != row.quote_hash {
        return Some("the quote has been changed since".into());
    }
    if let Some(line) = quote.lines.iter().find(|line| {
        line.priced.unit_price.checked_mul(line.priced.quantity) != Some(line.priced.total)
            || !(0..=line.priced.total).contains(&line.priced.discount)
            || tax(line.priced.total - line.priced.discount, line.priced.tax_rate_ppm, totals.tax_inclusive)
                != i128::from(line.priced.tax)
    }) {
        return Some(format!("the line {} does not compute", line.sku));
    }
    if let Some(detail) = promotions_wrong(quote) {
        return Some(detail);
    }
    if quote.tender.iter().any(|one| one.amount <= 0) || quote.tendered() != row.tender {
        return Some(format!("gift cards and credit pay {}, {} was agreed", row.tender, quote.tendered()));
    }
    if let Some(detail) = taxes_wrong(quote) {
        return Some(detail);
    }
    let discount: i64 = quote.lines.iter().map(|line| line.priced.discount).sum();
    let subtotal: i64 = quote.lines.iter().map(|line| line.priced.total).sum();
    let tax: i64 = totals.tax_rows.iter().map(|(_, amount)| amount).sum();
    let total = subtotal - discount + totals.shipping + if totals.tax_inclusive { 0 } else { tax };
    let stored = (row.subtotal, row.discount, row.shipping, row.tax, row.total);
    let computed = (subtotal, discount, totals.shipping, tax, total);
    if stored != computed || row.checkout_total != total || row.currency != totals.currency.code() {
        return Some(format!("{stored:?} {} stored, {computed:?} {} agreed", row.currency, totals.currency.code()));
    }
    None
}

/// What is taxed at which rate adds up to the total and the tax; the goods of a rate carry the tax of their lines.
fn taxes_wrong(quote: &Quote) -> Option<String> {
    let totals = &quote.totals;
    if quote.taxes.is_empty() {
        // Agreed to before quotes said so; what was charged by rate is asked of `order_tax` as well.
        return None;
    }
    let paid: i64 = quote.taxes.iter().map(|part| part.goods + part.delivery + part.tax()).sum();
    let taxed: i64 = quote.taxes.iter().map(TaxPart::tax).sum();
    if (paid, taxed) != (totals.total, totals.tax) {
        return Some(format!("by rate {paid} with {taxed} tax, in all {} with {}", totals.total, totals.tax));
    }
    let uneven = quote.taxes.iter().find(|part| {
        let lines = quote.lines.iter().map(|line| &line.priced);
        let of_rate = lines.filter(|line| line.tax_name == part.name && line.tax_rate_ppm == part.rate_ppm);
        let delivery = part.delivery + if totals.tax_inclusive { part.delivery_tax } else { 0 };
        of_rate.map(|line| line.tax).sum::<i64>() != part.goods_tax
            || tax(delivery, part.rate_ppm, totals.tax_inclusive) != i128::from(part.delivery_tax)
    });
    uneven.map(|part| format!("the tax “{}” does not compute", part.name))
}

/// What promotions take off adds up by line, by promotion and in all.
fn promotions_wrong(quote: &Quote) -> Option<String> {
    let totals = &quote.totals;
    for (at, line) in quote.lines.iter().enumerate() {
        let off: i64 = quote.promotions.iter().map(|p| p.lines.get(at).copied().unwrap_or(i64::MAX / 1000)).sum();
        if off != line.priced.discount {
            return Some(format!(
                "promotions take {off} off the line {}, which has {}",
                line.sku, line.priced.discount
            ));
        }
    }
    let goods: i64 = quote.promotions.iter().map(|p| p.amount).sum();
    let delivery: i64 = quote.promotions.iter().map(|p| p.shipping).sum();
    let uneven =
        quote.promotions.iter().find(|p| p.amount != p.lines.iter().sum::<i64>() || p.amount + p.shipping <= 0);
    if let Some(promotion) = uneven {
        return Some(format!("the promotion “{}” does not compute", promotion.title));
    }
    ((goods, delivery) != (totals.discount, totals.shipping_discount)).then(|| {
        let (discount, shipping) = (totals.discount, totals.shipping_discount);
        format!("promotions take off {goods} and {delivery}, the totals {discount} and {shipping}")
    })
}

/// The tax in or on an amount, half away from zero, in whole numbers throughout.
fn tax(amount: i64, rate_ppm: i64, inclusive: bool) -> i128 {
    let (amount, rate) = (i128::from(amount), i128::from(rate_ppm));
    let divisor = 1_000_000 + if inclusive { rate } else { 0 };
    let (whole, rest) = (amount * rate / divisor, amount * rate % divisor);
    whole + i128::from(2 * rest >= divisor)
}
