//! The rates of a zone: what is charged on which class, and when.

use super::HERE;
use crate::date;
use crate::form::{Field, Form};
use crate::part::{self, Number, Text};
use leptos::prelude::*;
use shop::FieldError;
use shop::limits::NAME_CHARS;
use shop::tax::{Class, Rate, RateDraft, Zone, parse_percent, percent};

/// What was sent, and what of it cannot be read.
pub fn read_rate(form: &Form) -> (RateDraft, Vec<FieldError>) {
    let mut errors = Vec::new();
    let mut wrong = |field: &str, message: &str| {
        errors.push(FieldError { field: field.to_owned(), message: message.to_owned() });
    };
    let rate_ppm = parse_percent(form.value("rate")).unwrap_or_else(|| {
        wrong("rate", "A percentage like 19 or 8.1, at most four decimals.");
        0
    });
    let mut time = |field: &str| match form.value(field).trim() {
        "" => None,
        text => date::parse_local(text).or_else(|| {
            wrong(field, "A day and a time, or nothing.");
            None
        }),
    };
    let (from, until) = (time("valid_from"), time("valid_until"));
    let draft = RateDraft {
        tax_class: form.value("tax_class").to_owned(),
        name: form.value("name").trim().to_owned(),
        rate_ppm,
        valid_from: from.unwrap_or(0),
        valid_until: until,
    };
    (draft, errors)
}

/// `now` in Unix milliseconds.
pub(super) fn rates(zone: &Zone, now: i64) -> AnyView {
    let body = if zone.rates.is_empty() {
        part::empty("No rates yet", "Nothing is charged in this zone.", None)
    } else {
        let columns = [
            Text("Class"),
            Text("Name"),
            Number("Percent"),
            Text("From (UTC)"),
            Text("Until (UTC)"),
            Text("State"),
            Text("Change"),
        ];
        let rows = zone.rates.iter().map(|rate| row(zone, rate, now)).collect_view();
        part::table("Rates, table", &columns, rows)
    };
    view! { <section class="card flush" aria-label="Rates">{body}</section> }.into_any()
}

fn row(zone: &Zone, rate: &Rate, now: i64) -> AnyView {
    let state = match () {
        () if rate.is_valid(now) => part::badge("good", "In force"),
        () if rate.valid_from > now => part::badge("info", "Later"),
        () => part::badge("", "Over"),
    };
    let always = || view! { <span class="hint">"Always"</span> }.into_any();
    let from = if rate.valid_from == 0 { always() } else { date::time(rate.valid_from) };
    let until = rate.valid_until.map_or_else(always, date::time);
    let path = format!("{HERE}/zones/{}/rates/{}", zone.id, rate.id);
    let end = Form::new("end").with("valid_until", rate.valid_until.map(date::local).unwrap_or_default());
    let field = format!("until-{}", rate.id);
    view! {
        <tr>
            <th scope="row">{rate.class_name.clone()}</th>
            <td>{rate.name.clone()}</td>
            <td class="num">{percent(rate.rate_ppm)}</td>
            <td>{from}</td>
            <td>{until}</td>
            <td>{state}</td>
            <td>
                <details>
                    <summary>"Change"<span class="sr-only">" "{rate.name.clone()}</span></summary>
                    <form method="post" action=format!("{path}/end") class="stack">
                        <div class="field">
                            <label for=field.clone()>"Valid until (UTC)"</label>
                            <input
                                id=field
                                name="valid_until"
                                type="datetime-local"
                                value=end.value("valid_until").to_owned()
                                autocomplete="off"
                            />
                            <p class="hint">"Left empty, for good."</p>
                        </div>
                        <div><button class="quiet">"Save end"</button></div>
                    </form>
                    <form method="post" action=format!("{path}/delete")>
                        <button class="link" data-confirm="Delete this rate? Orders keep what they were charged.">
                            "Delete the rate"
                        </button>
                    </form>
                </details>
            </td>
        </tr>
    }
    .into_any()
}

pub(super) fn add(zone: &Zone, classes: &[Class], form: &Form) -> AnyView {
    let classes = classes.iter().map(|class| (class.code.clone(), class.name.clone())).collect();
    view! {
        <section class="card" aria-labelledby="add-rate">
            <h2 id="add-rate">"Add a rate"</h2>
            <form method="post" action=format!("{HERE}/zones/{}/rates", zone.id) class="stack">
                {Field::new("tax_class", "Class")
                    .hint("A class without a rate of its own is taxed as standard; delivery, as the goods it carries.")
                    .select(form, classes)}
                {Field::new("name", "Name").required().max(NAME_CHARS).hint("As shoppers read it, like VAT 19 %.").input(form)}
                {Field::new("rate", "Percent").keys("decimal").max(8).required().input(form)}
                {Field::new("valid_from", "From (UTC)").kind("datetime-local").hint("Left empty, since ever.").input(form)}
                {Field::new("valid_until", "Until (UTC)").kind("datetime-local").hint("Left empty, for good.").input(form)}
                <div><button>"Add rate"</button></div>
            </form>
        </section>
    }
    .into_any()
}
