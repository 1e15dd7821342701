//! The index itself: opening, writing, reading.

use crate::fields::{self, Fields};
use crate::reading::Reading;
use crate::{Document, Error, Result, language};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use tantivy::directory::{Directory, INDEX_WRITER_LOCK, MmapDirectory};
use tantivy::indexer::{IndexWriterOptions, LogMergePolicy};
use tantivy::{IndexReader, IndexWriter, ReloadPolicy, Term};
use uuid::Uuid;

/// Bytes of documents that one writing thread gathers before it writes a segment; 15 MB is the least tantivy takes.
const MEMORY_BYTES: usize = 24 << 20;
/// Products from which on a segment is not merged into a larger one.
const SEGMENT_DOCS: usize = 200_000;

pub struct Index {
    inner: tantivy::Index,
    pub(crate) fields: Fields,
    reader: IndexReader,
    /// What searches read now. The next state is read whole before it takes this place.
    reading: RwLock<Arc<Reading>>,
    /// One reads the next state at a time, so that an older one never takes a newer one's place.
    advancing: Mutex<()>,
    /// Started by the first write: it has threads and memory of its own.
    writer: Mutex<Option<IndexWriter>>,
}

impl Index {
    /// Opens the index in `folder`, which is made when it is not there. What is not an index of this program, or cannot be
    /// read, is thrown away: the new one is empty, and its [`Index::position`] says so.
    ///
    /// # Errors
    /// When the folder cannot be written; [`Error::Kept`] when what is in it is strange and another process writes it.
    pub fn open(folder: &Path) -> Result<Self> {
        match Self::open_kept(folder) {
            Ok(Some(index)) => return Ok(index),
            Ok(None) => {}
            Err(error) => tracing::warn!(%error, folder = %folder.display(), "the search index is made anew"),
        }
        clear(folder)?;
        Self::over(tantivy::Index::create_in_dir(folder, Fields::schema().0)?)
    }

    /// `None` when there is nothing, or an index of another shape.
    fn open_kept(folder: &Path) -> Result<Option<Self>> {
        if !folder.join("meta.json").exists() {
            return Ok(None);
        }
        let inner = tantivy::Index::open_in_dir(folder)?;
        if inner.schema() != Fields::schema().0 {
            return Ok(None);
        }
        Self::over(inner).map(Some)
    }

    /// Reads every file and compares it with its checksum; takes as long as reading takes.
    ///
    /// # Errors
    /// [`Error::Broken`] names a file that is not what was written.
    pub fn check(&self) -> Result<()> {
        match self.inner.validate_checksum()?.into_iter().next() {
            None => Ok(()),
            Some(file) => {
                let what = format!("{} is damaged", file.display());
                Err(Error::Broken(tantivy::TantivyError::InternalError(what)))
            }
        }
    }

    /// Empties a folder that held an index.
    ///
    /// # Errors
    /// [`Error::Kept`] while another process writes into it.
    pub fn discard(folder: &Path) -> Result<()> {
        clear(folder)
    }

    /// An index that is gone with the process.
    pub fn in_memory() -> Result<Self> {
        Self::over(tantivy::Index::create_in_ram(Fields::schema().0))
    }

    fn over(inner: tantivy::Index) -> Result<Self> {
        fields::register(&inner);
        let reader = inner.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        let reading = RwLock::new(Arc::new(Reading::of(reader.searcher(), None)?));
        Ok(Self {
            inner,
            fields: Fields::schema().1,
            reader,
            reading,
            advancing: Mutex::new(()),
            writer: Mutex::new(None),
        })
    }

    /// From now on words are taken by their stems in these languages, codes of ISO 639-1. What was indexed before has its
    /// old stems until it is written anew.
    pub fn speak(&self, languages: &[String]) {
        language::register(&self.inner, languages);
    }

    /// What the last commit said; `None` for an index that nobody has filled.
    pub fn position(&self) -> Result<Option<String>> {
        Ok(self.inner.load_metas()?.payload)
    }

    /// Finds what another process has written since; whether there was anything.
    pub fn refresh(&self) -> Result<bool> {
        let before = self.reading();
        self.advance()?;
        let (before, now) = (before.searcher.generation(), self.reading().searcher.generation().clone());
        Ok(before.segments() != now.segments())
    }

    /// Reads what was committed last.
    fn advance(&self) -> tantivy::Result<()> {
        let _alone = self.advancing.lock().unwrap_or_else(PoisonError::into_inner);
        self.reader.reload()?;
        let next = Arc::new(Reading::of(self.reader.searcher(), Some(&self.reading()))?);
        *self.reading.write().unwrap_or_else(PoisonError::into_inner) = next;
        Ok(())
    }

    /// Products in the index.
    pub fn count(&self) -> u64 {
        self.reading().searcher.num_docs()
    }

    /// Takes the products `gone` out, puts `documents` in, in place of what was there of them, and commits both with
    /// `position`: all of it is found from now on, or after an error nothing. May wait for the disk.
    ///
    /// # Errors
    /// [`Error::Kept`] while another process writes into the folder.
    pub fn write(&self, gone: &[Uuid], documents: &[Document], position: &str) -> Result<()> {
        self.commit(|writer| {
            for id in gone.iter().chain(documents.iter().map(|document| &document.id)) {
                writer.delete_term(Term::from_field_bytes(self.fields.id, id.as_bytes()));
            }
            self.add(writer, documents)?;
            Ok(position.to_owned())
        })
    }

    /// Replaces everything by what `next` brings until it brings nothing more; what was there before is found until then.
    /// The last answer of `next` is the position.
    pub fn rebuild<E: From<Error>>(
        &self,
        mut next: impl FnMut() -> std::result::Result<Batch, E>,
    ) -> std::result::Result<(), E> {
        self.commit(|writer| {
            writer.delete_all_documents().map_err(Error::from)?;
            loop {
                match next()? {
                    Batch::Some(documents) => self.add(writer, &documents)?,
                    Batch::End(position) => return Ok(position),
                }
            }
        })
    }

    fn add(&self, writer: &IndexWriter, documents: &[Document]) -> Result<()> {
        for document in documents {
            writer.add_document(self.fields.document(document))?;
        }
        Ok(())
    }

    fn commit<E: From<Error>>(
        &self,
        work: impl FnOnce(&IndexWriter) -> std::result::Result<String, E>,
    ) -> std::result::Result<(), E> {
        let mut kept = self.writer();
        let mut writer = match kept.take() {
            Some(writer) => writer,
            None => self.start().map_err(E::from)?,
        };
        let done = match work(&writer) {
            Ok(position) => commit(&mut writer, &position).map_err(E::from),
            Err(error) => Err(error),
        };
        if done.is_ok() {
            *kept = Some(writer);
            self.advance().map_err(Error::from)?;
        }
        // A writer that failed is dropped with what it had not committed; the next write starts another.
        done
    }

    fn start(&self) -> Result<IndexWriter> {
        let options =
            IndexWriterOptions::builder().num_worker_threads(1).memory_budget_per_thread(MEMORY_BYTES).build();
        let writer = self.inner.writer_with_options(options)?;
        // A few large segments instead of one: processors look through them side by side.
        let mut merging = LogMergePolicy::default();
        merging.set_max_docs_before_merge(SEGMENT_DOCS);
        writer.set_merge_policy(Box::new(merging));
        Ok(writer)
    }

    pub(crate) fn reading(&self) -> Arc<Reading> {
        self.reading.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn tantivy(&self) -> &tantivy::Index {
        &self.inner
    }

    fn writer(&self) -> MutexGuard<'_, Option<IndexWriter>> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a rebuild is brought.
pub enum Batch {
    Some(Vec<Document>),
    /// Everything was brought; the position the index then has.
    End(String),
}

fn commit(writer: &mut IndexWriter, position: &str) -> Result<()> {
    let mut prepared = writer.prepare_commit()?;
    prepared.set_payload(position);
    prepared.commit()?;
    Ok(())
}

/// Leaves the folder empty but for the lock, which is held meanwhile: nobody loses files that are written.
fn clear(folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder)?;
    let directory = MmapDirectory::open(folder).map_err(tantivy::TantivyError::from)?;
    let _lock = directory.acquire_lock(&INDEX_WRITER_LOCK).map_err(|_| Error::Kept)?;
    for entry in std::fs::read_dir(folder)? {
        let path: PathBuf = entry?.path();
        if path.file_name() == INDEX_WRITER_LOCK.filepath.file_name() {
            continue;
        }
        if path.is_dir() { std::fs::remove_dir_all(path)? } else { std::fs::remove_file(path)? }
    }
    Ok(())
}
