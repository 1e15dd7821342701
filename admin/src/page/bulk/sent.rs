//! Between the form and the changes it asks for.

use crate::form::{Form, list};
use crate::page::product;
use shop::FieldError;
use shop::attribute::Attribute;
use shop::bulk::{Changes, CompareAt, PriceChange, PriceStep};
use shop::catalogue::draft::Status;
use shop::money::{Currency, Money};

/// What the form asks for, and what cannot be read of it.
pub fn read(form: &Form, attributes: &[Attribute]) -> (Changes, Vec<FieldError>) {
    let mut errors = Vec::new();
    let text = |name: &str| form.value(name).trim().to_owned();
    let words = |name: &str, errors: &mut Vec<FieldError>| match form.value(&format!("{name}_do")) {
        "set" if text(name).is_empty() => {
            errors.push(FieldError { field: name.to_owned(), message: "Enter the new text.".into() });
            None
        }
        "set" => Some(text(name)),
        "clear" => Some(String::new()),
        _ => None,
    };
    let changes = Changes {
        status: Status::parse(form.value("status")),
        brand: words("brand", &mut errors),
        product_type: words("product_type", &mut errors),
        add_tags: list(form.value("add_tags")),
        remove_tags: list(form.value("remove_tags")),
        add_category: text("add_category").parse().ok(),
        remove_category: text("remove_category").parse().ok(),
        tax_class: Some(text("tax_class")).filter(|class| !class.is_empty()),
        price: price(form, &mut errors),
        set_attributes: product::read_attributes(form, &[], attributes, &mut errors),
        remove_attributes: form.all("remove_attributes").filter_map(|id| id.parse().ok()).collect(),
        sheet: None,
    };
    (changes, errors)
}

fn price(form: &Form, errors: &mut Vec<FieldError>) -> Option<PriceChange> {
    let compare_at = match form.value("compare_at") {
        "former" => CompareAt::Former,
        "clear" => CompareAt::None,
        _ => CompareAt::Keep,
    };
    let wanted = form.value("price_step");
    if wanted.is_empty() && compare_at == CompareAt::Keep {
        return None;
    }
    let mut refuse = |field: &str, message: String| {
        errors.push(FieldError { field: field.to_owned(), message });
        None
    };
    let Some(currency) = Currency::parse(form.value("currency")) else {
        return refuse("currency", "Choose a currency.".into());
    };
    let typed = form.value("price_value").trim();
    let step = match wanted {
        "lower_percent" | "raise_percent" => match hundredths(typed) {
            Some(percent) => PriceStep::Percent(if wanted == "lower_percent" { -percent } else { percent }),
            None => return refuse("price_value", "Enter a percentage like 10 or 12.5.".into()),
        },
        "lower" | "raise" | "set" => match Money::parse(typed, currency).map(|money| money.amount) {
            Some(amount) if wanted == "set" => PriceStep::To(amount),
            Some(amount) => PriceStep::By(if wanted == "lower" { -amount } else { amount }),
            None => {
                let example = currency.money(1250).decimal();
                return refuse("price_value", format!("Enter an amount like {example}."));
            }
        },
        _ => PriceStep::Keep,
    };
    Some(PriceChange { currency, step, compare_at })
}

/// "12.5" and "12,5" are 1250.
fn hundredths(text: &str) -> Option<i64> {
    let text = text.trim_end_matches('%').trim_end().replace(',', ".");
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(part) || part.len() > 2 || whole.len() > 6 || whole.len() + part.len() == 0 {
        return None;
    }
    let number = |text: &str| if text.is_empty() { Some(0) } else { text.parse::<i64>().ok() };
    Some(number(whole)? * 100 + number(&format!("{part:0<2}"))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_are_read_with_either_separator() {
        for (text, want) in [
            ("10", Some(1_000)),
            ("12.5", Some(1_250)),
            ("12,55 %", Some(1_255)),
            (".5", Some(50)),
            ("", None),
            ("-5", None),
            ("1.255", None),
            ("ten", None),
            ("99999999", None),
        ] {
            assert_eq!(hundredths(text), want, "{text}");
        }
    }
}
