//! What else might please: bought together with a product, and similar to it. Both are computed in small steps off the
//! request path; a page reads one row.
//!
//! ```text
//! orders ── trigger ──▶ order_change ──▶ basket: sums of products and pairs ──▶ partner: the best of them ──┐
//! product_change ───────────────────────▶ similar: the nearest by likeness ─────────────────────────────────┴▶ shown
//! ```
//!
//! Every step writes how far it has come together with what it came to, so a crash loses neither and nothing counts twice.
//! Both parts also walk through everything now and then, at first because they know nothing yet. A list that has changed is
//! one row that has changed, and a trigger tells those who keep the product's page (`crate::change`).

mod basket;
mod likeness;
mod partner;
mod progress;
mod shown;
mod similar;

pub use basket::{check, count_anew};
pub use shown::{Recommended, best_sellers, of_cart, of_product};

use crate::id::ProductId;
use crate::{Result, Shop};

/// Products that are kept with a product, of either kind: more than are shown, because some may be sold out by then.
const KEPT: usize = 12;

/// Some of what is to be done: counts orders, ranks partners, looks for similar products; how much it did. 0: nothing is
/// left until something changes or a walk is due.
pub async fn work(shop: &Shop) -> Result<usize> {
    Ok(basket::count_due(shop).await? + partner::rank_due(shop).await? + similar::look_due(shop).await?)
}

/// A list as it is stored: a JSON array of identifiers.
fn read_list(json: &str) -> Result<Vec<ProductId>> {
    Ok(serde_json::from_str(json)?)
}
