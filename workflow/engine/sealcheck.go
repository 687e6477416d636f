package engine

import (
	"context"
	"errors"
	"slices"
	"sort"
	"time"

	"rectify/workflow"
	"rectify/workflow/proof"
	"rectify/workflow/store"
)

const (
	checkAtOnce = 1024             // lines that a check reads at once
	checkMost   = 200              // findings that are told; more are counted
	clockSkew   = 10 * time.Minute // between the clock of who wrote a line and of who sealed it
)

// SealFinding is one thing that a check of the sealed log found wrong.
type SealFinding struct {
	Code    string
	Text    workflow.Text
	Kind    string // of the subject of the line that it is about, "" where it is about no one line
	Subject int64
	Seq     int
	Since   workflow.Day // the day of the last checkpoint that still vouches for all before it; "" for none
}

// SealReport is what a check of the sealed log found.
type SealReport struct {
	Lines       int64 // looked at
	Size        int64 // of the log
	Checkpoints int   // whose signature and root were looked at, with those that were held
	Newest      proof.Checkpoint
	Wrong       []SealFinding // the first of them, in the order in which they were found
	More        int           // that were found beside these
	Open        []workflow.Text
}

// Whole says whether nothing was found wrong.
func (r *SealReport) Whole() bool { return len(r.Wrong) == 0 }

// sealChecker is a check under way.
type sealChecker struct {
	e      *Engine
	keys   *proof.Keys
	about  []workflow.Line // of the log itself: its keys, and backups that were restored
	report SealReport
	marks  []proof.Checkpoint // by size
	grown  proof.Grown
	good   proof.Checkpoint // the last one that holds
	broken bool             // one did not hold
	ends   map[lineOf]lineEnd
	files  map[string]store.LineAt // of evidence, and the line that named each first

	late    int64 // lines that were sealed more than ten minutes after the time they bear
	longest time.Duration
	recent  []store.LineAt // that were sealed since the last checkpoint that holds, the first of them
}

type lineOf struct {
	kind    string
	subject int64
}

type lineEnd struct {
	seq    int
	digest [32]byte
	wrong  bool
}

// CheckSeal goes through the whole of history: whether every line is what it was when it was sealed, fits the one before it, is in its
// place and was written when it says; whether none is missing, none stands beside the log, and the rows of the issues are what their
// histories say; whether the files of evidence are those that lines name; whether every checkpoint, and those held by others, is signed and holds. tell is called now and then with the number of lines. It reads alone; steps may go on meanwhile.
//
// Errors: those of the database and of the keys, ErrRefused with the code seal_damaged when the tree cannot be read, ErrInvalid for a held
// text that is no checkpoint.
func (e *Engine) CheckSeal(ctx context.Context, held []string, tell func(lines int64)) (SealReport, error) {
	c := &sealChecker{e: e, ends: make(map[lineOf]lineEnd), files: make(map[string]store.LineAt)}
	if err := c.checkpoints(ctx, held); err != nil {
		return c.report, err
	}
	if err := c.leaves(ctx, c.report.Size, tell); err != nil {
		return c.report, err
	}
	if err := c.machines(ctx); err != nil {
		return c.report, err
	}
	for _, kind := range []string{"", workflow.KindIssue} {
		if err := c.allEnds(ctx, kind); err != nil {
			return c.report, err
		}
	}
	c.noEnd()
	if err := c.strays(ctx); err != nil {
		return c.report, err
	}
	if err := c.rows(ctx); err != nil {
		return c.report, err
	}
	if err := c.appointments(ctx); err != nil {
		return c.report, err
	}
	if len(held) == 0 {
		c.report.Open = append(c.report.Open, workflow.Say(
			"没有给出留存在外的检查点（--held）：如果整个数据库连同密钥文件夹一起被换成旧的，或有人用密钥重写历史，这里查不出来",
			"no checkpoint that was kept elsewhere was given (--held): a database turned back together with the folder of its keys, or rewritten with the key, cannot be told from this one"))
	}
	if err := c.evidence(); err != nil {
		return c.report, err
	}
	if c.late > 0 {
		c.report.Open = append(c.report.Open, proof.SealedLate(c.late, c.longest))
	}
	return c.report, nil
}

// wrong notes a finding.
func (c *sealChecker) wrong(code string, at store.LineAt, text workflow.Text) {
	if len(c.report.Wrong) >= checkMost {
		c.report.More++
		return
	}
	f := SealFinding{Code: code, Text: text, Kind: at.Kind, Subject: at.Subject, Seq: at.Seq}
	if c.good.Size > 0 {
		f.Since = c.good.Day()
	}
	c.report.Wrong = append(c.report.Wrong, f)
}

// checkpoints reads and verifies every checkpoint, those beside the keys and those that others held, and only then how far the log goes: no
// true one is beyond it, even if sealing goes on meanwhile.
func (c *sealChecker) checkpoints(ctx context.Context, held []string) (err error) {
	if c.keys, err = c.e.sealKeys(ctx); err != nil {
		return err
	}
	last, err := proof.ReadLast(c.e.keys)
	if err != nil {
		return err
	}
	found, codes, err := c.heldOnes(append(slices.Clone(held), last))
	if err != nil {
		return err
	}
	if found, err = c.kept(ctx, found); err != nil {
		return err
	}
	if c.report.Size, err = c.e.db.SealedSize(ctx); err != nil {
		return err
	}
	if c.about, err = c.e.db.History(ctx, KindSeal, sealSubject, 0, checkAtOnce); err != nil {
		return err
	}
	for _, one := range found {
		c.mark(one)
	}
	for _, code := range codes {
		if !slices.ContainsFunc(found, func(one proof.Checkpoint) bool { return one.ShortCode() == code }) {
			c.wrong("no_such_checkpoint", store.LineAt{}, noneCoded(code))
		}
	}
	sort.SliceStable(c.marks, func(a, b int) bool { return c.marks[a].Size < c.marks[b].Size })
	return nil
}

// heldOnes reads what was kept elsewhere: checkpoints, and short codes.
func (c *sealChecker) heldOnes(held []string) (found []proof.Checkpoint, codes []string, err error) {
	for _, text := range held {
		kept, err := proof.Kept(text)
		if err != nil {
			return nil, nil, err
		}
		for _, one := range kept {
			if code, is := proof.ShortCode(one); is {
				codes = append(codes, code)
				continue
			}
			signed, err := c.open(one)
			if err != nil {
				return nil, nil, err
			}
			found = append(found, signed.Checkpoint)
		}
	}
	return found, codes, nil
}

// open reads a checkpoint. One by keys that are not known may be of others that were made since the check began: they are read again.
func (c *sealChecker) open(text string) (Checkpoint, error) {
	one, err := proof.Open(text, c.keys.Public, c.e.witnesses...)
	if err == nil {
		return one, nil
	}
	keys, again := proof.ReadKeys(c.e.keys, c.e.random)
	if again != nil || len(keys.Public) == len(c.keys.Public) {
		return one, err
	}
	c.keys = keys
	return proof.Open(text, keys.Public, c.e.witnesses...)
}

// kept reads the checkpoints of the database and adds them to those that were held elsewhere.
func (c *sealChecker) kept(ctx context.Context, held []proof.Checkpoint) ([]proof.Checkpoint, error) {
	found := slices.Clone(held)
	for from := int64(0); ; {
		rows, err := c.e.db.CheckpointsFrom(ctx, from, checkAtOnce)
		if err != nil || len(rows) == 0 {
			return found, err
		}
		for _, row := range rows {
			one, err := c.open(row.Note)
			switch {
			case err != nil:
				c.badCheckpoint(row, err)
			case one.Size != row.Size || one.Root != row.Root || !one.At.Equal(row.At):
				c.badCheckpoint(row, errors.New("another text"))
			case !slices.Contains(held, one.Checkpoint):
				found = append(found, one.Checkpoint)
			}
		}
		from = rows[len(rows)-1].Size + 1
	}
}

func (c *sealChecker) mark(one proof.Checkpoint) {
	c.report.Checkpoints++
	if one.Size > c.report.Newest.Size {
		c.report.Newest = one
	}
	if one.Size > c.report.Size {
		c.wrong("turned_back", store.LineAt{}, workflow.Say(
			"数据库被换成了更早的：检查点 %s（%s签发）有%d行，库里只封存了%d行%s",
			"the database was turned back: the checkpoint %s, signed %s, has %d lines, and only %d are sealed here%s", one.ShortCode(), shownAt(one.At), one.Size, c.report.Size, c.restoredSince(one)))
		return
	}
	c.marks = append(c.marks, one)
}

// restoredSince says whether it is on record that a backup was restored after a checkpoint was signed: that would explain it.
func (c *sealChecker) restoredSince(one proof.Checkpoint) workflow.Text {
	for n := range c.about {
		if l := &c.about[n]; l.Action == "seal_restored" && l.At.After(one.At) {
			return workflow.Say("。有恢复备份的记录：%s %s：%s，请向本人核实", ". It is on record that a backup was restored: %s %s: %s; ask them", shownAt(l.At), l.Name, l.Note)
		}
	}
	return workflow.Text{}
}

func (c *sealChecker) badCheckpoint(row store.CheckpointRow, err error) {
	text := workflow.Say("签名或内容不对", "it was altered after it was signed")
	if fault, ok := errors.AsType[*workflow.Fault](err); ok {
		text = fault.Text
	}
	c.wrong("checkpoint_altered", store.LineAt{}, workflow.Say("库中第%d行处的检查点（%s）：%s", "the checkpoint of %d lines in the database (%s): %s", row.Size, shownAt(row.At), text))
}

// reached holds the tree against the checkpoints of its size.
func (c *sealChecker) reached(size int64) {
	for ; len(c.marks) > 0 && c.marks[0].Size == size; c.marks = c.marks[1:] {
		mark := c.marks[0]
		switch {
		case mark.Root == c.grown.Root():
			if !c.broken {
				c.good, c.recent = mark, c.recent[:0]
			}
		case !c.broken:
			c.broken = true
			first := store.LineAt{}
			span := workflow.Say("它之前的任何一行", "any line before it")
			if len(c.recent) > 0 {
				first = c.recent[0]
				span = workflow.Say("其后封存的%d行之中（从%s起）", "one of the %d lines that were sealed after it (from %s on)", size-c.good.Size, c.name(first))
			}
			c.wrong("rewritten", first, workflow.Say("封存日志与检查点 %s（%s签发，共%d行）不符：签发之后历史被改写。最后一个仍相符的检查点共%d行；被改的是%s%s",
				"the sealed log does not agree with the checkpoint %s, signed %s over %d lines: history was rewritten after that. The last checkpoint that still holds has %d lines; altered is %s%s",
				mark.ShortCode(), shownAt(mark.At), mark.Size, c.good.Size, span, c.restoredSince(mark)))
		}
	}
}

func shownAt(at time.Time) string { return at.In(workflow.China).Format("2006-01-02 15:04:05") }
