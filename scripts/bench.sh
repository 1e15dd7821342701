#!/usr/bin/env bash
# Measures this machine: pages per second and their 99th percentile over a catalogue of 10,000 products, and durable
# writes per second on SQLite and PostgreSQL. The server, the load generator and the database share its processors.
set -euo pipefail
cd "$(dirname "$0")/.."
stages=4
source scripts/stage.sh

products=${PRODUCTS:-10000}
connections=${CONNECTIONS:-16}
seconds=${BENCH_SECONDS:-15}

stage "tools and release binary"
scripts/need.sh wrk:wrk curl:curl
scripts/build.sh
mercer=$CARGO_TARGET_DIR/release/mercer

folder=$(mktemp -d)
server=
finish() {
  [ -z "$server" ] || kill "$server" 2>/dev/null || true
  rm -rf -- "$folder"
}
trap finish EXIT
unset DATABASE_URL
export MERCER_DATA_DIR=$folder MERCER_LOG=warn

stage "a catalogue of $products products"
"$mercer" migrate
"$mercer" seed --products "$products"

stage "pages, $connections connections, $seconds s each"
port=$((20000 + RANDOM % 12000))
"$mercer" serve --addr "127.0.0.1:$port" >"$folder/log" 2>&1 &
server=$!
origin=http://127.0.0.1:$port
for _ in $(seq 100); do curl -fso /dev/null "$origin/readyz" && break; sleep 0.1; done
idle_kb=$(awk '/^VmRSS/ { print $2 }' "/proc/$server/status")
product=$(curl -fs "$origin/api/v1/products" | grep -o '"slug":"[^"]*"' | head -1 | cut -d'"' -f4)
for path in "/products/$product" "/"; do
  echo "bench: GET $path"
  wrk --threads 1 --connections "$connections" --duration "${seconds}s" --latency "$origin$path" |
    grep -E '^ +(50|99)%|Requests/sec|Non-2xx' || true
done
busy_kb=$(awk '/^VmRSS/ { print $2 }' "/proc/$server/status")
echo "bench: memory $((idle_kb / 1024)) MB idle, $((busy_kb / 1024)) MB after the load"
kill "$server" && wait "$server" 2>/dev/null || true
server=

stage "durable writes"
"$mercer" bench writes
# Durability on, unlike in the tests' cluster: that is what is measured.
MERCER_POSTGRES_DURABLE=1 scripts/with-postgres.sh \
  bash -c 'DATABASE_URL=$MERCER_TEST_POSTGRES_URL "$0" bench writes' "$mercer"
