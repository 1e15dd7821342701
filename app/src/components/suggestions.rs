//! The lines of the search field's list. The browser gives them their place and their identifiers.

use leptos::prelude::*;
use shop::catalogue::Card;
use shop::search::Suggestions;

/// `typed` is marked where it stands in a title; nothing when nothing fits.
pub fn suggestions(found: Suggestions, typed: &str) -> AnyView {
    let Suggestions { products, categories } = found;
    if products.is_empty() && categories.is_empty() {
        return ().into_any();
    }
    let title = |some: bool, text: &'static str| {
        some.then(|| view! { <p class="suggestions-title" role="presentation">{text}</p> })
    };
    let (has_categories, has_products) = (!categories.is_empty(), !products.is_empty());
    let categories = categories
        .into_iter()
        .map(|link| line(&format!("/c/{}", link.slug), None, marked(&link.title, typed), None))
        .collect_view();
    let products = products.into_iter().map(|card| product(card, typed)).collect_view();
    view! {
        {title(has_categories, "Categories")}
        {categories}
        {title(has_products, "Products")}
        {products}
        <div class="suggestion suggestion-all" role="option" aria-selected="false" data-search=typed.to_owned()>
            <span class="suggestion-title">{format!("All results for “{typed}”")}</span>
        </div>
    }
    .into_any()
}

fn product(card: Card, typed: &str) -> AnyView {
    let price = if card.price_varies { format!("from {}", card.price_from) } else { card.price_from.to_string() };
    let picture = card.picture.map(|picture| picture.thumb());
    line(&format!("/p/{}", card.slug), picture, marked(&card.title, typed), Some(price))
}

fn line(href: &str, picture: Option<String>, title: AnyView, price: Option<String>) -> AnyView {
    view! {
        <div class="suggestion" role="option" aria-selected="false" data-href=href.to_owned()>
            {picture.map(|src| view! { <img src=src alt="" width="40" height="40" /> })}
            <span class="suggestion-title">{title}</span>
            {price.map(|price| view! { <span class="suggestion-price">{price}</span> })}
        </div>
    }
    .into_any()
}

fn marked(title: &str, typed: &str) -> AnyView {
    match split(title, typed) {
        Some((before, fits, after)) => {
            view! { {before.to_owned()}<mark>{fits.to_owned()}</mark>{after.to_owned()} }.into_any()
        }
        None => title.to_owned().into_any(),
    }
}

/// The title around the first place where it has the last word that was typed.
fn split<'t>(title: &'t str, typed: &str) -> Option<(&'t str, &'t str, &'t str)> {
    let typed = typed.to_lowercase();
    let last = typed.split_whitespace().last()?;
    let lower = title.to_lowercase();
    // Where lower case is longer than the text, a position in one is none in the other.
    let at = if lower.len() == title.len() { lower.find(last)? } else { return None };
    Some((title.get(..at)?, title.get(at..at + last.len())?, title.get(at + last.len()..)?))
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn what_was_typed_is_marked_in_the_title() {
        assert_eq!(split("Linen Throw", "line"), Some(("", "Line", "n Throw")));
        assert_eq!(split("Linen Throw", "linen thr"), Some(("Linen ", "Thr", "ow")));
        assert_eq!(split("Linen Throw", "wool"), None);
        assert_eq!(split("İstanbul", "st"), None);
        assert_eq!(split("Mug", " "), None);
    }
}
