#!/usr/bin/env bash
# Lints the crates that run in a browser, for the target they run on.
set -euo pipefail
cd "$(dirname "$0")/.."
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$PWD/target}"
unset RUSTFLAGS

# Debian's compiler, where that is the one with the target, brings its own clippy in a package of its own.
toolchain=$(scripts/wasm-toolchain.sh)
if [ -n "$toolchain" ]; then
  scripts/need.sh /usr/bin/cargo-clippy:rust-web-clippy
  while IFS= read -r setting; do export "${setting?}"; done <<<"$toolchain"
fi
cargo clippy --locked --package frontend --package frontend-admin --package app --package admin --package shop \
  --target wasm32-unknown-unknown --target-dir "$CARGO_TARGET_DIR/browser" -- -D warnings
