#!/usr/bin/env bash
# soak.sh runs the long checks: the tests with RECTIFY_SOAK=1, which lengthens random walks, races and crashes, then every fuzz
# target for FUZZ_TIME (5m).
set -euo pipefail
cd "$(dirname "$0")/.."

printf '\n== long tests\n'
RECTIFY_SOAK=1 go test -count=1 -timeout 4h ./...

scripts/packages.sh fuzz | while read -r package target; do
	printf '\n== %s %s\n' "$package" "$target"
	go test -run '^$' -fuzz "^$target\$" -fuzztime "${FUZZ_TIME:-5m}" "$package" </dev/null
done
