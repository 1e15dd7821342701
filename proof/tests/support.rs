//! Where the tests of the proofs find what they need.

use std::path::Path;

/// The program whose lives are ended.
pub fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_mercer-proof"))
}

/// URL of the PostgreSQL cluster of the test run, if it has one.
pub fn postgres() -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "the test run is configured by its environment")]
    std::env::var("MERCER_TEST_POSTGRES_URL").ok().filter(|url| !url.is_empty())
}
