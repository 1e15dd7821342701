//! What is sold in the default currency and not in another one.

use super::HERE;
use crate::part::{self, Number, Place, Text};
use leptos::prelude::*;
use shop::currency::Missing;
use shop::money::Currency;

pub fn missing(currency: Currency, items: Vec<Missing>, place: &Place) -> AnyView {
    let code = currency.code();
    let body = if items.is_empty() {
        part::empty("Nothing is missing", format!("Whatever is published has a price in {code}."), None)
    } else {
        let rows = items
            .into_iter()
            .map(|one| {
                view! {
                    <tr>
                        <th scope="row"><a href=format!("/admin/products/{}", one.product)>{one.title}</a></th>
                        <td><code>{one.sku}</code></td>
                        <td class="num">{one.price.to_string()}</td>
                    </tr>
                }
            })
            .collect_view();
        part::table("Missing prices, table", &[Text("Product"), Text("SKU"), Number("Default price")], rows)
    };
    view! {
        {part::up(format!("{HERE}/{code}"), "Prices in this currency")}
        {part::heading(format!("Without a price in {code}"), None)}
        <section class="card flush" aria-label="Missing prices">{body}</section>
        {part::pager(place)}
    }
    .into_any()
}
