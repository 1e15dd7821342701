//! A review as a form sends it: with pictures, in parts, or without any.

use crate::error::PageError;
use crate::state::AppState;
use crate::upload::{broken_off, read};
use app::components::Form;
use axum::extract::multipart::{Multipart, MultipartError};
use axum::extract::{Form as Body, FromRequest, Request};
use http::header::CONTENT_TYPE;
use shop::Error;
use shop::limits::{FORM_BODY_BYTES, REVIEW_PICTURE_BYTES, REVIEW_PICTURES};
use shop::review::{Draft, PictureChange};

/// What was typed, and the files beside it.
#[derive(Default)]
pub struct Sent {
    fields: Vec<(String, String)>,
    files: Vec<Vec<u8>>,
    /// Why not all of it could be read.
    broken: Option<Error>,
}

impl FromRequest<AppState> for Sent {
    type Rejection = PageError;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, PageError> {
        let kind = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if !kind.starts_with("multipart/") {
            let fields = Body::<Vec<(String, String)>>::from_request(request, state).await;
            let Body(fields) = fields.map_err(|_| Error::field("text", "The form cannot be read."))?;
            return Ok(Self { fields, ..Self::default() });
        }
        let body = Multipart::from_request(request, state).await;
        let body = body.map_err(|_| Error::field("picture", "The form cannot be read."))?;
        let mut sent = Self::default();
        if let Err(error) = sent.read(body).await {
            sent.broken = Some(Error::field("picture", broken_off(&error)));
        }
        Ok(sent)
    }
}

impl Sent {
    async fn read(&mut self, mut body: Multipart) -> Result<(), MultipartError> {
        let mut room = FORM_BODY_BYTES;
        while let Some(mut part) = body.next_field().await? {
            let name = part.name().unwrap_or_default().to_owned();
            if name == "picture" {
                // One more than may be sent is enough to see that it is too many.
                let bytes = if self.files.len() > REVIEW_PICTURES {
                    Vec::new()
                } else {
                    read(&mut part, REVIEW_PICTURE_BYTES).await?
                };
                if !bytes.is_empty() {
                    self.files.push(bytes);
                }
                continue;
            }
            let bytes = read(&mut part, room).await?;
            room = room.saturating_sub(bytes.len());
            self.fields.push((name, String::from_utf8_lossy(&bytes).into_owned()));
        }
        Ok(())
    }

    fn value(&self, name: &str) -> String {
        self.fields.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone()).unwrap_or_default()
    }

    /// The form again, as it was typed. Files are not in it.
    pub fn form(&self) -> Form {
        let removed = self.fields.iter().filter(|(name, _)| name == "remove");
        let form = ["rating", "title", "text", "author"]
            .into_iter()
            .fold(Form::new("review"), |form, name| form.with(name, self.value(name)));
        removed.fold(form, |form, (name, value)| form.with(name, value))
    }

    pub fn draft(&self) -> Draft {
        Draft {
            // No number is no choice, which is told with the rest of what is missing.
            rating: self.value("rating").parse().unwrap_or(0),
            title: self.value("title"),
            text: self.value("text"),
            author: self.value("author"),
        }
    }

    /// What happens to the pictures; `Invalid` "picture" when not all of them came.
    pub fn pictures(self) -> Result<PictureChange, Error> {
        if let Some(broken) = self.broken {
            return Err(broken);
        }
        let removed = self.fields.iter().filter(|(name, _)| name == "remove");
        let removed = removed.filter_map(|(_, id)| id.parse().ok()).collect();
        Ok(PictureChange { added: self.files, removed })
    }
}
