//! What delivering the cart costs and how much is missing for it to be free, before the checkout asks for an address.

use crate::components::{Field, Form, Select};
use leptos::prelude::*;
use shop::address::{countries, rules};
use shop::limits::POSTAL_CODE_CHARS;
use shop::pricing::Totals;
use shop::shipping::{CartDelivery, DeliveryOption};

/// `asked`: somebody has just asked for it, so it is shown open.
pub(super) fn cart_delivery(found: &CartDelivery, totals: &Totals, asked: bool) -> AnyView {
    let rules = rules(&found.address.country);
    let country = rules.map_or(found.address.country.clone(), |rules| rules.name.to_owned());
    let regions = rules.map_or(&[][..], |rules| rules.regions);
    let region = regions.iter().find(|(code, _)| *code == found.address.region).map(|(_, name)| *name);
    let there = region.map_or_else(|| country.clone(), |region| format!("{region}, {country}"));
    let form = Form::new("estimate")
        .with("country", found.address.country.clone())
        .with("region", found.address.region.clone())
        .with("postal_code", found.address.postal_code.clone());
    let places: Vec<_> = countries().iter().map(|c| (c.code.to_owned(), c.name.to_owned())).collect();
    let options = if found.options.is_empty() {
        view! { <p>{format!("We cannot deliver this to {there} yet.")}</p> }.into_any()
    } else {
        view! { <ul class="plain">{found.options.iter().map(option).collect_view()}</ul> }.into_any()
    };
    // Which regions there are is known once the country is.
    let region = rules.and_then(|rules| rules.region_label).filter(|_| !regions.is_empty()).map(|label| {
        let options = regions.iter().map(|(code, name)| ((*code).to_owned(), (*name).to_owned())).collect();
        view! {
            <Select form=&form name="region" label=label autocomplete="shipping address-level1" options=options prompt="Any" required=false />
        }
    });
    let postcode = rules.and_then(|rules| rules.postal_label).unwrap_or("Postcode");
    view! {
        {free(found, totals, &there)}
        <details class="estimate" open=asked>
            <summary>{format!("Delivery to {there}")}</summary>
            {options}
            <form action="/cart" method="get" class="stack">
                <Select form=&form name="country" label="Country" autocomplete="shipping country" options=places />
                {region}
                <Field form=&form name="postal_code" label=postcode autocomplete="shipping postal-code" required=false max=POSTAL_CODE_CHARS />
                <button class="button button-quiet button-small" type="submit">"Show delivery"</button>
            </form>
        </details>
    }
    .into_any()
}

/// How far it is to free delivery.
fn free(found: &CartDelivery, totals: &Totals, there: &str) -> Option<AnyView> {
    if found.free {
        return Some(view! { <p class="free-delivery">{format!("Free delivery to {there}")}</p> }.into_any());
    }
    let missing = found.missing?;
    let after = if totals.discount > 0 { " after discounts" } else { "" };
    let text = format!("{missing} more{after} for free delivery to {there}");
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
