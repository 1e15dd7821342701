//! A category's list: sorted and narrowed by a plain form, paged by links that a crawler can follow.

use crate::components::{CardGrid, Trail};
use crate::shell::{Head, Site, document};
use leptos::prelude::*;
use shop::catalogue::{Card, Category, Page, Sort};

/// The choices that stand in the address.
#[derive(Clone, Debug, Default)]
pub struct Choices {
    pub sort: Sort,
    pub in_stock_only: bool,
    pub after: Option<String>,
}

const SORTS: [(Sort, &str, &str); 4] = [
    (Sort::Newest, "newest", "Newest"),
    (Sort::PriceLow, "price_low", "Price, low to high"),
    (Sort::PriceHigh, "price_high", "Price, high to low"),
    (Sort::Title, "title", "Name"),
];

impl Choices {
    /// Reads the query's values; unknown ones count as absent.
    pub fn read(sort: Option<&str>, in_stock: Option<&str>, after: Option<String>) -> Self {
        let sort = SORTS.iter().find(|(_, code, _)| Some(*code) == sort).map_or_else(Sort::default, |(sort, ..)| *sort);
        Self { sort, in_stock_only: in_stock.is_some(), after: after.filter(|text| !text.is_empty()) }
    }

    fn code(&self) -> &'static str {
        SORTS.iter().find(|(sort, ..)| *sort == self.sort).map_or("newest", |(_, code, _)| *code)
    }

    /// The list's address with these choices, from the position `after`.
    fn address(&self, slug: &str, after: Option<&str>) -> String {
        let mut query = Vec::new();
        if self.sort != Sort::default() {
            query.push(format!("sort={}", self.code()));
        }
        if self.in_stock_only {
            query.push("in_stock=1".to_owned());
        }
        if let Some(after) = after {
            query.push(format!("after={}", crate::variants::query_value(after)));
        }
        if query.is_empty() { format!("/c/{slug}") } else { format!("/c/{slug}?{}", query.join("&")) }
    }
}

pub fn category(site: &Site, category: Category, choices: &Choices, page: Page<Card>) -> impl IntoView + use<> {
    let mut above = category.breadcrumb.clone();
    above.retain(|link| link.slug != category.slug);
    let children = (!category.children.is_empty()).then(|| {
        let links = category
            .children
            .iter()
            .map(|child| view! { <li><a class="chip" href=format!("/c/{}", child.slug)>{child.title.clone()}</a></li> })
            .collect_view();
        view! { <nav aria-label="Subcategories"><ul class="chips">{links}</ul></nav> }
    });
    let next = page.next.as_deref().map(|after| {
        let href = choices.address(&category.slug, Some(after));
        view! { <a class="button button-quiet" rel="next" href=href>"Next page"</a> }
    });
    let first = choices.after.is_some().then(|| {
        view! { <a class="text-link" href=choices.address(&category.slug, None)>"Back to the first page"</a> }
    });
    let list = if page.items.is_empty() {
        nothing(&category.slug, choices.in_stock_only).into_any()
    } else {
        view! { <h2 class="visually-hidden">"Products"</h2><CardGrid cards=page.items /> }.into_any()
    };
    let head = Head {
        private: choices.after.is_some() || choices.in_stock_only,
        picture: category.picture_url.clone(),
        ..Head::new(category.title.clone(), format!("/c/{}", category.slug)).describe(category.description.clone())
    };
    let body = view! {
        <Trail links=above here=category.title.clone() />
        <div class="page-head">
            <h1>{category.title.clone()}</h1>
            {(!category.description.is_empty()).then(|| view! { <p class="lead">{category.description.clone()}</p> })}
        </div>
        {children}
        {toolbar(&category.slug, choices)}
        {list}
        <nav class="pager" aria-label="Pages">{first}{next}</nav>
    };
    document(site, head, body)
}

fn toolbar(slug: &str, choices: &Choices) -> impl IntoView + use<> {
    let options = SORTS
        .iter()
        .map(|(sort, code, label)| view! { <option value=*code selected=*sort == choices.sort>{*label}</option> })
        .collect_view();
    view! {
        <form class="toolbar" action=format!("/c/{slug}") method="get" data-autosubmit="">
            <label class="check">
                <input type="checkbox" name="in_stock" value="1" checked=choices.in_stock_only />
                <span>"In stock only"</span>
            </label>
            <span class="sort">
                <label for="sort">"Sort by"</label>
                <select id="sort" name="sort">{options}</select>
            </span>
            <button class="button button-quiet button-small" type="submit">"Apply"</button>
        </form>
    }
}

fn nothing(slug: &str, narrowed: bool) -> impl IntoView + use<> {
    let way_on = if narrowed {
        view! { <a class="button" href=format!("/c/{slug}")>"Show sold-out products too"</a> }
    } else {
        view! { <a class="button" href="/".to_owned()>"Back to the front page"</a> }
    };
    view! {
        <div class="empty">
            <h2>{if narrowed { "Nothing in stock here right now" } else { "Nothing here yet" }}</h2>
            <p>"New things arrive regularly; have a look at the other categories in the meantime."</p>
            {way_on}
        </div>
    }
}
