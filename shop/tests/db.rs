//! The storage layer: migrations and transactions.

mod migrations;
mod transactions;
