//! I8, I9 and I20: what shoppers were told stays true. Tests and load programs write down every answer they were
//! given; after crashes and restarts the database has to agree.

use super::{Breach, Verdict};
use crate::db::Read;
use crate::{Result, args};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One answer to a request to place an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// The idempotency key of the request.
    pub key: String,
    /// HTTP status; 0 when no answer came.
    pub status: u16,
    /// Whether this answer will never change for its key (201, 402, a final 409).
    pub is_final: bool,
    /// The order's number, when the answer named one.
    pub number: Option<String>,
    /// What the body said, in a form that can be compared.
    pub body: String,
}

/// Judges a log of answers. With `ended`, every key must have come to a final answer by now.
pub async fn check(db: &mut impl Read, log: &[Told], ended: bool) -> Result<Vec<Verdict>> {
    let mut by_key: BTreeMap<&str, Vec<&Told>> = BTreeMap::new();
    for told in log {
        by_key.entry(&told.key).or_default().push(told);
    }
    let mut verdicts = vec![kept(db, log).await?, same(&by_key)];
    if ended {
        verdicts.push(final_in_the_end(&by_key));
    }
    Ok(verdicts)
}

async fn kept(db: &mut impl Read, log: &[Told]) -> Result<Verdict> {
    let mut breaches = Vec::new();
    for told in log.iter().filter(|told| (200..300).contains(&told.status)) {
        let Some(number) = &told.number else { continue };
        let sql = "SELECT state FROM orders WHERE number = $1";
        let state: Option<(String,)> = db.fetch_optional(sql, args![number]).await?;
        let state = state.map_or_else(|| "nowhere".to_owned(), |(state,)| state);
        if matches!(state.as_str(), "nowhere" | "pending_payment" | "payment_failed") {
            let detail = format!("key {} was told that the order stands, and it is {state}", told.key);
            breaches.push(Breach { rule: "I8", reference: number.clone(), detail });
        }
    }
    Ok(Verdict { rule: "I8", says: "Every order that a shopper was told of is there", breaches })
}

fn same(by_key: &BTreeMap<&str, Vec<&Told>>) -> Verdict {
    let mut breaches = Vec::new();
    for (key, told) in by_key {
        let mut finals = told.iter().filter(|told| told.is_final).map(|told| (told.status, told.body.as_str()));
        let first = finals.next();
        if let (Some(first), Some(other)) = (first, finals.find(|answer| Some(*answer) != first)) {
            let detail = format!("first {first:?}, then {other:?}");
            breaches.push(Breach { rule: "I9", reference: (*key).to_owned(), detail });
        }
    }
    Verdict { rule: "I9", says: "Final answers to one key are all the same", breaches }
}

fn final_in_the_end(by_key: &BTreeMap<&str, Vec<&Told>>) -> Verdict {
    let undecided = by_key.iter().filter(|(_, told)| !told.iter().any(|told| told.is_final));
    let breaches = undecided
        .map(|(key, told)| Breach {
            rule: "I20",
            reference: (*key).to_owned(),
            detail: format!("{} answers, none of them final", told.len()),
        })
        .collect();
    Verdict { rule: "I20", says: "Every key comes to a final answer", breaches }
}
