//! The index of this process.

use super::term::Heard;
use crate::{Error, Result};
use ::search::Index;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Code of the conflict that another process writes into the folder.
pub const INDEX_KEPT: &str = "index_kept";

/// The index of this process; cheap to clone. Opened when it is first used.
#[derive(Clone)]
pub struct Search(Arc<Inner>);

struct Inner {
    /// `None`: in memory, for tests.
    folder: Option<PathBuf>,
    index: Mutex<Option<Arc<Index>>>,
    /// Codes of the catalogue's languages.
    languages: Mutex<Vec<String>>,
    heard: Mutex<Heard>,
    /// Goes up with everything that the index takes in.
    generation: AtomicU64,
}

impl Search {
    /// The index in `folder`; nothing is opened yet.
    pub fn in_folder(folder: &Path) -> Self {
        Self::over(Some(folder.to_owned()))
    }

    /// Gone with the process.
    pub fn in_memory() -> Self {
        Self::over(None)
    }

    fn over(folder: Option<PathBuf>) -> Self {
        Self(Arc::new(Inner {
            folder,
            index: Mutex::new(None),
            languages: Mutex::default(),
            heard: Mutex::default(),
            generation: AtomicU64::new(0),
        }))
    }

    /// Runs `work` with the index on a thread that may wait for the disk. An index that turns out to be broken is let go:
    /// the next use opens it again, or makes another.
    pub(crate) async fn with<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Index) -> std::result::Result<T, ::search::Error> + Send + 'static,
    ) -> Result<T> {
        let this = self.clone();
        let done = tokio::task::spawn_blocking(move || {
            let index = this.open()?;
            let done = work(&index);
            if matches!(done, Err(::search::Error::Broken(_))) {
                this.forget();
            }
            done
        });
        told(done.await)
    }

    fn open(&self) -> std::result::Result<Arc<Index>, ::search::Error> {
        let mut open = self.0.index.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(index) = &*open {
            return Ok(Arc::clone(index));
        }
        let index = Arc::new(match &self.0.folder {
            Some(folder) => Index::open(folder)?,
            None => Index::in_memory()?,
        });
        index.speak(&self.languages());
        *open = Some(Arc::clone(&index));
        Ok(index)
    }

    fn languages(&self) -> MutexGuard<'_, Vec<String>> {
        self.0.languages.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on words are taken by their stems in these languages.
    pub(super) async fn speak(&self, languages: Vec<String>) -> Result<()> {
        self.languages().clone_from(&languages);
        self.with(move |index| {
            index.speak(&languages);
            Ok(())
        })
        .await
    }

    /// Throws away what the index holds; the next use makes another. `Conflict` [`INDEX_KEPT`] while another process writes.
    pub async fn discard(&self) -> Result<()> {
        let this = self.clone();
        let done = tokio::task::spawn_blocking(move || {
            this.forget();
            this.0.folder.as_deref().map_or(Ok(()), Index::discard)
        });
        told(done.await)
    }

    /// Another number whenever something else may be found than before.
    pub fn generation(&self) -> u64 {
        self.0.generation.load(Ordering::SeqCst)
    }

    pub(super) fn has_changed(&self) {
        self.0.generation.fetch_add(1, Ordering::SeqCst);
    }

    /// What was looked for here and is not written down yet.
    pub(super) fn heard(&self) -> MutexGuard<'_, Heard> {
        self.0.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn forget(&self) {
        *self.0.index.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.has_changed();
    }
}

type Done<T> = std::result::Result<std::result::Result<T, ::search::Error>, tokio::task::JoinError>;

fn told<T>(done: Done<T>) -> Result<T> {
    let done = done.map_err(|error| Error::Internal(format!("search: {error}")))?;
    done.map_err(|error| match error {
        ::search::Error::Kept => Error::conflict(INDEX_KEPT, "Another process keeps this search index."),
        error @ ::search::Error::Broken(_) => Error::Internal(error.to_string()),
    })
}
