//! Between a collection and the fields of its form, by the names that refusals use: `conditions.2.on`, `.is` and `.value`.

use crate::form::Form;
use shop::FieldError;
use shop::collection::{Bound, Condition, Counted, Draft, Kind, Matching, Order, Rule, Words};
use shop::id::CategoryId;
use shop::limits::CONDITIONS;
use shop::money::{Currency, Money};

type Categories = [(CategoryId, String, String)];

/// What conditions can be about: code and label.
pub(super) fn subjects(currencies: &[Currency]) -> Vec<(String, String)> {
    let fixed = |all: &[(&str, &str)]| all.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect::<Vec<_>>();
    let mut subjects = fixed(&[
        ("title", "Title"),
        ("brand", "Brand"),
        ("product_type", "Type"),
        ("tag", "Tag"),
        ("category", "Category"),
    ]);
    subjects.extend(currencies.iter().map(|currency| (format!("price:{currency}"), format!("Price in {currency}"))));
    subjects
        .extend(currencies.iter().map(|currency| (format!("on_sale:{currency}"), format!("Reduced in {currency}"))));
    subjects.extend(fixed(&[
        ("available", "In stock"),
        ("sold_out", "Sold out"),
        ("newer", "Made within days"),
        ("option", "Option"),
        ("rating", "Stars on average"),
    ]));
    subjects
}

/// The form that shows `draft`.
pub fn form_of(draft: &Draft, version: i64, categories: &Categories) -> Form {
    let mut form = Form::new("collection")
        .with("version", version)
        .with("title", &draft.title)
        .with("slug", &draft.slug)
        .with("description", &draft.description)
        .with("order", draft.order.code())
        .with("seo_title", &draft.seo_title)
        .with("seo_description", &draft.seo_description);
    if draft.published {
        form = form.with("published", "on");
    }
    let Some(rule) = &draft.rule else { return form };
    form = form.with("match", if rule.matching == Matching::Any { "any" } else { "all" });
    for (at, condition) in rule.conditions.iter().enumerate() {
        let (on, is, value) = row(condition, categories);
        form = form
            .with(&format!("conditions.{at}.on"), on)
            .with(&format!("conditions.{at}.is"), is)
            .with(&format!("conditions.{at}.value"), value);
    }
    form
}

fn row(condition: &Condition, categories: &Categories) -> (String, &'static str, String) {
    let words = |is: Words| match is {
        Words::Is => "is",
        Words::IsNot => "is_not",
        Words::Contains => "contains",
        Words::Begins => "begins",
    };
    let bound = |is: Bound| if is == Bound::AtLeast { "at_least" } else { "at_most" };
    let yes = |yes: bool| if yes { "is" } else { "is_not" };
    match condition {
        Condition::Title { is, value } => ("title".into(), words(*is), value.clone()),
        Condition::Brand { is, value } => ("brand".into(), words(*is), value.clone()),
        Condition::ProductType { is, value } => ("product_type".into(), words(*is), value.clone()),
        Condition::Tag { has, value } => ("tag".into(), yes(*has), value.clone()),
        Condition::Category { within, id } => {
            let slug = categories.iter().find(|(known, ..)| known == id).map(|(_, slug, _)| slug.clone());
            ("category".into(), yes(*within), slug.unwrap_or_default())
        }
        Condition::Price { is, currency, amount } => {
            (format!("price:{currency}"), bound(*is), currency.money(*amount).decimal())
        }
        Condition::OnSale { currency } => (format!("on_sale:{currency}"), "is", String::new()),
        Condition::Available { yes } => ((if *yes { "available" } else { "sold_out" }).into(), "is", String::new()),
        Condition::Newer { days } => ("newer".into(), "at_most", days.to_string()),
        Condition::Option { name, value } => ("option".into(), "is", format!("{name}: {value}")),
        Condition::Rating { is, tenths } => {
            let stars =
                if tenths % 10 == 0 { (tenths / 10).to_string() } else { format!("{}.{}", tenths / 10, tenths % 10) };
            ("rating".into(), bound(*is), stars)
        }
    }
}

/// Rows with something in them.
pub(super) fn rows(form: &Form) -> usize {
    (0..CONDITIONS).filter(|at| is_used(form, *at)).count()
}

fn is_used(form: &Form, at: usize) -> bool {
    ["on", "value"].iter().any(|part| !form.value(&format!("conditions.{at}.{part}")).trim().is_empty())
}

/// The same form with its conditions numbered without gaps: empty ones and those to be removed are gone.
pub fn compact(form: &Form) -> Form {
    let kept = (0..CONDITIONS).filter(|at| is_used(form, *at) && !form.is_on(&format!("conditions.{at}.remove")));
    let mut out = Form { values: Vec::new(), ..form.clone() };
    out.values.extend(form.values.iter().filter(|(name, _)| !name.starts_with("conditions.")).cloned());
    for (to, from) in kept.collect::<Vec<_>>().into_iter().enumerate() {
        for part in ["on", "is", "value"] {
            out = out.with(&format!("conditions.{to}.{part}"), form.value(&format!("conditions.{from}.{part}")));
        }
    }
    out
}

/// What a compact form says, and what cannot be read of it.
pub fn read(form: &Form, categories: &Categories) -> (Draft, Vec<FieldError>) {
    let text = |name: &str| form.value(name).trim().to_owned();
    let kind = Kind::parse(form.value("kind")).unwrap_or_default();
    let (rule, mut errors) = match kind {
        Kind::Rule => {
            let (rule, errors) = read_rule(form, categories);
            (Some(rule), errors)
        }
        Kind::Hand => (None, Vec::new()),
    };
    let order = Order::parse(form.value("order"));
    if order.is_none() {
        errors.push(FieldError { field: "order".into(), message: "Choose an order of the list.".into() });
    }
    let draft = Draft {
        title: text("title"),
        slug: text("slug"),
        description: text("description"),
        kind,
        rule,
        order: order.unwrap_or_default(),
        seo_title: text("seo_title"),
        seo_description: text("seo_description"),
        published: form.is_on("published"),
    };
    (draft, errors)
}

/// As [`read`], of the rule alone.
pub fn read_rule(form: &Form, categories: &Categories) -> (Rule, Vec<FieldError>) {
    let mut errors = Vec::new();
    let mut conditions = Vec::new();
    for at in 0..rows(form) {
        let value = |part: &str| form.value(&format!("conditions.{at}.{part}")).trim().to_owned();
        match condition(&value("on"), &value("is"), value("value"), categories) {
            Ok(condition) => conditions.push(condition),
            Err((part, message)) => {
                errors.push(FieldError { field: format!("conditions.{at}.{part}"), message: message.into() });
            }
        }
    }
    let matching = if form.value("match") == "any" { Matching::Any } else { Matching::All };
    (Rule { matching, conditions }, errors)
}

type Refused = (&'static str, &'static str);

fn condition(on: &str, is: &str, value: String, categories: &Categories) -> Result<Condition, Refused> {
    let words = || match is {
        "is" => Ok(Words::Is),
        "is_not" => Ok(Words::IsNot),
        "contains" => Ok(Words::Contains),
        "begins" => Ok(Words::Begins),
        _ => Err(("is", "Is, is not, contains or begins with.")),
    };
    let yes = || match is {
        "is" => Ok(true),
        "is_not" => Ok(false),
        _ => Err(("is", "Is or is not.")),
    };
    let bound = || match is {
        "at_least" => Ok(Bound::AtLeast),
        "at_most" => Ok(Bound::AtMost),
        _ => Err(("is", "At least or at most.")),
    };
    let currency = |code: &str| Currency::parse(code).ok_or(("on", "Choose what the condition is about."));
    Ok(match on.split_once(':').unwrap_or((on, "")) {
        ("title", _) => Condition::Title { is: words()?, value },
        ("brand", _) => Condition::Brand { is: words()?, value },
        ("product_type", _) => Condition::ProductType { is: words()?, value },
        ("tag", _) => Condition::Tag { has: yes()?, value },
        ("category", _) => {
            let within = yes()?;
            let slug = value.rsplit('/').next().unwrap_or_default();
            let known = categories.iter().find(|(_, known, _)| known == slug);
            let (id, ..) = known.ok_or(("value", "No category has this address."))?;
            Condition::Category { within, id: *id }
        }
        ("price", code) => {
            let (currency, is) = (currency(code)?, bound()?);
            let money = Money::parse(&value, currency).ok_or(("value", "Enter an amount like 25 or 25.50."))?;
            Condition::Price { is, currency, amount: money.amount }
        }
        ("on_sale", code) => Condition::OnSale { currency: currency(code)? },
        ("available", _) => Condition::Available { yes: true },
        ("sold_out", _) => Condition::Available { yes: false },
        ("newer", _) => {
            Condition::Newer { days: value.parse().map_err(|_| ("value", "Enter a number of days like 30."))? }
        }
        ("option", _) => {
            let parts = value.split_once(':').map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()));
            let (name, value) = parts.ok_or(("value", "Enter a name and a value like \"Colour: Blue\"."))?;
            Condition::Option { name, value }
        }
        ("rating", _) => {
            Condition::Rating { is: bound()?, tenths: tenths(&value).ok_or(("value", "Enter stars like 4 or 4.5."))? }
        }
        _ => return Err(("on", "Choose what the condition is about.")),
    })
}

/// "4" or "4.5".
fn tenths(text: &str) -> Option<i64> {
    let (whole, part) = text.split_once(['.', ',']).unwrap_or((text, "0"));
    let (whole, part): (i64, i64) = (whole.parse().ok()?, part.parse().ok()?);
    ((0..=9).contains(&part) && (0..=9).contains(&whole)).then_some(whole * 10 + part)
}

/// A count in words.
pub fn counted(counted: Counted) -> String {
    let least = if counted.complete { "" } else { "At least " };
    let products = |count: i64| if count == 1 { "1 product".to_owned() } else { format!("{count} products") };
    match counted.published {
        all if all == counted.taken => format!("{least}{} in it.", products(counted.taken)),
        shown => format!("{least}{} in it, {shown} of them published.", products(counted.taken)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn categories() -> Vec<(CategoryId, String, String)> {
        vec![(CategoryId(Uuid::from_u128(7)), "mugs".into(), "Table › Mugs".into())]
    }

    fn rule() -> Rule {
        let text = |value: &str| value.to_owned();
        Rule {
            matching: Matching::Any,
            conditions: vec![
                Condition::Title { is: Words::Contains, value: text("mug") },
                Condition::Brand { is: Words::IsNot, value: text("Aldine") },
                Condition::ProductType { is: Words::Begins, value: text("M") },
                Condition::Tag { has: false, value: text("old") },
                Condition::Category { within: true, id: categories()[0].0 },
                Condition::Price { is: Bound::AtMost, currency: Currency::EUR, amount: 2550 },
                Condition::OnSale { currency: Currency::USD },
                Condition::Available { yes: true },
                Condition::Available { yes: false },
                Condition::Newer { days: 30 },
                Condition::Option { name: text("Colour"), value: text("Blue") },
                Condition::Rating { is: Bound::AtLeast, tenths: 45 },
                Condition::Rating { is: Bound::AtLeast, tenths: 40 },
            ],
        }
    }

    #[test]
    fn a_form_reads_back_as_the_collection_it_shows() {
        let draft = Draft {
            title: "Blue".into(),
            slug: "blue".into(),
            kind: Kind::Rule,
            rule: Some(rule()),
            order: Order::Newest,
            published: true,
            ..Draft::default()
        };
        let form = form_of(&draft, 3, &categories()).with("kind", "rule");
        assert_eq!(read(&compact(&form), &categories()), (draft, Vec::new()));
    }

    #[test]
    fn conditions_that_go_leave_no_gap() {
        let draft = Draft { rule: Some(rule()), ..Draft::default() };
        let form = form_of(&draft, 1, &categories()).with("conditions.0.remove", "on").with("conditions.15.value", "x");
        let form = compact(&form);
        assert_eq!((form.value("conditions.0.on"), rows(&form)), ("brand", 13));
        let (_, errors) = read_rule(&form, &categories());
        assert_eq!(errors.iter().map(|error| error.field.as_str()).collect::<Vec<_>>(), ["conditions.12.on"]);
    }

    #[test]
    fn what_cannot_be_read_is_refused_by_name() {
        for (on, is, value, part) in [
            ("title", "at_least", "x", "is"),
            ("tag", "contains", "x", "is"),
            ("category", "is", "bowls", "value"),
            ("price:EUR", "is", "3", "is"),
            ("price:EUR", "at_most", "cheap", "value"),
            ("price:XXQ", "at_most", "3", "on"),
            ("newer", "is", "-", "value"),
            ("option", "is", "Blue", "value"),
            ("rating", "at_least", "four", "value"),
            ("rating", "at_least", "4.55", "value"),
            ("colour", "is", "x", "on"),
            ("", "is", "x", "on"),
        ] {
            let form = Form::new("f")
                .with("conditions.0.on", on)
                .with("conditions.0.is", is)
                .with("conditions.0.value", value);
            let (_, errors) = read_rule(&form, &categories());
            assert_eq!(errors.len(), 1, "{on}");
            assert_eq!(errors[0].field, format!("conditions.0.{part}"), "{on} {is} {value}");
        }
    }
}
