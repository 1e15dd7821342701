//! The states of a checkout and of a payment attempt, as stored.

/// Writes an enum with its stored names.
macro_rules! states {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub(crate) enum $name { $($(#[$variant_doc])* $variant),* }

        impl $name {
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }
        }

        impl TryFrom<String> for $name {
            type Error = crate::checkout::state::UnknownState;
            fn try_from(text: String) -> Result<Self, Self::Error> {
                match text.as_str() {
                    $($text => Ok(Self::$variant),)*
                    _ => Err(crate::checkout::state::UnknownState(text)),
                }
            }
        }
    };
}

#[derive(Debug, thiserror::Error)]
#[error("unknown state {0:?}")]
pub(crate) struct UnknownState(pub String);

states! {
    /// See the diagram of [`crate::checkout`].
    CheckoutState {
        Prepared = "prepared",
        Paying = "paying",
        AwaitingAction = "awaiting_action",
        Unknown = "unknown",
        PayableAgain = "payable_again",
        Authorized = "authorized",
        Placed = "placed",
        Settled = "settled",
        Releasing = "releasing",
        Released = "released",
        LatePaid = "late_paid",
        Refunding = "refunding",
        Refunded = "refunded",
        ManualReview = "manual_review",
    }
}

impl CheckoutState {
    /// Before the pivot, with stock held.
    pub fn is_open(self) -> bool {
        matches!(
            self,
            Self::Prepared
                | Self::Paying
                | Self::AwaitingAction
                | Self::Unknown
                | Self::PayableAgain
                | Self::Authorized
        )
    }
}

states! {
    /// `canceled` as the provider spells it.
    AttemptState {
        Prepared = "prepared",
        Sent = "sent",
        Unknown = "unknown",
        RequiresAction = "requires_action",
        Processing = "processing",
        Authorized = "authorized",
        Captured = "captured",
        Declined = "declined",
        Canceled = "canceled",
    }
}

impl AttemptState {
    /// News of a lower rank never overwrites a higher one; `None` for the two that end an attempt without money.
    pub fn rank(self) -> Option<u8> {
        Some(match self {
            Self::Prepared => 0,
            Self::Sent | Self::Unknown => 1,
            Self::RequiresAction => 2,
            Self::Processing => 3,
            Self::Authorized => 4,
            Self::Captured => 5,
            Self::Declined | Self::Canceled => return None,
        })
    }

    /// May still turn into money.
    pub fn is_live(self) -> bool {
        self.rank().is_some()
    }
}

states! {
    /// How the shopper pays, as stored with an attempt.
    Way {
        Hosted = "hosted",
        Embedded = "embedded",
        Token = "token",
    }
}

impl From<&super::PaymentWay> for Way {
    fn from(way: &super::PaymentWay) -> Self {
        match way {
            super::PaymentWay::Hosted => Self::Hosted,
            super::PaymentWay::Embedded => Self::Embedded,
            super::PaymentWay::Token { .. } => Self::Token,
        }
    }
}
