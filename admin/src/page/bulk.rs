//! Bulk edits: say what is to change of the chosen products, see each difference, do it, take it back.

mod changes;
mod progress;
mod sent;
pub mod sheet;

pub use changes::changes;
pub use progress::{history, progress};
pub use sent::read;

use crate::part;
use leptos::prelude::*;
use shop::bulk::{Edit, State};

/// Where the pages stand.
pub const HERE: &str = "/admin/products/bulk";

fn badge(edit: &Edit) -> AnyView {
    match edit.state {
        State::Choosing => part::badge("", "Not planned yet"),
        State::Planning => part::badge("info", "Being worked out"),
        State::Planned => part::badge("info", "Ready to apply"),
        State::Applying => part::badge("info", "Under way"),
        State::Applied if edit.stopped => part::badge("warn", "Stopped"),
        State::Applied => part::badge("good", "Applied"),
        State::Undoing => part::badge("info", "Being undone"),
        State::Undone => part::badge("", "Undone"),
    }
}

fn products(count: i64) -> String {
    if count == 1 { "1 product".to_owned() } else { format!("{} products", part::thousands(count.unsigned_abs())) }
}
