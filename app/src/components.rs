//! The pieces that several pages are made of: cards, prices, form fields, breadcrumbs, totals.

mod card;
mod codes;
mod field;
mod form;
mod gift_cards;
mod icon;
pub mod picture;
mod price;
mod shelf;
mod stars;
mod suggestions;
mod totals;
mod trail;

pub use card::CardGrid;
pub use codes::{Refused, codes};
pub use field::{Field, Select};
pub use form::{Errors, Form};
pub use gift_cards::{gift_cards, share_rows, tender_rows};
pub use icon::{Icon, Wordmark};
pub use price::{Price, lowest_text, problem_text, stock_level, stock_text};
pub use shelf::{IN_CART, own_list, recently_viewed, shelf};
pub use stars::{RatingLine, Stars};
pub use suggestions::suggestions;
pub use totals::{AddressBlock, TotalsTable, discount_rows};
pub use trail::Trail;
