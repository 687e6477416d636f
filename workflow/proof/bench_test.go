package proof

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
)

// BenchmarkVerify verifies the bundle of a whole log: RECTIFY_LINES lines (90,000 if it is not set), nine an issue. RECTIFY_BUNDLE keeps the bundle under that name.
func BenchmarkVerify(b *testing.B) {
	lines, err := strconv.Atoi(os.Getenv("RECTIFY_LINES"))
	if err != nil {
		lines = 90_000
	}
	name := os.Getenv("RECTIFY_BUNDLE")
	if name == "" {
		name = filepath.Join(b.TempDir(), "bundle")
	}
	writeLog(b, name, lines)
	for b.Loop() {
		file, err := os.Open(name)
		require.NoError(b, err)
		r := Verify(file, Options{})
		require.NoError(b, file.Close())
		require.Equal(b, Whole, r.Outcome, r.Print("zh"))
		require.InDelta(b, lines, r.Lines, 9)
	}
	b.ReportMetric(float64(lines)*float64(b.N)/b.Elapsed().Seconds(), "lines/s")
}

// writeLog writes the bundle of a log that was sealed every 2,700 lines: about as often as a log of a million lines in a year is once a day.
// The histories are made twice, once for the tree and once for the file, so that they are never in memory.
func writeLog(b *testing.B, name string, lines int) {
	o := newOffice(b)
	o.busy = true
	begin := o.now
	each := func(fn func(of subjectKey)) {
		o.now = begin
		for id, n := int64(1_000_000), 9; n <= lines; id, n = id+1, n+9 {
			o.life(id)
			fn(subjectKey{workflow.KindIssue, id})
			clear(o.lines)
			clear(o.issues)
			clear(o.files)
			o.pending = nil
		}
	}
	var tree Grown
	point := func() {
		c := Checkpoint{Origin: o.keys.Origin, Size: tree.Size(), Root: tree.Root(), At: o.now}
		signed, err := o.keys.Sign(c)
		require.NoError(b, err)
		o.points, o.notes = append(o.points, c), append(o.notes, signed)
	}
	each(func(of subjectKey) {
		for _, l := range o.lines[of] {
			o.leaf = append(o.leaf, Leaf(l.Digest))
			tree.Add(Leaf(l.Digest))
		}
		if tree.Size()%2700 == 0 {
			point()
		}
	})
	if o.points[len(o.points)-1].Size < tree.Size() {
		point()
	}
	file, err := os.Create(name)
	require.NoError(b, err)
	w, err := NewWriter(file, Header{Origin: o.keys.Origin, Size: tree.Size(), What: o.whole(), At: Stamp(o.now), By: "审计员", Leaves: true})
	require.NoError(b, errors.Join(err, w.Keys(o.keys.Public)))
	for _, signed := range o.notes {
		require.NoError(b, w.Checkpoint(signed, nil))
	}
	require.NoError(b, errors.Join(w.Leaves(0, o.leaf), w.Definition(hashOf(machine), "standard", []byte(machine), true)))
	leaf := int64(0)
	each(func(of subjectKey) {
		for _, l := range o.lines[of] {
			require.NoError(b, w.Line(&l, leaf, nil))
			leaf++
		}
		require.NoError(b, w.Row(o.row(of, o.issues[of.id])))
	})
	require.NoError(b, errors.Join(w.Close(o.now, o.keys.Signers...), file.Close()))
}
