//! Pictures: files named by their content, so that a name never changes its meaning and browsers may keep a file for
//! ever; in a folder or in an S3 bucket (`blob.rs`). What a file is, is read from its bytes, never from its name.
//!
//! What somebody sends goes through one door ([`Media::take_in`]): bounds before decoding, then everything but the picture
//! itself is taken out of the file, then it is decoded once to see that it is one. Its smaller drawings are made later, by
//! the worker ([`draw_due`]).

mod blob;
mod bucket;
mod clean;
mod decode;
mod draw;
mod encode;
mod erase;
mod kind;
mod placeholder;
mod take_in;

pub use blob::Blob;
pub use bucket::{Bucket, UrlStyle};
pub use draw::{Queue, draw_again, draw_due, queue};
pub(crate) use erase::{erase_due, shown};
pub use kind::{Kind, sniff};
pub use placeholder::placeholder_svg;
pub use take_in::TakenIn;

use crate::{Error, Result};
use blob::Store;
use sha2::{Digest, Sha256};
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// The shop's pictures; cheap to clone.
#[derive(Clone, Debug)]
pub struct Media {
    /// The folder on this machine; beside it lies what imports keep.
    pub folder: Arc<PathBuf>,
    store: Store,
    /// One picture is decoded at a time: a large one takes some hundred megabytes.
    decoding: Arc<Semaphore>,
}

impl Media {
    /// Pictures in a folder, which is made when the first one comes.
    pub fn in_folder(folder: impl Into<PathBuf>) -> Self {
        let folder = Arc::new(folder.into());
        Self { store: Store::Folder(folder.clone()), folder, decoding: Arc::new(Semaphore::new(1)) }
    }

    /// Pictures in a bucket. `folder` is where they would be without it.
    pub fn in_bucket(folder: impl Into<PathBuf>, bucket: Bucket) -> Self {
        Self { store: Store::Bucket(Arc::new(bucket)), ..Self::in_folder(folder) }
    }

    /// Stores `bytes` and returns the address it is served under, `/media/<key>`. Storing the same again is free.
    pub async fn store(&self, bytes: &[u8], kind: Kind) -> Result<String> {
        let key = format!("{}.{}", &hex::encode(Sha256::digest(bytes))[..32], kind.extension());
        self.store.put(&key, bytes, kind).await?;
        Ok(format!("/media/{key}"))
    }

    /// The file behind `key`, as a stream; `NotFound` for a key this shop would not have given out.
    pub async fn open(&self, key: &str) -> Result<Blob> {
        let kind = kind_of(key).ok_or(Error::NotFound("picture"))?;
        self.store.open(key, kind).await
    }
}

/// What a key names, when it is one of ours: 32 hexadecimal digits, perhaps a width, and an extension.
fn kind_of(key: &str) -> Option<Kind> {
    let (stem, extension) = key.split_once('.')?;
    let (hash, width) = stem.split_once('-').unwrap_or((stem, "1"));
    let is_hash = hash.len() == 32 && hash.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    let is_width = (1..=5).contains(&width.len()) && width.bytes().all(|b| b.is_ascii_digit());
    Kind::of_extension(extension).filter(|_| is_hash && is_width)
}

/// Title of the product a picture belongs to.
pub async fn title_of(shop: &crate::Shop, picture: crate::id::PictureId) -> Result<String> {
    let row: Option<(String,)> = shop
        .db
        .fetch_optional(
            "SELECT p.title FROM picture i JOIN product p ON p.id = i.product_id WHERE i.id = $1",
            crate::args![picture],
        )
        .await?;
    Ok(row.ok_or(Error::NotFound("picture"))?.0)
}
