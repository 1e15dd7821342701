//! The storefront's addresses. Each handler makes three moves: who is asking, ask `shop`, hand the answer to a view.
//!
//! A POST route does one thing and answers a form with 303 and an island with JSON, so that both share one path.
//! What was refused comes back as the same page with the values as typed, under the status that says why.

mod account;
mod alert;
mod cart;
mod cart_link;
mod catalogue;
mod checkout;
mod content;
mod currency;
pub mod frame;
mod listing;
mod orders;
mod recent;
mod review;
mod search;
mod sign_in;
mod wishlist;

pub use content::PATHS as CONTENT;
pub use search::searched_before;

use crate::state::AppState;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use shop::limits::REVIEW_BODY_BYTES;

pub fn router() -> Router<AppState> {
    let reviews = Router::new()
        .route("/p/{slug}/reviews", get(review::show).post(review::write))
        .layer(DefaultBodyLimit::max(REVIEW_BODY_BYTES));
    Router::new()
        .route("/", get(catalogue::home))
        .route("/c/{slug}", get(catalogue::category))
        .route("/collections/{slug}", get(catalogue::collection))
        .route("/p/{slug}", get(catalogue::product))
        .merge(reviews)
        .route("/p/{slug}/reviews/{review}/helpful", post(review::vote))
        .route("/p/{slug}/alert", post(alert::ask))
        .route("/alerts/{token}", get(alert::show).post(alert::end))
        .route("/wishlist", get(wishlist::show))
        .route("/wishlist/items", post(wishlist::add))
        .route("/wishlist/items/remove", post(wishlist::remove))
        .route("/wishlist/items/move", post(wishlist::move_to_cart))
        .route("/wishlist/share", post(wishlist::share))
        .route("/wishlist/share/revoke", post(wishlist::stop_sharing))
        .route("/wishlist/shared/{token}", get(wishlist::shared))
        .route("/account/alerts/{alert}/end", post(alert::end_own))
        .route("/search", get(search::search))
        .route("/search/suggest", get(search::suggest))
        .route("/cart", get(cart::show))
        .route("/cart/items", post(cart::add))
        .route("/cart/items/{line}", post(cart::set_quantity))
        .route("/cart/items/{line}/remove", post(cart::remove))
        .route("/cart/items/{line}/save", post(cart::save))
        .route("/cart/items/{line}/restore", post(cart::restore))
        .route("/cart/codes", post(cart::code))
        .route("/cart/gift-cards", post(cart::gift_card))
        .route("/cart/acknowledge", post(cart::acknowledge))
        .route("/cart/share", post(cart_link::make))
        .route("/cart/share/stop", post(cart_link::stop))
        .route("/cart/shared/{token}", get(cart_link::show))
        .route("/cart/shared/{token}/add", post(cart_link::take_over))
        .route("/cart/restore/{token}", get(cart_link::left).post(cart_link::restore))
        .route("/cart-mails/{token}", get(cart_link::reminders).post(cart_link::end_reminders))
        .route("/account/reminders", post(account::reminders))
        .route("/cart/merge/undo", post(cart::undo_merge))
        .route("/cart/merge/dismiss", post(cart::dismiss_merge))
        .route("/currency", post(currency::switch))
        .route("/recently-viewed", get(recent::fragment).post(recent::take_over))
        .route("/recently-viewed/clear", post(recent::clear))
        .route("/checkout", get(checkout::start))
        .route("/checkout/contact", get(checkout::contact).post(checkout::save_contact))
        .route("/checkout/address", get(checkout::address).post(checkout::save_address))
        .route("/checkout/delivery", get(checkout::delivery).post(checkout::save_delivery))
        .route("/checkout/payment", get(checkout::payment))
        .route("/checkout/codes", post(checkout::code))
        .route("/checkout/gift-cards", post(checkout::gift_card))
        .route("/checkout/place", post(checkout::place))
        .route("/checkout/cancel", post(checkout::cancel))
        .route("/checkout/return/{checkout}", get(checkout::outcome))
        .route("/orders/{number}", get(orders::show))
        .route("/orders/{number}/pay", post(orders::pay))
        .route("/login", get(sign_in::log_in_form).post(sign_in::log_in))
        .route("/register", get(sign_in::register_form).post(sign_in::register))
        .route("/logout", post(sign_in::log_out))
        .route("/account", get(account::home))
        .route("/account/orders", get(account::orders))
        .route("/account/addresses", get(account::addresses).post(account::add_address))
        .route("/account/addresses/{address}/delete", post(account::delete_address))
        .route("/account/credit", get(account::credit))
        .route("/account/reviews", get(account::reviews))
        .merge(content::router())
}
