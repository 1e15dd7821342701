//! The hot transactions behind their batch queues: put into a cart, prepare, hand over, keep an event, apply a fact, keep
//! a mail.

use super::fact::{Fact, Facts, Standing};
use super::handover::{Handover, Handovers};
use super::prepare::{Prepare, Prepared, Preparing};
use crate::cart::Cart;
use crate::db::{Batch, Db};
use crate::payment::{Keeping, Received};
use crate::{Result, cart, mail};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The queues; cheap to clone. One set per database, kept in [`crate::Shop`].
#[derive(Clone)]
pub struct Queues {
    carts: Batch<cart::Adding>,
    prepare: Batch<Preparing>,
    handover: Batch<Handovers>,
    facts: Batch<Facts>,
    events: Batch<Keeping>,
    mails: Batch<mail::Keeping>,
    /// Found to be no restored database that waits for reconciliation; never taken back.
    open: Arc<AtomicBool>,
}

/// A shop at its ease has one or two at the till.
const RUSH: usize = 4;

impl Queues {
    /// Starts the workers on the current runtime; they end when the last clone is dropped.
    pub fn start(db: &Db) -> Self {
        Self {
            carts: Batch::start(db.clone(), cart::Adding),
            prepare: Batch::start(db.clone(), Preparing),
            handover: Batch::start(db.clone(), Handovers),
            facts: Batch::start(db.clone(), Facts),
            events: Batch::start(db.clone(), Keeping),
            mails: Batch::start(db.clone(), mail::Keeping),
            open: Arc::default(),
        }
    }

    /// Whether shoppers come faster than their payments can be written down.
    pub(crate) fn are_waited_for(&self) -> bool {
        self.prepare.callers() + self.handover.callers() + self.facts.callers() >= RUSH
    }

    pub(crate) fn are_open(&self) -> bool {
        self.open.load(Ordering::Relaxed)
    }

    pub(crate) fn found_open(&self) {
        self.open.store(true, Ordering::Relaxed);
    }

    /// `None`: come again, somebody else was at the same cart.
    pub(crate) async fn add_to_cart(&self, item: cart::Wish) -> Result<Option<Cart>> {
        self.carts.run(item).await
    }

    pub(super) async fn prepare(&self, item: Prepare) -> Result<Prepared> {
        self.prepare.run(item).await
    }

    /// `false`: somebody else holds the checkout by now.
    pub(super) async fn hand_over(&self, item: Handover) -> Result<bool> {
        self.handover.run(item).await
    }

    /// `false`: it was here already.
    pub(crate) async fn keep_event(&self, item: Received) -> Result<bool> {
        self.events.run(item).await
    }

    pub(crate) async fn keep_mail(&self, item: mail::Keep) -> Result<()> {
        self.mails.run(item).await
    }

    pub(super) async fn apply(&self, fact: Fact) -> Result<Standing> {
        loop {
            // Two facts of one checkout in one batch: the second is judged after the first has been applied.
            if let Some(standing) = self.facts.run(fact.clone()).await? {
                return Ok(standing);
            }
        }
    }
}
