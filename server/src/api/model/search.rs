//! What a search found.

use super::Money;
use super::catalogue::ProductCard;
use serde::Serialize;
use shop::search;
use utoipa::ToSchema;

/// One page of what was found. Counts of a facet are of what would be found if nothing were chosen in it.
#[derive(Serialize, ToSchema)]
pub struct SearchPage {
    total: usize,
    items: Vec<ProductCard>,
    /// How many pages there are.
    pages: usize,
    /// By slug.
    categories: Vec<Facet>,
    /// By name.
    brands: Vec<Facet>,
    attributes: Vec<Attribute>,
    /// Products that can be bought now.
    in_stock: usize,
    on_sale: usize,
    /// So many stars or more.
    ratings: Vec<Facet>,
    price_low: Option<Money>,
    price_high: Option<Money>,
    /// Nothing has the words as they were written; these have words like them.
    is_guess: bool,
    /// What was perhaps meant, when it is a guess.
    suggestion: Option<String>,
    /// Words that were looked for, too, because the merchant says that they mean the same.
    synonyms: Vec<String>,
}

/// A facet that products bring themselves, "Size" and its values, or an attribute that the merchant has made a filter. A value
/// of a number may be a range: `10..20` is from 10 to below 20.
#[derive(Serialize, ToSchema)]
pub struct Attribute {
    name: String,
    values: Vec<Facet>,
}

/// A value that could be chosen, and how many products would be there.
#[derive(Serialize, ToSchema)]
pub struct Facet {
    value: String,
    title: String,
    count: usize,
    chosen: bool,
    /// A colour like "#a04030", where the merchant has given the value one.
    swatch: Option<String>,
}

impl From<search::Found> for SearchPage {
    fn from(found: search::Found) -> Self {
        let facets = |values: Vec<search::Facet>| values.into_iter().map(Facet::from).collect();
        Self {
            total: found.total,
            items: found.items.into_iter().map(ProductCard::from).collect(),
            pages: found.pages,
            categories: facets(found.categories),
            brands: facets(found.brands),
            attributes: found
                .attributes
                .into_iter()
                .map(|search::Attribute { name, values }| Attribute { name, values: facets(values) })
                .collect(),
            in_stock: found.in_stock,
            on_sale: found.on_sale,
            ratings: facets(found.ratings),
            price_low: found.prices.map(|(low, _)| low.into()),
            price_high: found.prices.map(|(_, high)| high.into()),
            is_guess: found.is_guess,
            suggestion: found.suggestion,
            synonyms: found.synonyms,
        }
    }
}

impl From<search::Facet> for Facet {
    fn from(facet: search::Facet) -> Self {
        let search::Facet { value, title, count, chosen, swatch } = facet;
        Self { value, title, count, chosen, swatch }
    }
}
