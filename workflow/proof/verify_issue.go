package proof

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strconv"

	"golang.org/x/mod/sumdb/tlog"

	"rectify/workflow"
)

// tells lays what a line of an issue changed over the lines before it, and holds it against the rules that the lines alone can show.
func (v *verifier) tells(l *workflow.Line, name *LineName, fits bool) {
	g := &v.g
	var changed map[string]json.RawMessage
	if err := json.Unmarshal(l.Data, &changed); err != nil {
		if fits {
			v.put(Finding{Code: "data", Record: v.n, Line: name, Field: "data", Text: workflow.Say("%s的“变更内容”读不出来", "%s: what changed cannot be read", name.Text)})
		}
		g.broken = true
	}
	if fits && !g.broken && g.whole {
		v.keptApart(l, name)
		v.connects(l, name, changed)
	}
	maps.Copy(g.fields, changed)
	for _, hash := range filesNamed(changed) {
		if _, known := g.files[hash]; !known {
			g.files[hash] = false
			v.counts.named++
		}
	}
	if l.Definition != "" && v.headed && !v.h.What.All && !v.texts[l.Definition] {
		v.texts[l.Definition] = true
		v.put(Finding{Code: "definition", Record: v.n, Line: name, Text: workflow.Say("%s所依据的流程定义不在证明包里", "the definition that %s follows is not in the bundle", name.Text)})
	}
}

// keptApart holds a step against the rule of the three persons.
func (v *verifier) keptApart(l *workflow.Line, name *LineName) {
	action := workflow.Action(l.Action)
	if !action.KeepsApart() {
		return
	}
	i, err := foldOf(v.g.fields)
	if err != nil {
		return // the row will tell
	}
	as := workflow.Appointment{Org: l.Org, Post: l.Post, For: l.For}
	by := workflow.Actor{Person: l.Person, Appointments: []workflow.Appointment{as}, As: workflow.Grant{Appointment: as}}
	v.counts.judged++
	var fault *workflow.Fault
	if errors.As(workflow.KeptApart(&i, &workflow.Step{Action: action}, &by), &fault) {
		v.put(Finding{Code: "apart", Record: v.n, Line: name, Text: workflow.Say("%s违反了责任人、验收人、销号人分开的规定：%s", "%s breaks the rule that keeps persons apart: %s", name.Text, fault.Text)})
	}
}

// connects says whether a line starts from where the ones before it left the issue, and leaves it where it says.
func (v *verifier) connects(l *workflow.Line, name *LineName, changed map[string]json.RawMessage) {
	was, is := textOf(v.g.fields["state"]), textOf(changed["state"])
	if is == "" {
		is = was
	}
	if was != string(l.From) || is != string(l.To) {
		v.put(Finding{Code: "state", Record: v.n, Line: name, Field: "to", Text: workflow.Say("%s的状态与前后记录对不上", "the states of %s do not fit the lines around it", name.Text)})
	}
}

func textOf(raw json.RawMessage) (s string) {
	if len(raw) > 0 && json.Unmarshal(raw, &s) != nil {
		return string(raw)
	}
	return s
}

// FilesNamed are the hashes of files of evidence that a line of an issue names.
func FilesNamed(l *workflow.Line) []string {
	var changed map[string]json.RawMessage
	if json.Unmarshal(l.Data, &changed) != nil {
		return nil
	}
	return filesNamed(changed)
}

func filesNamed(changed map[string]json.RawMessage) (hashes []string) {
	var evidence []workflow.Evidence
	var document workflow.Document
	if json.Unmarshal(changed["evidence"], &evidence) == nil {
		for n := range evidence {
			hashes = append(hashes, evidence[n].Hash)
		}
	}
	if json.Unmarshal(changed["document"], &document) == nil {
		hashes = append(hashes, document.File)
	}
	return slices.DeleteFunc(hashes, func(hash string) bool { return hash == "" })
}

func foldOf(fields map[string]json.RawMessage) (i workflow.Issue, err error) {
	whole, err := json.Marshal(fields)
	if err == nil {
		err = json.Unmarshal(whole, &i)
	}
	return i, err
}

// Columns are the columns of an issue that lists show, as the row of a bundle has them.
func Columns(i *workflow.Issue) map[string]string {
	return map[string]string{
		"number": i.Number, "round": strconv.Itoa(i.Round), "version": strconv.Itoa(i.Version), "state": string(i.State), "since": string(i.Since),
		"source": string(i.Source), "kind": string(i.Kind), "grade": i.Grade.String(), "due": string(i.Due), "found_on": string(i.FoundOn),
		"finder": strconv.FormatInt(int64(i.Finder), 10), "responsible": strconv.FormatInt(int64(i.Responsible), 10),
		"person": strconv.FormatInt(int64(i.Person), 10), "reported": strconv.FormatBool(i.Reported), "supervised": strconv.FormatBool(i.Supervised),
	}
}

// row holds the row that the database has of an issue against what its lines tell.
func (v *verifier) row(r *Row) {
	g := &v.g
	if g.kind != workflow.KindIssue || g.subject != r.Subject || g.row || g.last == nil {
		if v.lost == 0 {
			v.wrong("row", workflow.Say("第%d行（问题的现状）没有对应的记录", "line %d of the file (the row of an issue) has no lines of history", v.n), "")
		}
		return
	}
	g.row = true
	v.counts.rows++
	name := v.subjectName()
	switch {
	case g.broken || g.lost < v.lost: // what the lines tell is not known
	case r.Seq > g.seq && v.h.What.All:
		v.counts.moved++
	case r.Seq > g.seq:
		v.wrong("row", workflow.Say("%s的现状写着有%d条记录，证明包里只有%d条：最新的被删了", "the row of %s says %d lines, the bundle has %d: the newest were cut off", name, r.Seq, g.seq), "seq")
	case r.Seq < g.seq || r.Head != tlog.Hash(g.heads[0]):
		v.wrong("row", workflow.Say("%s的现状与它最后一条记录对不上", "the row of %s does not fit its last line", name), "head")
	default:
		v.rowTells(r, name)
	}
}

func (v *verifier) subjectName() workflow.Text {
	of := v.g.number
	if of == "" {
		of = strconv.FormatInt(v.g.subject, 10)
	}
	return workflow.Say("%s%s", "%s %s", kindText(v.g.kind), of)
}

// rowTells compares field by field.
func (v *verifier) rowTells(r *Row, name workflow.Text) {
	told, err := foldOf(v.g.fields)
	var is workflow.Issue
	if err != nil || json.Unmarshal([]byte(r.Doc), &is) != nil {
		v.wrong("row", workflow.Say("%s的现状读不出来", "the row of %s cannot be read", name), "doc")
		return
	}
	for _, field := range differences(&told, &is) {
		if (field == "line" || field == "finder_line") && told.Line.Last().Org == is.Line.Last().Org && told.FinderLine.Last().Org == is.FinderLine.Last().Org {
			v.counts.replanted++ // its organisation was moved in the tree
			continue
		}
		v.wrong("row", workflow.Say("%s的现状被改过：“%s”与办理记录对不上", "the row of %s was altered: “%s” is not what its history tells", name, issueField(field)), field)
	}
	want := Columns(&is)
	for _, column := range slices.Sorted(maps.Keys(want)) {
		if got, ok := r.Columns[column]; !ok || got != want[column] {
			v.wrong("row", workflow.Say("%s的现状被改过：列表里的“%s”（%s）与办理记录（%s）对不上", "the row of %s was altered: lists show “%s” as %s, its history tells %s",
				name, issueField(column), r.Columns[column], want[column]), column)
		}
	}
}

// differences lists the fields in which two issues differ as JSON.
func differences(a, b *workflow.Issue) []string {
	var as, bs map[string]json.RawMessage
	for issue, into := range map[*workflow.Issue]*map[string]json.RawMessage{a: &as, b: &bs} {
		raw, err := json.Marshal(issue)
		if err != nil || json.Unmarshal(raw, into) != nil {
			return []string{"doc"}
		}
	}
	var out []string
	for field := range as {
		if !bytes.Equal(as[field], bs[field]) {
			out = append(out, field)
		}
	}
	for field := range bs {
		if _, both := as[field]; !both {
			out = append(out, field)
		}
	}
	slices.Sort(out)
	return out
}

// issueField is what a field of an issue is called, where it has a name for people.
func issueField(field string) workflow.Text {
	switch field {
	case "state":
		return workflow.Say("状态", "state")
	case "due":
		return workflow.Say("整改时限", "due day")
	case "grade":
		return workflow.Say("等级", "grade")
	case "kind":
		return workflow.Say("整改类型", "kind")
	case "responsible":
		return workflow.Say("责任单位", "responsible organisation")
	case "person":
		return workflow.Say("责任人", "responsible person")
	case "reported":
		return workflow.Say("自报完成", "reported done")
	case "closed_on":
		return workflow.Say("销号日期", "day of closure")
	case "detail":
		return workflow.Say("具体表现", "detail")
	case "measures":
		return workflow.Say("整改措施", "measures")
	case "evidence":
		return workflow.Say("佐证材料", "evidence")
	case "number":
		return workflow.Say("编号", "number")
	case "round":
		return workflow.Say("轮次", "round")
	case "version":
		return workflow.Say("版本", "version")
	}
	return workflow.Text{Zh: field, En: field}
}
