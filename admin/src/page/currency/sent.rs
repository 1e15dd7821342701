//! A currency's form and what it says.

use crate::date;
use crate::form::Form;
use shop::FieldError;
use shop::currency::{Draft, Rule, parse_rate, rate_text};
use shop::money::{Currency, Money};

/// Fields: `way` ("typed", "converted"), `rate`, `source`, `rated_at`, `step`, `less`, `rounding` ("nearest", "up"), `version`.
pub fn form_of(rule: &Rule) -> Form {
    let currency = rule.conversion.currency;
    let money = |amount: i64| currency.money(amount).decimal();
    Form::new("currency")
        .with("way", if rule.active { "converted" } else { "typed" })
        .with("rate", rate_text(rule.conversion.rate))
        .with("source", &rule.source)
        .with("rated_at", date::local(rule.rated_at))
        .with("step", money(rule.conversion.step))
        .with("less", money(rule.conversion.less))
        .with("rounding", if rule.conversion.round_up { "up" } else { "nearest" })
        .with("version", rule.version)
}

/// Of a currency that nothing was said of yet.
pub fn new_form(currency: Currency, now: i64) -> Form {
    // The smallest amount that a card can pay.
    let least = if currency.exponent() == 3 { 10 } else { 1 };
    Form::new("currency")
        .with("way", "typed")
        .with("rated_at", date::local(now))
        .with("step", currency.money(least).decimal())
        .with("less", currency.money(0).decimal())
        .with("rounding", "nearest")
        .with("version", 0)
}

/// What was sent, and the version it was read at; everything that cannot be read.
pub fn read(form: &Form, currency: Currency) -> Result<(Draft, i64), Vec<FieldError>> {
    let mut errors = Vec::new();
    let mut refuse = |field: &str, message: String| errors.push(FieldError { field: field.into(), message });
    let rate = parse_rate(form.value("rate")).unwrap_or_else(|| {
        refuse("rate", "Enter a rate like 1.0850.".into());
        0
    });
    let rated_at = date::parse_local(form.value("rated_at")).unwrap_or_else(|| {
        refuse("rated_at", "Enter a date and a time.".into());
        0
    });
    let mut amount = |field: &str| match Money::parse(form.value(field), currency) {
        Some(money) => money.amount,
        None => {
            let example = currency.money(10_i64.pow(currency.exponent())).decimal();
            refuse(field, format!("Enter an amount like {example}."));
            0
        }
    };
    let (step, less) = (amount("step"), amount("less"));
    let version = form.value("version").parse().unwrap_or(-1);
    let draft = Draft {
        active: form.value("way") == "converted",
        rate,
        source: form.value("source").to_owned(),
        rated_at,
        step,
        less,
        round_up: form.value("rounding") == "up",
    };
    if errors.is_empty() { Ok((draft, version)) } else { Err(errors) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sent_is_what_is_shown_and_every_fault_is_named() {
        let yen = Currency::parse("JPY").unwrap();
        let form = new_form(yen, 0).with("rate", "162.5").with("source", "bank");
        let (draft, version) = read(&form, yen).unwrap();
        assert_eq!((draft.active, draft.rate, draft.step, draft.less, version), (false, 162_500_000_000, 1, 0, 0));
        let wrong =
            Form::new("currency").with("rate", "x").with("step", "1.5").with("less", "").with("rated_at", "now");
        let fields: Vec<_> = read(&wrong, yen).unwrap_err().into_iter().map(|error| error.field).collect();
        assert_eq!(fields, ["rate", "rated_at", "step", "less"]);
    }
}
