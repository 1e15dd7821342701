//! `mercer bench pages`: how fast the shop's pages are, through HTTP, on a catalogue of a given size.
//!
//! Makes a fresh database, fills it, starts this same program as a child with it, and asks for pages closed loop over
//! kept-open connections. The reader is as small as can be, because it shares the processors with the server. Prints
//! pages per second, p50, p99 and bytes for each kind of page, and the child's resident memory before and after.

use super::http::Connection;
use super::latency::milliseconds_at;
use clap::Args;
use std::io;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

#[derive(Args, Debug)]
pub struct PagesArgs {
    /// Products in the catalogue.
    #[arg(long, default_value_t = 10_000)]
    products: u64,
    /// Connections that ask at the same time.
    #[arg(long, default_value_t = 16)]
    connections: usize,
    /// Seconds for each kind of page.
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// Database to fill and use; by default a SQLite file that is thrown away. A database that has products is refused.
    #[arg(long)]
    database_url: Option<String>,
}

/// What one kind of page came to.
struct Figures {
    pages: usize,
    seconds: f64,
    /// Microseconds per page, ascending.
    latencies: Vec<u32>,
    bytes: usize,
}

/// The server under test; ended when this is dropped.
struct Server {
    child: Child,
    address: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs the benchmark and prints its table.
///
/// # Errors
/// When the database cannot be filled, the server does not come up, or a page answers anything but 200.
pub async fn run(args: &PagesArgs) -> Result<(), String> {
    let folder = std::env::temp_dir().join(format!("mercer-bench-pages-{}", std::process::id()));
    std::fs::create_dir_all(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let outcome = measure(args, &folder).await;
    let _ = std::fs::remove_dir_all(&folder);
    outcome
}

async fn measure(args: &PagesArgs, folder: &std::path::Path) -> Result<(), String> {
    let url = args.database_url.clone().unwrap_or_else(|| format!("sqlite:{}", folder.join("bench.db").display()));
    let paths = fill(&url, folder, args.products).await?;
    let server = start(&url, folder).await?;
    let idle_mib = resident_mib(&server.child);
    println!(
        "{} products, {} connections, {} s each, {}",
        args.products,
        args.connections,
        args.seconds,
        if url.starts_with("sqlite") { "SQLite" } else { "PostgreSQL" }
    );
    println!(
        "{:<10} {:>10} {:>10} {:>10} {:>10} {:>12}",
        "page", "pages/s", "p50 ms", "p99 ms", "max ms", "bytes/page"
    );
    for (name, paths) in paths {
        let figures = drive(&server.address, Arc::new(paths), args).await.map_err(|e| format!("{name}: {e}"))?;
        print_row(name, &figures);
    }
    println!("resident memory: {idle_mib:.0} MiB idle, {:.0} MiB after the load", resident_mib(&server.child));
    Ok(())
}

/// Seeds the catalogue and returns the addresses to ask for, by kind of page.
async fn fill(url: &str, folder: &std::path::Path, products: u64) -> Result<Vec<(&'static str, Vec<String>)>, String> {
    let mercer = std::env::current_exe().map_err(|e| e.to_string())?;
    let done = Command::new(mercer)
        .args(["seed", "--products", &products.to_string()])
        .env("MERCER_DATA_DIR", folder)
        .env("DATABASE_URL", url)
        .stdout(Stdio::null())
        .status()
        .map_err(|e| e.to_string())?;
    if !done.success() {
        return Err("the catalogue could not be filled".into());
    }
    let db = shop::db::Db::open(url).await.map_err(|e| e.to_string())?;
    let slugs = |sql: &'static str, prefix: &'static str| {
        let db = db.clone();
        async move {
            let rows: Vec<(String,)> = db.fetch_all(sql, Vec::new()).await.map_err(|e| e.to_string())?;
            Ok::<_, String>(rows.into_iter().map(|(slug,)| format!("{prefix}{slug}")).collect::<Vec<_>>())
        }
    };
    Ok(vec![
        ("product", slugs("SELECT slug FROM product WHERE status = 'published'", "/p/").await?),
        ("category", slugs("SELECT slug FROM category", "/c/").await?),
        ("home", vec!["/".to_owned()]),
    ])
}

/// Starts `mercer serve` on a free port of the loopback and waits until it is ready.
async fn start(url: &str, folder: &std::path::Path) -> Result<Server, String> {
    let port =
        std::net::TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).map_err(|e| e.to_string())?.port();
    let address = format!("127.0.0.1:{port}");
    let log = std::fs::File::create(folder.join("serve.log")).map_err(|e| e.to_string())?;
    let child = Command::new(std::env::current_exe().map_err(|e| e.to_string())?)
        .args(["serve"])
        .env("MERCER_ADDR", &address)
        .env("MERCER_DATA_DIR", folder)
        .env("DATABASE_URL", url)
        .stdout(log.try_clone().map_err(|e| e.to_string())?)
        .stderr(log)
        .spawn()
        .map_err(|e| e.to_string())?;
    let server = Server { child, address };
    for _ in 0..200 {
        if let Ok(mut connection) = Connection::open(&server.address).await
            && connection.get("/readyz").await.is_ok()
        {
            return Ok(server);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let log = std::fs::read_to_string(folder.join("serve.log")).unwrap_or_default();
    Err(format!("the server did not get ready within 10 s:\n{log}"))
}

/// Asks for `paths` in turn over every connection until the time is up.
async fn drive(address: &str, paths: Arc<Vec<String>>, args: &PagesArgs) -> io::Result<Figures> {
    if paths.is_empty() {
        return Err(io::Error::other("nothing to ask for"));
    }
    let begun = Instant::now();
    let until = begun + Duration::from_secs(args.seconds);
    let tasks: Vec<_> = (0..args.connections)
        .map(|connection| {
            let (address, paths) = (address.to_owned(), paths.clone());
            tokio::spawn(async move { one_connection(&address, &paths, connection, until).await })
        })
        .collect();
    let (mut latencies, mut bytes) = (Vec::new(), 0);
    for task in tasks {
        let (more, read) = task.await.map_err(io::Error::other)??;
        latencies.extend(more);
        bytes += read;
    }
    let seconds = begun.elapsed().as_secs_f64();
    latencies.sort_unstable();
    Ok(Figures { pages: latencies.len(), seconds, bytes: bytes / latencies.len().max(1), latencies })
}

async fn one_connection(
    address: &str,
    paths: &[String],
    first: usize,
    until: Instant,
) -> io::Result<(Vec<u32>, usize)> {
    let mut connection = Connection::open(address).await?;
    let (mut latencies, mut bytes) = (Vec::new(), 0);
    // A large odd stride visits the whole catalogue in no helpful order.
    let mut at = first * 7_919;
    while Instant::now() < until {
        let begun = Instant::now();
        bytes += connection.get(&paths[at % paths.len()]).await?.len();
        latencies.push(u32::try_from(begun.elapsed().as_micros()).unwrap_or(u32::MAX));
        at += 104_729;
    }
    Ok((latencies, bytes))
}

fn print_row(name: &str, figures: &Figures) {
    let at = |share| milliseconds_at(&figures.latencies, share);
    #[expect(clippy::cast_precision_loss, reason = "a count for people to read")]
    let rate = figures.pages as f64 / figures.seconds;
    println!("{name:<10} {rate:>10.0} {:>10.2} {:>10.2} {:>10.2} {:>12}", at(0.5), at(0.99), at(1.0), figures.bytes);
}

/// Resident memory of the child in MiB, from /proc; 0 where there is no such file.
fn resident_mib(child: &Child) -> f64 {
    let status = PathBuf::from(format!("/proc/{}/status", child.id()));
    std::fs::read_to_string(status)
        .ok()
        .and_then(|text| {
            let line = text.lines().find(|line| line.starts_with("VmRSS:"))?;
            line.split_whitespace().nth(1)?.parse::<f64>().ok()
        })
        .map_or(0.0, |kib| kib / 1024.0)
}
