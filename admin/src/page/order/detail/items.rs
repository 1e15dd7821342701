//! What was bought, and the gift cards that came of it.

use crate::date;
use crate::part::{self, Number, Text};
use leptos::prelude::*;
use shop::order::{Line, Order};

pub(super) fn lines(order: &Order) -> AnyView {
    let rows = order.lines.iter().map(line).collect_view();
    view! {
        <section class="card" aria-labelledby="lines">
            <h2 id="lines">"Items"</h2>
            <div class="scroll" role="group" aria-labelledby="lines" tabindex="0">
                <table>
                    <thead>
                        <tr>
                            <th scope="col">"Item"</th>
                            <th scope="col" class="num">"Ordered"</th>
                            <th scope="col" class="num">"Sent"</th>
                            <th scope="col" class="num">"Price"</th>
                            <th scope="col" class="num">"Total"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

/// Gift cards that were made of the order's lines.
pub(super) fn gift_cards(order: &Order) -> Option<AnyView> {
    if order.lines.iter().all(|line| !line.gift_card) {
        return None;
    }
    if order.gift_cards.is_empty() {
        return Some(view! { <section class="card" aria-labelledby="cards"><h2 id="cards">"Gift cards"</h2><p class="hint">"They are made and mailed by themselves when the order is paid in full."</p></section> }.into_any());
    }
    let rows = order.gift_cards.iter().map(|card| {
        view! {
            <tr>
                <th scope="row"><a href=format!("/admin/gift-cards/{}", card.id)>{format!("····{}", card.last_four)}</a></th>
                <td>{card.recipient.clone()}</td>
                <td class="num">{card.value.to_string()}</td>
                <td class="num">{(card.taken_back.amount > 0).then(|| card.taken_back.to_string())}</td>
                <td>{date::time(card.at)}</td>
            </tr>
        }
    });
    let columns = [Text("Card"), Text("Mailed to"), Number("Value"), Number("Taken back"), Text("Made")];
    Some(
        view! {
            <section class="card" aria-labelledby="cards">
                <h2 id="cards">"Gift cards"</h2>
                {part::table("Gift cards, table", &columns, rows.collect_view())}
                <p class="hint">"Before their price goes back to the buyer, take the cards back."</p>
            </section>
        }
        .into_any(),
    )
}

fn line(line: &Line) -> AnyView {
    let picture = (!line.picture_url.is_empty()).then(|| {
        view! { <img class="thumb" src=line.picture_url.clone() alt="" width="40" height="40" loading="lazy" /> }
    });
    // What a refund of the whole line comes to, where prices include the tax.
    let left = line.total.currency.money(line.total.amount - line.discount.amount);
    let paid =
        (line.discount.amount > 0).then(|| view! { <span class="sub">{format!("{left} after discounts")}</span> });
    let back = (line.restocked > 0).then(|| format!("{} back on the shelf", line.restocked));
    view! {
        <tr>
            <th scope="row">
                <div class="item">
                    {picture}
                    <div>
                        {line.title.clone()}
                        <span class="sub">{line.variant_title.clone()}</span>
                        <span class="sub">
                            <a href=format!("/admin/inventory/{}", part::encode(&line.sku))><code>{line.sku.clone()}</code></a>
                        </span>
                        {back.map(|text| view! { <span class="sub">{text}</span> })}
                    </div>
                </div>
            </th>
            <td class="num">{line.quantity}</td>
            <td class="num">{line.fulfilled}</td>
            <td class="num">{line.unit_price.to_string()}</td>
            <td class="num">{line.total.to_string()}{paid}</td>
        </tr>
    }
    .into_any()
}
