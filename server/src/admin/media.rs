//! The media library.

use super::desk::{Desk, form, mendable};
use crate::error::PageError;
use crate::pages::frame::local;
use crate::upload::{broken_off, read};
use admin::form::Form;
use admin::page::media::{self as view, Sought, View};
use admin::part::Place;
use axum::extract::multipart::{Multipart, MultipartError};
use axum::extract::{Form as Body, Path, Query};
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;
use shop::id::PictureId;
use shop::library::{self, Filter};
use shop::limits::{FORM_BODY_BYTES, LIBRARY_ROWS, PICTURE_BYTES};
use shop::{Error, Result};

type Answer = std::result::Result<Response, PageError>;
type Pairs = Vec<(String, String)>;

const LIST: &str = "/admin/media";
const UNUSED: &str = "/admin/media?show=unused";

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    show: String,
    q: String,
    at: String,
}

pub async fn list(desk: Desk, Query(asked): Query<Asked>) -> Answer {
    draw(&desk, StatusCode::OK, &asked, &Form::new("media")).await
}

async fn draw(desk: &Desk, status: StatusCode, asked: &Asked, form: &Form) -> Answer {
    let counts = library::count(&desk.shop, &desk.staff).await?;
    let after = Place::cursor(&asked.at);
    let rows = i64::try_from(LIBRARY_ROWS).unwrap_or(i64::MAX);
    let shown = View::parse(&asked.show);
    if shown == View::Unused {
        let found = library::unused(&desk.shop, &desk.staff, after, rows).await?;
        let place = Place::new(UNUSED.to_owned(), &asked.at, found.next);
        let page = desk.page_with(status, "media", "Media", || view::unused(found.items, counts, &place, form));
        return Ok(page.await);
    }
    let sought = Sought { view: shown, text: asked.q.trim().to_owned() };
    let filter = Filter {
        without_alt: shown == View::WithoutAlt,
        text: sought.text.clone(),
        after: after.map(str::to_owned),
        rows,
    };
    let found = library::pictures(&desk.shop, &desk.staff, &filter).await?;
    let place = Place::new(sought.address(), &asked.at, found.next);
    let page = desk.page_with(status, "media", "Media", || view::pictures(found.items, counts, &sought, &place, form));
    Ok(page.await)
}

pub async fn set_alt(desk: Desk, Path(id): Path<PictureId>, Body(pairs): Body<Pairs>) -> Answer {
    let form = form("media", pairs).with("id", id.to_string());
    let done = library::set_alt(&desk.shop, &desk.staff, id, form.value("alt")).await;
    let back = local(form.value("back"), LIST).to_owned();
    answer(&desk, form, &back, done.map(|()| "The words are saved.".to_owned())).await
}

pub async fn replace(desk: Desk, Path(id): Path<PictureId>, body: Multipart) -> Answer {
    let form = Form::new("media").with("id", id.to_string());
    let (sent, back) = only(body).await;
    let done = match sent {
        Ok(bytes) => library::replace(&desk.shop, &desk.staff, id, bytes).await,
        Err(error) => Err(error),
    };
    let text = |pictures: usize| match pictures {
        0 => "It is the same file.".to_owned(),
        1 => "The file is replaced.".to_owned(),
        many => format!("The file is replaced in {many} pictures."),
    };
    answer(&desk, form, local(&back, LIST), done.map(text)).await
}

/// The bytes of the only picture of a form, and the way back.
async fn only(mut body: Multipart) -> (Result<Vec<u8>>, String) {
    let mut back = String::new();
    let read = async {
        let broken = |error: MultipartError| Error::field("picture", broken_off(&error));
        while let Some(mut part) = body.next_field().await.map_err(broken)? {
            match part.name() {
                Some("back") => {
                    let bytes = read(&mut part, FORM_BODY_BYTES).await.map_err(broken)?;
                    back = String::from_utf8_lossy(&bytes).into_owned();
                }
                Some("picture") => {
                    let bytes = read(&mut part, PICTURE_BYTES).await.map_err(broken)?;
                    if !bytes.is_empty() {
                        return Ok(bytes);
                    }
                }
                _ => {}
            }
        }
        Err(Error::field("picture", "Choose a picture first."))
    }
    .await;
    (read, back)
}

pub async fn erase(desk: Desk, Body(pairs): Body<Pairs>) -> Answer {
    let urls: Vec<_> = pairs.into_iter().filter(|(name, _)| name == "url").map(|(_, url)| url).collect();
    let asked = urls.len();
    let done = if urls.is_empty() {
        Err(Error::field("url", "Tick the files that are to go."))
    } else {
        library::erase(&desk.shop, &desk.staff, urls).await
    };
    let files = |many: usize| if many == 1 { "1 file is".to_owned() } else { format!("{many} files are") };
    let text = |gone: usize| match asked - gone.min(asked) {
        0 => format!("{} being deleted.", files(gone)),
        kept => format!("{} being deleted; {} still needed.", files(gone), files(kept)),
    };
    answer(&desk, Form::new("media"), UNUSED, done.map(text)).await
}

/// Back to where the merchant was, or that page again with what is wrong.
async fn answer(desk: &Desk, form: Form, back: &str, done: Result<String>) -> Answer {
    match done {
        Ok(text) => Ok(desk.done(back, text).await?),
        Err(error) => {
            let (status, fields) = mendable(error)?;
            let asked = back.parse().ok().and_then(|uri| Query::<Asked>::try_from_uri(&uri).ok());
            let asked = asked.map(|Query(asked)| asked).unwrap_or_default();
            draw(desk, status, &asked, &form.refused(fields)).await
        }
    }
}
