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
    Constraint(Violation, sqlx::Error),
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
    #[error("database: {0}")]
    Other(sqlx::Error),
}

impl DbError {
    pub fn violation(&self) -> Option<Violation> {
        match self {
            Self::Constraint(violation, _) => Some(*violation),
            _ => None,
        }
    }

    /// Whether the same work may succeed when it is simply done again: the engine chose a victim among
    /// transactions or gave up waiting for a lock, and nothing was changed.
    pub fn is_transient(&self) -> bool {
        let Self::Other(error) = self else { return false };
        // PostgreSQL: serialization_failure, deadlock_detected, lock_not_available. SQLite: SQLITE_BUSY and
        // SQLITE_BUSY_SNAPSHOT.
        matches!(error, sqlx::Error::PoolTimedOut)
            || error
                .as_database_error()
                .and_then(sqlx::error::DatabaseError::code)
                .is_some_and(|code| ["40001", "40P01", "55P03", "5", "517"].contains(&code.as_ref()))
    }

    pub fn is_unique_violation(&self) -> bool {
        self.violation() == Some(Violation::Unique)
    }
}

impl From<sqlx::Error> for DbError {
    fn from(error: sqlx::Error) -> Self {
        if matches!(error, sqlx::Error::RowNotFound) {
            return Self::RowNotFound;
        }
        let violation = error.as_database_error().and_then(|e| match e.kind() {
            ErrorKind::UniqueViolation => Some(Violation::Unique),
            ErrorKind::ForeignKeyViolation => Some(Violation::ForeignKey),
            ErrorKind::CheckViolation => Some(Violation::Check),
            ErrorKind::NotNullViolation => Some(Violation::NotNull),
            _ => None,
        });
        match violation {
            Some(violation) => Self::Constraint(violation, error),
            None => Self::Other(error),
        }
    }
}

impl From<sqlx::migrate::MigrateError> for DbError {
    fn from(error: sqlx::migrate::MigrateError) -> Self {
        Self::Setup(error.to_string())
    }
}
