#!/bin/bash
# healthcheck.sh is rectify-healthy in the container: it asks the server beside it for /healthz and ends with 0 when that is 200. The
# image has neither curl nor wget; bash can speak to a port by itself.
set -euo pipefail

listen=${RECTIFY_LISTEN:-127.0.0.1:8080}
exec 3<>"/dev/tcp/127.0.0.1/${listen##*:}"
printf 'GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n' >&3
IFS= read -r -t 4 status <&3
[[ $status == 'HTTP/1.'?' 200 '* ]]
