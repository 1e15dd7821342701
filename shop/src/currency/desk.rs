//! Currencies as the merchant sees them.

use super::Conversion;
use crate::id::{ProductId, VariantId};
use crate::limits::{CURRENCY_RATE_DAYS, CURRENCY_RATES};
use crate::money::{Currency, Money};
use crate::staff::Staff;
use crate::{Result, Shop, args};

/// A currency that the shop sells in, or once did and still converts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    pub currency: Currency,
    /// Shoppers can choose it.
    pub offered: bool,
    /// Prices that were typed, and those that were converted.
    pub typed: i64,
    pub converted: i64,
    /// `None`: nothing was ever said of it.
    pub rule: Option<Rule>,
}

/// How its prices come about, with the version that [`super::save`] asks for.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Rule {
    #[sqlx(flatten)]
    pub conversion: Conversion,
    pub active: bool,
    pub source: String,
    /// Unix milliseconds.
    pub rated_at: i64,
    pub version: i64,
    /// The worker goes through all products at present.
    pub walking: bool,
}

impl Rule {
    /// Days since the moment that the rate is of.
    pub fn age_days(&self, now: i64) -> i64 {
        (now - self.rated_at).max(0) / (24 * 60 * 60 * 1000)
    }

    pub fn is_old(&self, now: i64) -> bool {
        self.active && self.age_days(now) > CURRENCY_RATE_DAYS
    }
}

/// The default currency first, then the others as the settings name them.
pub async fn standing(shop: &Shop, _by: &Staff) -> Result<Vec<Standing>> {
    const RULES: &str = "SELECT currency, base, rate, step, less, round_up, active, source, rated_at, version,
          fill_after IS NOT NULL AS walking FROM currency_conversion ORDER BY currency";
    const COUNTS: &str =
        "SELECT currency, COUNT(*), COUNT(CASE WHEN converted THEN 1 END) FROM price GROUP BY currency";
    let mut rules: Vec<Rule> = shop.db.fetch_all(RULES, args![]).await?;
    let counts: Vec<(String, i64, i64)> = shop.db.fetch_all(COUNTS, args![]).await?;
    let offered = &shop.settings.currencies;
    let others = rules.iter().map(|rule| rule.conversion.currency).filter(|currency| !offered.contains(currency));
    let all: Vec<Currency> = offered.iter().copied().chain(others).collect();
    let standing = |currency: Currency| {
        let count = counts.iter().find(|(code, ..)| code == currency.code());
        let (all, converted) = count.map_or((0, 0), |(_, all, converted)| (*all, *converted));
        let rule = rules.iter().position(|rule| rule.conversion.currency == currency);
        Standing {
            currency,
            offered: offered.contains(&currency),
            typed: all - converted,
            converted,
            rule: rule.map(|at| rules.swap_remove(at)),
        }
    };
    Ok(all.into_iter().map(standing).collect())
}

/// A rate that was in force.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Rated {
    #[sqlx(try_from = "String")]
    pub base: Currency,
    /// As in [`Conversion`].
    pub rate: i64,
    pub source: String,
    /// Unix milliseconds.
    pub rated_at: i64,
}

/// The rates of a currency, the latest first, at most [`CURRENCY_RATES`].
pub async fn history(shop: &Shop, _by: &Staff, currency: Currency) -> Result<Vec<Rated>> {
    const RATES: &str = "SELECT base, rate, source, rated_at FROM currency_rate WHERE currency = $1
        ORDER BY seq DESC LIMIT $2";
    Ok(shop.db.fetch_all(RATES, args![currency, CURRENCY_RATES]).await?)
}

/// The converted prices of a product's variants.
pub async fn hints(shop: &Shop, _by: &Staff, product: ProductId) -> Result<Vec<(VariantId, Money)>> {
    const HINTS: &str = "SELECT r.variant_id, r.currency, r.amount FROM variant v
        JOIN price r ON r.variant_id = v.id AND r.converted WHERE v.product_id = $1 AND v.active ORDER BY r.currency";
    let rows: Vec<(VariantId, String, i64)> = shop.db.fetch_all(HINTS, args![product]).await?;
    let hint =
        |(variant, code, amount): (VariantId, String, i64)| Some((variant, Currency::parse(&code)?.money(amount)));
    Ok(rows.into_iter().filter_map(hint).collect())
}
