//! Products in a grid.

use super::picture::{self, Frame, Load};
use super::{Price, RatingLine};
use leptos::prelude::*;
use shop::catalogue::Card;

/// How wide a card is (style/shop/card.css).
const FRAME: Frame = Frame {
    widths: &[
        ("(min-width: 84rem)", "19rem"),
        ("(min-width: 64rem)", "22vw"),
        ("(min-width: 48rem)", "30vw"),
        ("", "46vw"),
    ],
    shape: (4, 5),
};

/// Cards in reading order. The first `eager` pictures load at once, the others when they come near. What is added from a
/// `plain` grid shows the cart's page anew, as it must where that is the page.
#[component]
pub fn CardGrid(
    cards: Vec<Card>,
    #[prop(default = 4)] eager: usize,
    #[prop(default = false)] plain: bool,
) -> impl IntoView {
    let cards = cards
        .into_iter()
        .enumerate()
        .map(|(at, card)| view! { <li class="card">{product_card(card, at < eager, plain)}</li> })
        .collect_view();
    view! { <ul class="card-grid">{cards}</ul> }
}

fn product_card(card: Card, eager: bool, plain: bool) -> impl IntoView {
    let load = if eager { Load::Now } else { Load::WhenNear };
    let picture = card.picture.map(|picture| picture::draw(&picture, String::new(), FRAME, load));
    let choices = card.choices.map(|(name, count)| {
        view! { <p class="card-note">{format!("{count} {}", plural(&name.to_lowercase(), count))}</p> }
    });
    let badge = if !card.in_stock {
        Some(view! { <p class="flag">"Sold out"</p> }.into_any())
    } else if card.compare_at.is_some() {
        Some(view! { <p class="flag flag-sale">"Reduced"</p> }.into_any())
    } else {
        None
    };
    let add = card.only_sku.filter(|_| card.in_stock).map(|sku| {
        view! {
            <form class="quick-add" action="/cart/items" method="post" data-cart=(!plain).then_some("add")>
                <input type="hidden" name="sku" value=sku />
                <input type="hidden" name="quantity" value="1" />
                <button class="button button-small" type="submit" aria-label=format!("Add {} to cart", card.title)>
                    "Add to cart"
                </button>
            </form>
        }
    });
    view! {
        <article>
            <a class="card-link" href=format!("/p/{}", card.slug)>
                <span class="card-picture">{picture}</span>
                <h3 class="card-title">{card.title.clone()}</h3>
            </a>
            {badge}
            <Price price=card.price_from compare_at=card.compare_at from=card.price_varies />
            <RatingLine rating=card.rating />
            {choices}
            {add}
        </article>
    }
}

/// "colour" → "colours", "finish" → "finishes", "capacity" → "capacities".
fn plural(noun: &str, count: usize) -> String {
    if count == 1 {
        return noun.to_owned();
    }
    let hisses = ["s", "x", "ch", "sh"].iter().any(|end| noun.ends_with(end));
    match noun.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{stem}ies"),
        _ if hisses => format!("{noun}es"),
        _ => format!("{noun}s"),
    }
}
