//! Waits for the outcome of a payment and goes on as soon as it is known.

use leptos::prelude::*;

/// `url` answers the checkout's status as JSON.
#[island]
pub fn Pending(url: String) -> impl IntoView {
    #[cfg(feature = "hydrate")]
    live::start(url);
    #[cfg(not(feature = "hydrate"))]
    let _ = url;
    view! { <div class="spinner" aria-hidden="true"></div> }
}

#[cfg(feature = "hydrate")]
mod live {
    use super::super::dom;
    use leptos::prelude::*;
    use leptos::task::spawn_local;
    use std::time::Duration;
    use wasm_bindgen::JsValue;

    /// Milliseconds between questions: from one second, half as long again each time, up to ten.
    const FIRST_MS: u64 = 1000;
    const LONGEST_MS: u64 = 10_000;

    pub fn start(url: String) {
        again(url, FIRST_MS);
    }

    fn again(url: String, after_ms: u64) {
        set_timeout(
            move || {
                spawn_local(async move {
                    let pending = match dom::send("GET", &url, None).await {
                        Ok(text) => {
                            let status = js_sys::JSON::parse(&text).unwrap_or(JsValue::NULL);
                            dom::string(&status, "status") == "pending"
                        }
                        Err(_) => true,
                    };
                    if pending {
                        again(url, (after_ms * 3 / 2).min(LONGEST_MS));
                    } else {
                        let _ = window().location().reload();
                    }
                });
            },
            Duration::from_millis(after_ms),
        );
    }
}
