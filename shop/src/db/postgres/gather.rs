//! One statement for many readers.
//!
//! Who reads while the same statement is under way for somebody else waits for it to come back; then all who wait are
//! answered by one:
//!
//! ```text
//! SELECT … WHERE id = $1                                            a lone reader's statement stays as it is
//! SELECT q.*, each_.n FROM json_to_recordset($1) AS each_(n, a1)    what stands in for twenty of them
//!   CROSS JOIN LATERAL (SELECT … WHERE id = each_.a1 OFFSET 0) AS q
//! ```
//!
//! A round trip and its planning, waking and waiting cost more than what most statements read. Everybody is answered from
//! a snapshot taken after the question was asked.

use super::super::arg::{self, Arg};
use super::super::{DbError, Result, Row};
use sqlx::PgPool;
use sqlx::postgres::PgRow;
use std::collections::{HashMap, HashSet};
use std::fmt::Write;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::runtime::Handle;
use tokio::sync::oneshot;

/// Questions in one statement at most.
const LARGEST: usize = 64;

/// Rows shared by all who asked the same.
type Found = Arc<Vec<PgRow>>;

pub(in crate::db) struct Gather {
    pool: PgPool,
    /// Who leads may be dropped anywhere.
    runtime: Handle,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Statements under way, with those who wait for the next.
    under_way: HashMap<Box<str>, Vec<Question>>,
    /// Statements that PostgreSQL did not take in this form.
    alone: HashSet<Box<str>>,
}

struct Question {
    args: Vec<Arg>,
    answer: oneshot::Sender<Result<Found>>,
}

/// What somebody who has a question does.
enum Part {
    /// This statement is not for many.
    Alone,
    /// Nobody else asks: runs the statement as it is.
    Leads,
    Waits(oneshot::Receiver<Result<Found>>),
}

/// Whoever runs the statement; when done, or gone, those who came meanwhile are next.
struct Lead<'g> {
    gather: &'g Arc<Gather>,
    sql: &'g str,
}

impl Drop for Lead<'_> {
    fn drop(&mut self) {
        let mut state = self.gather.state();
        let Some(waiting) = state.under_way.get_mut(self.sql) else { return };
        if waiting.is_empty() {
            state.under_way.remove(self.sql);
            return;
        }
        let next: Vec<_> = waiting.drain(..waiting.len().min(LARGEST)).collect();
        drop(state);
        let (gather, sql): (_, Box<str>) = (Arc::clone(self.gather), self.sql.into());
        self.gather.runtime.spawn(async move {
            let lead = Lead { gather: &gather, sql: &sql };
            gather.answer_all(&sql, next).await;
            drop(lead);
        });
    }
}

impl Gather {
    /// For the current runtime.
    pub(in crate::db) fn new(pool: PgPool) -> Arc<Self> {
        Arc::new(Self { pool, runtime: Handle::current(), state: Mutex::default() })
    }

    pub(in crate::db) async fn fetch_all<T: Row>(self: &Arc<Self>, sql: &str, args: Vec<Arg>) -> Result<Vec<T>> {
        let found = match self.join(sql, &args) {
            Part::Alone => self.ask_alone(sql, args).await,
            Part::Leads => {
                let lead = Lead { gather: self, sql };
                let found = self.ask_alone(sql, args).await;
                drop(lead);
                found
            }
            Part::Waits(found) => found.await.unwrap_or_else(|_| Err(DbError::Busy("the statement broke off".into()))),
        };
        Ok(found?.iter().map(T::from_row).collect::<std::result::Result<_, _>>()?)
    }

    fn join(&self, sql: &str, args: &[Arg]) -> Part {
        let mut state = self.state();
        if state.alone.contains(sql) || args.iter().any(|arg| column_type(arg).is_none()) {
            return Part::Alone;
        }
        let Some(waiting) = state.under_way.get_mut(sql) else {
            state.under_way.insert(sql.into(), Vec::new());
            return Part::Leads;
        };
        let (answer, found) = oneshot::channel();
        waiting.push(Question { args: args.to_vec(), answer });
        Part::Waits(found)
    }

    async fn ask_alone(&self, sql: &str, args: Vec<Arg>) -> Result<Found> {
        Ok(Arc::new(arg::query(sql, args)?.fetch_all(&self.pool).await?))
    }

    async fn answer_all(&self, sql: &str, mut questions: Vec<Question>) {
        questions.retain(|question| !question.answer.is_closed());
        let mut refused = false;
        if questions.len() > 1 {
            match self.ask_together(sql, &questions).await {
                Ok(found) => {
                    for (question, found) in questions.into_iter().zip(found) {
                        question.answer.send(Ok(found)).ok();
                    }
                    return;
                }
                Err(error) => {
                    tracing::debug!(%error, sql, "many could not be answered at once");
                    refused = !error.is_transient();
                }
            }
        }
        for question in questions {
            let found = self.ask_alone(sql, question.args).await;
            // It was this question that could not be answered, not the form.
            refused &= found.is_ok();
            question.answer.send(found).ok();
        }
        if refused {
            self.state().alone.insert(sql.into());
        }
    }

    /// One answer for each question; those that are alike are asked once.
    async fn ask_together(&self, sql: &str, questions: &[Question]) -> Result<Vec<Found>> {
        let mut places: HashMap<String, usize> = HashMap::new();
        let mut asked = String::from("[");
        let of: Vec<usize> = questions
            .iter()
            .map(|question| {
                let args = members(&question.args);
                let next = places.len();
                *places.entry(args).or_insert_with_key(|args| {
                    let _ = write!(asked, "{}{{\"n\":{next}{args}}}", if next == 0 { "" } else { "," });
                    next
                })
            })
            .collect();
        asked.push(']');
        let text = together(sql, &questions[0].args);
        let rows = arg::query(&text, vec![Arg::Text(Some(asked))])?.fetch_all(&self.pool).await?;
        let mut found: Vec<Vec<PgRow>> = (0..places.len()).map(|_| Vec::new()).collect();
        for row in rows {
            let place: i64 = sqlx::Row::try_get(&row, sqlx::Row::len(&row) - 1)?;
            let of_place = usize::try_from(place).ok().and_then(|place| found.get_mut(place));
            of_place.ok_or_else(|| DbError::Other("an answer to a question nobody asked".into()))?.push(row);
        }
        let found: Vec<Found> = found.into_iter().map(Arc::new).collect();
        Ok(of.into_iter().map(|place| Arc::clone(&found[place])).collect())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// `None` for lists, which are many values already.
fn column_type(arg: &Arg) -> Option<&'static str> {
    match arg {
        Arg::Bool(_) => Some("BOOLEAN"),
        Arg::Int(_) => Some("BIGINT"),
        Arg::Text(_) => Some("TEXT"),
        Arg::Id(_) => Some("UUID"),
        Arg::Ints(_) | Arg::Texts(_) | Arg::Ids(_) => None,
    }
}

/// The arguments as members of a JSON object, `,"a1":…,"a2":…`.
fn members(args: &[Arg]) -> String {
    let mut members = String::new();
    for (arg, number) in args.iter().zip(1..) {
        let value = match arg {
            Arg::Bool(value) => serde_json::json!(value),
            Arg::Int(value) => serde_json::json!(value),
            Arg::Text(value) => serde_json::json!(value),
            Arg::Id(value) => serde_json::json!(value),
            Arg::Ints(_) | Arg::Texts(_) | Arg::Ids(_) => continue,
        };
        let _ = write!(members, ",\"a{number}\":{value}");
    }
    members
}

/// The statement that answers many questions; the number of the question comes last in every row.
fn together(sql: &str, args: &[Arg]) -> String {
    let mut text = String::from("SELECT q.*, each_.n FROM json_to_recordset(CAST($1 AS JSON)) AS each_(n BIGINT");
    for (arg, number) in args.iter().zip(1..) {
        let _ = write!(text, ", a{number} {}", column_type(arg).unwrap_or("TEXT"));
    }
    text.push_str(") CROSS JOIN LATERAL (");
    let mut rest = sql;
    while let Some(at) = rest.find('$') {
        let (before, after) = (&rest[..at], &rest[at + 1..]);
        let digits = after.len() - after.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        text.push_str(before);
        text.push_str(if digits == 0 { "$" } else { "each_.a" });
        text.push_str(&after[..digits]);
        rest = &after[digits..];
    }
    text.push_str(rest);
    // A fence: joined into the whole, tables of the question would be read before its arguments are known.
    text.push_str(" OFFSET 0) AS q");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_argument_of_a_statement_becomes_a_column() {
        let sql = "SELECT a FROM t WHERE b = $1 AND c > $12 OR b = $1";
        let text = together(sql, &[Arg::from(1_i64), Arg::from("x")]);
        assert_eq!(
            text,
            "SELECT q.*, each_.n FROM json_to_recordset(CAST($1 AS JSON)) AS each_(n BIGINT, a1 BIGINT, a2 TEXT) \
             CROSS JOIN LATERAL (SELECT a FROM t WHERE b = each_.a1 AND c > each_.a12 OR b = each_.a1 OFFSET 0) AS q"
        );
    }

    #[test]
    fn arguments_are_told_as_json() {
        let id = uuid::Uuid::nil();
        let args = ["a\"b".into(), 7_i64.into(), id.into(), None::<String>.into(), true.into()];
        let expected = r#","a1":"a\"b","a2":7,"a3":"00000000-0000-0000-0000-000000000000","a4":null,"a5":true"#;
        assert_eq!(members(&args), expected);
    }
}
