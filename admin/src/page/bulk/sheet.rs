//! Products as a table: a line for each variant, filled in by hand or by pasting from a spreadsheet.

mod paste;
mod sent;

pub use paste::pasted;
pub use sent::{form_of, read, version_field};

use super::{HERE, products};
use crate::form::{Field, Form};
use crate::part;
use leptos::prelude::*;
use shop::bulk::{Edit, SheetProduct};
use shop::limits::{SKU_CHARS, TITLE_CHARS};
use shop::money::Currency;

/// A column that can be typed into: its field's name, and what a pasted table may call it.
struct Column {
    name: &'static str,
    heading: &'static str,
    keys: &'static str,
    max: usize,
}

const SKU: &str = "sku";

const COLUMNS: [Column; 7] = [
    Column { name: "title", heading: "Product", keys: "", max: TITLE_CHARS },
    Column { name: SKU, heading: "SKU", keys: "", max: SKU_CHARS },
    Column { name: "price", heading: "Price", keys: "decimal", max: 0 },
    Column { name: "compare_at", heading: "Price before", keys: "decimal", max: 0 },
    Column { name: "cost", heading: "Cost", keys: "decimal", max: 0 },
    Column { name: "weight_grams", heading: "Weight, g", keys: "numeric", max: 0 },
    Column { name: "barcode", heading: "Barcode", keys: "", max: SKU_CHARS },
];

/// `filled`: cells that were filled in from a pasted table.
pub fn sheet(
    edit: &Edit,
    chosen: &[SheetProduct],
    form: &Form,
    currency: Currency,
    currencies: &[Currency],
    filled: Option<usize>,
) -> AnyView {
    let here = format!("{HERE}/{}/sheet", edit.id);
    let switch = (currencies.len() > 1).then(|| {
        let links = currencies
            .iter()
            .map(|c| (format!("{here}?currency={c}"), format!("Prices in {c}"), *c == currency))
            .collect();
        part::tabs("Currency of the prices", links)
    });
    let told = filled.map(|cells| {
        let text = match cells {
            0 => "The pasted table says nothing that is not here already.".to_owned(),
            1 => "1 cell is filled in. Look it over, then go on.".to_owned(),
            cells => format!("{cells} cells are filled in. Look them over, then go on."),
        };
        view! { <p class="notice good" role="status">{text}</p> }
    });
    view! {
        {part::up(format!("{HERE}/{}", edit.id), "Change all the same way")}
        {part::heading(format!("{} as a table", products(edit.counts.all())), None)}
        {told}
        {form.summary()}
        {switch}
        <form method="post" action=format!("{here}?currency={currency}") class="stack" data-guard>
            <section class="card flush" aria-label="Variants">{table(chosen, form)}</section>
            <section class="card" aria-label="Differences">
                <p class="hint">"Nothing is written yet: first you see each difference. What is emptied is removed."</p>
                <div class="actions"><button>"Show the differences"</button></div>
            </section>
            <section class="card" aria-labelledby="paste">
                <h2 id="paste">"From a spreadsheet"</h2>
                <p class="hint">
                    "Copy cells there, click a cell above and paste: they fill the cells from there on. Or paste a whole table here, its first line naming the columns (SKU, Product, Price, Price before, Cost, Weight, Barcode): it is matched by SKU."
                </p>
                {Field::new("paste", "Table with a first line of column names").rows(5).area(form)}
                <div class="actions"><button class="quiet" name="do" value="paste">"Fill in"</button></div>
            </section>
        </form>
    }
    .into_any()
}

fn table(chosen: &[SheetProduct], form: &Form) -> AnyView {
    let head = COLUMNS.iter().map(|column| view! { <th scope="col">{column.heading}</th> }).collect_view();
    let rows = chosen.iter().map(|product| lines(product, form)).collect_view();
    view! {
        <div class="scroll" role="group" aria-label="Variants, table" tabindex="0">
            <table class="variants sheet" data-sheet="">
                <thead>
                    <tr>{head}</tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn lines(product: &SheetProduct, form: &Form) -> AnyView {
    let version = sent::version_field(product);
    let mut version =
        Some(view! { <input type="hidden" name=version.clone() value=form.value(&version).to_owned() /> });
    let rows = product.draft.variants.iter().filter_map(|variant| {
        let id = variant.id?;
        let name = variant.option_values.join(" / ");
        let cell = |column: &Column, beside: Option<AnyView>| {
            let label = format!("{} of {}", column.heading, variant.sku);
            let mut field = Field::new(format!("{id}.{}", column.name), label).quiet().max(column.max);
            if !column.keys.is_empty() {
                field = field.keys(column.keys);
            }
            let wide = (column.max > 0).then_some("wide");
            view! { <td class=wide data-column=column.name>{field.input(form)}{beside}</td> }.into_any()
        };
        let first = match version.take() {
            Some(version) => {
                let name = (!name.is_empty()).then(|| view! { <span class="hint">{name}</span> });
                cell(&COLUMNS[0], Some(view! { {version} {name} }.into_any()))
            }
            None => view! { <th scope="row" class="of">{name}</th> }.into_any(),
        };
        let others = COLUMNS[1..].iter().map(|column| cell(column, None)).collect_view();
        Some(view! { <tr>{first}{others}</tr> })
    });
    rows.collect_view().into_any()
}
