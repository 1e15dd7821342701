#!/usr/bin/env bash
# Finds or installs a Rust compiler for wasm32-unknown-unknown and prints, as NAME=value lines, the environment under
# which cargo uses it. Prints nothing when the ordinary toolchain has the target. Messages go to standard error.
#
# Three ways, in this order:
#   1. the toolchain at hand has the target's standard library;
#   2. rustup adds it;
#   3. where rustup is absent or cannot download: Debian's newer compiler (rustc-web, cargo-web, rust-web-src) with
#      the linker of lld-22. Debian ships no standard library for this target, so it is built once from the shipped
#      sources and put where that compiler looks for it. From then on nothing special is needed.
set -euo pipefail

target=wasm32-unknown-unknown

has_target() { # <rustc>
  local folder
  folder=$("$1" --print target-libdir --target "$target" 2>/dev/null) && compgen -G "$folder/libstd-*.rlib" >/dev/null
}

has_target "${RUSTC:-rustc}" && exit 0

if command -v rustup >/dev/null; then
  echo "wasm: adding $target with rustup" >&2
  if rustup target add "$target" >&2 && has_target rustc; then exit 0; fi
fi

exec "$(dirname "$0")/wasm-debian.sh"
