package store

import (
	"encoding/hex"
	"encoding/json"
	"slices"
	"time"

	"rectify/workflow"
)

// telling lays the lines of one issue over each other, oldest first.
type telling struct {
	moves         orgMoves
	fields        map[string]json.RawMessage
	seq           int
	digest        [32]byte
	first, last   time.Time
	text          [32]byte // TextKey of the problem as it was first written down
	before, issue workflow.Issue
	lineAt        int64 // when the place of the issue was last written, and that of its finder
	finderAt      int64
}

func newTelling(moves orgMoves) *telling {
	return &telling{moves: moves, fields: make(map[string]json.RawMessage)}
}

// tell takes in one line, and adds to the rows of tables what it brought.
func (t *telling) tell(l *workflow.Line, beside map[string]rows) error {
	var changed map[string]json.RawMessage
	if err := json.Unmarshal(l.Data, &changed); err != nil {
		return err
	}
	t.before = t.placed(millis(l.At))
	for name, value := range changed {
		t.fields[name] = value
	}
	whole, err := json.Marshal(t.fields)
	if err != nil {
		return err
	}
	if t.issue, err = decodeIssue(whole); err != nil {
		return err
	}
	if _, ok := changed["line"]; ok {
		t.lineAt = millis(l.At)
	}
	if _, ok := changed["finder_line"]; ok {
		t.finderAt = millis(l.At)
	}
	if t.seq == 0 {
		t.first, t.text = l.At, TextKey(t.issue.Detail, t.issue.Responsible)
	}
	t.seq, t.digest, t.last = l.Seq, l.Digest, l.At
	brought(&workflow.Change{Before: t.before, Issue: t.issue, Line: *l}, beside)
	return nil
}

// placed is the issue where its organisations lay before a moment: they may have been moved since its last step.
func (t *telling) placed(until int64) workflow.Issue {
	i := t.issue
	moves := t.moves
	if n := slices.IndexFunc(moves, func(m orgMove) bool { return m.at >= until }); n >= 0 {
		moves = moves[:n]
	}
	i.Line = moves.after(i.Line, t.lineAt-clockSkew.Milliseconds())
	i.FinderLine = moves.after(i.FinderLine, t.finderAt-clockSkew.Milliseconds())
	return i
}

func hexDigest(d [32]byte) string { return hex.EncodeToString(d[:8]) + "…" }
