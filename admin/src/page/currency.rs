//! Currencies: how their prices come about, rates with their age, and what is not sold in one of them.

mod edit;
mod missing;
mod sent;

pub use edit::page;
pub use missing::missing;
pub use sent::{form_of, new_form, read};

use crate::date;
use crate::form::{Field, Form};
use crate::part::{self, Number, Text};
use leptos::prelude::*;
use shop::currency::{Rule, Standing, rate_text};
use shop::limits::{CURRENCY_RATE_DAYS, CURRENCY_SOURCE_CHARS};
use shop::money::Currency;

const HERE: &str = "/admin/currencies";

/// `owner`: may change something. `rates` is the form of a pasted table, `add` the one of another currency.
pub fn list(all: &[Standing], now: i64, owner: bool, rates: &Form, add: &Form) -> AnyView {
    let columns = [
        Text("Currency"),
        Text("Prices"),
        Text("Rate"),
        Text("Of"),
        Number("Typed"),
        Number("Converted"),
        Text("Missing"),
    ];
    let base = all.first().map(|one| one.currency);
    let rows = all.iter().map(|one| row(one, base, now)).collect_view();
    let old: Vec<&str> = all
        .iter()
        .filter(|one| one.rule.as_ref().is_some_and(|rule| rule.is_old(now)))
        .map(|one| one.currency.code())
        .collect();
    let warning = (!old.is_empty()).then(|| {
        let text = format!("Older than {CURRENCY_RATE_DAYS} days: the rate of {}.", old.join(", "));
        view! { <div class="notice bad" role="status"><p>{text}</p></div> }
    });
    view! {
        {part::heading("Currencies", None)}
        {rates.summary()}
        {add.summary()}
        {warning}
        <section class="card flush" aria-label="Currencies">{part::table("Currencies, table", &columns, rows)}</section>
        {owner.then(|| view! {
            <div class="columns">
                <div class="column">{paste(all, rates)}</div>
                <div class="column side-column">{another(all, add)}</div>
            </div>
        })}
    }
    .into_any()
}

fn row(one: &Standing, base: Option<Currency>, now: i64) -> AnyView {
    let code = one.currency.code();
    let is_base = base == Some(one.currency);
    let name = if is_base {
        view! { {code}" "{part::badge("info", "Default")} }.into_any()
    } else {
        view! { <a href=format!("{HERE}/{code}")>{code}</a> }.into_any()
    };
    let rule = one.rule.as_ref().filter(|rule| rule.active);
    let prices = match (&rule, one.offered) {
        (_, false) => part::badge("", "Not offered"),
        (Some(rule), _) if rule.walking => part::badge("warn", "Being converted"),
        (Some(rule), _) => part::badge("good", format!("Converted from {}", rule.conversion.base)),
        (None, _) => part::badge("", "Typed alone"),
    };
    let missing = (!is_base).then(|| {
        view! { <a href=format!("{HERE}/{code}/missing")>"Show"<span class="sr-only">" what has no price in "{code}</span></a> }
    });
    view! {
        <tr>
            <th scope="row">{name}</th>
            <td>{prices}</td>
            <td>{rule.map(|rule| rate_text(rule.conversion.rate))}</td>
            <td>{rule.map(|rule| age(rule, now))}</td>
            <td class="num">{part::thousands(one.typed.unsigned_abs())}</td>
            <td class="num">{part::thousands(one.converted.unsigned_abs())}</td>
            <td class="link-cell">{missing}</td>
        </tr>
    }
    .into_any()
}

/// The day a rate is of, and how long ago that was.
pub(super) fn age(rule: &Rule, now: i64) -> AnyView {
    let days = match rule.age_days(now) {
        0 => "today".to_owned(),
        1 => "1 day ago".to_owned(),
        days => format!("{days} days ago"),
    };
    let text = format!("{}, {days}", date::day(rule.rated_at));
    if rule.is_old(now) { part::badge("bad", text) } else { text.into_any() }
}

fn paste(all: &[Standing], form: &Form) -> AnyView {
    let codes: Vec<_> = Currency::all().map(|one| (one.code().to_owned(), one.code().to_owned())).collect();
    let converted = all.iter().any(|one| one.rule.as_ref().is_some_and(|rule| rule.active));
    if !converted {
        return part::empty("No rates", "Choose a currency above to have its prices converted.", None);
    }
    view! {
        <section class="card" aria-labelledby="paste">
            <h2 id="paste">"New rates"</h2>
            <form method="post" action=format!("{HERE}/rates") class="stack">
                {Field::new("rates", "Rates")
                    .required()
                    .rows(5)
                    .hint("A currency and its rate on each line, such as USD 1.0850; or the file of the European Central Bank. Currencies that are not converted are left out.")
                    .area(form)}
                {Field::new("per", "For one unit of").select(form, codes)}
                {Field::new("source", "Where they come from").required().max(CURRENCY_SOURCE_CHARS).input(form)}
                <div><button>"Use these rates"</button></div>
            </form>
        </section>
    }
    .into_any()
}

fn another(all: &[Standing], form: &Form) -> AnyView {
    let offered = |currency: Currency| all.iter().any(|one| one.offered && one.currency == currency);
    let others: Vec<_> = Currency::all()
        .filter(|one| !offered(*one))
        .map(|one| (one.code().to_owned(), one.code().to_owned()))
        .collect();
    view! {
        <section class="card" aria-labelledby="add">
            <h2 id="add">"Another currency"</h2>
            <form method="post" action=HERE class="stack">
                {Field::new("currency", "Currency")
                    .hint("Shoppers can choose it at once; products are sold in it as soon as they have a price in it.")
                    .select(form, others)}
                <div><button class="quiet">"Sell in it"</button></div>
            </form>
        </section>
    }
    .into_any()
}
