//! The owner's rules by which an order waits for a person.

use super::payer::Payer;
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
    if rules.totals.iter().any(|least| least.currency == totals.currency && totals.total >= least.amount) {
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
