//! The cart's link with its badge, and the drawer that opens from it.
//!
//! The drawer is a modal `<dialog>`: the browser keeps the focus inside and closes it on Esc. Its lines carry plain
//! forms like the cart page's; the listener below sends them and shows the cart that comes back.

use crate::wire;
use leptos::html;
use leptos::prelude::*;

#[island]
pub fn CartButton(count: i64) -> impl IntoView {
    let count = RwSignal::new(count);
    let cart = RwSignal::new(None::<wire::Cart>);
    let message = RwSignal::new(String::new());
    let drawer = NodeRef::<html::Dialog>::new();
    #[cfg(feature = "hydrate")]
    live::start(live::Drawer { count, cart, message, drawer });

    view! {
        <a class="icon-link cart-link" href="/cart" data-cart-open="">
            <svg class="icon" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
                <path
                    d="M5 8h14l-1 12H6L5 8Zm3.500 0a3.500 3.500 0 0 1 7 0"
                    fill="none"
                    stroke="currentColor"
                    stroke-width="1.500"
                    stroke-linejoin="round"
                />
            </svg>
            <span class="visually-hidden">"Cart, items: "</span>
            <span class="badge" class:badge-empty=move || count.get() == 0>{move || count.get().to_string()}</span>
        </a>
        <span class="visually-hidden" role="status">{move || message.get()}</span>
        <dialog class="drawer" node_ref=drawer aria-labelledby="drawer-title">
            <div class="drawer-head">
                <h2 id="drawer-title" tabindex="-1">"Your cart"</h2>
                <button class="icon-link" type="button" data-drawer-close="" aria-label="Close">
                    <svg class="icon" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
                        <path d="M6 6l12 12M18 6 6 18" fill="none" stroke="currentColor" stroke-width="1.500" />
                    </svg>
                </button>
            </div>
            <div class="drawer-body">{move || cart.get().map(contents)}</div>
        </dialog>
    }
}

fn contents(cart: wire::Cart) -> AnyView {
    if cart.lines.is_empty() {
        return view! { <p class="drawer-empty">"Your cart is empty."</p> }.into_any();
    }
    let lines = cart.lines.into_iter().map(line).collect_view();
    view! {
        <ul class="drawer-lines">{lines}</ul>
        <div class="drawer-foot">
            <p class="drawer-sum"><span>"Subtotal"</span><span>{cart.subtotal}</span></p>
            <a class="button button-wide" href="/checkout">"Check out"</a>
            <a class="button button-wide button-quiet" href="/cart">"View cart"</a>
        </div>
    }
    .into_any()
}

fn line(line: wire::Line) -> AnyView {
    let change = ["/cart/items/", &line.id].concat();
    let remove = [&change, "/remove"].concat();
    let fewer = (line.quantity - 1).to_string();
    let more = (line.quantity + 1).to_string();
    let at_most = line.quantity >= line.max;
    let named = |what: &str| [what, &line.title].concat();
    let keyed = |what: &str| [what, &line.id].concat();
    view! {
        <li class="drawer-line">
            <img src=line.picture.clone() alt="" width="72" height="72" />
            <div>
                <a class="line-title" href=line.href.clone()>{line.title.clone()}</a>
                <p class="line-variant">{line.variant.clone()}</p>
                <p class="line-problem">{line.problem.clone()}</p>
                <div class="drawer-row">
                    <form class="stepper" action=change method="post" data-cart="keep">
                        <button name="quantity" value=fewer data-key=keyed("fewer-") aria-label=named("One less of ")>"−"</button>
                        <span>{line.quantity.to_string()}</span>
                        <button name="quantity" value=more data-key=keyed("more-") disabled=at_most aria-label=named("One more of ")>"+"</button>
                    </form>
                    <form action=remove method="post" data-cart="keep">
                        <button class="text-link" aria-label=named("Remove ")>"Remove"</button>
                    </form>
                    <span class="line-total">{line.total.clone()}</span>
                </div>
            </div>
        </li>
    }
    .into_any()
}

#[cfg(feature = "hydrate")]
mod live {
    use super::super::dom;
    use crate::wire;
    use leptos::html;
    use leptos::prelude::*;
    use leptos::task::spawn_local;
    use wasm_bindgen::JsCast;
    use web_sys::{Event, HtmlButtonElement, HtmlElement, HtmlFormElement, SubmitEvent};

    #[derive(Clone, Copy)]
    pub struct Drawer {
        pub count: RwSignal<i64>,
        pub cart: RwSignal<Option<wire::Cart>>,
        pub message: RwSignal<String>,
        pub drawer: NodeRef<html::Dialog>,
    }

    pub fn start(drawer: Drawer) {
        let page = document();
        dom::listen(&page, "submit", move |event| drawer.submitted(&event));
        dom::listen(&page, "click", move |event| drawer.clicked(&event));
        dom::listen(&page, "change", sort_changed);
    }

    /// A list is sorted anew as soon as another order is chosen.
    fn sort_changed(event: Event) {
        if let Some(field) = dom::closest(&event, "[data-autosubmit]")
            && let Ok(Some(form)) = field.closest("form")
        {
            let _ = form.unchecked_into::<HtmlFormElement>().request_submit();
        }
    }

    impl Drawer {
        fn clicked(self, event: &Event) {
            let at_cart = window().location().pathname().is_ok_and(|path| path == "/cart");
            if dom::closest(event, "[data-cart-open]").is_some() && !at_cart {
                event.prevent_default();
                spawn_local(async move {
                    match dom::send("GET", "/cart", None).await {
                        Ok(text) => {
                            self.show(&text);
                            self.open();
                        }
                        Err(_) => dom::go("/cart"),
                    }
                });
            }
            let backdrop = event.target().is_some_and(|t| t.has_type::<web_sys::HtmlDialogElement>());
            if (dom::closest(event, "[data-drawer-close]").is_some() || backdrop)
                && let Some(dialog) = self.drawer.get_untracked()
            {
                dialog.close();
            }
        }

        fn submitted(self, event: &Event) {
            let Some(form) = dom::closest(event, "form[data-cart]") else { return };
            let form: HtmlFormElement = form.unchecked_into();
            let submitter: Option<HtmlElement> =
                event.dyn_ref::<SubmitEvent>().and_then(SubmitEvent::submitter).and_then(|e| e.dyn_into().ok());
            // Another action of the same form, such as showing a choice, is a plain visit.
            if submitter.as_ref().is_some_and(|button| button.has_attribute("formaction")) {
                return;
            }
            let Some(body) = dom::form_body(&form, submitter.as_ref()) else { return };
            event.prevent_default();
            let opens = form.get_attribute("data-cart").as_deref() == Some("add");
            let key = submitter.as_ref().and_then(|button| button.get_attribute("data-key"));
            let button = submitter.and_then(|button| button.dyn_into::<HtmlButtonElement>().ok());
            if form.has_attribute("aria-busy") {
                return;
            }
            let _ = form.set_attribute("aria-busy", "true");
            spawn_local(async move {
                let url = form.get_attribute("action").unwrap_or_default();
                match dom::send("POST", &url, Some(&body)).await {
                    Ok(text) => {
                        self.show(&text);
                        self.message.set("Cart updated.".into());
                        if opens {
                            self.open();
                        } else {
                            self.refocus(key);
                        }
                    }
                    Err(refusal) => self.refused(&form, button, refusal.message),
                }
                let _ = form.remove_attribute("aria-busy");
            });
        }

        /// Says what was wrong, in the form and aloud.
        fn refused(self, form: &HtmlFormElement, button: Option<HtmlButtonElement>, message: String) {
            let text = match dom::find(form, ".form-problem") {
                Some(text) => text,
                None => {
                    let Ok(text) = document().create_element("p") else { return };
                    text.set_class_name("form-problem");
                    let _ = form.append_child(&text);
                    text.unchecked_into()
                }
            };
            text.set_text_content(Some(&message));
            self.message.set(message);
            if let Some(button) = button {
                let _ = button.focus();
            }
        }

        fn show(self, text: &str) {
            if let Ok(cart) = leptos::serde_json::from_str::<wire::Cart>(text) {
                self.count.set(cart.count);
                self.cart.set(Some(cart));
            }
        }

        fn open(self) {
            if let Some(dialog) = self.drawer.get_untracked()
                && !dialog.open()
            {
                let _ = dialog.show_modal();
                self.refocus(None);
            }
        }

        /// After the lines were drawn anew: back to the same button, or to the drawer's title.
        fn refocus(self, key: Option<String>) {
            request_animation_frame(move || {
                let Some(dialog) = self.drawer.get_untracked() else { return };
                let same = key.and_then(|key| dom::find(&dialog, &["[data-key=\"", &key, "\"]:enabled"].concat()));
                if let Some(target) = same.or_else(|| dom::find(&dialog, "h2")) {
                    let _ = target.focus();
                }
            });
        }
    }
}
