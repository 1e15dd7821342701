//! Line icons and the wordmark, drawn in the text's colour.

use leptos::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    Account,
    Arrow,
    Check,
    Heart,
    Menu,
    Search,
}

impl Icon {
    /// The picture alone: name the control around it.
    pub fn draw(self) -> impl IntoView {
        let path = match self {
            Self::Account => "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4.5 20c.8-3.6 3.8-5.5 7.5-5.5s6.7 1.9 7.5 5.5",
            Self::Arrow => "M4 12h15M13 6l6 6-6 6",
            Self::Check => "m5 12.500 4.500 4.500L19 7.500",
            Self::Heart => "M12 20S4 15 4 9.500a4.300 4.300 0 0 1 8-2.200 4.300 4.300 0 0 1 8 2.200C20 15 12 20 12 20Z",
            Self::Menu => "M4 7h16M4 12h16M4 17h16",
            Self::Search => "M10.500 17a6.500 6.500 0 1 0 0-13 6.500 6.500 0 0 0 0 13ZM15.500 15.500 20 20",
        };
        view! {
            <svg class="icon" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
                <path d=path fill="none" stroke="currentColor" stroke-width="1.500" stroke-linecap="round" stroke-linejoin="round" />
            </svg>
        }
    }
}

/// "mercer", drawn with one pen: a stem and an arch, a ring, nothing else.
#[component]
pub fn Wordmark() -> impl IntoView {
    view! {
        <svg class="wordmark" viewBox="0 0 150 30" width="120" height="24" aria-hidden="true">
            <path
                d="M3 27V5M3 14a8.500 8.500 0 0 1 17 0v13M20 14a8.500 8.500 0 0 1 17 0v13M46 16h20a10 10 0 1 0-3.500 7.600M75 27V5M75 15a9 9 0 0 1 10-9M105 9.500a10 10 0 1 0 0 13M110 16h20a10 10 0 1 0-3.500 7.600M138.500 27V5M138.500 15a9 9 0 0 1 10-9"
                fill="none"
                stroke="currentColor"
                stroke-width="3.200"
                stroke-linecap="round"
                stroke-linejoin="round"
            />
        </svg>
    }
}
