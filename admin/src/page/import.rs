//! Products from and to files: choose one, say how its columns are read, see what would happen, do it, take it back.

mod column;
mod result;
mod start;

pub use column::columns;
pub use result::{Seen, progress};
pub use start::home;

use crate::part;
use leptos::prelude::*;
use shop::import::job::{Job, State};

/// Where the pages stand.
pub const HERE: &str = "/admin/import";

fn badge(job: &Job) -> AnyView {
    match job.state {
        State::Receiving => part::badge("", "Incomplete"),
        State::Uploaded => part::badge("info", "Uploaded"),
        State::Checking => part::badge("info", "Being checked"),
        State::Checked => part::badge("info", "Checked"),
        State::Running | State::Fetching => part::badge("info", "Under way"),
        State::Done => part::badge("good", "Done"),
        State::Cancelled => part::badge("warn", "Cancelled"),
        State::Failed => part::badge("bad", "Failed"),
        State::RollingBack => part::badge("info", "Being taken back"),
        State::RolledBack => part::badge("", "Taken back"),
    }
}

/// What people call the file.
fn name(job: &Job) -> String {
    if job.file_name.is_empty() { format!("{} file", job.mapping.format().label()) } else { job.file_name.clone() }
}
