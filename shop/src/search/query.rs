//! What somebody looks for.

use super::Sort;
use crate::id::{CategoryId, CollectionId, CustomerId};
use crate::money::Currency;

#[derive(Clone, Debug)]
pub struct Query {
    /// As it was typed; empty for everything.
    pub text: String,
    /// A category's own page: nothing else is there.
    pub within: Option<CategoryId>,
    /// A collection's own page: nothing else is there.
    pub collection: Option<CollectionId>,
    /// What has a place in the collection comes first, in that order.
    pub placed: bool,
    /// Slugs; nothing is in a category that does not exist.
    pub categories: Vec<String>,
    pub brands: Vec<String>,
    /// Name and value.
    pub attributes: Vec<(String, String)>,
    /// Lowest and highest price to be shown, minor units of `currency`.
    pub price_from: Option<i64>,
    pub price_to: Option<i64>,
    pub in_stock_only: bool,
    pub on_sale_only: bool,
    /// Stars on average at least, 1 to 5.
    pub rated_from: Option<i64>,
    pub sort: Sort,
    pub currency: Currency,
    /// Whose prices the cards show.
    pub customer: Option<CustomerId>,
    /// From 1.
    pub page: usize,
    /// Within `limits::PAGE_ROWS`.
    pub rows: i64,
}

impl Query {
    /// The first page of all products.
    pub fn everything(currency: Currency) -> Self {
        Self {
            text: String::new(),
            within: None,
            collection: None,
            placed: false,
            categories: Vec::new(),
            brands: Vec::new(),
            attributes: Vec::new(),
            price_from: None,
            price_to: None,
            in_stock_only: false,
            on_sale_only: false,
            rated_from: None,
            sort: Sort::default(),
            currency,
            customer: None,
            page: 1,
            rows: 24,
        }
    }
}
