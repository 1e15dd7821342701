//! The variant picker: shows price, stock, picture and address of the chosen variant as soon as it is chosen.

use crate::wire;
use leptos::html;
use leptos::prelude::*;

/// Wraps the form that buys. `variants` in the product's order; `slug` for the address.
#[island]
pub fn BuyBox(variants: Vec<wire::Variant>, slug: String, children: Children) -> impl IntoView {
    let root = NodeRef::<html::Div>::new();
    #[cfg(feature = "hydrate")]
    live::start(root, variants, slug);
    #[cfg(not(feature = "hydrate"))]
    let _ = (variants, slug);
    view! { <div class="buy-box" node_ref=root>{children()}</div> }
}

#[cfg(feature = "hydrate")]
mod live {
    use super::super::dom;
    use crate::{variants, wire};
    use leptos::html;
    use leptos::prelude::*;
    use wasm_bindgen::{JsCast, JsValue};
    use web_sys::{Element, HtmlButtonElement, HtmlElement, HtmlInputElement};

    pub fn start(root: NodeRef<html::Div>, all: Vec<wire::Variant>, slug: String) {
        Effect::new(move |_| {
            let Some(root) = root.get() else { return };
            dom::hide_fallbacks(&root);
            let (all, slug, form) = (all.clone(), slug.clone(), root.clone());
            dom::listen(&root, "change", move |event| {
                if dom::closest(&event, "input[type=radio]").is_some() {
                    choose(&form, &all, &slug);
                }
            });
        });
    }

    fn radios(root: &Element) -> Vec<HtmlInputElement> {
        dom::find_all(root, "input[type=radio]")
    }

    /// Position of the option that a radio button belongs to: "option2" is 1.
    fn option_of(radio: &HtmlInputElement) -> usize {
        radio.name().bytes().last().map_or(0, |digit| usize::from(digit.saturating_sub(b'1')))
    }

    fn choose(root: &Element, all: &[wire::Variant], slug: &str) {
        let picked: Vec<String> = radios(root).iter().filter(|r| r.checked()).map(HtmlInputElement::value).collect();
        let values = || all.iter().map(|variant| variant.values.as_slice());
        let variant = &all[variants::nearest(values(), &picked)];
        for radio in radios(root) {
            let at = option_of(&radio);
            radio.set_disabled(!variants::is_possible(values(), &variant.values, at, &radio.value()));
            radio.set_checked(variant.values.get(at).is_some_and(|value| *value == radio.value()));
        }
        show(root, variant);
        let address = ["/p/", slug, "?variant=", &variants::query_value(&variant.sku)].concat();
        if let Ok(history) = window().history() {
            let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&address));
        }
    }

    fn show(root: &Element, variant: &wire::Variant) {
        dom::set_text(root, ".price-now", &variant.price);
        if let Some(price) = dom::find(root, ".price") {
            let _ = price.class_list().toggle_with_force("price-reduced", !variant.compare_at.is_empty());
            if let Some(before) = dom::find(&price, ".price-before") {
                before.remove();
            }
            if !variant.compare_at.is_empty()
                && let Ok(before) = document().create_element("s")
            {
                before.set_class_name("price-before");
                before.set_text_content(Some(&variant.compare_at));
                let _ = price.append_child(&before);
            }
        }
        dom::set_text(root, "[data-lowest]", &variant.lowest);
        dom::set_hidden(root, "[data-lowest]", variant.lowest.is_empty());
        if let Some(stock) = dom::find(root, "[data-stock]") {
            let _ = stock.set_attribute("data-level", &variant.level);
            stock.set_text_content(Some(&variant.stock));
        }
        let sold_out = variant.level == "out";
        if let Some(button) = dom::find(root, "[data-add]") {
            button.set_text_content(Some(if sold_out { "Sold out" } else { "Add to cart" }));
            button.unchecked_into::<HtmlButtonElement>().set_disabled(sold_out);
        }
        if let Some(problem) = dom::find(root, ".form-problem") {
            problem.remove();
        }
        if let Some(quantity) = dom::find(root, "input[name=quantity]") {
            let _ = quantity.set_attribute("max", &variant.max.max(1).to_string());
        }
        dom::set_text(&dom::root(), "[data-sku-text]", &variant.sku);
        picture(variant.picture);
    }

    /// Brings the variant's picture to the front of the gallery.
    fn picture(at: Option<usize>) {
        let Some(at) = at else { return };
        for (index, item) in dom::find_all::<HtmlElement>(&dom::root(), ".gallery li").into_iter().enumerate() {
            let _ = item.class_list().toggle_with_force("gallery-first", index == at);
        }
        if let Some(row) = dom::find(&dom::root(), ".gallery ul") {
            row.set_scroll_left(0);
        }
    }
}
