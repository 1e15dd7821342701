//! What the shop asks of a payment provider, and how the answers are read.
//!
//! Every call ends in one of three ways ([`Outcome`]): done, refused (the provider guarantees that nothing
//! happened) or unknown. Unknown is never read as failed. Idempotency keys come in from the caller, who derives
//! them from a stored row; this module neither invents nor remembers keys. What an answer means for an order is
//! decided by `checkout`, in one place.
//!
//! ```text
//! requires_payment_method → requires_confirmation → requires_action → processing → requires_capture → succeeded
//!            ↑___________________ decline ___________________|              |____________ canceled
//! ```

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::money::Money;

#[cfg(feature = "server")]
/// `Done` or what else the call came to.
macro_rules! done {
    ($outcome:expr) => {
        match $outcome {
            Outcome::Done(value) => value,
            Outcome::Refused(refusal) => return Outcome::Refused(refusal),
            Outcome::Unknown(why) => return Outcome::Unknown(why),
        }
    };
}

#[cfg(feature = "server")]
mod event;
#[cfg(feature = "server")]
mod guard;
#[cfg(feature = "server")]
pub(crate) mod http;
#[cfg(feature = "server")]
pub mod paypal;
#[cfg(feature = "server")]
mod provider;
#[cfg(feature = "server")]
mod providers;
#[cfg(feature = "server")]
pub mod razorpay;
#[cfg(feature = "server")]
pub mod stripe;
#[cfg(feature = "server")]
pub mod webhook;

#[cfg(feature = "server")]
pub(crate) use event::{Keeping, Received, apply_due};
#[cfg(feature = "server")]
pub use event::{webhook_received, webhook_refused, webhook_unreadable};
#[cfg(feature = "server")]
pub(crate) use guard::Guard;
#[cfg(feature = "server")]
pub use guard::RateLimit;
#[cfg(feature = "server")]
pub use http::Wire;
#[cfg(feature = "points")]
pub use http::{Carrier, Reply};
#[cfg(feature = "server")]
pub use provider::Provider;
#[cfg(feature = "server")]
pub use providers::Providers;

/// Free text about an intent that the provider stores and gives back: our ids.
pub type Metadata = BTreeMap<String, String>;

/// How a call to the provider ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome<T> {
    /// The provider did it and said so.
    Done(T),
    /// The provider guarantees that this call had no effect.
    Refused(Refusal),
    /// It may or may not have happened; the text is for the log. Ask again with the same key, or retrieve.
    Unknown(String),
}

impl<T> Outcome<T> {
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Outcome<U> {
        match self {
            Self::Done(value) => Outcome::Done(f(value)),
            Self::Refused(refusal) => Outcome::Refused(refusal),
            Self::Unknown(why) => Outcome::Unknown(why),
        }
    }

    /// What asking came to after something was done: without an answer it is open what that has led to.
    #[must_use]
    pub fn after_effect(self) -> Self {
        match self {
            Self::Refused(refusal) => {
                Self::Unknown(format!("done, but how it stands was not told: {}", refusal.message))
            }
            told => told,
        }
    }

    pub fn done(self) -> Option<T> {
        match self {
            Self::Done(value) => Some(value),
            Self::Refused(_) | Self::Unknown(_) => None,
        }
    }
}

const UNREACHABLE: &str = "unreachable";
const KEY_SPENT: &str = "key_spent";

/// A definite no.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refusal {
    /// The provider's decline code when there is one, else its error code; `unreachable` when nothing was sent.
    pub code: String,
    /// The provider's words; those of a card decline may be shown to the shopper.
    pub message: String,
    pub is_card_decline: bool,
    /// 0 when the provider was never reached.
    pub http_status: u16,
    /// How long the provider asks to be left alone (429), or the shop leaves it alone by itself.
    pub retry_after_s: Option<u64>,
    /// The intent as it stands after a decline, when the answer carried it.
    pub intent: Option<Box<Snapshot>>,
}

impl Refusal {
    /// Nothing was sent.
    pub fn unreachable(why: &str) -> Self {
        let message = format!("the payment provider cannot be reached: {why}");
        Self { code: UNREACHABLE.to_owned(), message, ..Self::default() }
    }

    /// Under the key, the provider keeps a failure for ever, and the payment is proven untouched: a new key is safe, and
    /// needed. `intent`: the proof.
    pub fn key_spent(http_status: u16, proof: Snapshot) -> Self {
        let message = "the payment provider repeats a failure that had no effect".to_owned();
        Self { code: KEY_SPENT.to_owned(), message, http_status, intent: Some(Box::new(proof)), ..Self::default() }
    }

    pub fn is_key_spent(&self) -> bool {
        self.code == KEY_SPENT
    }

    /// Not reached, held back here, or asked to come later: the same call may be made again, under the same key.
    pub fn is_for_now(&self) -> bool {
        self.http_status == 429 || self.code == UNREACHABLE
    }

    /// The provider's API has no such call. Who asks first ([`Provider::offers`], [`Provider::lists`]) never sees it.
    pub fn not_offered(what: &str) -> Self {
        let message = format!("the payment provider does not offer {what}");
        Self { code: "not_offered".to_owned(), message, ..Self::default() }
    }
}

/// The states of a payment at the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IntentStatus {
    RequiresPaymentMethod,
    RequiresConfirmation,
    RequiresAction,
    Processing,
    /// Authorised: the money is held and waits for its capture.
    RequiresCapture,
    Succeeded,
    Canceled,
}

/// A payment as the provider described it at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    pub intent_id: String,
    pub status: IntentStatus,
    pub amount: i64,
    /// ISO 4217, upper case.
    pub currency: String,
    pub amount_capturable: i64,
    pub amount_received: i64,
    /// Given back so far, where the provider says so.
    pub amount_refunded: i64,
    pub client_secret: Option<String>,
    /// Where the shopper has to go next (3-D Secure).
    pub next_url: Option<String>,
    /// Code and words of the last decline.
    pub decline: Option<(String, String)>,
    pub metadata: Metadata,
    pub livemode: bool,
    /// Until when an authorisation can be captured, Unix milliseconds.
    pub capture_before: Option<i64>,
    pub created_ms: i64,
}

impl Snapshot {
    /// Still to be confirmed, as if nobody had tried.
    pub fn is_untouched(&self) -> bool {
        let is_open = matches!(self.status, IntentStatus::RequiresPaymentMethod | IntentStatus::RequiresConfirmation);
        is_open && self.decline.is_none()
    }

    /// What the provider holds or has taken and not given back, minor units.
    pub fn held(&self) -> i64 {
        match self.status {
            IntentStatus::RequiresCapture => self.amount,
            IntentStatus::Succeeded => self.amount_received - self.amount_refunded,
            _ => 0,
        }
    }
}

/// What a new payment is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewIntent {
    pub money: Money,
    pub metadata: Metadata,
    /// Shown in the provider's dashboard, for example the order number.
    pub description: String,
}

/// A visit to the provider's hosted payment page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSession {
    /// What is shown on the page; the sum of the lines is what is charged.
    pub lines: Vec<SessionLine>,
    /// Put on the session and on the intent that it creates.
    pub metadata: Metadata,
    /// May contain `{CHECKOUT_SESSION_ID}`.
    pub success_url: String,
    pub cancel_url: String,
    /// Unix milliseconds; the provider wants 30 minutes to 24 hours from now.
    pub expires_at: i64,
    pub customer_email: Option<String>,
    /// Our reference, for example the checkout id.
    pub reference: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionLine {
    pub name: String,
    pub unit_price: Money,
    pub quantity: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionStatus {
    Open,
    Complete,
    Expired,
}

/// A hosted payment page as the provider described it at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    pub id: String,
    /// Where to send the shopper; `None` once it is no longer open.
    pub url: Option<String>,
    /// The provider creates the intent when the shopper pays, not before.
    pub intent_id: Option<String>,
    pub status: SessionStatus,
    pub amount: i64,
    pub currency: String,
    pub metadata: Metadata,
    pub expires_at: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundStatus {
    Pending,
    RequiresAction,
    Succeeded,
    Failed,
    Canceled,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundSnapshot {
    pub refund_id: String,
    pub intent_id: String,
    pub status: RefundStatus,
    pub amount: i64,
    pub currency: String,
    pub metadata: Metadata,
    pub created_ms: i64,
}

/// How far the bank has come with a dispute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DisputeStatus {
    Open,
    /// The money stays with the shop.
    Won,
    /// The money is gone.
    Lost,
}

/// A dispute as the provider described it at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dispute {
    pub dispute_id: String,
    pub intent_id: String,
    /// Minor units.
    pub amount: i64,
    /// ISO 4217, upper case.
    pub currency: String,
    /// In the provider's words: `product_not_received`.
    pub reason: String,
    pub status: DisputeStatus,
    pub created_ms: i64,
}

/// News from the provider, reduced to what may be believed: which object to fetch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventNotice {
    pub event_id: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub object_id: String,
    pub livemode: bool,
    pub created_ms: i64,
}

/// One page of a list, newest first; `next` is the cursor of the following one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    pub items: Vec<T>,
    pub next: Option<String>,
}

/// What an event's object is, and so how to find out what happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum About {
    Intent,
    /// A hosted page.
    Session,
    Refund,
    /// The card holder asks for the money back.
    Dispute,
    /// Nothing the shop acts on.
    Nothing,
}

/// What a provider's API can list; reconciliation asks for nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lists {
    /// All payments of a time.
    pub intents: bool,
    /// All events since a time.
    pub events: bool,
}

/// What a page's content security policy has to allow for the provider's widget and redirects.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CspSources {
    pub script: Vec<String>,
    pub frame: Vec<String>,
    pub connect: Vec<String>,
    /// Browsers hold the redirects of a form post against this list too.
    pub form_action: Vec<String>,
}
