//! The sandbox over HTTP, as its callers and visitors meet it.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test fails by panicking"))]

mod events;
mod faults;
mod idempotency;
mod intents;
mod pages;
mod paypal;
mod razorpay;
mod refunds;
mod sessions;
mod support;
