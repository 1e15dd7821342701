//! Prices in more than one currency: typed, or converted by a rate and a rule of rounding.
//!
//! A currency without a [`Conversion`] has the prices that somebody has typed in it. With one, whatever has a price in its
//! base currency and none of its own is sold at the converted price. Converted prices, and converted entries of price lists,
//! are rows like typed ones, marked as converted: lists, search, price history, carts and checkouts read one table. A worker
//! (`work`) keeps them right when a rate, a rule or a price changes; what is typed always wins and is never written over.
//!
//! Sales reduce what is typed, and conversion follows. Tables of delivery and amounts of promotions are few, and are converted
//! when they are asked for, by the same function. Budgets of promotions are not: money is given away in the currency that the
//! merchant has named. An order, and everything about it, stays in its currency and knows nothing of rates.

mod convert;
mod desk;
mod edit;
mod listed;
mod missing;
mod rate;
mod work;

pub use convert::Conversion;
pub use desk::{Rated, Rule, Standing, hints, history, standing};
pub use edit::{Draft, Taken, put_rates, save};
pub use missing::{Missing, missing};
pub use rate::{parse as parse_rate, text as rate_text};
pub use work::{step, work};

use crate::args;
use crate::db::Read;
use crate::money::Currency;

/// What the worker and whoever prices delivery read; `$1` is a currency, or empty for all.
const ACTIVE: &str = "SELECT currency, base, rate, step, less, round_up FROM currency_conversion
    WHERE active AND ($1 = '' OR currency = $1) ORDER BY currency";

/// By which rule amounts become those of `currency`; `None`: only what is typed counts.
pub(crate) async fn conversion(db: &mut impl Read, currency: Currency) -> crate::Result<Option<Conversion>> {
    Ok(db.fetch_optional(ACTIVE, args![currency]).await?)
}

async fn conversions(db: &mut impl Read) -> crate::Result<Vec<Conversion>> {
    Ok(db.fetch_all(ACTIVE, args![""]).await?)
}
