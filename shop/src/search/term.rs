//! What shoppers look for: gathered in memory, written down every few seconds, counted by day.
//!
//! Nobody waits for it, and a process that dies loses the last seconds of it. Who searched is not kept; what looks like a
//! mail address or a long number is not even counted.

use super::{Report, Search, Term, folded_term};
use crate::db::{Read, Sql};
use crate::staff::Staff;
use crate::{Result, Shop, args};
use serde_json::{Value, json};
use std::collections::HashMap;

/// Different terms that wait to be written down; further ones are not counted.
const WAITING: usize = 5_000;
/// Different terms of one day; further ones are not counted, whoever makes them up.
const TERMS: i64 = 5_000;
const KEEP_DAYS: i64 = 90;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// Digits in a row: telephone and card numbers have more.
const DIGITS: usize = 6;
/// Rows of each list of a report.
const ROWS: i64 = 25;

/// By term: searches, those that found nothing, clicks.
#[derive(Default)]
pub(super) struct Heard(HashMap<String, [i64; 3]>);

impl Search {
    /// Somebody looked for `text`; `found`: how many products there were.
    pub fn searched(&self, text: &str, found: usize) {
        self.heard().add(text, [1, i64::from(found == 0), 0]);
    }

    /// Somebody opened a product from what was found for `text`.
    pub fn clicked(&self, text: &str) {
        self.heard().add(text, [0, 0, 1]);
    }
}

impl Heard {
    fn add(&mut self, text: &str, more: [i64; 3]) {
        let term = folded_term(text);
        if term.is_empty() || is_private(&term) || (self.0.len() >= WAITING && !self.0.contains_key(&term)) {
            return;
        }
        let counts = self.0.entry(term).or_default();
        for (count, more) in counts.iter_mut().zip(more) {
            *count += more;
        }
    }
}

fn is_private(term: &str) -> bool {
    let digits = term.chars().filter(|c| !matches!(c, ' ' | '-' | '/' | '+'));
    let longest = digits.fold((0, 0), |(run, longest): (usize, usize), c| {
        let run = if c.is_ascii_digit() { run + 1 } else { 0 };
        (run, longest.max(run))
    });
    term.contains('@') || longest.1 > DIGITS
}

/// Adds rows of $1 to day $2: those that are there already, and as many others as $3 says; in the order of the rows.
const ADD: Sql = Sql {
    sqlite: "INSERT INTO search_term (day, term, searches, no_results, clicks)
        SELECT $2, h.term, h.searches, h.no_results, h.clicks
        FROM (SELECT key AS place, value ->> 'term' AS term, value ->> 'searches' AS searches,
            value ->> 'no_results' AS no_results, value ->> 'clicks' AS clicks FROM jsonb_each($1)) AS h
        WHERE h.place < $3 OR EXISTS (SELECT 1 FROM search_term o WHERE o.day = $2 AND o.term = h.term)
        ORDER BY h.place
        ON CONFLICT (day, term) DO UPDATE SET searches = search_term.searches + excluded.searches,
          no_results = search_term.no_results + excluded.no_results, clicks = search_term.clicks + excluded.clicks",
    postgres: "INSERT INTO search_term (day, term, searches, no_results, clicks)
        SELECT $2, h.term, h.searches, h.no_results, h.clicks
        FROM json_to_recordset(CAST($1 AS JSON))
          AS h(place BIGINT, term TEXT, searches BIGINT, no_results BIGINT, clicks BIGINT)
        WHERE h.place < $3 OR EXISTS (SELECT 1 FROM search_term o WHERE o.day = $2 AND o.term = h.term)
        ORDER BY h.place
        ON CONFLICT (day, term) DO UPDATE SET searches = search_term.searches + excluded.searches,
          no_results = search_term.no_results + excluded.no_results, clicks = search_term.clicks + excluded.clicks",
};

/// Writes down what was looked for in this process; how many terms.
pub async fn keep_heard(shop: &Shop, search: &Search) -> Result<usize> {
    const FULL: &str = "SELECT COUNT(*) FROM search_term WHERE day = $1";
    let heard = std::mem::take(&mut *search.heard()).0;
    if heard.is_empty() {
        return Ok(0);
    }
    // In one order for all: two processes never wait for each other's rows crosswise.
    let mut heard: Vec<_> = heard.into_iter().collect();
    heard.sort_unstable();
    let rows = heard.iter().enumerate().map(|(place, (term, [searches, no_results, clicks]))| {
        json!({ "place": place, "term": term, "searches": searches, "no_results": no_results, "clicks": clicks })
    });
    let rows = rows.collect::<Value>().to_string();
    let day = shop.now_ms() / DAY_MS;
    let mut tx = shop.db.begin().await?;
    let (terms,): (i64,) = tx.fetch_one(FULL, args![day]).await?;
    tx.execute(ADD.of(tx.engine()), args![rows, day, TERMS - terms]).await?;
    tx.commit().await?;
    Ok(heard.len())
}

/// What was looked for in the last `days`, today among them.
pub async fn report(shop: &Shop, _: &Staff, days: i64) -> Result<Report> {
    const SUMS: &str = "CAST(SUM(searches) AS BIGINT) AS searches, CAST(SUM(no_results) AS BIGINT) AS no_results,
        CAST(SUM(clicks) AS BIGINT) AS clicks FROM search_term WHERE day > $1";
    let after = shop.now_ms() / DAY_MS - days;
    let all: (Option<i64>, Option<i64>, Option<i64>) =
        shop.db.fetch_one(&format!("SELECT {SUMS}"), args![after]).await?;
    let list = async |having: &str, order: &str| -> Result<Vec<Term>> {
        let sql = format!("SELECT term, {SUMS} GROUP BY term {having} ORDER BY {order} DESC, term LIMIT $2");
        let rows: Vec<(String, i64, i64, i64)> = shop.db.fetch_all(&sql, args![after, ROWS]).await?;
        let term = |(term, searches, no_results, clicks)| Term { term, searches, no_results, clicks };
        Ok(rows.into_iter().map(term).collect())
    };
    let (searches, no_results, clicks) = (all.0.unwrap_or(0), all.1.unwrap_or(0), all.2.unwrap_or(0));
    Ok(Report {
        days,
        all: Term { term: String::new(), searches, no_results, clicks },
        top: list("HAVING SUM(searches) > 0", "searches").await?,
        no_results: list("HAVING SUM(no_results) > 0", "no_results").await?,
    })
}

/// Forgets what was looked for long ago.
pub(crate) async fn forget_old_terms(shop: &Shop) -> Result<u64> {
    const OLD: &str = "SELECT MIN(day) FROM search_term";
    let until = shop.now_ms() / DAY_MS - KEEP_DAYS;
    let (first,): (Option<i64>,) = shop.db.fetch_one(OLD, args![]).await?;
    if first.is_none_or(|first| first >= until) {
        return Ok(0);
    }
    Ok(shop.db.execute("DELETE FROM search_term WHERE day < $1", args![until]).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_private_is_not_counted() {
        let mut heard = Heard::default();
        for text in ["anna@example.org", "4242 4242 4242 4242", "+49 170 1234567", "  ", ""] {
            heard.add(text, [1, 0, 0]);
        }
        assert!(heard.0.is_empty());
        for text in ["  Blue   MUG ", "blue mug", "size 42", "sku-123456"] {
            heard.add(text, [1, 1, 0]);
        }
        assert_eq!(heard.0.len(), 3);
        assert_eq!(heard.0["blue mug"], [2, 2, 0]);
    }
}
