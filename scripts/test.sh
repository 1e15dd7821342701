#!/usr/bin/env bash
# Every check there is: format, lints on both targets, unit and integration tests on both databases, download
# budgets, storms, end-to-end stories in a browser against the release binary. Stops at the first that fails.
set -euo pipefail
cd "$(dirname "$0")/.."
stages=8
source scripts/stage.sh

# The two browser crates switch Leptos to the browser's side, so they are never built together with the server.
host=(--workspace --exclude frontend --exclude frontend-admin)

stage "tools"
scripts/need.sh cc:build-essential /usr/sbin/nginx:nginx wasm-opt:binaryen "${CHROMIUM:-/usr/bin/chromium}:chromium" node:nodejs npm:npm
cargo --version

stage "format"
cargo fmt --all --check

stage "lints, server side"
cargo clippy --locked "${host[@]}" --all-targets -- -D warnings

stage "lints, browser side"
scripts/browser-clippy.sh

stage "unit and integration tests on SQLite and PostgreSQL"
scratch=$(scripts/scratch.sh)
if command -v cargo-nextest >/dev/null; then
  TMPDIR=$scratch scripts/with-postgres.sh cargo nextest run --locked "${host[@]}" --no-fail-fast
else
  TMPDIR=$scratch scripts/with-postgres.sh cargo test --locked "${host[@]}" --no-fail-fast
fi

stage "release build, download budgets, one price in WebAssembly and here"
scripts/build.sh
cargo run --quiet --package xtask -- size
cargo run --quiet --package xtask -- pricing

stage "storms from 3,000 seeds and four planted bugs, optimised"
cargo run --release --locked --quiet --package proof -- simulate --seeds 3000
cargo run --release --locked --quiet --package proof -- canaries --number 1 --number 3 --number 4 --number 8

stage "end-to-end stories, JavaScript off and on"
scripts/e2e.sh

printf '\nAll checks passed in %d min %d s.\n' $((SECONDS / 60)) $((SECONDS % 60))
