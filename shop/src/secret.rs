//! Passwords and tokens: made from the operating system's randomness, kept only as hashes.
//!
//! Passwords are hashed with argon2id (RFC 9106; 19 MiB, two passes), a few at a time and away from the threads that
//! serve requests. Tokens carry 256 random bits, so one round of SHA-256 is enough to keep them.

use crate::{Error, Result};
use argon2::Argon2;
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use std::sync::OnceLock;
use tokio::sync::{Semaphore, SemaphorePermit};

/// Hashes at work at once: bounds memory to a multiple of 19 MiB whatever the number of log-ins.
static HASHING: Semaphore = Semaphore::const_new(2);

/// A new token of 256 random bits, 43 characters fit for a URL.
pub fn token() -> String {
    URL_SAFE_NO_PAD.encode(crate::chance::bytes::<32>())
}

/// What is stored in place of a token: SHA-256, hexadecimal.
pub fn hash_token(token: &str) -> String {
    hex::encode(Sha256::digest(token.as_bytes()))
}

/// The hash to store for a password, in PHC string format.
pub async fn hash_password(password: &str) -> Result<String> {
    hash_password_if(password, async { Ok(()) }).await
}

/// As [`hash_password`], but asks `wanted` when its turn has come: of a crowd behind one link, all but the first would
/// wait for hashes that nobody needs any more.
///
/// # Errors
/// Those of `wanted`; then nothing was hashed.
pub async fn hash_password_if(password: &str, wanted: impl Future<Output = Result<()>>) -> Result<String> {
    let _turn = turn().await;
    wanted.await?;
    let password = password.to_owned();
    at_work(move || {
        let salt = SaltString::encode_b64(&rand::random::<[u8; 16]>()).map_err(|e| e.to_string())?;
        let hash = Argon2::default().hash_password(password.as_bytes(), &salt).map_err(|e| e.to_string())?;
        Ok(hash.to_string())
    })
    .await
}

/// Whether `password` is the one behind `hash`. `None` (nobody by that name) takes as long and is always false, so
/// that the time of an answer does not tell who exists.
pub async fn verify_password(password: &str, hash: Option<&str>) -> Result<bool> {
    static NOBODY: OnceLock<String> = OnceLock::new();
    let known = hash.is_some();
    let hash = match (hash, NOBODY.get()) {
        (Some(hash), _) => hash.to_owned(),
        (None, Some(nobody)) => nobody.clone(),
        (None, None) => {
            let fresh = hash_password(&token()).await?;
            NOBODY.get_or_init(|| fresh).clone()
        }
    };
    let password = password.to_owned();
    let _turn = turn().await;
    let matches = at_work(move || {
        let hash = PasswordHash::new(&hash).map_err(|e| e.to_string())?;
        Ok(Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
    })
    .await?;
    Ok(known && matches)
}

async fn turn() -> SemaphorePermit<'static> {
    HASHING.acquire().await.expect("the semaphore is never closed")
}

/// Runs for whoever has a [`turn`].
async fn at_work<T: Send + 'static>(
    work: impl FnOnce() -> std::result::Result<T, String> + Send + 'static,
) -> Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|e| Error::Internal(format!("password hashing stopped: {e}")))?
        .map_err(|e| Error::Internal(format!("password hashing failed: {e}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_matches_its_own_hash_alone() {
        let hash = hash_password("correct horse").await.unwrap();
        assert!(hash.starts_with("$argon2id$"));
        assert!(verify_password("correct horse", Some(&hash)).await.unwrap());
        assert!(!verify_password("Correct horse", Some(&hash)).await.unwrap());
        assert!(!verify_password("correct horse", None).await.unwrap());
    }

    #[test]
    fn tokens_differ_and_their_hash_hides_them() {
        let (one, other) = (token(), token());
        assert_ne!(one, other);
        assert_eq!(one.len(), 43);
        assert_eq!(hash_token(&one).len(), 64);
    }
}
