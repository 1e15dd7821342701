//! Sales: the list, the form with what it would do, and what a sale has done.

mod done;
mod edit;
mod sent;

pub use edit::{Opened, show};
pub use sent::{form_of, read};

use crate::date;
use crate::part::{self, Number, Place, Text};
use leptos::prelude::*;
use shop::sale::{Scope, State, Summary};

/// What a sale is about, in a few words.
pub(super) fn about(sale: &Summary) -> String {
    let what = match sale.scope {
        Scope::Everything => "everything",
        Scope::Brand => "one brand",
        Scope::Categories => "categories",
        Scope::Products => "chosen products",
        Scope::Prices => "new prices",
    };
    match sale.percent {
        Some(percent) => format!("{percent} % off {what}"),
        None => "New prices".to_owned(),
    }
}

pub(super) fn badge(state: State) -> AnyView {
    let (tone, text) = match state {
        State::Draft => ("", "Draft"),
        State::Scheduled => ("info", "Scheduled"),
        State::Starting => ("warn", "Beginning"),
        State::Running => ("good", "Running"),
        State::Ending => ("warn", "Ending"),
        State::Ended => ("", "Ended"),
        State::Cancelling => ("warn", "Being cancelled"),
        State::Cancelled => ("", "Cancelled"),
    };
    part::badge(tone, text)
}

pub fn list(sales: Vec<Summary>, place: &Place) -> AnyView {
    let add = view! { <a class="button" href="/admin/sales/new">"Add sale"</a> };
    let body = if sales.is_empty() {
        part::empty(
            "No sales yet",
            "A sale lowers prices at a time that you set, and puts them back when it is over.",
            Some(("/admin/sales/new".to_owned(), "Add the first sale")),
        )
    } else {
        let columns =
            [Text("Sale"), Text("State"), Text("What"), Text("From (UTC)"), Text("Until (UTC)"), Number("Prices held")];
        part::table("Sales, table", &columns, sales.into_iter().map(row).collect_view())
    };
    view! {
        {part::heading("Sales", Some(add.into_any()))}
        <section class="card flush" aria-label="Sales">{body}</section>
        {part::pager(place)}
    }
    .into_any()
}

fn row(sale: Summary) -> AnyView {
    let until = sale.ended_at.or(sale.end_at);
    let until = until.map_or_else(|| view! { <span class="hint">"Until cancelled"</span> }.into_any(), date::time);
    view! {
        <tr>
            <th scope="row"><a href=format!("/admin/sales/{}", sale.id)>{sale.title.clone()}</a></th>
            <td>{badge(sale.state)}</td>
            <td>{about(&sale)}</td>
            <td>{date::time(sale.start_at)}</td>
            <td>{until}</td>
            <td class="num">{sale.held}</td>
        </tr>
    }
    .into_any()
}
