package definitions_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/definitions"
)

func shipped(t testing.TB) *definitions.Set {
	t.Helper()
	s, err := definitions.Shipped()
	require.NoError(t, err)
	return s
}

func body(t testing.TB, machine string) string {
	t.Helper()
	b, err := os.ReadFile(machine + ".yaml")
	require.NoError(t, err)
	return string(b)
}

// faults takes a joined error apart.
func faults(err error) []*workflow.Fault {
	if err == nil {
		return nil
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var all []*workflow.Fault
		for _, part := range joined.Unwrap() {
			all = append(all, faults(part)...)
		}
		return all
	}
	var f *workflow.Fault
	if errors.As(err, &f) {
		return []*workflow.Fault{f}
	}
	return nil
}

func TestShippedMachinesFollowFromGradeAndKind(t *testing.T) {
	s := shipped(t)
	for _, c := range []struct {
		grade workflow.Grade
		kind  workflow.Kind
		want  string
	}{
		{workflow.Ordinary, workflow.KindImmediate, "immediate"}, {workflow.Serious, workflow.KindImmediate, "immediate"},
		{workflow.Ordinary, workflow.KindTimed, "standard"}, {workflow.Serious, workflow.KindLasting, "standard"},
		{workflow.Major, workflow.KindImmediate, "major"}, {workflow.Major, workflow.KindTimed, "major"},
		{workflow.NoGrade, "", "standard"},
	} {
		d := s.For(c.grade, c.kind)
		require.Equal(t, c.want, d.Machine)
		kept, ok := s.Body(d.Hash)
		require.True(t, ok)
		require.Equal(t, body(t, c.want), string(kept), "the bytes as loaded")
		again, err := definitions.Parse("kept", kept)
		require.NoError(t, err)
		require.Equal(t, d, again, "a definition read back is the same")
	}
	_, ok := s.Machine("other")
	require.False(t, ok)
	_, ok = s.Body("none")
	require.False(t, ok)
}

// swap is a definition with one thing changed in it.
type swap struct {
	name, machine string
	old, new      string // old must occur; the first is replaced
	code          string
	at            string // a text on the line of the complaint; new when empty
}

func swaps() []swap {
	return []swap{
		{name: "unknown state in states", old: "closing, closed, merged", new: "closing, archived, closed, merged", code: "unknown_word"},
		{name: "unknown state in from", old: "from: [suspended], to", new: "from: [parked], to", code: "unknown_word"},
		{name: "unknown state in to", old: "to: found, needs: [detail", new: "to: filed, needs: [detail", code: "unknown_word"},
		{name: "unknown action", old: "do: accept,", new: "do: approve,", code: "unknown_word"},
		{name: "an action that is no step", old: "do: accept", new: "do: view", code: "unknown_word"},
		{name: "unknown need", old: "[measures_done, evidence", new: "[all_done, evidence", code: "unknown_word"},
		{name: "unknown relation", old: "tell: [assigner]", new: "tell: [boss]", code: "unknown_word"},
		{name: "unknown level", old: "verify: {ordinary: organ_committee", new: "verify: {ordinary: office", code: "unknown_word"},
		{name: "unknown grade", old: "verify: {ordinary: organ", new: "verify: {light: organ", code: "unknown_key"},
		{name: "missing grade", old: "verify: {ordinary: organ_committee, ", new: "verify: {", code: "missing_part", at: "verify: {serious"},
		{name: "unknown request", old: "of: suspension, from", new: "of: holiday, from", code: "unknown_word"},
		{name: "unknown unit", old: "plan: {n: 10, unit: working", new: "plan: {n: 10, unit: days", code: "unknown_word"},
		{name: "a clock of no length", old: "plan: {n: 10", new: "plan: {n: 0", code: "bad_number"},
		{name: "a clock in words", old: "plan: {n: 10", new: "plan: {n: ten", code: "bad_number"},
		{name: "unknown key at the root", old: "machine: standard", new: "machine: standard\nowner: me", code: "unknown_key", at: "owner: me"},
		{name: "unknown key of an action", old: "needs: [detail, source]}", new: "needs: [detail, source], who: all}", code: "unknown_key"},
		{name: "merge key", old: "title: {zh: 限期整改,", new: "title: {<<: {}, zh: 限期整改,", code: "unknown_key"},
		{name: "a key twice", old: "machine: standard", new: "machine: standard\nmachine: standard", code: "double_key", at: "machine: standard\nt"},
		{name: "no title", old: "title: {zh: 限期整改, en: within a time limit}", new: "", code: "missing_part", at: "machine: standard"},
		{name: "no English title", old: ", en: within a time limit}", new: "}", code: "missing_part", at: "title:"},
		{name: "a clock without basis", old: "accept: {n: 2, unit: working, basis: {zh: 交办后2个工作日内签收, en: accepted within 2 working days of being assigned}}", new: "accept: {n: 2, unit: working}", code: "missing_part"},
		{name: "another machine", old: "machine: standard", new: "machine: special", code: "unknown_word"},
		{name: "states is no list", old: "states: [draft", new: "states: {draft: 1}\nx: [draft", code: "wrong_shape", at: "states: {"},
		{name: "an action is no mapping", old: "  - {do: edit, from: [draft, found], to: same, needs: []}", new: "  - edit", code: "wrong_shape"},
		{name: "from no state", old: "{do: resume, from: [suspended]", new: "{do: resume, from: []", code: "missing_part"},
		{name: "no from", old: "{do: resume, from: [suspended], ", new: "{do: resume, ", code: "missing_part"},
		{name: "two arrows", old: "{do: accept, from: [assigned]", new: "{do: accept, from: [assigned, assigned]", code: "double_arrow"},
		{name: "a state twice", old: "states: [draft,", new: "states: [draft, draft,", code: "double_state"},
		{name: "undeclared state", old: "lasting, suspended, verifying, closing, closed, merged", new: "lasting, verifying, closing, closed, merged", code: "undeclared_state", at: "do: resume"},
		{name: "out of an end", old: "{do: urge, from: [assigned", new: "{do: urge, from: [cancelled, assigned", code: "end_state"},
		{name: "closed by passing", old: "from: [verifying], to: closing", new: "from: [verifying], to: closed", code: "out_of_place"},
		{name: "closed from verifying", old: "{do: close, from: [closing]", new: "{do: close, from: [closing, verifying]", code: "out_of_place"},
		{name: "passed while rectifying", old: "{do: pass, from: [verifying]", new: "{do: pass, from: [verifying, rectifying]", code: "out_of_place"},
		{name: "recorded while rectifying", old: "{do: record, from: [verifying", new: "{do: record, from: [rectifying, verifying", code: "out_of_place"},
		{name: "verifying without submitting", old: "{do: resume, from: [suspended], to: rectifying", new: "{do: resume, from: [suspended], to: verifying", code: "out_of_place"},
		{name: "lasting before assigning", old: "{do: grant, of: lasting, from: [rectifying]", new: "{do: grant, of: lasting, from: [rectifying, found]", code: "out_of_place"},
		{name: "same where it must move", old: "{do: submit, from: [rectifying, lasting], to: verifying", new: "{do: submit, from: [rectifying, lasting], to: same", code: "out_of_place"},
		{name: "back to before from nowhere", old: "{do: resume, from: [suspended], to: rectifying", new: "{do: resume, from: [suspended], to: before", code: "out_of_place"},
		{name: "of where there is none", old: "{do: urge, from", new: "{do: urge, of: extension, from", code: "out_of_place"},
		{name: "no of where there is one", old: "{do: deny, of: extension, from", new: "{do: deny, from", code: "out_of_place"},
		{name: "countersign of a refusal", old: "to: planning, needs: [reason]", new: "to: planning, needs: [reason, countersign]", code: "out_of_place"},
		{name: "registering needs a file", old: "needs: [detail, source]", new: "needs: [detail, source, attachment]", code: "out_of_place"},
		{name: "unused clock", old: "to: plan_review, needs: [measures]", new: "to: plan_review, needs: [measures], clock: accept", code: ""},
		{name: "clock never used", old: "clocks:", new: "clocks:\n  spare: {n: 1, unit: month, basis: {zh: 无, en: none}}", code: "unused_clock", at: "spare:"},
		{name: "clock not defined", old: "clock: verify", new: "clock: verification", code: "undefined_clock"},
		{name: "clock on what stays", old: "from: [rectifying, lasting], to: same, needs: [note]", new: "from: [rectifying, lasting], to: same, clock: plan, needs: [note]", code: "clock_stays"},
		{name: "closed below verified", old: "close: {ordinary: organ_committee", new: "close: {ordinary: branch", code: "level_order"},
		{name: "two levels in one act", machine: "immediate", old: "verify: {ordinary: organ_committee", new: "verify: {ordinary: branch", code: "level_order", at: "close: {"},
		{name: "one act closes and does not", machine: "immediate", old: "closer_verifies: true", new: "closer_verifies: false", code: "out_of_place", at: "{do: pass"},
		{name: "contradiction", old: "needs: [open_request, reason]", new: "needs: [open_request, reason, no_open_request]", code: "needs_contradict"},
		{name: "a need twice", old: "needs: [countersign, criteria]", new: "needs: [countersign, criteria, criteria]", code: "double_need"},
		{name: "endorsement without endorsing", machine: "major", old: "  - {do: endorse, ", new: "  # - {do: endorse, ", code: "need_unmeetable", at: "{do: close"},
		{name: "measures done that nobody finishes", old: "  - {do: finish, ", new: "  # - {do: finish, ", code: "need_unmeetable", at: "{do: submit"},
		{name: "closing in spite of an objection", machine: "major", old: "needs: [clock_over, no_objection, endorsement]", new: "needs: [clock_over, endorsement]", code: "missing_need"},
		{name: "waiting for a clock that never runs", machine: "major", old: "needs: [no_objection, note], clock: publicity", new: "needs: [no_objection, note]", code: "unused_clock", at: "publicity: {"},
		{name: "waiting for another clock that never runs", old: "{do: close, from: [closing], to: closed, needs: []", new: "{do: close, from: [closing], to: closed, needs: [clock_over]", code: "clock_never_runs"},
		{name: "unreachable", old: "  - {do: grant, of: lasting", new: "  # - {do: grant, of: lasting", code: "unreachable_state", at: "states: ["},
		{name: "dead end", old: "  - {do: resume,", new: "  # - {do: resume,", code: "dead_end", at: "states: ["},
		{name: "no pass", old: "  - {do: pass,", new: "  # - {do: pass,", code: "missing_part", at: "# yaml"},
		{name: "merged with a request open", old: "needs: [other, no_open_request]", new: "needs: [other]", code: "request_undecided"},
		{name: "submitted with a request open", old: "note, no_open_request], clock: verify", new: "note], clock: verify", code: "request_undecided"},
		{name: "a request that cannot be denied", old: "  - {do: deny, of: suspension", new: "  # - {do: deny, of: suspension", code: "request_undecided", at: "{do: request, of: suspension"},
		{name: "alias", old: "states: [draft,", new: "states: &a [draft,", code: "alias"},
		{name: "two documents", old: "actions:\n", new: "---\nactions:\n", code: "bad_yaml", at: "---"},
		{name: "no YAML", old: "actions:\n", new: "actions: [\n", code: "bad_yaml", at: "*"},
	}
}

func TestWhatIsWrongIsRefusedWithFileLineAndReason(t *testing.T) {
	for _, c := range swaps() {
		t.Run(c.name, func(t *testing.T) {
			machine := first(c.machine, "standard")
			text := body(t, machine)
			require.Contains(t, text, c.old)
			text = strings.Replace(text, c.old, c.new, 1)
			_, err := definitions.Parse("office.yaml", []byte(text))
			if c.code == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, workflow.ErrInvalid)
			at := first(c.at, c.new)
			want := "office.yaml:" + fmt.Sprint(1+strings.Count(text[:max(strings.LastIndex(text, at), 0)], "\n")) + " "
			var found []string
			for _, f := range faults(err) {
				found = append(found, f.Code+" "+f.Text.Zh)
				require.True(t, strings.HasPrefix(f.Text.Zh, "office.yaml:"))
				require.True(t, strings.HasPrefix(f.Text.En, "office.yaml:"))
				require.NotContains(t, f.Text.Zh+f.Text.En, "%!")
				require.Contains(t, f.Text.Zh, " / ", "says what to do")
				if f.Code == c.code && (at == "*" || strings.HasPrefix(f.Text.Zh, want)) {
					return
				}
			}
			require.Failf(t, "not said", "wanted %s at %s, got\n%s", c.code, want, strings.Join(found, "\n"))
		})
	}
}

func first(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}

// Without any of these a rule could be got round, or Apply would fail: no definition loads that lacks one.
func TestIndispensableNeeds(t *testing.T) {
	for action, needs := range map[string]string{
		"register": "detail source", "assign": "responsible due kind grade", "return": "reason", "transfer": "responsible reason",
		"plan": "measures", "approve_plan": "countersign", "reject_plan": "reason", "attest": "attachment", "finish": "measure",
		"submit": "evidence", "withdraw": "untouched", "pass": "countersign criteria", "reject": "reason", "publicize": "no_objection",
		"object": "reason", "answer": "open_objection reason", "refuse": "reason", "record": "no_superior document", "reopen": "reason basis",
		"merge": "other", "unmerge": "other", "request, of: extension": "request", "grant, of: lasting": "open_request",
		"deny, of: suspension": "open_request reason", "grant, of: cancellation": "open_request",
	} {
		for _, need := range strings.Fields(needs) {
			t.Run(action+" "+need, func(t *testing.T) {
				lines := strings.Split(body(t, "major"), "\n")
				for n, line := range lines {
					if strings.HasPrefix(line, "  - {do: "+action+",") {
						head, rest, _ := strings.Cut(line, "needs: [")
						list, tail, _ := strings.Cut(rest, "]")
						var kept []string
						for _, word := range strings.Split(list, ", ") {
							if word != need {
								kept = append(kept, word)
							}
						}
						lines[n] = head + "needs: [" + strings.Join(kept, ", ") + "]" + tail
						_, err := definitions.Parse("m.yaml", []byte(strings.Join(lines, "\n")))
						require.Error(t, err)
						require.Equal(t, "missing_need", faults(err)[0].Code)
						require.Equal(t, fmt.Sprintf("m.yaml:%d", n+1), faults(err)[0].Field)
						return
					}
				}
				t.Fatal("no such action")
			})
		}
	}
}

func TestEveryComplaintIsCollected(t *testing.T) {
	text := strings.NewReplacer("do: accept", "do: approve", "unit: working", "unit: days", "[measures]", "[plans]").Replace(body(t, "standard"))
	_, err := definitions.Parse("m.yaml", []byte(text))
	require.Len(t, faults(err), 1+4+1)
	for n, f := range faults(err)[1:] {
		require.LessOrEqual(t, lineOf(t, faults(err)[n]), lineOf(t, f), "in the order of the file")
	}
}

func lineOf(t *testing.T, f *workflow.Fault) (line int) {
	_, err := fmt.Sscanf(f.Text.Zh, "m.yaml:%d", &line)
	require.NoError(t, err)
	return line
}

func TestHugeAndEndlessFilesAreRefused(t *testing.T) {
	bomb := "a: &a [x,x,x,x,x,x,x,x,x]\n"
	for c := 'b'; c < 'k'; c++ {
		bomb += fmt.Sprintf("%c: &%c [%s]\n", c, c, strings.Repeat("*"+string(c-1)+",", 9))
	}
	for code, text := range map[string]string{
		"too_large": "machine: standard #" + strings.Repeat("x", definitions.MaxSize),
		"alias":     bomb,
		"bad_yaml":  strings.Repeat("[", 100_000),
	} {
		_, err := definitions.Parse("m.yaml", []byte(text))
		require.Len(t, faults(err), 1)
		require.Equal(t, code, faults(err)[0].Code)
		require.Less(t, len(err.Error()), 1000)
	}
	for _, text := range []string{"", "\n", "# nothing", "null", "standard", "[]", "\x00", "\xff\xfe", "a: b: c", "---\n---\n"} {
		_, err := definitions.Parse("m.yaml", []byte(text))
		require.ErrorIs(t, err, workflow.ErrInvalid, "%q", text)
	}
}

func write(t *testing.T, dir, name, text string) {
	require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
}

func TestAnOfficeLaysItsOwnOverTheShipped(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "本局重大问题.yaml", strings.Replace(body(t, "major"), "publicity: {n: 7", "publicity: {n: 5", 1))
	write(t, dir, "说明.txt", "not a definition")
	s, err := definitions.Load(dir)
	require.NoError(t, err)
	own, _ := s.Machine("major")
	rule, _ := own.Clock("publicity")
	require.Equal(t, 5, rule.Span.N)
	theirs, _ := shipped(t).Machine("major")
	require.NotEqual(t, theirs.Hash, own.Hash)
	standard, _ := s.Machine("standard")
	same, _ := shipped(t).Machine("standard")
	require.Equal(t, same, standard)

	none, err := definitions.Load("")
	require.NoError(t, err)
	require.Equal(t, shipped(t), none)
}

func TestLoadRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		files map[string]string
		codes []string
	}{
		"two files of one machine": {map[string]string{"a.yaml": body(t, "major"), "b.yaml": body(t, "major")}, []string{"double_machine"}},
		"a machine of its own":     {map[string]string{"a.yaml": strings.Replace(body(t, "major"), "machine: major", "machine: ours", 1)}, []string{"unknown_word"}},
		"a file that is not read":  {map[string]string{"major.yml": body(t, "major")}, []string{"file_name"}},
		"faults of all files":      {map[string]string{"a.yaml": "x: 1", "b.yml": ""}, []string{"missing_part", "missing_part", "missing_part", "missing_part", "missing_part", "missing_part", "missing_part", "unknown_key", "file_name"}},
		"huge":                     {map[string]string{"a.yaml": strings.Repeat("#", 3*definitions.MaxSize)}, []string{"too_large"}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for file, text := range c.files {
				write(t, dir, file, text)
			}
			_, err := definitions.Load(dir)
			var codes []string
			for _, f := range faults(err) {
				codes = append(codes, f.Code)
			}
			require.ElementsMatch(t, c.codes, codes)
		})
	}
	_, err := definitions.Load(filepath.Join(t.TempDir(), "missing"))
	require.ErrorIs(t, err, workflow.ErrInvalid)
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "major.yaml"), 0o700))
	_, err = definitions.Load(dir)
	require.ErrorIs(t, err, workflow.ErrInvalid)
}

func FuzzParse(f *testing.F) {
	for _, machine := range []string{"immediate", "standard", "major"} {
		f.Add([]byte(body(f, machine)))
	}
	f.Add([]byte("machine: {a: [b, {c: d}]}\nstates: [[]]\nactions: [{do: [x], from: [{}], to: {}, needs: [[]], tell: [1]}]\nclocks: {[a]: 1}\nverify: {ordinary: []}"))
	f.Fuzz(func(t *testing.T, text []byte) {
		d, err := definitions.Parse("f.yaml", text)
		require.Equal(t, err == nil, d != nil)
		if err != nil {
			require.ErrorIs(t, err, workflow.ErrInvalid)
		}
	})
}
