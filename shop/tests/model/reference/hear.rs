//! How the shop comes to hear of what the bank holds: pages that wait, events, and the worker's jobs.

use super::Model;
use super::pay::{Bank, FIRST_POLL_MS};
use crate::model::op::{Job, Lost};

const POLL_MAX_MS: i64 = 15 * 60_000;
const LOOK_EVERY_MS: i64 = 2_000;

impl Model {
    pub(super) fn answer_bank(&mut self, ago: usize, passed: bool) -> String {
        let Some(at) = self.ago(ago).filter(|_| self.is_asked(ago)) else { return "-".into() };
        let it = &mut self.checkouts[at];
        if passed {
            it.money[0] = it.total;
        }
        if let Some(attempt) = it.attempts.last_mut() {
            attempt.bank = if passed { Bank::Held } else { Bank::Failed("payment_intent_authentication_failure") };
        }
        "ok".into()
    }

    /// The last checkout that the shopper's cart led to.
    pub fn own(&self, who: usize) -> Option<usize> {
        self.checkouts.iter().rposition(|it| Some(it.cart) == self.named[who])
    }

    fn status(&self, at: usize) -> String {
        match self.checkouts[at].state {
            "placed" | "settled" => format!("placed {at}"),
            "released" => "released".into(),
            "payable_again" => "payable again".into(),
            _ => "pending".into(),
        }
    }

    pub(super) fn look(&mut self, who: usize) -> String {
        let Some(at) = self.own(who) else { return "-".into() };
        let (now, lease) = (self.now, self.checkouts[at].lease);
        let may_ask = self.checkouts[at].holds() && lease <= now;
        let attempt = self.checkouts[at].live().filter(|attempt| may_ask && attempt.asked <= now - LOOK_EVERY_MS);
        if let Some(attempt) = attempt {
            attempt.asked = now;
            if attempt.bank != Bank::Nothing {
                self.hear(at);
            }
        }
        self.status(at)
    }

    pub(super) fn cancel_checkout(&mut self, who: usize) -> String {
        let Some(at) = self.own(who) else { return "-".into() };
        self.give_up(at);
        self.status(at)
    }

    pub(super) fn tell(&mut self, ago: usize) -> String {
        if self.bank(ago).is_none_or(|bank| bank == Bank::Nothing) {
            return "-".into();
        }
        let at = self.checkouts.len() - ago - 1;
        if let Some(attempt) = self.checkouts[at].attempts.last_mut() {
            attempt.told = true;
        }
        "new, known".into()
    }

    pub(super) fn work(&mut self, job: Job) -> String {
        for at in 0..self.checkouts.len() {
            match job {
                Job::Events => self.apply_events(at),
                Job::Outbox => self.deliver_outbox(at),
                Job::Recover => self.recover(at),
                Job::Sweep => self.sweep(at),
                Job::Poll => self.poll(at),
                Job::All => {}
            }
        }
        if job == Job::All {
            for job in [Job::Events, Job::Outbox, Job::Recover, Job::Sweep, Job::Poll, Job::Outbox] {
                self.work(job);
            }
        }
        "ok".into()
    }

    fn apply_events(&mut self, at: usize) {
        let last = self.checkouts[at].attempts.len();
        for attempt in 0..last {
            let told = std::mem::take(&mut self.checkouts[at].attempts[attempt].told);
            if told && attempt + 1 == last && self.checkouts[at].holds() {
                self.hear(at);
            }
        }
    }

    fn recover(&mut self, at: usize) {
        let (state, lease) = (self.checkouts[at].state, self.checkouts[at].lease);
        if state != "unknown" || lease > self.now {
            return;
        }
        let Some(attempt) = self.checkouts[at].live() else { return };
        let (card, bank) = (attempt.card, attempt.bank);
        if bank == Bank::Nothing {
            self.charge(at, card, Lost::Nothing)
        } else {
            self.hear(at)
        };
    }

    fn sweep(&mut self, at: usize) {
        if self.checkouts[at].expires <= self.now {
            self.give_up(at);
        }
    }

    fn poll(&mut self, at: usize) {
        let now = self.now;
        let holds = self.checkouts[at].holds();
        let Some(attempt) = self.checkouts[at].live().filter(|attempt| holds && attempt.next_poll <= now) else {
            return;
        };
        attempt.next_poll = now + (FIRST_POLL_MS << attempt.polls.min(9)).min(POLL_MAX_MS);
        attempt.polls += 1;
        if attempt.bank != Bank::Nothing {
            self.hear(at);
        }
    }
}
