//! Warehouses: the list in the order in which they are preferred, and the editor of one.

use crate::form::{Field, Form, list as words};
use crate::part::{self, Number, Text};
use leptos::prelude::*;
use shop::FieldError;
use shop::address::{Address, countries, rules};
use shop::limits::{ADDRESS_LINE_CHARS, CITY_CHARS, NAME_CHARS, POSTAL_CODE_CHARS, WAREHOUSE_CODE_CHARS};
use shop::warehouse::{Draft, Warehouse};

const HERE: &str = "/admin/warehouses";

pub fn list(houses: &[Warehouse]) -> AnyView {
    let actions = view! {
        <a class="button quiet" href="/admin/shipping/try">"Try an address"</a>
        <a class="button" href="/admin/warehouses/new">"Add warehouse"</a>
    };
    let body = if houses.is_empty() {
        let new = ("/admin/warehouses/new".to_owned(), "Add warehouse");
        part::empty(
            "No warehouses yet",
            "Stock lies in a warehouse; without one nothing can be sold out of stock.",
            Some(new),
        )
    } else {
        let columns = [
            Text("Warehouse"),
            Text("Serves"),
            Number("Rank"),
            Text("Leaves"),
            Number("On hand"),
            Number("Reserved"),
            Text("State"),
        ];
        part::table("Warehouses, table", &columns, houses.iter().map(row).collect_view())
    };
    view! {
        {part::heading("Warehouses", Some(actions.into_any()))}
        <p class="lead">
            "The nearest warehouse that holds a whole order serves it; if none does, as few as possible. How near one is, its \
             list of countries says; among equals the lower rank comes first."
        </p>
        <section class="card flush" aria-label="Warehouses">{body}</section>
    }
    .into_any()
}

fn row(house: &Warehouse) -> AnyView {
    let draft = &house.draft;
    let serves = if draft.countries.is_empty() { "Everywhere".to_owned() } else { draft.countries.join(", ") };
    let country = rules(&draft.address.country).map_or(draft.address.country.as_str(), |rules| rules.name);
    let handling = match draft.handling_days {
        0 => String::new(),
        1 => ", a working day later".to_owned(),
        days => format!(", {days} working days later"),
    };
    let state = if draft.active { part::badge("good", "Open") } else { part::badge("warn", "Closed") };
    let pickup = draft.pickup.then(|| view! { " "{part::badge("info", "Pickup")} });
    view! {
        <tr>
            <th scope="row">
                <a href=format!("{HERE}/{}", house.id)>{draft.name.clone()}</a>
                <span class="sub"><code>{draft.code.clone()}</code>" "{country.to_owned()}</span>
            </th>
            <td>{serves}</td>
            <td class="num">{draft.priority}</td>
            <td>{format!("until {} UTC{handling}", clock(draft.cutoff))}</td>
            <td class="num">{part::thousands(house.on_hand.unsigned_abs())}</td>
            <td class="num">{part::thousands(house.reserved.unsigned_abs())}</td>
            <td>{state}{pickup}</td>
        </tr>
    }
    .into_any()
}

/// Minutes of a day as "14:00".
fn clock(minutes: i64) -> String {
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

/// The inverse of [`clock`].
fn minutes(text: &str) -> Option<i64> {
    let (hours, minutes) = text.trim().split_once(':')?;
    let (hours, minutes): (i64, i64) = (hours.parse().ok()?, minutes.parse().ok()?);
    ((0..24).contains(&hours) && (0..60).contains(&minutes)).then_some(hours * 60 + minutes)
}

/// The form that shows a warehouse.
pub fn form_of(draft: &Draft, version: i64) -> Form {
    let on = |on: bool| if on { "on" } else { "" };
    let address = &draft.address;
    Form::new("warehouse")
        .with("version", version)
        .with("code", &draft.code)
        .with("name", &draft.name)
        .with("line1", &address.line1)
        .with("line2", &address.line2)
        .with("city", &address.city)
        .with("region", &address.region)
        .with("postal_code", &address.postal_code)
        .with("country", &address.country)
        .with("countries", draft.countries.join(", "))
        .with("priority", draft.priority)
        .with("cutoff", clock(draft.cutoff))
        .with("handling_days", draft.handling_days)
        .with("active", on(draft.active))
        .with("pickup", on(draft.pickup))
}

/// The warehouse that a form says.
///
/// # Errors
/// The numbers and times that cannot be read, by field.
pub fn read(form: &Form) -> Result<Draft, Vec<FieldError>> {
    let mut errors = Vec::new();
    let mut wrong = |field: &str, message: &str| {
        errors.push(FieldError { field: field.to_owned(), message: message.to_owned() });
        0
    };
    let text = |field: &str| form.value(field).trim().to_owned();
    let priority = text("priority").parse().unwrap_or_else(|_| wrong("priority", "A whole number, please."));
    let handling_days =
        text("handling_days").parse().unwrap_or_else(|_| wrong("handling_days", "A whole number, please."));
    let cutoff = minutes(&text("cutoff")).unwrap_or_else(|| wrong("cutoff", "A time of day like 14:00."));
    let address = Address {
        line1: text("line1"),
        line2: text("line2"),
        city: text("city"),
        region: text("region"),
        postal_code: text("postal_code"),
        country: text("country"),
        ..Address::default()
    };
    let draft = Draft {
        code: text("code"),
        name: text("name"),
        address,
        countries: words(form.value("countries")),
        priority,
        cutoff,
        handling_days,
        active: form.is_on("active"),
        pickup: form.is_on("pickup"),
    };
    if errors.is_empty() { Ok(draft) } else { Err(errors) }
}

/// `stored` is `None` for a warehouse that is not saved yet.
pub fn editor(stored: Option<&Warehouse>, form: &Form) -> AnyView {
    let (title, action) = match stored {
        Some(house) => (house.draft.name.clone(), format!("{HERE}/{}", house.id)),
        None => ("Add warehouse".to_owned(), format!("{HERE}/new")),
    };
    let stock = stored.map(|house| {
        let text = format!(
            "{} units of {} variants lie here, {} of them reserved.",
            part::thousands(house.on_hand.unsigned_abs()),
            part::thousands(house.variants.unsigned_abs()),
            part::thousands(house.reserved.unsigned_abs())
        );
        view! { <p class="lead">{text}" "<a href="/admin/inventory">"Inventory"</a></p> }
    });
    view! {
        {part::up(HERE, "Warehouses")}
        {part::heading(title, None)}
        {stock}
        {form.summary()}
        <form method="post" action=action class="columns" data-guard="">
            <input type="hidden" name="version" value=form.value("version").to_owned() />
            <div class="column">{place(form)}</div>
            <div class="column side-column">{routing(form)}</div>
            <div class="column across"><div class="save-bar"><button>"Save warehouse"</button></div></div>
        </form>
    }
    .into_any()
}

fn place(form: &Form) -> AnyView {
    let known = countries().iter().map(|rules| (rules.code.to_owned(), rules.name.to_owned())).collect();
    view! {
        <section class="card" aria-labelledby="place">
            <h2 id="place">"Warehouse"</h2>
            {Field::new("name", "Name").required().max(NAME_CHARS).hint("Shoppers read it where they fetch orders here.").input(form)}
            {Field::new("code", "Code").required().max(WAREHOUSE_CODE_CHARS).hint("Short, like BER.").input(form)}
            {Field::new("country", "Country").select(form, known)}
            {Field::new("line1", "Street and number").max(ADDRESS_LINE_CHARS).hint("Needed where buyers fetch orders.").input(form)}
            {Field::new("line2", "Building, gate").max(ADDRESS_LINE_CHARS).input(form)}
            {Field::new("postal_code", "Postcode").max(POSTAL_CODE_CHARS).input(form)}
            {Field::new("city", "City").max(CITY_CHARS).input(form)}
            {Field::new("region", "Region").max(CITY_CHARS).hint("Its code, like CA, where the country uses one.").input(form)}
        </section>
    }
    .into_any()
}

fn routing(form: &Form) -> AnyView {
    view! {
        <section class="card" aria-labelledby="routing">
            <h2 id="routing">"What it serves"</h2>
            {Field::new("countries", "Countries served, the nearest first")
                .hint("Codes between commas, like DE, AT, NL. Empty: every country, its own first.")
                .input(form)}
            {Field::new("priority", "Rank").keys("numeric").required().hint("Lower comes first among those that are equally near.").input(form)}
            {Field::new("cutoff", "Orders leave the same day until (UTC)").kind("time").required().input(form)}
            {Field::new("handling_days", "Working days before a parcel leaves").keys("numeric").required().input(form)}
            {Field::new("pickup", "Buyers may fetch orders here").check(form)}
            {Field::new("active", "Open")
                .hint("Nothing of a closed warehouse is sold. What is ordered already still leaves.")
                .check(form)}
        </section>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_reads_back_as_the_warehouse_it_shows() {
        let address =
            Address { line1: "Dock 1".into(), city: "Berlin".into(), country: "DE".into(), ..Address::default() };
        let draft = Draft {
            code: "BER".into(),
            name: "Berlin".into(),
            address,
            countries: vec!["DE".into(), "AT".into()],
            priority: 3,
            cutoff: 14 * 60 + 5,
            handling_days: 1,
            active: true,
            pickup: false,
        };
        assert_eq!(read(&form_of(&draft, 1)).unwrap(), draft);
        let errors = read(&Form::new("w").with("cutoff", "25:00").with("priority", "1.5")).unwrap_err();
        assert_eq!(
            errors.iter().map(|e| e.field.as_str()).collect::<Vec<_>>(),
            ["priority", "handling_days", "cutoff"]
        );
    }
}
