//! A category: what is below it, and its products.

use super::search::problem;
use crate::components::Trail;
use crate::listing::{Choices, WayOut, filters, results};
use crate::shell::{Head, Site, document};
use leptos::prelude::*;
use shop::FieldError;
use shop::catalogue::Category;
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
    let is_empty = found.total == 0 && !choices.is_narrowed();
    // Each page of the whole list is one of its own for those who crawl; what is narrowed down is not.
    let head = Head {
        private: choices.is_narrowed() || is_empty,
        picture: category.picture_url.clone(),
        ..Head::new(category.title.clone(), choices.all().page_address(choices.page))
            .describe(category.description.clone())
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
        <Trail links=above here=category.title.clone() />
        <div class="page-head">
            <h1>{category.title.clone()}</h1>
            {(!category.description.is_empty()).then(|| view! { <p class="lead">{category.description.clone()}</p> })}
        </div>
        {children}
        {problem(problems)}
        {list}
    };
    document(site, head, body)
}
