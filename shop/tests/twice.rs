//! Every step and every undo done twice, and every step failed and undone (`RELIABILITY.md` R17, I21): three tables over
//! the saga.
//!
//! ```text
//! again    done, the mark that says so lost, done again
//! paused   begun, taken over by a second worker, ended by the first
//! fail     failed for good, then undone: a clean slate
//! ```
//! [`of_kind`] and [`of_point`] name a row for each kind of outbox note and each crash point. They have no wildcard: a
//! new kind or point does not compile before somebody has said which row proves it.

mod again;
mod fail;
mod paused;
mod stage;
mod state;

use crate::support::TestShop;
use crate::support::till::Till;
use shop::clock::{Clock, SystemClock};
use shop::outbox::Kind;
use shop::point::Point;
use std::sync::Arc;

/// Longer than any hold or pause between two tries of these tests.
const REST_MS: i64 = 31 * 60_000;

/// A till whose clock stands where the gateway's does.
async fn open(t: &TestShop) -> Arc<Till> {
    t.clock.advance(SystemClock.now_ms() - t.clock.now_ms());
    Arc::new(Till::open(t).await)
}

/// Until nothing of a row is left that could happen during the next.
async fn rest(t: &TestShop, till: &Till) {
    t.clock.advance(REST_MS);
    till.work().await;
}

on_both_engines! {
    async fn a_step_that_is_done_again_changes_nothing(t: TestShop) {
        let till = open(&t).await;
        for row in again::ROWS {
            again::play(&t, &till, row).await;
            rest(&t, &till).await;
        }
        till.check().await;
    }

    async fn of_two_workers_on_one_step_one_changes_nothing(t: TestShop) {
        let till = open(&t).await;
        for row in paused::ROWS {
            paused::play(&t, &till, row).await;
            rest(&t, &till).await;
        }
        till.check().await;
    }

    async fn a_step_that_failed_and_was_undone_leaves_a_clean_slate(t: TestShop) {
        let till = open(&t).await;
        for row in fail::ROWS {
            fail::play(&t, &till, row).await;
            rest(&t, &till).await;
        }
        till.check().await;
    }
}

fn of_kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Capture => "outbox: capture",
        Kind::UndoPayment => "outbox: undo_payment by a refund",
        Kind::Refund => "outbox: refund",
        Kind::Mail => "outbox: mail",
        Kind::Event => "outbox: event",
    }
}

fn of_point(point: Point) -> &'static str {
    match point {
        Point::BeforePrepare | Point::InPrepare | Point::Prepared => "T1 under the same key",
        Point::CreateLost | Point::Created | Point::HandedOver => "C1 and T2",
        Point::ConfirmLost | Point::Confirmed | Point::PivotCommitted => "C2 and the pivot",
        Point::Placed => "placing",
        Point::BeforeCapture | Point::CaptureLost | Point::Captured => "C3 and T5",
        Point::BeforeMail | Point::MailSent => "outbox: mail",
        Point::Declined => "C2 and a decline",
        Point::Releasing | Point::ProviderCancelled => "release",
        Point::RefundWritten | Point::RefundLost | Point::Refunded => "refund",
        Point::WebhookRead | Point::EventStored => "event kept",
        Point::BeforeEvent | Point::EventApplied => "event applied",
        Point::BatchCommitted => "news of an authorisation",
    }
}

#[test]
fn every_kind_of_note_and_every_crash_point_has_a_row() {
    let names: Vec<_> = again::ROWS.iter().map(|row| row.name).chain(paused::ROWS.iter().map(|row| row.name)).collect();
    let kinds = [Kind::Capture, Kind::UndoPayment, Kind::Refund, Kind::Mail, Kind::Event].map(of_kind);
    for name in kinds.into_iter().chain(Point::ALL.map(of_point)) {
        assert!(names.contains(&name), "no row is called {name:?}");
    }
}
