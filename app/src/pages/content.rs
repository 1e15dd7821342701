//! The text pages: who we are, how we deliver, what happens with returns and data.

use crate::shell::{Head, Site, document};
use leptos::prelude::*;

/// A page of text by its path; `None` when there is none.
pub fn content(site: &Site, path: &str, mail: &str) -> Option<impl IntoView + use<>> {
    let (title, description, text) = match path {
        "/about" => ("About us", "What the shop stands for.", about()),
        "/shipping" => ("Delivery", "Where we deliver, how long it takes and what it costs.", shipping()),
        "/returns" => ("Returns", "How to send something back.", returns(mail)),
        "/privacy" => ("Privacy", "Which data we keep, why, and for how long.", privacy(mail)),
        "/imprint" => ("Imprint", "Who runs this shop.", imprint(&site.shop_name, mail)),
        "/contact" => ("Contact", "How to reach us.", contact(mail)),
        _ => return None,
    };
    let body = view! { <article class="prose page-text"><h1>{title}</h1>{text}</article> };
    Some(document(site, Head::new(title, path).describe(description), body))
}

fn write_to(mail: &str) -> impl IntoView + use<> {
    view! { <a href=format!("mailto:{mail}")>{mail.to_owned()}</a> }
}

fn about() -> AnyView {
    view! {
        <p class="lead">
            "We sell a small range of things that do their work well and are a pleasure to look at while they do it."
        </p>
        <h2>"How we choose"</h2>
        <p>
            "Something joins the range when we would buy it for ourselves: made of materials that age well, \
             repairable where it can be, and sold at a price that pays everyone who had a hand in it."
        </p>
        <h2>"How we sell"</h2>
        <p>
            "Prices are what you pay. Stock is what is on the shelf. There is no countdown on this site and no \
             discount that ends at midnight. If something is reduced, the earlier price stands beside it."
        </p>
        <h2>"What we leave out"</h2>
        <p>"No advertising trackers, no pop-ups, no newsletter you did not ask for."</p>
    }
    .into_any()
}

fn shipping() -> AnyView {
    view! {
        <p class="lead">"Orders placed before noon on a working day usually leave us the same day."</p>
        <h2>"Price and time"</h2>
        <p>
            "What delivery costs and how long it takes depends on the country and on the weight of your order. \
             Checkout shows every way of delivery that serves your address with its price and its days before you \
             decide, and it shows when delivery is free."
        </p>
        <h2>"Tracking"</h2>
        <p>
            "You get an e-mail with the tracking number when a parcel leaves. It also stands on the page of your \
             order, which the confirmation links to."
        </p>
        <h2>"Customs"</h2>
        <p>"For countries outside our customs area, duties on import are collected by the carrier on delivery."</p>
    }
    .into_any()
}

fn returns(mail: &str) -> AnyView {
    view! {
        <p class="lead">"You have 30 days from the day your order arrives to change your mind."</p>
        <h2>"How to return"</h2>
        <ol>
            <li>"Write to " {write_to(mail)} " with the number of your order and what you would like to return."</li>
            <li>"We answer within one working day with the address and a label."</li>
            <li>"Pack it so that it arrives as you received it, and hand it to the carrier."</li>
        </ol>
        <h2>"Your money"</h2>
        <p>
            "We refund to the card or account you paid with, within 14 days of the return reaching us, usually \
             sooner. The refund is shown on the page of your order."
        </p>
        <h2>"Something is broken"</h2>
        <p>"Write to us with a photograph. We replace or refund it and you need not send it back first."</p>
    }
    .into_any()
}

fn privacy(mail: &str) -> AnyView {
    view! {
        <p class="lead">"We keep what an order needs, and nothing about how you got here."</p>
        <h2>"What we store"</h2>
        <ul>
            <li>"Your cart, for 30 days after you last changed it."</li>
            <li>"Your e-mail address, delivery address and order, because law asks us to keep them with the invoice."</li>
            <li>"Your wishlist; without an account for 90 days after you last changed it."</li>
            <li>"If you ask to be told when something is back: your e-mail address, until 90 days after we have written."</li>
            <li>"If you open an account: name, e-mail address and a password that we keep only as a hash."</li>
        </ul>
        <h2>"Cookies"</h2>
        <p>
            "One cookie remembers your session, that is your cart and log-in. Another remembers the currency you \
             chose. Both are needed for the shop to work; there are no others."
        </p>
        <h2>"Payment"</h2>
        <p>
            "Card details are typed into a page or frame of our payment provider and go there directly. We receive \
             the outcome, never the number of your card."
        </p>
        <h2>"Your rights"</h2>
        <p>
            "You may ask what we hold about you, have it corrected, or have it erased as far as law allows. Write to "
            {write_to(mail)} "."
        </p>
    }
    .into_any()
}

fn imprint(name: &str, mail: &str) -> AnyView {
    view! {
        <p class="lead">{format!("{name} is run as a demonstration of the Mercer shop software.")}</p>
        <p>
            "Its products, prices and pictures are made up, and nothing ordered here is delivered. A merchant who \
             uses Mercer states company name, address, register entry and tax number on this page."
        </p>
        <p>"Contact: " {write_to(mail)}</p>
    }
    .into_any()
}

fn contact(mail: &str) -> AnyView {
    view! {
        <p class="lead">"We are glad to help, before and after you buy."</p>
        <p>"Write to " {write_to(mail)} ". We answer on the next working day at the latest."</p>
        <h2>"About an order"</h2>
        <p>
            "Please mention the number of your order; it stands in the confirmation and looks like M-4K7P-92QX. \
             Its page shows where the order is and the tracking number of its parcels."
        </p>
    }
    .into_any()
}
