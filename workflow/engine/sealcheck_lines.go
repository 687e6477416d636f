package engine

import (
	"context"
	"sort"
	"strconv"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"rectify/workflow"
	"rectify/workflow/proof"
	"rectify/workflow/store"
)

// leaves goes through the log in its order.
func (c *sealChecker) leaves(ctx context.Context, size int64, tell func(int64)) error {
	times := c.times(ctx)
	tiles := &tileCheck{c: c, hashes: c.e.db.Hashes(ctx)}
	c.reached(0)
	for from := int64(0); from < size; from += checkAtOnce {
		limit := int(min(checkAtOnce, size-from))
		lines, err := c.e.db.SealedLines(ctx, from, limit)
		if err != nil {
			return err
		}
		if len(lines) < limit {
			c.wrong("leaves_missing", store.LineAt{}, workflow.Say("封存日志第%d至%d行之间缺少记录", "the sealed log lacks entries between %d and %d", from, from+int64(limit)-1))
			return nil // there is no telling what stands where
		}
		for n := range lines {
			l := &lines[n]
			c.grown.Add(l.Hash)
			if err := tiles.add(0, l.Hash); err != nil {
				return err
			}
			if len(c.recent) == 0 {
				c.recent = append(c.recent, l.LineAt)
			}
			if c.line(l) {
				c.inTime(l, times)
			}
			c.names(&l.Line, l.LineAt)
			c.reached(l.Leaf + 1)
		}
		c.report.Lines += int64(limit)
		tell(c.report.Lines)
	}
	return nil
}

// line holds one sealed line against what was sealed and against the line before it of its subject. It returns false for one that is not
// what it was.
func (c *sealChecker) line(l *store.SealedLine) bool {
	of := lineOf{l.Kind, l.Subject}
	end := c.ends[of]
	next := lineEnd{l.Seq, l.Line.Digest, true}
	defer func() { c.ends[of] = next }()
	switch {
	case l.Seq != end.seq+1:
		c.wrong("out_of_place", l.LineAt, workflow.Say("%s：封存次序不对，它前面应是第%d条", "%s: sealed out of its order, after line %d", c.name(l.LineAt), end.seq))
	case !l.There:
		c.wrong("deleted", l.LineAt, workflow.Say("%s：已封存，但被删除了", "%s: it was sealed, and has been deleted", c.name(l.LineAt)))
		return false
	case l.Line.Hash(l.Line.Prev) != l.Line.Digest:
		c.wrong("edited", l.LineAt, workflow.Say("%s：内容被改动（与自身的指纹不符）；%s", "%s: it was altered (it does not fit its own fingerprint); %s", c.name(l.LineAt), says(&l.Line)))
	case proof.Leaf(l.Line.Digest) != l.Hash:
		c.wrong("edited_rechained", l.LineAt, workflow.Say("%s：内容被改动，指纹也重新算过，但与封存时不符；%s", "%s: it was altered and given a new fingerprint, which is not the one that was sealed; %s", c.name(l.LineAt), says(&l.Line)))
	case l.Line.Prev != end.digest && !end.wrong:
		c.wrong("chain", l.LineAt, workflow.Say("%s：与前一条接不上", "%s: it does not fit the line before it", c.name(l.LineAt)))
	default:
		next.wrong = false
		return true
	}
	return false
}

// says is what a line says now.
func says(l *workflow.Line) workflow.Text {
	return workflow.Say("现在写的是：%s %s %s %s", "it says now: %s %s %s %s", shownAt(l.At), l.Name, l.Action, short(l.Note))
}

// short is the beginning of a text.
func short(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}

// name is what a line is called: the number of its issue or the account where they can be found out.
func (c *sealChecker) name(at store.LineAt) workflow.Text {
	of := strconv.FormatInt(at.Subject, 10)
	switch at.Kind {
	case workflow.KindIssue:
		if i, err := c.e.db.Issue(context.Background(), workflow.IssueID(at.Subject)); err == nil {
			of = i.ShownNumber()
		}
		return workflow.Say("问题 %s 的第%d条记录", "line %[2]d of issue %[1]s", of, at.Seq)
	case KindAccount:
		if p, err := c.e.db.Person(context.Background(), workflow.PersonID(at.Subject)); err == nil {
			of = p.Account
		}
		return workflow.Say("账号 %s 的第%d条记录", "line %[2]d of account %[1]s", of, at.Seq)
	}
	return workflow.Say("%s %s 的第%d条记录", "line %[3]d of %[1]s %[2]s", at.Kind, of, at.Seq)
}

// sealTimes say by when a leaf was sealed, by the checkpoints that hold.
type sealTimes struct {
	sizes []int64
	at    []time.Time
}

// times are those of the checkpoints that the tree agrees with: one of another history says nothing of when a line of this one was sealed.
func (c *sealChecker) times(ctx context.Context) (s sealTimes) {
	hashes := c.e.db.Hashes(ctx)
	for _, m := range c.marks {
		root, err := tlog.TreeHash(m.Size, hashes)
		if n := len(s.sizes); err != nil || root != m.Root || n > 0 && s.sizes[n-1] == m.Size {
			continue
		}
		s.sizes, s.at = append(s.sizes, m.Size), append(s.at, m.At)
	}
	return s
}

// inTime holds the moment of a line against the checkpoints around it: the last one that did not have it yet, and the first that has.
func (c *sealChecker) inTime(l *store.SealedLine, times sealTimes) {
	with := sort.Search(len(times.sizes), func(n int) bool { return times.sizes[n] > l.Leaf })
	if with > 0 && l.Line.At.Before(times.at[with-1].Add(-clockSkew)) {
		c.wrong("back_dated", l.LineAt, workflow.Say("%s：写的时间是%s，但%s签发的检查点里还没有它：是事后补录的，时间不实（或当时服务器的时钟不对）",
			"%s: it says %s, and the checkpoint of %s did not have it yet: it was entered later than it says (or the clock of the server was wrong)",
			c.name(l.LineAt), shownAt(l.Line.At), shownAt(times.at[with-1])))
	}
	if with < len(times.sizes) {
		wait := times.at[with].Sub(l.Line.At)
		if c.longest = max(c.longest, wait); wait > clockSkew {
			c.late++
		}
	}
	if with < len(times.sizes) && l.Line.At.After(times.at[with].Add(clockSkew)) {
		c.wrong("forward_dated", l.LineAt, workflow.Say("%s：写的时间是%s，但%s签发的检查点里已经有它：时间不实（或当时服务器的时钟不对）",
			"%s: it says %s, and the checkpoint of %s had it already: its time is not true (or the clock of the server was wrong)",
			c.name(l.LineAt), shownAt(l.Line.At), shownAt(times.at[with])))
	}
}
