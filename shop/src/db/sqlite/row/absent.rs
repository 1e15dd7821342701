//! What sqlx asks of a database beyond reading rows, and nobody can call: there is no value of [`Absent`].

use super::{Column, Kind, Sqlite, SqliteRow};
use sqlx::error::BoxDynError;
use sqlx::query::{Query, QueryAs, QueryScalar};
use sqlx::{
    Arguments, ColumnIndex, ConnectOptions, Connection, Either, Encode, Error, FromRow, IntoArguments, SqlStr,
    Statement, Transaction, Type,
};
use sqlx_core::transaction::TransactionManager;
use std::str::FromStr;

#[derive(Clone, Debug)]
pub enum Absent {}

impl Connection for Absent {
    type Database = Sqlite;
    type Options = Self;

    async fn close(self) -> Result<(), Error> {
        match self {}
    }

    async fn close_hard(self) -> Result<(), Error> {
        match self {}
    }

    async fn ping(&mut self) -> Result<(), Error> {
        match *self {}
    }

    async fn begin(&mut self) -> Result<Transaction<'_, Sqlite>, Error> {
        match *self {}
    }

    fn shrink_buffers(&mut self) {
        match *self {}
    }

    async fn flush(&mut self) -> Result<(), Error> {
        match *self {}
    }

    fn should_flush(&self) -> bool {
        match *self {}
    }
}

impl FromStr for Absent {
    type Err = Error;

    fn from_str(_: &str) -> Result<Self, Error> {
        Err(nowhere())
    }
}

impl ConnectOptions for Absent {
    type Connection = Self;

    fn from_url(_: &url::Url) -> Result<Self, Error> {
        Err(nowhere())
    }

    async fn connect(&self) -> Result<Self, Error> {
        match *self {}
    }

    fn log_statements(self, _: log::LevelFilter) -> Self {
        self
    }

    fn log_slow_statements(self, _: log::LevelFilter, _: std::time::Duration) -> Self {
        self
    }
}

impl TransactionManager for Absent {
    type Database = Sqlite;

    async fn begin(connection: &mut Self, _: Option<SqlStr>) -> Result<(), Error> {
        match *connection {}
    }

    async fn commit(connection: &mut Self) -> Result<(), Error> {
        match *connection {}
    }

    async fn rollback(connection: &mut Self) -> Result<(), Error> {
        match *connection {}
    }

    fn start_rollback(connection: &mut Self) {
        match *connection {}
    }

    fn get_transaction_depth(connection: &Self) -> usize {
        match *connection {}
    }
}

impl Statement for Absent {
    type Database = Sqlite;

    fn into_sql(self) -> SqlStr {
        match self {}
    }

    fn sql(&self) -> &SqlStr {
        match *self {}
    }

    fn parameters(&self) -> Option<Either<&[Kind], usize>> {
        match *self {}
    }

    fn columns(&self) -> &[Column] {
        match *self {}
    }

    fn query(&self) -> Query<'_, Sqlite, NoArguments> {
        match *self {}
    }

    fn query_with<A: IntoArguments<Sqlite>>(&self, _: A) -> Query<'_, Sqlite, A> {
        match *self {}
    }

    fn query_as<O: for<'r> FromRow<'r, SqliteRow>>(&self) -> QueryAs<'_, Sqlite, O, NoArguments> {
        match *self {}
    }

    fn query_as_with<'s, O, A>(&'s self, _: A) -> QueryAs<'s, Sqlite, O, A>
    where
        O: for<'r> FromRow<'r, SqliteRow>,
        A: IntoArguments<Sqlite>,
    {
        match *self {}
    }

    fn query_scalar<O>(&self) -> QueryScalar<'_, Sqlite, O, NoArguments>
    where
        (O,): for<'r> FromRow<'r, SqliteRow>,
    {
        match *self {}
    }

    fn query_scalar_with<'s, O, A>(&'s self, _: A) -> QueryScalar<'s, Sqlite, O, A>
    where
        (O,): for<'r> FromRow<'r, SqliteRow>,
        A: IntoArguments<Sqlite>,
    {
        match *self {}
    }
}

impl ColumnIndex<Absent> for usize {
    fn index(&self, statement: &Absent) -> Result<usize, Error> {
        match *statement {}
    }
}

/// The shop binds its own `Arg`s.
#[derive(Default)]
pub struct NoArguments;

impl Arguments for NoArguments {
    type Database = Sqlite;

    fn reserve(&mut self, _: usize, _: usize) {}

    fn add<'t, T: Encode<'t, Sqlite> + Type<Sqlite>>(&mut self, _: T) -> Result<(), BoxDynError> {
        Err(nowhere().into())
    }

    fn len(&self) -> usize {
        0
    }
}

impl IntoArguments<Sqlite> for NoArguments {
    fn into_arguments(self) -> Self {
        self
    }
}

#[derive(Default)]
pub struct NoResult;

impl Extend<Self> for NoResult {
    fn extend<T: IntoIterator<Item = Self>>(&mut self, _: T) {}
}

fn nowhere() -> Error {
    Error::Configuration("SQLite is not reached through sqlx".into())
}
