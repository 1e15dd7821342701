#!/usr/bin/env bash
# The long proofs on both engines: torture.sh [--tenth | --scale SHARE] [--seed NUMBER] [--only NAME]. The report is
# printed and kept as torture.md beside the compiler's output.
set -euo pipefail
cd "$(dirname "$0")/.."

target=${CARGO_TARGET_DIR:-target}
# The proofs' own program, and the tests that are proofs, in one build: by the same features nothing is built twice.
built=$(cargo build --release --locked --package proof --package server --package shop \
  --bin mercer-proof --test http --test main --message-format json-render-diagnostics)
program() { grep -o "\"executable\":\"[^\"]*/$1\"" <<<"$built" | cut -d '"' -f 4; }

# The address of the cluster is known inside only.
exec scripts/with-postgres.sh bash -c \
  'exec "$0" torture --postgres "$MERCER_TEST_POSTGRES_URL" "$@"' \
  "$(program mercer-proof)" --races "$(program 'http-[0-9a-f]*')" --model "$(program 'main-[0-9a-f]*')" \
  --report "$target/torture.md" "$@"
