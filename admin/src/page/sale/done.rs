//! What a sale has done, and how it is ended.

use super::about;
use crate::date;
use crate::part::{self, Number, Place, Text};
use leptos::prelude::*;
use shop::catalogue::Page;
use shop::sale::{Item, State, Summary};

pub(super) fn done(sale: &Summary, items: Page<Item>, listed: &str, place: &Place) -> AnyView {
    let until = sale.ended_at.or(sale.end_at);
    let until = until.map_or_else(|| view! { "Until cancelled" }.into_any(), date::time);
    let facts = part::facts(vec![
        ("What", about(sale).into_any()),
        ("From (UTC)", date::time(sale.start_at)),
        ("Until (UTC)", until),
        ("Prices it holds", sale.held.into_any()),
        ("Put back", sale.returned.into_any()),
        ("Changed by hand, left alone", sale.released.into_any()),
        ("Skipped", sale.skipped.into_any()),
    ]);
    let here = format!("/admin/sales/{}", sale.id);
    let tabs = [
        ("", "All"),
        ("held", "Held"),
        ("returned", "Put back"),
        ("released", "Changed by hand"),
        ("skipped", "Skipped"),
    ]
    .map(|(state, label)| {
        let href = if state.is_empty() { here.clone() } else { format!("{here}?state={state}") };
        (href, label.to_owned(), state == listed)
    })
    .into();
    let body = if items.items.is_empty() {
        part::empty("No prices here", "Nothing of this sale is in this list.", None)
    } else {
        let columns = [
            Text("Product"),
            Text("SKU"),
            Text("What became of it"),
            Number("Before"),
            Number("In the sale"),
            Number("Now"),
        ];
        part::table("Prices of the sale, table", &columns, items.items.into_iter().map(item).collect_view())
    };
    view! {
        <section class="card" aria-label="The sale">{facts}</section>
        {part::tabs("Prices of the sale", tabs)}
        <section class="card flush" aria-label="Prices of the sale">{body}</section>
        {part::pager(place)}
    }
    .into_any()
}

fn item(item: Item) -> AnyView {
    let became = match (item.state.as_str(), item.reason.as_str()) {
        ("held", _) => "Held by the sale",
        ("returned", _) => "Put back",
        ("released", _) => "Changed by hand, left alone",
        (_, "other_sale") => "Skipped: another sale held it",
        _ => "Skipped: would not be lower",
    };
    let now = item.now.map_or_else(|| "Not sold".to_owned(), |price| price.to_string());
    view! {
        <tr>
            <th scope="row"><a href=format!("/admin/products/{}", item.product)>{item.title}</a></th>
            <td><code>{item.sku}</code></td>
            <td>{became}</td>
            <td class="num">{item.former.to_string()}</td>
            <td class="num">{item.price.to_string()}</td>
            <td class="num">{now}</td>
        </tr>
    }
    .into_any()
}

/// What ends a sale, or throws it away.
pub(super) fn ends(sale: &Summary) -> AnyView {
    if sale.state.can_be_cancelled() {
        let question = "Cancel this sale? Prices that it holds go back to what they were.";
        return view! {
            <form method="post" action=format!("/admin/sales/{}/cancel", sale.id)>
                <button class="quiet" data-confirm=question>"Cancel the sale"</button>
            </form>
        }
        .into_any();
    }
    if sale.state == State::Draft {
        return view! {
            <form method="post" action=format!("/admin/sales/{}/delete", sale.id)>
                <button class="link" data-confirm="Delete this draft?">"Delete the draft"</button>
            </form>
        }
        .into_any();
    }
    ().into_any()
}
