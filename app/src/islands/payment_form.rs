//! Placing the order, once, with the payment element of the provider in the page.
//!
//! Card data is typed into the provider's frame and never reaches us. Until the island has woken and the provider's
//! script is there, the form below it leads to the provider's hosted page; that way stays open afterwards too.
//! The idempotency key is written to the session storage before the request leaves, so a reload repeats the same
//! order instead of placing a second one.

use crate::wire;
use leptos::html;
use leptos::prelude::*;

/// Wraps the hosted form. `key` is the idempotency key of the embedded way, new for each rendering.
#[island]
pub fn PaymentForm(payment: wire::Payment, key: String, button: String, children: Children) -> impl IntoView {
    let root = NodeRef::<html::Div>::new();
    #[cfg(feature = "hydrate")]
    live::start(root, payment, key);
    #[cfg(not(feature = "hydrate"))]
    let _ = (payment, key);
    view! {
        <div class="payment" node_ref=root>
            <form class="embedded" action="/checkout/place" method="post" data-embedded="" hidden>
                <div class="payment-element" data-element=""></div>
                <p class="notice notice-bad" role="alert" data-problem="" hidden></p>
                <button class="button button-wide" type="submit">{button}</button>
                <p class="visually-hidden" role="status" data-status=""></p>
            </form>
            {children()}
        </div>
    }
}

#[cfg(feature = "hydrate")]
mod live {
    use super::super::dom::{self, Refusal};
    use crate::wire;
    use js_sys::{JSON, Object};
    use leptos::html;
    use leptos::prelude::*;
    use leptos::task::spawn_local;
    use std::cell::Cell;
    use std::rc::Rc;
    use wasm_bindgen::{JsCast, JsValue};
    use wasm_bindgen_futures::JsFuture;
    use web_sys::{Element, HtmlButtonElement, HtmlFormElement, HtmlInputElement, UrlSearchParams};

    pub fn start(root: NodeRef<html::Div>, payment: wire::Payment, key: String) {
        Effect::new(move |_| {
            let Some(root) = root.get() else { return };
            hosted(&root, &payment);
            embedded(&root, payment.clone(), &key);
        });
    }

    /// The key kept for this offer and way, or `fresh` when there is none yet.
    fn kept_key(name: &str, fresh: &str) -> String {
        let Ok(Some(storage)) = window().session_storage() else { return fresh.to_owned() };
        match storage.get_item(name) {
            Ok(Some(key)) => key,
            _ => {
                let _ = storage.set_item(name, fresh);
                fresh.to_owned()
            }
        }
    }

    fn forget_key(name: &str) {
        if let Ok(Some(storage)) = window().session_storage() {
            let _ = storage.remove_item(name);
        }
    }

    /// The plain form: same key after a reload, and only one request per press.
    fn hosted(root: &Element, payment: &wire::Payment) {
        let Some(form) = dom::find(root, "form[data-hosted]") else { return };
        let name = [&payment.offer, "-hosted"].concat();
        let sent = Cell::new(false);
        dom::listen(&form.clone(), "submit", move |event| {
            if sent.replace(true) {
                event.prevent_default();
                return;
            }
            if let Some(input) = dom::find(&form, "[name=idempotency_key]") {
                let input: HtmlInputElement = input.unchecked_into();
                input.set_value(&kept_key(&name, &input.value()));
            }
        });
    }

    /// Everything the provider's script made for this page.
    struct Embedded {
        root: Element,
        stripe: JsValue,
        elements: JsValue,
        payment: wire::Payment,
        fresh_key: String,
        busy: Cell<bool>,
    }

    /// The provider's names for the shop's colours (<https://docs.stripe.com/elements/appearance-api>).
    const COLOURS: [(&str, &str); 5] = [
        ("colorBackground", "--ground"),
        ("colorText", "--ink"),
        ("colorTextSecondary", "--muted"),
        ("colorPrimary", "--accent"),
        ("colorDanger", "--bad"),
    ];

    /// The provider's look that goes with the shop's, light or dark.
    fn appearance(scheme: &JsValue) -> Object {
        let dark = dom::get(scheme, "matches").is_truthy();
        let style = dom::call(&window(), "getComputedStyle", &[&dom::root()]);
        let variables = Object::new();
        for (theirs, ours) in COLOURS {
            dom::set(&variables, theirs, &dom::call(&style, "getPropertyValue", &[&ours.into()]));
        }
        let appearance = Object::new();
        dom::set(&appearance, "theme", &if dark { "night" } else { "stripe" }.into());
        dom::set(&appearance, "variables", &variables);
        appearance
    }

    fn embedded(root: &Element, payment: wire::Payment, key: &str) {
        let Some(form) = dom::find(root, "form[data-embedded]") else { return };
        let stripe = dom::call(&window(), "Stripe", &[&payment.publishable_key.as_str().into()]);
        if !stripe.is_object() {
            return;
        }
        let options = Object::new();
        dom::set(&options, "mode", &"payment".into());
        #[expect(clippy::cast_precision_loss, reason = "amounts stay far below 2^53, JavaScript's limit")]
        dom::set(&options, "amount", &JsValue::from_f64(payment.amount as f64));
        dom::set(&options, "currency", &payment.currency.as_str().into());
        dom::set(&options, "captureMethod", &"manual".into());
        let scheme = dom::call(&window(), "matchMedia", &[&"(prefers-color-scheme: dark)".into()]);
        dom::set(&options, "appearance", &appearance(&scheme));
        let elements = dom::call(&stripe, "elements", &[&options]);
        if let Some(target) = scheme.dyn_ref::<web_sys::EventTarget>() {
            let (scheme, elements) = (scheme.clone(), elements.clone());
            dom::listen(target, "change", move |_| {
                let options = Object::new();
                dom::set(&options, "appearance", &appearance(&scheme));
                dom::call(&elements, "update", &[&options]);
            });
        }
        let element = dom::call(&elements, "create", &[&"payment".into()]);
        let Some(place) = dom::find(&form, "[data-element]") else { return };
        if !element.is_object() {
            return;
        }
        dom::call(&element, "mount", &[&place]);
        form.set_hidden(false);
        let _ = root.class_list().add_1("payment-live");

        let page = Rc::new(Embedded {
            root: root.clone(),
            stripe,
            elements,
            payment,
            fresh_key: key.to_owned(),
            busy: Cell::new(false),
        });
        dom::listen(&form, "submit", move |event| {
            event.prevent_default();
            let page = page.clone();
            if page.busy.replace(true) {
                return;
            }
            spawn_local(async move {
                page.working(true);
                if let Err(refusal) = page.pay().await {
                    page.refused(&refusal);
                    page.working(false);
                }
            });
        });
    }

    impl Embedded {
        /// Ends in another page, or in words about what went wrong.
        async fn pay(&self) -> Result<(), Refusal> {
            self.provider("submit", &self.elements, &[]).await?;
            let name = [&self.payment.offer, "-embedded"].concat();
            let body = self.order(&kept_key(&name, &self.fresh_key))?;
            let answer = dom::send("POST", "/checkout/place", Some(&body)).await.inspect_err(|refusal| {
                // No answer at all, or one that says to wait: the key must be used again.
                if !matches!(refusal.code.as_str(), "" | "unavailable" | "in_progress" | "internal") {
                    forget_key(&name);
                }
            })?;
            let placed = JSON::parse(&answer).unwrap_or(JsValue::NULL);
            let back = ["/checkout/return/", &dom::string(&placed, "checkout_id")].concat();
            match dom::string(&placed, "outcome").as_str() {
                "confirm" => self.confirm(&dom::string(&placed, "client_secret"), &back).await,
                "redirect" => {
                    dom::go(&dom::string(&placed, "url"));
                    Ok(())
                }
                "order" => {
                    let (number, token) = (dom::string(&placed, "number"), dom::string(&placed, "access_token"));
                    dom::go(&["/orders/", &number, "?token=", &token].concat());
                    Ok(())
                }
                _ => {
                    dom::go(&back);
                    Ok(())
                }
            }
        }

        async fn confirm(&self, client_secret: &str, back: &str) -> Result<(), Refusal> {
            let back = [&window().location().origin().unwrap_or_default(), back].concat();
            let confirm = Object::new();
            let parameters = Object::new();
            dom::set(&parameters, "return_url", &back.as_str().into());
            dom::set(&confirm, "elements", &self.elements);
            dom::set(&confirm, "clientSecret", &client_secret.into());
            dom::set(&confirm, "confirmParams", &parameters);
            self.provider("confirmPayment", &self.stripe, &[&confirm]).await?;
            dom::go(&back);
            Ok(())
        }

        /// Calls the provider's script; its answers carry `error` when the shopper has to do something.
        async fn provider(&self, method: &str, on: &JsValue, arguments: &[&JsValue]) -> Result<(), Refusal> {
            let promise = dom::call(on, method, arguments);
            let answer = match promise.dyn_into::<js_sys::Promise>() {
                Ok(promise) => JsFuture::from(promise).await.unwrap_or_else(|thrown| {
                    let failed = Object::new();
                    dom::set(&failed, "error", &thrown);
                    failed.into()
                }),
                Err(other) => other,
            };
            let error = dom::get(&answer, "error");
            if !error.is_object() {
                return Ok(());
            }
            let message = dom::string(&error, "message");
            let message = if message.is_empty() { "The payment did not go through.".to_owned() } else { message };
            Err(Refusal { message, code: "provider".into() })
        }

        /// The hosted form's fields, for the embedded way.
        fn order(&self, key: &str) -> Result<UrlSearchParams, Refusal> {
            let form = dom::find(&self.root, "form[data-hosted]").map(|form| form.unchecked_into::<HtmlFormElement>());
            let body = form
                .and_then(|form| dom::form_body(&form, None))
                .ok_or_else(|| Refusal { message: "Please reload the page.".into(), code: String::new() })?;
            body.set("way", "embedded");
            body.delete("provider");
            body.set("idempotency_key", key);
            Ok(body)
        }

        fn working(&self, busy: bool) {
            self.busy.set(busy);
            if let Some(button) = dom::find(&self.root, "[data-embedded] button") {
                let _ = button.set_attribute("aria-busy", if busy { "true" } else { "false" });
                button.unchecked_into::<HtmlButtonElement>().set_disabled(busy);
            }
            let text = if busy { "Placing your order. Please do not leave this page." } else { "" };
            dom::set_text(&self.root, "[data-status]", text);
            if busy {
                dom::set_hidden(&self.root, "[data-problem]", true);
            }
        }

        fn refused(&self, refusal: &Refusal) {
            dom::set_text(&self.root, "[data-problem]", &refusal.message);
            dom::set_hidden(&self.root, "[data-problem]", false);
            if refusal.code == "cart_changed" {
                set_timeout(
                    || {
                        let _ = window().location().reload();
                    },
                    std::time::Duration::from_secs(4),
                );
            }
        }
    }
}
