//! The merchant's bundle: the entry point that a browser loads on the pages of the admin.
//!
//! It holds the islands of `admin` and nothing else; a shopper never downloads it. `public/loader.js` imports it
//! once the browser is idle, calls [`hydrate`] and then the exported function of every island on the page.

// Linked for its islands: each exports a function of its own.
use admin as _;
use wasm_bindgen::prelude::wasm_bindgen;

/// Prepares the reactive runtime for the islands of a page. Called once, before any of them.
#[wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_islands();
}
