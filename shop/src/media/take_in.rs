//! The one door for pictures from outside: what a merchant uploads and what an import fetches.

use super::clean::{Cleaned, Refusal, clean};
use super::decode::{decode, dimensions};
use super::{Kind, Media, sniff};
use crate::limits::PICTURE_BYTES;
use crate::{Error, Result};

/// A picture that was stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenIn {
    /// `/media/<key>`
    pub url: String,
    /// As it is shown, upright.
    pub width: i64,
    pub height: i64,
}

impl Media {
    /// Stores the picture in `bytes`, without what else is in the file.
    ///
    /// # Errors
    /// `Invalid` with the field `picture` for what is too large, of another kind, damaged, or more than a picture. Nothing
    /// is decoded before kind, bytes and pixels are known to be within bounds.
    pub async fn take_in(&self, bytes: Vec<u8>) -> Result<TakenIn> {
        let refuse = |why: Refusal| Error::field("picture", why);
        let (file, kind) = examine(&bytes).map_err(refuse)?;
        let decoding = self.decoding().await?;
        let checked = tokio::task::spawn_blocking(move || {
            let _one_at_a_time = decoding;
            decode(&file, kind).map(|pixels| (file, pixels.width, pixels.height))
        });
        let checked = checked.await.map_err(|e| Error::Internal(format!("decoding broke off: {e}")))?;
        let (file, width, height) = checked.map_err(refuse)?;
        let (width, height) = if file.orientation >= 5 { (height, width) } else { (width, height) };
        let url = self.store(&file.bytes, kind).await?;
        Ok(TakenIn { url, width: width.into(), height: height.into() })
    }

    pub(super) async fn decoding(&self) -> Result<tokio::sync::OwnedSemaphorePermit> {
        self.decoding.clone().acquire_owned().await.map_err(|e| Error::Internal(format!("decoding: {e}")))
    }
}

/// Everything that can be said without decoding.
fn examine(bytes: &[u8]) -> Result<(Cleaned, Kind), Refusal> {
    if bytes.len() > PICTURE_BYTES {
        return Err("At most 16 MB.");
    }
    let kind = sniff(bytes).ok_or("This is not a JPEG, PNG or WebP picture.")?;
    dimensions(bytes, kind)?;
    Ok((clean(bytes, kind)?, kind))
}
