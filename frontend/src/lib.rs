//! The shopper's bundle: the entry point that a browser loads.
//!
//! It holds the islands of `app` and nothing else. `public/loader.js` imports it once the browser is idle, calls
//! [`hydrate`] and then the exported function of every island it finds on the page.

// Linked for its islands: each exports a function of its own.
use app as _;
use wasm_bindgen::prelude::wasm_bindgen;

/// Prepares the reactive runtime for the islands of a page. Called once, before any of them.
#[wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_islands();
}
