//! Lists: newest first, in pages, by `limit`, `starting_after`, `ending_before` and `created`.

use std::sync::Arc;

use serde::Serialize;

use super::json;
use crate::error::{Answer, ApiError};
use crate::form::Params;

/// A page of a list.
#[derive(Serialize)]
struct ListView<T> {
    object: &'static str,
    data: Vec<T>,
    has_more: bool,
    url: &'static str,
}

/// The parameters that every list takes.
pub const PARAMS: &[&str] = &["created", "limit", "starting_after", "ending_before"];

/// Cuts the page out of `all`, which is oldest first; whether there is more in the direction one went.
pub fn page<'a, T>(
    params: &Params,
    all: &'a [Arc<T>],
    cursor: impl Fn(&str) -> Option<usize>,
    created: impl Fn(&T) -> i64,
    wanted: impl Fn(&T) -> bool,
) -> Answer<(Vec<&'a Arc<T>>, bool)> {
    let limit = params.integer("limit")?.unwrap_or(10);
    let limit = usize::try_from(limit).ok().filter(|limit| (1..=100).contains(limit)).ok_or_else(|| {
        ApiError::param("parameter_invalid_integer", "limit", "This value must be between 1 and 100.")
    })?;
    let place = |name: &str| {
        let id = params.text(name);
        id.map(|id| cursor(id).ok_or_else(|| ApiError::no_such("object", name, id))).transpose()
    };
    let (after, before) = (place("starting_after")?, place("ending_before")?);
    if after.is_some() && before.is_some() {
        let message = "You cannot use both starting_after and ending_before.";
        return Err(ApiError::param("parameter_invalid", "starting_after", message));
    }
    let exactly = params.integer("created")?;
    let from =
        params.integer("created[gte]")?.or(params.integer("created[gt]")?.map(|at| at.saturating_add(1))).or(exactly);
    let to =
        params.integer("created[lte]")?.or(params.integer("created[lt]")?.map(|at| at.saturating_sub(1))).or(exactly);
    let young = |it: &&Arc<T>| from.is_none_or(|from| created(it) >= from);
    let old = |it: &&Arc<T>| to.is_none_or(|to| created(it) <= to);
    let wanted = |it: &&Arc<T>| wanted(it);
    // The sandbox's clock never goes back: nothing further down is younger, nothing further up is older.
    let mut found: Vec<&Arc<T>> = match before {
        Some(before) => all[before + 1..].iter().take_while(old).filter(young).filter(wanted).take(limit + 1).collect(),
        None => {
            let end = after.unwrap_or(all.len());
            all[..end].iter().rev().take_while(young).filter(old).filter(wanted).take(limit + 1).collect()
        }
    };
    let has_more = found.len() > limit;
    found.truncate(limit);
    if before.is_some() {
        found.reverse();
    }
    Ok((found, has_more))
}

pub fn list<T: Serialize>(url: &'static str, data: Vec<T>, has_more: bool) -> Vec<u8> {
    json(&ListView { object: "list", data, has_more, url })
}
