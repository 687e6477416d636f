package proof

import (
	"bytes"
	"cmp"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"

	"rectify/workflow"
)

// office is a small office with its log in memory: what the database of a real one holds.
type office struct {
	t       testing.TB
	keys    *Keys
	keysIn  string // the folder
	now     time.Time
	issues  map[int64]*workflow.Issue
	lines   map[subjectKey][]workflow.Line
	pending []workflow.Line
	leaves  map[lineKey]int64
	leaf    []tlog.Hash
	stored  []tlog.Hash
	points  []Checkpoint
	notes   []string
	files   map[string][]byte
	busy    bool     // no night falls
	roots   []int64  // sizes of which a bundle has the root
	had     []string // short codes of checkpoints that its taker had
}

type subjectKey struct {
	kind string
	id   int64
}

type lineKey struct {
	subjectKey
	seq int
}

func (o *office) ReadHashes(at []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(at))
	for n, index := range at {
		out[n] = o.stored[index]
	}
	return out, nil
}

func newOffice(t testing.TB) *office {
	dir := t.TempDir()
	keys, err := MakeKeys(dir, rand.Reader, time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), false)
	require.NoError(t, err)
	return &office{t: t, keys: keys, keysIn: dir, now: time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC), issues: make(map[int64]*workflow.Issue),
		lines: make(map[subjectKey][]workflow.Line), leaves: make(map[lineKey]int64), files: make(map[string][]byte)}
}

const machine = "machine: standard\n"

func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// write puts a line into the history, as the store does.
func (o *office) write(l workflow.Line) {
	of := subjectKey{l.Kind, l.Subject}
	var prev [32]byte
	if all := o.lines[of]; len(all) > 0 {
		prev = all[len(all)-1].Digest
	}
	l.At = o.now
	l.Seal(len(o.lines[of])+1, prev)
	o.lines[of] = append(o.lines[of], l)
	o.pending = append(o.pending, l)
}

// step changes an issue and writes the line about it.
func (o *office) step(id int64, do workflow.Action, person workflow.PersonID, org workflow.OrgID, change func(*workflow.Issue)) {
	before := workflow.Issue{}
	if i, ok := o.issues[id]; ok {
		before = *i
	}
	after := before
	after.Version++
	change(&after)
	data, err := workflow.Diff(&before, &after)
	require.NoError(o.t, err)
	o.issues[id] = &after
	o.write(workflow.Line{Kind: workflow.KindIssue, Subject: id, Action: string(do), Person: person, Name: fmt.Sprintf("某人%d", person), Org: org,
		OrgName: "第三党支部", Post: "branch_secretary", Relation: "responsible", Rule: "policy.csv:12", Round: after.Round, Version: after.Version, From: before.State, To: after.State, Note: "按要求<整改> & 销号", Definition: after.Definition, Data: data})
	o.now = o.now.Add(7 * time.Minute)
}

// life takes an issue from found to closed, with one file of evidence, on a day for each few steps.
func (o *office) life(id int64) {
	file := []byte(fmt.Sprintf("会议记录 %d", id))
	hash := hashOf(string(file))
	o.files[hash] = file
	to := func(s workflow.State) func(*workflow.Issue) { return func(i *workflow.Issue) { i.State = s } }
	o.step(id, workflow.Register, 1, 10, func(i *workflow.Issue) {
		i.ID, i.Number, i.Round, i.State, i.Detail, i.Source = workflow.IssueID(id), fmt.Sprintf("XC-0101-2026-%04d", id), 1, workflow.Found, "“三会一课”记录不全", "inspection"
		i.Finder, i.Grade, i.Kind, i.Machine, i.Definition = 10, workflow.Ordinary, workflow.KindTimed, "standard", hashOf(machine)
	})
	o.step(id, workflow.Assign, 1, 10, func(i *workflow.Issue) {
		i.State, i.Responsible, i.Person, i.Due, i.Verifier, i.Closer = workflow.Assigned, 20, 2, "2026-05-30", 10, 10
	})
	o.night()
	o.step(id, workflow.Accept, 2, 20, to(workflow.Planning))
	o.step(id, workflow.Plan, 2, 20, func(i *workflow.Issue) {
		i.State, i.Measures = workflow.PlanReview, []workflow.Measure{{Text: "补齐记录", Person: 2, Due: "2026-04-30"}}
		i.Deeds = []workflow.Deed{{Person: 2, Duty: workflow.DutyRectify}}
	})
	o.step(id, workflow.ApprovePlan, 1, 10, to(workflow.Rectifying))
	o.night()
	o.step(id, workflow.Attest, 2, 20, func(i *workflow.Issue) {
		i.Evidence = []workflow.Evidence{{Round: 1, Hash: hash, Name: "会议记录.pdf", Size: int64(len(file)), By: 2, At: o.now}}
	})
	o.step(id, workflow.Submit, 2, 20, func(i *workflow.Issue) { i.State, i.Reported = workflow.Verifying, true })
	o.night()
	o.step(id, workflow.Pass, 3, 10, func(i *workflow.Issue) {
		i.State, i.Deeds = workflow.Closing, append(slices.Clip(i.Deeds), workflow.Deed{Person: 3, Duty: workflow.DutyVerify})
	})
	o.step(id, workflow.Close, 4, 10, func(i *workflow.Issue) {
		i.State, i.ClosedOn, i.Deeds = workflow.Closed, "2026-03-05", append(slices.Clip(i.Deeds), workflow.Deed{Person: 4, Duty: workflow.DutyClose})
	})
	o.night()
}

// night seals what there is and goes on to the next day.
func (o *office) night() {
	if o.busy {
		return
	}
	o.write(workflow.Line{Kind: "account", Subject: 1, Action: "signed_in", Person: 1, Name: "某人1"})
	o.seal()
	o.now = o.now.Add(20 * time.Hour)
}

// seal makes leaves of what is pending, and a checkpoint.
func (o *office) seal() {
	slices.SortFunc(o.pending, func(a, b workflow.Line) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Subject, b.Subject), cmp.Compare(a.Seq, b.Seq))
	})
	for n := range o.pending {
		l := &o.pending[n]
		o.leaves[lineKey{subjectKey{l.Kind, l.Subject}, l.Seq}] = int64(len(o.leaf))
		more, err := tlog.StoredHashesForRecordHash(int64(len(o.leaf)), Leaf(l.Digest), o)
		require.NoError(o.t, err)
		o.stored, o.leaf = append(o.stored, more...), append(o.leaf, Leaf(l.Digest))
	}
	o.pending = nil
	o.checkpoint(o.now)
}

func (o *office) checkpoint(at time.Time) {
	root, err := tlog.TreeHash(int64(len(o.leaf)), o)
	require.NoError(o.t, err)
	c := Checkpoint{Origin: o.keys.Origin, Size: int64(len(o.leaf)), Root: root, At: at}
	signed, err := o.keys.Sign(c)
	require.NoError(o.t, err)
	o.points, o.notes = append(o.points, c), append(o.notes, signed)
}

// reseal makes the log anew of what the history says now, with the same checkpoints in size and time: what somebody can do who has the
// database and the key.
func (o *office) reseal() {
	was, order := o.points, make([]lineKey, len(o.leaf))
	for k, leaf := range o.leaves {
		order[leaf] = k
	}
	o.leaf, o.stored, o.points, o.notes = nil, nil, nil, nil
	for n, k := range order {
		if all := o.lines[k.subjectKey]; k.seq <= len(all) {
			leaf := Leaf(all[k.seq-1].Digest)
			more, err := tlog.StoredHashesForRecordHash(int64(len(o.leaf)), leaf, o)
			require.NoError(o.t, err)
			o.stored, o.leaf = append(o.stored, more...), append(o.leaf, leaf)
		}
		for _, p := range was {
			if p.Size == int64(n)+1 {
				o.checkpoint(p.At)
			}
		}
	}
}

func (o *office) day(n int) Checkpoint { return o.points[n] }

// rechain makes the digests of a subject anew from a line on, as somebody does who has the database.
func (o *office) rechain(of subjectKey, from int) {
	all := o.lines[of]
	for n := from; n < len(all); n++ {
		var prev [32]byte
		if n > 0 {
			prev = all[n-1].Digest
		}
		all[n].Seal(n+1, prev)
	}
}

// bundle takes a bundle, as the engine does.
func (o *office) bundle(what What, leaves, files bool) []byte {
	var out bytes.Buffer
	o.bundleTo(&out, what, leaves, files)
	return out.Bytes()
}

func (o *office) bundleTo(out io.Writer, what What, leaves, files bool) {
	newest := o.points[len(o.points)-1]
	w, err := NewWriter(out, Header{Origin: o.keys.Origin, Size: newest.Size, What: what, At: Stamp(o.now), By: "巡察员（市委巡察办）", Account: "inspector", Leaves: leaves, Files: files, Held: o.had})
	require.NoError(o.t, err)
	require.NoError(o.t, w.Keys(o.keys.Public))
	for n, p := range o.points {
		var proof []tlog.Hash
		if !leaves && p.Size < newest.Size {
			proof, err = tlog.ProveTree(newest.Size, p.Size, o)
			require.NoError(o.t, err)
		}
		require.NoError(o.t, w.Checkpoint(o.notes[n], proof))
	}
	for _, size := range o.roots {
		root, err := tlog.TreeHash(size, o)
		require.NoError(o.t, err)
		proof, err := tlog.ProveTree(newest.Size, size, o)
		require.NoError(o.t, err)
		require.NoError(o.t, w.Root(size, root, proof))
	}
	if leaves {
		require.NoError(o.t, w.Leaves(0, o.leaf))
	}
	require.NoError(o.t, w.Definition(hashOf(machine), "standard", []byte(machine), true))
	require.NoError(o.t, w.Policy("policy.csv", []byte("p, branch_secretary, branch, responsible, submit, any\n")))
	order := slices.SortedFunc(maps.Keys(o.lines), func(a, b subjectKey) int { return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.id, b.id)) })
	for _, of := range order {
		if what.All || of.kind == workflow.KindIssue && (of.id == what.Issue || what.Checklist != 0) {
			o.subject(w, of, leaves, files, what)
		}
	}
	require.NoError(o.t, w.Close(o.now, o.keys.Signers...))
}

func (o *office) subject(w *Writer, of subjectKey, leaves, files bool, what What) {
	newest := o.points[len(o.points)-1]
	for n := range o.lines[of] {
		l := &o.lines[of][n]
		leaf, sealed := o.leaves[lineKey{of, l.Seq}]
		if !sealed {
			leaf = -1
		}
		if what.All && (sealed && leaf < what.First || leaf >= what.Last || !sealed && l.At.Add(entrySlack).After(newest.At)) {
			continue
		}
		var proof []tlog.Hash
		if !leaves && sealed {
			var err error
			proof, err = tlog.ProveRecord(newest.Size, leaf, o)
			require.NoError(o.t, err)
		}
		require.NoError(o.t, w.Line(l, leaf, proof))
	}
	i, ok := o.issues[of.id]
	if !ok || of.kind != workflow.KindIssue || what.First > 0 {
		return
	}
	require.NoError(o.t, w.Row(o.row(of, i)))
	if files {
		for _, e := range i.Evidence {
			var content io.Reader
			if file, there := o.files[e.Hash]; there {
				content = bytes.NewReader(file)
			}
			require.NoError(o.t, w.File(e.Hash, content))
		}
	}
}

func (o *office) row(of subjectKey, i *workflow.Issue) Row {
	doc, err := encodeDoc(i)
	require.NoError(o.t, err)
	last := o.lines[of][len(o.lines[of])-1]
	return Row{Subject: of.id, Seq: last.Seq, Head: last.Digest, Columns: Columns(i), Doc: doc}
}

func (o *office) whole() What { return What{All: true, Last: int64(len(o.leaf))} }

func (o *office) issue(id int64) What { return What{Issue: id, Number: o.issues[id].Number} }
