//! How Mercer runs: configuration, router, sessions, workers, command line.

// The types of whole pages nest deeper than the compiler's default of 128.
#![recursion_limit = "512"]

pub mod admin;
pub mod api;
pub mod assets;
pub mod bench;
pub mod cli;
pub mod client_address;
pub mod config;
pub mod error;
pub mod health;
pub mod media;
pub mod moved;
pub mod page_cache;
pub mod pages;
pub mod problem_page;
pub mod render;
pub mod request_id;
pub mod router;
pub mod security;
pub mod session;
pub mod session_store;
pub mod sitemap;
pub mod state;
pub mod upload;
pub mod webhook;
