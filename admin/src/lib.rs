//! What the merchant sees: the pages behind `/admin` and the few islands on them.
//!
//! Pages are drawn on the server from data that a handler has loaded, and work as plain links and forms. They exist
//! only with the feature `ssr`, so the browser's bundle holds the islands alone. This crate asks the database
//! nothing and decides nothing.

// The types of whole pages nest deeper than the compiler's default of 128.
#![recursion_limit = "512"]

pub mod island;

#[cfg(feature = "ssr")]
pub mod date;
#[cfg(feature = "ssr")]
pub mod form;
#[cfg(feature = "ssr")]
pub mod page;
#[cfg(feature = "ssr")]
pub mod part;
#[cfg(feature = "ssr")]
pub mod shell;
