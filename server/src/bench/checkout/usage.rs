//! Processor time by process, from the kernel's own count.

use super::gateway::Gateway;
use super::internal;
use shop::db::{Db, Engine};
use shop::{Result, args};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

/// What /proc counts in: Linux's USER_HZ, 100 everywhere the shop runs.
const TICKS_PER_SECOND: u64 = 100;

/// Time on the processors, user and system. SQLite runs within the shop's process.
pub(super) struct Usage {
    pub(super) shop: Duration,
    pub(super) gateway: Duration,
    /// `None` where the database is no process of this machine's own.
    pub(super) database: Option<Duration>,
    /// By process of the database's, because they come and go.
    backends: BTreeMap<u32, Duration>,
}

impl Usage {
    pub(super) async fn now(gateway: &Gateway, db: &Db) -> Result<Self> {
        let backends = backends(db).await?;
        let database = (!backends.is_empty()).then(|| backends.values().sum());
        Ok(Self { shop: of_process(std::process::id())?, gateway: of_process(gateway.process())?, database, backends })
    }

    pub(super) fn since(self, start: &Self) -> Self {
        let spent =
            |(id, time): (&u32, &Duration)| time.saturating_sub(start.backends.get(id).copied().unwrap_or_default());
        Self {
            shop: self.shop.saturating_sub(start.shop),
            gateway: self.gateway.saturating_sub(start.gateway),
            database: self.database.map(|_| self.backends.iter().map(spent).sum()),
            backends: self.backends,
        }
    }
}

/// PostgreSQL's processes, those that write its log and its files included.
async fn backends(db: &Db) -> Result<BTreeMap<u32, Duration>> {
    if db.engine() == Engine::Sqlite {
        return Ok(BTreeMap::new());
    }
    let ids: Vec<(i32,)> = db.fetch_all("SELECT pid FROM pg_stat_activity WHERE pid IS NOT NULL", args![]).await?;
    let own = ids.into_iter().filter_map(|(id,)| u32::try_from(id).ok());
    // A server elsewhere has process ids that mean something else here.
    Ok(own.filter(|id| is_postgres(*id)).filter_map(|id| Some((id, of_process(id).ok()?))).collect())
}

fn is_postgres(id: u32) -> bool {
    std::fs::read_to_string(format!("/proc/{id}/comm")).is_ok_and(|name| name.trim() == "postgres")
}

fn of_process(id: u32) -> Result<Duration> {
    let path = PathBuf::from(format!("/proc/{id}/stat"));
    let text = std::fs::read_to_string(&path).map_err(|error| internal(format!("{}: {error}", path.display())))?;
    ticks(&text)
        .map(|ticks| Duration::from_millis(ticks * 1000 / TICKS_PER_SECOND))
        .ok_or_else(|| internal(format!("{} cannot be read", path.display())))
}

/// `utime` and `stime`: the 12th and 13th field after the name, which may itself hold spaces and brackets.
fn ticks(stat: &str) -> Option<u64> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace().skip(11);
    Some(fields.next()?.parse::<u64>().ok()? + fields.next()?.parse::<u64>().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_may_be_called_anything() {
        let stat = "7 (a) b (c) S 1 7 7 0 -1 4194560 900 0 0 0 31 11 0 0 20 0 4 0 100 1000 200";
        assert_eq!(ticks(stat), Some(42));
        assert_eq!(ticks("7 (a"), None);
    }
}
