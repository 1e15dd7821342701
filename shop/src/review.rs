//! Reviews: what customers say about a product, which of it is shown, and what it comes to.
//!
//! A customer has one review of a product and may change it; whatever is new or changed is looked at by staff before
//! anybody else sees it. Text is plain text. Whether somebody has bought the product is decided by the database, from
//! their orders, never by what a form says.
//!
//! ```text
//! written ──→ pending ──approve──→ approved ──reject──→ rejected
//!               ▲  └──────────reject──────────────────────▲ │
//!               └── changed by its author ◀─────────────────┘  (an approved one as well)
//! ```
//! A product's average and histogram are counted afterwards, off the request path (`review/rating.rs`).

#[cfg(feature = "server")]
mod desk;
mod flag;
#[cfg(feature = "server")]
mod picture;
#[cfg(feature = "server")]
mod rating;
#[cfg(feature = "server")]
mod read;
#[cfg(feature = "server")]
mod write;

#[cfg(feature = "server")]
pub use desk::{approve, counts, detail, distribution, list, reject, remove_picture, reply};
pub use flag::Flag;
#[cfg(feature = "server")]
pub use picture::Change as PictureChange;
#[cfg(feature = "server")]
pub(crate) use rating::RATING;
#[cfg(feature = "server")]
pub use rating::{check, count_due};
#[cfg(feature = "server")]
pub use read::{Asked, of_product, own, pictured, to_review, written};
#[cfg(feature = "server")]
pub(crate) use write::{fingerprint, words};
#[cfg(feature = "server")]
pub use write::{vote, write, write_with};

use crate::catalogue::Picture;
use crate::id::{ReviewId, ReviewPictureId};
use crate::limits::{Check, REVIEW_SEARCH_CHARS};
use crate::limits::{REVIEW_AUTHOR_CHARS, REVIEW_STARS, REVIEW_TEXT_CHARS, REVIEW_TITLE_CHARS};
use serde::{Deserialize, Serialize};

/// What is shown of a product's approved reviews: how many have one star, two, up to five.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Rating([i64; 5]);

impl Rating {
    pub fn new(counts: [i64; 5]) -> Self {
        Self(counts)
    }

    /// JSON `[one, two, three, four, five]` as [`RATING`] yields it; absent when nothing was ever counted.
    #[cfg(feature = "server")]
    pub(crate) fn read(json: Option<&str>) -> crate::Result<Self> {
        Ok(json.map_or(Ok(Self::default()), serde_json::from_str)?)
    }

    /// Reviews with this many stars, 1 to 5.
    pub fn with(self, stars: i64) -> i64 {
        usize::try_from(stars - 1).ok().and_then(|at| self.0.get(at)).copied().unwrap_or(0)
    }

    pub fn reviews(self) -> i64 {
        self.0.iter().sum()
    }

    /// The average in tenths of a star, rounded half up; 0 without reviews.
    pub fn tenths(self) -> i64 {
        let stars: i64 = self.0.iter().zip(1..).map(|(count, stars)| count * stars).sum();
        match self.reviews() {
            0 => 0,
            reviews => (stars * 20 + reviews) / (reviews * 2),
        }
    }

    /// "4.6".
    pub fn average(self) -> String {
        format!("{}.{}", self.tenths() / 10, self.tenths() % 10)
    }
}

/// Whether a review is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Nobody but its author and staff have seen it.
    Pending,
    Approved,
    /// Not shown, with a reason that its author reads.
    Rejected,
}

impl State {
    pub const ALL: [Self; 3] = [Self::Pending, Self::Approved, Self::Rejected];

    /// As stored and as forms send it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// What a customer writes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// 1 to 5 stars.
    pub rating: i64,
    pub title: String,
    /// Plain text; line breaks are kept.
    pub text: String,
    /// The name shown with it.
    pub author: String,
}

impl Draft {
    /// The same without spaces around it and with one kind of line break.
    #[must_use]
    pub fn tidied(&self) -> Self {
        let tidy = |text: &str| text.replace("\r\n", "\n").trim().to_owned();
        Self { rating: self.rating, title: tidy(&self.title), text: tidy(&self.text), author: tidy(&self.author) }
    }

    /// `Error::Invalid` names each field that cannot stay.
    pub fn check(&self) -> crate::Result<()> {
        let mut check = Check::default();
        check
            .that(REVIEW_STARS.contains(&self.rating), "rating", "Choose between one and five stars.")
            .required("title", &self.title, REVIEW_TITLE_CHARS)
            .required("text", &self.text, REVIEW_TEXT_CHARS)
            .required("author", &self.author, REVIEW_AUTHOR_CHARS);
        for (field, value) in [("title", &self.title), ("author", &self.author)] {
            check.that(!value.contains('\n'), field, "Please write this on one line.");
        }
        check.done()
    }
}

/// A picture that somebody has put to a review.
#[derive(Clone, Debug, PartialEq)]
pub struct ReviewPicture {
    pub id: ReviewPictureId,
    /// Without words of its own.
    pub picture: Picture,
}

/// A review as everybody reads it.
#[derive(Clone, Debug, PartialEq)]
pub struct Review {
    pub id: ReviewId,
    pub author: String,
    pub rating: i64,
    pub title: String,
    pub text: String,
    /// Its author has bought the product here.
    pub verified: bool,
    /// Empty: the merchant has not replied.
    pub reply: String,
    /// Unix milliseconds.
    pub replied_at: Option<i64>,
    /// When it was first written, Unix milliseconds.
    pub created_at: i64,
    /// Customers who found it helpful.
    pub helpful: i64,
    /// Whoever looks is one of them.
    pub voted: bool,
    /// Whoever looks has written it.
    pub own: bool,
    pub pictures: Vec<ReviewPicture>,
}

/// A review as its author sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Written {
    pub slug: String,
    /// The product's.
    pub product: String,
    pub state: State,
    /// Why it was rejected.
    pub reason: String,
    pub draft: Draft,
    pub reply: String,
    pub created_at: i64,
    pub pictures: Vec<ReviewPicture>,
}

/// A product that a customer has bought and not yet written about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToReview {
    pub slug: String,
    pub title: String,
    pub picture_url: String,
    /// When it was last ordered, Unix milliseconds.
    pub bought_at: i64,
}

/// A review as staff see it.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub id: ReviewId,
    pub product_slug: String,
    pub product: String,
    pub author: String,
    /// The author's e-mail address; none when the account is gone or there never was one.
    pub email: Option<String>,
    pub rating: i64,
    pub title: String,
    pub text: String,
    pub verified: bool,
    pub state: State,
    pub reason: String,
    pub reply: String,
    pub replied_at: Option<i64>,
    pub pictures: Vec<ReviewPicture>,
    /// Why it deserves a second look.
    pub flags: Vec<Flag>,
    /// What was read, for [`approve`] and the others: a review that was changed since is refused.
    pub version: i64,
    pub created_at: i64,
    pub updated_at: i64,
}

/// Which reviews staff want to see.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    pub state: Option<State>,
    /// 1 to 5.
    pub rating: Option<i64>,
    /// Found in the author's name, the title, the text or the product's title.
    pub text: String,
    pub after: Option<String>,
    /// Within `limits::PAGE_ROWS`.
    pub rows: i64,
}

impl Filter {
    /// The text as it is looked for: in lower case, so much of it as is looked for.
    pub fn needle(&self) -> String {
        self.text.trim().to_lowercase().chars().take(REVIEW_SEARCH_CHARS).collect()
    }
}

/// How many reviews are in each state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub pending: i64,
    pub approved: i64,
    pub rejected: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_average_is_rounded_half_up_to_a_tenth() {
        assert_eq!(Rating::default().average(), "0.0");
        assert_eq!(Rating::new([0, 0, 0, 1, 1]).average(), "4.5");
        assert_eq!(Rating::new([0, 0, 0, 1, 2]).average(), "4.7");
        assert_eq!(Rating::new([0, 0, 0, 15, 5]).average(), "4.3", "4.25 is 4.3");
        assert_eq!(Rating::new([1, 0, 0, 0, 0]).average(), "1.0");
        assert_eq!((Rating::new([1, 2, 3, 4, 5]).with(5), Rating::default().with(9)), (5, 0));
    }

    #[test]
    fn what_is_wrong_with_a_review_is_told_by_field() {
        let draft = Draft { rating: 6, title: " ".into(), text: "a\0b".into(), author: "Ann\nByron".into() };
        let Err(crate::Error::Invalid(fields)) = draft.check() else { panic!("accepted") };
        let names: Vec<_> = fields.iter().map(|field| field.field.as_str()).collect();
        assert_eq!(names, ["rating", "title", "text", "author"]);
        let long = Draft { rating: 5, title: "t".into(), text: "x".repeat(REVIEW_TEXT_CHARS + 1), author: "A".into() };
        assert!(long.check().is_err());
        let fits = Draft { text: format!("  {}\r\n ", "x".repeat(REVIEW_TEXT_CHARS)), ..long };
        assert!(fits.tidied().check().is_ok());
    }
}
