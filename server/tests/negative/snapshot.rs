//! The whole database as a few numbers, to see that nothing has changed.

use sha2::{Digest, Sha256};
use shop::args;
use shop::db::{Db, Engine, Sql};
use std::collections::BTreeMap;

/// What may change although a request is refused: table, column (`*` for all), and why.
const EXCEPT: [(&str, &str, &str); 4] = [
    ("session", "*", "a page that is looked at was looked at by a session, seen now"),
    ("attempt_count", "*", "what is limited is counted before it is judged"),
    ("audit_log", "*", "is only ever added to; rows that must be there are asked for by themselves"),
    ("payment_attempt", "asked_at", "when a waiting page last had the provider asked"),
];

const COLUMNS: Sql = Sql {
    sqlite: "SELECT t.name, c.name FROM sqlite_schema t JOIN pragma_table_info(t.name) c
        WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' ORDER BY t.name, c.cid",
    postgres: "SELECT CAST(table_name AS TEXT), CAST(column_name AS TEXT) FROM information_schema.columns
        WHERE table_schema = current_schema() ORDER BY table_name, ordinal_position",
};

/// A digest of all rows for each table.
pub async fn of(db: &Db) -> BTreeMap<String, String> {
    let columns: Vec<(String, String)> = db.fetch_all(COLUMNS.of(db.engine()), args![]).await.unwrap();
    let mut tables: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (table, column) in columns {
        if EXCEPT.iter().all(|(t, c, _)| *t != table || (*c != "*" && *c != column)) {
            tables.entry(table).or_default().push(column);
        }
    }
    let mut digests = BTreeMap::new();
    for (table, columns) in tables {
        let quote = match db.engine() {
            Engine::Sqlite => "quote",
            Engine::Postgres => "quote_nullable",
        };
        let row = columns.iter().map(|column| format!("{quote}({column})")).collect::<Vec<_>>().join(" || ',' || ");
        let sql = format!("SELECT {row} FROM {table} ORDER BY 1");
        let rows: Vec<(String,)> = db.fetch_all(&sql, args![]).await.unwrap();
        let mut digest = Sha256::new();
        for (row,) in rows {
            digest.update(row);
            digest.update("\n");
        }
        digests.insert(table, hex::encode(digest.finalize()));
    }
    digests
}

/// The tables that differ.
pub fn changed(before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) -> Vec<String> {
    before.iter().filter(|(table, digest)| after.get(*table) != Some(*digest)).map(|(table, _)| table.clone()).collect()
}
