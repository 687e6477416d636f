#!/usr/bin/env bash
# test.sh runs every test: the Go tests with the race detector, the tests of the pages in a real browser, and the examples, which
# find the built program on their path. scripts/with-mariadb.sh gives the tests a MariaDB.
set -euo pipefail
cd "$(dirname "$0")/.."

times=()
part= begun=$SECONDS

# section NAME ends the part before and begins another one.
section() {
	if [ -n "$part" ]; then times+=("$(printf '%5d s  %s' $((SECONDS - begun)) "$part")"); fi
	part=$* begun=$SECONDS
	if [ -n "$part" ]; then printf '\n== %s\n' "$part"; fi
}

log=$(mktemp)

# summary says where the time went: each part, and the slowest packages of all parts, which overlap.
summary() {
	section
	printf '\n== where the time went\n'
	printf '%s\n' "${times[@]}"
	printf 'the slowest packages:\n'
	awk -F '\t' '($1 ~ /^(ok|FAIL) *$/) && $3 ~ /^[0-9.]+s/ { printf "%7.1f s  %s\n", $3, $2 }' "$log" | sort -rn | awk 'NR <= 10'
	rm -f "$log"
}
trap summary EXIT

section "Go tests (race detector; SQLite${RECTIFY_TEST_MYSQL:+ and MariaDB})"
# The engine of SQLite (translated C, used by one connection at a time) and the hashing of passwords would take five times as long if the
# race detector watched them too.
CGO_ENABLED=1 go test -race -gcflags='github.com/ncruces/go-sqlite3-wasm/...=-race=false' -gcflags='golang.org/x/crypto/...=-race=false' -timeout 45m ./... | tee "$log"

section "everybody's pages and buttons in the demonstration; rules of an office's own"
go test -timeout 15m -run '^Test(EveryPage|EveryButton|WhatIsNotOffered|ServedRulesAreProven)' ./cmd/rectify | tee -a "$log"

section "faults of rules that the checker finds"
go test -timeout 15m ./workflow/definitions/explore | tee -a "$log"

mapfile -t browser < <(scripts/packages.sh browser)
if [ ${#browser[@]} -gt 0 ]; then
	section "pages in a browser"
	go test -tags browser -run '^TestBrowser' -timeout 10m "${browser[@]}" | tee -a "$log"
fi

shopt -s nullglob
for example in examples/*.sh; do
	section "$example"
	PATH="$PWD/bin:$PATH" bash "$example"
done
