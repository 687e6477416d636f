#!/usr/bin/env bash
# walk.sh takes one issue of each machine (immediate, standard, major) from found to closed over HTTP, as the right people; shows a
# refusal for each wrong one; repeats a step with the same key; and prints the history. It needs bash, curl, sed and grep, and the
# program on the path or in ./bin. It starts a server of its own on a free port, in a folder that is removed at the end.
#
#   make build && examples/walk.sh
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
PATH=$PATH:$here/../bin

folder=$(mktemp -d "${TMPDIR:-/tmp}/rectify-walk.XXXXXX")
server=
stop() {
	if [ -n "$server" ]; then
		kill -TERM "$server" 2>/dev/null || true
		wait "$server" 2>/dev/null || true
	fi
	rm -rf "$folder"
}
trap stop EXIT

passed=0 failed=0
ok() {
	passed=$((passed + 1))
	printf '  ok      %s\n' "$1"
}
bad() {
	failed=$((failed + 1))
	printf '  FAILED  %s\n' "$1"
	shift
	printf '          %s\n' "$@"
}
section() { printf '\n%s\n' "$*"; }

# field NAME prints the first value of that name in a JSON text.
field() { grep -o "\"$1\": *\(\"[^\"]*\"\|[0-9]\+\|true\|false\)" | sed -n 1p | sed 's/^"[^"]*": *//; s/^"//; s/"$//'; }

# ---------------------------------------------------------------------------------------------------------------- the office is set up
section '一、组织和人员 The office: organisations, people, first passwords'
run() { rectify "$@" --data "$folder/data"; }

taken=$(run import orgs "$here/组织架构.xlsx" --json | field taken)
if [ "$taken" = 26 ]; then ok '26 organisations imported'; else bad 'organisations' "taken: $taken"; fi
taken=$(run import people "$here/人员任职.xlsx" --json | field taken)
if [ "$taken" = 32 ]; then ok '32 appointments imported'; else bad 'people' "taken: $taken"; fi

people=(gaofeng mali huzq luomin caoying xuning zhenglan wuhai linsf chengd hejing sunli renan)
passwords=$(run user passwords --by dingyi --json $(printf -- '--account %s ' "${people[@]}"))

RECTIFY_DEFINITIONS="$here/definitions" rectify serve --listen 127.0.0.1:0 --data "$folder/data" >"$folder/out" 2>"$folder/log" &
server=$!
base=
for _ in $(seq 1 6000); do # the rules of an office of its own are proven first
	base=$(grep -o 'http://[0-9.:]*' "$folder/out" | sed -n 1p || true)
	if [ -n "$base" ] && curl -fs "$base/readyz" >/dev/null 2>&1; then break; fi
	if ! kill -0 "$server" 2>/dev/null; then break; fi
	sleep 0.1
done
if [ -z "$base" ]; then
	printf 'walk: the server did not start:\n' >&2
	cat "$folder/log" >&2
	exit 1
fi
ok "serving on $base, with examples/definitions laid over the shipped machines"

# ------------------------------------------------------------------------------------------------------------------------ how to speak
declare -A token person
status='' body=''

# call WHO METHOD PATH [BODY [HEADER…]] asks the server; the answer is in status and body.
call() {
	local who=$1 method=$2 path=$3 data=${4:-} header args=()
	shift $(($# < 4 ? $# : 4))
	for header in "$@"; do args+=(-H "$header"); done
	if [ -n "$data" ]; then args+=(-H 'Content-Type: application/json' --data "$data"); fi
	if [ -n "${token[$who]:-}" ]; then args+=(-H "Authorization: Bearer ${token[$who]}"); fi
	body=$(curl -s -X "$method" "${args[@]}" -w '\n%{http_code}' "$base$path")
	status=${body##*$'\n'}
	body=${body%$'\n'*}
}

# expect WHAT STATUS [TEXT] holds the answer against what should have come.
expect() {
	if [ "$status" = "$2" ] && { [ $# -lt 3 ] || grep -qF -- "$3" <<<"$body"; }; then
		ok "$1 → $status${3:+ $3}"
	else
		bad "$1" "expected $2 ${3:-}, got $status" "$body"
	fi
}

issue='' version='' state=''
keys=0

# remember keeps id, version and state of the issue that was answered.
remember() {
	issue=$(field id <<<"$body")
	version=$(field version <<<"$body")
	state=$(field state <<<"$body")
}

# post WHO STEP [VERSION [KEY]] asks for a step on the issue, with the version that was seen last unless another is given.
post() {
	keys=$((keys + 1))
	call "$1" POST "/api/v1/issues/$issue/steps" "$2" "If-Match: \"${3:-$version}\"" "Idempotency-Key: ${4:-walk-$$-$keys}"
}

# step WHO STATE STEP takes a step that must succeed and lead to the state.
step() {
	local action
	action=$(field action <<<"$3")
	post "$1" "$3"
	if [ "$status" = 200 ]; then remember; fi
	if [ "$status" = 200 ] && [ "$state" = "$2" ]; then
		ok "$1: $action → $2"
	else
		bad "$1: $action" "expected 200 and $2, got $status and $state" "$body"
	fi
}

# refused WHY STATUS CODE WHO STEP [VERSION] asks for a step that must be refused and change nothing.
refused() {
	post "$4" "$5" "${6:-$version}"
	expect "refused: $1" "$2" "\"code\":\"$3\""
}

# history prints what happened to the issue.
history() {
	call "$1" GET "/api/v1/issues/$issue/history?limit=200"
	sed 's/{"action":"/\n&/g' <<<"$body" | grep '^{"action":"' |
		sed 's/.*"zh":"\([^"]*\)"},"at":"\([0-9-]*\)T\([0-9:]*\).*"name":"\([^"]*\)".*"to":"\([^"]*\)".*/          \2 \3  \4  \1  → \5/'
}

# ----------------------------------------------------------------------------------------------------------------------------- sign in
section '二、登录 Sign in; the first password is changed before anything else'
first() { grep -A 2 "\"account\": \"$1\"" <<<"$passwords" | field password; }
for who in "${people[@]}"; do
	call - POST /api/v1/session "{\"account\":\"$who\",\"password\":\"$(first "$who")\"}"
	token[$who]=$(field token <<<"$body")
	if [ "$who" = gaofeng ]; then
		call gaofeng GET /api/v1/issues
		expect 'the first password must be changed' 403 must_change_password
	fi
	call "$who" PUT /api/v1/me/password "{\"old\":\"$(first "$who")\",\"new\":\"Zou-yi-bian-2026\"}"
	token[$who]=$(field token <<<"$body")
	person[$who]=$(field person <<<"$body")
done
expect "${#people[@]} people have signed in" 200
call - GET /api/v1/issues
expect 'nobody without a session' 401
call - POST /api/v1/session '{"account":"gaofeng","password":"not-this-one"}'
expect 'a wrong password' 401

call hejing GET '/api/v1/orgs?limit=200'
org() { sed 's/{"code":"/\n&/g' <<<"$orgs" | grep "^{\"code\":\"$1\"" | field id; }
orgs=$body
work_committee=$(org 00) group=$(org 01) office=$(org 0101) personnel=$(org 0102)

call renan POST /api/v1/appointments "{\"account\":\"caoying\",\"org\":\"$office\",\"post\":\"branch_officer\",\"from\":\"2024-01-01\",\"until\":\"2024-12-31\"}"
expect 'caoying was branch officer of 0101 until the end of 2024' 201
today=$(TZ=CST-8 date +%F) # in China, as the program counts days
call renan POST /api/v1/mandates "{\"number\":\"演练1号\",\"basis\":\"演练通知\",\"org\":\"$group\",\"from\":\"$today\",\"until\":\"$today\",\"accounts\":[\"sunli\"]}"
expect 'sunli is given a mandate for the unit 01' 201
mandate=$(field id <<<"$body")
call sunli POST "/api/v1/mandates/$mandate/declaration" '{"none":true}'
expect 'sunli declares that there are no ties' 200

# find KIND GRADE ORG DETAIL writes a problem down, as the officer of the unit's committee.
find_issue() {
	call xuning POST /api/v1/issues "{\"source\":\"self_check\",\"detail\":\"$4\",\"kind\":\"$1\",\"grade\":\"$2\",\"responsible\":\"$3\",\"due\":\"2099-12-31\"}" \
		"Idempotency-Key: find-$$-$4"
	expect "xuning: found, $2, $1" 201 '"state":"found"'
	remember
}
met='"criteria":{"measures_done":true,"violations_done":true,"effect_reached":true,"same_kind":true,"mechanism":true}'

# ------------------------------------------------------------------------------------------------------------------------- immediate
section '三、立行立改 immediate: one act verifies and closes'
find_issue immediate ordinary "$office" '公开栏内容过期'
step xuning assigned '{"action":"assign"}'
refused 'another branch does not even see it' 404 no_such_issue luomin '{"action":"accept"}'
refused 'an appointment that has expired gives nothing' 404 no_such_issue caoying '{"action":"accept"}'
step gaofeng rectifying '{"action":"accept"}'
call sunli GET "/api/v1/issues/$issue"
expect 'an inspector reads, and is offered nothing' 200 '"actions":[]'
refused 'an inspector writes nothing' 403 not_permitted sunli '{"action":"report","note":"我来填"}'
refused 'nothing is handed in without evidence' 409 no_evidence gaofeng '{"action":"submit","note":"已更新"}'
step gaofeng verifying '{"action":"submit","note":"已更新","evidence":[{"text":"公开栏已换新,照片存支部"}]}'
refused 'who rectified does not verify' 403 not_permitted gaofeng "{\"action\":\"pass\",$met}"
step zhenglan closed "{\"action\":\"pass\",\"note\":\"现场看过\",$met}"
history hejing

# -------------------------------------------------------------------------------------------------------------------------- standard
section '四、限期整改 standard: plan, verification and closure in three pairs of hands'
find_issue timed ordinary "$personnel" '学习笔记抽查不及时'
step xuning assigned '{"action":"assign"}'
step huzq planning '{"action":"accept"}'
step huzq plan_review "{\"action\":\"plan\",\"measures\":[{\"text\":\"每月抽查一次\",\"person\":\"${person[huzq]}\",\"due\":\"2099-12-01\"}]}"
step zhenglan rectifying '{"action":"approve_plan","note":"同意"}'

key=walk-$$-twice before=$version
post huzq '{"action":"report","note":"已抽查一次"}' "$before" "$key"
once=$body
expect 'huzq: report' 200
remember
post huzq '{"action":"report","note":"已抽查一次"}' "$before" "$key"
if [ "$status" = 200 ] && [ "$body" = "$once" ]; then ok 'the same step with the same key: the same answer'; else bad 'the same key' "$status" "$body"; fi
post huzq '{"action":"report","note":"换了内容"}' "$before" "$key"
expect 'refused: another step with that key' 422 '"code":"key_reused"'
refused 'a stale version' 409 stale_version huzq '{"action":"report","note":"又抽查一次"}' "$before"

printf '学习笔记抽查记录\n' >"$folder/抽查记录.txt"
body=$(curl -s -H "Authorization: Bearer ${token[huzq]}" -F "file=@$folder/抽查记录.txt" "$base/api/v1/files")
hash=$(field hash <<<"$body")
step huzq rectifying "{\"action\":\"finish\",\"measure\":1,\"note\":\"已抽查\",\"evidence\":[{\"hash\":\"$hash\",\"name\":\"抽查记录.txt\",\"measure\":1}]}"
step huzq verifying '{"action":"submit","note":"措施已完成,提请验收"}'
refused 'who rectified does not verify, though another post of theirs may' 403 persons_kept_apart huzq "{\"action\":\"pass\",$met}"
step zhenglan closing "{\"action\":\"pass\",\"note\":\"抽查属实\",$met}"
refused 'who verified does not close' 403 persons_kept_apart zhenglan '{"action":"close"}'
refused 'the branch does not close its own' 403 not_permitted huzq '{"action":"close"}'
step wuhai closed '{"action":"close","note":"同意销号"}'
refused 'closed is closed' 409 step_not_possible huzq '{"action":"report","note":"再补一点"}'
history hejing

# ----------------------------------------------------------------------------------------------------------------------------- major
section '五、重大问题 major: countersigned, publicized, endorsed'
find_issue timed major "$office" '大额采购未集体研究'
refused 'an officer does not assign a major issue' 403 not_permitted xuning "{\"action\":\"assign\",\"parties\":[\"$work_committee\"]}"
step zhenglan assigned "{\"action\":\"assign\",\"parties\":[\"$work_committee\"]}"
step gaofeng planning '{"action":"accept"}'
step gaofeng plan_review "{\"action\":\"plan\",\"measures\":[{\"text\":\"修订议事规则\",\"person\":\"${person[mali]}\",\"due\":\"2099-12-01\"}]}"
step zhenglan plan_review '{"action":"approve_plan","note":"同意"}'
refused 'one party does not sign twice' 403 persons_kept_apart zhenglan '{"action":"approve_plan"}'
step hejing rectifying '{"action":"approve_plan","note":"同意"}'
step mali rectifying '{"action":"finish","measure":1,"note":"规则已印发","evidence":[{"text":"议事规则已印发"}]}'
step gaofeng verifying '{"action":"submit","note":"提请验收"}'
step zhenglan verifying "{\"action\":\"pass\",$met}"
step hejing closing "{\"action\":\"pass\",$met}"
step linsf publicized '{"action":"publicize","note":"机关公示栏公示"}'
refused 'no closure without the endorsement of the head' 409 not_endorsed chengd '{"action":"close"}'
step chengd publicized '{"action":"endorse","note":"整改到位,我负总责"}'
refused 'a member of the Party group does not close a major issue' 403 not_permitted linsf '{"action":"close"}'
step chengd closed '{"action":"close","note":"公示无异议"}'
history hejing

call hejing GET /api/v1/counts
expect 'three issues, three closed' 200 '"closed":3'

printf '\n%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
