package engine

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strconv"

	"rectify/workflow"
	"rectify/workflow/store"
)

// allEnds holds the end of every history of a kind, "" for all but issues, against where the rows have it, and looks at what came after the
// log on the way.
func (c *sealChecker) allEnds(ctx context.Context, kind string) error {
	for after := (store.LineAt{Kind: kind, Subject: -1 << 63}); ; {
		ends, err := c.e.db.LineEnds(ctx, after, checkAtOnce)
		if err != nil || len(ends) == 0 {
			return err
		}
		for _, end := range ends {
			if err := c.end(ctx, end); err != nil {
				return err
			}
		}
		after = ends[len(ends)-1].LineAt
	}
}

// end looks at the lines of one subject that are not sealed yet, as far as its row had come when that was read (steps go on meanwhile), and
// at its end.
func (c *sealChecker) end(ctx context.Context, row store.LineEnd) error {
	of := lineOf{row.Kind, row.Subject}
	end := c.ends[of]
	for end.seq < row.Seq {
		lines, err := c.e.db.History(ctx, row.Kind, row.Subject, end.seq, min(checkAtOnce, row.Seq-end.seq))
		if err != nil {
			return err
		}
		if len(lines) == 0 || lines[0].Seq != end.seq+1 {
			break
		}
		for n := range lines {
			c.fresh(&lines[n], &end)
		}
	}
	at := store.LineAt{Kind: row.Kind, Subject: row.Subject, Seq: end.seq + 1}
	switch {
	case end.seq < row.Seq && !end.wrong:
		c.wrong("cut", at, workflow.Say("%s：缺失；按库中的登记应有%d条，最后的被删去了", "%s: it is missing; there should be %d, and the last were cut off", c.name(at), row.Seq))
	case end.seq > row.Seq:
		at.Seq = row.Seq + 1
		c.wrong("row_behind", at, workflow.Say("%s：已有记录，但该对象自身登记的只到第%d条：登记被改回去了", "%s: it is there, and the row of its subject knows lines up to %d alone: the row was set back", c.name(at), row.Seq))
	case end.digest != row.Digest && !end.wrong:
		at.Seq = end.seq
		c.wrong("row_head", at, workflow.Say("%s：与该对象自身登记的指纹不符", "%s: it is not the one that the row of its subject names", c.name(at)))
	}
	delete(c.ends, of)
	return nil
}

// fresh looks at a line that is not in the log that was gone through.
func (c *sealChecker) fresh(l *workflow.Line, end *lineEnd) {
	at := store.LineAt{Kind: l.Kind, Subject: l.Subject, Seq: l.Seq}
	wrong := true
	switch {
	case l.Seq != end.seq+1:
		c.wrong("cut", store.LineAt{Kind: l.Kind, Subject: l.Subject, Seq: end.seq + 1}, workflow.Say("%s：前面缺了记录", "%s: lines before it are missing", c.name(at)))
	case l.Hash(l.Prev) != l.Digest:
		c.wrong("edited", at, workflow.Say("%s：内容被改动（与自身的指纹不符）；%s", "%s: it was altered (it does not fit its own fingerprint); %s", c.name(at), says(l)))
	case l.Prev != end.digest && !end.wrong:
		c.wrong("chain", at, workflow.Say("%s：与前一条接不上", "%s: it does not fit the line before it", c.name(at)))
	default:
		wrong = false
	}
	c.report.Lines++
	c.names(l, at)
	*end = lineEnd{l.Seq, l.Digest, wrong}
}

// noEnd names the subjects whose sealed history has no row any more that says where it ends.
func (c *sealChecker) noEnd() {
	for _, of := range slices.SortedFunc(maps.Keys(c.ends), func(a, b lineOf) int { return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.subject, b.subject)) }) {
		end := c.ends[of]
		at := store.LineAt{Kind: of.kind, Subject: of.subject, Seq: end.seq}
		c.wrong("row_gone", at, workflow.Say("%s：有记录，但该对象自身的登记被删除了", "%s: the row of its subject was deleted", c.name(at)))
	}
}

// strays finds lines that never came by the door: beside the log, and not owed to it; and such that were owed to it and are gone.
func (c *sealChecker) strays(ctx context.Context) error {
	gone, err := c.e.db.OwedGone(ctx, checkMost)
	if err != nil {
		return err
	}
	for _, at := range gone {
		c.wrong("deleted", at, workflow.Say("%s：还没有封存就被删除了", "%s: it was deleted before it was sealed", c.name(at)))
	}
	looked, err := c.e.db.LookedThrough(ctx)
	if err != nil {
		return err
	}
	if !looked {
		c.report.Open = append(c.report.Open, workflow.Say("历史尚未全部封存：请先运行 rectify seal", "history is not sealed as a whole yet: run rectify seal first"))
		return nil
	}
	for after := (store.LineAt{}); ; {
		strays, last, err := c.e.db.Unsealed(ctx, after, 2*checkAtOnce)
		if err != nil || last == after {
			return err
		}
		for _, at := range strays {
			c.wrong("stray", at, workflow.Say("%s：没有经过程序写入（既未封存，也不在待封存之列）", "%s: it was not written by the program (neither sealed nor waiting for it)", c.name(at)))
		}
		after = last
	}
}

// rows holds the issues against their histories. Of one whose lines were named already nothing more is said.
func (c *sealChecker) rows(ctx context.Context) error {
	named := make(map[int64]bool)
	for _, f := range c.report.Wrong {
		if f.Kind == workflow.KindIssue {
			named[f.Subject] = true
		}
	}
	_, err := c.e.db.Replay(ctx, func(store.Replayed) {}, func(d store.Difference) error {
		if named[int64(d.Issue)] {
			return nil
		}
		of := d.Number
		if of == "" {
			of = strconv.FormatInt(int64(d.Issue), 10)
		}
		c.wrong("row_altered", store.LineAt{Kind: workflow.KindIssue, Subject: int64(d.Issue), Seq: d.Line}, workflow.Say(
			"问题 %s 的现状与历史不符：%s 按历史是“%s”，现为“%s”", "issue %s is not what its history says: %s should be %q and is %q", of, d.Place, d.History, d.Row))
		return nil
	})
	return err
}
