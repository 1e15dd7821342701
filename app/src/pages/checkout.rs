//! The checkout: four steps with an address each, the summary always beside them, and the pages after paying.

mod outcome;
mod payment;
mod steps;

pub use outcome::{payable_again, pending, released};
pub use payment::{PaymentChoice, payment};
pub(super) use steps::address_fields;
pub use steps::{address, address_form, contact, contact_form, delivery, delivery_form};

use crate::components::{TotalsTable, codes, gift_cards, share_rows};
use crate::shell::{Head, Site, document};
use leptos::prelude::*;
use shop::cart::Line;
use shop::checkout::{StepName, View};

const STEPS: [(StepName, &str, &str); 4] = [
    (StepName::Contact, "/checkout/contact", "Contact"),
    (StepName::Address, "/checkout/address", "Address"),
    (StepName::Delivery, "/checkout/delivery", "Delivery"),
    (StepName::Payment, "/checkout/payment", "Payment"),
];

/// Where a step lives.
pub fn step_path(step: StepName) -> &'static str {
    STEPS.iter().find(|(name, ..)| *name == step).map_or("/checkout", |(_, path, _)| path)
}

/// The step that lives there.
pub fn step_of(path: &str) -> Option<StepName> {
    STEPS.iter().find(|(_, known, _)| *known == path).map(|(name, ..)| *name)
}

/// The frame of every step: progress, what was told so far, `content`, summary.
fn step(site: &Site, view: &View, now: StepName, mut head: Head, content: AnyView) -> impl IntoView + use<> {
    head.quiet = true;
    let body = view! {
        <div class="with-summary checkout">
            <div>
                {progress(view, now)}
                {told(view, now)}
                {content}
            </div>
            {summary(view, now)}
        </div>
    };
    document(site, head, body)
}

fn progress(view: &View, now: StepName) -> impl IntoView + use<> {
    let (reached, is_carried) = (view.reached, view.cart.requires_shipping());
    let steps = STEPS
        .into_iter()
        .filter(|(name, ..)| is_carried || *name != StepName::Delivery)
        .map(|(name, path, label)| {
            if name == now {
                view! { <li><span aria-current="step">{label}</span></li> }.into_any()
            } else if name <= reached {
                view! { <li><a href=path>{label}</a></li> }.into_any()
            } else {
                view! { <li><span>{label}</span></li> }.into_any()
            }
        })
        .collect_view();
    view! { <nav class="progress" aria-label="Checkout"><ol>{steps}</ol></nav> }
}

/// The answers of the steps before this one, each with a link to change it.
fn told(view: &View, now: StepName) -> impl IntoView + use<> {
    let details = &view.details;
    let row = |step: StepName, label: &'static str, text: String| {
        (step < now && !text.is_empty()).then(|| {
            let change = format!("Change {}", label.to_lowercase());
            view! {
                <div>
                    <dt>{label}</dt>
                    <dd>{text}</dd>
                    <dd><a href=step_path(step) aria-label=change>"Change"</a></dd>
                </div>
            }
        })
    };
    let address = details.address.as_ref().map(|address| address.lines().join(", ")).unwrap_or_default();
    let delivery = view
        .delivery_options
        .iter()
        .find(|option| Some(option.id) == details.delivery)
        .map(|option| option.name.clone())
        .unwrap_or_default();
    (now > StepName::Contact).then(|| {
        view! {
            <dl class="told">
                {row(StepName::Contact, "Contact", details.email.clone())}
                {row(StepName::Address, if view.cart.requires_shipping() { "Deliver to" } else { "Address" }, address)}
                {row(StepName::Delivery, "Delivery", delivery)}
                {row(StepName::Delivery, "Card", details.gift_note.clone())}
            </dl>
        }
    })
}

fn summary(view: &View, now: StepName) -> impl IntoView + use<> {
    let lines = view.cart.lines.iter().map(summary_line).collect_view();
    let delivery = if !view.cart.requires_shipping() {
        view! { <TotalsTable totals=view.totals.clone() delivery="Not needed" /> }.into_any()
    } else if view.details.delivery.is_none() {
        view! { <TotalsTable totals=view.totals.clone() delivery="Next steps" /> }.into_any()
    } else {
        view! { <TotalsTable totals=view.totals.clone() /> }.into_any()
    };
    view! {
        <section class="summary" aria-labelledby="summary">
            <h2 id="summary">"Your order"</h2>
            <ul class="summary-lines">{lines}</ul>
            {delivery}
            {share_rows(&view.totals, &view.tender, "To pay")}
            {codes(&view.codes, "/checkout/codes", step_path(now), view.refused_code.clone())}
            {gift_cards(&view.tender, view.credit, "/checkout/gift-cards", step_path(now), view.refused_card.clone())}
        </section>
    }
}

fn summary_line(line: &Line) -> impl IntoView + use<> {
    let picture = line.picture_url.clone().map(|url| view! { <img src=url alt="" width="64" height="64" /> });
    view! {
        <li>
            <span class="summary-picture">{picture}</span>
            <span class="summary-text">
                <span>{line.title.clone()}</span>
                <span class="line-variant">{line.variant_title.clone()}</span>
                <span class="line-variant">{format!("Quantity {}", line.quantity)}</span>
            </span>
            <span>{line.total.to_string()}</span>
        </li>
    }
}
