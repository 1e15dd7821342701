//! Between zones and methods and the fields of their forms. A price table is a text with one step on each line, "2 6.90":
//! from two kilograms (or two units of money, or two items) on it costs 6.90.

use crate::form::Form;
use shop::FieldError;
use shop::attribute::{decimal, thousandths};
use shop::money::{Currency, Money};
use shop::shipping::{Area, Basis, MethodDraft, Table, ZoneDraft};

/// The form that shows a zone.
pub fn zone_form(draft: &ZoneDraft, version: i64) -> Form {
    let areas = draft.areas.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    Form::new("zone")
        .with("version", version)
        .with("name", &draft.name)
        .with("areas", areas)
        .with("position", draft.position)
}

/// The zone that a form says.
pub fn areas(form: &Form) -> Result<ZoneDraft, Vec<FieldError>> {
    let mut errors = Vec::new();
    let mut areas = Vec::new();
    let written = form.value("areas").split(['\n', ',', ';']).map(str::trim).filter(|text| !text.is_empty());
    for text in written {
        match Area::parse(text) {
            Ok(area) => areas.push(area),
            Err(message) => errors.push(wrong("areas", message)),
        }
    }
    let position = whole(form, "position", &mut errors);
    let draft = ZoneDraft { name: form.value("name").to_owned(), position, areas };
    if errors.is_empty() { Ok(draft) } else { Err(errors) }
}

fn wrong(field: &str, message: impl Into<String>) -> FieldError {
    FieldError { field: field.to_owned(), message: message.into() }
}

fn whole(form: &Form, field: &str, errors: &mut Vec<FieldError>) -> i64 {
    let read = form.value(field).trim().parse();
    if read.is_err() {
        errors.push(wrong(field, "A whole number, please."));
    }
    read.unwrap_or_default()
}

/// The form that shows a method, with a table for each of these currencies.
pub fn method_form(draft: &MethodDraft, version: i64, currencies: &[Currency]) -> Form {
    let mut form = Form::new("method")
        .with("version", version)
        .with("name", &draft.name)
        .with("code", &draft.code)
        .with("description", &draft.description)
        .with("basis", draft.basis.code())
        .with("days_min", draft.days_min)
        .with("days_max", draft.days_max)
        .with("position", draft.position)
        .with("active", if draft.active { "on" } else { "" })
        .with("pickup", draft.pickup.map(|id| id.to_string()).unwrap_or_default());
    for currency in currencies {
        let Some(table) = draft.tables.iter().find(|table| table.currency == *currency) else { continue };
        let line = |(from, price): &(i64, i64)| {
            format!("{} {}", measure(*from, draft.basis, *currency), currency.money(*price).decimal())
        };
        let lines = table.rates.iter().map(line).collect::<Vec<_>>().join("\n");
        let free = table.free_above.map(|above| currency.money(above).decimal()).unwrap_or_default();
        form = form.with(&format!("rates.{currency}"), lines).with(&format!("free.{currency}"), free);
    }
    form
}

fn measure(from: i64, basis: Basis, currency: Currency) -> String {
    match basis {
        Basis::Weight => decimal(from),
        Basis::Value => currency.money(from).decimal(),
        Basis::Quantity => from.to_string(),
    }
}

/// The method that a form says.
pub fn read_method(form: &Form, currencies: &[Currency]) -> Result<MethodDraft, Vec<FieldError>> {
    let mut errors = Vec::new();
    let basis = Basis::parse(form.value("basis"));
    if basis.is_none() {
        errors.push(wrong("basis", "Choose what the price depends on."));
    }
    let basis = basis.unwrap_or(Basis::Weight);
    let pickup = form.value("pickup");
    let house = pickup.parse().ok();
    if house.is_none() && !pickup.is_empty() {
        errors.push(wrong("pickup", "There is no such warehouse."));
    }
    let tables = currencies.iter().map(|currency| table(form, *currency, basis, &mut errors)).collect();
    let draft = MethodDraft {
        name: form.value("name").to_owned(),
        code: form.value("code").to_owned(),
        description: form.value("description").to_owned(),
        basis,
        days_min: whole(form, "days_min", &mut errors),
        days_max: whole(form, "days_max", &mut errors),
        position: whole(form, "position", &mut errors),
        active: form.is_on("active"),
        pickup: house,
        tables,
    };
    if errors.is_empty() { Ok(draft) } else { Err(errors) }
}

fn table(form: &Form, currency: Currency, basis: Basis, errors: &mut Vec<FieldError>) -> Table {
    let (rates, free) = (format!("rates.{currency}"), format!("free.{currency}"));
    let mut table = Table { currency, rates: Vec::new(), free_above: None };
    for line in form.value(&rates).lines().map(str::trim).filter(|line| !line.is_empty()) {
        match step(line, basis, currency) {
            Some(step) => table.rates.push(step),
            None => {
                errors.push(wrong(&rates, format!("\"{line}\" is no step. From where and the price, like 2 6.90.")));
            }
        }
    }
    let above = form.value(&free).trim();
    if !above.is_empty() {
        table.free_above = Money::parse(above, currency).map(|money| money.amount);
        if table.free_above.is_none() {
            errors.push(wrong(&free, format!("An amount in {currency}, like 50, or nothing.")));
        }
    }
    table
}

fn step(line: &str, basis: Basis, currency: Currency) -> Option<(i64, i64)> {
    let (from, price) = line.split_once(char::is_whitespace)?;
    let from = match basis {
        Basis::Weight => thousandths(from)?,
        Basis::Value => Money::parse(from, currency)?.amount,
        Basis::Quantity => from.parse().ok()?,
    };
    Some((from, Money::parse(price.trim(), currency)?.amount))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(basis: Basis) -> MethodDraft {
        let table = |currency, free_above| Table { currency, rates: vec![(0, 490), (2500, 690)], free_above };
        MethodDraft {
            name: "Standard".into(),
            code: "std".into(),
            description: "Tracked".into(),
            basis,
            days_min: 1,
            days_max: 3,
            position: 0,
            active: true,
            pickup: None,
            tables: vec![table(Currency::EUR, Some(5000)), table(Currency::USD, None)],
        }
    }

    #[test]
    fn a_form_reads_back_as_the_method_it_shows() {
        let currencies = [Currency::EUR, Currency::USD];
        for basis in Basis::ALL {
            let form = method_form(&draft(basis), 1, &currencies);
            assert_eq!(read_method(&form, &currencies).unwrap(), draft(basis));
        }
        let form = method_form(&draft(Basis::Weight), 1, &currencies);
        assert_eq!(form.value("rates.EUR"), "0 4.90\n2.5 6.90");
    }

    #[test]
    fn what_is_no_step_is_told_by_its_table() {
        for (basis, text) in
            [("weight", "2"), ("weight", "2 kg 6.90"), ("value", "ten 1"), ("quantity", "1.5 1"), ("weight", "0 free")]
        {
            let form = Form::new("m").with("basis", basis).with("rates.EUR", text).with("free.EUR", "x");
            let errors = read_method(&form, &[Currency::EUR]).unwrap_err();
            for field in ["rates.EUR", "free.EUR", "days_min"] {
                assert!(errors.iter().any(|error| error.field == field), "{text}: {errors:?}");
            }
        }
    }

    #[test]
    fn places_stand_on_lines_or_between_commas() {
        let form = Form::new("z").with("name", "A").with("areas", "DE, us-ca\nGB BT*\n").with("position", "3");
        let draft = areas(&form).unwrap();
        assert_eq!(draft.areas.len(), 3);
        assert_eq!(areas(&zone_form(&draft, 1)).unwrap(), draft);
        let errors = areas(&Form::new("z").with("areas", "DE, XX").with("position", "")).unwrap_err();
        assert_eq!(errors.iter().map(|error| error.field.as_str()).collect::<Vec<_>>(), ["areas", "position"]);
    }
}
