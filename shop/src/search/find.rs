//! What pages show of a search: cards from the database in the index's order, and what could be narrowed down.

use super::index::INDEX_KEPT;
use super::{Facet, Found, Search, Sort, feed};
use crate::catalogue::Card;
use crate::catalogue::card::{self, around};
use crate::catalogue::statement::Statement;
use crate::db::Engine;
use crate::id::CategoryId;
use crate::money::Currency;
use crate::{Error, Result, Shop, args, limits};
use ::search::Filter;
use std::ops::RangeInclusive;
use std::sync::LazyLock;
use uuid::Uuid;

/// What somebody looks for.
#[derive(Clone, Debug)]
pub struct Query {
    /// As it was typed; empty for everything.
    pub text: String,
    /// Slugs; nothing is in a category that does not exist.
    pub categories: Vec<String>,
    pub brands: Vec<String>,
    /// Lowest and highest price to be shown, minor units of `currency`.
    pub price_from: Option<i64>,
    pub price_to: Option<i64>,
    pub in_stock_only: bool,
    pub sort: Sort,
    pub currency: Currency,
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
            categories: Vec::new(),
            brands: Vec::new(),
            price_from: None,
            price_to: None,
            in_stock_only: false,
            sort: Sort::default(),
            currency,
            page: 1,
            rows: 24,
        }
    }
}

/// Values of one facet that are shown.
const VALUES: usize = 20;

/// # Errors
/// `Invalid` "rows", "page", "price_from" or "price_to"; `Unavailable` before the first products were indexed.
pub async fn find(shop: &Shop, search: &Search, query: &Query) -> Result<Found> {
    let rows = usize::try_from(query.rows).unwrap_or_default();
    let deepest = ::search::DEPTH / rows.max(1);
    let (from, to) = (query.price_from.unwrap_or(0), query.price_to.unwrap_or(i64::MAX));
    limits::Check::default()
        .that(limits::PAGE_ROWS.contains(&query.rows), "rows", "Between 1 and 100.")
        .that((1..=deepest).contains(&query.page), "page", format!("Between 1 and {deepest}."))
        .that(from >= 0, "price_from", "Not below zero.")
        .that(from <= to, "price_to", "Not below the lowest price.")
        .done()?;
    let categories: Vec<(CategoryId, String, String)> =
        shop.db.fetch_all("SELECT id, slug, title FROM category", args![]).await?;
    let slugs = query.categories.iter();
    let ids = slugs.map(|slug| categories.iter().find(|(_, known, _)| known == slug).map_or(Uuid::nil(), |c| c.0.0));
    let found = ask(search, query, ids.collect(), rows, from..=to).await?;
    if found.total == 0 && !feed::is_filled(search).await? {
        return Err(not_yet());
    }
    let category = |(id, count): (Uuid, usize)| {
        let (_, slug, title) = categories.iter().find(|(known, ..)| known.0 == id)?;
        let chosen = query.categories.contains(slug);
        Some(Facet { value: slug.clone(), title: title.clone(), count, chosen })
    };
    let brand = |(name, count): (String, usize)| {
        let chosen = query.brands.contains(&name);
        Facet { value: name.clone(), title: name, count, chosen }
    };
    Ok(Found {
        total: found.total,
        items: cards(shop, found.ids, query.currency).await?,
        pages: found.total.div_ceil(rows).min(deepest),
        categories: shown(found.categories.into_iter().filter_map(category)),
        brands: shown(found.brands.into_iter().map(brand)),
        in_stock: found.in_stock,
        prices: found.prices.map(|(low, high)| (query.currency.money(low), query.currency.money(high))),
        is_guess: found.is_guess,
    })
}

fn not_yet() -> Error {
    let message = "The search is being set up. Please try again in a moment.".into();
    Error::Unavailable { message, retry_after_s: 2 }
}

async fn ask(
    search: &Search,
    query: &Query,
    categories: Vec<Uuid>,
    rows: usize,
    prices: RangeInclusive<i64>,
) -> Result<::search::Found> {
    let (text, currency) = (query.text.clone(), query.currency);
    let sort = match query.sort {
        Sort::Relevance => ::search::Sort::Relevance,
        Sort::Newest => ::search::Sort::Newest,
        Sort::PriceLow => ::search::Sort::PriceLow,
        Sort::PriceHigh => ::search::Sort::PriceHigh,
    };
    let filter =
        Filter { categories, brands: query.brands.clone(), price: Some(prices), in_stock: query.in_stock_only };
    let offset = (query.page - 1) * rows;
    search
        .with(move |index| {
            index.find(&::search::Query { text: &text, filter, sort, currency: currency.code(), offset, rows })
        })
        .await
        .map_err(|error| match error {
            // By a process whose index has another shape.
            Error::Conflict { code: INDEX_KEPT, .. } => not_yet(),
            error => error,
        })
}

/// The most frequent values, and those that are chosen.
fn shown(facets: impl Iterator<Item = Facet>) -> Vec<Facet> {
    facets.enumerate().filter(|(at, facet)| *at < VALUES || facet.chosen).map(|(_, facet)| facet).collect()
}

/// The products as cards, in this order; what is no longer for sale is left out.
async fn cards(shop: &Shop, ids: Vec<Uuid>, currency: Currency) -> Result<Vec<Card>> {
    static SQLITE: LazyLock<Statement> =
        LazyLock::new(|| statement("(SELECT unhex(value) AS id, key AS place FROM json_each($2))"));
    static POSTGRES: LazyLock<Statement> =
        LazyLock::new(|| statement("(SELECT id, place FROM UNNEST($2) WITH ORDINALITY AS asked(id, place))"));
    let engine = shop.db.engine();
    let statement = match engine {
        Engine::Sqlite => &SQLITE,
        Engine::Postgres => &POSTGRES,
    };
    let rows: Vec<card::Row> = shop.db.fetch_all(statement.on(engine), args![currency, ids]).await?;
    rows.into_iter().filter_map(|row| row.card(currency).transpose()).collect()
}

fn statement(asked: &str) -> Statement {
    let page = format!(
        "SELECT p.id, a.place AS amount, '' AS name, p.id AS tie
         FROM {asked} AS a CROSS JOIN product p WHERE p.id = a.id AND p.status || '' = 'published'"
    );
    Statement::new(&around(&page, "page.amount"))
}
