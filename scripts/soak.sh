#!/usr/bin/env bash
# soak.sh runs the long checks: the tests with RECTIFY_SOAK=1, which lengthens random walks, races and crashes; the simulated year of a
# large city (1,300 branches, 20,000 issues, replicas killed by kill -9), which says each month how far it is; then every fuzz target for
# FUZZ_TIME (5m).
set -euo pipefail
cd "$(dirname "$0")/.."

printf '\n== long tests\n'
mapfile -t packages < <(go list ./... | grep -v '/workflow/simyear$')
RECTIFY_SOAK=1 go test -count=1 -timeout 4h "${packages[@]}"

printf '\n== a year of a large city\n'
RECTIFY_SOAK=1 go test -count=1 -timeout 12h -v -run '^TestYear$' ./workflow/simyear

scripts/packages.sh fuzz | while read -r package target; do
	printf '\n== %s %s\n' "$package" "$target"
	go test -run '^$' -fuzz "^$target\$" -fuzztime "${FUZZ_TIME:-5m}" "$package" </dev/null
done
