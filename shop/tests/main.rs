//! Integration tests of the shop: real databases, one test body, both engines.
//!
//! A test is written once with [`on_both_engines!`] and becomes two: `<name>::on_sqlite` in a folder of its own
//! and `<name>::on_postgres` in a database of its own. The second needs `MERCER_TEST_POSTGRES_URL`
//! (a cluster where databases may be created and dropped); without it the run says that the half was skipped.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test fails by panicking"))]

#[macro_use]
mod support;

mod account;
mod alert;
mod attribute;
mod backup;
mod bounced;
mod bulk;
mod cart;
mod cart_more;
mod catalogue;
mod checkout;
mod collection;
mod currency;
mod db;
mod gift_card_sale;
mod guard;
mod import;
mod invariant;
mod inventory;
mod library;
mod media;
mod model;
mod order;
mod overtaken;
mod payment;
mod price_list;
mod promotion;
mod providers;
mod purchase_limit;
mod recent;
mod recommendation;
mod reconcile;
mod redirect;
mod review;
mod risk;
mod sale;
mod search;
mod session;
mod shipping;
mod sitemap;
mod staff;
mod tax;
mod tender;
mod twice;
mod wishlist;
