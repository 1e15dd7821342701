//! The front page: what the shop is, where things are, what is new.

use crate::components::picture::{self, Frame, Load};
use crate::components::{CardGrid, Icon, recently_viewed, shelf};
use crate::shell::{Head, Site, document};
use leptos::prelude::*;
use shop::catalogue::{Card, Category};
use shop::collection::Collection;

/// How wide the large picture is (style/shop/home.css).
const HERO: Frame =
    Frame { widths: &[("(min-width: 84rem)", "43rem"), ("(min-width: 64rem)", "52vw"), ("", "92vw")], shape: (5, 4) };

/// What the page shows, each list in its order.
pub struct Shown {
    /// The top level of the menu.
    pub categories: Vec<Category>,
    pub collections: Vec<Collection>,
    pub newest: Vec<Card>,
    /// None of the newest.
    pub best_sellers: Vec<Card>,
    /// What the visitor has looked at, as [`recently_viewed`] takes it.
    pub recent: Option<Vec<Card>>,
}

pub fn home(site: &Site, shown: Shown) -> impl IntoView + use<> {
    let Shown { categories, collections, mut newest, best_sellers, recent } = shown;
    let more = newest.split_off(newest.len().min(8));
    let hero_picture =
        newest.first().and_then(|card| Some((card.picture.clone()?, card.slug.clone(), card.title.clone())));
    let hero = hero_picture.map(|(picture, slug, title)| {
        view! {
            <a class="hero-picture" href=format!("/p/{slug}")>
                {picture::draw(&picture, String::new(), HERO, Load::First)}
                <span class="hero-caption">{title}</span>
            </a>
        }
    });
    let start = categories.first().map_or_else(|| "/about".to_owned(), |category| format!("/c/{}", category.slug));
    let collections = (!collections.is_empty()).then(|| {
        let links = collections
            .into_iter()
            .map(|one| view! { <li><a class="chip" href=format!("/collections/{}", one.slug)>{one.title}</a></li> })
            .collect_view();
        view! { <nav aria-label="Collections"><ul class="chips">{links}</ul></nav> }
    });
    let tiles = categories.into_iter().map(tile).collect_view();
    let body = view! {
        <section class="hero">
            <div class="hero-text">
                <h1>"Fewer, better things."</h1>
                <p>
                    "Useful objects for the home, the table and the road. Chosen for how they are made, \
                     kept for how they last."
                </p>
                <a class="button" href="#new">"See what is new"</a>
                <a class="text-link" href=start>"Browse the shop" {Icon::Arrow.draw()}</a>
            </div>
            {hero}
        </section>
        <section class="section" aria-labelledby="categories">
            <h2 id="categories">"Shop by category"</h2>
            <ul class="tiles">{tiles}</ul>
            {collections}
        </section>
        <section class="section" aria-labelledby="new">
            <h2 id="new">"New arrivals"</h2>
            <CardGrid cards=newest />
        </section>
        {shelf("best-sellers", "Best sellers", best_sellers)}
        {shelf("more", "More to discover", more)}
        {recently_viewed(site, recent, "")}
        <section class="promises" aria-label="What you can rely on">
            <div><h2>"Clear prices"</h2><p>"Tax and delivery are shown before you pay. The total you see is the total you pay."</p></div>
            <div><h2>"Honest stock"</h2><p>"What the shop shows as available is on the shelf, and it is set aside for you while you pay."</p></div>
            <div><h2>"No account needed"</h2><p>"Order as a guest. An account only saves you typing next time."</p></div>
        </section>
    };
    document(site, Head::new("", "/"), body)
}

fn tile(category: Category) -> impl IntoView {
    let picture = category.picture_url.map(|url| {
        view! { <img src=url alt="" width="400" height="400" loading="lazy" decoding="async" /> }
    });
    view! {
        <li>
            <a class="tile" href=format!("/c/{}", category.slug)>
                <span class="tile-picture">{picture}</span>
                <span class="tile-title">{category.title}</span>
            </a>
        </li>
    }
}
