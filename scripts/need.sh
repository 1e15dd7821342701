#!/usr/bin/env bash
# Makes sure that commands exist: need.sh <command>:<debian package> …
#
# What is there already costs nothing. What is missing is installed from the Debian archive in one go, by root
# directly and by anybody else through sudo. Where the command holds a slash it is a path that has to exist.
set -euo pipefail

missing=()
for pair in "$@"; do
  case "${pair%%:*}" in
    */*) [ -e "${pair%%:*}" ] ;;
    *) command -v "${pair%%:*}" >/dev/null ;;
  esac || missing+=("${pair##*:}")
done
[ ${#missing[@]} -eq 0 ] && exit 0

if ! command -v apt-get >/dev/null; then
  echo "need: please install: ${missing[*]} (this machine has no apt-get)" >&2
  exit 1
fi
as_root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || { echo "need: please install as root: apt-get install ${missing[*]}" >&2; exit 1; }
  as_root=(sudo)
fi
echo "need: installing ${missing[*]} from the Debian archive" >&2
install=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}")
# Package lists may be absent or stale: try with what is there, then refresh them once.
"${install[@]}" >/dev/null 2>&1 || { "${as_root[@]}" apt-get update -qq >&2; "${install[@]}" >&2; }
