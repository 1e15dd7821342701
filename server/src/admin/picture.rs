//! Pictures that a merchant uploads: several in one form, each taken or refused by itself; or a single one.

use super::desk::{Desk, mendable};
use super::product;
use crate::error::{PageError, wants_json};
use crate::upload::{broken_off, read};
use admin::island::Uploaded;
use admin::page::product as view;
use axum::Json;
use axum::extract::multipart::{Multipart, MultipartError};
use axum::extract::{OriginalUri, Path};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};
use shop::catalogue::edit;
use shop::id::ProductId;
use shop::limits::PICTURE_BYTES;
use shop::{Error, FieldError};

/// Characters of a file's name that are repeated when it is refused.
const NAME_CHARS: usize = 60;

/// Hangs the sent pictures behind those that are there. A file that is refused is named and keeps none of the others out.
pub async fn upload(
    desk: Desk,
    Path(id): Path<ProductId>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    body: Multipart,
) -> Result<Response, PageError> {
    let stored = edit::load(&desk.shop, &desk.staff, &id.to_string()).await?;
    let done = take_all(&desk, id, &stored.draft.title, stored.version, body).await?;
    let status = if done.errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    if wants_json(uri.path(), &headers) {
        return Ok((status, Json(done)).into_response());
    }
    let added = match done.added {
        1 => "The picture is added.".to_owned(),
        many => format!("{many} pictures are added."),
    };
    if done.errors.is_empty() {
        return Ok(desk.done(&format!("/admin/products/{id}"), added).await?);
    }
    let mut errors: Vec<FieldError> =
        done.errors.into_iter().map(|message| FieldError { field: "picture".into(), message }).collect();
    if done.added > 0 {
        errors.push(FieldError { field: String::new(), message: added });
    }
    let stored = edit::load(&desk.shop, &desk.staff, &id.to_string()).await?;
    let form = view::form_of(&stored.draft, stored.version).refused(errors);
    product::draw(&desk, status, Some(stored), &form).await
}

async fn take_all(
    desk: &Desk,
    id: ProductId,
    title: &str,
    version: i64,
    mut body: Multipart,
) -> Result<Uploaded, PageError> {
    let mut done = Uploaded { version, ..Uploaded::default() };
    loop {
        let mut part = match body.next_field().await {
            Ok(Some(part)) => part,
            Ok(None) => break,
            Err(error) => {
                done.errors.push(broken_off(&error));
                break;
            }
        };
        if part.name() != Some("picture") {
            continue;
        }
        let name = plain_name(part.file_name().unwrap_or_default());
        let bytes = match read(&mut part, PICTURE_BYTES).await {
            Ok(bytes) if bytes.is_empty() => continue,
            Ok(bytes) => bytes,
            Err(error) => {
                done.errors.push(format!("{name}: {}", broken_off(&error)));
                break;
            }
        };
        match edit::add_picture(&desk.shop, &desk.staff, id, bytes, title).await {
            Ok(added) => {
                done.added += 1;
                done.version = added.version;
            }
            Err(error) => {
                let (_, fields) = mendable(error)?;
                done.errors.extend(fields.into_iter().map(|field| format!("{name}: {}", field.message)));
            }
        }
    }
    if done.added == 0 && done.errors.is_empty() {
        done.errors.push("Choose a picture first.".into());
    }
    Ok(done)
}

/// The bytes of the only picture of a form.
///
/// # Errors
/// `Invalid` "picture".
pub(super) async fn only(mut body: Multipart) -> Result<Vec<u8>, Error> {
    let broken = |error: MultipartError| Error::field("picture", broken_off(&error));
    while let Some(mut part) = body.next_field().await.map_err(broken)? {
        if part.name() == Some("picture") {
            let bytes = read(&mut part, PICTURE_BYTES).await.map_err(broken)?;
            if !bytes.is_empty() {
                return Ok(bytes);
            }
        }
    }
    Err(Error::field("picture", "Choose a picture first."))
}

/// What a browser calls a file, fit to be repeated: nothing is ever stored under it.
fn plain_name(sent: &str) -> String {
    let last = sent.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = last.chars().filter(|c| !c.is_control()).take(NAME_CHARS).collect();
    if name.trim().is_empty() { "The file".to_owned() } else { name }
}
