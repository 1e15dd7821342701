#!/usr/bin/env bash
# Runs a command with a PostgreSQL cluster of its own: with-postgres.sh <command> [argument…]
#
# The cluster lives in a temporary folder, listens on a free port of 127.0.0.1 and is gone afterwards; the system's
# own service is not touched. The command finds it at MERCER_TEST_POSTGRES_URL. Durability is switched off, unless
# MERCER_POSTGRES_DURABLE is set: tests ask whether answers are right, not whether this disk keeps them.
set -euo pipefail

scratch=/tmp
[ -n "${MERCER_POSTGRES_DURABLE:-}" ] || scratch=$("$(dirname "$0")/scratch.sh")

# Debian keeps the server's programs out of PATH, one folder per version.
newest() { compgen -G '/usr/lib/postgresql/*/bin/initdb' | sort -V | tail -1 || command -v initdb; }
initdb=$(newest) || { "$(dirname "$0")/need.sh" initdb:postgresql && initdb=$(newest); }
bin=$(dirname "$(readlink -f "$initdb")")

folder=$(mktemp -d "$scratch/mercer-postgres.XXXXXX")
# PostgreSQL refuses to run as root.
as=()
if [ "$(id -u)" -eq 0 ]; then
  chown postgres "$folder"
  as=(runuser -u postgres --)
fi

stop() {
  "${as[@]}" "$bin/pg_ctl" stop -D "$folder/data" -m immediate >/dev/null 2>&1 || true
  rm -rf -- "$folder"
}
trap stop EXIT
trap 'exit 130' INT TERM

cd "$folder"
"${as[@]}" "$bin/initdb" -D "$folder/data" -U mercer -A trust -E UTF8 --locale=C --no-sync >"$folder/initdb.log"
for attempt in 1 2 3 4 5; do
  port=$((20000 + RANDOM % 12000))
  options="-c listen_addresses=127.0.0.1 -p $port -k $folder -c max_connections=300 -c shared_buffers=128MB"
  [ -n "${MERCER_POSTGRES_DURABLE:-}" ] ||
    options+=" -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
  "${as[@]}" "$bin/pg_ctl" start -w -D "$folder/data" -l "$folder/data/log" -o "$options" >/dev/null && break
  [ "$attempt" = 5 ] && { cat "$folder/data/log" >&2; exit 1; }
done
cd "$OLDPWD"

export MERCER_TEST_POSTGRES_URL="postgres://mercer@127.0.0.1:$port/postgres"
echo "postgres: $("$bin/postgres" --version | cut -d' ' -f3) at 127.0.0.1:$port"
"$@"
