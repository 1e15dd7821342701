//! Rows that SQLite answered, in a shape that `#[derive(sqlx::FromRow)]` reads.
//!
//! Statements run on the calling thread, through rusqlite: sqlx's own SQLite driver hands every statement to a thread of
//! its own, and waking that thread and being woken by it costs several times what the statement does. So that one row
//! type still serves both engines, SQLite is described to sqlx once more, for reading only; what a connection would
//! do stands in [`absent`] and cannot be called.

mod absent;

use sqlx::error::BoxDynError;
use sqlx::{ColumnIndex, Database, Decode, Error, Row, Type, TypeInfo, ValueRef};
use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use uuid::Uuid;

/// SQLite as sqlx's reading side knows it.
#[derive(Debug)]
pub struct Sqlite;

impl Database for Sqlite {
    type Connection = absent::Absent;
    type TransactionManager = absent::Absent;
    type Row = SqliteRow;
    type QueryResult = absent::NoResult;
    type Column = Column;
    type TypeInfo = Kind;
    type Value = Value;
    type ValueRef<'r> = &'r Value;
    type Arguments = absent::NoArguments;
    type ArgumentBuffer = ();
    type Statement = absent::Absent;

    const NAME: &'static str = "SQLite";
    const URL_SCHEMES: &'static [&'static str] = &["sqlite"];
}

/// One row. Column names are shared by all rows of an answer.
#[derive(Debug)]
pub struct SqliteRow {
    columns: Arc<[Column]>,
    values: Box<[Value]>,
}

impl SqliteRow {
    pub(super) fn new(columns: Arc<[Column]>, values: Box<[Value]>) -> Self {
        Self { columns, values }
    }
}

impl Row for SqliteRow {
    type Database = Sqlite;

    fn columns(&self) -> &[Column] {
        &self.columns
    }

    fn try_get_raw<I: ColumnIndex<Self>>(&self, index: I) -> Result<&Value, Error> {
        let index = index.index(self)?;
        self.values.get(index).ok_or(Error::ColumnIndexOutOfBounds { index, len: self.values.len() })
    }
}

impl ColumnIndex<SqliteRow> for usize {
    fn index(&self, row: &SqliteRow) -> Result<usize, Error> {
        let len = row.values.len();
        if *self < len { Ok(*self) } else { Err(Error::ColumnIndexOutOfBounds { index: *self, len }) }
    }
}

impl ColumnIndex<SqliteRow> for str {
    fn index(&self, row: &SqliteRow) -> Result<usize, Error> {
        let place = row.columns.iter().position(|column| &*column.name == self);
        place.ok_or_else(|| Error::ColumnNotFound(self.to_owned()))
    }
}

#[derive(Debug)]
pub struct Column {
    pub(super) ordinal: usize,
    pub(super) name: Box<str>,
}

impl sqlx::Column for Column {
    type Database = Sqlite;

    fn ordinal(&self) -> usize {
        self.ordinal
    }

    fn name(&self) -> &str {
        &self.name
    }

    /// SQLite's columns have no type of their own; its values do.
    fn type_info(&self) -> &Kind {
        &Kind::Null
    }
}

/// One value, as SQLite stores it.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Null,
    Integer(i64),
    Real(f64),
    Text(String),
    Blob(Vec<u8>),
}

impl Value {
    fn kind(&self) -> Kind {
        match self {
            Self::Null => Kind::Null,
            Self::Integer(_) => Kind::Integer,
            Self::Real(_) => Kind::Real,
            Self::Text(_) => Kind::Text,
            Self::Blob(_) => Kind::Blob,
        }
    }
}

impl sqlx::Value for Value {
    type Database = Sqlite;

    fn as_ref(&self) -> &Value {
        self
    }

    fn type_info(&self) -> Cow<'_, Kind> {
        Cow::Owned(self.kind())
    }

    fn is_null(&self) -> bool {
        *self == Self::Null
    }
}

impl<'r> ValueRef<'r> for &'r Value {
    type Database = Sqlite;

    fn to_owned(&self) -> Value {
        (*self).clone()
    }

    fn type_info(&self) -> Cow<'_, Kind> {
        Cow::Owned(self.kind())
    }

    fn is_null(&self) -> bool {
        **self == Value::Null
    }
}

/// SQLite's storage classes (<https://www.sqlite.org/datatype3.html>).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Null,
    Integer,
    Real,
    Text,
    Blob,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl TypeInfo for Kind {
    fn is_null(&self) -> bool {
        *self == Self::Null
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Null => "NULL",
            Self::Integer => "INTEGER",
            Self::Real => "REAL",
            Self::Text => "TEXT",
            Self::Blob => "BLOB",
        }
    }
}

/// The types a row may hold, and what each is stored as.
macro_rules! readable {
    ($($rust:ty, $kind:ident, $pattern:pat => $value:expr;)*) => {$(
        impl Type<Sqlite> for $rust {
            fn type_info() -> Kind {
                Kind::$kind
            }
        }

        impl Decode<'_, Sqlite> for $rust {
            fn decode(value: &Value) -> Result<Self, BoxDynError> {
                match value {
                    $pattern => $value,
                    other => Err(format!("{} where {} was expected", other.kind(), Kind::$kind).into()),
                }
            }
        }
    )*};
}

readable! {
    i64, Integer, Value::Integer(v) => Ok(*v);
    i32, Integer, Value::Integer(v) => Ok(i32::try_from(*v)?);
    bool, Integer, Value::Integer(v) => Ok(*v != 0);
    f64, Real, Value::Real(v) => Ok(*v);
    String, Text, Value::Text(v) => Ok(v.clone());
    Vec<u8>, Blob, Value::Blob(v) => Ok(v.clone());
    Uuid, Blob, Value::Blob(v) => Ok(Uuid::from_slice(v)?);
}
