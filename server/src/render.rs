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
    const OPEN: &str = "<leptos-island";
    const CLOSE: &str = "</leptos-island>";
    const MARK: &str = "<!>";
    let mut out = String::with_capacity(html.len() + html.len() / 16);
    let mut depth = 0_usize;
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        let (text, tag) = rest.split_at(at);
        out.push_str(text);
        let taken = if tag.starts_with(MARK) {
            if depth > 0 {
                out.push_str("<!---->");
            }
            MARK.len()
        } else {
            if tag.starts_with(OPEN) {
                depth += 1;
            } else if tag.starts_with(CLOSE) {
                depth = depth.saturating_sub(1);
            }
            out.push('<');
            1
        };
        rest = &tag[taken..];
    }
    out.push_str(rest);
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
