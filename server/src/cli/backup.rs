//! `mercer backup`: a copy of the whole shop while it goes on selling.

use super::{Outcome, restore};
use crate::config::Config;
use shop::clock::{Clock, SystemClock};
use shop::db::Db;
use std::path::PathBuf;

#[derive(clap::Args)]
pub struct Arguments {
    /// Folder to make; one that exists is refused
    #[arg(value_name = "FOLDER")]
    to: PathBuf,
}

pub async fn run(arguments: Arguments, config: Config) -> Outcome {
    let url = config.database_url();
    let media = config.data_dir.join("media");
    let Some(database) = restore::sqlite_path(&url) else {
        let to = arguments.to.display();
        println!("mkdir {to}");
        println!("pg_dump --format=custom --file={to}/shop.dump \"$DATABASE_URL\"");
        println!("cp -a {} {to}/media", media.display());
        return Err("nothing was backed up: PostgreSQL is backed up by its own tools, with the commands above".into());
    };
    // Opening would make one, and an empty backup with it.
    if !database.exists() {
        return Err(format!("{} is not there", database.display()));
    }
    // Not migrated: the shop that is being served may be of another version.
    let db = Db::open(&url).await.map_err(|error| error.to_string())?;
    let manifest = shop::backup::backup(&db, &media, &arguments.to, SystemClock.now_ms(), &mut restore::progress())
        .await
        .map_err(|error| error.to_string())?;
    db.close().await;
    let counts = &manifest.counts;
    let bytes: u64 = manifest.files.iter().map(|file| file.bytes).sum();
    println!(
        "{}: {} orders, {} customers, {} products, {} pictures, {} MiB",
        arguments.to.display(),
        counts.orders,
        counts.customers,
        counts.products,
        manifest.files.len() - 1,
        bytes >> 20
    );
    Ok(())
}
