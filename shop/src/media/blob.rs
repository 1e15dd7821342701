//! Where files are: one interface over a folder and a bucket.

use super::{Bucket, Kind};
use crate::{Error, Result};
use bytes::Bytes;
use futures_util::stream::{self, BoxStream, StreamExt, TryStreamExt};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::io::AsyncReadExt;

/// Bytes read from a disk at once.
const PIECE: usize = 64 * 1024;

/// A stored file, to be read piece by piece.
pub struct Blob {
    pub kind: Kind,
    /// Bytes of the whole.
    pub length: u64,
    pub pieces: BoxStream<'static, io::Result<Bytes>>,
}

impl Blob {
    /// The whole file.
    pub async fn bytes(self) -> Result<Vec<u8>> {
        let broken = |e: io::Error| Error::Internal(format!("picture broke off: {e}"));
        self.pieces
            .try_fold(Vec::new(), |mut all, piece| async move {
                all.extend_from_slice(&piece);
                Ok(all)
            })
            .await
            .map_err(broken)
    }
}

#[derive(Clone, Debug)]
pub(super) enum Store {
    Folder(Arc<PathBuf>),
    Bucket(Arc<Bucket>),
}

impl Store {
    /// Keeps `bytes` under `key`; when this returns they are there to stay.
    pub async fn put(&self, key: &str, bytes: &[u8], kind: Kind) -> Result<()> {
        match self {
            Self::Folder(folder) => {
                write(folder, key, bytes).await.map_err(|e| Error::Internal(format!("media folder: {e}")))
            }
            Self::Bucket(bucket) => bucket.put(key, bytes, kind).await,
        }
    }

    /// Takes the file away, if it is there.
    pub async fn remove(&self, key: &str) -> Result<()> {
        match self {
            Self::Folder(folder) => match tokio::fs::remove_file(folder.join(key)).await {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    Err(Error::Internal(format!("media folder: {error}")))
                }
                _ => Ok(()),
            },
            Self::Bucket(bucket) => bucket.remove(key).await,
        }
    }

    pub async fn open(&self, key: &str, kind: Kind) -> Result<Blob> {
        match self {
            Self::Folder(folder) => match read(&folder.join(key), kind).await {
                Ok(blob) => Ok(blob),
                Err(error) if error.kind() == io::ErrorKind::NotFound => Err(Error::NotFound("picture")),
                Err(error) => Err(Error::Internal(format!("media folder: {error}"))),
            },
            Self::Bucket(bucket) => bucket.open(key, kind).await,
        }
    }
}

async fn write(folder: &Path, key: &str, bytes: &[u8]) -> io::Result<()> {
    let path = folder.join(key);
    if tokio::fs::try_exists(&path).await.unwrap_or(false) {
        return Ok(());
    }
    tokio::fs::create_dir_all(folder).await?;
    // Written beside and renamed, so that nobody is ever served half a file; on disk before a row names it.
    let beside = folder.join(format!(".{}", uuid::Uuid::new_v4().simple()));
    let mut file = tokio::fs::File::create(&beside).await?;
    tokio::io::AsyncWriteExt::write_all(&mut file, bytes).await?;
    file.sync_all().await?;
    tokio::fs::rename(&beside, &path).await?;
    tokio::fs::File::open(folder).await?.sync_all().await
}

async fn read(path: &Path, kind: Kind) -> io::Result<Blob> {
    let file = tokio::fs::File::open(path).await?;
    let length = file.metadata().await?.len();
    let pieces = stream::try_unfold(file, |mut file| async move {
        let mut piece = Vec::with_capacity(PIECE);
        let read = (&mut file).take(PIECE as u64).read_to_end(&mut piece).await?;
        Ok((read > 0).then(|| (Bytes::from(piece), file)))
    });
    Ok(Blob { kind, length, pieces: pieces.boxed() })
}
