//! Columns of our own that both formats carry for what they have no place for. Other shops ignore them.

use crate::money::Currency;

/// The address; where it is there, this shop wrote the file.
pub const SLUG: &str = "Mercer / Slug";
/// How the product is recognised, where the format has no column for it.
pub const HANDLE: &str = "Mercer / Handle";
pub const STATUS: &str = "Mercer / Status";
/// Unix milliseconds.
pub const PUBLISH_AT: &str = "Mercer / Publish At";
/// Paths of titles, "Kitchen > Cups, Gifts".
pub const CATEGORIES: &str = "Mercer / Categories";
/// JSON: `[{"name":"Size","values":["S","M"]}]`.
pub const OPTIONS: &str = "Mercer / Options";
/// JSON: for each picture its address, its text and the SKU it shows.
pub const PICTURES: &str = "Mercer / Pictures";
pub const TYPE: &str = "Mercer / Type";
pub const SEO_TITLE: &str = "Mercer / SEO Title";
pub const SEO_DESCRIPTION: &str = "Mercer / SEO Description";
pub const TAX_CLASS: &str = "Mercer / Tax Class";
pub const GIFT_CARD: &str = "Mercer / Gift Card";
pub const TRACKED: &str = "Mercer / Tracked";
pub const COST: &str = "Mercer / Cost";
/// The price before a reduction where the format could not say it.
pub const COMPARE_AT: &str = "Mercer / Compare At";

const PRICE: &str = "Mercer / Price ";
const COMPARE: &str = "Mercer / Compare At ";

/// Column of the price in a currency beside the default one.
pub fn price(currency: Currency) -> String {
    format!("{PRICE}{currency}")
}

pub fn compare_at(currency: Currency) -> String {
    format!("{COMPARE}{currency}")
}

/// The name as it is written here, if it is that of a price column.
pub fn priced(name: &str) -> Option<String> {
    let known = |prefix: &str| {
        let head = name.get(..prefix.len()).filter(|head| head.eq_ignore_ascii_case(prefix))?;
        let currency = Currency::parse(name.get(head.len()..)?)?;
        Some(format!("{prefix}{currency}"))
    };
    known(PRICE).or_else(|| known(COMPARE))
}
