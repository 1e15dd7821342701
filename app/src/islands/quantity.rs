//! A number field with buttons for one more and one less. The buttons appear when the island wakes.

use leptos::html;
use leptos::prelude::*;

/// `autosubmit` sends the form around it after a change.
#[island]
pub fn Quantity(name: String, label: String, value: i64, max: i64, autosubmit: bool) -> impl IntoView {
    let root = NodeRef::<html::Div>::new();
    #[cfg(feature = "hydrate")]
    live::start(root, autosubmit);
    #[cfg(not(feature = "hydrate"))]
    let _ = autosubmit;
    view! {
        <div class="quantity" node_ref=root>
            <button type="button" data-step="-1" aria-label="One less" hidden>"−"</button>
            <input
                type="number"
                inputmode="numeric"
                name=name
                value=value.to_string()
                min="1"
                max=max.to_string()
                required
                autocomplete="off"
                aria-label=label
            />
            <button type="button" data-step="1" aria-label="One more" hidden>"+"</button>
        </div>
    }
}

#[cfg(feature = "hydrate")]
mod live {
    use super::super::dom;
    use leptos::html;
    use leptos::prelude::*;
    use wasm_bindgen::JsCast;
    use web_sys::{Element, Event, HtmlInputElement};

    pub fn start(root: NodeRef<html::Div>, autosubmit: bool) {
        Effect::new(move |_| {
            let Some(root) = root.get() else { return };
            dom::set_hidden(&root, "button", false);
            let field = root.clone();
            dom::listen(&root, "click", move |event| step(&field, &event, autosubmit));
            let field = root.clone();
            dom::listen(&root, "change", move |_| {
                if autosubmit {
                    submit(&field);
                }
            });
            if autosubmit && let Ok(Some(form)) = root.closest("form") {
                dom::hide_fallbacks(&form);
            }
        });
    }

    fn step(root: &Element, event: &Event, autosubmit: bool) {
        let Some(by) = dom::closest(event, "[data-step]").and_then(|button| button.get_attribute("data-step")) else {
            return;
        };
        let Some(input) = dom::find(root, "input") else { return };
        let input: HtmlInputElement = input.unchecked_into();
        let before = input.value();
        dom::call(&input, if by == "1" { "stepUp" } else { "stepDown" }, &[]);
        if autosubmit && input.value() != before {
            submit(root);
        }
    }

    fn submit(root: &Element) {
        if let Ok(Some(form)) = root.closest("form") {
            let _ = form.unchecked_into::<web_sys::HtmlFormElement>().request_submit();
        }
    }
}
