//! The proofs at the counts of continuous integration.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test fails by panicking"))]

mod crash;
mod kill;
mod power;
mod simulate;
mod support;
