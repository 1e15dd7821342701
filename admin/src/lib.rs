//! What the merchant sees: the pages behind `/admin` and the few islands on them.
//!
//! Pages are drawn on the server from data that a handler has loaded, and work as plain links and forms. They exist
//! only with the feature `ssr`, so the browser's bundle holds the islands alone. This crate asks the database
//! nothing and decides nothing.

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
