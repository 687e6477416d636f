#!/usr/bin/env bash
# setup.sh sees that what the tests need is there: a C compiler (for the race detector), curl, MariaDB and, once there are tests of
# the pages, Chromium with Chinese fonts. On Debian and Ubuntu as root it installs what is missing; elsewhere it says what to install.
set -euo pipefail
cd "$(dirname "$0")/.."
PATH=$PATH:/usr/sbin:/usr/local/sbin

has() { command -v "$1" >/dev/null 2>&1; }

missing=()
has gcc && [ -e /usr/include/stdlib.h ] || has clang || missing+=(gcc libc6-dev)
has curl || missing+=(curl ca-certificates)
has mariadbd && has mariadb-install-db || [ -n "${RECTIFY_TEST_MYSQL:-}" ] || missing+=(mariadb-server-core)
if scripts/packages.sh browser | grep -q .; then
	has chromium || has chromium-browser || has google-chrome || missing+=(chromium)
	has fc-list && [ -n "$(fc-list :lang=zh family)" ] || missing+=(fonts-noto-cjk fontconfig)
fi

if [ ${#missing[@]} -eq 0 ]; then exit 0; fi
if [ "$(id -u)" -ne 0 ] || ! has apt-get; then
	printf 'setup: please install these (names as on Debian): %s\n' "${missing[*]}" >&2
	if [ "${RECTIFY_TEST_REQUIRE:-}" = 1 ]; then exit 1; fi
	exit 0
fi
printf 'setup: installing %s\n' "${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
apt-get update -q
apt-get install -q -y --no-install-recommends "${missing[@]}"
