//! Files in any store that speaks S3: requests signed with AWS Signature Version 4 (rusty-s3), sent by our own client.
//!
//! Only objects are read and written, nothing is listed: a key that may do these two things is enough, and the bucket can
//! stay closed to everybody else, because the shop itself answers `/media`.

use super::{Blob, Kind};
use crate::{Error, Result};
use bytes::Bytes;
use futures_util::stream::{self, StreamExt};
use rusty_s3::{Credentials, S3Action};
use std::io;
use std::time::Duration;
use url::Url;

pub use rusty_s3::UrlStyle;

/// How long a signed address is good: as long as a request may take.
const SIGNED: Duration = Duration::from_mins(5);
const TIME_LIMIT: Duration = Duration::from_secs(30);

pub struct Bucket {
    bucket: rusty_s3::Bucket,
    credentials: Credentials,
    client: reqwest::Client,
}

impl std::fmt::Debug for Bucket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Bucket").field(&self.bucket.base_url().as_str()).finish()
    }
}

impl Bucket {
    /// The bucket `name` at `endpoint`. Keys are not tried here.
    ///
    /// # Errors
    /// `Internal` when the endpoint is not an http or https address, or client or name cannot be used.
    pub fn new(
        endpoint: &str,
        style: UrlStyle,
        name: &str,
        region: &str,
        access_key: &str,
        secret_key: &str,
    ) -> Result<Self> {
        let endpoint = Url::parse(endpoint).map_err(|e| Error::Internal(format!("S3 endpoint: {e}")))?;
        let bucket = rusty_s3::Bucket::new(endpoint, style, name.to_owned(), region.to_owned())
            .map_err(|e| Error::Internal(format!("S3 bucket: {e}")))?;
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(Duration::from_secs(5))
            .timeout(TIME_LIMIT)
            .build()
            .map_err(|e| Error::Internal(format!("S3 client: {e}")))?;
        Ok(Self { bucket, credentials: Credentials::new(access_key, secret_key), client })
    }

    pub(super) async fn put(&self, key: &str, bytes: &[u8], kind: Kind) -> Result<()> {
        let mut action = self.bucket.put_object(Some(&self.credentials), key);
        // Signed, so that the object has this type and no other.
        action.headers_mut().insert("content-type", kind.content_type());
        let request = self.client.put(action.sign(SIGNED)).header("content-type", kind.content_type());
        let response = request.body(bytes.to_vec()).send().await.map_err(|e| unreachable(&e))?;
        if response.status().is_success() {
            return Ok(());
        }
        Err(refused(response, "put").await)
    }

    /// Taking away what is not there is done, too.
    pub(super) async fn remove(&self, key: &str) -> Result<()> {
        let action = self.bucket.delete_object(Some(&self.credentials), key);
        let response = self.client.delete(action.sign(SIGNED)).send().await.map_err(|e| unreachable(&e))?;
        if response.status().is_success() || response.status() == reqwest::StatusCode::NOT_FOUND {
            return Ok(());
        }
        Err(refused(response, "delete").await)
    }

    pub(super) async fn open(&self, key: &str, kind: Kind) -> Result<Blob> {
        let action = self.bucket.get_object(Some(&self.credentials), key);
        let response = self.client.get(action.sign(SIGNED)).send().await.map_err(|e| unreachable(&e))?;
        if response.status() == reqwest::StatusCode::NOT_FOUND {
            return Err(Error::NotFound("picture"));
        }
        if !response.status().is_success() {
            return Err(refused(response, "get").await);
        }
        let length = response.content_length().ok_or_else(|| Error::Internal("S3: an object without length".into()))?;
        let pieces = stream::try_unfold(response, |mut response| async move {
            let piece: Option<Bytes> = response.chunk().await.map_err(io::Error::other)?;
            Ok(piece.map(|piece| (piece, response)))
        });
        Ok(Blob { kind, length, pieces: pieces.boxed() })
    }
}

fn unreachable(error: &reqwest::Error) -> Error {
    // Without the address: it carries the signature.
    tracing::warn!(timeout = error.is_timeout(), connect = error.is_connect(), "the picture store does not answer");
    Error::Unavailable { message: "The picture store does not answer. Please try again.".into(), retry_after_s: 5 }
}

async fn refused(response: reqwest::Response, verb: &str) -> Error {
    let status = response.status();
    if status.is_server_error() || status == reqwest::StatusCode::TOO_MANY_REQUESTS {
        return Error::Unavailable { message: "The picture store is busy. Please try again.".into(), retry_after_s: 5 };
    }
    let text: String = response.text().await.unwrap_or_default().chars().take(300).collect();
    Error::Internal(format!("S3 refuses to {verb}: {status} {text}"))
}
