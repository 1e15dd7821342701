//! Picture files: on disk in the data folder, named by their content, so that a name never changes its meaning and
//! browsers may keep a file for ever. What a file is, is read from its bytes, never from its name.

mod kind;
mod placeholder;

pub use kind::{Kind, MAX_BYTES, sniff};
pub use placeholder::placeholder_svg;

use crate::{Error, Result};
use sha2::{Digest, Sha256};
use std::path::PathBuf;
use std::sync::Arc;

/// The folder of media files; cheap to clone.
#[derive(Clone, Debug)]
pub struct Media {
    pub folder: Arc<PathBuf>,
}

impl Media {
    /// Stores `bytes` and returns the address it is served under, `/media/<key>`. Storing the same again is free.
    pub async fn store(&self, bytes: &[u8], kind: Kind) -> Result<String> {
        let key = format!("{}.{}", &hex::encode(Sha256::digest(bytes))[..32], kind.extension());
        let path = self.folder.join(&key);
        if tokio::fs::try_exists(&path).await.unwrap_or(false) {
            return Ok(format!("/media/{key}"));
        }
        let failed = |e: std::io::Error| Error::Internal(format!("media folder: {e}"));
        tokio::fs::create_dir_all(&*self.folder).await.map_err(failed)?;
        // Written beside and renamed, so that nobody is ever served half a file.
        let beside = self.folder.join(format!(".{}", uuid::Uuid::new_v4().simple()));
        tokio::fs::write(&beside, bytes).await.map_err(failed)?;
        tokio::fs::rename(&beside, &path).await.map_err(failed)?;
        Ok(format!("/media/{key}"))
    }

    /// The file behind `key`; `NotFound` for a key this shop would not have given out.
    pub async fn load(&self, key: &str) -> Result<(Vec<u8>, Kind)> {
        let (hash, extension) = key.split_once('.').ok_or(Error::NotFound("picture"))?;
        let kind = Kind::of_extension(extension).ok_or(Error::NotFound("picture"))?;
        if hash.len() != 32 || !hash.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(Error::NotFound("picture"));
        }
        let bytes = tokio::fs::read(self.folder.join(key)).await.map_err(|_| Error::NotFound("picture"))?;
        Ok((bytes, kind))
    }
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
