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

/// The frame that a picture fills, as the style sheet has it.
#[derive(Clone, Copy, Debug)]
pub struct Frame {
    /// From the widest screen on: a media condition, empty for all others, and how wide the frame is there.
    pub widths: &'static [(&'static str, &'static str)],
    /// Width and height of the frame's shape.
    pub shape: (i64, i64),
}

impl Frame {
    /// HTML's `sizes` for a picture of this width and height. One that is broader than the frame hangs over at both sides, so
    /// it is shown wider than the frame is.
    fn sizes(self, width: i64, height: i64) -> String {
        let (wide, high) = self.shape;
        let (broad, tall) = (width.max(1) * high, height.max(1) * wide);
        // Rounded up: a picture that is a little too large is sharp.
        let hundredths = ((broad * 100 + tall - 1) / tall).clamp(100, 400);
        let one = |(condition, length): &(&str, &str)| {
            let space = if condition.is_empty() { "" } else { " " };
            match hundredths {
                100 => format!("{condition}{space}{length}"),
                more => format!("{condition}{space}calc({length} * {}.{:02})", more / 100, more % 100),
            }
        };
        self.widths.iter().map(one).collect::<Vec<_>>().join(", ")
    }
}

/// A picture that covers `frame`. Drawn on the server only.
pub fn draw(picture: &Picture, alt: String, frame: Frame, load: Load) -> AnyView {
    let source = picture.srcset().map(|srcset| {
        let sizes = frame.sizes(picture.width, picture.height);
        view! { <source type="image/webp" srcset=srcset sizes=sizes /> }
    });
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
    fn a_broad_picture_is_shown_wider_than_its_frame() {
        let frame = super::Frame { widths: &[("(min-width: 64rem)", "22vw"), ("", "46vw")], shape: (4, 5) };
        assert_eq!(frame.sizes(800, 1000), "(min-width: 64rem) 22vw, 46vw");
        assert_eq!(frame.sizes(800, 2000), "(min-width: 64rem) 22vw, 46vw");
        assert_eq!(frame.sizes(1500, 1000), "(min-width: 64rem) calc(22vw * 1.88), calc(46vw * 1.88)");
        assert_eq!(frame.sizes(9000, 1), "(min-width: 64rem) calc(22vw * 4.00), calc(46vw * 4.00)");
    }

    #[test]
    fn a_focus_is_the_nearest_tenth() {
        assert_eq!(super::focus((50, 54)), None);
        assert_eq!(super::focus((0, 96)).as_deref(), Some("focus-x-0 focus-y-10"));
    }
}
