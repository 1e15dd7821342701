//! `mercer bench catalogue`: what shoppers and merchants wait for, through HTTP, on catalogues of growing size.
//!
//! Fills a database step by step, starts this same program as a child over it, and asks closed loop over kept-open
//! connections. The reader is as small as can be, because it shares the processors with the server. Prints one table in
//! Markdown; progress goes to standard error.

mod drive;
mod question;
mod server;
mod table;

use clap::Args;
use question::Questions;
use server::Server;
use shop::db::{Db, Engine};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use table::{Column, Measured};

#[derive(Args, Debug)]
pub struct CatalogueArgs {
    /// Sizes of the catalogue, ascending
    #[arg(long, value_name = "COUNT,…", value_delimiter = ',', default_value = "1000,100000,1000000")]
    products: Vec<u64>,
    /// Seconds for each kind of question
    #[arg(long, default_value_t = 5)]
    seconds: u64,
}

/// Memory of a server that keeps no page.
const NO_PAGES: &str = "0";
const PAGES_MIB: &str = "64";
/// Products that are changed, one after the other.
const EDITS: usize = 20;
const VISIBLE_WITHIN: Duration = Duration::from_secs(30);

/// Runs the benchmark over the database at `url`, by default a SQLite file that is thrown away, and prints its table.
///
/// # Errors
/// When the database cannot be filled or has products of its own, the server does not come up, or an answer is not 200.
pub async fn run(args: &CatalogueArgs, url: Option<&str>) -> Result<(), String> {
    let folder = std::env::temp_dir().join(format!("mercer-bench-catalogue-{}", std::process::id()));
    std::fs::create_dir_all(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let outcome = measure(args, url, &folder).await;
    let _ = std::fs::remove_dir_all(&folder);
    outcome
}

async fn measure(args: &CatalogueArgs, url: Option<&str>, folder: &Path) -> Result<(), String> {
    let url = url.map_or_else(|| format!("sqlite:{}", folder.join("bench.db").display()), ToOwned::to_owned);
    let db = Db::open(&url).await.map_err(told)?;
    db.migrate().await.map_err(told)?;
    let (there,): (i64,) = db.fetch_one("SELECT COUNT(*) FROM product", Vec::new()).await.map_err(told)?;
    if there > 0 {
        return Err("this database has products already".into());
    }
    let mut columns = Vec::new();
    for products in &args.products {
        columns.push(one_size(&db, &url, folder, *products, args.seconds).await?);
    }
    let engine = if db.engine() == Engine::Sqlite { "SQLite" } else { "PostgreSQL" };
    print!("{}", table::markdown(engine, &columns));
    db.close().await;
    Ok(())
}

async fn one_size(db: &Db, url: &str, folder: &Path, products: u64, seconds: u64) -> Result<Column, String> {
    eprintln!("{products} products: filling");
    fill(url, folder, products)?;
    let questions = Questions::gather(db).await?;
    let mut column = Column::of(products);

    let keeping = Server::start(url, folder, PAGES_MIB).await?;
    column.ready_seconds = keeping.ready_after.as_secs_f64();
    column.idle_mib = keeping.resident_mib();
    // Each once: drawing them for the first time is the next row's business.
    drive::once(&keeping, &questions.popular).await?;
    column.add("product page, kept", drive::load(&keeping, &questions.popular, 16, seconds).await?);
    column.loaded_mib = keeping.resident_mib();
    drop(keeping);

    let mut drawing = Server::start(url, folder, NO_PAGES).await?;
    column.add("product page, drawn", drive::load(&drawing, &questions.products, 16, seconds).await?);
    for (name, paths) in questions.lists() {
        for connections in [1, 2] {
            column.add(name, drive::load(&drawing, paths, connections, seconds).await?);
        }
    }
    column.add("into the cart", drive::fill_carts(&drawing, &questions.skus, 64, seconds).await?);
    drawing.log_in().await?;
    for (name, paths) in questions.admin() {
        column.add(name, drive::load(&drawing, paths, 1, seconds).await?);
    }
    column.add("edit until it is found", edits(db, &drawing, products).await?);
    Ok(column)
}

/// Brings the catalogue to `products`, and lets the index be built anew, which is quicker than to follow.
fn fill(url: &str, folder: &Path, products: u64) -> Result<(), String> {
    let mercer = std::env::current_exe().map_err(told)?;
    let done = Command::new(mercer)
        .args(["seed", "--products", &products.to_string()])
        .env("MERCER_DATA_DIR", folder)
        .env("DATABASE_URL", url)
        .stdout(Stdio::null())
        .status()
        .map_err(told)?;
    let _ = std::fs::remove_dir_all(folder.join(crate::state::SEARCH_FOLDER));
    if done.success() { Ok(()) } else { Err("the catalogue could not be filled".into()) }
}

/// From the commit of a new title to the answer that has it; each title is a word of its own.
async fn edits(db: &Db, server: &Server, products: u64) -> Result<Measured, String> {
    let ids: Vec<(shop::id::ProductId,)> = db
        .fetch_all("SELECT id FROM product WHERE status = 'published' ORDER BY id LIMIT $1", shop::args![EDITS as i64])
        .await
        .map_err(told)?;
    let mut connection = server.connect().await?;
    let mut latencies = Vec::new();
    let begun = Instant::now();
    for (at, (id,)) in ids.into_iter().enumerate() {
        // Like no other of them: a word that is one for another finds its product before it is indexed.
        let seed = (products << 40) ^ ((at as u64) << 32) ^ u64::from(std::process::id());
        let word = format!("zq{:016x}", (seed + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let mut tx = db.begin().await.map_err(told)?;
        let sql = "UPDATE product SET title = $2 WHERE id = $1";
        tx.execute(sql, shop::args![id, &word]).await.map_err(told)?;
        tx.commit().await.map_err(told)?;
        let committed = Instant::now();
        let path = format!("/api/v1/search?q={word}");
        let found = format!("\"title\":\"{word}\"");
        loop {
            let page = connection.get(&path, "").await.map_err(told)?;
            if memchr::memmem::find(page, found.as_bytes()).is_some() {
                break;
            }
            if committed.elapsed() > VISIBLE_WITHIN {
                return Err(format!("{word} is not found within {} s", VISIBLE_WITHIN.as_secs()));
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        latencies.push(u32::try_from(committed.elapsed().as_micros()).unwrap_or(u32::MAX));
    }
    Ok(Measured::of(latencies, begun.elapsed(), 1))
}

#[expect(clippy::needless_pass_by_value, reason = "stands in `map_err`")]
fn told(error: impl ToString) -> String {
    error.to_string()
}
