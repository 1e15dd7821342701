//! A table of fields as a spreadsheet: cells that are pasted fill it from the focused one on, arrows change the line.

use super::wake::on;
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{ClipboardEvent, Document, Element, Event, HtmlInputElement, KeyboardEvent};

pub fn wake(document: &Document, dirty: &Rc<Cell<bool>>) {
    let Ok(Some(table)) = document.query_selector("table[data-sheet]") else { return };
    let (sheet, changed) = (table.clone(), Rc::clone(dirty));
    on(&table, "paste", move |event| {
        if paste(&sheet, &event).is_some_and(|cells| cells > 0) {
            changed.set(true);
        }
    });
    let sheet = table.clone();
    on(&table, "keydown", move |event| {
        let Some(key) = event.dyn_ref::<KeyboardEvent>() else { return };
        let by = match key.key().as_str() {
            "ArrowUp" => -1,
            "ArrowDown" | "Enter" => 1,
            _ => return,
        };
        // Enter would send the table half filled in.
        event.prevent_default();
        if let Some(cell) = place(&sheet, &event).and_then(|(line, column)| cell(&sheet, line + by, &column)) {
            let _ = cell.focus();
            cell.select();
        }
    });
}

/// How many cells were filled; `None` when what is pasted is plain text for one cell.
fn paste(sheet: &Element, event: &Event) -> Option<usize> {
    let text = event.dyn_ref::<ClipboardEvent>()?.clipboard_data()?.get_data("text/plain").ok()?;
    let text = text.trim_end_matches(['\r', '\n']);
    if !text.contains(['\t', '\n']) {
        return None;
    }
    let (line, column) = place(sheet, event)?;
    event.prevent_default();
    let columns = columns(sheet);
    let first = columns.iter().position(|known| *known == column)?;
    let mut filled = 0;
    for (at, row) in (line..).zip(text.lines()) {
        for (column, value) in columns[first..].iter().zip(row.split('\t')) {
            if let Some(field) = cell(sheet, at, column) {
                field.set_value(value.trim());
                filled += 1;
            }
        }
    }
    Some(filled)
}

/// Line and column of the field that an event comes from.
fn place(sheet: &Element, event: &Event) -> Option<(i32, String)> {
    let field = event.target()?.dyn_into::<HtmlInputElement>().ok()?;
    let column = field.closest("[data-column]").ok()??.get_attribute("data-column")?;
    let row = field.closest("tr").ok()??;
    let rows = sheet.query_selector_all("tbody tr").ok()?;
    let line = (0..rows.length()).find(|at| rows.item(*at).is_some_and(|known| known.is_same_node(Some(&row))))?;
    Some((i32::try_from(line).ok()?, column))
}

/// The field in a line's column. A line without one (a product's title stands once) has none.
fn cell(sheet: &Element, line: i32, column: &str) -> Option<HtmlInputElement> {
    let rows = sheet.query_selector_all("tbody tr").ok()?;
    let row = rows.item(u32::try_from(line).ok()?)?.dyn_into::<Element>().ok()?;
    let field = row.query_selector(&format!("[data-column='{column}'] input:not([type=hidden])")).ok()??;
    field.dyn_into().ok()
}

/// In order, as the first line has them.
fn columns(sheet: &Element) -> Vec<String> {
    let Ok(cells) = sheet.query_selector_all("tbody tr:first-child [data-column]") else { return Vec::new() };
    let cells = (0..cells.length()).filter_map(|at| cells.item(at)?.dyn_into::<Element>().ok());
    cells.filter_map(|cell| cell.get_attribute("data-column")).collect()
}
