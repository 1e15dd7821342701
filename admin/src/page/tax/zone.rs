//! Zones: all of them, and one with its rates.

use super::rate::{add, rates};
use super::{HERE, Tab, head};
use crate::form::{Field, Form};
use crate::part::{self, Text};
use leptos::prelude::*;
use shop::limits::NAME_CHARS;
use shop::tax::{Class, PRESETS, Zone, ZoneDraft};

/// `now` in Unix milliseconds.
pub fn zones(zones: &[Zone], now: i64) -> AnyView {
    let add = view! { <a class="button" href=format!("{HERE}/zones/new")>"Add zone"</a> };
    let body = if zones.is_empty() {
        part::empty(
            "No zones yet",
            "Nothing is taxed until an address is in a zone with rates. Begin with a preset, or with a zone of your own.",
            None,
        )
    } else {
        let columns = [Text("Zone"), Text("Places"), Text("Shelf prices"), Text("Rates today")];
        part::table("Zones, table", &columns, zones.iter().map(|zone| row(zone, now)).collect_view())
    };
    view! {
        {head(Tab::Zones, Some(add.into_any()))}
        <section class="card flush" aria-label="Zones">{body}</section>
        <section class="card" aria-labelledby="presets">
            <h2 id="presets">"Rates to begin with"</h2>
            <p class="hint">
                "Adds the zones that are missing. What is there stays as it is, and what is added is yours to change. Rates \
                 are facts of a day: check those that you charge."
            </p>
            <ul class="stack">{PRESETS.map(|preset| view! {
                <li>
                    <form method="post" action=format!("{HERE}/presets/{}", preset.code)>
                        <p><strong>{preset.title}</strong>" – "{preset.about}</p>
                        <button class="quiet">"Add "{preset.title}</button>
                    </form>
                </li>
            }).into_iter().collect_view()}</ul>
        </section>
    }
    .into_any()
}

fn row(zone: &Zone, now: i64) -> AnyView {
    let today = zone.rates.iter().filter(|rate| rate.is_valid(now));
    let today: Vec<_> = today.map(|rate| format!("{}: {}", rate.class_name, rate.name)).collect();
    let today = if today.is_empty() { "Nothing is charged".to_owned() } else { today.join(", ") };
    view! {
        <tr>
            <th scope="row"><a href=format!("{HERE}/zones/{}", zone.id)>{zone.name.clone()}</a></th>
            <td>{short(zone)}</td>
            <td>{if zone.inclusive { "Tax included" } else { "Tax on top" }}</td>
            <td>{today}</td>
        </tr>
    }
    .into_any()
}

/// The first places of a zone.
fn short(zone: &Zone) -> String {
    const SHOWN: usize = 5;
    let first: Vec<_> = zone.places.iter().take(SHOWN).map(ToString::to_string).collect();
    let more = zone.places.len().saturating_sub(SHOWN);
    if more > 0 { format!("{} and {more} more", first.join(", ")) } else { first.join(", ") }
}

/// The form as a zone is stored; `None`: a new one.
pub fn zone_form(zone: Option<&Zone>) -> Form {
    let places: Vec<_> = zone.map(|zone| zone.places.iter().map(ToString::to_string).collect()).unwrap_or_default();
    Form::new("zone")
        .with("version", zone.map_or(0, |zone| zone.version))
        .with("name", zone.map(|zone| zone.name.clone()).unwrap_or_default())
        .with("inclusive", if zone.is_none_or(|zone| zone.inclusive) { "yes" } else { "no" })
        .with("places", places.join("\n"))
}

pub fn read_zone(form: &Form) -> ZoneDraft {
    ZoneDraft {
        name: form.value("name").trim().to_owned(),
        inclusive: form.value("inclusive") == "yes",
        places: form.value("places").to_owned(),
    }
}

/// The page of a zone, or of one that is not saved yet. `rate_form` is of a new rate; `now` in Unix milliseconds.
pub fn show(zone: Option<&Zone>, classes: &[Class], form: &Form, rate_form: &Form, now: i64) -> AnyView {
    let action = zone.map_or(format!("{HERE}/zones/new"), |zone| format!("{HERE}/zones/{}", zone.id));
    let title = zone.map_or("Add zone".to_owned(), |zone| zone.name.clone());
    let kinds =
        vec![("yes".to_owned(), "Contain the tax".to_owned()), ("no".to_owned(), "Tax comes on top".to_owned())];
    view! {
        {part::up(HERE, "Taxes")}
        {part::heading(title, None)}
        {form.summary()}
        {rate_form.summary()}
        <section class="card" aria-labelledby="zone">
            <h2 id="zone">"The zone"</h2>
            <form method="post" action=action class="stack">
                <input type="hidden" name="version" value=form.value("version").to_owned() />
                {Field::new("name", "Name").required().max(NAME_CHARS).input(form)}
                {Field::new("inclusive", "Shelf prices").select(form, kinds)}
                {Field::new("places", "Places")
                    .rows(5)
                    .hint(
                        "One on each line: a country (DE), a region of one (US-CA), or the beginning of its postcodes (ES 35). \
                         For an address the longest postcode counts, then the region, then the country.",
                    )
                    .area(form)}
                <div><button>"Save zone"</button></div>
            </form>
        </section>
        {zone.map(|zone| view! {
            {rates(zone, now)}
            {add(zone, classes, rate_form)}
            <form method="post" action=format!("{HERE}/zones/{}/delete", zone.id)>
                <button class="link" data-confirm="Delete this zone with its rates? Orders keep what they were charged.">
                    "Delete the zone"
                </button>
            </form>
        })}
    }
    .into_any()
}
