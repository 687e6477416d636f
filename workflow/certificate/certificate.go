package certificate

import (
	"time"

	"rectify/workflow"
)

// Certificate is what the paper says.
type Certificate struct {
	Number      string // with the mark of the round
	OwnNumber   string // that the source gave it
	Source      string
	Grade, Kind string
	Round       int
	Responsible string // the organisation, from the top of the tree down
	Person      string
	FoundOn     workflow.Day
	Due         workflow.Day
	ClosedOn    workflow.Day
	Detail      string
	Measures    []Measure
	Evidence    []Evidence
	Verified    []Deed
	Closed      Deed
	Document    string // the outside superior's, where closure was recorded from it
	Line        Line
	Checkpoint  Checkpoint
}

// Measure is what was done.
type Measure struct {
	Text, Result string
	DoneOn       workflow.Day
}

// Evidence is a file with the digest of its content, or a text.
type Evidence struct {
	Name, Hash, Text string
}

// Deed says who did something, for which organisation and when.
type Deed struct {
	Org, Post, Name, For string // For is whom they stood in for
	At                   time.Time
	Note                 string
}

// Line is the line of history that closed the issue.
type Line struct {
	Seq    int
	Digest [32]byte
}

// Checkpoint is the newest one of the sealed log; its zero value where there is none.
type Checkpoint struct {
	Size      int64
	At        time.Time
	ShortCode string
	Note      string // the whole signed text, for the QR code
}

// shownEvidence is how many pieces of evidence are listed.
const shownEvidence = 30

// row is a fact with its name.
type row struct{ name, value string }

func (c *Certificate) facts() []row {
	all := []row{
		{"问题编号 Number", c.Number}, {"来源编号 Source's number", c.OwnNumber}, {"问题来源 Source", c.Source}, {"等级、类型 Grade, kind", joined("、", c.Grade, c.Kind)},
		{"责任单位 Responsible", c.Responsible}, {"责任人 Person", c.Person}, {"发现日期 Found on", string(c.FoundOn)}, {"整改时限 Due", string(c.Due)},
		{"销号日期 Closed on", string(c.ClosedOn)}, {"依据文件 Document", c.Document},
	}
	return all
}

func joined(by string, parts ...string) (out string) {
	for _, p := range parts {
		switch {
		case p == "":
		case out == "":
			out = p
		default:
			out += by + p
		}
	}
	return out
}

func (d *Deed) text() string {
	who := joined(" ", d.Org, d.Post, d.Name)
	if d.For != "" {
		who += "（代办：" + d.For + "）"
	}
	return joined("，", who, moment(d.At)) + "。" + d.Note
}

// moment is a moment in China to the minute.
func moment(t time.Time) string { return t.In(workflow.China).Format("2006-01-02 15:04") }
