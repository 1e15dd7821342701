#!/usr/bin/env bash
# From a fresh clone to a shop that sells: builds what is missing, then serves a demo shop on 127.0.0.1:3000.
#
# Arguments go to `mercer run`. It migrates the database, fills it when it is empty, starts the sandbox payment
# gateway, prints a one-time admin link and `ready http://127.0.0.1:3000`.
set -euo pipefail
cd "$(dirname "$0")/.."
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$PWD/target}"
export MERCER_DATA_DIR="${MERCER_DATA_DIR:-$PWD/data}"

scripts/build.sh
exec "$CARGO_TARGET_DIR/release/mercer" run "$@"
