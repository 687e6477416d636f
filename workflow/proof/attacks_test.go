package proof

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"maps"
	mathrand "math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
)

// editBundle changes the lines of a genuine bundle and makes its own marks anew, but cannot sign: what somebody can do who got hold of one.
func editBundle(t testing.TB, bundle []byte, edit func(lines []*lineRecord) []*lineRecord) []byte {
	var head, tail [][]byte
	var lines []*lineRecord
	for raw := range bytes.Lines(bundle) {
		raw = bytes.TrimSuffix(raw, []byte("\n"))
		body, fits := unchecked(raw)
		require.True(t, fits)
		switch is := kindOf(body); {
		case is == isLine:
			r := new(lineRecord)
			require.NoError(t, decode(body, r))
			lines = append(lines, r)
		case len(lines) == 0:
			head = append(head, raw)
		case is != isEnd:
			tail = append(tail, raw)
		default:
			tail = append(tail, raw)
		}
	}
	var out bytes.Buffer
	for _, raw := range head {
		out.Write(append(raw, '\n'))
	}
	for _, r := range edit(lines) {
		tags := r.tags()
		r.Tags = base64.StdEncoding.EncodeToString(tags[:])
		raw, err := encode(r)
		require.NoError(t, err)
		out.Write(append(raw, '\n'))
	}
	for _, raw := range tail {
		out.Write(append(raw, '\n'))
	}
	return out.Bytes()
}

// seal makes the digest of a record anew.
func sealRecord(r *lineRecord, prev [32]byte) {
	l, _ := r.line()
	l.Seal(l.Seq, prev)
	r.Prev, r.Digest = l.Prev, l.Digest
}

// Attacks on the file, by somebody who does not have the key. The marks in it are made to fit; the signature at its end cannot be.
func TestAnEditedBundleIsFound(t *testing.T) {
	o := threeIssues(t)
	genuine := o.bundle(o.issue(102), false, true)
	for _, c := range []struct {
		name string
		edit func([]*lineRecord) []*lineRecord
		code string
		seq  int
		says string
	}{
		{"a line is edited", func(l []*lineRecord) []*lineRecord { l[3].Note = "别的"; return l }, "line", 4, "被改过"},
		{"the last line is edited", func(l []*lineRecord) []*lineRecord { l[8].Name = "李四"; return l }, "line", 9, "被改过"},
		{"a line is edited and given its digest", func(l []*lineRecord) []*lineRecord {
			l[3].Note = "别的"
			sealRecord(l[3], l[3].Prev)
			return l
		}, "inclusion", 4, "不是当时封存的那一条"},
		{"a line is edited and all after it chained anew", func(l []*lineRecord) []*lineRecord {
			l[3].Note = "别的"
			for n := 3; n < len(l); n++ {
				sealRecord(l[n], l[n-1].Digest)
			}
			return l
		}, "inclusion", 4, "重新编过指纹"},
		{"a line is deleted in the middle", func(l []*lineRecord) []*lineRecord { return append(l[:4], l[5:]...) }, "chain", 6, "缺了1条"},
		{"a line is deleted and the others counted anew", func(l []*lineRecord) []*lineRecord {
			l = append(l[:4], l[5:]...)
			for n := 4; n < len(l); n++ {
				l[n].Seq--
			}
			return l
		}, "line", 5, "与它的指纹不符"},
		{"a line is deleted, the others counted and chained anew", func(l []*lineRecord) []*lineRecord {
			l = append(l[:4], l[5:]...)
			for n := 4; n < len(l); n++ {
				l[n].Seq--
				sealRecord(l[n], l[n-1].Digest)
			}
			return l
		}, "inclusion", 5, "不是当时封存的那一条"},
		{"the newest line is cut off", func(l []*lineRecord) []*lineRecord { return l[:8] }, "row", 0, "最新的被删了"},
		{"the first line is cut off", func(l []*lineRecord) []*lineRecord { return l[1:] }, "chain", 2, "缺了1条"},
		{"two lines are swapped", func(l []*lineRecord) []*lineRecord { l[4], l[5] = l[5], l[4]; return l }, "chain", 6, "缺了1条"},
		{"a line is there twice", func(l []*lineRecord) []*lineRecord { return append(l[:5:5], l[4:]...) }, "chain", 5, "颠倒或重复"},
		{"a line of another issue is put in", func(l []*lineRecord) []*lineRecord {
			other := *l[8]
			other.Subject = 999
			return append(l, &other)
		}, "chain", 9, "开头缺了8条"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := Verify(bytes.NewReader(editBundle(t, genuine, c.edit)), Options{})
			require.Equal(t, Altered, r.Outcome)
			first := r.Wrong[0]
			require.Equal(t, c.code, first.Code, r.Print("zh"))
			require.Contains(t, first.Text.Zh, c.says)
			if c.seq > 0 {
				require.Equal(t, c.seq, first.Line.Seq)
			}
		})
	}
}

// Whoever edits what no line vouches for (who took the bundle, of what) is found by the signature at the end.
func TestTheBundleItselfIsSigned(t *testing.T) {
	o := threeIssues(t)
	genuine := o.bundle(o.issue(102), false, false)
	lines := bytes.SplitAfter(genuine, []byte("\n"))
	var h Header
	body, _ := unchecked(bytes.TrimSpace(lines[0]))
	require.NoError(t, decode(body, &h))
	h.By = "别人"
	forge := func(key string) []byte {
		var out bytes.Buffer
		keys := o.keys
		if key != "" {
			keys = newOffice(t).keys
		}
		w, err := NewWriter(&out, h)
		require.NoError(t, err)
		for _, raw := range lines[1 : len(lines)-2] {
			w.records++
			w.sum.Write(raw)
			w.out.Write(raw) //nolint:errcheck // to memory
		}
		require.NoError(t, w.Close(o.now, keys.Signers...))
		return out.Bytes()
	}
	require.Equal(t, Whole, Verify(bytes.NewReader(forge("")), Options{}).Outcome, "whoever has the key can say who took it")
	r := Verify(bytes.NewReader(forge("another")), Options{})
	require.Equal(t, []string{"end"}, codes(r))
	require.Contains(t, r.Wrong[0].Text.Zh, "签名不对")
}

// Attacks on the database before the bundle is taken. The program that takes the bundle is genuine.
func TestAnEditedDatabaseIsFound(t *testing.T) {
	of := subjectKey{workflow.KindIssue, 102}
	for _, c := range []struct {
		name   string
		attack func(*office)
		whole  bool // found in the bundle of the whole log alone
		code   string
		seq    int
		since  workflow.Day
	}{
		{"a line is edited", func(o *office) { o.lines[of][3].Note = "别的" }, false, "line", 4, "2026-03-05"},
		{"a line is edited and all after it chained anew", func(o *office) { o.lines[of][3].Note = "别的"; o.rechain(of, 3) }, false, "inclusion", 4, "2026-03-05"},
		{"the last line is edited and chained anew", func(o *office) { o.lines[of][8].Note = "别的"; o.rechain(of, 8) }, false, "inclusion", 9, "2026-03-07"},
		{"a line is deleted", func(o *office) { o.lines[of] = append(o.lines[of][:4:4], o.lines[of][5:]...) }, false, "chain", 6, ""},
		{"a line is deleted, the others counted and chained anew", func(o *office) {
			o.lines[of] = append(o.lines[of][:4:4], o.lines[of][5:]...)
			o.rechain(of, 4)
		}, false, "inclusion", 5, "2026-03-05"},
		{"two lines are swapped and chained anew", func(o *office) {
			all := o.lines[of]
			all[4], all[5] = all[5], all[4]
			o.rechain(of, 4)
		}, false, "inclusion", 5, "2026-03-05"},
		{"the newest line is cut off, and the row goes back", func(o *office) {
			o.lines[of] = o.lines[of][:8]
			i := *o.issues[102]
			i.State, i.ClosedOn, i.Deeds, i.Version = workflow.Closing, "", i.Deeds[:2], i.Version-1
			o.issues[102] = &i
		}, true, "complete", 0, "2026-03-07"},
		{"a line is slipped in and chained", func(o *office) {
			real := o.now
			o.now = o.now.Add(-21 * time.Hour)
			o.step(102, workflow.Comment, 5, 10, func(i *workflow.Issue) {})
			o.now = real
		}, false, "inclusion", 10, ""},
		{"the row is altered and the history is not", func(o *office) { o.issues[102].Due = "2026-09-30" }, false, "row", 0, ""},
		{"a file of evidence is taken away", func(o *office) { delete(o.files, o.issues[102].Evidence[0].Hash) }, false, "file", 0, ""},
		{"a file of evidence is altered", func(o *office) { o.files[o.issues[102].Evidence[0].Hash] = []byte("别的文件") }, false, "file", 0, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := threeIssues(t)
			c.attack(o)
			reports := []Report{Verify(bytes.NewReader(o.bundle(o.whole(), true, true)), Options{}), Verify(bytes.NewReader(o.bundle(o.issue(102), false, true)), Options{})}
			if c.whole {
				require.Equal(t, Whole, reports[1].Outcome)
				require.True(t, hasCode(reports[1].Open, "newest"), "what the bundle of an issue cannot show, it says")
				reports = reports[:1]
			}
			for _, r := range reports {
				require.Equal(t, Altered, r.Outcome)
				first := r.Wrong[0]
				require.Equal(t, c.code, first.Code, r.Print("zh"))
				require.Equal(t, c.since, first.Since, r.Print("zh"))
				if c.seq != 0 {
					require.Equal(t, c.seq, first.Line.Seq)
				}
			}
		})
	}
}

// The columns that lists are made of are held against the history as well.
func TestAnAlteredColumnIsFound(t *testing.T) {
	o := threeIssues(t)
	raw := o.bundle(o.issue(102), false, false)
	lines := bytes.SplitAfter(raw, []byte("\n"))
	var out bytes.Buffer
	for _, raw := range lines {
		body, _ := unchecked(bytes.TrimSpace(raw))
		if kindOf(body) == isRow {
			var r Row
			require.NoError(t, decode(body, &r))
			r.Columns["state"] = "rectifying"
			raw, _ = encode(r)
			raw = append(raw, '\n')
		}
		out.Write(raw)
	}
	r := Verify(&out, Options{})
	require.Equal(t, "row", r.Wrong[0].Code)
	require.Equal(t, "state", r.Wrong[0].Field)
}

// Whoever has the key can make all of it anew; an old checkpoint tells.
func TestWhatTheKeyCanDoIsFoundByAHeldCheckpoint(t *testing.T) {
	o := threeIssues(t)
	held := []string{o.notes[6]} // of a day after the line that is altered
	early := []string{o.notes[1]}
	of := subjectKey{workflow.KindIssue, 102}
	o.lines[of][3].Note = "别的"
	o.rechain(of, 3)
	o.reseal()
	for name, bundle := range map[string][]byte{"issue": o.bundle(o.issue(102), false, true), "all": o.bundle(o.whole(), true, true)} {
		r := Verify(bytes.NewReader(bundle), Options{})
		require.Equal(t, Whole, r.Outcome, "it cannot be seen without a checkpoint that was kept")
		require.True(t, hasCode(r.Open, "no_held"), "and that is said")
		require.Contains(t, r.Print("zh"), "掌握签名密钥的人重写了记录，只凭证明包看不出来")

		r = Verify(bytes.NewReader(bundle), Options{Held: held})
		require.Equal(t, Altered, r.Outcome, name)
		require.Equal(t, []string{"held"}, codes(r))
		require.Contains(t, r.Wrong[0].Text.Zh, "日志被重写过")
		require.Equal(t, workflow.DayOf(o.day(5).At), r.Wrong[0].Since)

		r = Verify(bytes.NewReader(bundle), Options{Held: early})
		require.Equal(t, Whole, r.Outcome, "what was before the alteration still fits")
	}
}

// kept is an office as it was, to go on from there another time.
func (o *office) kept() *office {
	was := *o
	was.issues, was.lines, was.leaves, was.files = maps.Clone(o.issues), maps.Clone(o.lines), maps.Clone(o.leaves), maps.Clone(o.files)
	was.leaf, was.stored, was.points, was.notes = slices.Clip(o.leaf), slices.Clip(o.stored), slices.Clip(o.points), slices.Clip(o.notes)
	for of := range was.lines {
		was.lines[of] = slices.Clip(was.lines[of])
	}
	return &was
}

// The log goes on when a bundle is taken of a database that was turned back, for that is put on record: the checkpoint from the lost time is
// older than the newest and yet larger.
func TestADatabaseThatWasTurnedBackIsFoundByAHeldCheckpoint(t *testing.T) {
	o := newOffice(t)
	o.life(101)
	back := o.kept()
	o.life(102)
	held := []string{o.notes[len(o.notes)-1]}
	back.now = o.now
	back.night()
	for _, bundle := range [][]byte{back.bundle(o.issue(101), false, true), back.bundle(back.whole(), true, true)} {
		r := Verify(bytes.NewReader(bundle), Options{Held: held})
		require.Equal(t, []string{"held"}, codes(r))
		require.Contains(t, r.Wrong[0].Text.Zh, "数据库被退回过")
		r = Verify(bytes.NewReader(bundle), Options{})
		require.Equal(t, Whole, r.Outcome)
		require.True(t, hasCode(r.Open, "no_held"))
		require.Contains(t, r.Print("zh"), "整个数据库被退回到过去的样子")
	}
}

// Who kept a checkpoint after a bundle was taken, perhaps by keys that were made since, accuses nobody with it; and is told that it shows
// nothing, unless the bundle was taken after it.
func TestALaterCheckpointAccusesNobody(t *testing.T) {
	o := newOffice(t)
	o.life(101)
	bundles := [][]byte{o.bundle(o.issue(101), false, true), o.bundle(o.whole(), true, true)}
	o.life(102)
	held := []string{o.notes[len(o.notes)-1]}
	keys, err := RotateKeys(o.keysIn, rand.Reader, o.now, false)
	require.NoError(t, err)
	o.keys = keys
	o.night()
	held = append(held, o.notes[len(o.notes)-1])
	for _, bundle := range bundles {
		for _, one := range held {
			r := Verify(bytes.NewReader(bundle), Options{Held: []string{one}})
			require.Equal(t, Uncompared, r.Outcome, "%v", r.Wrong)
			require.Equal(t, 2, r.Outcome.Exit())
			require.NotContains(t, r.Print("zh"), "核验通过")
			require.True(t, hasCode(r.Open, "held_later"))
			require.Contains(t, r.Print("zh"), "如果这个证明包是您留存检查点之后才取的，那就是数据库被退回")
		}
	}
}

// A log that was made anew with other keys does not pass for the old one.
func TestAnotherLogIsNotThisOne(t *testing.T) {
	o, other := threeIssues(t), threeIssues(t)
	bundle := o.bundle(o.issue(102), false, false)
	require.Contains(t, codes(Verify(bytes.NewReader(bundle), Options{Keys: other.keys.Public})), "checkpoint")
	r := Verify(bytes.NewReader(bundle), Options{Held: other.notes[:1]})
	require.Equal(t, []string{"held"}, codes(r))
}

func TestWhatWasEnteredLaterThanItSaysIsFound(t *testing.T) {
	for name, shift := range map[string]time.Duration{"back-dated": -30 * time.Hour, "post-dated": 30 * time.Hour} {
		o := newOffice(t)
		o.life(101)
		o.life(102)
		real := o.now
		o.now = o.now.Add(shift) // the clock of the server is set wrong, and right again
		o.step(101, workflow.Reopen, 4, 10, func(i *workflow.Issue) { i.State, i.Round, i.Deeds = workflow.Assigned, 2, nil })
		o.now = real
		o.night()
		for _, bundle := range [][]byte{o.bundle(o.issue(101), false, true), o.bundle(o.whole(), true, true)} {
			r := Verify(bytes.NewReader(bundle), Options{})
			require.Equal(t, "backdated", r.Wrong[0].Code, name)
			require.Equal(t, 10, r.Wrong[0].Line.Seq)
			require.Equal(t, "at", r.Wrong[0].Field)
		}
	}
}

func TestAClockThatWentBackIsFound(t *testing.T) {
	o := newOffice(t)
	o.life(101)
	o.now = o.now.Add(-100 * time.Hour)
	o.life(102)
	r := Verify(bytes.NewReader(o.bundle(o.whole(), true, false)), Options{})
	require.Contains(t, codes(r), "clock")
}

// Whoever had the database and the key and no program could write that one person did it all.
func TestOnePersonForAllIsFound(t *testing.T) {
	o := newOffice(t)
	o.life(101)
	of := subjectKey{workflow.KindIssue, 101}
	o.lines[of][7].Person = 2
	o.rechain(of, 7)
	o.reseal()
	r := Verify(bytes.NewReader(o.bundle(o.issue(101), false, true)), Options{})
	require.Equal(t, []string{"apart"}, codes(r))
	require.Equal(t, 8, r.Wrong[0].Line.Seq)
	require.Contains(t, r.Wrong[0].Text.Zh, "责任人≠验收人≠销号人")
}

// Ten thousand changes of a single byte: each is found, and the record is named in which it is; of a line, a field, and
// about three times in four the very one (a change that breaks the form of a record, or its tags, blurs it).
func TestEveryByteCounts(t *testing.T) {
	o := newOffice(t)
	o.life(101)
	for name, bundle := range map[string][]byte{"issue": o.bundle(o.issue(101), false, true), "all": o.bundle(o.whole(), true, true)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			changeBytes(t, name, bundle)
		})
	}
}

func changeBytes(t *testing.T, name string, bundle []byte) {
	starts := recordStarts(bundle)
	random := mathrand.New(mathrand.NewPCG(5, uint64(len(name))))
	changes, lines, exact := 5000, 0, 0
	if testing.Short() {
		changes = 500
	}
	for range changes {
		at := random.IntN(len(bundle))
		changed := bytes.Clone(bundle)
		changed[at] ^= byte(1 + random.IntN(255))
		r := Verify(bytes.NewReader(changed), Options{})
		require.Equal(t, Altered, r.Outcome, "byte %d", at)
		record := recordAt(starts, at)
		found := named(r, record, bundle[at] == '\n')
		require.NotNil(t, found, "%s: byte %d of record %d: %s", name, at, record, r.Print("zh"))
		if is := kindOf(bundle[starts[record-1]:]); is == isLine && bundle[at] != '\n' {
			require.NotEmpty(t, found.Field, "byte %d: %s", at, found.Text.Zh)
			lines++
			if found.Field == trueField(bundle[starts[record-1]:], at-starts[record-1]) {
				exact++
			}
		}
	}
	require.GreaterOrEqual(t, 100*exact, 65*lines, "%s: of %d changes in lines the very field was named in %d", name, lines, exact)
}

func recordStarts(bundle []byte) (starts []int) {
	at := 0
	for line := range bytes.Lines(bundle) {
		starts = append(starts, at)
		at += len(line)
	}
	return starts
}

func recordAt(starts []int, at int) int64 {
	n := 0
	for n < len(starts) && starts[n] <= at {
		n++
	}
	return int64(n)
}

// named finds what a report says of a record. Where the end of the record was changed, what follows belongs to it.
func named(r Report, record int64, end bool) *Finding {
	for n := range r.Wrong {
		if f := &r.Wrong[n]; f.Record == record || end && f.Record == record+1 || f.Code == "end" && f.Record >= record && end {
			return f
		}
	}
	return nil
}

func trueField(record []byte, at int) string {
	field := fieldBefore(record, at+1)
	if strings.HasPrefix(string(record[max(0, at-30):]), `,"check":`) {
		return "check"
	}
	return field
}

func FuzzVerify(f *testing.F) {
	o := newOffice(f)
	o.life(101)
	small := o.bundle(o.issue(101), false, true)
	f.Add(small, o.notes[0])
	f.Add(o.bundle(o.whole(), true, false), "ABCD-EFGH-JKMN-PQRS")
	f.Add([]byte(`{"is":"bundle","format":"rectify/bundle/1"`+"\n"), "")
	f.Add(bytes.Repeat([]byte(`{"is":"leaves","first":0,"hashes":""}`+"\n"), 3), "\n\n")
	f.Add(small[:len(small)/2], o.notes[1])
	f.Fuzz(func(t *testing.T, bundle []byte, held string) {
		r := Verify(bytes.NewReader(bundle), Options{Held: []string{held}})
		require.True(t, r.Outcome == Whole || len(r.Wrong) > 0 || r.Outcome == Uncompared && len(r.Open) > 0)
		_, err := json.Marshal(r)
		require.NoError(t, err)
		r.Print("zh")
	})
}
