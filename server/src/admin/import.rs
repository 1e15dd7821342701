//! Products from and to files. The work itself is a job in the database (`shop::import::job`); these pages begin its
//! steps and show where it is.
//!
//! ```text
//! upload → columns ─(check)→ report ─(run)→ import → report ─(roll back)→ report
//! ```

use super::desk::{Desk, mendable};
use crate::error::PageError;
use admin::form::Form;
use admin::page::import::{self as view, HERE, Seen};
use admin::part::Place;
use axum::body::Body;
use axum::extract::multipart::Field;
use axum::extract::{Form as Sent, Multipart, Path, Query};
use axum::response::{IntoResponse, Redirect, Response};
use bytes::Bytes;
use futures_util::stream;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, REFRESH};
use http::{HeaderValue, StatusCode};
use serde::Deserialize;
use shop::audit::Actor;
use shop::catalogue::draft::Status;
use shop::id::ImportId;
use shop::import::export::Export;
use shop::import::job::{self, State};
use shop::import::{Format, Mapping};
use shop::limits::IMPORT_FILE_BYTES;
use shop::{Error, Result};

type Answer = std::result::Result<Response, PageError>;

const ROWS: i64 = 20;

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Sought {
    at: String,
    format: String,
    status: String,
}

pub async fn page(desk: Desk, Query(sought): Query<Sought>) -> Answer {
    home(&desk, StatusCode::OK, &sought.at, &Form::new("import")).await
}

async fn home(desk: &Desk, status: StatusCode, at: &str, form: &Form) -> Answer {
    let found = job::history(&desk.shop, Place::cursor(at), ROWS).await?;
    let place = Place::new(HERE.to_owned(), at, found.next);
    Ok(desk.page_with(status, "import", "Import and export", || view::home(found.items, &place, form)).await)
}

pub async fn upload(desk: Desk, mut body: Multipart) -> Answer {
    let refused = |error: Error| async {
        let (status, fields) = mendable(error)?;
        home(&desk, status, "", &Form::new("import").refused(fields)).await
    };
    loop {
        let part = match body.next_field().await {
            Ok(Some(part)) => part,
            Ok(None) => return refused(Error::field("file", "Choose a CSV file first.")).await,
            Err(_) => return refused(unreadable()).await,
        };
        if part.name() != Some("file") {
            continue;
        }
        let name = part.file_name().unwrap_or_default().to_owned();
        let bytes = match gather(part).await {
            Ok(bytes) => bytes,
            Err(error) => return refused(error).await,
        };
        return match job::create(&desk.shop, &Actor::from(&desk.staff), &name, &bytes, None).await {
            Ok(id) => Ok(Redirect::to(&format!("{HERE}/{id}/columns")).into_response()),
            Err(error) => refused(error).await,
        };
    }
}

/// The file, as long as it is not larger than it may be.
async fn gather(mut part: Field<'_>) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    while let Some(piece) = part.chunk().await.map_err(|_| unreadable())? {
        if bytes.len() + piece.len() > IMPORT_FILE_BYTES {
            return Err(Error::field("file", format!("Larger than {} MB.", IMPORT_FILE_BYTES / 1024 / 1024)));
        }
        bytes.extend_from_slice(&piece);
    }
    if bytes.is_empty() { Err(Error::field("file", "Choose a CSV file first.")) } else { Ok(bytes) }
}

fn unreadable() -> Error {
    Error::field("file", "The upload cannot be read. It may be too large.")
}

/// How the columns are read, as long as that can still be changed.
pub async fn columns(desk: Desk, Path(id): Path<ImportId>, Query(sought): Query<Sought>) -> Answer {
    let job = job::load(&desk.shop, id).await?;
    let mapping = match Format::parse(&sought.format) {
        Some(format) if format != job.mapping.format() => Mapping::automatic(format, job.mapping.names().to_vec()),
        _ => job.mapping.clone(),
    };
    draw_columns(&desk, StatusCode::OK, &job, &mapping, job.fetch_pictures, &Form::new("")).await
}

async fn draw_columns(
    desk: &Desk,
    status: StatusCode,
    job: &job::Job,
    mapping: &Mapping,
    fetch: bool,
    form: &Form,
) -> Answer {
    if !matches!(job.state, State::Uploaded | State::Checked) {
        return Ok(Redirect::to(&format!("{HERE}/{}", job.id)).into_response());
    }
    Ok(desk.page_with(status, "import", "Columns of the file", || view::columns(job, mapping, fetch, form)).await)
}

pub async fn check(desk: Desk, Path(id): Path<ImportId>, Sent(pairs): Sent<Vec<(String, String)>>) -> Answer {
    let form = super::desk::form("", pairs);
    let job = job::load(&desk.shop, id).await?;
    let format = Format::parse(form.value("format")).unwrap_or(job.mapping.format());
    let read_as: Vec<String> =
        (0..job.mapping.names().len()).map(|at| form.value(&format!("column-{at}")).to_owned()).collect();
    let fetch = form.is_on("pictures");
    match job::check(&desk.shop, &desk.staff, id, format, read_as.clone(), fetch).await {
        Ok(()) => Ok(Redirect::to(&format!("{HERE}/{id}")).into_response()),
        Err(error @ Error::Invalid(_)) => {
            let (status, mut fields) = mendable(error)?;
            // Said of the whole: no single select is to blame.
            for field in &mut fields {
                field.field.clear();
            }
            let mapping = Mapping::chosen(format, job.mapping.names().to_vec(), read_as);
            draw_columns(&desk, status, &job, &mapping, fetch, &Form::new("").refused(fields)).await
        }
        Err(error) => back(&desk, id, Err(error), "").await,
    }
}

pub async fn show(desk: Desk, Path(id): Path<ImportId>) -> Answer {
    let job = job::load(&desk.shop, id).await?;
    if job.state == State::Uploaded {
        return Ok(Redirect::to(&format!("{HERE}/{id}/columns")).into_response());
    }
    let seen = if job.state.is_active() {
        Seen::default()
    } else {
        Seen { errors: job::first_errors(&desk.shop, id).await?, touched: job::touched(&desk.shop, id).await? }
    };
    let mut response = desk.page("import", "Import", || view::progress(&job, seen)).await;
    if job.state.is_active() {
        response.headers_mut().insert(REFRESH, HeaderValue::from_static("2"));
    }
    Ok(response)
}

pub async fn run(desk: Desk, Path(id): Path<ImportId>) -> Answer {
    back(&desk, id, job::run(&desk.shop, &desk.staff, id).await, "").await
}

pub async fn cancel(desk: Desk, Path(id): Path<ImportId>) -> Answer {
    back(&desk, id, job::cancel(&desk.shop, &desk.staff, id).await, "").await
}

pub async fn roll_back(desk: Desk, Path(id): Path<ImportId>) -> Answer {
    back(&desk, id, job::roll_back(&desk.shop, &desk.staff, id).await, "").await
}

/// To the job's page, which shows where it is by now.
async fn back(desk: &Desk, id: ImportId, done: Result<()>, said: &str) -> Answer {
    let here = format!("{HERE}/{id}");
    match done {
        Ok(()) if said.is_empty() => Ok(Redirect::to(&here).into_response()),
        Ok(()) => Ok(desk.done(&here, said).await?),
        Err(Error::Conflict { message, .. }) => Ok(desk.refused(&here, message).await?),
        Err(error) => Err(error.into()),
    }
}

pub async fn errors(desk: Desk, Path(id): Path<ImportId>) -> Answer {
    Ok(download("import-errors.csv", Body::from(job::errors_file(&desk.shop, id).await?)))
}

pub async fn sample(_desk: Desk, Path(format): Path<String>) -> Answer {
    let format = Format::parse(&format).ok_or(Error::NotFound("sample"))?;
    Ok(download(&format!("sample-{}.csv", format.code()), Body::from(format.sample())))
}

/// The catalogue as a file, written while it is sent.
pub async fn export(desk: Desk, Query(sought): Query<Sought>) -> Answer {
    let format = Format::parse(&sought.format).ok_or(Error::NotFound("format"))?;
    let status = Status::parse(&sought.status);
    let export = Export::new(&desk.shop, format, status).await?;
    let pieces = stream::try_unfold(export, |mut export| async move {
        let piece = export.next().await.inspect_err(|error| tracing::error!(%error, "an export broke off"))?;
        Ok::<_, Error>(piece.map(|piece| (Bytes::from(piece), export)))
    });
    Ok(download(&format!("products-{}.csv", format.code()), Body::from_stream(pieces)))
}

fn download(name: &str, body: Body) -> Response {
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    let disposition = format!("attachment; filename=\"{name}\"");
    headers.insert(CONTENT_DISPOSITION, HeaderValue::from_str(&disposition).expect("our own names are plain"));
    response
}
