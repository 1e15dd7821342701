//! An import as a job in the database: it survives a restart, runs once however many workers there are, and can be
//! taken back.
//!
//! ```text
//! receiving → uploaded ─(check)→ checking → checked ─(run)→ running → fetching → done
//!                 ▲                 │           │              └──(cancel, bug)──▶ cancelled, failed
//!                 └──(other columns)┴───────────┘                done, cancelled, failed ─▶ rolling_back → rolled_back
//! ```
//!
//! Products are applied in batches: a batch, what is needed to take it back, and the job's position are one transaction,
//! so a process that dies at any moment neither loses nor doubles a product. Whoever works on a job holds its newest
//! epoch for as long as its lease lasts; a paused worker that wakes up writes nothing.

mod create;
mod file;
mod keep;
mod picture;
mod record;
mod roll_back;
mod start;
mod view;
mod worker;

pub use create::create;
pub use keep::forget_old;
pub use start::{cancel, check, roll_back, run};
pub use view::{Touched, errors_file, first_errors, history, load, touched};
pub use worker::{Worker, work};

use super::{ColumnUse, Fetcher, Format, Mapping, Mode, RowError};
use crate::audit::Actor;
use crate::id::ImportId;
use crate::{Error, Result, Shop};
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// The file is on its way into the database.
    Receiving,
    Uploaded,
    Checking,
    Checked,
    Running,
    /// The products are there; their pictures are on their way.
    Fetching,
    Done,
    Cancelled,
    /// The shop itself could not go on.
    Failed,
    RollingBack,
    RolledBack,
}

impl State {
    const ALL: [Self; 11] = [
        Self::Receiving,
        Self::Uploaded,
        Self::Checking,
        Self::Checked,
        Self::Running,
        Self::Fetching,
        Self::Done,
        Self::Cancelled,
        Self::Failed,
        Self::RollingBack,
        Self::RolledBack,
    ];

    pub fn code(self) -> &'static str {
        match self {
            Self::Receiving => "receiving",
            Self::Uploaded => "uploaded",
            Self::Checking => "checking",
            Self::Checked => "checked",
            Self::Running => "running",
            Self::Fetching => "fetching",
            Self::Done => "done",
            Self::Cancelled => "cancelled",
            Self::Failed => "failed",
            Self::RollingBack => "rolling_back",
            Self::RolledBack => "rolled_back",
        }
    }

    fn parse(code: &str) -> Result<Self> {
        let found = Self::ALL.into_iter().find(|state| state.code() == code);
        found.ok_or_else(|| Error::Internal(format!("no state of an import: {code}")))
    }

    /// Whether a worker has something to do.
    pub fn is_active(self) -> bool {
        matches!(self, Self::Checking | Self::Running | Self::Fetching | Self::RollingBack)
    }

    /// Whether it has come to an end in which products may have been changed.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Done | Self::Cancelled | Self::Failed)
    }
}

/// An import as it stands.
#[derive(Clone, Debug)]
pub struct Job {
    pub id: ImportId,
    pub state: State,
    pub file_name: String,
    /// As [`super::text::Encoding::label`] has it.
    pub encoding: String,
    pub mapping: Mapping,
    pub fetch_pictures: bool,
    /// Name of the member of staff, or "Command line".
    pub actor: String,
    /// Of the work under way: products of the file, `None` until they are counted, and how many are done.
    pub total: Option<i64>,
    pub position: i64,
    pub counts: Counts,
    /// Somebody wants it to end.
    pub cancelled: bool,
    pub message: String,
    /// Unix milliseconds.
    pub created_at: i64,
    pub ended_at: Option<i64>,
    /// Whether what it did can still be taken back.
    pub can_roll_back: bool,
}

/// What an import did, or would do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, sqlx::FromRow)]
pub struct Counts {
    /// Data rows read.
    pub file_rows: i64,
    pub created: i64,
    pub updated: i64,
    pub unchanged: i64,
    pub refused: i64,
    pub errors: i64,
    /// Pictures fetched, and those whose address did not answer and that keep a drawn one.
    pub pictures_stored: i64,
    pub pictures_missing: i64,
    /// By the roll-back: products gone, put back, archived because they were ordered, left alone because edited since.
    pub removed: i64,
    pub restored: i64,
    pub archived: i64,
    pub kept: i64,
}

/// What an import did, or would do, in one piece.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    pub dry_run: bool,
    pub columns: Vec<ColumnUse>,
    pub counts: Counts,
    /// At most [`crate::limits::IMPORT_ERRORS`].
    pub errors: Vec<RowError>,
}

/// Creates a job for `csv` and works on it until it is done. Problems of the file are in the report; an `Err` is the
/// shop's own trouble.
pub async fn whole(
    shop: &Shop,
    format: Format,
    csv: &[u8],
    mode: Mode,
    by: &Actor,
    pictures: Option<&Fetcher>,
    progress: crate::seed::Progress<'_>,
) -> Result<Report> {
    let id = match create(shop, by, "", csv, Some(format)).await {
        Ok(id) => id,
        Err(Error::Invalid(fields)) => return Ok(Report::unreadable(mode, &fields)),
        Err(error) => return Err(error),
    };
    start::begin(shop, id, mode, pictures.is_some()).await?;
    finish(shop, id, mode, progress).await
}

/// Works on a job that was begun, or waits for whoever does, until it is done.
pub async fn finish(shop: &Shop, id: ImportId, mode: Mode, progress: crate::seed::Progress<'_>) -> Result<Report> {
    let mut worker = None;
    loop {
        let job = load(shop, id).await?;
        let count = |n: i64| usize::try_from(n).unwrap_or(0);
        if let Some(total) = job.total {
            progress(count(job.position), count(total));
        }
        if !job.state.is_active() {
            let errors = view::errors(shop, id, crate::limits::IMPORT_ERRORS).await?;
            if job.state == State::Failed {
                return Err(Error::Internal(job.message));
            }
            let columns = job.mapping.usage();
            return Ok(Report { dry_run: mode == Mode::DryRun, columns, counts: job.counts, errors });
        }
        if worker.is_none() {
            worker = Worker::claim(shop, Some(id)).await?;
        }
        match &mut worker {
            Some(active) => {
                if !active.step(shop).await? {
                    worker = None;
                }
            }
            None => tokio::time::sleep(std::time::Duration::from_millis(200)).await,
        }
    }
}

impl Report {
    fn unreadable(mode: Mode, fields: &[crate::FieldError]) -> Self {
        let errors = fields.iter().map(create::row_error).collect();
        Self { dry_run: mode == Mode::DryRun, columns: Vec::new(), counts: Counts::default(), errors }
    }
}
