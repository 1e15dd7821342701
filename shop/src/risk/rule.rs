//! The owner's rules by which an order waits for a person.

use super::payer::Payer;
use crate::currency::conversion;
use crate::money::Currency;
use crate::pricing::Totals;
use crate::{Result, Shop, args};

const DAY_MS: i64 = 24 * 60 * 60_000;

/// Why an order about to be placed is to be held; empty when it is not. `declined` as of [`super::may_pay`].
pub(crate) async fn reasons(shop: &Shop, payer: &Payer, totals: &Totals, declined: i64) -> Result<Vec<String>> {
    let rules = &shop.settings.hold;
    let mut reasons = Vec::new();
    if rules.declined > 0 && declined >= rules.declined {
        reasons.push(format!("{declined} declined payments in the last hour"));
    }
    if least_total(shop, totals.currency).await?.is_some_and(|least| totals.total >= least) {
        reasons.push(format!("Comes to {}", totals.money(totals.total)));
    }
    if rules.orders_a_day > 0 {
        let sql = "SELECT COUNT(*) FROM orders WHERE email = $1 AND placed_at > $2";
        let (orders,): (i64,) = shop.db.fetch_one(sql, args![&payer.buyer, shop.now_ms() - DAY_MS]).await?;
        if orders + 1 >= rules.orders_a_day {
            reasons.push(format!("{} orders of this buyer in 24 hours", orders + 1));
        }
    }
    Ok(reasons)
}

/// From which total on orders in this currency wait: as the owner says, or what that comes to where prices are converted.
async fn least_total(shop: &Shop, currency: Currency) -> Result<Option<i64>> {
    let totals = &shop.settings.hold.totals;
    let named =
        |currency: Currency| totals.iter().filter(|least| least.currency == currency).map(|least| least.amount).min();
    if totals.is_empty() || named(currency).is_some() {
        return Ok(named(currency));
    }
    let rule = conversion(&mut &shop.db, currency).await?;
    Ok(rule.and_then(|rule| rule.threshold(named(rule.base)?)))
}
