#!/usr/bin/env bash
# with-mariadb.sh COMMAND… runs COMMAND with a MariaDB of its own and stops that afterwards.
#
# COMMAND finds it by RECTIFY_TEST_MYSQL='root@tcp(127.0.0.1:PORT)/'. The server lives in a folder that is removed at the end, listens
# on 127.0.0.1 alone and keeps what it commits as a production server must (a flush at every commit), so that a test or a benchmark
# measures what an office will get.
#
# With RECTIFY_TEST_MEMORY=1, where memory has room for it (2 GB in /dev/shm), that folder and the temporary files of COMMAND are in
# memory: for tests of what the program does, which are quicker so. They kill programs and never the machine, and what a killed
# program has written is there on a disk as in memory; so they see no difference. Benchmarks do: `make bench` and `make soak` use the disk.
#
# Where RECTIFY_TEST_MYSQL is set already, that server is used and none is started. Where there is no MariaDB, COMMAND runs without
# one, unless RECTIFY_TEST_REQUIRE=1: then it is an error.
set -euo pipefail

say() { printf 'with-mariadb: %s\n' "$*" >&2; }

if [ $# -eq 0 ]; then
	say "usage: with-mariadb.sh COMMAND…"
	exit 2
fi
if [ -n "${RECTIFY_TEST_MYSQL:-}" ]; then
	exec "$@"
fi

PATH=$PATH:/usr/sbin:/usr/local/sbin
server=$(command -v mariadbd || true)
install=$(command -v mariadb-install-db || true)
if [ -z "$server" ] || [ -z "$install" ]; then
	say "no MariaDB here (mariadbd, mariadb-install-db). Debian, Ubuntu: apt-get install mariadb-server-core; macOS: brew install mariadb;"
	say "or give a server of your own: RECTIFY_TEST_MYSQL='root@tcp(127.0.0.1:3306)/'"
	if [ "${RECTIFY_TEST_REQUIRE:-}" = 1 ]; then exit 1; fi
	say "going on with SQLite alone"
	exec "$@"
fi

# A server that anyone on this machine can reach without a password must not run as root.
account=$(id -un)
if [ "$(id -u)" -eq 0 ]; then
	account=nobody
	if getent passwd mysql >/dev/null; then account=mysql; fi
fi

temporary=${TMPDIR:-/tmp}
place=$temporary
if [ "${RECTIFY_TEST_MEMORY:-}" = 1 ] && [ -w /dev/shm ] && [ "$(df -Pk /dev/shm | awk 'NR == 2 { print $4 }')" -gt $((2 * 1024 * 1024)) ]; then
	place=/dev/shm
fi
folder=$(mktemp -d "$place/rectify-mariadb.XXXXXX")
pid=

stop() {
	if [ -n "$pid" ]; then
		kill -TERM "$pid" 2>/dev/null || true
		wait "$pid" 2>/dev/null || true
	fi
	rm -rf "$folder"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

mkdir "$folder/data" "$folder/files"
if [ "$(id -u)" -eq 0 ]; then chown -R "$account" "$folder"; fi
mkdir "$folder/temporary"
if ! "$install" --no-defaults --user="$account" --datadir="$folder/data" --tmpdir="$folder" \
	--auth-root-authentication-method=normal --skip-test-db --skip-name-resolve >"$folder/install.log" 2>&1; then
	say "mariadb-install-db failed (may $account enter $place?):"
	grep -iEm3 "error|denied|cannot|fatal" "$folder/install.log" >&2 || cat "$folder/install.log" >&2
	exit 1
fi

listening() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# start PORT starts the server and waits until it answers; it fails when the server ends first, as it does when the port is taken.
start() {
	"$server" --no-defaults --user="$account" --datadir="$folder/data" --tmpdir="$folder" --log-error="$folder/server.log" \
		--socket="$folder/server.sock" --pid-file="$folder/server.pid" --secure-file-priv="$folder/files" \
		--bind-address=127.0.0.1 --port="$1" --skip-name-resolve --skip-networking=0 --max-connections=300 \
		--character-set-server=utf8mb4 --max-allowed-packet=64M --performance-schema=OFF \
		--innodb-flush-log-at-trx-commit=1 --innodb-doublewrite=1 --innodb-buffer-pool-size=256M --innodb-log-file-size=256M \
		>"$folder/console.log" 2>&1 &
	pid=$!
	local tenths=0
	while kill -0 "$pid" 2>/dev/null; do
		if grep -q 'ready for connections' "$folder/server.log" 2>/dev/null && listening "$1"; then return 0; fi
		tenths=$((tenths + 1))
		if [ "$tenths" -gt 600 ]; then
			kill -TERM "$pid" 2>/dev/null || true
			break
		fi
		sleep 0.1
	done
	wait "$pid" 2>/dev/null || true
	pid=
	return 1
}

# Below 32768 no system hands out ports by itself.
port=
for _ in 1 2 3 4 5; do
	candidate=$((20000 + RANDOM % 12000))
	if listening "$candidate"; then continue; fi
	if start "$candidate"; then
		port=$candidate
		break
	fi
done
if [ -z "$port" ]; then
	say "MariaDB did not start:"
	tail -n 30 "$folder/server.log" >&2 || true
	exit 1
fi

if [ "$place" = /dev/shm ]; then export TMPDIR="$folder/temporary" GOTMPDIR="${GOTMPDIR:-$temporary}"; fi
RECTIFY_TEST_MYSQL="root@tcp(127.0.0.1:$port)/" "$@"
