//! Facets of what products are like: options as products bring them, the most frequent first, and behind them the attributes
//! that the merchant has defined, in the merchant's order. An option that is named like an attribute is one with it.

use super::{Attribute, Facet};
use crate::attribute::{FacetOf, Kind, decimal, thousandths};
use ::search::{Range, number};

/// Values of one facet that are shown; options and attributes.
pub(super) const VALUES: usize = 20;
const OPTIONS: usize = 8;
const ATTRIBUTES: usize = 20;
/// A number with more values than this is chosen by ranges, of which there is at most one more.
const NUMBERS: usize = 8;
/// Between the ends of a range in an address; the second end is beyond it.
const TO: &str = "..";

/// Values, and the ranges among what was chosen.
pub(super) fn chosen(attributes: &[(String, String)], known: &[FacetOf]) -> (Vec<(String, String)>, Vec<Range>) {
    let (mut values, mut ranges) = (Vec::new(), Vec::new());
    for (name, value) in attributes {
        let is_number = known.iter().any(|of| of.kind == Kind::Number && of.name == *name);
        match range(value).filter(|_| is_number) {
            Some(numbers) => ranges.push(Range { name: name.clone(), numbers }),
            None => values.push((name.clone(), value.clone())),
        }
    }
    (values, ranges)
}

fn range(value: &str) -> Option<std::ops::Range<i64>> {
    let (from, to) = value.split_once(TO)?;
    let (from, to) = (thousandths(from)?, thousandths(to)?);
    (from < to).then_some(from..to)
}

/// Values of an attribute and how many products have each.
type Values = Vec<(String, usize)>;

/// `counted`: name, value and products, most first. Those with a choice stay, however many others there are.
pub(super) fn facets(
    counted: Vec<(String, String, usize)>,
    chosen: &[(String, String)],
    known: &[FacetOf],
) -> Vec<Attribute> {
    let mut named: Vec<(usize, String, Values)> = Vec::new();
    for (name, value, count) in counted {
        match named.iter_mut().find(|(_, other, _)| *other == name) {
            Some((all, _, values)) => {
                *all += count;
                values.push((value, count));
            }
            None => named.push((count, name, vec![(value, count)])),
        }
    }
    named.sort_by_key(|(all, ..)| std::cmp::Reverse(*all));
    let place = |name: &str| known.iter().position(|of| of.name == name);
    let (mut attributes, options): (Vec<_>, Vec<_>) = named.into_iter().partition(|(_, name, _)| place(name).is_some());
    attributes.sort_by_key(|(_, name, _)| place(name));
    let drawn = |(_, name, values): (usize, String, Values)| {
        let chosen: Vec<&str> = chosen.iter().filter(|(of, _)| *of == name).map(|(_, value)| value.as_str()).collect();
        let values = match place(&name).and_then(|at| known.get(at)) {
            Some(of) => in_order(of, values, &chosen),
            None => sizes(shown(facets_of(values, &chosen))),
        };
        Attribute { name, values }
    };
    let has_choice = |attribute: &Attribute| attribute.values.iter().any(|facet| facet.chosen);
    let kept = |most: usize, list: Vec<_>| {
        let drawn = list.into_iter().map(drawn).enumerate();
        drawn.filter(move |(at, attribute)| *at < most || has_choice(attribute)).map(|(_, attribute)| attribute)
    };
    kept(OPTIONS, options).chain(kept(ATTRIBUTES, attributes)).collect()
}

fn facets_of(values: Vec<(String, usize)>, chosen: &[&str]) -> Vec<Facet> {
    let facet = |(value, count): (String, usize)| {
        let chosen = chosen.contains(&value.as_str());
        Facet { title: value.clone(), value, count, chosen, swatch: None }
    };
    values.into_iter().map(facet).collect()
}

/// The most frequent values, and those that are chosen.
pub(super) fn shown(facets: Vec<Facet>) -> Vec<Facet> {
    facets.into_iter().enumerate().filter(|(at, facet)| *at < VALUES || facet.chosen).map(|(_, facet)| facet).collect()
}

fn in_order(of: &FacetOf, values: Vec<(String, usize)>, chosen: &[&str]) -> Vec<Facet> {
    match of.kind {
        Kind::Text => sizes(shown(facets_of(values, chosen))),
        Kind::Boolean => {
            let mut facets = facets_of(values, chosen);
            facets.sort_by_key(|facet| facet.value != "Yes");
            facets
        }
        Kind::Choice => {
            let place = |value: &str| of.choices.iter().position(|(known, _)| known == value);
            let mut facets = shown(facets_of(values, chosen));
            for facet in &mut facets {
                facet.swatch = place(&facet.value).and_then(|at| of.choices[at].1.clone());
            }
            facets.sort_by_key(|facet| place(&facet.value).unwrap_or(usize::MAX));
            facets
        }
        Kind::Number => numbers(of, values, chosen),
    }
}

/// The values themselves while there are few, ranges of one width when there are many, or when one is chosen: the others are
/// as wide. What is chosen stays as it was chosen.
fn numbers(of: &FacetOf, mut values: Vec<(String, usize)>, chosen: &[&str]) -> Vec<Facet> {
    values.sort_by_key(|(value, _)| number(value));
    let mut ranges: Vec<String> =
        chosen.iter().filter(|value| range(value).is_some()).map(|value| (*value).to_owned()).collect();
    let width = ranges.first().and_then(|value| range(value)).map(|numbers| numbers.end - numbers.start);
    let ends = values.iter().filter_map(|(value, _)| number(value));
    let ends = ends.clone().min().zip(ends.max());
    let in_ranges = values.len() > NUMBERS || width.is_some();
    if let Some((low, high)) = ends.filter(|_| in_ranges) {
        let most = i64::try_from(VALUES).unwrap_or(i64::MAX);
        let step = width.filter(|width| (high - low) / width < most).unwrap_or_else(|| step(high - low));
        for at in low.div_euclid(step)..=high.div_euclid(step) {
            let value = format!("{}{TO}{}", decimal(at * step), decimal((at + 1) * step));
            if !ranges.contains(&value) {
                ranges.push(value);
            }
        }
    }
    let mut facets: Vec<Facet> = ranges.into_iter().filter_map(|value| in_range(of, value, &values, chosen)).collect();
    facets.sort_by_key(|facet| range(&facet.value).map(|range| (range.start, range.end)));
    facets.extend(facets_of(values, chosen).into_iter().filter(|facet| !in_ranges || facet.chosen));
    facets
}

/// `None` for a range that holds nothing and is not chosen.
fn in_range(of: &FacetOf, value: String, values: &[(String, usize)], chosen: &[&str]) -> Option<Facet> {
    let numbers = range(&value)?;
    let inside = values.iter().filter(|(value, _)| number(value).is_some_and(|number| numbers.contains(&number)));
    let count = inside.map(|(_, count)| count).sum();
    let chosen = chosen.contains(&value.as_str());
    let unit = if of.unit.is_empty() { String::new() } else { format!(" {}", of.unit) };
    let title = format!("{} to under {}{unit}", decimal(numbers.start), decimal(numbers.end));
    (count > 0 || chosen).then_some(Facet { value, title, count, chosen, swatch: None })
}

/// The least of 1, 2, 5, 10, 20 … thousandths that parts `span` into at most [`NUMBERS`] ranges and one.
fn step(span: i64) -> i64 {
    let mut tens = 1;
    loop {
        for step in [tens, 2 * tens, 5 * tens] {
            if span / step < i64::try_from(NUMBERS).unwrap_or(i64::MAX) {
                return step;
            }
        }
        tens *= 10;
    }
}

/// Sizes have an order of their own: letters as tailors use them, numbers by their value in thousandths.
fn sizes(mut facets: Vec<Facet>) -> Vec<Facet> {
    if facets.iter().all(|facet| size(&facet.value).is_some()) {
        facets.sort_by_key(|facet| size(&facet.value));
    }
    facets
}

fn size(value: &str) -> Option<i64> {
    const LETTERS: [&str; 10] = ["XXS", "XS", "S", "M", "L", "XL", "XXL", "3XL", "4XL", "5XL"];
    let value = value.trim().to_uppercase();
    let letters = match value.as_str() {
        "SMALL" => "S",
        "MEDIUM" => "M",
        "LARGE" => "L",
        other => other,
    };
    if let Some(place) = LETTERS.iter().position(|known| *known == letters) {
        return i64::try_from(place).ok();
    }
    let number: String = value.chars().take_while(|c| c.is_ascii_digit() || matches!(c, '.' | ',')).collect();
    let number: f64 = number.replace(',', ".").parse().ok()?;
    #[expect(clippy::cast_possible_truncation, reason = "only compared with others")]
    let thousandths = (number * 1000.0) as i64;
    Some(thousandths)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(name: &str, values: &[&str]) -> Vec<(String, String, usize)> {
        values.iter().map(|value| (name.to_owned(), (*value).to_owned(), 1)).collect()
    }

    fn known(name: &str, kind: Kind, unit: &str, choices: &[&str]) -> FacetOf {
        let choices = choices.iter().map(|value| ((*value).to_owned(), Some("#aabbcc".to_owned()))).collect();
        FacetOf { name: name.into(), kind, unit: unit.into(), choices }
    }

    fn titles(attribute: &Attribute) -> Vec<&str> {
        attribute.values.iter().map(|facet| facet.title.as_str()).collect()
    }

    #[test]
    fn sizes_stand_in_their_own_order_and_other_values_by_how_many_they_are() {
        let order = |values: &[&str]| -> Vec<String> {
            let attribute = facets(counted("Size", values), &[], &[]).remove(0);
            attribute.values.into_iter().map(|facet| facet.value).collect()
        };
        assert_eq!(order(&["XL", "S", "m", "XXS"]), ["XXS", "S", "m", "XL"]);
        assert_eq!(order(&["100 ml", "50 ml", "2.5 l", "2,25 l"]), ["2,25 l", "2.5 l", "50 ml", "100 ml"]);
        assert_eq!(order(&["18 cm", "Large", "Small"]), ["Small", "Large", "18 cm"]);
        assert_eq!(order(&["Oak", "S", "Ash"]), ["Oak", "S", "Ash"]);
    }

    #[test]
    fn attributes_stand_behind_options_and_as_the_merchant_has_put_them() {
        let mut all = counted("Wood", &["Ash", "Oak", "Elm"]);
        all.extend(counted("Vegan", &["No", "Yes", "Yes"]));
        all.extend(counted("Size", &["S"]));
        let known = [known("Vegan", Kind::Boolean, "", &[]), known("Wood", Kind::Choice, "", &["Oak", "Ash"])];
        let found = facets(all, &[], &known);
        let names: Vec<_> = found.iter().map(|attribute| attribute.name.as_str()).collect();
        assert_eq!(names, ["Size", "Vegan", "Wood"]);
        assert_eq!(titles(&found[1])[0], "Yes");
        assert_eq!(titles(&found[2]), ["Oak", "Ash", "Elm"], "what the merchant does not name is last");
        assert_eq!(found[2].values[0].swatch.as_deref(), Some("#aabbcc"));
    }

    #[test]
    fn few_numbers_are_values_and_many_are_ranges() {
        let width = [known("Width", Kind::Number, "cm", &[])];
        let few = facets(counted("Width", &["18.5 cm", "9 cm", "110 cm"]), &[], &width);
        assert_eq!(titles(&few[0]), ["9 cm", "18.5 cm", "110 cm"]);
        let values: Vec<String> = (1..=20).map(|n| format!("{n} cm")).collect();
        let values: Vec<&str> = values.iter().map(String::as_str).collect();
        let many = facets(counted("Width", &values), &[], &width);
        assert_eq!(
            titles(&many[0]),
            ["0 to under 5 cm", "5 to under 10 cm", "10 to under 15 cm", "15 to under 20 cm", "20 to under 25 cm"]
        );
        let counts: Vec<_> = many[0].values.iter().map(|facet| facet.count).collect();
        assert_eq!(counts, [4, 5, 5, 5, 1]);
    }

    #[test]
    fn what_is_chosen_of_a_number_stays() {
        let width = [known("Width", Kind::Number, "cm", &[])];
        let pick = |value: &str| vec![("Width".to_owned(), value.to_owned())];
        let found = facets(counted("Width", &["9 cm", "12 cm"]), &pick("5..10"), &width);
        assert_eq!(titles(&found[0]), ["5 to under 10 cm", "10 to under 15 cm"]);
        let found = facets(counted("Width", &["9 cm", "12 cm"]), &pick("20..21"), &width);
        assert_eq!(titles(&found[0]), ["9 to under 10 cm", "12 to under 13 cm", "20 to under 21 cm"]);
        assert_eq!((found[0].values[2].chosen, found[0].values[2].count), (true, 0));
        let found = facets(counted("Width", &["9 cm", "12 cm"]), &pick("5..10"), &width);
        assert!(found[0].values[0].chosen && found[0].values[0].count == 1);
        let (values, ranges) = chosen(&pick("5..10"), &width);
        assert_eq!((values, ranges[0].numbers.clone()), (vec![], 5_000..10_000));
        assert_eq!(chosen(&pick("5..10"), &[]).0, pick("5..10"), "an option may be called so");
        for strange in ["5..x", "5..5", "6..5"] {
            assert_eq!(chosen(&pick(strange), &width).0, pick(strange));
        }
    }

    #[test]
    fn ranges_have_round_ends_and_there_are_not_many() {
        for span in [1, 7, 8, 999, 20_000, 123_456_789, 2 * crate::limits::ATTRIBUTE_NUMBER_MAX] {
            let step = step(span);
            assert!(span / step < 8 && step.to_string().trim_end_matches('0').len() == 1, "{span} {step}");
        }
    }
}
