//! The storefront: what a shopper sees.
//!
//! Every page is HTML drawn on the server from types of `shop` and works as plain links and forms. `islands` are the
//! few parts that also wake up in the browser; only they, `wire` and `variants` are compiled for it. Nothing here
//! reads a database or knows a route handler: `server` loads the data, hands it in and sends the text.

// The types of whole pages nest deeper than the compiler's default of 128.
#![recursion_limit = "512"]
#![expect(clippy::needless_pass_by_value, reason = "components and islands own their props")]

pub mod islands;
pub mod variants;
pub mod wire;

#[cfg(feature = "ssr")]
pub mod components;
#[cfg(feature = "ssr")]
pub mod date;
#[cfg(feature = "ssr")]
pub mod listing;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
pub mod shell;
