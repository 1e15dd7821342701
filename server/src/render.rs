//! Turns a Leptos view into a page's HTML, synchronously: every page's data is loaded before it is drawn.
//!
//! Islands come out as `<leptos-island data-component data-props>`, which the loader hands to the bundle. Everything
//! else is plain HTML: Leptos' markers, which only a hydrated part needs, are taken out again.

use leptos::prelude::*;
use leptos::reactive::owner::Owner;
use leptos::tachys::view::RenderHtml;
use std::sync::Arc;

/// Renders `view` with islands enabled. The text is a complete document when the view is one.
pub fn render<V: IntoView>(view: impl FnOnce() -> V) -> String {
    let owner = Owner::new_root(Some(Arc::new(hydration_context::SsrSharedContext::new_islands())));
    let html = owner.with(|| view().into_view().to_html());
    owner.unset_with_forced_cleanup();
    tidy(&html)
}

/// Leptos marks places with `<!>`, which browsers read as an empty comment and validators as an error. Inside an
/// island the comment is needed and is written as HTML wants it; outside it goes.
fn tidy(html: &str) -> String {
    const OPEN: &[u8] = b"leptos-island";
    const CLOSE: &[u8] = b"/leptos-island>";
    const MARK: &[u8] = b"!>";
    let mut out = String::with_capacity(html.len() + html.len() / 16);
    let mut depth = 0_usize;
    let mut copied = 0;
    for at in memchr::memchr_iter(b'<', html.as_bytes()) {
        let tag = &html.as_bytes()[at + 1..];
        if tag.starts_with(MARK) {
            out.push_str(&html[copied..at]);
            if depth > 0 {
                out.push_str("<!---->");
            }
            copied = at + 1 + MARK.len();
        } else if tag.starts_with(OPEN) {
            depth += 1;
        } else if tag.starts_with(CLOSE) {
            depth = depth.saturating_sub(1);
        }
    }
    out.push_str(&html[copied..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_stay_where_an_island_needs_them_and_nowhere_else() {
        assert_eq!(tidy("<p>a<!>b</p>"), "<p>ab</p>");
        assert_eq!(
            tidy("<leptos-island data-component=\"X\">a<!>b</leptos-island><!>c"),
            "<leptos-island data-component=\"X\">a<!---->b</leptos-island>c"
        );
    }

    #[test]
    fn an_island_is_an_element_that_the_loader_finds() {
        let html = render(
            || view! { <app::islands::Quantity name="q".into() label="Quantity".into() value=1 max=3 autosubmit=false /> },
        );
        assert!(html.starts_with("<leptos-island data-component=\"Quantity_"), "{html}");
        assert!(html.contains("data-props=\"{"), "{html}");
    }
}
