//! Files in forms, read piece by piece and never further than it takes to see that they are too large.

use axum::extract::multipart::{Field, MultipartError};
use http::StatusCode;

/// The part's bytes: of one that has more than `most`, one more than that.
pub async fn read(part: &mut Field<'_>, most: usize) -> Result<Vec<u8>, MultipartError> {
    let mut bytes = Vec::new();
    while let Some(piece) = part.chunk().await? {
        let room = (most + 1).saturating_sub(bytes.len());
        bytes.extend_from_slice(&piece[..piece.len().min(room)]);
    }
    Ok(bytes)
}

/// Why nothing more could be read, for people.
pub fn broken_off(error: &MultipartError) -> String {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => "All files together are too large. Please send fewer at once.".into(),
        _ => "The upload broke off or cannot be read.".into(),
    }
}
