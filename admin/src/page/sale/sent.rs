//! Between a sale and the fields of its form.

use crate::date;
use crate::form::Form;
use shop::FieldError;
use shop::sale::{Draft, Scope};

/// The form that shows `draft`.
pub fn form_of(draft: &Draft, version: i64) -> Form {
    let mut form = Form::new("sale")
        .with("version", version)
        .with("title", &draft.title)
        .with("scope", draft.scope.code())
        .with("percent", draft.percent.map(|percent| percent.to_string()).unwrap_or_default())
        .with("brand", &draft.brand)
        .with("products", &draft.products)
        .with("prices", &draft.prices)
        .with("start_at", if draft.start_at > 0 { date::local(draft.start_at) } else { String::new() })
        .with("end_at", draft.end_at.map(date::local).unwrap_or_default());
    for category in &draft.categories {
        form = form.with("category", category);
    }
    form
}

/// What was sent, and what of it cannot be read.
pub fn read(form: &Form) -> (Draft, Vec<FieldError>) {
    let mut errors = Vec::new();
    let mut wrong = |field: &str, message: &str| {
        errors.push(FieldError { field: field.to_owned(), message: message.to_owned() });
    };
    let scope = Scope::parse(form.value("scope")).unwrap_or_else(|| {
        wrong("scope", "Choose what the sale is about.");
        Scope::default()
    });
    let start_at = date::parse_local(form.value("start_at").trim()).unwrap_or_else(|| {
        wrong("start_at", "A day and a time, please.");
        0
    });
    let end_at = match form.value("end_at").trim() {
        "" => None,
        text => date::parse_local(text).or_else(|| {
            wrong("end_at", "A day and a time, or nothing.");
            None
        }),
    };
    let percent = match form.value("percent").trim() {
        _ if scope == Scope::Prices => None,
        text => text.parse().ok().or_else(|| {
            wrong("percent", "A whole number between 1 and 99.");
            None
        }),
    };
    let draft = Draft {
        title: form.value("title").trim().to_owned(),
        start_at,
        end_at,
        scope,
        percent,
        brand: form.value("brand").trim().to_owned(),
        categories: form.all("category").filter_map(|id| id.parse().ok()).collect(),
        products: form.value("products").to_owned(),
        prices: form.value("prices").to_owned(),
    };
    (draft, errors)
}
