//! The kinds of difference, in the same words for the admin, the command line and the log, and what can be done about
//! each.

use crate::Error;
use serde::{Serialize, Serializer};

/// What differs; the classes are those of `RELIABILITY.md` 2.7.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    ChargedNoOrder,
    PaidAfterEnd,
    OrderNoCharge,
    AuthorisationLost,
    PaymentMismatch,
    OrderDiffers,
    ChargedTwice,
    RefundDiffers,
    Dispute,
    StockDiffers,
    RuleBroken,
    EventNotApplied,
    EventUnreadable,
}

/// What a person decides; each is one button.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Resolution {
    /// Lets go or refunds what the provider holds.
    GiveBack,
    /// Cancels an order that nobody pays for and puts its units back.
    CancelAndRestock,
    /// Gives the shopper another day to pay anew.
    KeepWaiting,
    /// Fetches the payment once more and applies it to the order.
    Apply,
    /// Books a refund that was made at the provider.
    TakeOver,
    /// Sends a refund again that the provider does not have.
    SendAgain,
    /// Puts the numbers of a SKU right and sells it again.
    SellAgain,
    /// Fetches what the event is about once more.
    TryAgain,
    /// Nothing is to be done; the note says why.
    Handled,
}

const KINDS: [(Kind, &str, &str, &str); 13] = [
    (Kind::ChargedNoOrder, "charged_no_order", "B1", "Charged, and there is no order"),
    (Kind::PaidAfterEnd, "paid_after_end", "B1", "Paid after the payment had ended"),
    (Kind::OrderNoCharge, "order_no_charge", "B2", "An order that nobody has paid for"),
    (Kind::AuthorisationLost, "authorisation_lost", "B3", "The payment of an order has expired"),
    (Kind::PaymentMismatch, "payment_mismatch", "B4", "Another amount, currency or checkout"),
    (Kind::OrderDiffers, "order_differs", "B4", "Order and payment name different amounts"),
    (Kind::ChargedTwice, "charged_twice", "B5", "Charged twice for one order"),
    (Kind::RefundDiffers, "refund_differs", "B6", "Refunded differently"),
    (Kind::Dispute, "dispute", "B7", "The card holder disputes the payment"),
    (Kind::StockDiffers, "stock_differs", "B8", "Stock does not add up; it is not sold"),
    (Kind::RuleBroken, "rule_broken", "L4", "A rule of the books is broken"),
    (Kind::EventNotApplied, "event_not_applied", "L2", "An event that belongs to nothing here"),
    (Kind::EventUnreadable, "event_unreadable", "L2", "A signed event that cannot be read"),
];

const RESOLUTIONS: [(Resolution, &str, &str, &str); 9] = [
    (Resolution::GiveBack, "give_back", "Give the money back", "Gave the money back"),
    (Resolution::CancelAndRestock, "cancel", "Cancel the order and restock", "Cancelled the order and put it back"),
    (Resolution::KeepWaiting, "keep_waiting", "Wait another day", "Waits another day"),
    (Resolution::Apply, "apply", "Ask again and apply", "Applied what the provider says"),
    (Resolution::TakeOver, "take_over", "Take the provider's refund over", "Took the provider's refund over"),
    (Resolution::SendAgain, "send_again", "Send the refund again", "Sent the refund again"),
    (Resolution::SellAgain, "sell_again", "Put the numbers right and sell again", "Put right and sold again"),
    (Resolution::TryAgain, "try_again", "Try the event again", "Tried the event again"),
    (Resolution::Handled, "handled", "Mark as handled", "Marked as handled"),
];

impl Kind {
    fn row(self) -> &'static (Kind, &'static str, &'static str, &'static str) {
        KINDS.iter().find(|row| row.0 == self).unwrap_or(&KINDS[0])
    }

    /// As stored.
    pub fn code(self) -> &'static str {
        self.row().1
    }

    /// "B1" to "B8"; "L2" and "L4" for what only the loop of that number finds.
    pub fn class(self) -> &'static str {
        self.row().2
    }

    /// In a sentence.
    pub fn says(self) -> &'static str {
        self.row().3
    }

    /// What a person can do about it, the best first.
    pub fn resolutions(self) -> &'static [Resolution] {
        use Resolution as R;
        match self {
            Self::ChargedNoOrder | Self::PaidAfterEnd | Self::PaymentMismatch | Self::ChargedTwice => {
                &[R::GiveBack, R::Handled]
            }
            Self::OrderNoCharge => &[R::Apply, R::CancelAndRestock, R::Handled],
            Self::AuthorisationLost => &[R::CancelAndRestock, R::KeepWaiting, R::Handled],
            Self::OrderDiffers => &[R::Apply, R::Handled],
            Self::RefundDiffers => &[R::TakeOver, R::SendAgain, R::Handled],
            Self::Dispute | Self::RuleBroken | Self::EventUnreadable => &[R::Handled],
            Self::StockDiffers => &[R::SellAgain],
            Self::EventNotApplied => &[R::TryAgain, R::Handled],
        }
    }

    /// Found by comparing lists, and over when a comparison that looked there does not find it any more.
    pub(super) fn is_compared(self) -> bool {
        use Kind as K;
        matches!(
            self,
            K::ChargedNoOrder
                | K::PaidAfterEnd
                | K::OrderNoCharge
                | K::OrderDiffers
                | K::ChargedTwice
                | K::RefundDiffers
        )
    }

    /// About an event alone, which moves no money; what it was about is listed by itself.
    pub(super) fn is_of_events(self) -> bool {
        matches!(self, Self::EventNotApplied | Self::EventUnreadable)
    }

    /// About money before an order stands: its checkout is frozen while this is open, unless it was over before.
    pub(super) fn freezes(self) -> bool {
        matches!(self, Self::PaymentMismatch | Self::PaidAfterEnd)
    }

    /// Nothing of the order is sent while this is open.
    pub(super) fn stops_shipping(self) -> bool {
        use Kind as K;
        matches!(self, K::OrderNoCharge | K::AuthorisationLost | K::PaymentMismatch | K::OrderDiffers)
    }
}

impl Resolution {
    fn row(self) -> &'static (Resolution, &'static str, &'static str, &'static str) {
        RESOLUTIONS.iter().find(|row| row.0 == self).unwrap_or(&RESOLUTIONS[0])
    }

    /// As a form sends it.
    pub fn code(self) -> &'static str {
        self.row().1
    }

    pub fn parse(code: &str) -> Option<Self> {
        RESOLUTIONS.iter().find(|row| row.1 == code).map(|row| row.0)
    }

    /// On the button.
    pub fn label(self) -> &'static str {
        self.row().2
    }

    /// Once it is done.
    pub fn past(self) -> &'static str {
        self.row().3
    }

    /// What the button asks before it acts.
    pub fn confirm(self) -> &'static str {
        match self {
            Self::GiveBack => "Give all of this payment back? It cannot be undone.",
            Self::CancelAndRestock => "Cancel the order and put its units back on the shelf? It cannot be undone.",
            Self::KeepWaiting => "Keep the order and its units until this time tomorrow?",
            Self::Apply => "Ask the provider again and apply what it says?",
            Self::TakeOver => "Book the refunds that were made at the provider?",
            Self::SendAgain => "Send the missing refund again? The money goes to the shopper.",
            Self::SellAgain => "Set reserved to what open checkouts hold, and sell this SKU again?",
            Self::TryAgain => "Fetch what this event is about once more?",
            Self::Handled => "Close this difference without doing anything?",
        }
    }

    /// A note is demanded that says why.
    pub fn needs_note(self) -> bool {
        self == Self::Handled
    }
}

impl TryFrom<String> for Kind {
    type Error = Error;

    fn try_from(code: String) -> Result<Self, Error> {
        let found = KINDS.iter().find(|row| row.1 == code).map(|row| row.0);
        found.ok_or_else(|| Error::Internal(format!("unknown kind of difference {code:?}")))
    }
}

impl Serialize for Kind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

/// The codes of the kinds that fit, for statements.
pub(super) fn codes(fits: impl Fn(Kind) -> bool) -> Vec<String> {
    KINDS.iter().filter(|row| fits(row.0)).map(|row| row.1.to_owned()).collect()
}
