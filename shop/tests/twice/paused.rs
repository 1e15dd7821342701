//! A worker is paused while the provider's answer is on its way; a second one finds the lease run out and does the whole
//! step; then the first wakes up with its answer. It must find nothing left to write.

use super::stage::{self as s, Deed, Stage};
use super::state::State;
use crate::support::TestShop;
use crate::support::overtake::{Call, Overtaking};
use crate::support::till::Till;
use std::sync::{Arc, Mutex};

/// Which of the two must change nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Idle {
    First,
    /// The second is turned away while the first holds the lease.
    Second,
}

pub struct Row {
    pub name: &'static str,
    before: &'static [Deed],
    /// The call after whose answer the first worker is paused.
    at: Call,
    first: Deed,
    second: Deed,
    idle: Idle,
}

pub const ROWS: &[Row] = &[
    row("T1 under the same key", &[], Call::CreateIntent, s::PAY, s::PAY, Idle::Second),
    row("T1 of a page under the same key", &[], Call::CreateSession, s::GO_TO_PAGE, s::GO_TO_PAGE, Idle::Second),
    row("C1 and T2", &[], Call::CreateIntent, s::PAY, s::RECOVER, Idle::First),
    row("C1 and T2 of an element", &[], Call::CreateIntent, s::OPEN_ELEMENT, s::OPEN_ELEMENT_LATER, Idle::First),
    row("C1 and T2 of a page", &[], Call::CreateSession, s::GO_TO_PAGE, s::GO_TO_PAGE_LATER, Idle::First),
    row("C2 and the pivot", &[], Call::ConfirmIntent, s::PAY, s::RECOVER, Idle::First),
    row("C2 and a decline", &[], Call::ConfirmIntent, s::PAY_DECLINED, s::RECOVER, Idle::First),
    row("C2 and a challenge", &[], Call::ConfirmIntent, s::PAY_CHALLENGED, s::RECOVER, Idle::First),
    row("C3 and T5", &[s::PAY], Call::CaptureIntent, s::DELIVER, s::DELIVER_LATER, Idle::First),
    row("C3 by the merchant and T5", &[s::PAY], Call::CaptureIntent, s::CAPTURE, s::DELIVER, Idle::First),
    row("refund", &[s::PAY, s::DELIVER], Call::Refund, s::REFUND_PART, s::DELIVER, Idle::First),
    row("refund in full", &[s::PAY, s::DELIVER], Call::Refund, s::REFUND_ALL, s::DELIVER, Idle::First),
    row("void", &[s::PAY], Call::CancelIntent, s::CANCEL_AND_RESTOCK, s::DELIVER_LATER, Idle::First),
    row("cancel a captured order", &[s::PAY, s::DELIVER], Call::Refund, s::CANCEL, s::DELIVER_LATER, Idle::First),
    row("release", &[s::OPEN_ELEMENT], Call::CancelIntent, s::GIVE_UP, s::RECOVER, Idle::First),
    row("release of a page", &[s::GO_TO_PAGE], Call::ExpireSession, s::GIVE_UP, s::RECOVER, Idle::First),
    row("release of a challenge", &[s::PAY_CHALLENGED], Call::CancelIntent, s::GIVE_UP, s::RECOVER, Idle::First),
    row("another way to pay", &[s::OPEN_ELEMENT], Call::CancelIntent, s::PAY_ANEW, s::PAY_ANEW_LATER, Idle::First),
    row("expiry", &[s::OPEN_ELEMENT], Call::CancelIntent, s::SWEEP, s::RECOVER, Idle::First),
    row("expiry of a page", &[s::GO_TO_PAGE], Call::ExpireSession, s::SWEEP, s::RECOVER, Idle::First),
    row(
        "undo of a late payment",
        &[s::OPEN_ELEMENT, s::RELEASE_WRONGLY, s::CLEAR_SHELF, s::PAY_IN_ELEMENT, s::HEAR],
        Call::CancelIntent,
        s::DELIVER,
        s::DELIVER_LATER,
        Idle::First,
    ),
];

const fn row(name: &'static str, before: &'static [Deed], at: Call, first: Deed, second: Deed, idle: Idle) -> Row {
    Row { name, before, at, first, second, idle }
}

pub async fn play(t: &TestShop, till: &Arc<Till>, row: &'static Row) {
    let stage = Stage::set(t, till, &format!("PAUSED {}", row.name)).await;
    for deed in row.before {
        deed(stage.clone(), till.shop.clone()).await;
    }
    // Before and after what the second worker did.
    let meanwhile: Arc<Mutex<Option<(State, State)>>> = Arc::default();
    let paused = Overtaking::with(&till.shop, {
        let (stage, till, meanwhile) = (stage.clone(), till.clone(), meanwhile.clone());
        let began = Arc::new(std::sync::atomic::AtomicBool::new(false));
        move |call, _| {
            let (stage, till, meanwhile) = (stage.clone(), till.clone(), meanwhile.clone());
            let now = call == row.at && !began.swap(call == row.at, std::sync::atomic::Ordering::SeqCst);
            Box::pin(async move {
                if now {
                    let before = State::of(&till).await;
                    (row.second)(stage, till.shop.clone()).await;
                    let after = State::of(&till).await;
                    *meanwhile.lock().unwrap() = Some((before, after));
                }
            })
        }
    });
    (row.first)(stage.clone(), paused).await;
    let end = State::of(till).await;
    let (before, after) = meanwhile.lock().unwrap().take().unwrap_or_else(|| panic!("{}: nobody was paused", row.name));
    let changed = before.differs(&after);
    let differs = match row.idle {
        Idle::Second => changed,
        Idle::First => {
            assert!(!changed.is_empty(), "{}: the second worker did nothing", row.name);
            after.differs(&end)
        }
    };
    assert!(differs.is_empty(), "{}: {:?} changed\n{}", row.name, row.idle, differs.join("\n"));
}
