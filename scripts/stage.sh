# Sourced by the other scripts: says what is being done and how far it is.
#
# `stages=9` before sourcing gives "[3/9]"; the seconds are those since the script started.

export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$PWD/target}"
stage_number=0

stage() { # <what>
  stage_number=$((stage_number + 1))
  printf '\n[%s] %s (%ss so far)\n' "$stage_number${stages:+/$stages}" "$1" "$SECONDS"
}
