//! The storage layer: migrations and transactions.

mod group_commit;
mod migrations;
mod transactions;
