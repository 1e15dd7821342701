//! Collections: the list, and the editor of one.

mod editor;
mod members;
mod rule;
mod sent;

pub use editor::{Opened, editor};
pub use members::Members;
pub use sent::{compact, counted, form_of, read, read_rule};

use crate::part::{self, Number, Text};
use leptos::prelude::*;
use shop::collection::{Kind, ListRow};

pub fn list(collections: Vec<ListRow>) -> AnyView {
    let new = view! { <a class="button" href="/admin/collections/new">"Add collection"</a> };
    let body = if collections.is_empty() {
        let new = ("/admin/collections/new".to_owned(), "Add collection");
        let why =
            "A collection shows products that belong together: chosen one by one, or by a rule that is kept for you.";
        part::empty("No collections yet", why, Some(new))
    } else {
        let columns = [Text("Collection"), Text("Shown"), Text("Made"), Number("Products")];
        part::table("Collections, table", &columns, collections.into_iter().map(row).collect_view())
    };
    view! {
        {part::heading("Collections", Some(new.into_any()))}
        <section class="card flush" aria-label="Collections">{body}</section>
    }
    .into_any()
}

fn row(one: ListRow) -> AnyView {
    let shown = if one.published { part::badge("good", "Published") } else { part::badge("warn", "Hidden") };
    let filling = one.filling.map(|_| part::badge("info", "Being filled"));
    view! {
        <tr>
            <th scope="row">
                <a href=format!("/admin/collections/{}", one.id)>{one.title}</a>
                <span class="sub">{format!("/collections/{}", one.slug)}</span>
            </th>
            <td>{shown}</td>
            <td>{kind(one.kind)}" "{filling}</td>
            <td class="num">{one.products}</td>
        </tr>
    }
    .into_any()
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Hand => "By hand",
        Kind::Rule => "By rule",
    }
}
