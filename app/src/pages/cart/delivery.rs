//! What delivering the cart costs and how much is missing for it to be free, before the checkout asks for an address.

use crate::components::{Field, Form, Select};
use leptos::prelude::*;
use shop::address::{countries, rules};
use shop::limits::POSTAL_CODE_CHARS;
use shop::pricing::Totals;
use shop::shipping::{CartDelivery, DeliveryOption};

/// `asked`: somebody has just asked for it, so it is shown open.
pub(super) fn cart_delivery(found: &CartDelivery, totals: &Totals, asked: bool) -> AnyView {
    let country = rules(&found.address.country).map_or(found.address.country.clone(), |rules| rules.name.to_owned());
    let form = Form::new("estimate")
        .with("country", found.address.country.clone())
        .with("postal_code", found.address.postal_code.clone());
    let places: Vec<_> = countries().iter().map(|c| (c.code.to_owned(), c.name.to_owned())).collect();
    let options = if found.options.is_empty() {
        view! { <p>{format!("We cannot deliver this to {country} yet.")}</p> }.into_any()
    } else {
        view! { <ul class="plain">{found.options.iter().map(option).collect_view()}</ul> }.into_any()
    };
    view! {
        {free(found, totals, &country)}
        <details class="estimate" open=asked>
            <summary>{format!("Delivery to {country}")}</summary>
            {options}
            <form action="/cart" method="get" class="stack">
                <Select form=&form name="country" label="Country" autocomplete="shipping country" options=places />
                <Field form=&form name="postal_code" label="Postcode" autocomplete="shipping postal-code" required=false max=POSTAL_CODE_CHARS />
                <button class="button button-quiet button-small" type="submit">"Show delivery"</button>
            </form>
        </details>
    }
    .into_any()
}

/// How far it is to free delivery.
fn free(found: &CartDelivery, totals: &Totals, country: &str) -> Option<AnyView> {
    if found.free {
        return Some(view! { <p class="free-delivery">{format!("Free delivery to {country}")}</p> }.into_any());
    }
    let missing = found.missing?;
    let after = if totals.discount > 0 { " after discounts" } else { "" };
    let text = format!("{missing} more{after} for free delivery to {country}");
    let value = totals.subtotal - totals.discount;
    Some(
        view! {
            <p class="free-delivery">
                <label for="free-delivery">{text}</label>
                <progress id="free-delivery" max=value + missing.amount value=value></progress>
            </p>
        }
        .into_any(),
    )
}

fn option(option: &DeliveryOption) -> AnyView {
    let price = if option.price.amount == 0 { "Free".to_owned() } else { option.price.to_string() };
    let time = option.estimate.map(|estimate| {
        let what = if option.pickup.is_some() { "is ready" } else { "arrives" };
        let text = format!("If ordered now, it {what} {}", estimate.text());
        view! { <br /><span class="option-note">{text}</span> }
    });
    view! { <li>{format!("{}: {price}", option.name)}{time}</li> }.into_any()
}
