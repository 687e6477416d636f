#!/usr/bin/env bash
# test.sh runs every test: the Go tests with the race detector, the tests of the pages in a real browser, and the examples, which
# find the built program on their path. scripts/with-mariadb.sh gives the tests a MariaDB.
set -euo pipefail
cd "$(dirname "$0")/.."

section() { printf '\n== %s\n' "$*"; }

section "Go tests (race detector; SQLite${RECTIFY_TEST_MYSQL:+ and MariaDB})"
CGO_ENABLED=1 go test -race -timeout 45m ./...

section "everybody's pages and buttons in the demonstration"
go test -timeout 15m -run '^Test(EveryPage|EveryButton|WhatIsNotOffered)' ./cmd/rectify

mapfile -t browser < <(scripts/packages.sh browser)
if [ ${#browser[@]} -gt 0 ]; then
	section "pages in a browser"
	go test -tags browser -run '^TestBrowser' -timeout 10m "${browser[@]}"
fi

shopt -s nullglob
for example in examples/*.sh; do
	section "$example"
	PATH="$PWD/bin:$PATH" bash "$example"
done
