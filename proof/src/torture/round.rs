//! One proof under way: what it is to do, how far it is, what failed.

use super::Tests;
use shop::clock::{Clock, SystemClock};
use std::io::{IsTerminal, Write};
use std::path::Path;

/// Where nobody watches, the display says this often how far it is.
const SAY_MS: i64 = 30_000;

pub struct Failure {
    pub what: String,
    /// The command that plays it again.
    pub replay: String,
}

pub struct Round<'a> {
    pub program: &'a Path,
    /// URL of the PostgreSQL cluster of a proof on PostgreSQL.
    pub postgres: Option<&'a str>,
    /// Trials to make.
    pub count: usize,
    /// Where chance begins.
    pub seed: u64,
    /// Programs of the proofs that are tests of other crates.
    pub tests: Option<&'a Tests>,
    title: String,
    done: usize,
    failures: Vec<Failure>,
    begun: i64,
    said: i64,
}

impl<'a> Round<'a> {
    pub fn new(title: String, program: &'a Path, postgres: Option<&'a str>, count: usize, seed: u64) -> Self {
        let now = SystemClock.now_ms();
        let round = Self {
            program,
            postgres,
            count,
            seed,
            tests: None,
            title,
            done: 0,
            failures: Vec::new(),
            begun: now,
            said: now,
        };
        round.show();
        round
    }

    /// One more trial was made.
    pub fn step(&mut self) {
        self.steps(1);
    }

    /// So many more trials were made.
    pub fn steps(&mut self, trials: usize) {
        self.done += trials;
        let now = SystemClock.now_ms();
        if std::io::stderr().is_terminal() || now - self.said >= SAY_MS || self.done == self.count {
            self.said = now;
            self.show();
        }
    }

    /// Something is not as it must be; `replay` are the arguments that play it again.
    pub fn fail(&mut self, what: String, replay: &str) {
        self.fail_of(what, format!("mercer-proof {replay}"));
    }

    /// As [`Round::fail`], where another program plays it again.
    pub fn fail_of(&mut self, what: String, replay: String) {
        let _ = writeln!(std::io::stderr(), "\n{replay}\n  {}", what.replace('\n', "\n  "));
        self.failures.push(Failure { what, replay });
    }

    /// How many trials there were, and what failed.
    pub fn end(self) -> (usize, Vec<Failure>) {
        let _ = writeln!(std::io::stderr());
        (self.done, self.failures)
    }

    fn show(&self) {
        let passed = (SystemClock.now_ms() - self.begun) / 1000;
        let rest = match i64::try_from(self.done).unwrap_or(0) {
            0 => "?".to_owned(),
            done => clock(passed * i64::try_from(self.count.saturating_sub(self.done)).unwrap_or(0) / done),
        };
        let (start, end) = if std::io::stderr().is_terminal() { ("\r", "\x1b[K") } else { ("", "\n") };
        let failed = self.failures.len();
        let _ = write!(
            std::io::stderr(),
            "{start}{}: {} of {}, {failed} failed, {}, about {rest} left{end}",
            self.title,
            self.done,
            self.count,
            clock(passed)
        );
    }
}

/// "2:05:09", "5:09".
fn clock(seconds: i64) -> String {
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}
