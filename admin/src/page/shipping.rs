//! Delivery: zones with their methods, the editors of both, and the simulator.

mod method;
mod sent;
mod try_out;

pub use method::editor as method_editor;
pub use sent::{areas, method_form, read_method, zone_form};
pub use try_out::{sample_form, try_out};

use crate::form::{Field, Form};
use crate::part::{self, Number, Text};
use leptos::prelude::*;
use shop::limits::NAME_CHARS;
use shop::shipping::{Area, Basis, Zone, ZoneMethod};

const HERE: &str = "/admin/shipping";
/// Places of a zone that a list names; of more it says how many there are.
const NAMED: usize = 12;

pub fn list(zones: &[Zone]) -> AnyView {
    let actions = view! {
        <a class="button quiet" href="/admin/shipping/try">"Try an address"</a>
        <a class="button" href="/admin/shipping/zones/new">"Add zone"</a>
    };
    let body = if zones.is_empty() {
        let new = ("/admin/shipping/zones/new".to_owned(), "Add zone");
        let why = "Nobody can order what has to be carried before there is a zone with a method.";
        part::empty("No zones yet", why, Some(new))
    } else {
        zones.iter().map(card).collect_view().into_any()
    };
    view! {
        {part::heading("Shipping", Some(actions.into_any()))}
        <p class="lead">
            "An address lies in the zone that names the most specific place around it: the beginning of its postcode, its \
             region, its country, or the rest of the world."
        </p>
        {body}
    }
    .into_any()
}

fn card(zone: &Zone) -> AnyView {
    let id = format!("zone-{}", zone.id);
    let label = id.clone();
    let here = format!("{HERE}/zones/{}", zone.id);
    view! {
        <section class="card" aria-labelledby=label>
            <h2 id=id><a href=here>{zone.draft.name.clone()}</a></h2>
            <p class="hint">{places(&zone.draft.areas)}</p>
            {methods(zone)}
        </section>
    }
    .into_any()
}

fn places(areas: &[Area]) -> String {
    let name = |area: &Area| if area.country == "*" { "Rest of the world".to_owned() } else { area.to_string() };
    let text = areas.iter().take(NAMED).map(name).collect::<Vec<_>>().join(", ");
    if areas.len() > NAMED { format!("{text} and {} more", areas.len() - NAMED) } else { text }
}

fn methods(zone: &Zone) -> AnyView {
    let new = format!("{HERE}/zones/{}/methods/new", zone.id);
    if zone.methods.is_empty() {
        return part::empty("No methods", "Nobody is delivered to in this zone.", Some((new, "Add method")));
    }
    let columns = [Text("Method"), Text("Price by"), Text("Prices"), Number("Working days"), Text("State")];
    let table = part::table("Methods, table", &columns, zone.methods.iter().map(row).collect_view());
    view! { {table}<p><a href=new>"Add method"</a></p> }.into_any()
}

fn row(method: &ZoneMethod) -> AnyView {
    let prices = method.prices.iter().map(|(low, high)| {
        let text = if low == high { low.to_string() } else { format!("{low} to {high}") };
        view! { <div>{text}</div> }
    });
    let days = if method.days_min == method.days_max {
        method.days_max.to_string()
    } else {
        format!("{} to {}", method.days_min, method.days_max)
    };
    let pickup =
        (!method.pickup.is_empty()).then(|| view! { <span class="sub">{format!("Pickup: {}", method.pickup)}</span> });
    let state = if method.active { part::badge("good", "Offered") } else { part::badge("", "Off") };
    view! {
        <tr>
            <th scope="row"><a href=format!("{HERE}/methods/{}", method.id)>{method.name.clone()}</a>{pickup}</th>
            <td>{basis(method.basis)}</td>
            <td>{prices.collect_view()}</td>
            <td class="num">{days}</td>
            <td>{state}</td>
        </tr>
    }
    .into_any()
}

pub(super) fn basis(basis: Basis) -> &'static str {
    match basis {
        Basis::Weight => "Weight",
        Basis::Value => "Value of the goods",
        Basis::Quantity => "Number of items",
    }
}

/// `stored` is `None` for a zone that is not saved yet.
pub fn zone_editor(stored: Option<&Zone>, form: &Form) -> AnyView {
    let (title, action) = match stored {
        Some(zone) => (zone.draft.name.clone(), format!("{HERE}/zones/{}", zone.id)),
        None => ("Add zone".to_owned(), format!("{HERE}/zones/new")),
    };
    let hint = "One on each line: a country like DE, a region like US-CA, the beginning of postcodes like DE 10*, or * for the \
                rest of the world. Each place is in one zone.";
    view! {
        {part::up(HERE, "Shipping")}
        {part::heading(title, None)}
        {form.summary()}
        <form method="post" action=action class="stack" data-guard="">
            <input type="hidden" name="version" value=form.value("version").to_owned() />
            <section class="card" aria-labelledby="zone">
                <h2 id="zone">"Zone"</h2>
                {Field::new("name", "Name").required().max(NAME_CHARS).hint("For you; shoppers do not see it.").input(form)}
                {Field::new("areas", "Places").required().rows(10).hint(hint).area(form)}
                {Field::new("position", "Place in the list").keys("numeric").required().input(form)}
            </section>
            <div class="save-bar"><button>"Save zone"</button></div>
        </form>
        {stored.map(below)}
    }
    .into_any()
}

fn below(zone: &Zone) -> AnyView {
    let what = match zone.methods.len() {
        0 => "It has no methods.".to_owned(),
        1 => "Its method goes with it.".to_owned(),
        methods => format!("Its {methods} methods go with it."),
    };
    let confirm = format!("Delete the zone {}? {what}", zone.draft.name);
    view! {
        <section class="card" aria-labelledby="methods"><h2 id="methods">"Methods"</h2>{methods(zone)}</section>
        <section class="card" aria-labelledby="removal">
            <h2 id="removal">"Delete"</h2>
            <p class="hint">{what}" Its places are delivered to only if another zone has a place around them."</p>
            <form method="post" action=format!("{HERE}/zones/{}/delete", zone.id)>
                <button class="danger" data-confirm=confirm>"Delete zone"</button>
            </form>
        </section>
    }
    .into_any()
}
