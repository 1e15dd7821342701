//! Running one statement on the calling thread.

use super::row::{Column, SqliteRow, Value};
use crate::db::{Arg, DbError, Result, Row};
use rusqlite::types::{Null, ToSql, ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection};
use std::sync::Arc;

/// Every row the statement answers with.
pub(in crate::db) fn fetch_all<T: Row>(connection: &Connection, sql: &str, args: Vec<Arg>) -> Result<Vec<T>> {
    let mut statement = prepare(connection, sql, args)?;
    let columns: Arc<[Column]> = statement
        .column_names()
        .into_iter()
        .enumerate()
        .map(|(ordinal, name)| Column { ordinal, name: name.into() })
        .collect();
    let mut found = Vec::new();
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next()? {
        let values = (0..columns.len()).map(|place| Ok(value(row.get_ref(place)?))).collect::<Result<_>>()?;
        found.push(T::from_row(&SqliteRow::new(Arc::clone(&columns), values))?);
    }
    Ok(found)
}

/// Runs the statement to its end; how many rows it changed.
pub(in crate::db) fn execute(connection: &Connection, sql: &str, args: Vec<Arg>) -> Result<u64> {
    let mut statement = prepare(connection, sql, args)?;
    let reads = statement.readonly();
    let mut rows = statement.raw_query();
    while rows.next()?.is_some() {}
    Ok(if reads { 0 } else { connection.changes() })
}

/// From the connection's cache, with its arguments bound. SQLite takes `$2` for a name and numbers names as they
/// come, so each is looked up by the number it stands for.
fn prepare<'c>(connection: &'c Connection, sql: &str, args: Vec<Arg>) -> Result<CachedStatement<'c>> {
    let mut statement = connection.prepare_cached(sql)?;
    for place in 1..=statement.parameter_count() {
        let number = statement.parameter_name(place).and_then(|name| name.get(1..)?.parse::<usize>().ok());
        let arg = number.and_then(|number| args.get(number.checked_sub(1)?));
        let arg = arg.ok_or_else(|| DbError::Setup(format!("no argument for parameter {place} of: {sql}")))?;
        statement.raw_bind_parameter(place, arg)?;
    }
    Ok(statement)
}

fn value(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(v) => Value::Integer(v),
        ValueRef::Real(v) => Value::Real(v),
        ValueRef::Text(v) => Value::Text(String::from_utf8_lossy(v).into_owned()),
        ValueRef::Blob(v) => Value::Blob(v.to_owned()),
    }
}

/// Lists go in as JSON text for `json_each`, identifiers in them as hexadecimal for `unhex`.
impl ToSql for Arg {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        fn json(list: &impl serde::Serialize) -> ToSqlOutput<'static> {
            serde_json::to_string(list).expect("lists of plain values serialise").into()
        }
        Ok(match self {
            Self::Bool(Some(v)) => (*v).into(),
            Self::Int(Some(v)) => (*v).into(),
            Self::Text(Some(v)) => v.as_str().into(),
            Self::Id(Some(v)) => v.as_bytes().as_slice().into(),
            Self::Bool(None) | Self::Int(None) | Self::Text(None) | Self::Id(None) => Null.into(),
            Self::Ints(v) => json(v),
            Self::Texts(v) => json(v),
            Self::Ids(v) => json(&v.iter().map(|id| id.simple().to_string()).collect::<Vec<_>>()),
        })
    }
}
