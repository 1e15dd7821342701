//! Putting rows elsewhere by dragging them. What is dropped is sent by a form to the row's own address, where its buttons
//! send theirs.
//!
//! ```text
//! <ul data-drag="tree">                          rows may also be dropped into each other; "list": only between
//!   <li data-item="a" data-move="/…/move" data-parent="p" data-next="b" data-version="3">
//! ```

use super::wake::on;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{Document, DragEvent, Element, Event, HtmlFormElement, HtmlInputElement};

/// Where a row is let go over another.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Zone {
    Before,
    Into,
    After,
}

const MARKS: [&str; 3] = ["drop-before", "drop-into", "drop-after"];

impl Zone {
    fn mark(self) -> &'static str {
        MARKS[self as usize]
    }
}

pub fn wake(document: &Document) {
    let Ok(lists) = document.query_selector_all("[data-drag]") else { return };
    for at in 0..lists.length() {
        if let Some(list) = lists.item(at).and_then(|node| node.dyn_into::<Element>().ok()) {
            wake_list(document, list);
        }
    }
}

fn wake_list(document: &Document, list: Element) {
    let Ok(rows) = list.query_selector_all("[data-item]") else { return };
    for at in 0..rows.length() {
        if let Some(row) = rows.item(at).and_then(|node| node.dyn_into::<Element>().ok()) {
            let _ = row.set_attribute("draggable", "true");
        }
    }
    let _ = list.class_list().add_1("awake");
    let is_tree = list.get_attribute("data-drag").as_deref() == Some("tree");
    let dragged: Rc<RefCell<Option<Element>>> = Rc::default();
    let begun = Rc::clone(&dragged);
    on(&list, "dragstart", move |event| {
        let Some(row) = row_of(&event) else { return };
        if let Some(data) = event.dyn_ref::<DragEvent>().and_then(DragEvent::data_transfer) {
            data.set_effect_allowed("move");
            // Firefox drags nothing without data.
            let _ = data.set_data("text/plain", &row.get_attribute("data-item").unwrap_or_default());
        }
        let _ = row.class_list().add_1("dragged");
        *begun.borrow_mut() = Some(row);
    });
    let (over, within) = (Rc::clone(&dragged), list.clone());
    on(&list, "dragover", move |event| {
        clear(&within);
        if let Some((row, zone)) = over.borrow().as_ref().and_then(|dragged| target(&event, dragged, is_tree)) {
            event.prevent_default();
            let _ = row.class_list().add_1(zone.mark());
        }
    });
    let (let_go, page) = (Rc::clone(&dragged), document.clone());
    on(&list, "drop", move |event| {
        event.prevent_default();
        let dragged = let_go.borrow_mut().take();
        if let Some((dragged, (row, zone))) =
            dragged.and_then(|one| Some((one.clone(), target(&event, &one, is_tree)?)))
        {
            send(&page, &dragged, &row, zone);
        }
    });
    on(&list.clone(), "dragend", move |_| {
        clear(&list);
        if let Some(row) = dragged.borrow_mut().take() {
            let _ = row.class_list().remove_1("dragged");
        }
    });
}

fn row_of(event: &Event) -> Option<Element> {
    event.target()?.dyn_into::<Element>().ok()?.closest("[data-item]").ok()?
}

fn target(event: &Event, dragged: &Element, is_tree: bool) -> Option<(Element, Zone)> {
    let row = row_of(event).filter(|row| row != dragged)?;
    let frame = row.get_bounding_client_rect();
    let y = f64::from(event.dyn_ref::<DragEvent>()?.client_y()) - frame.top();
    let part = y / frame.height().max(1.0);
    let zone = match part {
        part if is_tree && (0.3..=0.7).contains(&part) => Zone::Into,
        part if part < 0.5 => Zone::Before,
        _ => Zone::After,
    };
    Some((row, zone))
}

fn clear(list: &Element) {
    let Ok(rows) = list.query_selector_all(".drop-before, .drop-into, .drop-after") else { return };
    for at in 0..rows.length() {
        if let Some(row) = rows.item(at).and_then(|node| node.dyn_into::<Element>().ok()) {
            for mark in MARKS {
                let _ = row.class_list().remove_1(mark);
            }
        }
    }
}

fn send(document: &Document, dragged: &Element, row: &Element, zone: Zone) {
    let says = |of: &Element, name: &str| of.get_attribute(name).unwrap_or_default();
    let (parent, before) = match zone {
        Zone::Before => (says(row, "data-parent"), says(row, "data-item")),
        Zone::Into => (says(row, "data-item"), String::new()),
        Zone::After => (says(row, "data-parent"), says(row, "data-next")),
    };
    let fields = [
        ("item", says(dragged, "data-item")),
        ("version", says(dragged, "data-version")),
        ("parent", parent),
        ("before", before),
    ];
    let form = document.create_element("form").ok().and_then(|form| form.dyn_into::<HtmlFormElement>().ok());
    let (Some(form), Some(body)) = (form, document.body()) else { return };
    form.set_method("post");
    form.set_action(&says(dragged, "data-move"));
    form.set_hidden(true);
    for (name, value) in fields {
        let input = document.create_element("input").ok().and_then(|input| input.dyn_into::<HtmlInputElement>().ok());
        let Some(input) = input else { return };
        input.set_type("hidden");
        input.set_name(name);
        input.set_value(&value);
        let _ = form.append_child(&input);
    }
    let _ = body.append_child(&form);
    let _ = form.request_submit();
}
