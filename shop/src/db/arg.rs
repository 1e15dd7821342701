//! Statement arguments both engines understand.

use super::{DbError, Row};
use sqlx::query::{Query, QueryAs};
use sqlx::{AssertSqlSafe, Postgres, Sqlite, postgres::PgArguments, sqlite::SqliteArguments};
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

/// How an engine takes the values; one method per kind keeps the two lists of `match` arms apart.
pub(super) trait Bind: sqlx::Database + Sized {
    fn bind(arguments: &mut Self::Arguments, arg: Arg) -> Result<(), sqlx::error::BoxDynError>;
}

impl Bind for Sqlite {
    fn bind(arguments: &mut SqliteArguments, arg: Arg) -> Result<(), sqlx::error::BoxDynError> {
        use sqlx::Arguments;
        match arg {
            Arg::Bool(v) => arguments.add(v),
            Arg::Int(v) => arguments.add(v),
            Arg::Text(v) => arguments.add(v),
            Arg::Id(v) => arguments.add(v),
            Arg::Ints(v) => arguments.add(serde_json::to_string(&v)?),
            Arg::Texts(v) => arguments.add(serde_json::to_string(&v)?),
            Arg::Ids(v) => {
                let hex: Vec<_> = v.iter().map(|id| id.simple().to_string()).collect();
                arguments.add(serde_json::to_string(&hex)?)
            }
        }
    }
}

impl Bind for Postgres {
    fn bind(arguments: &mut PgArguments, arg: Arg) -> Result<(), sqlx::error::BoxDynError> {
        use sqlx::Arguments;
        match arg {
            Arg::Bool(v) => arguments.add(v),
            Arg::Int(v) => arguments.add(v),
            Arg::Text(v) => arguments.add(v),
            Arg::Id(v) => arguments.add(v),
            Arg::Ints(v) => arguments.add(v),
            Arg::Texts(v) => arguments.add(v),
            Arg::Ids(v) => arguments.add(v),
        }
    }
}

fn collect<DB: Bind>(args: Vec<Arg>) -> Result<DB::Arguments, DbError> {
    let mut arguments = DB::Arguments::default();
    for arg in args {
        DB::bind(&mut arguments, arg).map_err(|e| DbError::Other(sqlx::Error::Encode(e)))?;
    }
    Ok(arguments)
}

// The statements are the program's own text (never built from input), hence `AssertSqlSafe`.

pub(super) fn query<DB>(sql: &str, args: Vec<Arg>) -> Result<Query<'static, DB, DB::Arguments>, DbError>
where
    DB: Bind,
    DB::Arguments: sqlx::IntoArguments<DB>,
{
    Ok(sqlx::query_with(AssertSqlSafe(sql), collect::<DB>(args)?))
}

pub(super) fn query_as<DB, T>(sql: &str, args: Vec<Arg>) -> Result<QueryAs<'static, DB, T, DB::Arguments>, DbError>
where
    DB: Bind,
    DB::Arguments: sqlx::IntoArguments<DB>,
    T: Row + for<'r> sqlx::FromRow<'r, DB::Row>,
{
    Ok(sqlx::query_as_with(AssertSqlSafe(sql), collect::<DB>(args)?))
}
