//! Where the measuring happens: a SQLite file in a folder of its own on the shop's disk, or a PostgreSQL schema.

use crate::config::Config;
use shop::args;
use shop::db::{Db, Engine};
use shop::{Error, Result};
use std::path::{Path, PathBuf};
use url::Url;

pub(super) struct Scratch {
    pub(super) folder: Folder,
    pub(super) url: String,
    /// PostgreSQL: the real database, in which the schema is.
    server: Option<Db>,
    schema: String,
}

impl Scratch {
    pub(super) async fn create(config: &Config) -> Result<Self> {
        let url = config.database_url();
        let schema = format!("mercer_bench_{}", std::process::id());
        let postgres = url.starts_with("postgres");
        let beside = url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:")).map(Path::new);
        let parent = beside
            .and_then(Path::parent)
            .filter(|p| !p.as_os_str().is_empty())
            .map_or_else(|| if postgres { config.data_dir.clone() } else { PathBuf::from(".") }, Path::to_owned);
        let folder = Folder::create(parent.join(&schema))?;
        if !postgres {
            let url = format!("sqlite:{}", folder.path().join("bench.sqlite").display());
            let scratch = Self { folder, url, server: None, schema };
            let db = scratch.open().await?;
            db.migrate().await?;
            db.close().await;
            return Ok(scratch);
        }
        let server = Db::open(&url).await?;
        let mut tx = server.begin().await?;
        tx.execute(&format!("CREATE SCHEMA {schema}"), args![]).await?;
        tx.commit().await?;
        let mut inside = Url::parse(&url).map_err(|error| Error::Internal(format!("DATABASE_URL: {error}")))?;
        inside.query_pairs_mut().append_pair("options[search_path]", &schema);
        let scratch = Self { folder, url: inside.into(), server: Some(server), schema };
        let db = scratch.open().await?;
        db.migrate().await?;
        db.close().await;
        Ok(scratch)
    }

    pub(super) async fn open(&self) -> Result<Db> {
        Ok(Db::open(&self.url).await?)
    }

    pub(super) fn engine_name(&self) -> &'static str {
        match self.server.as_ref().map_or(Engine::Sqlite, Db::engine) {
            Engine::Sqlite => "SQLite",
            Engine::Postgres => "PostgreSQL",
        }
    }

    /// How often PostgreSQL has synced its log since its statistics began; `None` on SQLite and before version 14.
    pub(super) async fn wal_syncs(&self) -> Result<Option<u64>> {
        let Some(server) = &self.server else { return Ok(None) };
        let known: (bool,) =
            server.fetch_one("SELECT to_regclass('pg_catalog.pg_stat_wal') IS NOT NULL", args![]).await?;
        if !known.0 {
            return Ok(None);
        }
        let (syncs,): (i64,) = server.fetch_one("SELECT wal_sync FROM pg_stat_wal", args![]).await?;
        Ok(u64::try_from(syncs).ok())
    }

    pub(super) async fn remove(self) -> Result<()> {
        if let Some(server) = &self.server {
            let mut tx = server.begin().await?;
            tx.execute(&format!("DROP SCHEMA {} CASCADE", self.schema), args![]).await?;
            tx.commit().await?;
            server.close().await;
        }
        Ok(())
    }
}

/// A folder that is removed with this value.
pub(super) struct Folder(PathBuf);

impl Folder {
    fn create(path: PathBuf) -> Result<Self> {
        std::fs::create_dir_all(&path).map_err(|error| Error::Internal(format!("{}: {error}", path.display())))?;
        Ok(Self(path))
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            tracing::warn!(%error, folder = %self.0.display(), "the scratch folder stays");
        }
    }
}
