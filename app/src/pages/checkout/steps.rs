//! Contact, address, delivery.

use super::step;
use crate::components::{Errors, Field, Form, Icon, Select};
use crate::islands::AddressForm;
use crate::shell::{Head, Site};
use leptos::prelude::*;
use shop::address::{Address, countries, rules};
use shop::checkout::{StepName, View};
use shop::limits;
use shop::shipping::DeliveryOption;

/// The contact form as it stands with the cart.
pub fn contact_form(view: &View) -> Form {
    let remind = if view.details.remind { "1" } else { "" };
    let form = Form::new("contact").with("email", view.details.email.clone()).with("note", view.details.note.clone());
    let form = form.with("remind", remind);
    match &view.details.gift_to {
        Some(to) => form.with("gift_email", to.email.clone()).with("gift_message", to.message.clone()),
        None => form,
    }
}

pub fn contact(site: &Site, view: &View, form: &Form) -> impl IntoView + use<> {
    let login = site.customer_name.is_none().then(|| {
        view! {
            <p class="aside">
                "You can order as a guest. Have an account? "
                <a href="/login?next=/checkout">"Log in"</a>
            </p>
        }
    });
    // A customer says so in the account.
    let reminder = site.customer_name.is_none().then(|| {
        view! {
            <label class="check">
                <input type="checkbox" name="remind" value="1" checked=!form.value("remind").is_empty() />
                <span>"Remind me by e-mail if I leave this cart without ordering. Every such mail has a link that ends them."</span>
            </label>
        }
    });
    let note_id = form.id("note");
    let content = view! {
        <h1>"Contact"</h1>
        {login}
        <Errors form=form />
        <form class="stack" action="/checkout/contact" method="post">
            <Field
                form=form
                name="email"
                label="E-mail"
                kind="email"
                autocomplete="email"
                inputmode="email"
                hint="For the confirmation and news about your delivery, nothing else."
                max=limits::EMAIL_CHARS
            />
            <div class="field">
                <label for=note_id.clone()>"Note for us" <span class="optional">" (optional)"</span></label>
                <textarea id=note_id name="note" rows="3" maxlength=limits::ORDER_NOTE_CHARS>{form.area_text("note")}</textarea>
            </div>
            {view.cart.has_gift_cards().then(|| gift_to(form))}
            {reminder}
            {go_on("Continue to address")}
        </form>
    };
    step(site, view, StepName::Contact, Head::private("Contact · Checkout"), content.into_any())
}

/// Whom the gift cards in the cart are for.
fn gift_to(form: &Form) -> impl IntoView + use<> {
    let message = form.id("gift_message");
    view! {
        <fieldset class="stack">
            <legend>"Your gift card"</legend>
            <Field
                form=form
                name="gift_email"
                label="Send it to"
                kind="email"
                autocomplete="off"
                inputmode="email"
                hint="Its code is mailed there when your payment has arrived. Left empty, it is mailed to you."
                required=false
                max=limits::EMAIL_CHARS
            />
            <div class="field">
                <label for=message.clone()>"Your words to go with it" <span class="optional">" (optional)"</span></label>
                <textarea id=message name="gift_message" rows="3" maxlength=limits::GIFT_MESSAGE_CHARS>{form.area_text("gift_message")}</textarea>
            </div>
        </fieldset>
    }
}

/// The address form of `address`.
pub fn address_form(address: &Address) -> Form {
    Form::new("address")
        .with("name", address.name.clone())
        .with("company", address.company.clone())
        .with("line1", address.line1.clone())
        .with("line2", address.line2.clone())
        .with("city", address.city.clone())
        .with("region", address.region.clone())
        .with("postal_code", address.postal_code.clone())
        .with("country", address.country.clone())
        .with("phone", address.phone.clone())
}

/// `saved` are a customer's addresses, offered for one press.
pub fn address(site: &Site, view: &View, form: &Form, saved: &[Address]) -> impl IntoView + use<> {
    let offers = saved
        .iter()
        .map(|address| {
            let hidden = address_form(address)
                .values
                .into_iter()
                .map(|(name, value)| view! { <input type="hidden" name=name value=value /> })
                .collect_view();
            view! {
                <li>
                    <form action="/checkout/address" method="post">
                        {hidden}
                        <button class="offer" type="submit">
                            <span>{address.lines().join(", ")}</span>
                            <span class="text-link">"Use this"</span>
                        </button>
                    </form>
                </li>
            }
        })
        .collect_view();
    let offers = (!saved.is_empty()).then(|| {
        view! { <h2>"Your addresses"</h2><ul class="offers">{offers}</ul><h2>"Another address"</h2> }
    });
    let (title, next) = if view.cart.requires_shipping() {
        ("Where should it go?", "Continue to delivery")
    } else {
        ("Your address", "Continue to payment")
    };
    let content = view! {
        <h1>{title}</h1>
        <Errors form=form />
        {offers}
        <form class="stack" action="/checkout/address" method="post">
            {address_fields(form)}
            {go_on(next)}
        </form>
    };
    step(site, view, StepName::Address, Head::private("Address · Checkout"), content.into_any())
}

/// The fields of an address, as its country has them. Also used by the account's address book.
pub(in crate::pages) fn address_fields(form: &Form) -> impl IntoView + use<> {
    let rules = rules(&form.value("country"));
    let countries: Vec<_> = countries().iter().map(|c| (c.code.to_owned(), c.name.to_owned())).collect();
    let postal_label = rules.map_or(Some("Postcode"), |rules| rules.postal_label);
    let region_label = rules.and_then(|rules| rules.region_label);
    let regions = rules.map_or(&[][..], |rules| rules.regions);
    let region = if regions.is_empty() {
        view! {
            <Field form=form name="region" label=region_label.unwrap_or("Region") autocomplete="shipping address-level1" required=false max=limits::CITY_CHARS />
        }
        .into_any()
    } else {
        let options = regions.iter().map(|(code, name)| ((*code).to_owned(), (*name).to_owned())).collect();
        view! {
            <Select form=form name="region" label=region_label.unwrap_or("Region") autocomplete="shipping address-level1" options=options prompt="Choose…" />
        }
        .into_any()
    };
    let postal = view! {
        <Field form=form name="postal_code" label=postal_label.unwrap_or("Postcode") autocomplete="shipping postal-code" required=postal_label.is_some() max=limits::POSTAL_CODE_CHARS />
    };
    let country = view! {
        <Select form=form name="country" label="Country" autocomplete="shipping country" options=countries prompt="Choose…" />
    };
    let person = view! {
        <Field form=form name="name" label="Full name" autocomplete="shipping name" max=limits::NAME_CHARS />
        <Field form=form name="company" label="Company" autocomplete="shipping organization" required=false max=limits::NAME_CHARS />
    };
    let street = view! {
        <Field form=form name="line1" label="Street and number" autocomplete="shipping address-line1" max=limits::ADDRESS_LINE_CHARS />
        <Field form=form name="line2" label="Apartment, floor" autocomplete="shipping address-line2" required=false max=limits::ADDRESS_LINE_CHARS />
    };
    let city = view! {
        <Field form=form name="city" label="City" autocomplete="shipping address-level2" max=limits::CITY_CHARS />
    };
    let phone = view! {
        <Field form=form name="phone" label="Phone" kind="tel" autocomplete="shipping tel" inputmode="tel" required=false hint="For the carrier, if there is a question." max=limits::PHONE_CHARS />
    };
    let (has_postal, has_region) = (postal_label.is_some(), region_label.is_some());
    view! {
        <AddressForm>
            <div class="country-row">
                {country}
                <button
                    class="button button-quiet"
                    type="submit"
                    name="update_country"
                    value="1"
                    formnovalidate
                    data-without-script=""
                >
                    "Update country"
                </button>
            </div>
            {person}
            {street}
            <div class="field-row">
                <div hidden=!has_postal data-slot="postal_code">{postal}</div>
                {city}
            </div>
            <div hidden=!has_region data-slot="region">{region}</div>
            {phone}
        </AddressForm>
    }
}

/// The delivery form as it stands with the cart.
pub fn delivery_form(view: &View) -> Form {
    Form::new("delivery").with("gift_note", view.details.gift_note.clone())
}

pub fn delivery(site: &Site, view: &View, form: &Form) -> impl IntoView + use<> {
    let (gift_id, gift_text) = (form.id("gift_note"), form.area_text("gift_note"));
    let chosen = view.details.delivery.or_else(|| view.delivery_options.first().map(|option| option.id));
    let options = view
        .delivery_options
        .iter()
        .map(|option| {
            view! {
                <label class="option">
                    <input type="radio" name="delivery" value=option.id.to_string() checked=Some(option.id) == chosen required />
                    <span class="option-text">
                        <span class="option-name">{option.name.clone()}</span>
                        <span class="option-note">{delivery_note(option)}</span>
                        {delivery_time(option).map(|text| view! { <span class="option-note">{text}</span> })}
                    </span>
                    <span>{if option.price.amount == 0 { "Free".to_owned() } else { option.price.to_string() }}</span>
                </label>
            }
        })
        .collect_view();
    let content = if view.delivery_options.is_empty() {
        view! {
            <h1>"Delivery"</h1>
            <div class="notice">
                <p class="notice-title">"We cannot deliver to this address yet"</p>
                <p>"Please choose another address, or write to us."</p>
            </div>
            <p><a class="button" href="/checkout/address">"Change the address"</a></p>
        }
        .into_any()
    } else {
        view! {
            <h1>"Delivery"</h1>
            <Errors form=form />
            <form class="stack" action="/checkout/delivery" method="post">
                <fieldset class="option-list">
                    <legend class="visually-hidden">"Choose how it is delivered"</legend>
                    {options}
                </fieldset>
                <div class="field">
                    <label for=gift_id.clone()>"Message on a card, if it is a present" <span class="optional">" (optional)"</span></label>
                    <textarea id=gift_id name="gift_note" rows="3" maxlength=limits::GIFT_NOTE_CHARS>{gift_text}</textarea>
                    {form.error("gift_note").map(|text| view! { <p class="field-error">{text}</p> })}
                </div>
                {go_on("Continue to payment")}
            </form>
        }
        .into_any()
    };
    step(site, view, StepName::Delivery, Head::private("Delivery · Checkout"), content)
}

fn delivery_note(option: &DeliveryOption) -> String {
    let days = match (option.days_min, option.days_max) {
        (a, b) if a == b && a == 1 => "1 working day".into(),
        (a, b) if a == b => format!("{a} working days"),
        (a, b) => format!("{a} to {b} working days"),
    };
    let free = option
        .free_above
        .filter(|_| option.price.amount > 0)
        .map(|above| format!(", free from {above}"))
        .unwrap_or_default();
    let about = if option.description.is_empty() { String::new() } else { format!("{} · ", option.description) };
    match &option.pickup {
        Some(pickup) => format!("{about}{}{free}", pickup.address.lines().join(", ")),
        None => format!("{about}{days}{free}"),
    }
}

/// When it arrives, or can be fetched, if it is ordered now.
fn delivery_time(option: &DeliveryOption) -> Option<String> {
    let days = option.estimate?.text();
    Some(if option.pickup.is_some() { format!("Ready {days}") } else { format!("Arrives {days}") })
}

fn go_on(label: &'static str) -> impl IntoView {
    view! { <button class="button button-wide" type="submit">{label} {Icon::Arrow.draw()}</button> }
}
