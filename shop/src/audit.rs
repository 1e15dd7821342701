//! Who changed what, when, from where: one row per change made through the admin, the command line or by the shop
//! itself, written in the transaction that makes the change.
//!
//! A row that is there was committed together with its change, and the table is only ever added to. Secrets
//! (passwords, tokens) never go into `before` or `after`. Reading the log is the owner's.

use crate::catalogue::Page;
use crate::db::Tx;
use crate::id::StaffId;
use crate::limits::PAGE_ROWS;
use crate::staff::Staff;
use crate::{Error, Result, Shop, args};
use serde::Serialize;
use serde_json::Value;
use std::collections::HashMap;
use uuid::Uuid;

/// Who made a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A member of staff and the network address of the request.
    Staff { id: StaffId, address: String },
    /// The shop by itself: workers, timers, the provider's news.
    System,
    /// Whoever has a shell on the machine.
    Cli,
}

impl Actor {
    /// As stored: `staff:<id>`, `system`, `cli`.
    pub fn code(&self) -> String {
        match self {
            Self::Staff { id, .. } => format!("staff:{id}"),
            Self::System => "system".into(),
            Self::Cli => "cli".into(),
        }
    }

    /// The inverse of [`Actor::code`] and [`Actor::address`]; what is neither staff nor the command line is the shop.
    pub(crate) fn parse(code: &str, address: &str) -> Self {
        match code.strip_prefix("staff:").and_then(|id| id.parse().ok()) {
            Some(id) => Self::Staff { id, address: address.to_owned() },
            None if code == "cli" => Self::Cli,
            None => Self::System,
        }
    }

    pub(crate) fn address(&self) -> &str {
        match self {
            Self::Staff { address, .. } => address,
            Self::System | Self::Cli => "",
        }
    }
}

impl From<&Staff> for Actor {
    fn from(staff: &Staff) -> Self {
        Self::Staff { id: staff.id, address: staff.address.clone() }
    }
}

/// One change, to be recorded.
#[derive(Clone, Debug)]
pub struct Entry {
    pub actor: Actor,
    /// Noun and verb: "product.update", "order.ship".
    pub action: &'static str,
    /// The noun: "product", "order", "stock", "staff", "setting".
    pub entity: &'static str,
    pub entity_id: String,
    /// The fields as they were; `None` when the thing is new.
    pub before: Option<Value>,
    /// The fields as they are now; `None` when the thing is gone.
    pub after: Option<Value>,
}

impl Entry {
    pub fn new(actor: impl Into<Actor>, action: &'static str, entity: &'static str, entity_id: impl ToString) -> Self {
        Self { actor: actor.into(), action, entity, entity_id: entity_id.to_string(), before: None, after: None }
    }

    #[must_use]
    pub fn before(mut self, value: &impl Serialize) -> Self {
        self.before = serde_json::to_value(value).ok();
        self
    }

    #[must_use]
    pub fn after(mut self, value: &impl Serialize) -> Self {
        self.after = serde_json::to_value(value).ok();
        self
    }
}

/// Writes the entry with the change it belongs to. `now` in Unix milliseconds.
pub async fn record(tx: &mut Tx, entry: &Entry, now: i64) -> Result<()> {
    tx.execute(
        "INSERT INTO audit_log (id, actor, action, entity, entity_id, before, after, address, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        args![
            crate::chance::uuid(),
            entry.actor.code(),
            entry.action,
            entry.entity,
            &entry.entity_id,
            entry.before.as_ref().map(Value::to_string),
            entry.after.as_ref().map(Value::to_string),
            entry.actor.address(),
            now,
        ],
    )
    .await?;
    Ok(())
}

/// One row of the log as it is read.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Unix milliseconds.
    pub at: i64,
    /// Name of the member of staff, "System" or "Command line".
    pub actor: String,
    pub action: String,
    pub entity: String,
    pub entity_id: String,
    pub before: Option<Value>,
    pub after: Option<Value>,
    pub address: String,
}

/// What to show; empty fields do not filter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    pub entity: String,
    pub entity_id: String,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    actor: String,
    action: String,
    entity: String,
    entity_id: String,
    before: Option<String>,
    after: Option<String>,
    address: String,
    at: i64,
}

/// The log, newest first; for owners.
pub async fn list(shop: &Shop, by: &Staff, filter: &Filter, after: Option<&str>, rows: i64) -> Result<Page<Record>> {
    by.require_owner()?;
    let rows = rows.clamp(*PAGE_ROWS.start(), *PAGE_ROWS.end());
    let after = match after {
        None => Uuid::max(),
        Some(text) => Uuid::parse_str(text).map_err(|_| Error::field("after", "This page does not exist."))?,
    };
    let mut found: Vec<Row> = shop
        .db
        .fetch_all(
            "SELECT id, actor, action, entity, entity_id, before, after, address, at FROM audit_log
             WHERE ($1 = '' OR entity = $1) AND ($2 = '' OR entity_id = $2) AND id < $3
             ORDER BY id DESC LIMIT $4",
            args![&filter.entity, &filter.entity_id, after, rows + 1],
        )
        .await?;
    let more = i64::try_from(found.len()).unwrap_or(i64::MAX) > rows;
    if more {
        found.pop();
    }
    let next = found.last().filter(|_| more).map(|row| row.id.to_string());
    let names = actor_names(shop).await?;
    let items = found.into_iter().map(|row| read(row, &names)).collect::<Result<_>>()?;
    Ok(Page { items, next })
}

/// What actors are called, by their codes.
pub(crate) async fn actor_names(shop: &Shop) -> Result<HashMap<String, String>> {
    let staff: Vec<(StaffId, String)> = shop.db.fetch_all("SELECT id, name FROM staff", args![]).await?;
    let others = [("system", "System"), ("cli", "Command line")].map(|(code, name)| (code.to_owned(), name.to_owned()));
    Ok(staff.into_iter().map(|(id, name)| (format!("staff:{id}"), name)).chain(others).collect())
}

/// The kinds of thing the log speaks of, for the filter.
pub async fn entities(shop: &Shop, by: &Staff) -> Result<Vec<String>> {
    by.require_owner()?;
    let rows: Vec<(String,)> =
        shop.db.fetch_all("SELECT DISTINCT entity FROM audit_log ORDER BY entity", args![]).await?;
    Ok(rows.into_iter().map(|(entity,)| entity).collect())
}

fn read(row: Row, names: &HashMap<String, String>) -> Result<Record> {
    let actor = names.get(&row.actor).cloned().unwrap_or_else(|| row.actor.clone());
    let json = |text: Option<String>| text.map(|text| serde_json::from_str(&text)).transpose();
    Ok(Record {
        at: row.at,
        actor,
        action: row.action,
        entity: row.entity,
        entity_id: row.entity_id,
        before: json(row.before)?,
        after: json(row.after)?,
        address: row.address,
    })
}
