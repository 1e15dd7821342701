//! A product's picture and the addresses of its sizes.

use crate::id::{PictureId, VariantId};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Picture {
    pub id: PictureId,
    /// `/media/<key>` or `/placeholder/<picture id>.svg`.
    pub url: String,
    pub alt: String,
    pub width: i64,
    pub height: i64,
    pub variant_id: Option<VariantId>,
    /// What must stay in sight where the picture is cropped: percent from the left and from the top.
    pub focus: (i64, i64),
    /// `None` until its sizes are drawn, and for what scales by itself.
    pub drawn: Option<Drawn>,
}

/// The sizes of a picture that are there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drawn {
    /// In pixels, rising, all as WebP; never empty.
    pub widths: Vec<i64>,
    /// Extension of what browsers get that do not know WebP: `jpg` or `png`.
    pub fallback: String,
}

impl Drawn {
    /// What the columns `widths` and `fallback` say.
    pub fn read(widths: &str, fallback: Option<String>) -> Option<Self> {
        let widths: Vec<i64> = serde_json::from_str(widths).ok()?;
        Some(Self { fallback: fallback.filter(|_| !widths.is_empty())?, widths })
    }

    /// The address of one width of the picture `url`.
    pub fn webp(&self, url: &str, width: i64) -> String {
        sized(url, width, "webp")
    }

    /// As [`Drawn::webp`], for the smallest width and [`Drawn::fallback_width`].
    pub fn fallback(&self, url: &str, width: i64) -> String {
        sized(url, width, &self.fallback)
    }

    /// The width that stands for all others where there can be only one.
    pub fn fallback_width(&self) -> i64 {
        let fits = self.widths.iter().rev().find(|width| **width <= 960);
        *fits.or(self.widths.first()).unwrap_or(&0)
    }

    /// The smallest size, in the form that every browser and mail program knows.
    pub fn thumb(&self, url: &str) -> String {
        self.fallback(url, self.widths.first().copied().unwrap_or_default())
    }
}

fn sized(url: &str, width: i64, extension: &str) -> String {
    let stem = url.rsplit_once('.').map_or(url, |(stem, _)| stem);
    format!("{stem}-{width}.{extension}")
}

impl Picture {
    /// The one address for everybody who asks for no particular size: browsers without WebP, link previews, programs.
    pub fn src(&self) -> String {
        self.drawn.as_ref().map_or_else(|| self.url.clone(), |drawn| drawn.fallback(&self.url, drawn.fallback_width()))
    }

    /// A small one, 320 pixels wide or so.
    pub fn thumb(&self) -> String {
        self.drawn.as_ref().map_or_else(|| self.url.clone(), |drawn| drawn.thumb(&self.url))
    }

    /// The value of `srcset` for WebP.
    pub fn srcset(&self) -> Option<String> {
        let drawn = self.drawn.as_ref()?;
        let one = |width: &i64| format!("{} {width}w", drawn.webp(&self.url, *width));
        Some(drawn.widths.iter().map(one).collect::<Vec<_>>().join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_follow_from_the_original_and_its_widths() {
        let drawn = Drawn::read("[320,640,960,1280]", Some("jpg".into()));
        let picture = Picture {
            id: PictureId(uuid::Uuid::nil()),
            url: "/media/ab.png".into(),
            alt: String::new(),
            width: 1300,
            height: 1000,
            variant_id: None,
            focus: (50, 50),
            drawn,
        };
        assert_eq!(picture.src(), "/media/ab-960.jpg");
        assert_eq!(picture.thumb(), "/media/ab-320.jpg");
        let srcset = picture.srcset().unwrap();
        assert!(srcset.starts_with("/media/ab-320.webp 320w, ") && srcset.ends_with("/media/ab-1280.webp 1280w"));
        let undrawn = Picture { drawn: Drawn::read("[]", None), ..picture };
        assert_eq!((undrawn.src(), undrawn.srcset()), ("/media/ab.png".to_owned(), None));
    }
}
