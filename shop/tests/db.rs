//! The storage layer: migrations and transactions.

mod batch;
mod gather;
mod group_commit;
mod migrations;
mod transactions;
