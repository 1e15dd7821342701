//! A step fails for good, what was done before it is undone, and the slate is clean: stock, reservations and money at the
//! provider are as they were.
//!
//! Two failures are missing on purpose. Money that differs from what was agreed freezes the checkout with its stock
//! until a person decides; and what fails after the goods are shipped is the merchant's to settle.

use super::stage::{self as s, Deed, Stage};
use super::state::{Slate, State};
use crate::support::TestShop;
use crate::support::till::Till;
use serde_json::{Value, json};
use std::sync::Arc;

pub struct Row {
    pub name: &'static str,
    /// From here on the slate counts.
    before: &'static [Deed],
    /// Operation and mood of the gateway; empty where the deed fails by itself.
    mood: (&'static str, &'static str),
    fails: &'static [Deed],
    undo: &'static [Deed],
}

const NO_MOOD: (&str, &str) = ("", "");
const CREATE: &str = "payment_intents.create";

pub const ROWS: &[Row] = &[
    row("T1, sold out", &[s::CLEAR_SHELF], NO_MOOD, &[s::PAY], &[]),
    row("C1, refused", &[], (CREATE, "declined"), &[s::PAY], &[s::GIVE_UP]),
    row("C1, refused, until time is up", &[], (CREATE, "declined"), &[s::PAY], &[s::SWEEP]),
    row("C1 of an element, refused", &[], (CREATE, "declined"), &[s::OPEN_ELEMENT], &[s::GIVE_UP]),
    row("C1 of a page, refused", &[], ("checkout.sessions.create", "declined"), &[s::GO_TO_PAGE], &[s::GIVE_UP]),
    row("C1, never answered", &[], (CREATE, "html"), &[s::PAY], &[s::LEASES_RUN_OUT, s::GIVE_UP]),
    row("C1, answer lost", &[], (CREATE, "truncated"), &[s::PAY], &[s::SWEEP]),
    row("C1 of a page, answer lost", &[], ("checkout.sessions.create", "truncated"), &[s::GO_TO_PAGE], &[s::SWEEP]),
    row("C2, declined", &[], NO_MOOD, &[s::PAY_DECLINED], &[s::GIVE_UP]),
    row("C2, declined, until time is up", &[], NO_MOOD, &[s::PAY_DECLINED], &[s::SWEEP]),
    row("C2, challenge failed", &[], NO_MOOD, &[s::PAY_CHALLENGED, s::FAIL_CHALLENGE], &[s::GIVE_UP]),
    row("C2, challenge abandoned", &[], NO_MOOD, &[s::PAY_CHALLENGED], &[s::SWEEP]),
    row(
        "C3, authorisation lapsed",
        &[],
        ("payment_intents.capture", "lapsed_before"),
        &[s::PAY, s::DELIVER],
        &[s::CANCEL_AND_RESTOCK],
    ),
    row(
        "C3, declined by the bank",
        &[],
        ("payment_intents.capture", "declined"),
        &[s::PAY, s::DELIVER],
        &[s::CANCEL_AND_RESTOCK],
    ),
    row("after T5, not wanted any more", &[], NO_MOOD, &[s::PAY, s::DELIVER], &[s::CANCEL_AND_RESTOCK]),
    row("refund, refused", &[s::PAY, s::DELIVER], ("refunds.create", "declined"), &[s::REFUND_PART], &[]),
    row(
        "refund, refused, then cancelled",
        &[],
        ("refunds.create", "declined"),
        &[s::PAY, s::DELIVER, s::REFUND_PART, s::LOOK_AGAIN],
        &[s::CANCEL_AND_RESTOCK],
    ),
    row(
        "void, never answered",
        &[],
        ("payment_intents.cancel", "html"),
        &[s::PAY, s::CANCEL_AND_RESTOCK],
        &[s::LEASES_RUN_OUT, s::DELIVER],
    ),
    row(
        "release, never answered",
        &[],
        ("payment_intents.cancel", "html"),
        &[s::OPEN_ELEMENT, s::GIVE_UP],
        &[s::RECOVER, s::RECOVER],
    ),
    row(
        "release of a page, never answered",
        &[],
        ("checkout.sessions.expire", "html"),
        &[s::GO_TO_PAGE, s::GIVE_UP],
        &[s::RECOVER, s::RECOVER],
    ),
    row(
        "goods gone when paid late",
        &[],
        NO_MOOD,
        &[s::OPEN_ELEMENT, s::RELEASE_WRONGLY, s::PAY_IN_ELEMENT, s::HEAR],
        &[s::CANCEL_AND_RESTOCK],
    ),
];

const fn row(
    name: &'static str,
    before: &'static [Deed],
    mood: (&'static str, &'static str),
    fails: &'static [Deed],
    undo: &'static [Deed],
) -> Row {
    Row { name, before, mood, fails, undo }
}

pub async fn play(t: &TestShop, till: &Arc<Till>, row: &Row) {
    let stage = Stage::set(t, till, &format!("FAIL {}", row.name)).await;
    for deed in row.before {
        deed(stage.clone(), till.shop.clone()).await;
    }
    let clean = Slate::of(till).await;
    let (operation, mood) = row.mood;
    if !operation.is_empty() {
        till.mood(json!({ "operation": operation, "times": 1, "mood": mood })).await;
    }
    let start = State::of(till).await;
    for deed in row.fails {
        deed(stage.clone(), till.shop.clone()).await;
    }
    assert!(row.undo.is_empty() || start != State::of(till).await, "{}: there is nothing to undo", row.name);
    for deed in row.undo {
        deed(stage.clone(), till.shop.clone()).await;
    }
    assert!(operation.is_empty() || till.moods().await == Value::Array(Vec::new()), "{}: nothing went wrong", row.name);
    assert_eq!(Slate::of(till).await, clean, "{}", row.name);
}
