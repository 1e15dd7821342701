//! Stock: every variant with what is there and what is promised; one variant with its warehouses and its ledger.

use crate::date;
use crate::form::{Field, Form};
use crate::part::{self, Number, Place, Text};
use leptos::prelude::*;
use shop::inventory::{Level, Movement, Reason, StockRow};
use shop::limits::REASON_CHARS;

pub fn list(rows: Vec<StockRow>, stock: &str, text: &str, place: &Place) -> AnyView {
    let tabs = [("", "All"), ("low", "Low"), ("out", "Sold out")]
        .map(|(key, label)| {
            (format!("/admin/inventory?stock={key}&q={}", part::encode(text)), label.to_owned(), key == stock)
        })
        .into();
    let filtered = !stock.is_empty() || !text.is_empty();
    let body = if rows.is_empty() {
        if filtered {
            let all = ("/admin/inventory".to_owned(), "Show all stock");
            part::empty("Nothing matches", "No variant fits this view and search.", Some(all))
        } else {
            let new = ("/admin/products/new".to_owned(), "Add product");
            part::empty("No stock yet", "Stock is counted per variant; add a product first.", Some(new))
        }
    } else {
        table(rows)
    };
    let clear = (!text.is_empty()).then(|| view! { <a class="chip" href="/admin/inventory">"Clear filters ✕"</a> });
    view! {
        {part::heading("Inventory", None)}
        {part::tabs("Stock by state", tabs)}
        <form method="get" action="/admin/inventory" class="search" role="search">
            <input type="hidden" name="stock" value=stock.to_owned() />
            <label for="search" class="sr-only">"SKU"</label>
            <input
                id="search"
                type="search"
                name="q"
                value=text.to_owned()
                placeholder="SKU begins with …"
                maxlength="64"
            />
            <button class="quiet">"Search"</button>
            {clear}
        </form>
        <section class="card flush" aria-label="Stock">{body}</section>
        {part::pager(place)}
    }
    .into_any()
}

fn table(rows: Vec<StockRow>) -> AnyView {
    let columns = [Text("Variant"), Number("Available"), Number("On hand"), Number("Reserved"), Number("Waiting")];
    part::table("Stock, table", &columns, rows.into_iter().map(row).collect_view())
}

fn row(row: StockRow) -> AnyView {
    let available = available(&row);
    let variant = (!row.variant_title.is_empty()).then(|| format!("{} · ", row.variant_title));
    view! {
        <tr>
            <th scope="row">
                <a href=format!("/admin/inventory/{}", part::encode(&row.sku))>{row.title}</a>
                <span class="sub">{variant}<code>{row.sku}</code></span>
            </th>
            <td class="num">{available}</td>
            <td class="num">{row.on_hand}</td>
            <td class="num">{row.reserved}</td>
            <td class="num">{row.waiting}</td>
        </tr>
    }
    .into_any()
}

fn available(row: &StockRow) -> AnyView {
    let units = row.on_hand - row.reserved;
    match units {
        _ if !row.frozen.is_empty() => part::badge("bad", "Frozen"),
        _ if !row.tracked => view! { <span class="hint">"Not counted"</span> }.into_any(),
        units if units <= 0 => part::badge("bad", "Sold out"),
        1..=5 => part::badge("warn", units.to_string()),
        _ => units.into_any(),
    }
}

pub fn detail(row: StockRow, levels: Vec<Level>, moves: Vec<Movement>, place: &Place, form: &Form) -> AnyView {
    let name =
        if row.variant_title.is_empty() { row.title.clone() } else { format!("{}, {}", row.title, row.variant_title) };
    let units = row.on_hand - row.reserved;
    let badge = if row.tracked && units > 5 && row.frozen.is_empty() {
        format!("{units} available").into_any()
    } else {
        available(&row)
    };
    let rows = levels
        .iter()
        .map(|level| {
            view! {
                <tr>
                    <th scope="row">{level.warehouse.clone()}</th>
                    <td class="num">{level.on_hand}</td>
                    <td class="num">{level.reserved}</td>
                    <td class="num">{level.on_hand - level.reserved}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        {part::up("/admin/inventory", "Inventory")}
        {part::heading(row.sku.clone(), Some(badge))}
        <p class="lead"><a href=format!("/admin/products/{}", row.product_id)>{name}</a></p>
        {form.summary()}
        {(!row.frozen.is_empty()).then(|| frozen(&row))}
        {(row.waiting > 0).then(|| waiting(row.waiting))}
        <section class="card" aria-labelledby="levels">
            <h2 id="levels">"Where it is"</h2>
            <div class="scroll" role="group" aria-labelledby="levels" tabindex="0">
                <table>
                    <thead>
                        <tr>
                            <th scope="col">"Warehouse"</th>
                            <th scope="col" class="num">"On hand"</th>
                            <th scope="col" class="num">"Reserved"</th>
                            <th scope="col" class="num">"Available"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
        {adjust(&row.sku, &levels, form)}
        {ledger(moves)}
        {part::pager(place)}
    }
    .into_any()
}

/// How much it is missed.
fn waiting(addresses: i64) -> AnyView {
    let who = if addresses == 1 { "1 address wants".to_owned() } else { format!("{addresses} addresses want") };
    let text = "For each unit that comes, the first three who asked get a mail; the next ones an hour later.";
    view! { <p class="notice">{format!("{who} to be told when it is back. {text}")}</p> }.into_any()
}

/// Says that nothing of it is sold, and why.
fn frozen(row: &StockRow) -> AnyView {
    view! {
        <div class="notice bad" role="alert">
            <p><strong>"Shoppers see this as sold out: its numbers do not add up."</strong></p>
            <p>{row.frozen.clone()}</p>
            <p>
                "Count what is there and adjust it first. Then reserved is set to what open checkouts hold, and the ledger \
                 notes what no movement explained."
            </p>
            <form method="post" action=format!("/admin/inventory/{}/unfreeze", part::encode(&row.sku))>
                <button data-confirm="Put the numbers right and sell this SKU again?">"Unfreeze and sell again"</button>
            </form>
        </div>
    }
    .into_any()
}

fn adjust(sku: &str, levels: &[Level], form: &Form) -> AnyView {
    let warehouses = levels.iter().map(|level| (level.stock_id.to_string(), level.warehouse.clone())).collect();
    let reasons = Reason::ALL.map(|reason| (reason.code().to_owned(), label(reason.code()))).into();
    view! {
        <section class="card" aria-labelledby="adjust">
            <h2 id="adjust">"Adjust"</h2>
            <form method="post" action=format!("/admin/inventory/{}", part::encode(sku)) class="stack">
                <div class="line">
                    {Field::new("stock", "Warehouse").select(form, warehouses)}
                    {Field::new("delta", "Change, in units")
                        .required()
                        .hint("5 adds, -3 takes away. Reserved units stay.")
                        .input(form)}
                    {Field::new("reason", "Reason").select(form, reasons)}
                    {Field::new("note", "Note").max(REASON_CHARS).input(form)}
                </div>
                <div><button>"Adjust stock"</button></div>
            </form>
        </section>
    }
    .into_any()
}

/// "received" as "Received".
fn label(reason: &str) -> String {
    let mut letters = reason.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn ledger(moves: Vec<Movement>) -> AnyView {
    let body = if moves.is_empty() {
        part::empty("No movement yet", "Every change of what is on hand is written here.", None)
    } else {
        let rows = moves
            .into_iter()
            .map(|step| {
                let delta = if step.delta > 0 { format!("+{}", step.delta) } else { format!("−{}", -step.delta) };
                view! {
                    <tr>
                        <td>{date::time(step.at)}</td>
                        <td>{step.warehouse}</td>
                        <td class="num">{delta}</td>
                        <td class="num">{step.on_hand_after}</td>
                        <td>{label(&step.reason)}<span class="sub">{step.reference}</span></td>
                        <td>{step.actor}</td>
                    </tr>
                }
            })
            .collect_view();
        view! {
            <div class="scroll" role="group" aria-labelledby="ledger" tabindex="0">
                <table>
                    <thead>
                        <tr>
                            <th scope="col">"When"</th>
                            <th scope="col">"Warehouse"</th>
                            <th scope="col" class="num">"Change"</th>
                            <th scope="col" class="num">"On hand after"</th>
                            <th scope="col">"Why"</th>
                            <th scope="col">"Who"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        }
        .into_any()
    };
    view! {
        <section class="card" aria-labelledby="ledger">
            <h2 id="ledger">"Stock ledger"</h2>
            {body}
        </section>
    }
    .into_any()
}
