//! Lists of products that can be narrowed down: what was chosen stands in the address, filters are one plain form, and
//! each page has a link of its own. The search, every category and every collection are such lists.

mod filters;
mod results;

pub use filters::filters;
pub use results::{WayOut, cards, results};

use crate::islands::TEXT_CHARS;
use crate::variants::query_value;
use shop::limits::REVIEW_STARS;
use shop::search::{Found, Sort};

/// Before the name of an attribute in the address.
const ATTRIBUTE: &str = "attr.";

const SORTS: [(Sort, &str, &str); 6] = [
    (Sort::Relevance, "relevance", "Best match"),
    (Sort::BestSelling, "best_selling", "Best-selling"),
    (Sort::Rating, "rating", "Best rated"),
    (Sort::Newest, "newest", "Newest"),
    (Sort::PriceLow, "price_low", "Price, low to high"),
    (Sort::PriceHigh, "price_high", "Price, high to low"),
];

/// What stands in the address, as it was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choices {
    /// Of the list: "/search", "/c/mugs".
    pub path: String,
    pub text: String,
    pub categories: Vec<String>,
    pub brands: Vec<String>,
    /// Name and value.
    pub attributes: Vec<(String, String)>,
    pub price_from: String,
    pub price_to: String,
    pub in_stock_only: bool,
    pub on_sale_only: bool,
    /// Stars.
    pub rated_from: Option<i64>,
    pub sort: Sort,
    /// From 1.
    pub page: usize,
}

impl Choices {
    /// Reads the query's pairs; unknown names and values count as absent.
    pub fn read(path: impl Into<String>, pairs: impl Iterator<Item = (String, String)>) -> Self {
        let mut choices = Self { path: path.into(), page: 1, ..Self::default() };
        for (name, value) in pairs.filter(|(_, value)| !value.trim().is_empty()) {
            let value = value.trim().to_owned();
            match name.as_str() {
                "q" => choices.text = value.chars().take(TEXT_CHARS).collect(),
                "category" => add(&mut choices.categories, value),
                "brand" => add(&mut choices.brands, value),
                "price_from" => choices.price_from = value,
                "price_to" => choices.price_to = value,
                "in_stock" => choices.in_stock_only = true,
                "on_sale" => choices.on_sale_only = true,
                "rated_from" => choices.rated_from = value.parse().ok().filter(|stars| REVIEW_STARS.contains(stars)),
                "sort" => {
                    choices.sort = SORTS.iter().find(|(_, code, _)| *code == value).map_or(Sort::default(), |s| s.0);
                }
                "page" => choices.page = value.parse().unwrap_or(1).max(1),
                _ => {
                    if let Some(attribute) = name.strip_prefix(ATTRIBUTE) {
                        add(&mut choices.attributes, (attribute.to_owned(), value));
                    }
                }
            }
        }
        choices
    }

    /// The address of the first page with these choices.
    pub fn address(&self) -> String {
        let sort = SORTS.iter().find(|(sort, ..)| *sort == self.sort && *sort != Sort::default());
        let one = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let pairs = std::iter::once(one("q", &self.text))
            .chain(self.categories.iter().map(|value| one("category", value)))
            .chain(self.brands.iter().map(|value| one("brand", value)))
            .chain(self.attributes.iter().map(|(name, value)| (field_of(name), value.clone())))
            .chain([one("price_from", &self.price_from), one("price_to", &self.price_to)])
            .chain(self.in_stock_only.then(|| one("in_stock", "1")))
            .chain(self.on_sale_only.then(|| one("on_sale", "1")))
            .chain(self.rated_from.map(|stars| one("rated_from", &stars.to_string())))
            .chain(sort.map(|(_, code, _)| one("sort", code)));
        let query: Vec<_> = pairs
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| format!("{}={}", query_value(&name), query_value(&value)))
            .collect();
        if query.is_empty() { self.path.clone() } else { format!("{}?{}", self.path, query.join("&")) }
    }

    pub fn page_address(&self, page: usize) -> String {
        let first = self.address();
        let joint = if first.contains('?') { '&' } else { '?' };
        if page == 1 { first } else { format!("{first}{joint}page={page}") }
    }

    /// Without any filter.
    #[must_use]
    pub fn all(&self) -> Self {
        let Self { path, text, sort, .. } = self.clone();
        Self { path, text, sort, page: 1, ..Self::default() }
    }

    pub fn is_narrowed(&self) -> bool {
        Self { page: 1, ..self.clone() } != self.all()
    }

    /// What is chosen, as shoppers read it, and the choices without it, on the first page.
    pub fn filters(&self, found: &Found) -> Vec<(String, Self)> {
        let title_of = |slug: &str| {
            let facet = found.categories.iter().find(|facet| facet.value == slug);
            facet.map_or_else(|| slug.to_owned(), |facet| facet.title.clone())
        };
        let mut filters = Vec::new();
        let mut add = |title: String, change: &dyn Fn(&mut Self)| {
            let mut without = Self { page: 1, ..self.clone() };
            change(&mut without);
            filters.push((title, without));
        };
        for slug in &self.categories {
            add(title_of(slug), &|choices| choices.categories.retain(|other| other != slug));
        }
        for brand in &self.brands {
            add(brand.clone(), &|choices| choices.brands.retain(|other| other != brand));
        }
        for chosen in &self.attributes {
            let (name, value) = chosen;
            let facet = found.attributes.iter().find(|attribute| attribute.name == *name);
            let facet = facet.and_then(|attribute| attribute.values.iter().find(|facet| facet.value == *value));
            let title = facet.map_or(value, |facet| &facet.title);
            add(format!("{name}: {title}"), &|choices| choices.attributes.retain(|other| other != chosen));
        }
        if !self.price_from.is_empty() {
            add(format!("From {}", self.price_from), &|choices| choices.price_from.clear());
        }
        if !self.price_to.is_empty() {
            add(format!("To {}", self.price_to), &|choices| choices.price_to.clear());
        }
        if self.in_stock_only {
            add("In stock".to_owned(), &|choices| choices.in_stock_only = false);
        }
        if self.on_sale_only {
            add("Reduced".to_owned(), &|choices| choices.on_sale_only = false);
        }
        if let Some(stars) = self.rated_from {
            add(format!("{stars} stars and up"), &|choices| choices.rated_from = None);
        }
        filters
    }
}

/// The form field of an attribute.
fn field_of(attribute: &str) -> String {
    format!("{ATTRIBUTE}{attribute}")
}

fn add<T: PartialEq>(list: &mut Vec<T>, value: T) {
    if !list.contains(&value) {
        list.push(value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &[(&str, &str)]) -> Choices {
        Choices::read("/search", query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
    }

    #[test]
    fn an_address_says_all_that_was_chosen_and_nothing_else() {
        let choices = read(&[
            ("q", " salt & pepper "),
            ("brand", "Aldine"),
            ("brand", "Café Noir"),
            ("brand", "Aldine"),
            ("attr.Glaze & body", "Sea=blue"),
            ("price_from", ""),
            ("price_to", "40"),
            ("in_stock", "1"),
            ("on_sale", "1"),
            ("sort", "price_low"),
            ("page", "3"),
            ("strange", "x"),
        ]);
        let first = "/search?q=salt%20%26%20pepper&brand=Aldine&brand=Caf%C3%A9%20Noir&\
            attr.Glaze%20%26%20body=Sea%3Dblue&price_to=40&in_stock=1&on_sale=1&sort=price_low";
        assert_eq!(choices.address(), first);
        assert_eq!(choices.page_address(3), format!("{first}&page=3"));
        assert!(choices.is_narrowed());
        assert!(!read(&[("q", "mug"), ("sort", "newest"), ("page", "2")]).is_narrowed());
        assert_eq!(read(&[("sort", "nonsense"), ("page", "x")]).page_address(1), "/search");
        let category = Choices { path: "/c/mugs".into(), ..choices.all() };
        assert_eq!(category.address(), "/c/mugs?q=salt%20%26%20pepper&sort=price_low");
    }
}
