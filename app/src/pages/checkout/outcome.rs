//! After paying: outcome unknown, payment refused, or the hold run out.

use crate::islands::Pending;
use crate::shell::{Head, Site, document};
use leptos::prelude::*;
use shop::id::CheckoutId;

/// Seconds between reloads where no script runs.
const REFRESH_S: u32 = 5;

/// The outcome is not known yet. Never invites to pay again.
pub fn pending(site: &Site, checkout_id: CheckoutId) -> impl IntoView + use<> {
    let address = format!("/checkout/return/{checkout_id}");
    let head = Head { refresh_s: Some(REFRESH_S), quiet: true, ..Head::private("Processing your payment") };
    let body = view! {
        <div class="outcome">
            <Pending url=address.clone() />
            <h1>"We are processing your payment"</h1>
            <p class="lead" role="status">
                "This usually takes a few seconds. "
                <strong>"Please do not pay again."</strong>
            </p>
            <p>
                "You may close this page: as soon as the outcome is known we write to you by e-mail, and your order \
                 goes on by itself."
            </p>
            <p><a class="text-link" href=address>"Check again now"</a></p>
        </div>
    };
    document(site, head, body)
}

/// Declined or given up at the provider: the reason, and the same order to pay in another way.
pub fn payable_again(site: &Site, checkout_id: CheckoutId, message: &str, minutes_left: i64) -> impl IntoView + use<> {
    let held = match minutes_left {
        ..=0 => "Your items are still in your cart.".to_owned(),
        1 => "We keep your items aside for another minute.".to_owned(),
        minutes => format!("We keep your items aside for another {minutes} minutes."),
    };
    let body = view! {
        <div class="outcome">
            <h1>"The payment did not go through"</h1>
            <p class="notice notice-bad" role="alert">{message.to_owned()}</p>
            <p>"Nothing was charged. " {held}</p>
            <a class="button button-wide" href="/checkout/payment">"Try again or pay in another way"</a>
            <form action="/checkout/cancel" method="post">
                <input type="hidden" name="checkout_id" value=checkout_id.to_string() />
                <button class="text-link" type="submit">"Give up this order and keep the cart"</button>
            </form>
        </div>
    };
    document(site, Head { quiet: true, ..Head::private("Payment did not go through") }, body)
}

/// The hold ran out or the shopper gave up: the cart is still there.
pub fn released(site: &Site) -> impl IntoView + use<> {
    let body = view! {
        <div class="outcome">
            <h1>"This order was not completed"</h1>
            <p>"Nothing was charged, and what we had set aside for you is available again. Your cart is as you left it."</p>
            <a class="button" href="/cart">"Back to the cart"</a>
        </div>
    };
    document(site, Head { quiet: true, ..Head::private("Order not completed") }, body)
}
