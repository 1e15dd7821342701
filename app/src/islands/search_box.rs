//! The field for searching. In the browser it suggests products, categories and what was looked for before: a combobox
//! with a list, by the ARIA Authoring Practices ("Editable Combobox With List Autocomplete"). Without scripts it is a field
//! of a form.
//!
//! The list comes drawn from the server (`components/suggestions.rs`); what was looked for before is kept in the browser and
//! nowhere else.

use leptos::html;
use leptos::prelude::*;

/// More is not typed, and the index reads no more.
pub const TEXT_CHARS: usize = 200;

/// `id` of the field: a page may have two.
#[island]
pub fn SearchBox(id: String, text: String) -> impl IntoView {
    let root = NodeRef::<html::Div>::new();
    #[cfg(feature = "hydrate")]
    live::start(root);
    let list_id = [&id, "-list"].concat();
    view! {
        <div class="search-box" node_ref=root>
            <label class="visually-hidden" for=id.clone()>"Search products"</label>
            <input
                id=id
                type="search"
                name="q"
                value=text
                placeholder="Search"
                maxlength=TEXT_CHARS.to_string()
                autocomplete="off"
                enterkeyhint="search"
            />
            <button class="icon-link" type="submit" aria-label="Search">
                <svg class="icon" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
                    <path
                        d="M10.500 17a6.500 6.500 0 1 0 0-13 6.500 6.500 0 0 0 0 13Zm5-1.500L20 20"
                        fill="none"
                        stroke="currentColor"
                        stroke-width="1.500"
                        stroke-linecap="round"
                    />
                </svg>
            </button>
            <div class="suggestions" id=list_id hidden></div>
            <span class="visually-hidden" role="status"></span>
        </div>
    }
}

#[cfg(feature = "hydrate")]
mod live {
    use super::super::dom;
    use crate::variants::query_value;
    use leptos::html;
    use leptos::prelude::*;
    use leptos::task::spawn_local;
    use std::time::Duration;
    use wasm_bindgen::JsCast;
    use web_sys::{Element, Event, HtmlElement, HtmlFormElement, HtmlInputElement, KeyboardEvent};

    /// Nobody reads suggestions for what is still being typed.
    const PAUSE: Duration = Duration::from_millis(120);
    const RECENT_KEY: &str = "mercer.searches";
    const RECENT: usize = 6;
    /// As few letters as the server suggests something for.
    const LETTERS: usize = 2;
    const OPTION: &str = "[role=option]";

    #[derive(Clone)]
    struct Combobox {
        root: Element,
        input: HtmlInputElement,
        list: HtmlElement,
    }

    pub fn start(root: NodeRef<html::Div>) {
        Effect::new(move |_| {
            let Some(root) = root.get() else { return };
            let root: Element = root.unchecked_into();
            let (Some(input), Some(list)) = (dom::find(&root, "input"), dom::find(&root, ".suggestions")) else {
                return;
            };
            // Without scripts it is a field and nothing more, so these are not in the page.
            for (element, name, value) in [
                (&list, "role", "listbox"),
                (&list, "aria-label", "Suggestions"),
                (&input, "role", "combobox"),
                (&input, "aria-expanded", "false"),
                (&input, "aria-autocomplete", "list"),
                (&input, "aria-controls", &list.id()),
            ] {
                let _ = element.set_attribute(name, value);
            }
            Combobox { root, input: input.unchecked_into(), list }.listen();
        });
    }

    impl Combobox {
        fn listen(self) {
            let on = |kind: &str, act: fn(&Self, &Event)| {
                let this = self.clone();
                dom::listen(&self.root, kind, move |event| act(&this, &event));
            };
            on("input", |this, _| this.changed());
            on("focusin", |this, event| {
                if event.target().is_some_and(|target| target.has_type::<HtmlInputElement>()) {
                    this.changed();
                }
            });
            on("focusout", |this, _| this.close());
            on("keydown", Self::key);
            // Before the field loses the focus, and with it the list.
            on("mousedown", |this, event| {
                if let Some(option) = dom::closest(event, OPTION) {
                    event.prevent_default();
                    this.choose(&option);
                }
            });
            if let Some(form) = self.form() {
                dom::listen(&form, "submit", move |_| self.remember());
            }
        }

        fn form(&self) -> Option<HtmlFormElement> {
            Some(self.root.closest("form").ok()??.unchecked_into())
        }

        fn text(&self) -> String {
            self.input.value().trim().to_owned()
        }

        fn changed(&self) {
            let (this, text) = (self.clone(), self.text());
            if text.chars().count() < LETTERS {
                return self.show_recent();
            }
            set_timeout(
                move || {
                    // Something else was typed meanwhile.
                    if this.text() == text {
                        spawn_local(this.ask(text));
                    }
                },
                PAUSE,
            );
        }

        async fn ask(self, text: String) {
            let Ok(list) = dom::page(&["/search/suggest?q=", &query_value(&text)].concat()).await else { return };
            let has_focus = document().active_element().as_deref() == Some(&self.input);
            // Not the answer to an older question, nor to one who has gone on.
            if has_focus && self.text() == text {
                self.list.set_inner_html(&list);
                self.open();
            }
        }

        fn show_recent(&self) {
            self.list.set_inner_html("");
            let recent = recent();
            if !recent.is_empty() {
                self.line("suggestions-title", "presentation", "You looked for");
            }
            for text in &recent {
                if let Some(line) = self.line("suggestion", "option", text) {
                    let _ = line.set_attribute("data-search", text);
                }
            }
            if !recent.is_empty() {
                self.line("suggestion", "option", "Forget what I looked for");
            }
            self.open();
        }

        fn line(&self, class: &str, role: &str, text: &str) -> Option<Element> {
            let line = document().create_element("div").ok()?;
            line.set_class_name(class);
            let _ = line.set_attribute("role", role);
            line.set_text_content(Some(text));
            let _ = self.list.append_child(&line);
            Some(line)
        }

        fn options(&self) -> Vec<HtmlElement> {
            dom::find_all(&self.list, OPTION)
        }

        fn open(&self) {
            let options = self.options();
            for (at, option) in options.iter().enumerate() {
                option.set_id(&[&self.list.id(), "-", &at.to_string()].concat());
            }
            self.activate(None);
            self.show(!options.is_empty());
            let told =
                if options.is_empty() { String::new() } else { [&options.len().to_string(), " suggestions"].concat() };
            dom::set_text(&self.root, "[role=status]", &told);
        }

        fn close(&self) {
            self.list.set_inner_html("");
            self.open();
        }

        fn show(&self, open: bool) {
            self.list.set_hidden(!open);
            let _ = self.input.set_attribute("aria-expanded", if open { "true" } else { "false" });
        }

        fn key(&self, event: &Event) {
            let Some(key) = event.dyn_ref::<KeyboardEvent>().map(KeyboardEvent::key) else { return };
            let options = self.options();
            let active =
                options.iter().position(|option| option.get_attribute("aria-selected").as_deref() == Some("true"));
            let last = options.len().checked_sub(1);
            let to = match (key.as_str(), last) {
                ("ArrowDown" | "ArrowUp", None) => return self.changed(),
                ("Escape", Some(_)) => {
                    event.prevent_default();
                    return self.close();
                }
                ("Enter", Some(_)) => {
                    if let Some(option) = active.and_then(|at| options.get(at)) {
                        event.prevent_default();
                        self.choose(option);
                    }
                    return;
                }
                // From the field to the first or last line, and behind the last one back to the field.
                ("ArrowDown", Some(_)) => active.map_or(Some(0), |at| Some(at + 1)),
                ("ArrowUp", last) => active.map_or(last, |at| at.checked_sub(1)),
                _ => return,
            };
            event.prevent_default();
            self.activate(to.and_then(|at| options.get(at)));
        }

        fn activate(&self, active: Option<&HtmlElement>) {
            for option in self.options() {
                let _ = option.set_attribute("aria-selected", if Some(&option) == active { "true" } else { "false" });
            }
            let Some(option) = active else {
                let _ = self.input.remove_attribute("aria-activedescendant");
                return;
            };
            let _ = self.input.set_attribute("aria-activedescendant", &option.id());
            let nearest = js_sys::Object::new();
            dom::set(&nearest, "block", &"nearest".into());
            dom::call(option, "scrollIntoView", &[&nearest]);
        }

        /// A line leads to a page, is looked for, or forgets.
        fn choose(&self, option: &Element) {
            if let Some(href) = option.get_attribute("data-href") {
                return dom::go(&href);
            }
            let Some(text) = option.get_attribute("data-search") else {
                keep(&[]);
                return self.close();
            };
            self.input.set_value(&text);
            if let Some(form) = self.form() {
                let _ = form.request_submit();
            }
        }

        fn remember(&self) {
            let text = self.text();
            if text.chars().count() < LETTERS {
                return;
            }
            let mut list = recent();
            list.retain(|other| *other != text);
            list.insert(0, text);
            list.truncate(RECENT);
            keep(&list);
        }
    }

    /// One a line: a field for searching has no line breaks.
    fn recent() -> Vec<String> {
        let kept = window().local_storage().ok().flatten().and_then(|kept| kept.get_item(RECENT_KEY).ok()?);
        kept.map(|text| text.lines().map(str::to_owned).collect()).unwrap_or_default()
    }

    fn keep(list: &[String]) {
        if let Ok(Some(storage)) = window().local_storage() {
            let _ = storage.set_item(RECENT_KEY, &list.join("\n"));
        }
    }
}
