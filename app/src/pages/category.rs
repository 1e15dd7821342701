//! A category or a collection: a list of products with a heading of its own.

use super::search::problem;
use crate::components::Trail;
use crate::listing::{Choices, WayOut, filters, results};
use crate::shell::{Head, Site, document};
use leptos::prelude::*;
use shop::FieldError;
use shop::catalogue::{Category, CategoryLink};
use shop::collection::Collection;
use shop::search::Found;

/// `problems` are choices that could not be read; `found` is without them.
pub fn category(
    site: &Site,
    category: Category,
    choices: &Choices,
    found: Found,
    problems: &[FieldError],
    ways_out: Vec<WayOut>,
) -> impl IntoView + use<> {
    let Category { title, description, picture_url, mut breadcrumb, seo_title, seo_description, .. } = category;
    breadcrumb.retain(|link| link.slug != category.slug);
    let children = (!category.children.is_empty()).then(|| {
        let links = category
            .children
            .iter()
            .map(|child| view! { <li><a class="chip" href=format!("/c/{}", child.slug)>{child.title.clone()}</a></li> })
            .collect_view();
        view! { <nav aria-label="Subcategories"><ul class="chips">{links}</ul></nav> }
    });
    let heading = Heading {
        above: breadcrumb,
        title,
        description,
        picture: picture_url,
        seo_title,
        seo_description,
        below: children.into_any(),
    };
    list(site, heading, choices, found, problems, ways_out)
}

/// As [`category`].
pub fn collection(
    site: &Site,
    collection: Collection,
    choices: &Choices,
    found: Found,
    problems: &[FieldError],
    ways_out: Vec<WayOut>,
) -> impl IntoView + use<> {
    let Collection { title, description, seo_title, seo_description, .. } = collection;
    let heading = Heading {
        above: Vec::new(),
        title,
        description,
        picture: None,
        seo_title,
        seo_description,
        below: ().into_any(),
    };
    list(site, heading, choices, found, problems, ways_out)
}

/// What stands above a list.
struct Heading {
    /// On the way to here.
    above: Vec<CategoryLink>,
    title: String,
    description: String,
    picture: Option<String>,
    seo_title: String,
    seo_description: String,
    below: AnyView,
}

fn list(
    site: &Site,
    heading: Heading,
    choices: &Choices,
    found: Found,
    problems: &[FieldError],
    ways_out: Vec<WayOut>,
) -> AnyView {
    let Heading { above, title, description, picture, seo_title, seo_description, below } = heading;
    let is_empty = found.total == 0 && !choices.is_narrowed();
    let or = |text: String, otherwise: &str| if text.is_empty() { otherwise.to_owned() } else { text };
    // Each page of the whole list is one of its own for those who crawl; what is narrowed down is not.
    let head = Head {
        private: choices.is_narrowed() || is_empty,
        picture,
        ..Head::new(or(seo_title, &title), choices.all().page_address(choices.page))
            .describe(or(seo_description, &description))
    };
    let list = if is_empty {
        view! {
            <div class="empty">
                <h2>"Nothing here yet"</h2>
                <p>"New things arrive regularly; have a look at the other categories in the meantime."</p>
                <a class="button" href="/".to_owned()>"Back to the front page"</a>
            </div>
        }
        .into_any()
    } else {
        let form = filters(choices, &found, problems, false);
        let list = results(choices, found, ().into_any(), ways_out, None);
        view! {
            <div class="found">
                {form}
                <div class="found-list">{list}</div>
            </div>
        }
        .into_any()
    };
    let body = view! {
        <Trail links=above here=title.clone() />
        <div class="page-head">
            <h1>{title}</h1>
            {(!description.is_empty()).then(|| view! { <p class="lead">{description}</p> })}
        </div>
        {below}
        {problem(problems)}
        {list}
    };
    document(site, head, body)
}
