//! The demo shop's attributes, and what the facts of its things say of them.

use super::range::{ITEMS, Item, Named};
use crate::attribute::{self, Attribute, Draft, DraftChoice, DraftValue, Kind, Value, thousandths};
use crate::catalogue::draft::slugify;
use crate::id::{AttributeId, ChoiceId};
use crate::{Result, Shop};

/// Materials, and the words that facts have for them.
const MATERIALS: [(&str, &[&str]); 12] = [
    ("Stoneware", &["stoneware"]),
    ("Linen", &["linen"]),
    ("Cotton", &["cotton"]),
    ("Wool", &["wool", "lambswool", "merino"]),
    ("Oak", &["oak"]),
    ("Beech", &["beech"]),
    ("Wood", &["hardwood", "wood", "plywood", "cedar", "acacia"]),
    ("Steel", &["steel"]),
    ("Brass", &["brass"]),
    ("Glass", &["glass"]),
    ("Seagrass", &["seagrass"]),
    ("Wax", &["wax"]),
];

/// Adds the definitions that are missing; all that there are.
pub(super) async fn fill(shop: &Shop) -> Result<Vec<Attribute>> {
    let choice = |value: &str, swatch: String| DraftChoice { id: None, value: value.to_owned(), swatch };
    let materials = MATERIALS.iter().map(|(name, _)| choice(name, String::new())).collect();
    let mut colours: Vec<Named> = Vec::new();
    for colour in ITEMS.iter().flat_map(|item| item.colours) {
        if !colours.iter().any(|known| known.0 == colour.0) {
            colours.push(*colour);
        }
    }
    let colours = colours.into_iter().map(|(name, rgb)| choice(name, format!("#{rgb:06x}"))).collect();
    let list = Draft { kind: Kind::Choice, filterable: true, shown: true, ..Draft::default() };
    let number = Draft { kind: Kind::Number, choices: Vec::new(), ..list.clone() };
    for draft in [
        Draft { name: "Colour".into(), choices: colours, ..list.clone() },
        Draft { name: "Material".into(), choices: materials, searchable: true, ..list },
        Draft { name: "Height".into(), unit: "cm".into(), ..number.clone() },
        Draft { name: "Capacity".into(), unit: "ml".into(), ..number.clone() },
        Draft { name: "Dishwasher safe".into(), kind: Kind::Boolean, ..number },
    ] {
        add(shop, draft).await?;
    }
    attribute::definitions(&mut &shop.db).await
}

async fn add(shop: &Shop, draft: Draft) -> Result<()> {
    let draft = draft.clean()?;
    let there = attribute::definitions(&mut &shop.db).await?;
    if there.iter().any(|known| known.slug == draft.slug || known.name.eq_ignore_ascii_case(&draft.name)) {
        return Ok(());
    }
    let mut tx = shop.db.begin().await?;
    attribute::insert(&mut tx, AttributeId::new(), &draft, shop.now_ms()).await?;
    Ok(tx.commit().await?)
}

/// What the item's facts say, as far as the shop's attributes still have a place for it.
pub(super) fn values(item: &Item, attributes: &[Attribute]) -> Vec<DraftValue> {
    let colour = match item.colours {
        [(name, _)] => vec![*name],
        // Several are an option.
        _ => Vec::new(),
    };
    let mut values: Vec<DraftValue> = attributes
        .iter()
        .filter_map(|attribute| {
            let value = match (attribute.slug.as_str(), attribute.kind) {
                ("colour", Kind::Choice) => chosen(attribute, &colour),
                ("material", Kind::Choice) => chosen(attribute, &materials(item)),
                ("height", Kind::Number) => measure(item, " cm tall").map(Value::Number),
                ("capacity", Kind::Number) => {
                    measure(item, " ml").or_else(|| Some(1000 * measure(item, " l;")?)).map(Value::Number)
                }
                ("dishwasher-safe", Kind::Boolean) => dishwasher(item).map(Value::Boolean),
                _ => None,
            }?;
            Some(DraftValue { attribute: attribute.id, value })
        })
        .collect();
    values.sort_by_key(|value| value.attribute);
    values
}

fn chosen(attribute: &Attribute, names: &[&str]) -> Option<Value> {
    let ids: Vec<ChoiceId> = attribute
        .choices
        .iter()
        .filter(|choice| names.contains(&choice.value.as_str()))
        .map(|choice| choice.id)
        .collect();
    Value::choice(ids)
}

fn materials(item: &Item) -> Vec<&'static str> {
    let facts = slugify(&item.facts.join(" "));
    let has = |word: &&str| facts.split('-').any(|part| part == *word);
    MATERIALS.iter().filter(|(_, words)| words.iter().any(has)).map(|(name, _)| *name).collect()
}

/// Thousandths of the number in front of `unit`, where a fact has one.
fn measure(item: &Item, unit: &str) -> Option<i64> {
    let number = |fact: &&str| thousandths(fact.split_once(unit)?.0.rsplit(' ').next()?);
    item.facts.iter().find_map(number)
}

fn dishwasher(item: &Item) -> Option<bool> {
    if item.facts.iter().any(|fact| fact.starts_with("Dishwasher")) {
        return Some(true);
    }
    item.facts.iter().any(|fact| fact.starts_with("Wash by hand")).then_some(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_say_what_things_are_like() {
        let item = |title: &str| ITEMS.iter().find(|item| item.title == title).unwrap();
        let mug = item("Morning Mug");
        assert_eq!(
            (measure(mug, " cm tall"), measure(mug, " ml"), dishwasher(mug)),
            (Some(9_500), Some(350_000), Some(true))
        );
        assert_eq!(materials(mug), ["Stoneware"]);
        assert_eq!(dishwasher(item("Tea Bowl")), Some(false));
        assert!(ITEMS.iter().any(|item| measure(item, " l;") == Some(1_200)));
    }
}
