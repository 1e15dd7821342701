//! What the program promises over HTTP: a real server on a free port, a database of its own, the sandbox gateway
//! in the same process. On SQLite; on PostgreSQL as well when `MERCER_TEST_POSTGRES_URL` is set.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test fails by panicking"))]

#[macro_use]
mod support;

mod admin;
mod alert;
mod api;
mod backup;
mod cart_more;
mod choice;
mod cross_site;
mod currency;
mod headers;
mod health;
mod media;
mod negative;
mod page_cache;
mod pay_anew;
mod price;
mod race;
mod recommendation;
mod review;
mod search;
mod session;
mod sitemap;
mod wishlist;
