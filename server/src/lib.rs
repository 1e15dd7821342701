//! How Mercer runs: configuration, router, sessions, workers, command line.

pub mod assets;
pub mod render;
