//! The field for searching. In the browser it suggests products, categories and what was looked for before: a combobox
//! with a list, by the ARIA Authoring Practices ("Editable Combobox With List Autocomplete"). Without scripts it is a field
//! of a form.
//!
//! What was looked for before is kept in the browser and nowhere else.

use crate::wire::Suggestion;
use leptos::html;
use leptos::prelude::*;

/// More is not typed, and the index reads no more.
pub const TEXT_CHARS: usize = 200;

/// One line of the list. Without an address it is something to look for.
#[derive(Clone, Debug, PartialEq)]
struct Choice {
    group: &'static str,
    is: Suggestion,
}

/// `id` of the field: a page may have two.
#[island]
pub fn SearchBox(id: String, text: String) -> impl IntoView {
    let root = NodeRef::<html::Div>::new();
    let choices = RwSignal::new(Vec::<Choice>::new());
    let active = RwSignal::new(None::<usize>);
    let typed = RwSignal::new(String::new());
    #[cfg(feature = "hydrate")]
    live::start(live::Combobox { root, choices, active, typed });
    let list_id = format!("{id}-list");
    let options = list_id.clone();
    let told = move || match choices.with(Vec::len) {
        0 => String::new(),
        1 => "1 suggestion".to_owned(),
        count => format!("{count} suggestions"),
    };
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
            <div class="suggestions" id=list_id hidden>
                {move || drawn(&choices.get(), active.get(), &typed.get(), &options)}
            </div>
            <span class="visually-hidden" role="status">{told}</span>
        </div>
    }
}

/// The list with its groups.
fn drawn(choices: &[Choice], active: Option<usize>, typed: &str, id: &str) -> Vec<AnyView> {
    let mut drawn = Vec::new();
    let mut group = "";
    for (at, choice) in choices.iter().enumerate() {
        if choice.group != group {
            group = choice.group;
            drawn.push(view! { <p class="suggestions-title" role="presentation">{group}</p> }.into_any());
        }
        drawn.push(option(choice, at, active == Some(at), typed, id));
    }
    drawn
}

fn option(choice: &Choice, at: usize, active: bool, typed: &str, id: &str) -> AnyView {
    let Suggestion { title, picture, price, .. } = choice.is.clone();
    let picture = (!picture.is_empty()).then(|| view! { <img src=picture alt="" width="40" height="40" /> });
    let price = (!price.is_empty()).then(|| view! { <span class="suggestion-price">{price}</span> });
    let (before, fits, after) = split(&title, typed);
    let selected = if active { "true" } else { "false" };
    view! {
        <div
            class="suggestion"
            role="option"
            id=[id, "-", &at.to_string()].concat()
            aria-selected=selected
            data-choice=at.to_string()
        >
            {picture}
            <span class="suggestion-title">{before}<mark>{fits}</mark>{after}</span>
            {price}
        </div>
    }
    .into_any()
}

/// The title around the first place where it has what was typed.
fn split(title: &str, typed: &str) -> (String, String, String) {
    let typed = typed.trim().to_lowercase();
    let last = typed.rsplit(' ').next().unwrap_or_default();
    let lower = title.to_lowercase();
    // Where lower case is longer than the text, a position in one is none in the other.
    let place = if last.is_empty() || lower.len() != title.len() { None } else { lower.find(last) };
    match place.and_then(|at| Some((title.get(..at)?, title.get(at..at + last.len())?, title.get(at + last.len()..)?)))
    {
        Some((before, fits, after)) => (before.to_owned(), fits.to_owned(), after.to_owned()),
        None => (title.to_owned(), String::new(), String::new()),
    }
}

#[cfg(feature = "hydrate")]
mod live {
    use super::super::dom;
    use super::Choice;
    use crate::variants::query_value;
    use crate::wire::{Suggestion, Suggestions};
    use leptos::html;
    use leptos::prelude::*;
    use leptos::task::spawn_local;
    use std::time::Duration;
    use wasm_bindgen::JsCast;
    use web_sys::{Element, Event, HtmlFormElement, HtmlInputElement, KeyboardEvent};

    /// Nobody reads suggestions for what is still being typed.
    const PAUSE: Duration = Duration::from_millis(120);
    const LIST: &str = ".suggestions";
    const RECENT_KEY: &str = "mercer.searches";
    const RECENT: usize = 6;
    /// As few letters as the server suggests something for.
    const LETTERS: usize = 2;
    const RECENT_TITLE: &str = "You looked for";
    const FORGET: &str = "Forget what I looked for";

    #[derive(Clone, Copy)]
    pub struct Combobox {
        pub root: NodeRef<html::Div>,
        pub choices: RwSignal<Vec<Choice>>,
        pub active: RwSignal<Option<usize>>,
        pub typed: RwSignal<String>,
    }

    pub fn start(combobox: Combobox) {
        Effect::new(move |_| {
            let Some(root) = combobox.root.get() else { return };
            let (Some(input), Some(list)) = (dom::find(&root, "input"), dom::find(&root, LIST)) else { return };
            // Without scripts it is a field and nothing more, so these are not in the page.
            let _ = list.set_attribute("role", "listbox");
            let _ = list.set_attribute("aria-label", "Suggestions");
            let list = list.id();
            for (name, value) in [
                ("role", "combobox"),
                ("aria-expanded", "false"),
                ("aria-autocomplete", "list"),
                ("aria-controls", &list),
            ] {
                let _ = input.set_attribute(name, value);
            }
            dom::listen(&input, "input", move |_| combobox.changed());
            dom::listen(&input, "focus", move |_| combobox.changed());
            dom::listen(&input, "blur", move |_| combobox.close());
            dom::listen(&input, "keydown", move |event| combobox.key(&event));
            // Before the field loses the focus, and with it the list.
            dom::listen(&root, "mousedown", move |event| combobox.pressed(&event));
            if let Ok(Some(form)) = root.closest("form") {
                dom::listen(&form, "submit", move |_| combobox.remember());
            }
        });
    }

    impl Combobox {
        fn input(self) -> Option<HtmlInputElement> {
            let root: Element = self.root.get_untracked()?.unchecked_into();
            Some(dom::find(&root, "input")?.unchecked_into())
        }

        fn text(self) -> String {
            self.input().map(|input| input.value()).unwrap_or_default().trim().to_owned()
        }

        fn changed(self) {
            let text = self.text();
            if text.chars().count() < LETTERS {
                return self.show(String::new(), recent_choices());
            }
            set_timeout(
                move || {
                    // Something else was typed meanwhile.
                    if self.text() == text {
                        spawn_local(self.ask(text));
                    }
                },
                PAUSE,
            );
        }

        async fn ask(self, text: String) {
            let url = ["/search/suggest?q=", &query_value(&text)].concat();
            let Ok(answer) = dom::send("GET", &url, None).await else { return };
            let Ok(found) = leptos::serde_json::from_str::<Suggestions>(&answer) else { return };
            // An answer to an older question, or to one who has gone on.
            if self.text() != text || !self.has_focus() {
                return;
            }
            let group = |group, list: Vec<Suggestion>| list.into_iter().map(move |is| Choice { group, is });
            let mut choices: Vec<_> =
                group("Categories", found.categories).chain(group("Products", found.products)).collect();
            if !choices.is_empty() {
                let all = ["All results for “", &text, "”"].concat();
                choices.push(Choice { group: "", is: Suggestion { title: all, ..Suggestion::default() } });
            }
            self.show(text, choices);
        }

        fn has_focus(self) -> bool {
            self.input().is_some_and(|input| document().active_element().as_deref() == Some(&input))
        }

        fn show(self, typed: String, choices: Vec<Choice>) {
            let open = !choices.is_empty();
            self.active.set(None);
            self.typed.set(typed);
            self.choices.set(choices);
            self.open(open);
        }

        fn close(self) {
            self.active.set(None);
            self.choices.set(Vec::new());
            self.open(false);
        }

        fn open(self, open: bool) {
            let (Some(root), Some(input)) = (self.root.get_untracked(), self.input()) else { return };
            dom::set_hidden(&root, LIST, !open);
            let _ = input.set_attribute("aria-expanded", if open { "true" } else { "false" });
            if !open {
                let _ = input.remove_attribute("aria-activedescendant");
            }
        }

        fn key(self, event: &Event) {
            let Some(key) = event.dyn_ref::<KeyboardEvent>().map(KeyboardEvent::key) else { return };
            let count = self.choices.with_untracked(Vec::len);
            let active = self.active.get_untracked();
            match key.as_str() {
                "Escape" if count > 0 => {
                    event.prevent_default();
                    self.close();
                }
                "ArrowDown" | "ArrowUp" if count == 0 => self.changed(),
                // From the field to the first or last line, and behind the last one back to the field.
                "ArrowDown" => self.go_to(event, active.map_or(Some(0), |at| (at + 1 < count).then_some(at + 1))),
                "ArrowUp" => self.go_to(event, active.map_or(Some(count - 1), |at| at.checked_sub(1))),
                "Enter" => {
                    if let Some(at) = active {
                        event.prevent_default();
                        self.choose(at);
                    }
                }
                _ => {}
            }
        }

        fn go_to(self, event: &Event, active: Option<usize>) {
            event.prevent_default();
            self.active.set(active);
            let Some(input) = self.input() else { return };
            let Some(at) = active else {
                let _ = input.remove_attribute("aria-activedescendant");
                return;
            };
            let id = [&input.id(), "-list-", &at.to_string()].concat();
            let _ = input.set_attribute("aria-activedescendant", &id);
            request_animation_frame(move || {
                if let Some(line) = document().get_element_by_id(&id) {
                    let nearest = js_sys::Object::new();
                    dom::set(&nearest, "block", &"nearest".into());
                    dom::call(&line, "scrollIntoView", &[&nearest]);
                }
            });
        }

        fn pressed(self, event: &Event) {
            let at = dom::closest(event, "[data-choice]").and_then(|line| line.get_attribute("data-choice"));
            if let Some(at) = at.and_then(|at| at.parse().ok()) {
                event.prevent_default();
                self.choose(at);
            }
        }

        fn choose(self, at: usize) {
            let Some(choice) = self.choices.with_untracked(|choices| choices.get(at).cloned()) else { return };
            if !choice.is.href.is_empty() {
                return dom::go(&choice.is.href);
            }
            if choice.is.title == FORGET {
                keep(&[]);
                return self.close();
            }
            let Some(input) = self.input() else { return };
            if choice.group == RECENT_TITLE {
                input.set_value(&choice.is.title);
            }
            if let Ok(Some(form)) = input.closest("form") {
                let _ = form.unchecked_into::<HtmlFormElement>().request_submit();
            }
        }

        fn remember(self) {
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

    fn recent_choices() -> Vec<Choice> {
        let mut lines = recent();
        if !lines.is_empty() {
            lines.push(FORGET.to_owned());
        }
        let line = |title| Choice { group: RECENT_TITLE, is: Suggestion { title, ..Suggestion::default() } };
        lines.into_iter().map(line).collect()
    }

    fn recent() -> Vec<String> {
        let kept = window().local_storage().ok().flatten().and_then(|kept| kept.get_item(RECENT_KEY).ok()?);
        kept.and_then(|text| leptos::serde_json::from_str(&text).ok()).unwrap_or_default()
    }

    fn keep(list: &[String]) {
        if let (Ok(Some(storage)), Ok(text)) = (window().local_storage(), leptos::serde_json::to_string(list)) {
            let _ = storage.set_item(RECENT_KEY, &text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn what_was_typed_is_marked_in_the_title() {
        let parts = |title, typed| split(title, typed);
        assert_eq!(parts("Linen Throw", "line"), (String::new(), "Line".into(), "n Throw".into()));
        assert_eq!(parts("Linen Throw", "linen thr"), ("Linen ".into(), "Thr".into(), "ow".into()));
        assert_eq!(parts("Linen Throw", "wool"), ("Linen Throw".into(), String::new(), String::new()));
        assert_eq!(parts("İstanbul", "st"), ("İstanbul".into(), String::new(), String::new()));
    }
}
