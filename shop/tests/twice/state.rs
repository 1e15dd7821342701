//! Everything that a shop has written, and its provider's books: what a step that is done again must leave alone.

use crate::support::till::Till;
use shop::args;
use shop::db::Engine;
use std::collections::{BTreeMap, BTreeSet};

/// Who is at work on what, and when it is looked at again: the only things a second time may change.
const WORK: &[&str] = &[
    "asked_at",
    "claimed_until",
    "due_at",
    "epoch",
    "error",
    "lease_owner",
    "lease_until",
    "next_poll_at",
    "next_try_at",
    "polls",
    "tries",
    "updated_at",
];
/// Marks of work that is done; the second time it is later.
const MARKS: &[&str] = &["applied_at", "confirmed_seen", "delivered_at", "resolved_at"];
/// How far the provider's events were read, and what the last run of each loop has counted.
const CURSORS: [&str; 2] = ["setting", "recon_run"];

/// The rows of every table, and the payments at the provider under the name "payments".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State(BTreeMap<String, Vec<String>>);

impl State {
    pub async fn of(till: &Till) -> Self {
        let db = &till.shop.db;
        let (columns, text) = match db.engine() {
            Engine::Sqlite => (
                "SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c
                 WHERE m.type = 'table' AND m.name NOT LIKE '_sqlx%' ORDER BY m.name, c.cid",
                "CASE typeof(COLUMN) WHEN 'blob' THEN hex(COLUMN) ELSE CAST(COLUMN AS TEXT) END",
            ),
            Engine::Postgres => (
                "SELECT CAST(table_name AS TEXT), CAST(column_name AS TEXT) FROM information_schema.columns
                 WHERE table_schema = 'public' AND table_name NOT LIKE '_sqlx%' ORDER BY table_name, ordinal_position",
                "CAST(COLUMN AS TEXT)",
            ),
        };
        let mut tables: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (table, column) in db.fetch_all::<(String, String)>(columns, args![]).await.unwrap() {
            if CURSORS.contains(&table.as_str()) || WORK.contains(&column.as_str()) {
                continue;
            }
            let is_mark = MARKS.contains(&column.as_str());
            let text = if is_mark { "CASE WHEN COLUMN IS NULL THEN 'no' ELSE 'yes' END" } else { text };
            let value = text.replace("COLUMN", &format!("\"{column}\""));
            tables.entry(table).or_default().push(format!("'{column}=' || COALESCE({value}, '-')"));
        }
        let mut rows = BTreeMap::new();
        for (table, values) in tables {
            let sql = format!("SELECT {} AS line FROM \"{table}\" ORDER BY 1", values.join(" || ', ' || "));
            let lines: Vec<(String,)> = db.fetch_all(&sql, args![]).await.unwrap();
            rows.insert(table, lines.into_iter().map(|(line,)| line).collect());
        }
        let payments = till.payments().await;
        rows.insert("payments".into(), payments.iter().map(|payment| format!("{payment:?}")).collect());
        Self(rows)
    }

    /// Rows that only one of the two has.
    pub fn differs(&self, later: &Self) -> Vec<String> {
        let lines = |state: &Self| -> BTreeSet<String> {
            let of = |(table, rows): (&String, &Vec<String>)| {
                rows.iter().map(|row| format!("{table}: {row}")).collect::<Vec<_>>()
            };
            state.0.iter().flat_map(of).collect()
        };
        let (before, after) = (lines(self), lines(later));
        let gone = before.difference(&after).map(|line| format!("- {line}"));
        gone.chain(after.difference(&before).map(|line| format!("+ {line}"))).collect()
    }
}

/// What a checkout that came to nothing must leave as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slate {
    /// On hand and reserved of every shelf.
    stock: Vec<(i64, i64)>,
    held_reservations: i64,
    /// Attempts that may still turn into money and have not.
    undecided_attempts: i64,
    /// Money that the provider holds for us, and that it has taken and not given back.
    money: (i64, i64),
}

impl Slate {
    pub async fn of(till: &Till) -> Self {
        let stock = till.shop.db.fetch_all("SELECT on_hand, reserved FROM stock ORDER BY id", args![]).await.unwrap();
        let (authorised, captured, voided, refunded) = till.money().await;
        Self {
            stock,
            held_reservations: till.count("SELECT COUNT(*) FROM reservation WHERE state = 'held'").await,
            undecided_attempts: till
                .count(
                    "SELECT COUNT(*) FROM payment_attempt
                     WHERE state IN ('prepared','sent','unknown','requires_action','processing','authorized')",
                )
                .await,
            money: (authorised - captured - voided, captured - refunded),
        }
    }
}
