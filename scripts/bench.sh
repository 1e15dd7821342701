#!/usr/bin/env bash
# Measures this machine on SQLite and PostgreSQL: pages, lists, searches and edits on catalogues of 1,000, 100,000 and
# 1,000,000 products (written to docs/performance.md), durable writes per second, complete checkouts per second. The
# server, the load generator, the database and the sandbox gateway share its processors. ONLY=catalogue measures that alone.
set -euo pipefail
cd "$(dirname "$0")/.."
stages=4
source scripts/stage.sh

products=${PRODUCTS:-1000,100000,1000000}
seconds=${BENCH_SECONDS:-10}
unset DATABASE_URL

stage "release binary"
scripts/build.sh
mercer=$CARGO_TARGET_DIR/release/mercer

stage "catalogues of $products products"
table() { "$mercer" bench catalogue --products "$products" --seconds "$seconds"; }
export -f table
export mercer products seconds
sqlite=$(table)
# Without the line that names the cluster.
postgres=$(MERCER_POSTGRES_DURABLE=1 scripts/with-postgres.sh bash -c 'DATABASE_URL=$MERCER_TEST_POSTGRES_URL table' | grep '^|')
cat > docs/performance.md <<EOF
# What a catalogue's size costs

Written by \`make bench\` ($(nproc) processors, $(date -u +%Y-%m-%d), ${seconds} s for each kind of question). Each cell: answers a
second, then milliseconds within which half and 99 of 100 of them came, closed loop over so many connections. Server,
database and load generator share the processors. But for the first row every page is drawn anew (page cache switched
off); searches are of one to three words of the catalogue, some with a mistake, half a dozen facets counted. "Into the
cart": one of ten makes the cart and its session, the others add to it. "Edit until it is found": from the commit of a new
title to the search that finds it.

$sqlite

$postgres
EOF
cat docs/performance.md
[ "${ONLY:-}" = catalogue ] && exit 0

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
