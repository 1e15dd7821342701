//! A product's picture in the sizes that are drawn of it. Its dimensions are known, so nothing moves when it comes.

use leptos::prelude::*;
use shop::catalogue::Picture;

/// When a picture is fetched.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Load {
    /// Before everything else: the one that people came for.
    First,
    Now,
    /// When it comes near the screen.
    WhenNear,
}

/// `sizes` says how wide it is shown, as HTML's attribute of that name does. Drawn on the server only.
pub fn draw(picture: &Picture, alt: String, sizes: &'static str, load: Load) -> AnyView {
    let source = picture.srcset().map(|srcset| view! { <source type="image/webp" srcset=srcset sizes=sizes /> });
    view! {
        <picture>
            {source}
            <img
                src=picture.src()
                alt=alt
                class=focus(picture.focus)
                width=picture.width.max(1)
                height=picture.height.max(1)
                loading=if load == Load::WhenNear { "lazy" } else { "eager" }
                fetchpriority=(load == Load::First).then_some("high")
                decoding="async"
            />
        </picture>
    }
    .into_any()
}

/// Classes of style/focus.css, which knows every tenth: styles of single elements are not allowed. `None` in the middle.
pub fn focus((x, y): (i64, i64)) -> Option<String> {
    let tenth = |percent: i64| (percent.clamp(0, 100) + 5) / 10;
    match (tenth(x), tenth(y)) {
        (5, 5) => None,
        (x, y) => Some(format!("focus-x-{x} focus-y-{y}")),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_focus_is_the_nearest_tenth() {
        assert_eq!(super::focus((50, 54)), None);
        assert_eq!(super::focus((0, 96)).as_deref(), Some("focus-x-0 focus-y-10"));
    }
}
