package proof

import (
	"encoding/json"
	"slices"
	"strings"

	"rectify/workflow"
)

// group is what is known of the subject whose lines are looked at.
type group struct {
	kind    string
	subject int64
	number  string // of the issue, as its lines tell it
	seq     int    // of the last line
	heads   [2][32]byte
	last    *LineName
	lastAt  workflow.Line // only its time
	lost    int           // v.lost at the last line

	whole   bool // it begins with its first line
	broken  bool // a line is missing or altered: what they tell together is not known
	foreign int  // lines that are not in the log as they are
	row     bool // the row was there
	fields  map[string]json.RawMessage
	files   map[string]bool // hashes of files of evidence; true for those that are in the bundle
	part    filePart
}

// line looks at a line of history.
func (v *verifier) line(r *lineRecord) {
	l, timed := r.line()
	v.rep.Lines++
	if v.o.Line != nil {
		v.o.Line(&l)
	}
	seen := looked{timed: timed, hash: l.Hash(l.Prev)}
	seen.fields, seen.readable = r.altered()
	if len(seen.fields) > 0 && seen.fields[0] < 3 && seen.hash != l.Digest {
		v.itself(r, &l, lineName(&l, ""), seen) // whose line it is cannot be told
		v.lost++
		return
	}
	if l.Kind != v.g.kind || l.Subject != v.g.subject || v.g.last == nil {
		v.beginGroup(&l)
	}
	v.learn(&l)
	name := lineName(&l, v.g.number)
	named := v.itself(r, &l, name, seen)
	v.follows(&l, name, named)
	if !slices.Contains(named, "leaf") && !slices.Contains(named, "proof") && !slices.Contains(named, "digest") {
		v.inLog(r, &l, name)
	}
	switch l.Kind {
	case workflow.KindIssue:
		v.issue, v.number = l.Subject, v.g.number
		v.tells(&l, name, len(named) == 0)
	case kindRules:
		v.rules(&l)
	}
	v.g.seq, v.g.heads, v.g.last, v.g.lastAt.At, v.g.lost = l.Seq, [2][32]byte{l.Digest, seen.hash}, name, l.At, v.lost
}

// learn takes the number of the issue from its first line, so that the line has a name for people.
func (v *verifier) learn(l *workflow.Line) {
	if l.Kind != workflow.KindIssue || v.g.number != "" {
		return
	}
	var of struct {
		Number string `json:"number"`
	}
	if json.Unmarshal(l.Data, &of) == nil {
		v.g.number = of.Number
	}
}

func (v *verifier) beginGroup(l *workflow.Line) {
	kind, subject := v.g.kind, v.g.subject
	v.endGroup()
	v.g = group{kind: l.Kind, subject: l.Subject, whole: l.Seq == 1, lost: v.g.lost, fields: make(map[string]json.RawMessage), files: make(map[string]bool)}
	v.counts.subjects++
	if l.Kind == workflow.KindIssue {
		v.rep.Issues++
	}
	if c := strings.Compare(l.Kind, kind); c < 0 || c == 0 && l.Subject < subject {
		v.wrong("order", workflow.Say("第%d行的次序不对", "line %d of the file is out of order", v.n), "")
	}
	if v.lost > v.g.lost {
		v.g.broken = true
		return
	}
	if !v.g.whole && v.headed && (!v.h.What.All || v.h.What.First == 0) {
		v.g.broken = true
		v.put(Finding{Code: "chain", Record: v.n, Line: lineName(l, ""), Text: workflow.Say("%s%d的开头缺了%d条记录", "the first %[3]d lines of %[1]s %[2]d are missing", kindText(l.Kind), l.Subject, l.Seq-1)})
	}
}

// looked is what a line looks like by itself.
type looked struct {
	hash     [32]byte // that it should have
	timed    bool     // its time is one
	fields   []int    // whose tags do not fit
	readable bool     // there are tags
}

// itself holds a line against its own digest and its tags, and returns the fields that are altered.
func (v *verifier) itself(r *lineRecord, l *workflow.Line, name *LineName, seen looked) (named []string) {
	fits := seen.hash == l.Digest
	for _, n := range seen.fields {
		if (n < beside) != fits || n >= beside {
			named = append(named, tagged[n])
		}
	}
	switch {
	case fits && len(seen.fields) == 0 && seen.readable && seen.timed:
		return nil
	case len(named) == 0 && fits:
		named = []string{"tags"}
	case len(named) == 0:
		v.g.broken = true
		v.put(Finding{Code: "line", Record: v.n, Line: name, Since: v.sealedSince(r.Leaf), Text: workflow.Say("%s的内容与它的指纹不符：封存之后被改过，改的是哪一项已无法分辨（文件第%d行）",
			"%s does not fit its fingerprint: it was altered after it was written; which field cannot be told (line %d of the file)", name.Text, v.n)})
		return []string{""}
	}
	v.g.broken = v.g.broken || !fits
	for _, field := range named {
		v.put(Finding{Code: "line", Record: v.n, Line: name, Field: field, Since: v.sealedSince(r.Leaf),
			Text: workflow.Say("%s的“%s”被改过（文件第%d行）", "%s: “%s” was altered (line %d of the file)", name.Text, fieldText(field), v.n)})
	}
	return named
}

// sealedSince is the day of the checkpoint before a line: up to it nothing is in doubt.
func (v *verifier) sealedSince(leaf int64) workflow.Day {
	if before, _ := v.around(leaf); before != nil && leaf >= 0 {
		return before.Day()
	}
	return ""
}

// follows holds a line against the one before it of its subject.
func (v *verifier) follows(l *workflow.Line, name *LineName, named []string) {
	g := &v.g
	lost := v.lost - g.lost
	first := g.last == nil
	if slices.Contains(named, "seq") || slices.Contains(named, "prev") {
		return
	}
	switch gap := l.Seq - g.seq - 1; {
	case first && !g.whole:
	case gap < 0:
		g.broken = true
		v.put(Finding{Code: "chain", Record: v.n, Line: name, Text: workflow.Say("%s的次序颠倒或重复了（文件第%d行）", "%s is out of order or there twice (line %d of the file)", name.Text, v.n)})
	case gap > lost:
		g.broken = true
		v.put(Finding{Code: "chain", Record: v.n, Line: name, Text: workflow.Say("%s之前缺了%d条记录：被删掉了", "%[2]d lines before %[1]s are missing: they were deleted", name.Text, gap-lost)})
	case lost > 0 || len(named) > 0 && named[0] == "":
	case first && l.Prev != [32]byte{}, !first && l.Prev != g.heads[0] && l.Prev != g.heads[1]:
		g.broken = true
		v.put(Finding{Code: "chain", Record: v.n, Line: name, Text: workflow.Say("%s接不上前一条：前一条被改过、换过，或中间有记录被删", "%s does not follow the line before it: that one was altered or replaced, or one between them deleted", name.Text)})
	}
	if !first && l.At.Add(entrySlack).Before(g.lastAt.At) && !slices.Contains(named, "at") {
		v.put(Finding{Code: "clock", Record: v.n, Line: name, Text: workflow.Say("%s的时间早于前一条（%s）：时间是倒填的，或系统时钟被往回拨过",
			"%s bears an earlier time than the line before it (%s): it was back-dated, or the clock was set back", name.Text, shown(g.lastAt.At))})
	}
}

// inLog holds a line against the log: whether it is the one that was sealed, and whether it was sealed when it says.
func (v *verifier) inLog(r *lineRecord, l *workflow.Line, name *LineName) {
	if v.h.Leaves && v.tree.torn || !v.h.Leaves && v.newest == nil {
		return
	}
	in := r.Leaf >= 0
	switch {
	case !in:
	case v.h.Leaves:
		in = r.Leaf < int64(len(v.tree.leaf)) && v.tree.leaf[r.Leaf] == Leaf(l.Digest)
	default:
		in = v.newest.Includes(r.Leaf, l.Digest, r.Proof)
	}
	if r.Leaf >= 0 && v.h.What.All {
		v.tree.seen = append(v.tree.seen, r.Leaf)
	}
	if in {
		v.inTime(r.Leaf, l, name)
		return
	}
	if v.g.foreign++; v.g.foreign > 1 {
		return // they hang together
	}
	since := v.sealedSince(r.Leaf)
	text := workflow.Say("%s不是当时封存的那一条：它和它之后的记录被改过并重新编过指纹%s", "%s is not the line that was sealed: it and those after it were altered and chained anew%s", name.Text, upTo(since))
	if r.Leaf < 0 {
		text = workflow.Say("%s没有封存在日志里：是后来塞进去的，或封存记录被删了", "%s is not sealed in the log: it was slipped in, or its place in the log was deleted", name.Text)
	}
	v.put(Finding{Code: "inclusion", Record: v.n, Line: name, Since: since, Text: text})
}

// inTime holds the time that a line bears against the checkpoints before and after it.
func (v *verifier) inTime(leaf int64, l *workflow.Line, name *LineName) {
	before, after := v.around(leaf)
	if before != nil && before.holds && l.At.Add(entrySlack).Before(before.At) {
		v.put(Finding{Code: "backdated", Record: v.n, Line: name, Field: "at", Since: before.Day(),
			Text: workflow.Say("%s是补录的，时间是倒填的：%s的检查点里还没有这一条", "%s was entered later than it says: the checkpoint of %s did not have it yet", name.Text, shown(before.At))})
	}
	if after != nil && after.holds {
		wait := after.At.Sub(l.At)
		if v.longest = max(v.longest, wait); wait > entrySlack {
			v.rep.Late++
		}
	}
	if after != nil && after.holds && after.At.Add(entrySlack).Before(l.At) {
		v.put(Finding{Code: "backdated", Record: v.n, Line: name, Field: "at", Since: after.Day(),
			Text: workflow.Say("%s的时间是往后填的：%s的检查点里已经有这一条", "%s bears a later time than it was written: the checkpoint of %s had it already", name.Text, shown(after.At))})
	}
}
