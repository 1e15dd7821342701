//! How Mercer runs: configuration, router, sessions, workers, command line.

pub mod render;
