//! [`rows!`](crate::rows): a statement over a set of rows that come in as one JSON array.

/// A [`Sql`](crate::db::Sql) whose `d` is a table made from `$1`, a JSON array of objects:
/// `rows!("UPDATE cart SET version = d.version FROM", [id UUID, version BIGINT], "WHERE cart.id = d.id")`.
/// Column types are `UUID`, `TEXT`, `BIGINT` and `BOOLEAN`.
#[macro_export]
macro_rules! rows {
    ($before:literal, [$first:ident $first_type:ident $(, $column:ident $type:ident)* $(,)?], $after:literal) => {
        $crate::db::Sql {
            sqlite: concat!(
                $before, " (SELECT ", $crate::rows!(@column $first $first_type),
                $(", ", $crate::rows!(@column $column $type),)*
                " FROM jsonb_each($1)) AS d ", $after
            ),
            postgres: concat!(
                $before, " json_to_recordset(CAST($1 AS JSON)) AS d(",
                stringify!($first), " ", stringify!($first_type),
                $(", ", stringify!($column), " ", stringify!($type),)*
                ") ", $after
            ),
        }
    };
    (@column $name:ident UUID) => {
        concat!("unhex(value ->> '", stringify!($name), "', '-') AS ", stringify!($name))
    };
    (@column $name:ident $type:ident) => {
        concat!("value ->> '", stringify!($name), "' AS ", stringify!($name))
    };
}
