//! Attributes of products: the list in its order, and the editor of one.

mod editor;
mod sent;

pub use editor::editor;
pub use sent::{form_of, moved, read};

use crate::part::{self, Number, Text};
use leptos::prelude::*;
use shop::attribute::{Edited, Kind};

const HERE: &str = "/admin/attributes";

pub fn list(attributes: Vec<Edited>) -> AnyView {
    let new = view! { <a class="button" href="/admin/attributes/new">"Add attribute"</a> };
    let body = if attributes.is_empty() {
        let new = ("/admin/attributes/new".to_owned(), "Add attribute");
        let why = "Material, width, care: what products are like, for their pages, for filters and for the search.";
        part::empty("No attributes yet", why, Some(new))
    } else {
        let last = attributes.len() - 1;
        let rows = attributes.into_iter().enumerate().map(|(at, one)| row(one, at == 0, at == last)).collect_view();
        let columns = [Text("Attribute"), Text("Type"), Text("Used for"), Number("Products"), Text("Order")];
        part::table("Attributes, table", &columns, rows)
    };
    view! {
        {part::heading("Attributes", Some(new.into_any()))}
        <p class="lead">"Products show them, and lists offer them as filters, in this order."</p>
        <section class="card flush" aria-label="Attributes">{body}</section>
    }
    .into_any()
}

fn row(one: Edited, is_first: bool, is_last: bool) -> AnyView {
    let draft = one.draft;
    let uses = [(draft.filterable, "Filter"), (draft.searchable, "Search"), (draft.shown, "Product page")];
    let uses: Vec<_> = uses.into_iter().filter(|(yes, _)| *yes).map(|(_, use_)| use_).collect();
    let uses = if uses.is_empty() { "Nothing".to_owned() } else { uses.join(", ") };
    let unit = (!draft.unit.is_empty()).then(|| format!(" in {}", draft.unit));
    let button = |to: &'static str, sign: &'static str, words: &'static str, off: bool| {
        view! {
            <button class="quiet square" name="do" value=to disabled=off>
                <span aria-hidden="true">{sign}</span>
                <span class="sr-only">{format!("{words}: {}", draft.name)}</span>
            </button>
        }
    };
    view! {
        <tr>
            <th scope="row">
                <a href=format!("{HERE}/{}", one.id)>{draft.name.clone()}</a>
                <span class="sub">{draft.slug}</span>
            </th>
            <td>{kind(draft.kind)}{unit}</td>
            <td>{uses}</td>
            <td class="num">{one.products}</td>
            <td>
                <form method="post" action=format!("{HERE}/{}/move", one.id) class="actions">
                    {button("up", "↑", "Move up", is_first)}
                    {button("down", "↓", "Move down", is_last)}
                </form>
            </td>
        </tr>
    }
    .into_any()
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "Text",
        Kind::Number => "Number",
        Kind::Boolean => "Yes or no",
        Kind::Choice => "Choice",
    }
}

/// "1 product", "12 products".
pub fn products(count: i64) -> String {
    if count == 1 { "1 product".to_owned() } else { format!("{} products", part::thousands(count.unsigned_abs())) }
}

/// A spot of a colour.
pub(super) fn swatch(colour: String) -> AnyView {
    view! {
        <svg class="swatch" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
            <circle cx="8" cy="8" r="7.5" fill=colour />
        </svg>
    }
    .into_any()
}
