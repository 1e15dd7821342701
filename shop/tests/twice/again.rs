//! A step is done, what says so is lost, and it is done again: the second time must change nothing.

use super::stage::{self as s, Deed, Stage};
use super::state::State;
use crate::support::TestShop;
use crate::support::till::Till;
use shop::args;
use std::sync::Arc;

pub struct Row {
    pub name: &'static str,
    before: &'static [Deed],
    step: &'static [Deed],
    /// What makes the step due once more; empty where asking again is enough.
    forget: &'static str,
}

macro_rules! undelivered {
    ($kind:literal) => {
        concat!("UPDATE outbox SET delivered_at = NULL, claimed_until = 0, due_at = 0 WHERE kind = '", $kind, "'")
    };
}
const EVENTS: &str = "UPDATE psp_event SET applied_at = NULL, next_try_at = 0";
const POLLS: &str = "UPDATE payment_attempt SET next_poll_at = 0";

const PAID: &[Deed] = &[s::PAY, s::DELIVER];
const CANCELLED: &[Deed] = &[s::PAY, s::DELIVER, s::CANCEL_AND_RESTOCK, s::LOOK_AGAIN];
const VOIDED: &[Deed] = &[s::PAY, s::CANCEL_AND_RESTOCK, s::LOOK_AGAIN];
const LATE: &[Deed] = &[s::OPEN_ELEMENT, s::RELEASE_WRONGLY, s::CLEAR_SHELF, s::PAY_IN_ELEMENT];

pub const ROWS: &[Row] = &[
    row("placing", &[], &[s::PAY], ""),
    row("placing, declined", &[], &[s::PAY_DECLINED], ""),
    row("placing, challenged", &[], &[s::PAY_CHALLENGED], ""),
    row("placing, on a page", &[], &[s::GO_TO_PAGE], ""),
    row("placing, in an element", &[], &[s::OPEN_ELEMENT], ""),
    row("news of a challenge", &[], &[s::PAY_CHALLENGED, s::HEAR], ""),
    row("news of a failed challenge", &[s::PAY_CHALLENGED, s::FAIL_CHALLENGE], &[s::HEAR], ""),
    row("news of an authorisation", &[s::OPEN_ELEMENT, s::PAY_IN_ELEMENT], &[s::HEAR], ""),
    row("news of a capture", &[], &[s::PAY, s::DELIVER, s::HEAR], ""),
    row("news of a cancellation", &[s::PAY], &[s::CANCEL_AND_RESTOCK, s::HEAR], ""),
    row("news of a late payment", LATE, &[s::HEAR], ""),
    row(
        "news of a late payment, goods still there",
        &[s::OPEN_ELEMENT, s::RELEASE_WRONGLY, s::PAY_IN_ELEMENT],
        &[s::HEAR],
        "",
    ),
    row("event applied", &[s::OPEN_ELEMENT, s::PAY_IN_ELEMENT, s::TELL_HELD], &[s::APPLY_EVENTS], EVENTS),
    row("event kept", &[s::OPEN_ELEMENT, s::PAY_IN_ELEMENT], &[s::TELL_HELD], ""),
    row("event applied, late", &[s::PAY, s::TELL_HELD, s::DELIVER], &[s::APPLY_EVENTS], EVENTS),
    row("outbox: capture", &[s::PAY], &[s::DELIVER], undelivered!("capture")),
    row("outbox: mail", &[s::PAY], &[s::DELIVER], undelivered!("mail")),
    row("outbox: event", &[s::PAY], &[s::DELIVER], undelivered!("event")),
    row("outbox: refund", &[s::PAY, s::DELIVER, s::REFUND_PART], &[s::DELIVER], undelivered!("refund")),
    row("outbox: undo_payment by a void", VOIDED, &[s::DELIVER], undelivered!("undo_payment")),
    row("outbox: undo_payment by a refund", CANCELLED, &[s::DELIVER], undelivered!("undo_payment")),
    row(
        "outbox: undo_payment of a rest",
        &[s::PAY, s::DELIVER, s::REFUND_PART, s::LOOK_AGAIN, s::CANCEL],
        &[s::DELIVER],
        undelivered!("undo_payment"),
    ),
    row(
        "outbox: undo_payment, paid late",
        &[s::OPEN_ELEMENT, s::RELEASE_WRONGLY, s::CLEAR_SHELF, s::PAY_IN_ELEMENT, s::HEAR],
        &[s::DELIVER],
        undelivered!("undo_payment"),
    ),
    row("outbox: capture after a cancellation", VOIDED, &[s::DELIVER], undelivered!("capture")),
    row(
        "outbox: everything after a cancellation",
        CANCELLED,
        &[s::DELIVER],
        "UPDATE outbox SET delivered_at = NULL, claimed_until = 0, due_at = 0",
    ),
    row("recovery before C1", &[s::PAY_UNHEARD], &[s::RECOVER], ""),
    row("recovery after C2", &[s::PAY_UNANSWERED], &[s::RECOVER], ""),
    row("poll", &[s::OPEN_ELEMENT, s::PAY_IN_ELEMENT], &[s::POLL], POLLS),
    row("expiry", &[s::OPEN_ELEMENT], &[s::SWEEP], ""),
    row("expiry of a declined payment", &[s::PAY_DECLINED], &[s::SWEEP], ""),
    row("expiry of a page", &[s::GO_TO_PAGE], &[s::SWEEP], ""),
    row("giving up", &[s::OPEN_ELEMENT], &[s::GIVE_UP], ""),
    row("giving up a page", &[s::GO_TO_PAGE], &[s::GIVE_UP], ""),
    row("giving up what is paid", &[s::OPEN_ELEMENT, s::PAY_IN_ELEMENT], &[s::GIVE_UP], ""),
    row("capture by the merchant", &[s::PAY], &[s::CAPTURE], ""),
    row("refund by the merchant", PAID, &[s::REFUND_PART], ""),
    row("refund in full, page opened anew", PAID, &[s::REFUND_ALL, s::LOOK_AGAIN], ""),
    row("cancellation", PAID, &[s::CANCEL_AND_RESTOCK], ""),
    row("cancellation, page opened anew", PAID, &[s::CANCEL_AND_RESTOCK, s::LOOK_AGAIN], ""),
    row("cancellation before the capture, page opened anew", &[s::PAY], &[s::CANCEL_AND_RESTOCK, s::LOOK_AGAIN], ""),
    row("shipping, page opened anew", PAID, &[s::SHIP, s::LOOK_AGAIN], ""),
    row("comparison: capture in time", &[s::PAY, s::NEARLY_LAPSED], &[s::RECONCILE], ""),
    row(
        "comparison: refund sent again",
        &[s::PAY, s::DELIVER, s::REFUND_UNANSWERED, s::TIME_IS_UP],
        &[s::RECONCILE],
        undelivered!("refund"),
    ),
    row("comparison with the provider", &[s::OPEN_ELEMENT, s::PAY_IN_ELEMENT], &[s::RECONCILE], EVENTS),
];

const fn row(name: &'static str, before: &'static [Deed], step: &'static [Deed], forget: &'static str) -> Row {
    Row { name, before, step, forget }
}

pub async fn play(t: &TestShop, till: &Arc<Till>, row: &Row) {
    let stage = Stage::set(t, till, &format!("AGAIN {}", row.name)).await;
    let shop = &till.shop;
    for deed in row.before {
        deed(stage.clone(), shop.clone()).await;
    }
    let start = State::of(till).await;
    for deed in row.step {
        deed(stage.clone(), shop.clone()).await;
    }
    let once = State::of(till).await;
    assert!(!row.forget.is_empty() || start != once, "{}: the first time changed nothing", row.name);
    // A third time, too: the second may have left something for it.
    for _ in 0..2 {
        if !row.forget.is_empty() {
            let mut tx = shop.db.begin().await.unwrap();
            let forgotten = tx.execute(row.forget, args![]).await.unwrap();
            tx.commit().await.unwrap();
            assert!(forgotten > 0, "{}: there was nothing to do again", row.name);
        }
        for deed in row.step {
            deed(stage.clone(), shop.clone()).await;
        }
        let twice = once.differs(&State::of(till).await);
        assert!(twice.is_empty(), "{}: the second time changed\n{}", row.name, twice.join("\n"));
    }
}
