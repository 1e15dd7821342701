//! Taxes: zones with their rates, classes, who is exempt, a calculator, a report.

mod calculator;
mod class;
mod exemption;
mod rate;
mod report;
mod zone;

pub use calculator::{calculator, calculator_form};
pub use class::classes;
pub use exemption::{exemptions, read_certificate};
pub use rate::read_rate;
pub use report::report;
pub use zone::{read_zone, show, zone_form, zones};

use crate::part;
use leptos::prelude::*;

/// Where the section begins.
pub const HERE: &str = "/admin/taxes";

/// The pages of the section.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tab {
    Zones,
    Classes,
    Exemptions,
    Calculator,
    Report,
}

fn head(tab: Tab, actions: Option<AnyView>) -> AnyView {
    let entry = |path: &str, label: &str, own: Tab| (format!("{HERE}{path}"), label.to_owned(), own == tab);
    let tabs = vec![
        entry("", "Zones and rates", Tab::Zones),
        entry("/classes", "Classes", Tab::Classes),
        entry("/exemptions", "Exemptions", Tab::Exemptions),
        entry("/try", "Calculator", Tab::Calculator),
        entry("/report", "Report", Tab::Report),
    ];
    view! {
        {part::heading("Taxes", actions)}
        {part::tabs("Taxes", tabs)}
    }
    .into_any()
}
