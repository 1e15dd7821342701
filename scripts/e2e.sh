#!/usr/bin/env bash
# Against the release binary: Stripe's own client for Node speaking to the sandbox gateway, then end-to-end stories in
# a real browser. Arguments go to Playwright, and leave the client out.
set -euo pipefail
cd "$(dirname "$0")/.."
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$PWD/target}"
export MERCER_BIN="${MERCER_BIN:-$CARGO_TARGET_DIR/release/mercer}"
export CHROMIUM="${CHROMIUM:-/usr/bin/chromium}"

[ -x "$MERCER_BIN" ] || scripts/build.sh
scripts/need.sh "$CHROMIUM:chromium" node:nodejs npm:npm
cd end2end
# Installed once per lock file.
if ! cmp -s package-lock.json node_modules/.installed; then
  PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --no-audit --no-fund --loglevel=error
  cp package-lock.json node_modules/.installed
fi
if [ $# -eq 0 ]; then
  node --test contract/stripe-client.mjs
fi
exec node_modules/.bin/playwright test "$@"
