//! What can happen to the shop, and how a random story of it is drawn.
//!
//! Every operation can be tried at every moment, so any part of a failing story is a story again: that is all that
//! shrinking needs.

use proptest::prelude::*;

pub const SHOPPERS: usize = 2;
pub const GOODS: usize = 2;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Card {
    Good,
    Declined,
    Challenged,
}

/// What is lost on the way to the provider; only on the way of a checkout's first payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lost {
    Nothing,
    /// The call that makes the payment.
    Create,
    /// The answer to the call that charges the card.
    Answer,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Job {
    Events,
    Outbox,
    Recover,
    Sweep,
    Poll,
    All,
}

/// How much a refund is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Share {
    Third,
    Rest,
    TooMuch,
}

/// Units of one of the goods.
pub type Units = (usize, i64);

/// `who` is a shopper, `what` one of the goods, `ago` counts checkouts back from the latest.
#[derive(Clone, Debug)]
pub enum Op {
    Add {
        who: usize,
        what: usize,
        units: i64,
    },
    Set {
        who: usize,
        what: usize,
        units: i64,
    },
    Remove {
        who: usize,
        what: usize,
    },
    /// Reads what has changed about the cart.
    Acknowledge {
        who: usize,
    },
    /// An empty cart gets one of the first goods before.
    Place {
        who: usize,
        card: Card,
        lost: Lost,
    },
    /// The last request once more.
    Repeat {
        who: usize,
    },
    /// Its key for another card.
    RepeatChanged {
        who: usize,
        card: Card,
    },
    /// The bank's question of the last payment is answered.
    Challenge {
        ago: usize,
        passed: bool,
    },
    /// The page that waits for the last checkout.
    Look {
        who: usize,
    },
    GiveUp {
        who: usize,
    },
    Wait {
        seconds: i64,
    },
    WaitBeyondHold,
    /// A webhook about the last payment.
    Tell {
        ago: usize,
    },
    Work(Job),
    Stock {
        what: usize,
        delta: i64,
    },
    Price {
        what: usize,
        amount: i64,
    },
    Refund {
        ago: usize,
        share: Share,
        restock: Option<Units>,
    },
    Cancel {
        ago: usize,
        restock: bool,
    },
    Capture {
        ago: usize,
    },
    /// These units, or everything that is left.
    Ship {
        ago: usize,
        part: Option<Units>,
    },
    Deliver {
        ago: usize,
    },
}

impl Op {
    pub fn name(&self) -> String {
        let text = format!("{self:?}");
        text.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_owned()
    }

    /// Whose cart it is about; `None` when it may be about everybody's.
    pub fn who(&self) -> Option<usize> {
        match *self {
            Self::Add { who, .. }
            | Self::Set { who, .. }
            | Self::Remove { who, .. }
            | Self::Acknowledge { who }
            | Self::Place { who, .. }
            | Self::Repeat { who }
            | Self::RepeatChanged { who, .. }
            | Self::Look { who }
            | Self::GiveUp { who } => Some(who),
            _ => None,
        }
    }

    /// Whether money may move.
    pub fn reaches_the_provider(&self) -> bool {
        !matches!(
            self,
            Self::Add { .. }
                | Self::Set { .. }
                | Self::Remove { .. }
                | Self::Acknowledge { .. }
                | Self::Wait { .. }
                | Self::WaitBeyondHold
                | Self::Tell { .. }
                | Self::Stock { .. }
                | Self::Price { .. }
        )
    }
}

fn card() -> impl Strategy<Value = Card> {
    prop_oneof![3 => Just(Card::Good), 1 => Just(Card::Declined), 2 => Just(Card::Challenged)]
}

fn job() -> impl Strategy<Value = Job> {
    let one = prop_oneof![Just(Job::Events), Just(Job::Recover), Just(Job::Sweep), Just(Job::Poll)];
    prop_oneof![3 => one, 4 => Just(Job::Outbox), 3 => Just(Job::All)]
}

/// The weights keep carts full and payments under way; otherwise most operations would find nothing to be about.
pub fn op() -> impl Strategy<Value = Op> {
    let (who, what) = (prop_oneof![3 => Just(0_usize), 1 => 1..SHOPPERS], 0..GOODS);
    let ago = prop_oneof![6 => Just(0_usize), 2 => Just(1), 1 => 2..5_usize];
    let lost = prop_oneof![6 => Just(Lost::Nothing), 1 => Just(Lost::Create), 1 => Just(Lost::Answer)];
    let share = prop_oneof![3 => Just(Share::Third), 2 => Just(Share::Rest), 1 => Just(Share::TooMuch)];
    let units = (what.clone(), 1..3_i64);
    let delta = prop_oneof![3 => 1..4_i64, 1 => -3..0_i64];
    let shopper = prop_oneof![
        8 => (who.clone(), what.clone(), 1..3_i64).prop_map(|(who, what, units)| Op::Add { who, what, units }),
        3 => (who.clone(), what.clone(), 0..5_i64).prop_map(|(who, what, units)| Op::Set { who, what, units }),
        1 => (who.clone(), what.clone()).prop_map(|(who, what)| Op::Remove { who, what }),
        2 => who.clone().prop_map(|who| Op::Acknowledge { who }),
        18 => (who.clone(), card(), lost).prop_map(|(who, card, lost)| Op::Place { who, card, lost }),
        3 => who.clone().prop_map(|who| Op::Repeat { who }),
        1 => (who.clone(), card()).prop_map(|(who, card)| Op::RepeatChanged { who, card }),
        8 => (ago.clone(), proptest::bool::weighted(0.6)).prop_map(|(ago, passed)| Op::Challenge { ago, passed }),
        3 => who.clone().prop_map(|who| Op::Look { who }),
        3 => who.prop_map(|who| Op::GiveUp { who }),
    ];
    let shop = prop_oneof![
        2 => (1..60_i64).prop_map(|seconds| Op::Wait { seconds }),
        1 => Just(Op::WaitBeyondHold),
        4 => ago.clone().prop_map(|ago| Op::Tell { ago }),
        16 => job().prop_map(Op::Work),
    ];
    let merchant = prop_oneof![
        3 => (what.clone(), delta).prop_map(|(what, delta)| Op::Stock { what, delta }),
        1 => (what, 1..4_i64).prop_map(|(what, euros)| Op::Price { what, amount: euros * 1000 }),
        7 => (ago.clone(), share, proptest::option::of(units.clone()))
            .prop_map(|(ago, share, restock)| Op::Refund { ago, share, restock }),
        3 => (ago.clone(), any::<bool>()).prop_map(|(ago, restock)| Op::Cancel { ago, restock }),
        1 => ago.clone().prop_map(|ago| Op::Capture { ago }),
        5 => (ago.clone(), proptest::option::of(units)).prop_map(|(ago, part)| Op::Ship { ago, part }),
        2 => ago.prop_map(|ago| Op::Deliver { ago }),
    ];
    prop_oneof![5 => shopper, 2 => shop, 3 => merchant]
}
