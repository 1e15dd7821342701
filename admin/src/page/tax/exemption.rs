//! Who is exempt: groups whose members can be, and the numbers that staff has verified.

use super::{HERE, Tab, head};
use crate::date;
use crate::form::{Field, Form};
use crate::part::{self, Place, Text};
use leptos::prelude::*;
use shop::FieldError;
use shop::id::GroupId;
use shop::limits::EMAIL_CHARS;
use shop::tax::{Certificate, CertificateDraft};

/// What was sent, and what of it cannot be read.
pub fn read_certificate(form: &Form) -> (CertificateDraft, Vec<FieldError>) {
    let mut errors = Vec::new();
    let valid_until = match form.value("valid_until").trim() {
        "" => None,
        text => date::parse_local(text).or_else(|| {
            let message = "A day and a time, or nothing.".to_owned();
            errors.push(FieldError { field: "valid_until".to_owned(), message });
            None
        }),
    };
    let text = |field: &str| form.value(field).to_owned();
    let draft = CertificateDraft { email: text("email"), number: text("number"), place: text("place"), valid_until };
    (draft, errors)
}

/// `now` in Unix milliseconds.
pub fn exemptions(
    groups: Vec<(GroupId, String, bool)>,
    numbers: Vec<Certificate>,
    place: &Place,
    form: &Form,
    now: i64,
) -> AnyView {
    let body = if numbers.is_empty() {
        part::empty("No numbers yet", "Write down what a customer has shown you, and verify it.", None)
    } else {
        let columns = [
            Text("Customer"),
            Text("Number"),
            Text("Delivered to"),
            Text("Until (UTC)"),
            Text("State"),
            Text("Change"),
        ];
        part::table("Numbers, table", &columns, numbers.into_iter().map(|one| row(one, now)).collect_view())
    };
    view! {
        {head(Tab::Exemptions, None)}
        {form.summary()}
        <p class="hint">
            "Nobody is exempt by what they say. A customer pays no tax who is in one of these groups and has a number that \
             one of you has verified, on deliveries to the place it is verified for. Prices that contain the tax are then \
             charged without it."
        </p>
        <section class="card" aria-labelledby="groups">
            <h2 id="groups">"Groups"</h2>
            {self::groups(groups)}
        </section>
        <section class="card flush" aria-label="Numbers">{body}</section>
        {part::pager(place)}
        <section class="card" aria-labelledby="add">
            <h2 id="add">"Write a number down"</h2>
            <form method="post" action=format!("{HERE}/exemptions") class="stack">
                {Field::new("email", "E-mail address of a customer").kind("email").required().max(EMAIL_CHARS).input(form)}
                {Field::new("number", "Number").required().max(60).hint("VAT identification number, or of a certificate.").input(form)}
                {Field::new("place", "Delivered to").required().max(20).hint("A country or region, like FR or US-CA.").input(form)}
                {Field::new("valid_until", "Until (UTC)").kind("datetime-local").hint("Left empty, until you take it back.").input(form)}
                <div><button>"Save number"</button></div>
            </form>
        </section>
    }
    .into_any()
}

fn groups(groups: Vec<(GroupId, String, bool)>) -> AnyView {
    if groups.is_empty() {
        let add = Some(("/admin/price-lists/groups".to_owned(), "Add a group"));
        return part::empty("No customer groups yet", "Members of a group can be exempt.", add);
    }
    let rows = groups.into_iter().map(|(id, name, exempt)| {
        view! {
            <tr>
                <th scope="row"><a href=format!("/admin/price-lists/groups/{id}")>{name.clone()}</a></th>
                <td>{if exempt { part::badge("good", "Can be exempt") } else { part::badge("", "Taxed") }}</td>
                <td class="link-cell">
                    <form method="post" action=format!("{HERE}/exemptions/groups/{id}")>
                        <input type="hidden" name="exempt" value=if exempt { "" } else { "on" } />
                        <button class="link">
                            {if exempt { "Tax its members" } else { "Let its members be exempt" }}
                            <span class="sr-only">": "{name}</span>
                        </button>
                    </form>
                </td>
            </tr>
        }
    });
    part::table("Groups, table", &[Text("Group"), Text("State"), Text("Change")], rows.collect_view())
}

fn row(one: Certificate, now: i64) -> AnyView {
    let state = match one.verified_at {
        None => part::badge("warn", "Not verified"),
        Some(_) if one.valid_until.is_some_and(|until| until <= now) => part::badge("", "Over"),
        Some(_) if !one.in_group => part::badge("warn", "In no exempt group"),
        Some(_) => part::badge("good", "Exempt"),
    };
    let verified = one.verified_at.map(|at| {
        view! { <p class="hint">"Verified by "{one.verified_by.clone()}", "{date::time(at)}</p> }
    });
    let is_verified = one.verified_at.is_some();
    let place = if one.region.is_empty() { one.country } else { format!("{}-{}", one.country, one.region) };
    let until = one.valid_until.map_or_else(|| view! { <span class="hint">"Always"</span> }.into_any(), date::time);
    let name = format!(" {} of {}", one.number, one.email);
    view! {
        <tr>
            <th scope="row">{one.email}</th>
            <td>{one.number}</td>
            <td>{place}</td>
            <td>{until}</td>
            <td>{state}{verified}</td>
            <td class="link-cell">
                <form method="post" action=format!("{HERE}/exemptions/{}/verified", one.id)>
                    <input type="hidden" name="verified" value=if is_verified { "" } else { "on" } />
                    <button class="link">
                        {if is_verified { "Withdraw" } else { "I have verified it" }}<span class="sr-only">{name.clone()}</span>
                    </button>
                </form>
                <form method="post" action=format!("{HERE}/exemptions/{}/delete", one.id)>
                    <button class="link">"Remove"<span class="sr-only">{name}</span></button>
                </form>
            </td>
        </tr>
    }
    .into_any()
}
