//! The judge of a season: every answer that was acknowledged is in the database (I8), exactly; everything that must hold
//! in every shop holds; the gateway's ledger agrees.

use crate::notebook::Line;
use crate::stage::Copy;
use shop::args;
use shop::db::{Db, Engine};
use shop::id::CartId;
use shop::invariant::client::{self, Told};
use shop::invariant::provider::{self, Payment};
use shop::invariant::{self, Moment, Verdict};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// What there is to judge by.
pub struct Case<'a> {
    pub moment: Moment,
    /// Where the shop's clock stands, Unix milliseconds.
    pub now: i64,
    pub lines: &'a [Line],
    pub payments: &'a [Payment],
}

/// Everything that is not as it must be in the database that a dead shop has left. On SQLite a copy is looked at, so that
/// the next life finds the files as they were left, and recovers them by itself.
pub async fn judge(copy: &Copy, folder: &Path, case: Case<'_>) -> Result<Vec<String>, String> {
    let Some(file) = copy.url.strip_prefix("sqlite:") else { return judge_at(&copy.url, &case).await };
    let bench = folder.join("judged");
    if bench.exists() {
        std::fs::remove_dir_all(&bench).map_err(|error| error.to_string())?;
    }
    std::fs::create_dir(&bench).map_err(|error| error.to_string())?;
    let copy = bench.join("mercer.sqlite");
    for part in ["", "-wal", "-journal"] {
        let from = format!("{file}{part}");
        if Path::new(&from).exists() {
            std::fs::copy(from, format!("{}{part}", copy.display())).map_err(|error| error.to_string())?;
        }
    }
    let mut wrong = judge_at(&format!("sqlite:{}", copy.display()), &case).await?;
    // Every page and every reference, once the log has been moved into the file.
    wrong.extend(Db::inspect_file(&copy).err().map(|error| format!("I8 {error}")));
    Ok(wrong)
}

async fn judge_at(url: &str, case: &Case<'_>) -> Result<Vec<String>, String> {
    let found = match Db::open(url).await {
        Ok(db) => {
            let found = found(&db, case).await;
            db.close().await;
            found.map_err(|error| error.to_string())
        }
        Err(error) => Err(error.to_string()),
    };
    match found {
        // A file that cannot be read has lost everything; a server that does not answer is another matter.
        Err(error) if url.starts_with("sqlite:") => Ok(vec![format!("I8 the database cannot be read: {error}")]),
        other => other,
    }
}

async fn found(db: &Db, case: &Case<'_>) -> shop::Result<Vec<String>> {
    let told: Vec<Told> = case
        .lines
        .iter()
        .filter_map(|line| if let Line::Told(told) = line { Some(told.clone()) } else { None })
        .collect();
    let mut wrong = kept(db, case.lines).await?;
    let mut verdicts: Vec<Verdict> = invariant::check(&mut &*db, case.moment, case.now).await?;
    verdicts.extend(provider::check(&mut &*db, case.moment, 0, &["stripe"], case.payments).await?);
    if case.moment == Moment::Quiet {
        verdicts.extend(client::check(&mut &*db, &told, true).await?);
    }
    if case.moment == Moment::Quiet {
        wrong.extend(deadlocks(db).await?);
    }
    let breaches = invariant::breaches(&verdicts);
    wrong.extend(breaches.iter().map(|breach| format!("{} {}: {}", breach.rule, breach.reference, breach.detail)));
    Ok(wrong)
}

/// On PostgreSQL: transactions that waited for each other in a circle. The server ends one of them, so nothing is wrong
/// in the database; but somebody was turned away because two places lock the same rows in another order.
async fn deadlocks(db: &Db) -> shop::Result<Option<String>> {
    if db.engine() == Engine::Sqlite {
        return Ok(None);
    }
    let sql = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()";
    let (count,): (i64,) = db.fetch_one(sql, args![]).await?;
    Ok((count > 0).then(|| format!("{count} deadlocks; the server's log names the statements")))
}

/// I8: carts, final answers, orders, refunds and cancellations that somebody was told of.
async fn kept(db: &Db, lines: &[Line]) -> shop::Result<Vec<String>> {
    let carts: Vec<(CartId, i64)> = db.fetch_all("SELECT id, version FROM cart", args![]).await?;
    let carts: BTreeMap<_, _> = carts.into_iter().collect();
    let answers = "SELECT key, status FROM idempotency WHERE finished = TRUE";
    let answers: Vec<(String, i64)> = db.fetch_all(answers, args![]).await?;
    let answers: BTreeMap<_, _> = answers.into_iter().collect();
    let orders: Vec<(String, String)> = db.fetch_all("SELECT number, state FROM orders", args![]).await?;
    let orders: BTreeMap<_, _> = orders.into_iter().collect();
    let refunds: Vec<(String,)> = db.fetch_all("SELECT reason FROM refund", args![]).await?;
    let refunds: BTreeSet<_> = refunds.into_iter().map(|(reason,)| reason).collect();
    let state = |number: &String| orders.get(number).map_or("nowhere", String::as_str);
    let mut lost = Vec::new();
    for line in lines {
        match line {
            Line::Cart { cart_id, version } if carts.get(cart_id).is_none_or(|now| now < version) => {
                lost.push(format!("I8 cart {cart_id} was at version {version}, is at {:?}", carts.get(cart_id)));
            }
            Line::Told(told) if told.is_final && answers.get(&told.key) != Some(&i64::from(told.status)) => {
                let now = answers.get(&told.key);
                lost.push(format!("I8 key {} was answered {}, stored is {now:?}", told.key, told.status));
            }
            Line::Told(Told { number: Some(number), .. })
                if matches!(state(number), "nowhere" | "pending_payment" | "payment_failed") =>
            {
                lost.push(format!("I8 order {number} was told to stand, it is {}", state(number)));
            }
            Line::Refund { reason } if !refunds.contains(reason) => lost.push(format!("I8 no refund for {reason:?}")),
            Line::Cancel { number } if !matches!(state(number), "cancelled" | "refunded") => {
                lost.push(format!("I8 order {number} was cancelled, it is {}", state(number)));
            }
            _ => {}
        }
    }
    Ok(lost)
}
