//! What a search found: everything that was chosen stands in the address, filters are one plain form, and each page has a
//! link of its own.

use crate::components::{CardGrid, Icon, Trail};
use crate::shell::{Head, Site, document};
use crate::variants::query_value;
use leptos::prelude::*;
use shop::FieldError;
use shop::money::Money;
use shop::search::{Facet, Found, Sort};

/// More is not typed, and the index reads no more.
const TEXT_CHARS: usize = 200;

const SORTS: [(Sort, &str, &str); 4] = [
    (Sort::Relevance, "relevance", "Best match"),
    (Sort::Newest, "newest", "Newest"),
    (Sort::PriceLow, "price_low", "Price, low to high"),
    (Sort::PriceHigh, "price_high", "Price, high to low"),
];

/// What stands in the address, as it was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choices {
    pub text: String,
    pub categories: Vec<String>,
    pub brands: Vec<String>,
    pub price_from: String,
    pub price_to: String,
    pub in_stock_only: bool,
    pub sort: Sort,
    /// From 1.
    pub page: usize,
}

impl Choices {
    /// Reads the query's pairs; unknown names and values count as absent.
    pub fn read(pairs: impl Iterator<Item = (String, String)>) -> Self {
        let mut choices = Self { page: 1, ..Self::default() };
        for (name, value) in pairs.filter(|(_, value)| !value.trim().is_empty()) {
            let value = value.trim().to_owned();
            match name.as_str() {
                "q" => choices.text = value.chars().take(TEXT_CHARS).collect(),
                "category" => add(&mut choices.categories, value),
                "brand" => add(&mut choices.brands, value),
                "price_from" => choices.price_from = value,
                "price_to" => choices.price_to = value,
                "in_stock" => choices.in_stock_only = true,
                "sort" => {
                    choices.sort = SORTS.iter().find(|(_, code, _)| *code == value).map_or(Sort::default(), |s| s.0);
                }
                "page" => choices.page = value.parse().unwrap_or(1).max(1),
                _ => {}
            }
        }
        choices
    }

    /// The address of the first page with these choices.
    fn address(&self) -> String {
        let sort =
            SORTS.iter().find(|(sort, ..)| *sort == self.sort && *sort != Sort::default()).map(|(_, code, _)| *code);
        let pairs = std::iter::once(("q", self.text.as_str()))
            .chain(self.categories.iter().map(|value| ("category", value.as_str())))
            .chain(self.brands.iter().map(|value| ("brand", value.as_str())))
            .chain([("price_from", self.price_from.as_str()), ("price_to", &self.price_to)])
            .chain(self.in_stock_only.then_some(("in_stock", "1")))
            .chain(sort.map(|code| ("sort", code)));
        let query: Vec<_> = pairs
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| format!("{name}={}", query_value(value)))
            .collect();
        if query.is_empty() { "/search".to_owned() } else { format!("/search?{}", query.join("&")) }
    }

    fn page_address(&self, page: usize) -> String {
        let first = self.address();
        let joint = if first.contains('?') { '&' } else { '?' };
        if page == 1 { first } else { format!("{first}{joint}page={page}") }
    }

    fn without(&self, change: impl FnOnce(&mut Self)) -> String {
        let mut choices = self.clone();
        change(&mut choices);
        choices.address()
    }

    fn is_narrowed(&self) -> bool {
        let unfiltered = Self { text: self.text.clone(), sort: self.sort, page: self.page, ..Self::default() };
        *self != unfiltered
    }
}

fn add(list: &mut Vec<String>, value: String) {
    if !list.contains(&value) {
        list.push(value);
    }
}

/// `problems` are choices that could not be read; `found` is without them.
pub fn search(site: &Site, choices: &Choices, found: Found, problems: &[FieldError]) -> impl IntoView + use<> {
    let title = match choices.text.as_str() {
        "" => "All products".to_owned(),
        text => format!("Results for “{text}”"),
    };
    let head = Head::private(title.clone());
    let (facets, list) = results(choices, found, problems);
    let problem = (!problems.is_empty()).then(|| {
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
    });
    let body = view! {
        <Trail links=Vec::new() here="Search".to_owned() />
        <div class="page-head"><h1>{title}</h1></div>
        {problem}
        <div class="found">
            <form class="filters" action="/search" method="get" role="search" aria-label="Search and filters">
                {search_box(&choices.text, "search-again")}
                <details class="filter-panel" open=!problems.is_empty()>
                    <summary>"Filter and sort"</summary>
                    {sort_field(choices.sort)}
                    {facets}
                    <button class="button" type="submit">"Apply"</button>
                </details>
            </form>
            <div class="found-list">{list}</div>
        </div>
    };
    document(site, head, body)
}

/// The field and its button: part of the header's form and of the results page's.
pub fn search_box(text: &str, id: &'static str) -> impl IntoView + use<> {
    let text = text.to_owned();
    view! {
        <div class="search-box">
            <label class="visually-hidden" for=id>"Search products"</label>
            <input id=id type="search" name="q" value=text placeholder="Search" maxlength=TEXT_CHARS.to_string() autocomplete="off" enterkeyhint="search" />
            <button class="icon-link" type="submit" aria-label="Search">{Icon::Search.draw()}</button>
        </div>
    }
}

fn sort_field(chosen: Sort) -> impl IntoView {
    let options = SORTS
        .iter()
        .map(|(sort, code, label)| view! { <option value=*code selected=*sort == chosen>{*label}</option> })
        .collect_view();
    view! {
        <div class="field">
            <label for="sort">"Sort by"</label>
            <select id="sort" name="sort">{options}</select>
        </div>
    }
}

/// The facets' fields, and the list with all around it.
fn results(choices: &Choices, found: Found, problems: &[FieldError]) -> (AnyView, AnyView) {
    let facets = view! {
        {facet("Category", "category", found.categories.clone())}
        {facet("Brand", "brand", found.brands.clone())}
        {price_fields(choices, found.prices, problems)}
        <label class="check">
            <input type="checkbox" name="in_stock" value="1" checked=choices.in_stock_only />
            <span>"In stock only"</span>
            <span class="count">{found.in_stock}</span>
        </label>
    };
    let guess = (found.is_guess && found.total > 0).then(|| {
        view! { <p class="notice">"Nothing has exactly these words. Here is what comes close."</p> }
    });
    let count = match found.total {
        1 => "1 product".to_owned(),
        total => format!("{total} products"),
    };
    let chips = chips(choices, &found);
    let pager = pager(choices, found.pages);
    let list = if found.items.is_empty() {
        nothing(choices).into_any()
    } else {
        view! { <h2 class="visually-hidden">"Products"</h2><CardGrid cards=found.items /> }.into_any()
    };
    let list = view! {
        <p class="found-count" role="status">{count}</p>
        {guess}
        {chips}
        {list}
        {pager}
    };
    (facets.into_any(), list.into_any())
}

fn facet(title: &'static str, name: &'static str, values: Vec<Facet>) -> impl IntoView {
    (!values.is_empty()).then(|| {
        let boxes = values
            .into_iter()
            .map(|facet| {
                view! {
                    <li>
                        <label class="check">
                            <input type="checkbox" name=name value=facet.value checked=facet.chosen />
                            <span>{facet.title}</span>
                            <span class="count">{facet.count}</span>
                        </label>
                    </li>
                }
            })
            .collect_view();
        view! { <fieldset class="facet"><legend>{title}</legend><ul>{boxes}</ul></fieldset> }
    })
}

fn price_fields(choices: &Choices, prices: Option<(Money, Money)>, problems: &[FieldError]) -> impl IntoView + use<> {
    let field = |name: &'static str, label: &'static str, value: &str, hint: Option<Money>| {
        let problem = problems.iter().find(|problem| problem.field == name).map(|problem| problem.message.clone());
        let id = format!("{name}-problem");
        let told = problem.is_some().then(|| id.clone());
        view! {
            <div class="field">
                <label for=name>{label}</label>
                <input
                    id=name
                    name=name
                    type="text"
                    inputmode="decimal"
                    value=value.to_owned()
                    placeholder=hint.map(Money::decimal).unwrap_or_default()
                    aria-invalid=told.is_some().then_some("true")
                    aria-describedby=told
                />
                {problem.map(|text| view! { <p class="field-error" id=id>{text}</p> })}
            </div>
        }
    };
    view! {
        <fieldset class="facet">
            <legend>"Price"</legend>
            <div class="price-range">
                {field("price_from", "From", &choices.price_from, prices.map(|range| range.0))}
                {field("price_to", "To", &choices.price_to, prices.map(|range| range.1))}
            </div>
        </fieldset>
    }
}

/// One link for each choice that takes it back.
fn chips(choices: &Choices, found: &Found) -> impl IntoView + use<> {
    let title_of = |values: &[Facet], value: &str| {
        values.iter().find(|facet| facet.value == value).map_or_else(|| value.to_owned(), |facet| facet.title.clone())
    };
    let mut chips: Vec<(String, String)> = Vec::new();
    for value in &choices.categories {
        let href = choices.without(|choices| choices.categories.retain(|other| other != value));
        chips.push((title_of(&found.categories, value), href));
    }
    for value in &choices.brands {
        let href = choices.without(|choices| choices.brands.retain(|other| other != value));
        chips.push((value.clone(), href));
    }
    if !choices.price_from.is_empty() {
        chips.push((format!("From {}", choices.price_from), choices.without(|choices| choices.price_from.clear())));
    }
    if !choices.price_to.is_empty() {
        chips.push((format!("To {}", choices.price_to), choices.without(|choices| choices.price_to.clear())));
    }
    if choices.in_stock_only {
        chips.push(("In stock".to_owned(), choices.without(|choices| choices.in_stock_only = false)));
    }
    (!chips.is_empty()).then(|| {
        let all = Choices { text: choices.text.clone(), sort: choices.sort, ..Choices::default() }.address();
        let links = chips
            .into_iter()
            .map(|(title, href)| {
                let label = format!("Remove filter: {title}");
                view! { <li><a class="chip" href=href aria-label=label>{title}" "<span aria-hidden="true">"×"</span></a></li> }
            })
            .collect_view();
        view! {
            <nav aria-label="Filters in use">
                <ul class="chips">{links}<li><a class="text-link" href=all>"Clear all"</a></li></ul>
            </nav>
        }
    })
}

fn pager(choices: &Choices, pages: usize) -> impl IntoView + use<> {
    (pages > 1 && choices.page <= pages).then(|| {
        let link = |page: usize, rel: &'static str, label: &'static str| {
            (1..=pages).contains(&page).then(|| {
                view! { <a class="button button-quiet" rel=rel href=choices.page_address(page)>{label}</a> }
            })
        };
        view! {
            <nav class="pager" aria-label="Pages">
                {link(choices.page.wrapping_sub(1), "prev", "Previous page")}
                <span>{format!("Page {} of {pages}", choices.page)}</span>
                {link(choices.page.saturating_add(1), "next", "Next page")}
            </nav>
        }
    })
}

fn nothing(choices: &Choices) -> impl IntoView + use<> {
    let (title, text, href, label) = if choices.page > 1 {
        ("There is no such page", "The list is shorter than that.", choices.address(), "To the first page")
    } else if choices.is_narrowed() {
        let all = Choices { text: choices.text.clone(), sort: choices.sort, ..Choices::default() }.address();
        ("Nothing fits all of your filters", "Take one of them away, or all.", all, "Clear all filters")
    } else {
        (
            "Nothing found",
            "Check the spelling, try a more general word, or look around in the categories.",
            "/".to_owned(),
            "To the front page",
        )
    };
    view! {
        <div class="empty">
            <h2>{title}</h2>
            <p>{text}</p>
            <a class="button" href=href>{label}</a>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &[(&str, &str)]) -> Choices {
        Choices::read(query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
    }

    #[test]
    fn an_address_says_all_that_was_chosen_and_nothing_else() {
        let choices = read(&[
            ("q", " salt & pepper "),
            ("brand", "Aldine"),
            ("brand", "Café Noir"),
            ("brand", "Aldine"),
            ("price_from", ""),
            ("price_to", "40"),
            ("in_stock", "1"),
            ("sort", "price_low"),
            ("page", "3"),
            ("strange", "x"),
        ]);
        let first =
            "/search?q=salt%20%26%20pepper&brand=Aldine&brand=Caf%C3%A9%20Noir&price_to=40&in_stock=1&sort=price_low";
        assert_eq!(choices.address(), first);
        assert_eq!(choices.page_address(3), format!("{first}&page=3"));
        assert!(choices.is_narrowed());
        assert!(!read(&[("q", "mug"), ("sort", "newest"), ("page", "2")]).is_narrowed());
        assert_eq!(read(&[("sort", "nonsense"), ("page", "x")]).page_address(1), "/search");
    }
}
