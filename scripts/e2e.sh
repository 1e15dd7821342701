#!/usr/bin/env bash
# End-to-end stories in a real browser against the release binary. Arguments go to Playwright.
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
exec node_modules/.bin/playwright test "$@"
