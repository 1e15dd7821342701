#!/usr/bin/env bash
# The long proofs on both engines: torture.sh [--tenth | --scale SHARE] [--seed NUMBER]. The report is printed and kept
# as torture.md beside the compiler's output.
set -euo pipefail
cd "$(dirname "$0")/.."

target=${CARGO_TARGET_DIR:-target}
cargo build --release --locked --package proof
# The address of the cluster is known inside only.
exec scripts/with-postgres.sh bash -c \
  'exec "$0" torture --postgres "$MERCER_TEST_POSTGRES_URL" "$@"' \
  "$target/release/mercer-proof" --report "$target/torture.md" "$@"
