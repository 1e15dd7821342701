//! Database errors, matched by kind and never by message.

use sqlx::error::ErrorKind;

/// Which kind of rule a write broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Violation {
    Unique,
    ForeignKey,
    Check,
    NotNull,
}

#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// `fetch_one` found nothing.
    #[error("no such row")]
    RowNotFound,
    /// A constraint of the schema refused the write.
    #[error("constraint violated ({0:?}): {1}")]
    Constraint(Violation, Cause),
    /// The database cannot be used as it is set up.
    #[error("database setup: {0}")]
    Setup(String),
    /// A commit may or may not have happened: read again before doing anything else.
    #[error("outcome unknown: {0}")]
    Unknown(String),
    /// An earlier statement of this transaction failed, so the whole of it is rolled back.
    #[error("an earlier statement of the transaction failed")]
    Aborted,
    /// A statement changed fewer rows than it must: someone else was faster. Nothing may be kept.
    #[error("{changed} rows changed instead of {wanted}")]
    Stale { wanted: u64, changed: u64 },
    /// The engine chose a victim among transactions or gave up waiting for a lock; nothing was changed.
    #[error("database busy: {0}")]
    Busy(Cause),
    #[error("database: {0}")]
    Other(Cause),
}

/// What the engine itself said.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

impl DbError {
    pub fn violation(&self) -> Option<Violation> {
        match self {
            Self::Constraint(violation, _) => Some(*violation),
            _ => None,
        }
    }

    /// Whether the same work may succeed when it is simply done again.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Busy(_))
    }

    pub fn is_unique_violation(&self) -> bool {
        self.violation() == Some(Violation::Unique)
    }
}

/// PostgreSQL's errors, and those of reading a row's columns.
impl From<sqlx::Error> for DbError {
    fn from(error: sqlx::Error) -> Self {
        if matches!(error, sqlx::Error::RowNotFound) {
            return Self::RowNotFound;
        }
        if matches!(error, sqlx::Error::PoolTimedOut) {
            return Self::Busy(error.into());
        }
        let Some(said) = error.as_database_error() else { return Self::Other(error.into()) };
        let violation = match said.kind() {
            ErrorKind::UniqueViolation => Some(Violation::Unique),
            ErrorKind::ForeignKeyViolation => Some(Violation::ForeignKey),
            ErrorKind::CheckViolation => Some(Violation::Check),
            ErrorKind::NotNullViolation => Some(Violation::NotNull),
            _ => None,
        };
        // serialization_failure, deadlock_detected, lock_not_available, query_canceled (it took longer than it may)
        let busy = said.code().is_some_and(|code| ["40001", "40P01", "55P03", "57014"].contains(&code.as_ref()));
        match violation {
            Some(violation) => Self::Constraint(violation, error.into()),
            None if busy => Self::Busy(error.into()),
            None => Self::Other(error.into()),
        }
    }
}

/// SQLite's errors, by its extended result codes (<https://www.sqlite.org/rescode.html>).
impl From<rusqlite::Error> for DbError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ffi;
        let Some(said) = error.sqlite_error() else { return Self::Other(error.into()) };
        let violation = match said.extended_code {
            ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY | ffi::SQLITE_CONSTRAINT_ROWID => {
                Violation::Unique
            }
            ffi::SQLITE_CONSTRAINT_FOREIGNKEY => Violation::ForeignKey,
            // A trigger that refuses is a rule that no CHECK can ask; PostgreSQL's raise check_violation.
            ffi::SQLITE_CONSTRAINT_CHECK | ffi::SQLITE_CONSTRAINT_TRIGGER => Violation::Check,
            ffi::SQLITE_CONSTRAINT_NOTNULL => Violation::NotNull,
            _ if matches!(said.code, ffi::ErrorCode::DatabaseBusy | ffi::ErrorCode::DatabaseLocked) => {
                return Self::Busy(error.into());
            }
            _ => return Self::Other(error.into()),
        };
        Self::Constraint(violation, error.into())
    }
}

impl From<sqlx::migrate::MigrateError> for DbError {
    fn from(error: sqlx::migrate::MigrateError) -> Self {
        Self::Setup(error.to_string())
    }
}
