//! Which loop ran when, what it is doing, what it came to: rows of `recon_run`, so that every program over the database
//! shows the same, and of several programs one takes the turn.

use crate::{Error, Result, Shop, args};

/// Nobody works on a run that has given no sign of life for this long.
const SILENT_MS: i64 = 2 * 60_000;

/// The loops, in the order in which a page lists them: name, what it does, how often.
pub const LOOPS: [(&str, &str, &str); 7] = [
    ("minute", "Stock and books within the shop, in part", "every minute"),
    ("night", "Every rule within the shop", "every day"),
    ("events", "Events that never reached the shop", "every 5 minutes"),
    ("again", "What differs, looked at once more", "every 10 minutes while something differs"),
    ("hour", "Payments of the last two hours", "every hour"),
    ("day", "Payments of the last 35 days", "every day"),
    ("now", "Compared when somebody asked", "when asked"),
];

/// The last run of a loop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    pub name: String,
    /// Unix milliseconds.
    pub started_at: i64,
    pub finished_at: Option<i64>,
    /// Still at it, and has given a sign of life lately.
    pub running: bool,
    /// What it is doing, in words.
    pub step: String,
    /// What the last one that came to its end did: what, how many.
    pub counts: Vec<(String, i64)>,
    /// Why it came to no end; empty when it did.
    pub error: String,
}

#[derive(sqlx::FromRow)]
struct Row {
    name: String,
    started_at: i64,
    seen_at: i64,
    finished_at: Option<i64>,
    step: String,
    counts: String,
    error: String,
}

/// The last run of every loop that has run, in the order of [`LOOPS`].
pub async fn runs(shop: &Shop) -> Result<Vec<Run>> {
    let sql = "SELECT name, started_at, seen_at, finished_at, step, counts, error FROM recon_run";
    let rows: Vec<Row> = shop.db.fetch_all(sql, args![]).await?;
    let now = shop.now_ms();
    let mut runs = rows
        .into_iter()
        .map(|row| {
            Ok(Run {
                running: row.finished_at.is_none() && row.seen_at + SILENT_MS > now,
                counts: serde_json::from_str(&row.counts)?,
                name: row.name,
                started_at: row.started_at,
                finished_at: row.finished_at,
                step: row.step,
                error: row.error,
            })
        })
        .collect::<Result<Vec<_>>>()?;
    runs.sort_by_key(|run| LOOPS.iter().position(|(name, ..)| *name == run.name));
    Ok(runs)
}

/// Takes the turn of a loop when it has come: of several programs, one.
pub(super) async fn take_turn(shop: &Shop, name: &'static str, every_ms: i64) -> Result<bool> {
    let now = shop.now_ms();
    // A cheap read first: an idle shop writes little.
    let last: Option<(i64,)> =
        shop.db.fetch_optional("SELECT started_at FROM recon_run WHERE name = $1", args![name]).await?;
    if last.is_some_and(|(last,)| last + every_ms > now) {
        return Ok(false);
    }
    begin(shop, name, "recon_run.started_at + $3 <= excluded.started_at", every_ms).await
}

/// Begins a run that somebody asked for; `false` while another of that name is at it.
pub(super) async fn begin_now(shop: &Shop, name: &'static str) -> Result<bool> {
    begin(shop, name, "recon_run.finished_at IS NOT NULL OR recon_run.seen_at + $3 <= excluded.started_at", SILENT_MS)
        .await
}

async fn begin(shop: &Shop, name: &'static str, condition: &str, ms: i64) -> Result<bool> {
    let sql = format!(
        "INSERT INTO recon_run (name, started_at, seen_at) VALUES ($1, $2, $2) ON CONFLICT (name) DO UPDATE
           SET started_at = excluded.started_at, seen_at = excluded.seen_at, finished_at = NULL, step = '', error = ''
         WHERE CAST($3 AS BIGINT) IS NOT NULL AND ({condition})"
    );
    let mut tx = shop.db.begin().await?;
    let taken = tx.execute(&sql, args![name, shop.now_ms(), ms]).await? == 1;
    tx.commit().await?;
    Ok(taken)
}

/// A sign of life.
pub(super) async fn step(shop: &Shop, name: &str, text: &str) -> Result<()> {
    let mut tx = shop.db.begin().await?;
    let sql = "UPDATE recon_run SET step = $2, seen_at = $3 WHERE name = $1";
    tx.execute(sql, args![name, text, shop.now_ms()]).await?;
    Ok(tx.commit().await?)
}

/// The end of a run, with what it did or why it broke off.
pub(super) async fn end(shop: &Shop, name: &str, outcome: Result<Vec<(&'static str, usize)>, &Error>) -> Result<()> {
    let now = shop.now_ms();
    let mut tx = shop.db.begin().await?;
    match outcome {
        Ok(counts) => {
            let sql = "UPDATE recon_run SET finished_at = $2, seen_at = $2, step = '', counts = $3 WHERE name = $1";
            tx.execute(sql, args![name, now, serde_json::to_string(&counts)?]).await?;
        }
        Err(error) => {
            // The text of a bug is for the log.
            let why = error.problem().detail;
            let sql = "UPDATE recon_run SET finished_at = $2, seen_at = $2, step = '', error = $3 WHERE name = $1";
            tx.execute(sql, args![name, now, why]).await?;
        }
    }
    Ok(tx.commit().await?)
}

/// How far a loop has come that looks at a part at a time.
pub(super) async fn position(shop: &Shop, name: &str) -> Result<String> {
    let row: Option<(String,)> =
        shop.db.fetch_optional("SELECT position FROM recon_run WHERE name = $1", args![name]).await?;
    Ok(row.map(|(text,)| text).unwrap_or_default())
}

pub(super) async fn set_position(shop: &Shop, name: &str, position: &str) -> Result<()> {
    shop.db.execute("UPDATE recon_run SET position = $2 WHERE name = $1", args![name, position]).await?;
    Ok(())
}
