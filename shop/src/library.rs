//! The media library: every picture of every product, and stored files that nothing shows any more.

#[cfg(feature = "server")]
mod edit;
#[cfg(feature = "server")]
mod read;

#[cfg(feature = "server")]
pub use edit::{erase, replace, set_alt};
#[cfg(feature = "server")]
pub use read::{count, pictures, unused};

use crate::catalogue::Picture;
use crate::id::ProductId;

/// A picture of a product as the library shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Shelved {
    pub picture: Picture,
    pub product_id: ProductId,
    /// The product's.
    pub title: String,
    /// How many products show the same file, this one included.
    pub products: i64,
}

/// A stored file that nothing shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unused {
    /// `/media/<key>`
    pub url: String,
    pub thumb_url: String,
    /// It is on its way out of the store.
    pub leaving: bool,
}

/// Which pictures a merchant wants to see.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    pub without_alt: bool,
    /// Found in the product's title, the alternative text or the file's name.
    pub text: String,
    pub after: Option<String>,
    /// Within `limits::PAGE_ROWS`.
    pub rows: i64,
}

/// How many there are of what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub pictures: i64,
    pub without_alt: i64,
    pub unused: i64,
}
