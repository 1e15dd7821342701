#!/usr/bin/env bash
# The third way of wasm-toolchain.sh: Debian's compiler, with the target's standard library built once from source.
# Prints the environment under which cargo uses it.
set -euo pipefail

target=wasm32-unknown-unknown
rustc=/usr/bin/rustc
linker=wasm-ld-22
here=$(cd "$(dirname "$0")" && pwd)

echo "wasm: taking Debian's compiler" >&2
# Looked for by their documentation: the programs are called rustc and cargo, as an older Debian rustc's are.
doc=/usr/share/doc
"$here/need.sh" "$doc/rustc-web:rustc-web" "$doc/cargo-web:cargo-web" "$doc/rust-web-src:rust-web-src" \
  "$linker:lld-22" >&2
libraries=$("$rustc" --print target-libdir --target "$target")

if ! compgen -G "$libraries/libstd-*.rlib" >/dev/null; then
  echo "wasm: building the standard library for $target once (about a minute)" >&2
  work=$(mktemp -d)
  trap 'rm -rf -- "$work"' EXIT
  mkdir "$work/src"
  touch "$work/src/lib.rs"
  printf '[package]\nname = "standard"\nversion = "0.0.0"\nedition = "2024"\n[profile.release]\npanic = "abort"\n' \
    >"$work/Cargo.toml"
  # Bitcode lets the link-time optimisation of the release profile reach into the standard library.
  (cd "$work" && env -u CARGO_TARGET_DIR -u CARGO_ENCODED_RUSTFLAGS PATH="/usr/bin:$PATH" RUSTC="$rustc" \
    RUSTC_BOOTSTRAP=1 RUSTFLAGS=-Cembed-bitcode=yes \
    /usr/bin/cargo build --release --target "$target" -Zbuild-std=std,panic_abort,proc_macro >&2)
  as_root=()
  [ -w "$(dirname "$(dirname "$(dirname "$libraries")")")" ] || as_root=(sudo)
  "${as_root[@]}" mkdir -p "$libraries"
  rm "$work/target/$target"/release/deps/libstandard-*
  "${as_root[@]}" cp "$work/target/$target"/release/deps/*.rlib "$libraries/"
fi

echo "PATH=/usr/bin:$PATH"
echo "RUSTC=$rustc"
echo "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=$linker"
