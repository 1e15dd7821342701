//! The sandbox over HTTP, as its callers and visitors meet it.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test fails by panicking"))]

mod answers;
mod customers;
mod deliveries;
mod disputes;
mod events;
mod faults;
mod idempotency;
mod intents;
mod limits;
mod lists;
mod moods;
mod outages;
mod pages;
mod payments;
mod paypal;
mod razorpay;
mod refunds;
mod sessions;
mod support;
mod webhooks;
