//! More of a list without leaving it: the next page's cards are put behind those that are there. Where no script runs,
//! the links to the pages do it.

use leptos::html;
use leptos::prelude::*;

/// `next`: address of the page after this one.
#[island]
pub fn MoreProducts(next: String) -> impl IntoView {
    let root = NodeRef::<html::Div>::new();
    #[cfg(feature = "hydrate")]
    live::start(root);
    view! {
        <div class="more-products" node_ref=root>
            <button type="button" class="button button-quiet" data-more=next hidden>"Show more"</button>
            <p class="visually-hidden" role="status"></p>
        </div>
    }
}

#[cfg(feature = "hydrate")]
mod live {
    use super::super::dom;
    use js_sys::Reflect;
    use leptos::html;
    use leptos::prelude::*;
    use leptos::task::spawn_local;
    use wasm_bindgen::JsCast;
    use web_sys::{Element, HtmlElement};

    pub fn start(root: NodeRef<html::Div>) {
        Effect::new(move |_| {
            let Some(root) = root.get() else { return };
            dom::set_hidden(&root, "button", false);
            let root: Element = root.unchecked_into();
            let within = root.clone();
            dom::listen(&root, "click", move |event| {
                if dom::closest(&event, "[data-more]").is_some() {
                    spawn_local(more(within.clone()));
                }
            });
        });
    }

    async fn more(root: Element) {
        let Some(button) = dom::find(&root, "[data-more]") else { return };
        let next = button.get_attribute("data-more").unwrap_or_default();
        if next.is_empty() || button.has_attribute("aria-busy") {
            return;
        }
        let _ = button.set_attribute("aria-busy", "true");
        let page = match dom::page(&next).await {
            Ok(text) => parsed(&text),
            Err(_) => return dom::go(&next),
        };
        let _ = button.remove_attribute("aria-busy");
        let Some(grid) = dom::find(&dom::root(), ".found-list .card-grid") else { return dom::go(&next) };
        let cards: Vec<HtmlElement> = dom::find_all(&page, ".found-list .card-grid > li");
        for card in &cards {
            let _ = grid.append_child(card);
        }
        if let (Some(here), Some(there)) = (dom::find(&dom::root(), ".pager"), dom::find(&page, ".pager")) {
            let _ = here.replace_with_with_node_1(&there);
        }
        match dom::find(&page, "[data-more]").and_then(|button| button.get_attribute("data-more")) {
            Some(further) => {
                let _ = button.set_attribute("data-more", &further);
            }
            None => button.set_hidden(true),
        }
        dom::set_text(&root, "[role=status]", &[&cards.len().to_string(), " more products are shown."].concat());
        // On with the first of them, for those who use the keyboard.
        if let Some(link) = cards.first().and_then(|card| dom::find(card, "a")) {
            let _ = link.focus();
        }
    }

    /// A document of its own, in which nothing runs and nothing is loaded.
    fn parsed(text: &str) -> Element {
        let parser = dom::get(&window(), "DOMParser");
        let parser =
            Reflect::construct(parser.unchecked_ref::<js_sys::Function>(), &js_sys::Array::new()).unwrap_or_default();
        let page = dom::call(&parser, "parseFromString", &[&text.into(), &"text/html".into()]);
        dom::get(&page, "documentElement").unchecked_into()
    }
}
