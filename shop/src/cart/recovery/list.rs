//! Carts that were left, as the merchant sees them.

use super::DAY_MS;
use crate::catalogue::Page;
use crate::id::AbandonedCartId;
use crate::limits::PAGE_ROWS;
use crate::money::{Currency, Money};
use crate::staff::Staff;
use crate::{Error, Result, Shop, args};

/// A cart that was left.
#[derive(Clone, Debug, PartialEq)]
pub struct Abandoned {
    pub id: AbandonedCartId,
    pub email: String,
    /// "cart", "address", "delivery" or "payment".
    pub step: String,
    pub units: i64,
    pub value: Money,
    /// Its last change: Unix milliseconds.
    pub since: i64,
    /// Whether its owner wants to be reminded.
    pub wanted: bool,
    pub mails: i64,
    /// When the next mail is due.
    pub mail_at: Option<i64>,
    /// Its owner has come back: number of the order that it became.
    pub order: Option<String>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: AbandonedCartId,
    email: String,
    step: String,
    units: i64,
    value: i64,
    #[sqlx(try_from = "String")]
    currency: Currency,
    since: i64,
    wanted: bool,
    mails: i64,
    mail_at: Option<i64>,
    number: Option<String>,
}

/// Carts that were left, the latest first.
///
/// # Errors
/// `Invalid` "after" for a place that is none.
pub async fn list(shop: &Shop, _by: &Staff, after: Option<&str>, rows: i64) -> Result<Page<Abandoned>> {
    const LIST: &str =
        "SELECT a.id, a.email, a.step, a.units, a.value, a.currency, a.since, a.wanted, a.mails, a.mail_at,
          (SELECT o.number FROM checkout k JOIN orders o ON o.checkout_id = k.id
           WHERE k.cart_id IN (SELECT a.cart_id UNION ALL SELECT r.id FROM cart r WHERE r.recovered_from = a.id)
             AND o.placed_at >= a.since ORDER BY o.placed_at LIMIT 1) AS number
        FROM abandoned_cart a WHERE (a.since, a.id) < ($1, $2) ORDER BY a.since DESC, a.id DESC LIMIT $3";
    let rows = rows.clamp(*PAGE_ROWS.start(), *PAGE_ROWS.end());
    let (since, id) = match after {
        None => (i64::MAX, AbandonedCartId(uuid::Uuid::max())),
        Some(text) => place(text).ok_or_else(|| Error::field("after", "This page does not exist."))?,
    };
    let mut found: Vec<Row> = shop.db.fetch_all(LIST, args![since, id, rows + 1]).await?;
    let more = found.len() as i64 > rows;
    if more {
        found.pop();
    }
    let next = found.last().filter(|_| more).map(|row| format!("{}.{}", row.since, row.id));
    let items = found.into_iter().map(|row| Abandoned {
        id: row.id,
        email: row.email,
        step: row.step,
        units: row.units,
        value: row.currency.money(row.value),
        since: row.since,
        wanted: row.wanted,
        mails: row.mails,
        mail_at: row.mail_at,
        order: row.number,
    });
    Ok(Page { items: items.collect(), next })
}

fn place(text: &str) -> Option<(i64, AbandonedCartId)> {
    let (since, id) = text.split_once('.')?;
    Some((since.parse().ok()?, id.parse().ok()?))
}

/// What reminders have brought back in 30 days.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recovered {
    pub orders: i64,
    /// One for each currency.
    pub totals: Vec<Money>,
}

/// Orders that carts became after a reminder had gone out, of carts that were left in the last 30 days.
pub async fn recovered(shop: &Shop, _by: &Staff) -> Result<Recovered> {
    const SUM: &str = "SELECT o.currency, COUNT(*) AS orders, CAST(SUM(o.total) AS BIGINT) AS total
        FROM abandoned_cart a JOIN cart c ON c.id = a.cart_id OR c.recovered_from = a.id
        JOIN checkout k ON k.cart_id = c.id JOIN orders o ON o.checkout_id = k.id
        WHERE a.since > $1 AND a.mails > 0 AND o.placed_at >= a.since AND o.state || '' <> 'cancelled'
        GROUP BY o.currency ORDER BY o.currency";
    let rows: Vec<(String, i64, i64)> = shop.db.fetch_all(SUM, args![shop.now_ms() - 30 * DAY_MS]).await?;
    let orders = rows.iter().map(|(_, orders, _)| orders).sum();
    let money = |(currency, _, total): (String, i64, i64)| Currency::try_from(currency).ok().map(|c| c.money(total));
    Ok(Recovered { orders, totals: rows.into_iter().filter_map(money).collect() })
}
