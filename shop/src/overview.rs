//! What the merchant sees first: today's sales, what waits, how far the shop is set up. Counted when asked.

use crate::money::{Currency, Money};
use crate::setting::Settings;
use crate::staff::Staff;
use crate::{Result, Shop, args};

const DAY_MS: i64 = 86_400_000;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overview {
    /// Orders placed since midnight UTC, by currency: how many, for how much.
    pub today: Vec<(i64, Money)>,
    /// The same for the day before.
    pub yesterday: Vec<(i64, Money)>,
    pub to_ship: i64,
    pub unpaid: i64,
    /// Checkouts that need a person to decide.
    pub to_review: i64,
    /// Open differences with the payment provider or within the books.
    pub differences: i64,
    pub failed_mails: i64,
    /// Reviews that wait to be looked at.
    pub reviews: i64,
    /// Active variants of published products with one to five units left, and with none.
    pub low_stock: i64,
    pub sold_out: i64,
    pub setup: Setup,
}

/// What a shop needs before it can sell; each is true once the data is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setup {
    pub product: bool,
    pub stock: bool,
    pub delivery: bool,
    pub tax: bool,
    pub mail_sender: bool,
    pub colleague: bool,
    pub order: bool,
}

impl Setup {
    pub fn steps(&self) -> [bool; 7] {
        [self.product, self.stock, self.delivery, self.tax, self.mail_sender, self.colleague, self.order]
    }
}

pub async fn read(shop: &Shop, _by: &Staff) -> Result<Overview> {
    let midnight = shop.now_ms().div_euclid(DAY_MS) * DAY_MS;
    let left = |condition: &str| {
        format!(
            "SELECT COUNT(*) FROM (SELECT COALESCE(SUM(s.free), 0) AS units
               FROM variant v JOIN product p ON p.id = v.product_id LEFT JOIN stock s ON s.variant_id = v.id
               WHERE v.active AND v.tracked AND p.status = 'published' GROUP BY v.id) AS counted WHERE {condition}"
        )
    };
    let exists = |table: &str| format!("SELECT COUNT(*) FROM (SELECT 1 FROM {table} LIMIT 1) AS found");
    let setup = Setup {
        product: count(shop, &exists("product WHERE status = 'published'")).await? > 0,
        stock: count(shop, &exists("stock WHERE on_hand > 0")).await? > 0,
        delivery: count(shop, &exists("shipping_rate")).await? > 0,
        tax: count(shop, &exists("tax_rate")).await? > 0,
        mail_sender: shop.settings.mail_from != Settings::default().mail_from,
        colleague: count(shop, "SELECT COUNT(*) FROM staff WHERE disabled_at IS NULL").await? > 1,
        order: count(shop, &exists("orders WHERE placed_at IS NOT NULL")).await? > 0,
    };
    Ok(Overview {
        today: sales(shop, midnight, i64::MAX).await?,
        yesterday: sales(shop, midnight - DAY_MS, midnight).await?,
        to_ship: count(shop, "SELECT COUNT(*) FROM orders WHERE state IN ('confirmed', 'processing')").await?,
        unpaid: count(shop, "SELECT COUNT(*) FROM orders WHERE state = 'pending_payment'").await?,
        to_review: count(shop, "SELECT COUNT(*) FROM checkout WHERE state = 'manual_review'").await?,
        differences: count(shop, "SELECT COUNT(*) FROM recon_break WHERE resolved_at IS NULL").await?,
        failed_mails: count(shop, "SELECT COUNT(*) FROM mail WHERE state = 'failed'").await?,
        reviews: count(shop, "SELECT COUNT(*) FROM review WHERE state = 'pending'").await?,
        low_stock: count(shop, &left("units BETWEEN 1 AND 5")).await?,
        sold_out: count(shop, &left("units <= 0")).await?,
        setup,
    })
}

async fn count(shop: &Shop, sql: &str) -> Result<i64> {
    let (count,): (i64,) = shop.db.fetch_one(sql, args![]).await?;
    Ok(count)
}

async fn sales(shop: &Shop, from: i64, until: i64) -> Result<Vec<(i64, Money)>> {
    let rows: Vec<(String, i64, i64)> = shop
        .db
        .fetch_all(
            "SELECT currency, COUNT(*), CAST(SUM(total) AS BIGINT) FROM orders
             WHERE placed_at >= $1 AND placed_at < $2 AND state NOT IN ('pending_payment', 'payment_failed', 'cancelled')
             GROUP BY currency ORDER BY currency",
            args![from, until],
        )
        .await?;
    let known = |(code, orders, total): (String, i64, i64)| Some((orders, Currency::parse(&code)?.money(total)));
    Ok(rows.into_iter().filter_map(known).collect())
}
