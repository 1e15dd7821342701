//! An address form that follows the country: fields, labels and checks change as soon as another one is chosen.
//!
//! The rules are those of `shop::address`, the same that the server applies after it.

use leptos::html;
use leptos::prelude::*;

/// Wraps the fields of a form whose controls are named as the members of `shop::address::Address`.
#[island]
pub fn AddressForm(children: Children) -> impl IntoView {
    let root = NodeRef::<html::Div>::new();
    #[cfg(feature = "hydrate")]
    live::start(root);
    view! { <div class="fields" node_ref=root>{children()}</div> }
}

#[cfg(feature = "hydrate")]
mod live {
    use super::super::dom;
    use leptos::html;
    use leptos::prelude::*;
    use shop::FieldError;
    use shop::address::{Address, CountryRules, rules};
    use wasm_bindgen::JsCast;
    use web_sys::{Element, Event, HtmlElement, HtmlFormElement, HtmlInputElement, HtmlSelectElement};

    pub fn start(root: NodeRef<html::Div>) {
        Effect::new(move |_| {
            let Some(root) = root.get() else { return };
            let Ok(Some(form)) = root.closest("form") else { return };
            dom::hide_fallbacks(&form);
            form.unchecked_ref::<HtmlFormElement>().set_no_validate(true);
            let fields: Element = root.clone().into();
            dom::listen(&root, "change", move |event| {
                if dom::closest(&event, "select[name=country]").is_some()
                    && let Some(rules) = rules(&value(&fields, "country"))
                {
                    follow(&fields, rules);
                }
            });
            let fields: Element = root.clone().into();
            dom::listen(&root, "focusout", move |event| check_left(&fields, &event));
            dom::listen(&form, "submit", move |event| check_all(&root, &event));
        });
    }

    fn control(root: &Element, name: &str) -> Option<HtmlElement> {
        dom::find(root, &["[name=", name, "]"].concat())
    }

    fn value(root: &Element, name: &str) -> String {
        let Some(control) = control(root, name) else { return String::new() };
        match control.dyn_ref::<HtmlSelectElement>() {
            Some(select) => select.value(),
            None => control.unchecked_into::<HtmlInputElement>().value(),
        }
    }

    fn typed(root: &Element) -> Address {
        let value = |name| value(root, name);
        Address {
            name: value("name"),
            company: value("company"),
            line1: value("line1"),
            line2: value("line2"),
            city: value("city"),
            region: value("region"),
            postal_code: value("postal_code"),
            country: value("country"),
            phone: value("phone"),
        }
        .normalised()
    }

    /// Shows the fields that the country uses, under the country's names for them.
    fn follow(root: &Element, rules: &CountryRules) {
        field(root, "postal_code", rules.postal_label);
        field(root, "region", rules.region_label);
        dom::set_hidden(root, "[data-field=region] .optional", !rules.regions.is_empty());
        let Some(old) = control(root, "region") else { return };
        let Ok(new) = document().create_element(if rules.regions.is_empty() { "input" } else { "select" }) else {
            return;
        };
        for name in ["id", "name", "autocomplete"] {
            let _ = new.set_attribute(name, &old.get_attribute(name).unwrap_or_default());
        }
        for (code, label) in [("", "Choose…")].iter().chain(rules.regions).filter(|_| !rules.regions.is_empty()) {
            if let Ok(option) = document().create_element("option") {
                let _ = option.set_attribute("value", code);
                option.set_text_content(Some(label));
                let _ = new.append_child(&option);
            }
        }
        let _ = old.replace_with_with_node_1(&new);
        for name in ["postal_code", "region"] {
            tell(root, name, None);
        }
    }

    fn field(root: &Element, name: &str, label: Option<&str>) {
        if let Some(slot) = dom::find(root, &["[data-slot=", name, "]"].concat()) {
            slot.set_hidden(label.is_none());
            dom::set_text(&slot, "[data-label]", label.unwrap_or_default());
        }
    }

    /// Judges a field when it is left, unless nothing was typed yet.
    fn check_left(root: &Element, event: &Event) {
        let Some(name) = dom::closest(event, "[name]").and_then(|control| control.get_attribute("name")) else {
            return;
        };
        if value(root, &name).is_empty() {
            return;
        }
        let errors = typed(root).check("");
        tell(root, &name, errors.iter().find(|error| error.field == name));
    }

    fn check_all(root: &Element, event: &Event) {
        let asks_for_fields = event
            .dyn_ref::<web_sys::SubmitEvent>()
            .and_then(web_sys::SubmitEvent::submitter)
            .is_some_and(|button| button.has_attribute("formnovalidate"));
        if asks_for_fields {
            return;
        }
        let errors = typed(root).check("");
        for control in dom::find_all::<Element>(root, "[name]") {
            let name = control.get_attribute("name").unwrap_or_default();
            tell(root, &name, errors.iter().find(|error| error.field == name));
        }
        if let Some(first) = errors.first() {
            event.prevent_default();
            if let Some(control) = control(root, &first.field) {
                let _ = control.focus();
            }
        }
    }

    /// Writes an error below its field, or takes it away.
    fn tell(root: &Element, name: &str, error: Option<&FieldError>) {
        let Some(control) = control(root, name) else { return };
        let Some(field) = dom::find(root, &["[data-field=", name, "]"].concat()) else { return };
        if let Some(old) = dom::find(&field, ".field-error") {
            old.remove();
        }
        let Some(error) = error else {
            let _ = control.remove_attribute("aria-invalid");
            let _ = control.remove_attribute("aria-describedby");
            return;
        };
        if let Ok(text) = document().create_element("p") {
            let id = [&control.id(), "-error"].concat();
            text.set_class_name("field-error");
            text.set_id(&id);
            text.set_text_content(Some(&error.message));
            let _ = field.append_child(&text);
            let _ = control.set_attribute("aria-invalid", "true");
            let _ = control.set_attribute("aria-describedby", &id);
        }
    }
}
