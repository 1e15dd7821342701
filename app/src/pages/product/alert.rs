//! "Tell me when it is back", below the form that buys, while something of the product is sold out. One form for all that
//! is: which one is chosen in it, so that it is right whatever is chosen above.

use crate::components::{Errors, Field, Form, Select};
use leptos::prelude::*;
use shop::catalogue::{Product, Variant};
use shop::limits::EMAIL_CHARS;

/// Who asks, and what became of the last try.
#[derive(Default)]
pub struct Offer {
    /// Where a customer is written to; `None`: the form asks.
    pub email: Option<String>,
    pub form: Form,
    /// It was just asked for.
    pub asked: bool,
}

pub(super) fn offer(product: &Product, chosen: &Variant, offer: &Offer) -> AnyView {
    let sold_out: Vec<_> = product.variants.iter().filter(|variant| !variant.availability.can_buy(1)).collect();
    if offer.asked {
        return view! {
            <div class="back-in-stock notice" id="back-in-stock" role="status">
                <p class="notice-title">"We will tell you"</p>
                <p>"You get one mail when it can be bought again. It has a link by which you can end this."</p>
            </div>
        }
        .into_any();
    }
    if sold_out.is_empty() {
        return ().into_any();
    }
    let refused = !offer.form.errors.is_empty() || offer.form.message.is_some();
    let open = refused || !chosen.availability.can_buy(1);
    let choice = which(&sold_out, chosen, &offer.form);
    let address = match &offer.email {
        Some(email) => view! { <p class="small">{format!("We write to {email}.")}</p> }.into_any(),
        None => view! {
            <Field
                form=&offer.form
                name="email"
                label="E-mail"
                kind="email"
                autocomplete="email"
                hint="For this one mail and nothing else."
                max=EMAIL_CHARS
            />
        }
        .into_any(),
    };
    view! {
        <details class="back-in-stock" id="back-in-stock" open=open>
            <summary>"Tell me when it is back"</summary>
            <Errors form=&offer.form />
            <form class="stack" action=format!("/p/{}/alert", product.slug) method="post">
                {choice}
                {address}
                <button class="button button-quiet" type="submit">"Tell me"</button>
            </form>
        </details>
    }
    .into_any()
}

/// What is waited for: the only one that is sold out, or a choice among them.
fn which(sold_out: &[&Variant], chosen: &Variant, form: &Form) -> AnyView {
    if let [only] = sold_out {
        let named = (!only.title.is_empty()).then(|| view! { <p class="small">{format!("For {}.", only.title)}</p> });
        return view! { <input type="hidden" name="sku" value=only.sku.clone() /> {named} }.into_any();
    }
    let options = sold_out.iter().map(|variant| (variant.sku.clone(), variant.title.clone())).collect::<Vec<_>>();
    let form = if form.value("sku").is_empty() { form.clone().with("sku", &chosen.sku) } else { form.clone() };
    view! { <Select form=&form name="sku" label="Which one" autocomplete="off" options=options /> }.into_any()
}
