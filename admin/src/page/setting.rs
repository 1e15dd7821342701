//! The owner's page of the shop's settings.

use crate::form::{Field, Form};
use crate::part;
use leptos::prelude::*;
use shop::limits::{EMAIL_CHARS, HOLD_MINUTES, NAME_CHARS};
use shop::money::Currency;
use shop::setting::LANGUAGES;

/// Fields: `shop_name`, `mail_from`, `home_country`, `language` (many), `currency` (many), `default_currency`, `payment_provider` (many),
/// `capture`, `hold_minutes`, `hold_totals`, `hold_declined`, `hold_orders`, `declines_card`, `declines_buyer`, `declines_place`,
/// `declines_network`. `providers` are name and label of those that have keys.
/// `tax_service`: one is configured.
pub fn page(form: &Form, providers: &[(String, String)], tax_service: bool) -> AnyView {
    let countries = shop::address::countries().iter().map(|c| (c.code.to_owned(), c.name.to_owned())).collect();
    let all: Vec<(String, String)> = Currency::all().map(|c| (c.code().to_owned(), c.code().to_owned())).collect();
    let shown: Vec<&str> = form.all("currency").collect();
    let currencies = Currency::all()
        .map(|currency| {
            let code = currency.code();
            let id = format!("currency-{code}");
            view! {
                <li class="check">
                    <input type="checkbox" id=id.clone() name="currency" value=code checked=shown.contains(&code) />
                    <label for=id>{code}</label>
                </li>
            }
        })
        .collect_view();
    let spoken: Vec<&str> = form.all("language").collect();
    let languages = LANGUAGES
        .iter()
        .map(|(code, name)| {
            let id = format!("language-{code}");
            view! {
                <li class="check">
                    <input type="checkbox" id=id.clone() name="language" value=*code checked=spoken.contains(code) />
                    <label for=id>{*name}</label>
                </li>
            }
        })
        .collect_view();
    let enabled: Vec<&str> = form.all("payment_provider").collect();
    let offered = providers
        .iter()
        .map(|(name, label)| {
            let id = format!("payment-provider-{name}");
            // "Card" says nothing of who takes it.
            let text = if label.to_lowercase() == *name { label.clone() } else { format!("{label} ({name})") };
            view! {
                <li class="check">
                    <input
                        type="checkbox"
                        id=id.clone()
                        name="payment_provider"
                        value=name.clone()
                        checked=enabled.contains(&name.as_str())
                    />
                    <label for=id>{text}</label>
                </li>
            }
        })
        .collect_view();
    let policies =
        [("automatic", "Right after the order was placed"), ("manual", "When you say so, on the order's page")]
            .map(|(value, label)| (value.to_owned(), label.to_owned()))
            .into();
    let most_languages = shop::limits::LANGUAGES;
    let (least, most) = (*HOLD_MINUTES.start(), *HOLD_MINUTES.end());
    view! {
        {part::heading("Settings", None)}
        {form.summary()}
        <form method="post" action="/admin/settings" class="stack" data-guard="">
            <section class="card" aria-labelledby="shop">
                <h2 id="shop">"Shop"</h2>
                {Field::new("shop_name", "Name").required().max(NAME_CHARS).input(form)}
                {Field::new("mail_from", "Sender of mail").kind("email").required().max(EMAIL_CHARS).input(form)}
                {Field::new("home_country", "Home country")
                    .hint("Where you sell from, and where a shopper is assumed to be until they say.")
                    .select(form, countries)}
            </section>
            <section class="card" aria-labelledby="catalogue">
                <h2 id="catalogue">"Catalogue"</h2>
                <fieldset id="settings-languages">
                    <legend>"Languages of its texts"</legend>
                    <p class="hint">
                        "The search knows words by their stems in these, so \u{201c}mug\u{201d} finds mugs. "
                        {format!("At most {most_languages}. After a change all products are indexed anew, while the shop goes on.")}
                    </p>
                    <ul class="choices grid">{languages}</ul>
                </fieldset>
            </section>
            <section class="card" aria-labelledby="money">
                <h2 id="money">"Currencies"</h2>
                {Field::new("default_currency", "Default currency").select(form, all)}
                <fieldset id="settings-currencies">
                    <legend>"Currencies shoppers can choose"</legend>
                    <p class="hint">
                        "A product is sold in a currency once it has a price in it. "
                        <a href="/admin/currencies">"Rates and rounding"</a>
                    </p>
                    <ul class="choices grid">{currencies}</ul>
                </fieldset>
            </section>
            <section class="card" aria-labelledby="payment">
                <h2 id="payment">"Payment"</h2>
                <fieldset id="settings-payment_providers">
                    <legend>"Ways to pay that shoppers can choose"</legend>
                    <p class="hint">"Listed are the providers that have keys. When none is chosen, the first is used."</p>
                    <ul class="choices">{offered}</ul>
                </fieldset>
                {Field::new("capture", "Take authorised money").select(form, policies)}
                {Field::new("hold_minutes", "Minutes a started payment holds its stock")
                    .kind("number")
                    .keys("numeric")
                    .required()
                    .hint(format!("Between {least} and {most}."))
                    .input(form)}
            </section>
            <section class="card" aria-labelledby="declines">
                <h2 id="declines">"Stolen cards"</h2>
                <p class="hint">
                    "Who tries out stolen cards is declined often. After so many declined payments within an hour no further one is tried. Empty: no limit."
                </p>
                <div class="pair">
                    {Field::new("declines_card", "With one card").keys("numeric").input(form)}
                    {Field::new("declines_buyer", "With one e-mail address").keys("numeric").input(form)}
                </div>
                <div class="pair">
                    {Field::new("declines_place", "To one delivery address").keys("numeric").input(form)}
                    {Field::new("declines_network", "From one network address").keys("numeric").input(form)}
                </div>
            </section>
            <section class="card" aria-labelledby="hold">
                <h2 id="hold">"Orders held for review"</h2>
                <p class="hint">
                    "A held order is placed, its money is authorised and not taken, and it does not ship until you release it."
                </p>
                {Field::new("hold_totals", "Orders of at least")
                    .hint("One on each line: a currency and an amount, like EUR 500. Empty: whatever the amount.")
                    .rows(2)
                    .area(form)}
                <div class="pair">
                    {Field::new("hold_declined", "After so many declined payments in an hour")
                        .keys("numeric")
                        .hint("Of the buyer, the address or the network. Empty: never.")
                        .input(form)}
                    {Field::new("hold_orders", "Orders of one buyer in 24 hours")
                        .keys("numeric")
                        .hint("This one and all after it are held. Empty: never.")
                        .input(form)}
                </div>
            </section>
            {tax_service.then(|| tax(form))}
            <div class="save-bar"><button>"Save settings"</button></div>
        </form>
    }
    .into_any()
}

fn tax(form: &Form) -> AnyView {
    let rules = [("table", "Charge the rates of your own table"), ("refuse", "Take no orders until it answers")];
    view! {
        <section class="card" aria-labelledby="tax">
            <h2 id="tax">"Tax service"</h2>
            {Field::new("tax_fallback", "While it does not answer")
                .hint("Rates come from the service that this installation is configured with.")
                .select(form, rules.map(|(value, label)| (value.to_owned(), label.to_owned())).into())}
        </section>
    }
    .into_any()
}
