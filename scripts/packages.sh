#!/usr/bin/env bash
# packages.sh bench|browser|fuzz lists what is of that kind, one a line:
#   bench    the packages that hold a benchmark
#   browser  the packages with tests of pages in a browser: files named *_browser_test.go under the build tag "browser"
#   fuzz     each fuzz target, as PACKAGE NAME
set -euo pipefail
cd "$(dirname "$0")/.."

roots=(api cmd policies workflow)

folders() { sed 's|^|./|; s|/[^/]*$||' | sort -u; }

case "${1:-}" in
bench) grep -rl --include='*_test.go' '^func Benchmark' "${roots[@]}" | folders || true ;;
browser) find "${roots[@]}" -name '*_browser_test.go' | folders ;;
fuzz)
	grep -ro --include='*_test.go' '^func Fuzz[A-Za-z0-9_]*' "${roots[@]}" |
		sed 's|^|./|; s|/[^/]*:func | |' | sort || true
	;;
*)
	echo 'usage: packages.sh bench|browser|fuzz' >&2
	exit 2
	;;
esac
