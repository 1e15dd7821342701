//! A question to the index, with what the merchant has said about its words.

use super::index::INDEX_KEPT;
use super::{Query, Search, Sort, pin, synonym};
use crate::{Error, Result, Shop};
use ::search::{Filter, Found};
use uuid::Uuid;

/// All that a [`search::Query`] borrows.
#[derive(Clone)]
pub(super) struct Ask {
    text: String,
    synonyms: Vec<Vec<String>>,
    pinned: Vec<Uuid>,
    within: Option<Uuid>,
    collection: Option<Uuid>,
    placed: bool,
    /// Without categories, which [`Query`] names by slug.
    pub filter: Filter,
    sort: ::search::Sort,
    currency: &'static str,
    offset: usize,
    rows: usize,
    pub counts: bool,
}

impl Ask {
    pub async fn of(shop: &Shop, query: &Query) -> Result<Self> {
        let has_words = !query.text.trim().is_empty();
        let rows = usize::try_from(query.rows).unwrap_or_default();
        let price = query.price_from.unwrap_or(0)..=query.price_to.unwrap_or(i64::MAX);
        Ok(Self {
            text: query.text.clone(),
            synonyms: if has_words { synonym::lines(shop).await? } else { Vec::new() },
            pinned: if has_words { pin::of(shop, &query.text).await? } else { Vec::new() },
            within: query.within.map(|category| category.0),
            collection: query.collection.map(|collection| collection.0),
            placed: query.placed,
            filter: Filter {
                categories: Vec::new(),
                brands: query.brands.clone(),
                attributes: query.attributes.clone(),
                ranges: Vec::new(),
                price: Some(price),
                in_stock: query.in_stock_only,
                on_sale: query.on_sale_only,
                rated_from: 10 * query.rated_from.unwrap_or(0),
            },
            sort: match query.sort {
                Sort::Relevance => ::search::Sort::Relevance,
                Sort::Newest => ::search::Sort::Newest,
                Sort::PriceLow => ::search::Sort::PriceLow,
                Sort::PriceHigh => ::search::Sort::PriceHigh,
                Sort::Rating => ::search::Sort::Rating,
                Sort::BestSelling => ::search::Sort::BestSelling,
            },
            currency: query.currency.code(),
            offset: query.page.saturating_sub(1).saturating_mul(rows),
            rows,
            counts: true,
        })
    }

    pub fn query(&self) -> ::search::Query<'_> {
        ::search::Query {
            text: &self.text,
            synonyms: &self.synonyms,
            pinned: &self.pinned,
            within: self.within,
            collection: self.collection,
            placed: self.placed,
            filter: self.filter.clone(),
            sort: self.sort,
            currency: self.currency,
            offset: self.offset,
            rows: self.rows,
            counts: self.counts,
        }
    }

    /// # Errors
    /// `Unavailable` while another process writes an index of another shape.
    pub async fn put(self, search: &Search) -> Result<Found> {
        let found = search.with(move |index| index.find(&self.query())).await;
        found.map_err(|error| match error {
            Error::Conflict { code: INDEX_KEPT, .. } => not_yet(),
            error => error,
        })
    }
}

pub(crate) fn not_yet() -> Error {
    let message = "The search is being set up. Please try again in a moment.".into();
    Error::Unavailable { message, retry_after_s: 2 }
}
