//! Named points between the steps of a checkout, at which a proof lets the process die, or lets something else happen
//! first. The numbers are the crash points of `RELIABILITY.md` 2.5. Without the feature `points` they are nothing.

/// Where a checkout can be interrupted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Point {
    /// 1: nothing is written yet.
    BeforePrepare = 1,
    /// 2: T1 is written and not committed.
    InPrepare,
    /// 3: T1 is committed, the provider has not heard of it.
    Prepared,
    /// 4: the provider has made the payment, its answer is lost.
    CreateLost,
    /// 5: the answer is here, T2 is not.
    Created,
    /// 6: T2 is committed, nobody was charged.
    HandedOver,
    /// 7: the provider has charged the card, its answer is lost.
    ConfirmLost,
    /// 8: the answer is here and not applied.
    Confirmed,
    /// 9: the pivot is committed and nobody in the process knows.
    PivotCommitted,
    /// 10: the order stands, its shopper has no answer.
    Placed,
    /// 11: the capture is due.
    BeforeCapture,
    /// 12: the provider has captured, its answer is lost.
    CaptureLost,
    /// 13: the answer is here and not applied.
    Captured,
    /// 14: a mail is due.
    BeforeMail,
    /// 15: the mail is out and not marked.
    MailSent,
    /// 16: a decline is here and not applied.
    Declined,
    /// 17: a checkout is being released, the provider has not heard of it.
    Releasing,
    /// 18: the provider has cancelled, the stock is still held.
    ProviderCancelled,
    /// 19: a refund is written down, the provider has not heard of it.
    RefundWritten,
    /// 20: the provider has refunded, its answer is lost.
    RefundLost,
    /// 21: the answer is here and not booked.
    Refunded,
    /// 22: an event was read and not stored.
    WebhookRead,
    /// 23: an event is stored, the provider has no answer.
    EventStored,
    /// 24: an event waits to be applied.
    BeforeEvent,
    /// 25: an event is applied; there is no moment at which it is and is not marked so.
    EventApplied,
    /// 26: a batch of transactions is committed, none of its members knows.
    BatchCommitted,
}

impl Point {
    pub const ALL: [Self; 26] = [
        Self::BeforePrepare,
        Self::InPrepare,
        Self::Prepared,
        Self::CreateLost,
        Self::Created,
        Self::HandedOver,
        Self::ConfirmLost,
        Self::Confirmed,
        Self::PivotCommitted,
        Self::Placed,
        Self::BeforeCapture,
        Self::CaptureLost,
        Self::Captured,
        Self::BeforeMail,
        Self::MailSent,
        Self::Declined,
        Self::Releasing,
        Self::ProviderCancelled,
        Self::RefundWritten,
        Self::RefundLost,
        Self::Refunded,
        Self::WebhookRead,
        Self::EventStored,
        Self::BeforeEvent,
        Self::EventApplied,
        Self::BatchCommitted,
    ];

    /// 1 to 26.
    pub fn number(self) -> usize {
        self as usize
    }
}

#[cfg(not(feature = "points"))]
#[expect(clippy::unused_async, reason = "as with the feature")]
pub(crate) async fn reached(_point: Point) {}

#[cfg(feature = "points")]
pub use hooked::{reached, set_hook};

#[cfg(feature = "points")]
mod hooked {
    use super::Point;
    use std::future::Future;
    use std::pin::Pin;
    use std::sync::OnceLock;

    type Hook = Box<dyn Fn(Point) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync>;

    static HOOK: OnceLock<Hook> = OnceLock::new();

    /// What happens at every point of this process; the first hook stays.
    pub fn set_hook<F: Future<Output = ()> + Send + 'static>(hook: impl Fn(Point) -> F + Send + Sync + 'static) {
        HOOK.set(Box::new(move |point| Box::pin(hook(point)))).ok();
    }

    /// Waits for what the hook does.
    pub async fn reached(point: Point) {
        if let Some(hook) = HOOK.get() {
            hook(point).await;
        }
    }
}
