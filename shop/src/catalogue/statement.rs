//! Statements that answer a whole page at once by aggregating children into JSON.
//!
//! The engines name the same JSON functions differently; a statement is written once in PostgreSQL's words and
//! renamed for SQLite. One statement instead of five spares PostgreSQL four round trips and reads one snapshot.

use crate::db::{Engine, Sql};

/// One statement in the words of both engines.
pub(crate) struct Statement {
    sqlite: String,
    postgres: String,
}

impl Statement {
    /// `text` uses `json_agg`, `json_build_array` and, for an identifier as text, `id_text(…)`.
    pub fn new(text: &str) -> Self {
        Self { sqlite: sqlite(text), postgres: postgres(text) }
    }

    /// As [`Statement::new`], over rows that come in ([`rows!`](crate::rows)).
    pub fn over(sql: Sql) -> Self {
        Self::of(sql.sqlite, sql.postgres)
    }

    /// As [`Statement::new`], where the engines' texts differ in more than names.
    pub fn of(on_sqlite: &str, on_postgres: &str) -> Self {
        Self { sqlite: sqlite(on_sqlite), postgres: postgres(on_postgres) }
    }

    /// The same statement about another column.
    pub fn about(self, column: &str, other: &str) -> Self {
        Self { sqlite: self.sqlite.replace(column, other), postgres: self.postgres.replace(column, other) }
    }

    pub fn on(&self, engine: Engine) -> &str {
        match engine {
            Engine::Sqlite => &self.sqlite,
            Engine::Postgres => &self.postgres,
        }
    }
}

fn sqlite(text: &str) -> String {
    text.replace("json_agg(", "json_group_array(")
        .replace("json_build_array(", "json_array(")
        .replace("id_text(", "hex(")
}

fn postgres(text: &str) -> String {
    text.replace("id_text(", "text(")
}

/// The identifiers of `$2` in their order, as rows `(id, place)`.
pub(crate) const fn asked_for(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => "(SELECT unhex(value) AS id, key AS place FROM json_each($2))",
        Engine::Postgres => "(SELECT id, place FROM UNNEST($2) WITH ORDINALITY AS asked(id, place))",
    }
}

/// Units of variant `v` that can be bought over all warehouses; NULL when they are not counted.
pub(crate) const AVAILABLE: &str = "CASE WHEN v.tracked THEN (SELECT COALESCE(CAST(SUM(s.free) AS BIGINT), 0)
     FROM stock s WHERE s.variant_id = v.id) END";

/// JSON `[[slug, title], …]` from the root down to the category whose id the subquery `$start` yields.
macro_rules! breadcrumb {
    ($start:expr) => {
        concat!(
            "(WITH RECURSIVE up(parent_id, slug, title, depth) AS (
                SELECT c.parent_id, c.slug, c.title, 0 FROM category c WHERE c.id = ",
            $start,
            " UNION ALL
                SELECT c.parent_id, c.slug, c.title, up.depth + 1 FROM category c JOIN up ON c.id = up.parent_id
                WHERE up.depth < 8)
              SELECT CAST(json_agg(json_build_array(up.slug, up.title) ORDER BY up.depth DESC) AS TEXT) FROM up)"
        )
    };
}
pub(super) use breadcrumb;

/// Reads JSON that a statement of ours built; `None` (nothing to aggregate on PostgreSQL) is the empty list.
pub(crate) fn read<T: serde::de::DeserializeOwned>(json: Option<&str>) -> crate::Result<Vec<T>> {
    Ok(json.map_or_else(|| Ok(Vec::new()), serde_json::from_str)?)
}
