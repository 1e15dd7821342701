//! `mercer restore`: puts a backup back. The shop then takes no orders until it was compared with the provider.

use super::{Outcome, open, seed};
use crate::config::Config;
use crate::state::SEARCH_FOLDER;
use shop::clock::{Clock, SystemClock};
use shop::search::Search;
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
pub struct Arguments {
    /// Folder that `mercer backup` has made
    #[arg(value_name = "FOLDER", required_unless_present = "mark")]
    from: Option<PathBuf>,
    /// Put the backup in the place of a database that is there; that one is kept beside it
    #[arg(long)]
    replace: bool,
    /// Copy nothing: mark a database that was filled by `pg_restore` as restored, so that no orders are taken yet
    #[arg(long, conflicts_with_all = ["from", "replace"])]
    mark: bool,
}

const CLOSED: &str =
    "no orders are taken until `mercer reconcile` has compared the provider's payments with this database";

pub async fn run(arguments: Arguments, config: Config) -> Outcome {
    let url = config.database_url();
    let now = SystemClock.now_ms();
    // It may have read changes that the backup does not have, and whose numbers will mean others.
    Search::in_folder(&config.data_dir.join(SEARCH_FOLDER)).discard().await.map_err(|error| error.to_string())?;
    let Some(from) = arguments.from else {
        let db = open::migrated_database(&config).await?;
        shop::backup::close_orders(&db, now).await.map_err(|error| error.to_string())?;
        println!("marked: {CLOSED}");
        return Ok(());
    };
    let Some(database) = sqlite_path(&url) else {
        println!("pg_restore --clean --if-exists --no-owner --dbname=\"$DATABASE_URL\" {}/shop.dump", from.display());
        println!("cp -a {}/media/. {}", from.display(), config.data_dir.join("media").display());
        println!("mercer restore --mark");
        return Err("nothing was restored: PostgreSQL is restored by its own tools, with the commands above".into());
    };
    let media = config.data_dir.join("media");
    let manifest = shop::backup::restore(&from, database, &media, arguments.replace, now, &mut progress())
        .await
        .map_err(|error| error.to_string())?;
    println!("restored {} orders into {}", manifest.counts.orders, database.display());
    println!("{CLOSED}");
    Ok(())
}

pub fn sqlite_path(url: &str) -> Option<&Path> {
    url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:")).map(Path::new)
}

/// Tells each step on a line of its own.
pub fn progress() -> impl FnMut(&'static str, usize, usize) + Send {
    let mut step = ("", seed::bar(""));
    move |noun, done, of| {
        if step.0 != noun {
            step = (noun, seed::bar(noun));
        }
        step.1(done, of);
    }
}
