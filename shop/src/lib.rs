//! The shop itself: what is sold, what is in the cart, what is owed, what is on the shelf.
//!
//! Types and pure rules compile everywhere, the browser included. Whatever touches SQL, files or the
//! network stands behind the feature `server`. This crate knows nothing of HTTP routes or pages.

pub mod account;
pub mod address;
pub mod cart;
pub mod catalogue;
pub mod checkout;
pub mod error;
pub mod id;
pub mod inventory;
pub mod limits;
pub mod money;
pub mod order;
#[cfg(feature = "server")]
pub mod overview;
pub mod payment;
pub mod pricing;
pub mod review;
pub mod search;
pub mod shipping;
pub mod staff;
pub mod tax;

#[cfg(feature = "server")]
pub mod attempt;
#[cfg(feature = "server")]
pub mod audit;
#[cfg(feature = "server")]
pub mod backup;
#[cfg(feature = "server")]
pub mod canary;
#[cfg(feature = "server")]
pub mod chance;
#[cfg(feature = "server")]
pub mod change;
#[cfg(feature = "server")]
pub mod clock;
#[cfg(feature = "server")]
pub mod context;
#[cfg(feature = "server")]
pub mod customer_group;
#[cfg(feature = "server")]
pub mod db;
#[cfg(feature = "server")]
pub mod import;
#[cfg(feature = "server")]
pub mod invariant;
#[cfg(feature = "server")]
pub mod ledger;
#[cfg(feature = "server")]
pub mod mail;
#[cfg(feature = "server")]
pub mod media;
#[cfg(feature = "server")]
pub mod outbox;
#[cfg(feature = "server")]
pub mod point;
#[cfg(feature = "server")]
pub mod price_file;
#[cfg(feature = "server")]
pub mod price_list;
#[cfg(feature = "server")]
pub mod reconcile;
#[cfg(feature = "server")]
pub mod redirect;
#[cfg(feature = "server")]
pub mod sale;
#[cfg(feature = "server")]
pub mod secret;
#[cfg(feature = "server")]
pub mod seed;
#[cfg(feature = "server")]
pub mod session;
#[cfg(feature = "server")]
pub mod setting;
#[cfg(feature = "server")]
pub mod sitemap;
#[cfg(feature = "server")]
pub mod witness;
#[cfg(feature = "server")]
pub mod worker;

#[cfg(feature = "server")]
pub use context::Shop;
pub use error::{Error, FieldError, Problem, Result};
