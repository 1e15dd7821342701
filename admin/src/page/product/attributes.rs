//! What a product has of the shop's attributes: a card of the editor, and how its fields are read. `attributes.<id>` is the
//! value, of a choice as often as there are values.

use crate::form::{Field, Form};
use crate::page::attribute::swatch;
use leptos::prelude::*;
use shop::FieldError;
use shop::attribute::{Attribute, DraftValue, Kind, Value, decimal, thousandths};
use shop::id::ChoiceId;
use shop::limits::ATTRIBUTE_TEXT_CHARS;

fn field_of(attribute: &Attribute) -> String {
    format!("attributes.{}", attribute.id)
}

pub fn with_values(mut form: Form, values: &[DraftValue]) -> Form {
    for DraftValue { attribute, value } in values {
        let name = format!("attributes.{attribute}");
        form = match value {
            Value::Text(text) => form.with(&name, text),
            Value::Number(number) => form.with(&name, decimal(*number)),
            Value::Boolean(yes) => form.with(&name, if *yes { "yes" } else { "no" }),
            Value::Choice(ids) => ids.iter().fold(form, |form, id| form.with(&name, id)),
        };
    }
    form
}

pub fn section(attributes: &[Attribute], form: &Form) -> AnyView {
    let body = if attributes.is_empty() {
        view! {
            <p class="hint">
                "Material, width, care: "<a href="/admin/attributes/new">"add attributes"</a>" to say what products are like."
            </p>
        }
        .into_any()
    } else {
        fields(attributes, form)
    };
    view! {
        <section class="card" aria-labelledby="attributes">
            <h2 id="attributes">"Attributes"</h2>
            {body}
        </section>
    }
    .into_any()
}

/// A field for each attribute, as its type asks for.
pub fn fields(attributes: &[Attribute], form: &Form) -> AnyView {
    attributes.iter().map(|attribute| field(attribute, form)).collect_view().into_any()
}

fn field(attribute: &Attribute, form: &Form) -> AnyView {
    let field = Field::new(field_of(attribute), attribute.label());
    match attribute.kind {
        Kind::Text => field.max(ATTRIBUTE_TEXT_CHARS).input(form),
        Kind::Number => field.keys("decimal").input(form),
        Kind::Boolean => {
            let answers = [("", "Not said"), ("yes", "Yes"), ("no", "No")];
            field.select(form, answers.map(|(value, label)| (value.to_owned(), label.to_owned())).into())
        }
        Kind::Choice => choices(attribute, form),
    }
}

fn choices(attribute: &Attribute, form: &Form) -> AnyView {
    let name = field_of(attribute);
    let chosen: Vec<&str> = form.all(&name).collect();
    let boxes = attribute
        .choices
        .iter()
        .map(|choice| {
            let (value, field) = (choice.id.to_string(), format!("choice-{}", choice.id));
            let checked = chosen.contains(&value.as_str());
            view! {
                <li class="check">
                    <input type="checkbox" id=field.clone() name=name.clone() value=value checked=checked />
                    <label for=field>{choice.swatch.clone().map(swatch)}{choice.value.clone()}</label>
                </li>
            }
        })
        .collect_view();
    let refused = form.error(&name).map(|text| view! { <p class="error">{text.to_owned()}</p> });
    let id = form.field_id(&name);
    view! {
        <fieldset id=id>
            <legend>{attribute.name.clone()}</legend>
            // Says that the field was there when no box is ticked.
            <input type="hidden" name=name value="" />
            <ul class="choices">{boxes}</ul>
            {refused}
        </fieldset>
    }
    .into_any()
}

/// What the form says; what it has no field for stays as it was.
pub fn read(
    form: &Form,
    before: &[DraftValue],
    attributes: &[Attribute],
    errors: &mut Vec<FieldError>,
) -> Vec<DraftValue> {
    let mut values = before.to_vec();
    for attribute in attributes {
        let name = field_of(attribute);
        if !form.values.iter().any(|(known, _)| *known == name) {
            continue;
        }
        let value = value(form, &name, attribute);
        values.retain(|known| known.attribute != attribute.id);
        match value {
            Ok(value) => values.extend(value.map(|value| DraftValue { attribute: attribute.id, value })),
            Err(message) => errors.push(FieldError { field: name, message: message.to_owned() }),
        }
    }
    values.sort_by_key(|value| value.attribute);
    values
}

fn value(form: &Form, name: &str, attribute: &Attribute) -> Result<Option<Value>, &'static str> {
    let text = form.value(name).trim();
    match attribute.kind {
        Kind::Text => Ok(Value::text(text)),
        Kind::Number if text.is_empty() => Ok(None),
        Kind::Number => {
            let number = thousandths(text).ok_or("Enter a number like 18 or 18.5, with at most three decimals.")?;
            Ok(Some(Value::Number(number)))
        }
        Kind::Boolean => match text {
            "" => Ok(None),
            "yes" => Ok(Some(Value::Boolean(true))),
            "no" => Ok(Some(Value::Boolean(false))),
            _ => Err("Yes or no."),
        },
        Kind::Choice => {
            // One that was taken from the list meanwhile is nobody's any more.
            let known = |id: &ChoiceId| attribute.choices.iter().any(|choice| choice.id == *id);
            Ok(Value::choice(form.all(name).filter_map(|id| id.parse().ok()).filter(known).collect()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shop::attribute::Choice;
    use shop::id::AttributeId;
    use uuid::Uuid;

    fn attributes() -> Vec<Attribute> {
        let one = |n: u128, kind: Kind| Attribute {
            id: AttributeId(Uuid::from_u128(n)),
            slug: format!("a{n}"),
            name: format!("A{n}"),
            kind,
            unit: String::new(),
            shown: true,
            choices: Vec::new(),
        };
        let mut all: Vec<_> = (1..).zip(Kind::ALL).map(|(n, kind)| one(n, kind)).collect();
        let choice = |n| Choice { id: ChoiceId(Uuid::from_u128(n)), value: n.to_string(), swatch: None };
        all[3].choices = vec![choice(7), choice(8)];
        all
    }

    #[test]
    fn values_come_back_from_their_fields() {
        let all = attributes();
        let ids = all[3].choices.iter().map(|choice| choice.id).collect();
        let values = [Value::text("Wipe").unwrap(), Value::Number(-1_500), Value::Boolean(false), Value::Choice(ids)];
        let values: Vec<_> = all.iter().zip(values).map(|(of, value)| DraftValue { attribute: of.id, value }).collect();
        let mut errors = Vec::new();
        let form = with_values(Form::new("product"), &values);
        assert_eq!(read(&form, &[], &all, &mut errors), values);
        assert_eq!(read(&Form::new("product"), &values, &all, &mut errors), values, "no field, no change");
        let emptied = all.iter().fold(Form::new("product"), |form, of| form.with(&field_of(of), ""));
        assert_eq!(read(&emptied, &values, &all, &mut errors), []);
        assert_eq!(errors, []);
        let wrong = Form::new("product").with(&field_of(&all[1]), "wide").with(&field_of(&all[2]), "perhaps");
        read(&wrong, &values, &all, &mut errors);
        assert_eq!(
            errors.iter().map(|error| error.field.clone()).collect::<Vec<_>>(),
            [field_of(&all[1]), field_of(&all[2])]
        );
    }
}
