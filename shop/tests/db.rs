//! The storage layer: migrations and transactions.

mod batch;
mod group_commit;
mod migrations;
mod transactions;
