//! What the islands need of the browser: finding elements, listening, sending a form.

use js_sys::{Function, JSON, Reflect};
use leptos::prelude::{document, window};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Element, Event, EventTarget, FormData, Headers, HtmlElement, HtmlFormElement, RequestInit, Response,
    UrlSearchParams,
};

/// The first match below `root`.
pub fn find(root: &Element, selector: &str) -> Option<HtmlElement> {
    root.query_selector(selector).ok()??.dyn_into().ok()
}

/// All matches below `root`, as `T`.
pub fn find_all<T: JsCast>(root: &Element, selector: &str) -> Vec<T> {
    let Ok(list) = root.query_selector_all(selector) else { return Vec::new() };
    (0..list.length()).filter_map(|at| list.get(at)?.dyn_into().ok()).collect()
}

/// The element that an event is about, or the nearest one around it that matches.
pub fn closest(event: &Event, selector: &str) -> Option<Element> {
    event.target()?.dyn_into::<Element>().ok()?.closest(selector).ok()?
}

/// Calls `act` for every `kind` of event, for as long as the page lives.
pub fn listen(target: &EventTarget, kind: &str, act: impl Fn(Event) + 'static) {
    let act = Closure::<dyn Fn(Event)>::new(act);
    let _ = target.add_event_listener_with_callback(kind, act.as_ref().unchecked_ref());
    act.forget();
}

pub fn set_text(root: &Element, selector: &str, text: &str) {
    if let Some(element) = find(root, selector) {
        element.set_text_content(Some(text));
    }
}

/// Shows or hides an element.
pub fn set_hidden(root: &Element, selector: &str, hidden: bool) {
    for element in find_all::<HtmlElement>(root, selector) {
        element.set_hidden(hidden);
    }
}

/// Why a request came to nothing.
#[derive(Clone, Debug)]
pub struct Refusal {
    pub message: String,
    /// The stable code for programs; empty when no answer came.
    pub code: String,
}

/// What a form would send, with the button that was pressed.
pub fn form_body(form: &HtmlFormElement, submitter: Option<&HtmlElement>) -> Option<UrlSearchParams> {
    let data = FormData::new_with_form(form).ok()?;
    let body = UrlSearchParams::new_with_str_sequence_sequence(&data).ok()?;
    if let Some(button) = submitter
        && let Some(name) = button.get_attribute("name")
    {
        body.append(&name, &button.get_attribute("value").unwrap_or_default());
    }
    Some(body)
}

/// Sends a request that asks for JSON; the text of a good answer.
pub async fn send(method: &str, url: &str, body: Option<&UrlSearchParams>) -> Result<String, Refusal> {
    fetch(method, url, body, "application/json").await
}

/// The text of one of the shop's pages.
pub async fn page(url: &str) -> Result<String, Refusal> {
    fetch("GET", url, None, "text/html").await
}

async fn fetch(method: &str, url: &str, body: Option<&UrlSearchParams>, accept: &str) -> Result<String, Refusal> {
    let lost = |_: JsValue| Refusal {
        message: "The connection was lost. Check it and try again.".into(),
        code: String::new(),
    };
    let init = RequestInit::new();
    init.set_method(method);
    let headers = Headers::new().map_err(lost)?;
    headers.set("accept", accept).map_err(lost)?;
    init.set_headers(&headers);
    if let Some(body) = body {
        init.set_body(body);
    }
    let response: Response =
        JsFuture::from(window().fetch_with_str_and_init(url, &init)).await.map_err(lost)?.unchecked_into();
    let text = JsFuture::from(response.text().map_err(lost)?).await.map_err(lost)?.as_string().unwrap_or_default();
    if response.ok() { Ok(text) } else { Err(refusal(&text)) }
}

/// Reads a problem document (RFC 9457).
fn refusal(text: &str) -> Refusal {
    let problem = JSON::parse(text).unwrap_or(JsValue::NULL);
    let message = string(&problem, "detail");
    Refusal {
        message: if message.is_empty() { "Something went wrong. Please try again.".into() } else { message },
        code: string(&problem, "code"),
    }
}

pub fn get(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &JsValue::from_str(name)).unwrap_or(JsValue::UNDEFINED)
}

pub fn string(object: &JsValue, name: &str) -> String {
    get(object, name).as_string().unwrap_or_default()
}

pub fn set(object: &JsValue, name: &str, value: &JsValue) {
    let _ = Reflect::set(object, &JsValue::from_str(name), value);
}

/// `object.name(…arguments)`; an absent method or an exception is `undefined`.
pub fn call(object: &JsValue, name: &str, arguments: &[&JsValue]) -> JsValue {
    let list = js_sys::Array::new();
    for argument in arguments {
        list.push(argument);
    }
    get(object, name)
        .dyn_into::<Function>()
        .ok()
        .and_then(|method| Reflect::apply(&method, object, &list).ok())
        .unwrap_or(JsValue::UNDEFINED)
}

pub fn root() -> Element {
    document().document_element().expect("a page has a root element")
}

pub fn go(address: &str) {
    let _ = window().location().assign(address);
}

/// Hides what is only there for pages without scripts.
pub fn hide_fallbacks(within: &Element) {
    set_hidden(within, "[data-without-script]", true);
}
