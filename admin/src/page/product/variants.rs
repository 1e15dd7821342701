//! The editor's table of variants: one row per combination of option values.

use super::sent::rows;
use crate::form::{Field, Form};
use crate::part;
use leptos::prelude::*;
use shop::id::VariantId;
use shop::limits::{OPTIONS, SKU_CHARS, VARIANTS};
use shop::money::{Currency, Money};

/// `converted` are today's prices of variants where nothing is typed.
pub fn section(form: &Form, currencies: &[Currency], converted: &[(VariantId, Money)]) -> AnyView {
    let options = (0..OPTIONS)
        .map(|at| {
            view! {
                <div class="option">
                    {Field::new(format!("options.{at}.name"), format!("Option {}", at + 1)).input(form)}
                    {Field::new(format!("options.{at}.values"), "Values, separated by commas").input(form)}
                </div>
            }
        })
        .collect_view();
    let names: Vec<String> =
        (0..OPTIONS).map(|at| form.value(&format!("options.{at}.name")).to_owned()).filter(|n| !n.is_empty()).collect();
    let body =
        rows(form, "variants", "sku", VARIANTS).into_iter().map(|at| row(form, at, &names, (currencies, converted)));
    let body = body.collect_view();
    let values = names.iter().map(|name| view! { <th scope="col">{name.clone()}</th> }).collect_view();
    let prices = currencies
        .iter()
        .map(|c| view! { <th scope="col">"Price "{c.code()}</th><th scope="col">"Before "{c.code()}</th> })
        .collect_view();
    view! {
        <section class="card" aria-labelledby="variants">
            <h2 id="variants">"Options and variants"</h2>
            <p class="hint">
                "Without options the product has one variant. With options, make the rows, then fill in prices."
            </p>
            {options}
            <div>
                <button class="quiet" name="do" value="matrix" formnovalidate=true>"Make the missing variants"</button>
            </div>
            <div class="scroll" role="group" aria-labelledby="variants" tabindex="0">
                <table class="variants">
                    <thead>
                        <tr>
                            {values}
                            <th scope="col">"SKU"</th>
                            {prices}
                            <th scope="col">"Weight, g"</th>
                            <th scope="col">"Barcode"</th>
                            <th scope="col">"Count stock"</th>
                            <th scope="col">"Stock"</th>
                            <th scope="col">"Remove"</th>
                        </tr>
                    </thead>
                    <tbody>{body}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

fn row(
    form: &Form,
    at: usize,
    names: &[String],
    (currencies, converted): (&[Currency], &[(VariantId, Money)]),
) -> AnyView {
    let name = |part: &str| format!("variants.{at}.{part}");
    let number = at + 1;
    let label = |text: &str| format!("{text}, row {number}");
    let values = names
        .iter()
        .enumerate()
        .map(|(option, option_name)| {
            let field = Field::new(name(&format!("value.{option}")), label(option_name)).quiet();
            view! { <td>{field.input(form)}</td> }
        })
        .collect_view();
    let hint = |currency: Currency| {
        let is_it = |(variant, price): &&(VariantId, Money)| {
            price.currency == currency && variant.to_string() == form.value(&name("id"))
        };
        let price = converted.iter().find(is_it).map(|(_, price)| price);
        price.map_or_else(String::new, |price| format!("Converted: {price}"))
    };
    let prices = currencies
        .iter()
        .map(|currency| {
            let now = Field::new(name(&format!("prices.{currency}")), label(&format!("Price {currency}")));
            let before = Field::new(name(&format!("compare.{currency}")), label(&format!("Price before {currency}")));
            view! {
                <td>{now.quiet().keys("decimal").hint(hint(*currency)).input(form)}</td>
                <td>{before.quiet().keys("decimal").input(form)}</td>
            }
        })
        .collect_view();
    let id = form.value(&name("id")).to_owned();
    let sku = form.value(&name("sku")).to_owned();
    let stock = (!id.is_empty())
        .then(|| view! { <a href=format!("/admin/inventory/{}", part::encode(&sku))>"Stock"<span class="sr-only">" of "{sku.clone()}</span></a> });
    let refused = form.error(&name("option_values")).map(|text| view! { <p class="error">{text.to_owned()}</p> });
    view! {
        <tr>
            {values}
            <td class="wide">
                <input type="hidden" name=name("id") value=id />
                {Field::new(name("sku"), label("SKU")).quiet().max(SKU_CHARS).input(form)}
                {refused}
            </td>
            {prices}
            <td>{Field::new(name("weight_grams"), label("Weight in grams")).quiet().keys("numeric").input(form)}</td>
            <td>{Field::new(name("barcode"), label("Barcode")).quiet().max(SKU_CHARS).input(form)}</td>
            <td>{Field::new(name("tracked"), label("Count stock")).quiet().check(form)}</td>
            <td class="link-cell">{stock}</td>
            <td>{Field::new(name("remove"), label("Remove")).quiet().check(form)}</td>
        </tr>
    }
    .into_any()
}
