//! A picture's focus, set by a click where its subject is. The two number fields beside it do the same.

use super::wake::on;
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{Document, Element, HtmlInputElement, MouseEvent};

pub fn wake(document: &Document, dirty: &Rc<Cell<bool>>) {
    let Ok(pickers) = document.query_selector_all("[data-focus-x]") else { return };
    for at in 0..pickers.length() {
        let Some(picker) = pickers.item(at).and_then(|node| node.dyn_into::<Element>().ok()) else { continue };
        let field = |name: &str| -> Option<HtmlInputElement> {
            document.get_element_by_id(&picker.get_attribute(name)?)?.dyn_into().ok()
        };
        let (Some(x), Some(y)) = (field("data-focus-x"), field("data-focus-y")) else { continue };
        let _ = picker.class_list().add_1("awake");
        let (shown, fields) = (picker.clone(), (x.clone(), y.clone()));
        let show = move || {
            // The mark is drawn by the style sheet, in tenths.
            let tenth = |field: &HtmlInputElement| (field.value_as_number().clamp(0.0, 100.0) / 10.0).round();
            let class = format!("focus-picker awake focus-x-{} focus-y-{}", tenth(&fields.0), tenth(&fields.1));
            shown.set_class_name(&class);
        };
        show();
        for target in [&x, &y] {
            let show = show.clone();
            on(target, "input", move |_| show());
        }
        let (place, changed) = (picker.clone(), Rc::clone(dirty));
        on(&picker, "click", move |event| {
            let Some(click) = event.dyn_ref::<MouseEvent>() else { return };
            let frame = place.get_bounding_client_rect();
            let percent = |at: f64, length: f64| (at / length.max(1.0) * 100.0).round().clamp(0.0, 100.0).to_string();
            x.set_value(&percent(f64::from(click.client_x()) - frame.left(), frame.width()));
            y.set_value(&percent(f64::from(click.client_y()) - frame.top(), frame.height()));
            changed.set(true);
            show();
        });
    }
}
