//! The editor's part about what all of a product's variants are: goods, files or gift cards, and how they are taxed.

use crate::form::{Field, Form};
use leptos::prelude::*;
use shop::catalogue::draft::{Draft, DraftVariant};

const KIND: &str = "kind";
const TAX_CLASS: &str = "tax_class";
/// Of a product whose variants differ: each stays as it is.
const AS_IT_IS: &str = "";
/// No class has this code.
const NOT_TAXED: &str = "!";

pub fn with_values(form: Form, draft: &Draft) -> Form {
    form.with(KIND, common(draft, kind)).with(TAX_CLASS, common(draft, tax_class))
}

fn common(draft: &Draft, of: impl Fn(&DraftVariant) -> &str) -> &str {
    let mut all = draft.variants.iter().map(of);
    let first = all.next().unwrap_or(AS_IT_IS);
    if all.all(|other| other == first) { first } else { AS_IT_IS }
}

fn kind(variant: &DraftVariant) -> &str {
    match (variant.gift_card, variant.requires_shipping) {
        (true, _) => "gift_card",
        (false, true) => "goods",
        (false, false) => "digital",
    }
}

fn tax_class(variant: &DraftVariant) -> &str {
    if variant.taxable { &variant.tax_class } else { NOT_TAXED }
}

/// The variant as the form has them all.
pub fn apply(form: &Form, mut variant: DraftVariant) -> DraftVariant {
    match form.value(TAX_CLASS) {
        AS_IT_IS => {}
        NOT_TAXED => variant.taxable = false,
        class => (variant.taxable, variant.tax_class) = (true, class.to_owned()),
    }
    match form.value(KIND) {
        "goods" => (variant.gift_card, variant.requires_shipping) = (false, true),
        "digital" => (variant.gift_card, variant.requires_shipping) = (false, false),
        "gift_card" => variant.gift_card = true,
        _ => {}
    }
    variant.settled()
}

/// `classes` are codes and titles of the shop's tax classes.
pub fn section(form: &Form, classes: &[(String, String)]) -> AnyView {
    let mixed = |name: &str| form.value(name).is_empty().then(|| (AS_IT_IS.to_owned(), "Differs, leave it".to_owned()));
    let text = |value: &str, label: &str| (value.to_owned(), label.to_owned());
    let mut kinds: Vec<_> = mixed(KIND).into_iter().collect();
    kinds.extend([
        text("goods", "Goods that are carried"),
        text("digital", "Nothing to carry"),
        text("gift_card", "Gift card"),
    ]);
    let mut taxes: Vec<_> = mixed(TAX_CLASS).into_iter().collect();
    taxes.extend(classes.iter().cloned());
    taxes.push(text(NOT_TAXED, "Not taxed"));
    view! {
        <section class="card" aria-labelledby="delivery">
            <h2 id="delivery">"Delivery and tax"</h2>
            {Field::new(KIND, "What it is")
                .hint("Each unit of a gift card becomes a card over its price, mailed when the order is paid. It is not taxed, not counted, and no discount takes anything off.")
                .select(form, kinds)}
            {Field::new(TAX_CLASS, "Tax class").select(form, taxes)}
        </section>
    }
    .into_any()
}
