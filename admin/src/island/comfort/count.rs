//! How many products a rule would take, while it is written: asked for when nobody has typed for a moment.

use serde::{Deserialize, Serialize};

/// A count in words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CountedText {
    pub text: String,
}

#[cfg(feature = "hydrate")]
pub use browser::wake;

#[cfg(feature = "hydrate")]
mod browser {
    use super::super::wake::on;
    use super::CountedText;
    use std::cell::Cell;
    use std::rc::Rc;
    use wasm_bindgen::closure::Closure;
    use wasm_bindgen::{JsCast, JsValue};
    use wasm_bindgen_futures::{JsFuture, spawn_local};
    use web_sys::{Document, Element, FormData, HtmlFormElement, RequestInit, Response, UrlSearchParams};

    const PAUSE_MS: i32 = 400;

    pub fn wake(document: &Document) {
        let find = |what: &str| document.query_selector(what).ok().flatten();
        let form = find("form[data-count]").and_then(|form| form.dyn_into::<HtmlFormElement>().ok());
        let (Some(form), Some(shown)) = (form, find("[data-counted]")) else { return };
        let Some(window) = web_sys::window() else { return };
        // Each change raises it; an answer to an older question is not shown.
        let asked = Rc::new(Cell::new(0_u32));
        let timer = Rc::new(Cell::new(0));
        let (of, at, sent) = (form.clone(), Rc::clone(&asked), shown.clone());
        let ask = Closure::<dyn Fn()>::new(move || {
            let (form, at, shown, now) = (of.clone(), Rc::clone(&at), sent.clone(), at.get());
            spawn_local(async move {
                let text = count(&form).await.unwrap_or_else(|_| "The products cannot be counted just now.".to_owned());
                if at.get() == now {
                    shown.set_text_content(Some(&text));
                }
            });
        });
        on(&form, "input", move |event| {
            let field = event.target().and_then(|target| target.dyn_into::<Element>().ok());
            let name = field.and_then(|field| field.get_attribute("name")).unwrap_or_default();
            if name != "match" && !name.starts_with("conditions.") {
                return;
            }
            asked.set(asked.get().wrapping_add(1));
            window.clear_timeout_with_handle(timer.get());
            let ask = ask.as_ref().unchecked_ref();
            if let Ok(handle) = window.set_timeout_with_callback_and_timeout_and_arguments_0(ask, PAUSE_MS) {
                timer.set(handle);
            }
        });
    }

    async fn count(form: &HtmlFormElement) -> Result<String, JsValue> {
        let window = web_sys::window().ok_or(JsValue::NULL)?;
        let address = form.get_attribute("data-count").unwrap_or_default();
        let body = UrlSearchParams::new_with_str_sequence_sequence(&FormData::new_with_form(form)?.into())?;
        let init = RequestInit::new();
        init.set_method("POST");
        init.set_body(&body);
        let answer: Response = JsFuture::from(window.fetch_with_str_and_init(&address, &init)).await?.dyn_into()?;
        let text = JsFuture::from(answer.text()?).await?.as_string().unwrap_or_default();
        let told = serde_json::from_str::<CountedText>(&text).map_err(|_| JsValue::NULL)?;
        Ok(told.text)
    }
}
