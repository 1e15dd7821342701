//! How the prices in one currency come about.

use super::{HERE, age};
use crate::date;
use crate::form::{Field, Form};
use crate::part::{self, Number, Text};
use leptos::prelude::*;
use shop::currency::{Rated, Standing, rate_text};
use shop::limits::CURRENCY_SOURCE_CHARS;
use shop::money::Currency;

/// Amounts of which the page says what they come to, in hundredths of the base currency's unit.
const EXAMPLES: [i64; 4] = [490, 1_000, 2_490, 19_900];

/// `base` is what is converted from; `owner`: may change it.
pub fn page(one: &Standing, base: Currency, rates: &[Rated], now: i64, owner: bool, form: &Form) -> AnyView {
    let code = one.currency.code();
    let here = format!("{HERE}/{code}");
    let report = view! { <a class="button quiet" href=format!("{here}/missing")>"Missing prices"</a> };
    let standing = one.rule.as_ref().filter(|rule| rule.active).map(|rule| {
        let facts = vec![
            ("Rate", format!("1 {} = {} {code}", rule.conversion.base, rate_text(rule.conversion.rate)).into_any()),
            ("Of", age(rule, now)),
            ("Source", rule.source.clone().into_any()),
            ("Converted prices", part::thousands(one.converted.unsigned_abs()).into_any()),
            ("Typed prices, which win", part::thousands(one.typed.unsigned_abs()).into_any()),
        ];
        let unit = 10_i64.pow(rule.conversion.base.exponent());
        let examples = EXAMPLES.iter().filter_map(|hundredths| {
            let amount = hundredths * unit / 100;
            Some((rule.conversion.base.money(amount), one.currency.money(rule.conversion.price(amount)?)))
        });
        let rows = examples
            .map(|(from, to)| view! { <tr><td class="num">{from.to_string()}</td><td class="num">{to.to_string()}</td></tr> })
            .collect_view();
        view! {
            <section class="card" aria-labelledby="now">
                <h2 id="now">"As it stands"</h2>
                {part::facts(facts)}
                {part::table("Examples, table", &[Number("A price of"), Number("becomes")], rows)}
            </section>
        }
    });
    view! {
        {part::up(HERE, "Currencies")}
        {part::heading(format!("Prices in {code}"), Some(report.into_any()))}
        {form.summary()}
        <div class="columns">
            <div class="column">{owner.then(|| editor(&here, code, base, form))}</div>
            <div class="column side-column">{standing}{owner.then(|| offer(&here, one))}</div>
        </div>
        {history(rates, code)}
    }
    .into_any()
}

fn editor(here: &str, code: &'static str, base: Currency, form: &Form) -> AnyView {
    let pairs = |choices: [(&str, &str); 2]| choices.map(|(value, label)| (value.to_owned(), label.to_owned())).into();
    let converted = format!("Converted from {base} where none is typed");
    view! {
        <section class="card" aria-labelledby="rule">
            <h2 id="rule">"How prices come about"</h2>
            <form method="post" action=here.to_owned() class="stack" data-guard="">
                <input type="hidden" name="version" value=form.value("version").to_owned() />
                {Field::new("way", "Prices").select(form, pairs([("typed", "Only those that are typed"), ("converted", &converted)]))}
                {Field::new("rate", format!("Units of {code} for 1 {base}"))
                    .required()
                    .keys("decimal")
                    .hint("Such as 1.0850; up to nine decimals.")
                    .input(form)}
                <div class="pair">
                    {Field::new("source", "Where it comes from").required().max(CURRENCY_SOURCE_CHARS).input(form)}
                    {Field::new("rated_at", "Of (UTC)").kind("datetime-local").required().input(form)}
                </div>
                <div class="pair">
                    {Field::new("step", "Prices are multiples of").required().keys("decimal").input(form)}
                    {Field::new("less", "less").required().keys("decimal").hint("Multiples of 1.00 less 0.01 end in .99.").input(form)}
                </div>
                {Field::new("rounding", "Rounded").select(form, pairs([("nearest", "To the nearest"), ("up", "Up")]))}
                <p class="hint">
                    "Delivery without a table in this currency is converted the same way. Thresholds and amounts of discounts become whole multiples. Budgets of discounts count only in the currencies they name."
                </p>
                <div><button>"Save"</button></div>
            </form>
        </section>
    }
    .into_any()
}

fn offer(here: &str, one: &Standing) -> AnyView {
    let (action, label, text) = if one.offered {
        ("withdraw", "Stop selling in it", "Shoppers cannot choose it any more. Prices stay, and so does every order.")
    } else {
        ("offer", "Sell in it", "Shoppers cannot choose it at present.")
    };
    view! {
        <section class="card" aria-labelledby="offer">
            <h2 id="offer">"In the shop"</h2>
            <form method="post" action=format!("{here}/{action}") class="stack">
                <p class="hint">{text}</p>
                <div><button class="quiet">{label}</button></div>
            </form>
        </section>
    }
    .into_any()
}

fn history(rates: &[Rated], code: &'static str) -> Option<AnyView> {
    let rows = rates
        .iter()
        .map(|rated| {
            view! {
                <tr>
                    <th scope="row">{date::time(rated.rated_at)}</th>
                    <td class="num">{format!("1 {} = {} {code}", rated.base, rate_text(rated.rate))}</td>
                    <td>{rated.source.clone()}</td>
                </tr>
            }
        })
        .collect_view();
    (!rates.is_empty()).then(|| {
        view! {
            <section class="card flush" aria-labelledby="rates">
                <h2 id="rates">"Rates so far"</h2>
                {part::table("Rates, table", &[Text("Of"), Number("Rate"), Text("Source")], rows)}
            </section>
        }
        .into_any()
    })
}
