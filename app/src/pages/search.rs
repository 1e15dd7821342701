//! What a search found.

use crate::components::Trail;
use crate::listing::{Choices, WayOut, cards, filters, results};
use crate::shell::{Head, Site, document};
use leptos::prelude::*;
use shop::FieldError;
use shop::catalogue::Card;
use shop::search::Found;

/// What shoppers get to see when nothing was found.
#[derive(Default)]
pub struct Instead {
    pub ways_out: Vec<WayOut>,
    pub products: Vec<Card>,
}

/// `problems` are choices that could not be read; `found` is without them.
pub fn search(
    site: &Site,
    choices: &Choices,
    found: Found,
    problems: &[FieldError],
    instead: Instead,
) -> impl IntoView + use<> {
    let title = match choices.text.as_str() {
        "" => "All products".to_owned(),
        text => format!("Results for “{text}”"),
    };
    let head = Head::private(title.clone());
    let form = filters(choices, &found, problems, true);
    let others = (!instead.products.is_empty()).then(|| {
        view! {
            <section class="found-instead">
                <h2>"Or one of these?"</h2>
                {cards(instead.products)}
            </section>
        }
        .into_any()
    });
    let note = note(choices, &found);
    let list = results(choices, found, note, instead.ways_out, others);
    let body = view! {
        <Trail links=Vec::new() here="Search".to_owned() />
        <div class="page-head"><h1>{title}</h1></div>
        {problem(problems)}
        <div class="found">
            {form}
            <div class="found-list">{list}</div>
        </div>
    };
    document(site, head, body)
}

pub fn problem(problems: &[FieldError]) -> impl IntoView + use<> {
    (!problems.is_empty()).then(|| {
        let lines = problems
            .iter()
            .map(|problem| view! { <li><a href=format!("#{}", problem.field)>{problem.message.clone()}</a></li> })
            .collect_view();
        view! {
            <div class="notice notice-bad" role="alert">
                <p class="notice-title">"A price cannot be read"</p>
                <ul>{lines}</ul>
            </div>
        }
    })
}

/// How the words were understood, when it was not as they were written.
fn note(choices: &Choices, found: &Found) -> AnyView {
    let guess = (found.is_guess && found.total > 0).then(|| {
        let meant = found.suggestion.clone().map(|text| {
            let href = Choices { text: text.clone(), ..choices.all() }.address();
            view! { " Did you mean "<a class="text-link" href=href>{text}</a>"?" }
        });
        view! { <p class="notice">"Nothing has exactly these words. Here is what comes close."{meant}</p> }
    });
    let synonyms = (!found.synonyms.is_empty() && found.total > 0)
        .then(|| view! { <p class="found-count">"Also looked for: "{found.synonyms.join(", ")}</p> });
    view! {{guess}{synonyms}}.into_any()
}
