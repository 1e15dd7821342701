//! What pages show of a search: cards from the database in the index's order, and what could be narrowed down.

use super::ask::{Ask, not_yet};
use super::{Attribute, Facet, Found, Query, Search, feed};
use crate::catalogue::card::in_order;
use crate::id::CategoryId;
use crate::price_list::Buyer;
use crate::{Result, Shop, args, limits};
use uuid::Uuid;

/// Values of one facet that are shown, and attributes.
const VALUES: usize = 20;
const ATTRIBUTES: usize = 8;

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
    let found = ask.put(search).await?;
    if found.total == 0 && !feed::is_filled(search).await? {
        return Err(not_yet());
    }
    let category = |(id, count): (Uuid, usize)| {
        let (_, slug, title) = categories.iter().find(|(known, ..)| known.0 == id)?;
        let chosen = query.categories.contains(slug);
        Some(Facet { value: slug.clone(), title: title.clone(), count, chosen })
    };
    // A category's page has links to those below it.
    let counted = if query.within.is_none() { found.categories } else { Vec::new() };
    let brand = |(name, count): (String, usize)| {
        let chosen = query.brands.contains(&name);
        Facet { value: name.clone(), title: name, count, chosen }
    };
    Ok(Found {
        total: found.total,
        items: in_order(shop, found.ids, Buyer { currency: query.currency, customer: query.customer }).await?,
        pages: found.total.div_ceil(rows).min(deepest),
        categories: shown(counted.into_iter().filter_map(category)),
        brands: shown(found.brands.into_iter().map(brand)),
        attributes: attributes(found.attributes, &query.attributes),
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
        Facet { title: format!("{stars} stars and up"), value, count, chosen }
    });
    facets.filter(|facet| facet.count > 0 || facet.chosen).collect()
}

/// Identifier, slug and title of all there are.
pub(super) async fn categories(shop: &Shop) -> Result<Vec<(CategoryId, String, String)>> {
    Ok(shop.db.fetch_all("SELECT id, slug, title FROM category", args![]).await?)
}

/// Attributes that most products have come first, and those with a choice stay.
fn attributes(counted: Vec<(String, String, usize)>, chosen: &[(String, String)]) -> Vec<Attribute> {
    let mut attributes: Vec<(usize, Attribute)> = Vec::new();
    for (name, value, count) in counted {
        let is_chosen = chosen.iter().any(|(of, one)| *of == name && *one == value);
        let facet = Facet { title: value.clone(), value, count, chosen: is_chosen };
        match attributes.iter_mut().find(|(_, attribute)| attribute.name == name) {
            Some((all, attribute)) => {
                *all += count;
                attribute.values.push(facet);
            }
            None => attributes.push((count, Attribute { name, values: vec![facet] })),
        }
    }
    attributes.sort_by_key(|(all, _)| std::cmp::Reverse(*all));
    let kept = attributes
        .into_iter()
        .enumerate()
        .filter(|(at, (_, attribute))| *at < ATTRIBUTES || attribute.values.iter().any(|facet| facet.chosen));
    kept.map(|(_, (_, Attribute { name, values }))| {
        let mut values = shown(values.into_iter());
        if values.iter().all(|facet| size(&facet.value).is_some()) {
            values.sort_by_key(|facet| size(&facet.value));
        }
        Attribute { name, values }
    })
    .collect()
}

/// Sizes have an order of their own: letters as tailors use them, numbers by their value in thousandths.
fn size(value: &str) -> Option<i64> {
    const LETTERS: [&str; 10] = ["XXS", "XS", "S", "M", "L", "XL", "XXL", "3XL", "4XL", "5XL"];
    let value = value.trim().to_uppercase();
    let letters = match value.as_str() {
        "SMALL" => "S",
        "MEDIUM" => "M",
        "LARGE" => "L",
        other => other,
    };
    if let Some(place) = LETTERS.iter().position(|known| *known == letters) {
        return i64::try_from(place).ok();
    }
    let number: String = value.chars().take_while(|c| c.is_ascii_digit() || matches!(c, '.' | ',')).collect();
    let number: f64 = number.replace(',', ".").parse().ok()?;
    #[expect(clippy::cast_possible_truncation, reason = "only compared with others")]
    let thousandths = (number * 1000.0) as i64;
    Some(thousandths)
}

/// The most frequent values, and those that are chosen.
fn shown(facets: impl Iterator<Item = Facet>) -> Vec<Facet> {
    facets.enumerate().filter(|(at, facet)| *at < VALUES || facet.chosen).map(|(_, facet)| facet).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_stand_in_their_own_order_and_other_values_by_how_many_they_are() {
        let order = |values: &[&str]| -> Vec<String> {
            let counted = values.iter().map(|value| ("Size".to_owned(), (*value).to_owned(), 1)).collect();
            let attribute = attributes(counted, &[]).remove(0);
            attribute.values.into_iter().map(|facet| facet.value).collect()
        };
        assert_eq!(order(&["XL", "S", "m", "XXS"]), ["XXS", "S", "m", "XL"]);
        assert_eq!(order(&["100 ml", "50 ml", "2.5 l", "2,25 l"]), ["2,25 l", "2.5 l", "50 ml", "100 ml"]);
        assert_eq!(order(&["18 cm", "Large", "Small"]), ["Small", "Large", "18 cm"]);
        assert_eq!(order(&["Oak", "S", "Ash"]), ["Oak", "S", "Ash"]);
    }
}
