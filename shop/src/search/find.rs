//! What pages show of a search: cards from the database in the index's order, and what could be narrowed down.

use super::ask::{Ask, not_yet};
use super::attribute::{self, shown};
use super::{Facet, Found, Query, Search, feed};
use crate::attribute::facets;
use crate::catalogue::card::in_order;
use crate::id::CategoryId;
use crate::price_list::Buyer;
use crate::{Result, Shop, args, limits};
use uuid::Uuid;

/// # Errors
/// `Invalid` "rows", "page", "price_from", "price_to", "rated_from" or "filters"; `Unavailable` before the first products
/// were indexed.
pub async fn find(shop: &Shop, search: &Search, query: &Query) -> Result<Found> {
    let rows = usize::try_from(query.rows).unwrap_or_default();
    let deepest = ::search::DEPTH / rows.max(1);
    let chosen = query.categories.len() + query.brands.len() + query.attributes.len();
    let (from, to) = (query.price_from.unwrap_or(0), query.price_to.unwrap_or(i64::MAX));
    limits::Check::default()
        .that(limits::PAGE_ROWS.contains(&query.rows), "rows", "Between 1 and 100.")
        .that((1..=deepest).contains(&query.page), "page", format!("Between 1 and {deepest}."))
        .that(from >= 0, "price_from", "Not below zero.")
        .that(from <= to, "price_to", "Not below the lowest price.")
        .that(
            query.rated_from.is_none_or(|stars| limits::REVIEW_STARS.contains(&stars)),
            "rated_from",
            "Between 1 and 5.",
        )
        .that(chosen <= limits::FACET_CHOICES, "filters", format!("At most {}.", limits::FACET_CHOICES))
        .done()?;
    let categories = categories(shop).await?;
    let slugs = query.categories.iter();
    let ids = slugs.map(|slug| categories.iter().find(|(_, known, _)| known == slug).map_or(Uuid::nil(), |c| c.0.0));
    let mut ask = Ask::of(shop, query).await?;
    ask.filter.categories = ids.collect();
    let known = facets(shop).await?;
    (ask.filter.attributes, ask.filter.ranges) = attribute::chosen(&query.attributes, &known);
    let found = ask.put(search).await?;
    if found.total == 0 && !feed::is_filled(search).await? {
        return Err(not_yet());
    }
    let category = |(id, count): (Uuid, usize)| {
        let (_, slug, title) = categories.iter().find(|(known, ..)| known.0 == id)?;
        let chosen = query.categories.contains(slug);
        Some(Facet { value: slug.clone(), title: title.clone(), count, chosen, swatch: None })
    };
    // A category's page has links to those below it.
    let counted = if query.within.is_none() { found.categories } else { Vec::new() };
    let brand = |(name, count): (String, usize)| {
        let chosen = query.brands.contains(&name);
        Facet { value: name.clone(), title: name, count, chosen, swatch: None }
    };
    Ok(Found {
        total: found.total,
        items: in_order(shop, found.ids, Buyer { currency: query.currency, customer: query.customer }).await?,
        pages: found.total.div_ceil(rows).min(deepest),
        categories: shown(counted.into_iter().filter_map(category).collect()),
        brands: shown(found.brands.into_iter().map(brand).collect()),
        attributes: attribute::facets(found.attributes, &query.attributes, &known),
        in_stock: found.in_stock,
        on_sale: found.on_sale,
        ratings: ratings(found.rated, query.rated_from),
        prices: found.prices.map(|(low, high)| (query.currency.money(low), query.currency.money(high))),
        is_guess: found.is_guess,
        suggestion: found.suggestion,
        synonyms: found.instead,
    })
}

/// Those that hold anything, and the one that is chosen.
fn ratings(counts: [usize; 3], chosen: Option<i64>) -> Vec<Facet> {
    let facets = ::search::STARS.into_iter().zip(counts).map(|(stars, count)| {
        let (value, chosen) = (stars.to_string(), chosen == Some(stars));
        Facet { title: format!("{stars} stars and up"), value, count, chosen, swatch: None }
    });
    facets.filter(|facet| facet.count > 0 || facet.chosen).collect()
}

/// Identifier, slug and title of all there are.
pub(super) async fn categories(shop: &Shop) -> Result<Vec<(CategoryId, String, String)>> {
    Ok(shop.db.fetch_all("SELECT id, slug, title FROM category", args![]).await?)
}
