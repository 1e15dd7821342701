//! The form that says what is to change. What is left as it stands changes nothing.

use super::{HERE, badge, products};
use crate::form::{Field, Form};
use crate::page::product;
use crate::part;
use leptos::prelude::*;
use shop::attribute::Attribute;
use shop::bulk::Edit;
use shop::id::CategoryId;
use shop::limits::NAME_CHARS;
use shop::money::Currency;

pub fn changes(
    edit: &Edit,
    form: &Form,
    categories: &[(CategoryId, String)],
    attributes: &[Attribute],
    currencies: &[Currency],
) -> AnyView {
    let pairs = |list: &[(&str, &str)]| -> Vec<(String, String)> {
        list.iter().map(|(value, label)| ((*value).to_owned(), (*label).to_owned())).collect()
    };
    let of_categories = |none: &str| -> Vec<(String, String)> {
        let named = categories.iter().map(|(id, name)| (id.to_string(), name.clone()));
        std::iter::once((String::new(), none.to_owned())).chain(named).collect()
    };
    let statuses =
        pairs(&[("", "Leave as it is"), ("published", "Published"), ("draft", "Draft"), ("archived", "Archived")]);
    let texts = || pairs(&[("", "Leave as it is"), ("set", "Set to"), ("clear", "Remove")]);
    let steps = pairs(&[
        ("", "Leave as it is"),
        ("lower_percent", "Lower by %"),
        ("raise_percent", "Raise by %"),
        ("lower", "Lower by an amount"),
        ("raise", "Raise by an amount"),
        ("set", "Set to"),
    ]);
    let before = pairs(&[("", "Leave as it is"), ("former", "The price before this change"), ("clear", "Remove")]);
    let money = currencies.iter().map(|currency| (currency.code().to_owned(), currency.code().to_owned())).collect();
    view! {
        {part::up("/admin/products", "Products")}
        {part::heading(format!("Edit {}", products(edit.counts.all())), Some(badge(edit)))}
        {form.summary()}
        <p>
            "One change for all of them, or "<a href=format!("{HERE}/{}/sheet", edit.id)>"each variant as a line of a table"</a>"."
        </p>
        <form method="post" action=format!("{HERE}/{}/plan", edit.id) class="stack">
            <section class="card" aria-labelledby="what">
                <h2 id="what">"What they are"</h2>
                {Field::new("status", "Status").select(form, statuses)}
                <div class="pair">
                    {Field::new("brand_do", "Brand").select(form, texts())}
                    {Field::new("brand", "New brand").max(NAME_CHARS).input(form)}
                </div>
                <div class="pair">
                    {Field::new("product_type_do", "Product type").select(form, texts())}
                    {Field::new("product_type", "New product type").max(NAME_CHARS).input(form)}
                </div>
                <div class="pair">
                    {Field::new("add_tags", "Add tags").hint("Separated by commas.").input(form)}
                    {Field::new("remove_tags", "Remove tags").hint("Separated by commas.").input(form)}
                </div>
                <div class="pair">
                    {Field::new("add_category", "Add to category").select(form, of_categories("None"))}
                    {Field::new("remove_category", "Take out of category").select(form, of_categories("None"))}
                </div>
                {Field::new("tax_class", "Tax class of all variants")
                    .hint("Empty: left as it is.")
                    .max(NAME_CHARS)
                    .input(form)}
            </section>
            <section class="card" aria-labelledby="prices">
                <h2 id="prices">"Prices of all variants"</h2>
                <div class="pair">
                    {Field::new("price_step", "Price").select(form, steps)}
                    {Field::new("price_value", "By or to").keys("decimal").hint("Like 10 or 2.50.").input(form)}
                </div>
                <div class="pair">
                    {Field::new("currency", "Currency").select(form, money)}
                    {Field::new("compare_at", "Price before").hint("Shown struck through.").select(form, before)}
                </div>
            </section>
            {(!attributes.is_empty()).then(|| like(attributes, form))}
            <section class="card" aria-label="Differences">
                <p class="hint">"Nothing is written yet: first you see each difference."</p>
                <div class="actions"><button>"Show the differences"</button></div>
            </section>
        </form>
    }
    .into_any()
}

/// What is left empty stays as each product has it.
fn like(attributes: &[Attribute], form: &Form) -> AnyView {
    let removed: Vec<&str> = form.all("remove_attributes").collect();
    let boxes = attributes
        .iter()
        .map(|attribute| {
            let (value, id) = (attribute.id.to_string(), format!("remove-{}", attribute.id));
            let checked = removed.contains(&value.as_str());
            view! {
                <li class="check">
                    <input type="checkbox" id=id.clone() name="remove_attributes" value=value checked=checked />
                    <label for=id>{attribute.name.clone()}</label>
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="card" aria-labelledby="like">
            <h2 id="like">"Attributes"</h2>
            <p class="hint">"What is left empty stays as each product has it."</p>
            {product::attribute_fields(attributes, form)}
            <fieldset>
                <legend>"Remove"</legend>
                <ul class="choices">{boxes}</ul>
            </fieldset>
        </section>
    }
    .into_any()
}
