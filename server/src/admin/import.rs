//! Taking over a file of products: upload, dry run, apply, report.
//!
//! A file is kept under the digest of its content until it is a day old, so that what is applied is what was checked.
//! The work goes on in a task of its own, however long it takes; the page shows the report once it is there.
//!
//! ```text
//! upload → dry run → report ──(apply)→ import → report
//! ```

use super::desk::Desk;
use crate::error::PageError;
use admin::page::import::{self as view, Stage};
use axum::extract::{Multipart, Path};
use axum::response::{IntoResponse, Redirect, Response};
use sha2::{Digest, Sha256};
use shop::audit::Actor;
use shop::import::{Fetcher, Mode, Report};
use shop::{Error, Result, Shop};
use std::path::PathBuf;
use tokio::fs;

type Answer = std::result::Result<Response, PageError>;

const KEPT_MS: u128 = 24 * 60 * 60 * 1000;

pub async fn page(desk: Desk) -> Answer {
    Ok(desk.page("import", "Import", view::upload).await)
}

pub async fn upload(desk: Desk, mut body: Multipart) -> Answer {
    let unreadable = |_| Error::field("file", "The upload cannot be read.");
    while let Some(part) = body.next_field().await.map_err(unreadable)? {
        if part.name() != Some("file") {
            continue;
        }
        let bytes = part.bytes().await.map_err(unreadable)?;
        if bytes.is_empty() {
            break;
        }
        forget_old(&desk.shop).await;
        let key = hex::encode(Sha256::digest(&bytes));
        fs::create_dir_all(folder(&desk.shop)).await.map_err(failed)?;
        fs::write(file(&desk.shop, &key, "csv")?, &bytes).await.map_err(failed)?;
        for report in [Mode::DryRun, Mode::Apply] {
            // Checked anew: the shop may have changed since the file was here before.
            fs::remove_file(file(&desk.shop, &key, suffix(report))?).await.ok();
        }
        start(&desk, &key, Mode::DryRun)?;
        return Ok(Redirect::to(&format!("/admin/import/{key}")).into_response());
    }
    Ok(desk.refused("/admin/import", "Choose a CSV file first.").await?)
}

pub async fn report(desk: Desk, Path(key): Path<String>) -> Answer {
    let csv = file(&desk.shop, &key, "csv")?;
    if !fs::try_exists(&csv).await.unwrap_or(false) {
        return Ok(desk.refused("/admin/import", "That file is not kept any more. Upload it again.").await?);
    }
    let stage = match stored(&desk.shop, &key, Mode::Apply).await? {
        Stored::Report(report) => Stage::Applied(report),
        Stored::Running => Stage::Running { dry_run: false },
        Stored::Nothing => match stored(&desk.shop, &key, Mode::DryRun).await? {
            Stored::Report(report) => Stage::Checked(report),
            Stored::Running | Stored::Nothing => Stage::Running { dry_run: true },
        },
    };
    let running = matches!(stage, Stage::Running { .. });
    let mut response = desk.page("import", "Import", || view::report(&key, stage)).await;
    if running {
        response.headers_mut().insert("refresh", http::HeaderValue::from_static("2"));
    }
    Ok(response)
}

pub async fn apply(desk: Desk, Path(key): Path<String>) -> Answer {
    let checked = matches!(stored(&desk.shop, &key, Mode::DryRun).await?, Stored::Report(_));
    if checked && matches!(stored(&desk.shop, &key, Mode::Apply).await?, Stored::Nothing) {
        start(&desk, &key, Mode::Apply)?;
    }
    Ok(Redirect::to(&format!("/admin/import/{key}")).into_response())
}

enum Stored {
    Nothing,
    Running,
    Report(Report),
}

/// An empty file of the report's name says that the work is under way.
async fn stored(shop: &Shop, key: &str, mode: Mode) -> Result<Stored> {
    match fs::read(file(shop, key, suffix(mode))?).await {
        Ok(bytes) if bytes.is_empty() => Ok(Stored::Running),
        Ok(bytes) => Ok(Stored::Report(serde_json::from_slice(&bytes)?)),
        Err(_) => Ok(Stored::Nothing),
    }
}

fn start(desk: &Desk, key: &str, mode: Mode) -> Result<()> {
    let (shop, by) = (desk.shop.clone(), Actor::from(&desk.staff));
    let (csv, report) = (file(&shop, key, "csv")?, file(&shop, key, suffix(mode))?);
    // Made before the task runs, and only once: a second click finds it here.
    if std::fs::OpenOptions::new().write(true).create_new(true).open(&report).is_err() {
        return Ok(());
    }
    tokio::spawn(async move {
        if let Err(error) = work(&shop, &by, mode, csv, &report).await {
            tracing::error!(%error, "import failed");
            fs::remove_file(&report).await.ok();
        }
    });
    Ok(())
}

async fn work(shop: &Shop, by: &Actor, mode: Mode, csv: PathBuf, report: &std::path::Path) -> Result<()> {
    let bytes = fs::read(csv).await.map_err(failed)?;
    let fetcher = (mode == Mode::Apply).then(Fetcher::new);
    let done = shop::import::shopify(shop, &bytes, mode, by, fetcher.as_ref(), &mut |_, _| {}).await?;
    // Beside and renamed: half a report is never read.
    let beside = report.with_extension("part");
    fs::write(&beside, serde_json::to_vec(&done)?).await.map_err(failed)?;
    fs::rename(&beside, report).await.map_err(failed)
}

fn suffix(mode: Mode) -> &'static str {
    match mode {
        Mode::DryRun => "checked.json",
        Mode::Apply => "applied.json",
    }
}

fn folder(shop: &Shop) -> PathBuf {
    shop.media.folder.with_file_name("imports")
}

/// A file of an upload; `NotFound` for a key that this shop would not have given out.
fn file(shop: &Shop, key: &str, suffix: &str) -> Result<PathBuf> {
    if key.len() != 64 || !key.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(Error::NotFound("import"));
    }
    Ok(folder(shop).join(format!("{key}.{suffix}")))
}

async fn forget_old(shop: &Shop) {
    let Ok(mut entries) = fs::read_dir(folder(shop)).await else { return };
    let now = u128::try_from(shop.now_ms()).unwrap_or_default();
    while let Ok(Some(entry)) = entries.next_entry().await {
        let changed = entry.metadata().await.and_then(|data| data.modified());
        let age =
            changed.ok().and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok()).map(|since| since.as_millis());
        if age.is_some_and(|at| at + KEPT_MS < now) {
            fs::remove_file(entry.path()).await.ok();
        }
    }
}

#[expect(clippy::needless_pass_by_value, reason = "stands in `map_err`")]
fn failed(error: std::io::Error) -> Error {
    Error::Internal(format!("imports folder: {error}"))
}
