//! Statement arguments both engines understand.

use super::{DbError, Row};
use sqlx::query::{Query, QueryAs};
use sqlx::{AssertSqlSafe, Postgres, postgres::PgArguments};
use uuid::Uuid;

/// One bound value. Lists are arrays on PostgreSQL (`UNNEST($1)`) and JSON text on SQLite (`json_each($1)`,
/// identifiers as hexadecimal for `unhex`).
#[derive(Clone, Debug)]
pub enum Arg {
    Bool(Option<bool>),
    Int(Option<i64>),
    Text(Option<String>),
    Id(Option<Uuid>),
    Ints(Vec<i64>),
    Texts(Vec<String>),
    Ids(Vec<Uuid>),
}

macro_rules! from {
    ($($source:ty => |$value:ident| $arg:expr;)*) => {$(
        impl From<$source> for Arg {
            fn from($value: $source) -> Self {
                $arg
            }
        }
    )*};
}

from! {
    bool => |v| Self::Bool(Some(v));
    Option<bool> => |v| Self::Bool(v);
    i64 => |v| Self::Int(Some(v));
    i32 => |v| Self::Int(Some(v.into()));
    Option<i64> => |v| Self::Int(v);
    &str => |v| Self::Text(Some(v.to_owned()));
    &String => |v| Self::Text(Some(v.clone()));
    String => |v| Self::Text(Some(v));
    Option<String> => |v| Self::Text(v);
    Option<&str> => |v| Self::Text(v.map(str::to_owned));
    Uuid => |v| Self::Id(Some(v));
    Option<Uuid> => |v| Self::Id(v);
    Vec<i64> => |v| Self::Ints(v);
    Vec<String> => |v| Self::Texts(v);
    Vec<Uuid> => |v| Self::Ids(v);
}

/// PostgreSQL takes the values as they are; how SQLite takes them stands in `db/sqlite/statement.rs`.
fn postgres(args: Vec<Arg>) -> Result<PgArguments, DbError> {
    use sqlx::Arguments;
    let mut arguments = PgArguments::default();
    for arg in args {
        match arg {
            Arg::Bool(v) => arguments.add(v),
            Arg::Int(v) => arguments.add(v),
            Arg::Text(v) => arguments.add(v),
            Arg::Id(v) => arguments.add(v),
            Arg::Ints(v) => arguments.add(v),
            Arg::Texts(v) => arguments.add(v),
            Arg::Ids(v) => arguments.add(v),
        }
        .map_err(DbError::Other)?;
    }
    Ok(arguments)
}

// The statements are the program's own text (never built from input), hence `AssertSqlSafe`.

pub(super) fn query(sql: &str, args: Vec<Arg>) -> Result<Query<'static, Postgres, PgArguments>, DbError> {
    Ok(sqlx::query_with(AssertSqlSafe(sql), postgres(args)?))
}

pub(super) fn query_as<T: Row>(
    sql: &str,
    args: Vec<Arg>,
) -> Result<QueryAs<'static, Postgres, T, PgArguments>, DbError> {
    Ok(sqlx::query_as_with(AssertSqlSafe(sql), postgres(args)?))
}
