#!/usr/bin/env bash
# check-generated.sh runs go generate and fails when that changes, adds or removes a file: what is generated must be committed.
set -euo pipefail
cd "$(dirname "$0")/.."

before=$(mktemp)
after=$(mktemp)
trap 'rm -f "$before" "$after"' EXIT

prints() {
	git ls-files -z --cached --others --exclude-standard | while IFS= read -r -d '' file; do
		if [ -f "$file" ]; then sha256sum "$file"; fi
	done
}

prints >"$before"
go generate ./...
prints >"$after"
if ! diff <(sort -k2 "$before") <(sort -k2 "$after") >&2; then
	echo 'check-generated: these files are not what go generate makes; run "make generate" and commit' >&2
	exit 1
fi
