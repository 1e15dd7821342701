#!/usr/bin/env bash
# Builds the site and, unless the argument is `site`, the release binary that carries it.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/stage.sh

scripts/need.sh cc:build-essential wasm-opt:binaryen
stage "site: browser bundles and style sheets"
cargo run --quiet --package xtask -- site
[ "${1:-}" = site ] && exit 0

stage "server: release binary"
cargo build --locked --release --package server --bin mercer
echo "built $CARGO_TARGET_DIR/release/mercer ($(du -h "$CARGO_TARGET_DIR/release/mercer" | cut -f1))"
