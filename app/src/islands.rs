//! The parts of a page that wake up in the browser. Each only improves a form or link that works without it.
//!
//! An island draws its HTML on the server and holds no rule of its own. What it does in the browser stands in a
//! `live` module behind the feature `hydrate`. Changes to the cart go through one listener, in `cart_button`: it
//! catches every form marked `data-cart`, wherever it stands, so the cart's state is kept in one place.

mod address_form;
mod buy_box;
mod cart_button;
mod more_products;
mod payment_form;
mod pending;
mod quantity;
mod search_box;

#[cfg(feature = "hydrate")]
mod dom;

pub use address_form::AddressForm;
pub use buy_box::BuyBox;
pub use cart_button::CartButton;
pub use more_products::MoreProducts;
pub use payment_form::PaymentForm;
pub use pending::Pending;
pub use quantity::Quantity;
pub use search_box::{SearchBox, TEXT_CHARS};
