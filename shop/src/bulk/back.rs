//! What is left of a product once a bulk edit of it is taken back.

use crate::catalogue::draft::{Draft, DraftPrice, DraftVariant};
use crate::id::AttributeId;
use crate::money::Currency;

/// The product as it is `now`, with what the edit made of it (`after`) as it was `before`. What was changed since stays.
pub(super) fn taken_back(now: &Draft, before: &Draft, after: &Draft) -> Draft {
    let mut draft = now.clone();
    if draft.status == after.status && before.status != after.status {
        draft.status = before.status;
        draft.publish_at = before.publish_at;
    }
    back(&mut draft.title, &before.title, &after.title);
    back(&mut draft.brand, &before.brand, &after.brand);
    back(&mut draft.product_type, &before.product_type, &after.product_type);
    back(&mut draft.tags, &before.tags, &after.tags);
    back(&mut draft.categories, &before.categories, &after.categories);
    attributes(&mut draft, before, after);
    for variant in &mut draft.variants {
        let same = |other: &&DraftVariant| other.id == variant.id;
        let pair = before.variants.iter().find(same).zip(after.variants.iter().find(same));
        if let Some((before, after)) = pair {
            variant_back(variant, before, after);
        }
    }
    draft
}

fn variant_back(now: &mut DraftVariant, before: &DraftVariant, after: &DraftVariant) {
    back(&mut now.sku, &before.sku, &after.sku);
    back(&mut now.barcode, &before.barcode, &after.barcode);
    back(&mut now.tax_class, &before.tax_class, &after.tax_class);
    back(&mut now.cost, &before.cost, &after.cost);
    back(&mut now.weight_grams, &before.weight_grams, &after.weight_grams);
    for currency in currencies(before, after) {
        let of = |prices: &[DraftPrice]| prices.iter().find(|p| p.currency == currency).copied();
        let (was, made) = (of(&before.prices), of(&after.prices));
        if of(&now.prices) == made && was != made {
            now.prices.retain(|p| p.currency != currency);
            now.prices.extend(was);
            now.prices.sort_by_key(|price| price.currency.code());
        }
    }
}

/// In which either of them has a price, each once.
pub(super) fn currencies(one: &DraftVariant, other: &DraftVariant) -> Vec<Currency> {
    let mut all: Vec<Currency> = one.prices.iter().chain(&other.prices).map(|price| price.currency).collect();
    all.sort_by_key(|currency| currency.code());
    all.dedup();
    all
}

fn attributes(now: &mut Draft, before: &Draft, after: &Draft) {
    let of = |draft: &Draft, id: AttributeId| draft.attributes.iter().find(|value| value.attribute == id).cloned();
    let mut touched: Vec<AttributeId> =
        before.attributes.iter().chain(&after.attributes).map(|value| value.attribute).collect();
    touched.sort();
    touched.dedup();
    for id in touched {
        let (was, made) = (of(before, id), of(after, id));
        if was != made && of(now, id) == made {
            now.attributes.retain(|value| value.attribute != id);
            now.attributes.extend(was);
        }
    }
    now.attributes.sort_by_key(|value| value.attribute);
}

fn back<T: PartialEq + Clone>(now: &mut T, before: &T, after: &T) {
    if *now == *after && before != after {
        now.clone_from(before);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bulk::change::Changes;
    use crate::bulk::change::tests::{priced, product};
    use crate::bulk::price::{CompareAt, PriceStep};
    use crate::catalogue::draft::Status;
    use proptest::prelude::*;

    #[test]
    fn what_was_changed_since_stays_when_the_rest_is_taken_back() {
        let before = Draft { brand: "Old".into(), tags: vec!["a".into()], ..product(&[(Currency::EUR, 1_000, None)]) };
        let changes = Changes {
            brand: Some("New".into()),
            add_tags: vec!["b".into()],
            status: Some(Status::Published),
            ..priced(PriceStep::Percent(1_000), CompareAt::Keep)
        };
        let after = changes.made_of(&before).unwrap();
        assert_eq!(taken_back(&after, &before, &after), before);
        let now = Draft { brand: "Newer".into(), title: "Cup".into(), ..after.clone() };
        let back = taken_back(&now, &before, &after);
        assert_eq!((back.brand.as_str(), back.title.as_str()), ("Newer", "Cup"));
        assert_eq!((back.tags, back.status, back.variants), (before.tags, before.status, before.variants));
    }

    proptest! {
        #[test]
        fn taking_back_at_once_gives_back_everything(
            amount in 0..10_000_000_i64, compare in proptest::option::of(0..10_000_000_i64),
            hundredths in -10_000..100_000_i64, former: bool, tags in proptest::collection::vec("[a-d]", 0..4),
        ) {
            let mut before = product(&[(Currency::EUR, amount, compare)]);
            before.tags = vec!["a".into(), "c".into()];
            let compare_at = if former { CompareAt::Former } else { CompareAt::None };
            let changes = Changes { remove_tags: tags, ..priced(PriceStep::Percent(hundredths), compare_at) };
            if let Ok(after) = changes.made_of(&before) {
                prop_assert_eq!(taken_back(&after, &before, &after), before);
            }
        }
    }
}
