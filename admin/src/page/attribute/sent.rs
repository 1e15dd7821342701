//! Between an attribute and the fields of its form: `choices.2.swatch` is the colour of the third value. Rows are numbered
//! again when the form is read.

use crate::form::Form;
use shop::attribute::{Draft, DraftChoice, Kind};
use shop::limits::ATTRIBUTE_CHOICES;

/// The form that shows `draft`, with `blank` rows behind its values.
pub fn form_of(draft: &Draft, version: i64, blank: usize) -> Form {
    let mut form = Form::new("attribute")
        .with("version", version)
        .with("name", &draft.name)
        .with("slug", &draft.slug)
        .with("unit", &draft.unit);
    for (name, yes) in [("filterable", draft.filterable), ("searchable", draft.searchable), ("shown", draft.shown)] {
        form = form.with(name, if yes { "on" } else { "" });
    }
    let blank = std::iter::repeat_n(DraftChoice::default(), blank);
    for (at, choice) in draft.choices.iter().cloned().chain(blank).enumerate().take(ATTRIBUTE_CHOICES) {
        form = form
            .with(&format!("choices.{at}.id"), choice.id.map(|id| id.to_string()).unwrap_or_default())
            .with(&format!("choices.{at}.value"), choice.value)
            .with(&format!("choices.{at}.swatch"), choice.swatch);
    }
    form
}

/// Rows of values that were sent.
pub(super) fn rows(form: &Form) -> Vec<usize> {
    let known = |at: &usize| form.values.iter().any(|(name, _)| *name == format!("choices.{at}.value"));
    (0..ATTRIBUTE_CHOICES).filter(known).collect()
}

/// What the form says of an attribute of this kind. Rows that are to go, and new ones without anything in them, are gone.
pub fn read(form: &Form, kind: Kind) -> Draft {
    let choice = |at: usize| {
        let value = |part: &str| form.value(&format!("choices.{at}.{part}")).trim().to_owned();
        let choice = DraftChoice { id: value("id").parse().ok(), value: value("value"), swatch: value("swatch") };
        let is_there = choice != DraftChoice::default() && !form.is_on(&format!("choices.{at}.remove"));
        is_there.then_some(choice)
    };
    Draft {
        name: form.value("name").trim().to_owned(),
        slug: form.value("slug").trim().to_owned(),
        kind,
        unit: form.value("unit").trim().to_owned(),
        filterable: form.is_on("filterable"),
        searchable: form.is_on("searchable"),
        shown: form.is_on("shown"),
        choices: rows(form).into_iter().filter_map(choice).collect(),
    }
}

/// The draft with one value moved by one place, when `asked` is `choice-up-2` or `choice-down-2`, counting from 0. `None` for
/// anything else.
pub fn moved(draft: &Draft, asked: &str) -> Option<Draft> {
    let (towards, at) = asked.strip_prefix("choice-")?.split_once('-')?;
    let at: usize = at.parse().ok()?;
    let to = match towards {
        "up" => at.checked_sub(1)?,
        "down" => at.checked_add(1)?,
        _ => return None,
    };
    let mut draft = draft.clone();
    if at.max(to) < draft.choices.len() {
        draft.choices.swap(at, to);
    }
    Some(draft)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wood() -> Draft {
        let choice = |value: &str| DraftChoice { id: None, value: value.into(), swatch: "#aabbcc".into() };
        let choices = vec![choice("Oak"), choice("Ash"), choice("Elm")];
        Draft { name: "Wood".into(), slug: "wood".into(), kind: Kind::Choice, shown: true, choices, ..Draft::default() }
    }

    #[test]
    fn a_form_reads_back_as_the_attribute_it_shows() {
        assert_eq!(read(&form_of(&wood(), 1, 3), Kind::Choice), wood());
        let form = form_of(&wood(), 1, 0).with("choices.1.remove", "on");
        let values: Vec<_> = read(&form, Kind::Choice).choices.into_iter().map(|choice| choice.value).collect();
        assert_eq!(values, ["Oak", "Elm"]);
    }

    #[test]
    fn a_value_moves_by_one_place_and_not_over_the_edge() {
        let values = |asked: &str| {
            moved(&wood(), asked).map(|draft| draft.choices.into_iter().map(|c| c.value).collect::<Vec<_>>())
        };
        assert_eq!(values("choice-up-2").unwrap(), ["Oak", "Elm", "Ash"]);
        assert_eq!(values("choice-down-2").unwrap(), ["Oak", "Ash", "Elm"]);
        assert!(values("choice-up-0").is_none() && values("save").is_none());
    }
}
