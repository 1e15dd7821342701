//! Comforts that every page of the admin gets at once: asking before something is destroyed, warning before typed
//! work is left behind, a slug that follows its title.
//!
//! Pages ask for them with `data-` attributes; without scripts the forms do the same without the comfort.
//!
//! ```text
//! <button data-confirm="Cancel this order?">   asks before its form is sent
//! <form data-guard>                            warns when left with unsent changes
//! <input data-slug-from="f-title">             follows that field until it is typed into
//! <form data-upload>                           takes files that are dropped on it and shows how far they are
//! <span data-focus-x="f-x" data-focus-y="f-y"> a picture: where it is clicked goes into those two fields
//! <ul data-drag="tree">                        rows that are put elsewhere by dragging them
//! <form data-count="/…/count">                 shows how many products its rule would take
//! <table data-sheet>                           takes cells that are pasted; arrows up and down and Enter change the line
//! ```

mod count;
#[cfg(feature = "hydrate")]
mod drag;
#[cfg(feature = "hydrate")]
mod focus;
#[cfg(feature = "hydrate")]
mod sheet;
mod upload;

pub use count::CountedText;
pub use upload::Uploaded;

use leptos::prelude::*;

#[island]
pub fn Comfort() -> impl IntoView {
    let dialog = NodeRef::<leptos::html::Dialog>::new();
    #[cfg(feature = "hydrate")]
    Effect::new(move || {
        if let Some(dialog) = dialog.get() {
            wake::all(&dialog);
        }
    });
    view! {
        <dialog node_ref=dialog class="ask" aria-labelledby="ask-text">
            <form method="dialog">
                <p id="ask-text"></p>
                <div class="actions">
                    <button class="quiet" value="no" autofocus=true>"Go back"</button>
                    <button class="danger" value="yes">"Yes, go on"</button>
                </div>
            </form>
        </dialog>
    }
}

#[cfg(feature = "hydrate")]
mod wake {
    use std::cell::{Cell, RefCell};
    use std::rc::Rc;
    use wasm_bindgen::JsCast;
    use wasm_bindgen::closure::Closure;
    use web_sys::{
        Document, Element, Event, HtmlButtonElement, HtmlDialogElement, HtmlFormElement, HtmlInputElement, SubmitEvent,
    };

    pub fn all(dialog: &HtmlDialogElement) {
        let Some(document) = web_sys::window().and_then(|window| window.document()) else { return };
        let dirty = Rc::new(Cell::new(false));
        confirm(&document, dialog, Rc::clone(&dirty));
        guard(&document, Rc::clone(&dirty));
        slugs(&document);
        super::upload::wake(&document, &dirty);
        super::focus::wake(&document, &dirty);
        super::count::wake(&document);
        super::drag::wake(&document);
        super::sheet::wake(&document, &dirty);
    }

    pub fn on(target: &web_sys::EventTarget, name: &str, work: impl FnMut(Event) + 'static) {
        let listener = Closure::<dyn FnMut(Event)>::new(work);
        // Listens as long as the page is there.
        let _ = target.add_event_listener_with_callback(name, listener.as_ref().unchecked_ref());
        listener.forget();
    }

    /// Holds a form back until its button's question has been answered with yes.
    fn confirm(document: &Document, dialog: &HtmlDialogElement, dirty: Rc<Cell<bool>>) {
        type Held = Rc<RefCell<Option<(HtmlFormElement, HtmlButtonElement)>>>;
        let held: Held = Rc::default();
        let agreed = Rc::new(Cell::new(false));
        let (asked, holding, pass) = (dialog.clone(), Rc::clone(&held), Rc::clone(&agreed));
        on(document, "submit", move |event| {
            let Some(submit) = event.dyn_ref::<SubmitEvent>() else { return };
            let button = submit.submitter().and_then(|s| s.dyn_into::<HtmlButtonElement>().ok());
            let form = event.target().and_then(|t| t.dyn_into::<HtmlFormElement>().ok());
            let (Some(button), Some(form)) = (button, form) else { return };
            let question = button.get_attribute("data-confirm");
            let Some(question) = question.filter(|_| !pass.take()) else {
                if form.method() != "dialog" {
                    dirty.set(false);
                }
                return;
            };
            event.prevent_default();
            if let Ok(Some(text)) = asked.query_selector("#ask-text") {
                text.set_text_content(Some(&question));
            }
            *holding.borrow_mut() = Some((form, button));
            let _ = asked.show_modal();
        });
        let answered = dialog.clone();
        on(dialog, "close", move |_| {
            let Some((form, button)) = held.borrow_mut().take() else { return };
            if answered.return_value() == "yes" {
                agreed.set(true);
                let _ = form.request_submit_with_submitter(Some(&button));
            }
            answered.set_return_value("");
        });
    }

    /// Browsers ask before a page with unsent changes is left.
    fn guard(document: &Document, dirty: Rc<Cell<bool>>) {
        let changed = Rc::clone(&dirty);
        on(document, "input", move |event| {
            let inside = event.target().and_then(|t| t.dyn_into::<Element>().ok());
            if inside.is_some_and(|element| matches!(element.closest("form[data-guard]"), Ok(Some(_)))) {
                changed.set(true);
            }
        });
        let Some(window) = web_sys::window() else { return };
        on(&window, "beforeunload", move |event| {
            if dirty.get() {
                event.prevent_default();
            }
        });
    }

    fn slugs(document: &Document) {
        let Ok(followers) = document.query_selector_all("input[data-slug-from]") else { return };
        for at in 0..followers.length() {
            let Some(slug) = followers.item(at).and_then(|n| n.dyn_into::<HtmlInputElement>().ok()) else { continue };
            let source = slug.get_attribute("data-slug-from").and_then(|id| document.get_element_by_id(&id));
            let Some(title) = source.and_then(|s| s.dyn_into::<HtmlInputElement>().ok()) else { continue };
            let follows = Rc::new(Cell::new(slug.value().is_empty()));
            let typed = Rc::clone(&follows);
            on(&slug, "input", move |_| typed.set(false));
            let from = title.clone();
            on(&title, "input", move |_| {
                if follows.get() {
                    slug.set_value(&super::slug(&from.value()));
                }
            });
        }
    }
}

/// A title as a part of an address: lower case letters and digits, joined by single hyphens.
#[cfg_attr(not(feature = "hydrate"), allow(dead_code, reason = "the browser calls it"))]
fn slug(title: &str) -> String {
    let mut slug = String::new();
    for c in title.to_lowercase().chars() {
        match c {
            'a'..='z' | '0'..='9' => slug.push(c),
            'ä' => slug.push_str("ae"),
            'ö' => slug.push_str("oe"),
            'ü' => slug.push_str("ue"),
            'ß' => slug.push_str("ss"),
            'à' | 'á' | 'â' | 'å' => slug.push('a'),
            'è' | 'é' | 'ê' | 'ë' => slug.push('e'),
            'ç' => slug.push('c'),
            'ñ' => slug.push('n'),
            '\'' | '’' => {}
            _ if slug.is_empty() || slug.ends_with('-') => {}
            _ => slug.push('-'),
        }
    }
    slug.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_title_becomes_a_slug() {
        assert_eq!(super::slug("  Müller's Café – Mug, 250 ml "), "muellers-cafe-mug-250-ml");
    }
}
