//! Turns a Leptos view into a page's HTML, synchronously: every page's data is loaded before it is drawn.

use leptos::prelude::*;
use leptos::reactive::owner::Owner;
use leptos::tachys::view::RenderHtml;
use std::sync::Arc;

/// Renders `view` with islands enabled, as valid HTML: Leptos separates pieces of text by `<!>`, which a browser reads
/// as an empty comment and a validator refuses; the empty comment is written out. The text is a complete document when the view is one.
pub fn render<V: IntoView>(view: impl FnOnce() -> V) -> String {
    let owner = Owner::new_root(Some(Arc::new(hydration_context::SsrSharedContext::new_islands())));
    let html = owner.with(|| view().into_view().to_html());
    owner.unset_with_forced_cleanup();
    html.replace("<!>", "<!---->")
}
