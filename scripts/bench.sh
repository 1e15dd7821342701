#!/usr/bin/env bash
# Measures this machine: pages per second and their 99th percentile over a catalogue of 10,000 products, durable writes
# per second and complete checkouts per second on SQLite and PostgreSQL. The server, the load generator, the database and
# the sandbox gateway share its processors.
set -euo pipefail
cd "$(dirname "$0")/.."
stages=4
source scripts/stage.sh

products=${PRODUCTS:-10000}
connections=${CONNECTIONS:-16}
seconds=${BENCH_SECONDS:-10}
unset DATABASE_URL

stage "release binary"
scripts/build.sh
mercer=$CARGO_TARGET_DIR/release/mercer

stage "pages"
"$mercer" bench pages --products "$products" --connections "$connections" --seconds "$seconds"

stage "durable writes"
"$mercer" bench writes
# Durability on, unlike in the tests' cluster: that is what is measured.
MERCER_POSTGRES_DURABLE=1 scripts/with-postgres.sh \
  bash -c 'DATABASE_URL=$MERCER_TEST_POSTGRES_URL "$0" bench writes' "$mercer"

stage "complete checkouts"
checkouts='for skus in distinct hot sold-out; do "$0" bench checkout --skus $skus --seconds "$1"; done'
bash -c "$checkouts" "$mercer" "$seconds"
MERCER_POSTGRES_DURABLE=1 scripts/with-postgres.sh \
  bash -c "export DATABASE_URL=\$MERCER_TEST_POSTGRES_URL; $checkouts" "$mercer" "$seconds"
