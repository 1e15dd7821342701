//! The last step: a look at everything, whom to pay with, and the button.

use super::step;
use crate::islands::PaymentForm;
use crate::shell::{Head, Site};
use crate::wire;
use leptos::prelude::*;
use shop::checkout::{StepName, View};

/// The form that leads to a provider's page; the choice of the provider stands above it and belongs to it.
const HOSTED: &str = "pay-hosted";

/// A provider that the shopper can choose.
pub struct PaymentChoice {
    pub name: String,
    pub label: String,
    /// Whether its fields can stand in our page.
    pub in_page: bool,
}

/// Two fresh idempotency keys (embedded, hosted); `script` is the provider's.
pub fn payment(
    site: &Site,
    view: &View,
    payment: wire::Payment,
    keys: (String, String),
    script: Option<String>,
    choices: &[PaymentChoice],
    problem: Option<String>,
) -> impl IntoView + use<> {
    let providers = if view.due() == 0 { None } else { provider_choice(choices) };
    let due = view.due();
    let total = view.totals.money(due);
    let (expected_total, cart_version) = (view.totals.total.to_string(), view.cart.version.to_string());
    let button = if due == 0 { "Place order".to_owned() } else { format!("Place order and pay {total}") };
    let problem =
        problem.map(|text| view! { <p class="notice notice-bad" role="alert" tabindex="-1" autofocus>{text}</p> });
    let content = view! {
        <h1>"Review and pay"</h1>
        {problem}
        <p class="aside">
            "Look at your order once more. You pay "
            <strong>{total.to_string()}</strong>
            ", tax and delivery included. You are charged when the order is confirmed."
        </p>
        {providers}
        <PaymentForm payment=payment key=keys.0 button=button.clone()>
            <form id=HOSTED class="hosted" action="/checkout/place" method="post" data-hosted="">
                <input type="hidden" name="way" value="hosted" />
                <input type="hidden" name="idempotency_key" value=keys.1 />
                <input type="hidden" name="expected_total" value=expected_total />
                <input type="hidden" name="expected_due" value=due.to_string() />
                <input type="hidden" name="cart_version" value=cart_version />
                <button class="button button-wide hosted-first" type="submit">
                    {button}
                </button>
                <button class="button button-wide button-quiet hosted-second" type="submit">
                    "Pay on the payment provider's page instead"
                </button>
                {(due > 0).then(|| view! {
                    <p class="small">"You pay on a secure page of our payment provider and come back here afterwards."</p>
                })}
            </form>
        </PaymentForm>
    };
    let head = Head { payment_script: script, ..Head::private("Payment · Checkout") };
    step(site, view, StepName::Payment, head, content.into_any())
}

/// Nothing to choose with one. The style sheet shows what belongs to the choice, so that it works without scripts.
fn provider_choice(choices: &[PaymentChoice]) -> Option<AnyView> {
    if choices.len() < 2 {
        return None;
    }
    let options: Vec<_> = choices
        .iter()
        .enumerate()
        .map(|(at, choice)| {
            view! {
                <label class="option">
                    <input
                        type="radio"
                        name="provider"
                        value=choice.name.clone()
                        form=HOSTED
                        data-elsewhere={!choice.in_page}
                        checked={at == 0}
                        required
                    />
                    <span class="option-text">{choice.label.clone()}</span>
                </label>
            }
        })
        .collect();
    Some(
        view! {
            <fieldset class="option-list payers">
                <legend class="visually-hidden">"Pay with"</legend>
                {options}
            </fieldset>
        }
        .into_any(),
    )
}
