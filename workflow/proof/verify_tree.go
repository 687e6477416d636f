package proof

import (
	"errors"
	"slices"
	"strconv"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"rectify/workflow"
)

// entrySlack is how much later than its time a line may be sealed, and how much two clocks of an office may differ.
const entrySlack = 10 * time.Minute

// point is a checkpoint of the bundle.
type point struct {
	Checkpoint
	note      string
	record    int64
	proof     []tlog.Hash
	witnesses int
	holds     bool // the newest grows out of it
}

// givenRoot is what the log was at a size of which there is no checkpoint, as the bundle says.
type givenRoot struct {
	rootRecord
	record int64
}

// treeOf is what the bundle has of the tree of the log.
type treeOf struct {
	grown Grown
	roots map[int64]tlog.Hash // at the sizes of checkpoints
	leaf  []tlog.Hash
	seen  []int64 // places of lines that the bundle has
	torn  bool    // some leaves could not be read
}

func (v *verifier) publicKeys(r *keysRecord) {
	if _, err := verifiers(r.Keys, nil); err != nil || len(r.Keys) == 0 {
		v.wrong("keys", workflow.Say("公钥无法识别（文件第%d行）", "the public keys cannot be understood (line %d of the file)", v.n), "keys")
		return
	}
	switch {
	case v.o.Keys != nil:
		v.trust(r.Keys)
	case v.keys == nil:
		v.keys = r.Keys
	}
}

func (v *verifier) checkpoint(r *checkpointRecord) {
	p := point{note: r.Note, record: v.n, proof: r.Proof}
	var err error
	if len(v.keys) == 0 {
		p.Checkpoint, err = Peek(r.Note)
	} else {
		var signed Signed
		signed, err = Open(r.Note, v.keys, v.o.Witnesses...)
		p.Checkpoint, p.witnesses = signed.Checkpoint, len(signed.Witnesses)
	}
	var fault *workflow.Fault
	if errors.As(err, &fault) {
		v.wrong("checkpoint", workflow.Say("%s（文件第%d行）", "%s (line %d of the file)", fault.Text, v.n), "note")
		return
	}
	if v.headed && p.Origin != v.h.Origin {
		v.wrong("checkpoint", workflow.Say("检查点是另一本日志的：%s（文件第%d行）", "the checkpoint is of another log: %s (line %d of the file)", p.Origin, v.n), "note")
		return
	}
	if n := len(v.points); n > 0 {
		last := v.points[n-1]
		if p.Size <= last.Size {
			v.wrong("checkpoint", workflow.Say("检查点的次序不对（文件第%d行）", "the checkpoints are not in order (line %d of the file)", v.n), "note")
			return
		}
		if p.At.Add(entrySlack).Before(last.At) {
			v.wrong("clock", workflow.Say("检查点的时间倒退了：%s的检查点只有%d条，%s的却有%d条。系统时钟被往回拨过",
				"the checkpoints go back in time: that of %s has %d lines, that of %s has %d. The clock was set back", shown(last.At), last.Size, shown(p.At), p.Size), "note")
		}
	}
	v.points = append(v.points, p)
}

// settlePoints holds the checkpoints against the newest, when all are there.
func (v *verifier) settlePoints() {
	if len(v.keys) == 0 {
		v.put(Finding{Code: "keys", Text: workflow.Say("没有可用的公钥，检查点的签名无从核对", "there are no public keys, so no signature can be verified")})
	}
	if len(v.points) == 0 {
		v.put(Finding{Code: "checkpoint", Text: workflow.Say("没有可用的检查点，无从证明记录已封存", "there is no checkpoint, so nothing shows that the lines were sealed")})
		return
	}
	v.newest = &v.points[len(v.points)-1]
	if v.headed && v.newest.Size != v.h.Size {
		record := v.newest.record
		defer func() { v.newest = nil }() // proofs are of another
		v.put(Finding{Code: "checkpoint", Record: record,
			Text: workflow.Say("最新的检查点应有%d条，证明包里最新的只有%d条：被拿掉了", "the newest checkpoint should be over %d lines, that of the bundle is over %d: it was taken out", v.h.Size, v.newest.Size)})
		return
	}
	v.newest.holds = true
	if v.h.Leaves {
		v.tree.roots = make(map[int64]tlog.Hash)
		for n := range v.points {
			v.tree.roots[v.points[n].Size] = tlog.Hash{}
		}
		for _, held := range v.held {
			if c, err := Peek(held); err == nil && c.Size > 0 && c.Size <= v.newest.Size {
				v.tree.roots[c.Size] = tlog.Hash{}
			}
		}
		return
	}
	for n := range v.points[:len(v.points)-1] {
		p := &v.points[n]
		p.holds = v.newest.GrowsFrom(p.Checkpoint, p.proof)
		p.proof = nil
	}
	v.judgePoints()
	v.settleRoots()
	v.hold()
}

// settleRoots keeps the roots that the bundle gives and the newest checkpoint grows out of.
func (v *verifier) settleRoots() {
	v.tree.roots = make(map[int64]tlog.Hash)
	for _, r := range v.given {
		if !v.newest.GrowsFrom(Checkpoint{Origin: v.newest.Origin, Size: r.Size, Root: r.Root}, r.Proof) {
			v.put(Finding{Code: "consistency", Record: r.record,
				Text: workflow.Say("日志在%d条时的总指纹与最新的检查点接不上", "what the bundle says the log was at %d lines does not fit the newest checkpoint", r.Size)})
			continue
		}
		v.tree.roots[r.Size] = r.Root
	}
	v.given = nil
}

// leaves adds hashes of lines to the tree.
func (v *verifier) leaves(r *leavesRecord) {
	if v.tree.torn {
		return // named already
	}
	if r.First != v.tree.grown.Size() || len(r.Hashes)%tlog.HashSize != 0 {
		v.tree.torn = true
		v.wrong("leaves", workflow.Say("日志指纹接不上（文件第%d行）", "the fingerprints of the log do not follow each other (line %d of the file)", v.n), "hashes")
		return
	}
	for b := r.Hashes; len(b) > 0; b = b[tlog.HashSize:] {
		leaf := tlog.Hash(b[:tlog.HashSize])
		v.tree.grown.Add(leaf)
		v.tree.leaf = append(v.tree.leaf, leaf)
		if _, asked := v.tree.roots[v.tree.grown.Size()]; asked {
			v.tree.roots[v.tree.grown.Size()] = v.tree.grown.Root()
		}
	}
}

// settleTree holds the tree that the leaves make against the checkpoints.
func (v *verifier) settleTree() {
	if !v.h.Leaves || v.newest == nil || v.tree.torn {
		return
	}
	for n := range v.points {
		p := &v.points[n]
		p.holds = v.tree.roots[p.Size] == p.Root || p.Size == 0 && p.Root == (&Grown{}).Root()
	}
	v.judgePoints()
	v.hold()
}

// judgePoints says where the log stops being what checkpoints say.
func (v *verifier) judgePoints() {
	for n := range v.points {
		if v.points[n].holds {
			continue
		}
		since := workflow.Day("")
		if n > 0 {
			since = v.points[n-1].Day()
		}
		v.put(Finding{Code: "consistency", Record: v.points[n].record, Since: since,
			Text: workflow.Say("%s的检查点（%d条）与后来的日志接不上：当时的记录后来被改过或删过%s", "the checkpoint of %s (%d lines) does not fit the later log: lines of that time were altered or deleted since%s",
				shown(v.points[n].At), v.points[n].Size, upTo(since))})
	}
}

// upTo says until when everything still holds.
func upTo(since workflow.Day) workflow.Text {
	if since == "" {
		return workflow.Text{}
	}
	return workflow.Say("；到%s为止的仍然相符", "; up to %s it still holds", since)
}

// readHeld reads the checkpoints that somebody kept.
func (v *verifier) readHeld() {
	for _, text := range v.o.Held {
		kept, err := Kept(text)
		if err != nil {
			v.uncompared("held_none", heldNone())
		}
		v.held = append(v.held, kept...)
	}
}

// uncompared puts down that something that was held could not be compared: the report is no answer to what was asked.
func (v *verifier) uncompared(code string, text workflow.Text) {
	v.short = true
	v.open(code, text)
}

// hold compares the checkpoints that somebody kept with those of the bundle.
func (v *verifier) hold() {
	if len(v.held) == 0 && !v.short {
		v.open("no_held", workflow.Say("没有拿您手里留存的检查点来比对。如果整个数据库被退回到过去的样子，或者掌握签名密钥的人重写了记录，只凭证明包看不出来；请用 --held 带上以前留存的检查点再核验一次。",
			"No checkpoint that you kept was held against it. If the whole database was turned back, or rewritten by somebody who has the key, a bundle alone cannot show it: verify again with --held and a checkpoint that you kept."))
	}
	for _, held := range v.held {
		v.holdOne(held)
	}
	v.held = nil
}

func (v *verifier) holdOne(held string) {
	if code, ok := ShortCode(held); ok {
		v.holdCode(code)
		return
	}
	c, err := Peek(held)
	if err == nil && v.isLater(c) {
		v.uncompared("held_later", workflow.Say("您留存的%s的检查点（%d条）晚于这个证明包（最新的检查点是%s签发的），没法比对：请带上它另取一个证明包。如果这个证明包是您留存检查点之后才取的，那就是数据库被退回、时钟被拨回",
			"the checkpoint of %s (%d lines) that you kept is later than this bundle (its newest is of %s) and cannot be compared: take another bundle, with it. If you took this one after you kept the checkpoint, the database was turned back, and so was the clock",
			shown(c.At), c.Size, shown(v.newest.At)))
		return
	}
	if len(v.keys) > 0 {
		var signed Signed
		signed, err = Open(held, v.keys, v.o.Witnesses...)
		c = signed.Checkpoint
	}
	var fault *workflow.Fault
	switch {
	case errors.As(err, &fault):
		v.put(Finding{Code: "held", Text: workflow.Say("您留存的检查点：%s。它不是这本日志的密钥签的，或不完整", "the checkpoint that you kept: %s. It is not signed with a key of this log, or not whole", fault.Text)})
	case v.headed && c.Origin != v.h.Origin:
		v.put(Finding{Code: "held", Text: workflow.Say("您留存的检查点是另一本日志的（%s），不是这个系统的，或者日志被换掉了", "the checkpoint that you kept is of another log (%s): of another office, or the log was replaced", c.Origin)})
	case c.Size > v.newest.Size:
		v.put(Finding{Code: "held", Since: v.dayBefore(v.newest.Size),
			Text: workflow.Say("数据库被退回过：您留存的%s的检查点有%d条记录，现在的日志只有%d条", "the database was turned back: the checkpoint of %s that you kept has %d lines, the log has only %d now", shown(c.At), c.Size, v.newest.Size)})
	default:
		v.holdAgainst(c)
	}
}

// isLater says whether a checkpoint of this log is of more lines, and of a later moment, than the newest of the bundle: the log has grown
// since. Checkpoints of a log never go back in time, so a larger one of an earlier moment is another matter, and so is one that was there
// when the bundle was taken.
func (v *verifier) isLater(c Checkpoint) bool {
	return !slices.Contains(v.h.Held, c.ShortCode()) && c.Origin == v.newest.Origin && c.Size > v.newest.Size && !c.At.Before(v.newest.At)
}

// holdAgainst compares a checkpoint that is not larger than the newest.
func (v *verifier) holdAgainst(c Checkpoint) {
	root, known := v.tree.roots[c.Size]
	since := v.dayBefore(c.Size)
	for n := range v.points {
		if v.points[n].Size == c.Size && !v.h.Leaves {
			root, known = v.points[n].Root, v.points[n].holds
			if !known {
				return // it was named already
			}
		}
	}
	switch {
	case !known:
		v.uncompared("held_unknown", workflow.Say("您留存的%s的检查点（%d条）不在这个证明包里，没法比对；请带上它另取一个证明包（网页“核验证明包”，或命令行 rectify bundle … --held）", "the checkpoint of %s (%d lines) that you kept is not in this bundle and cannot be compared; take another bundle with it (page Verify a bundle, or rectify bundle … --held)", shown(c.At), c.Size))
	case root != c.Root:
		v.put(Finding{Code: "held", Since: since, Text: workflow.Say("日志被重写过：您留存的%s的检查点（%d条）与现在的日志不是同一段历史%s",
			"the log was rewritten: the checkpoint of %s (%d lines) that you kept tells another history than the log does now%s", shown(c.At), c.Size, upTo(since))})
	default:
		v.rep.Checked = append(v.rep.Checked, Finding{Code: "held", Text: workflow.Say("您留存的%s的检查点（%d条）与现在的日志相符：那以前的记录一条没变",
			"the checkpoint of %s (%d lines) that you kept fits the log: nothing before it was changed", shown(c.At), c.Size)})
	}
}

func (v *verifier) holdCode(code string) {
	for n := range v.points {
		if p := &v.points[n]; p.ShortCode() == code {
			if p.holds {
				v.rep.Checked = append(v.rep.Checked, Finding{Code: "held", Text: workflow.Say("您留存的短码%s是%s的检查点（%d条），与现在的日志相符",
					"the short code %s that you kept is that of the checkpoint of %s (%d lines), which fits the log", code, shown(p.At), p.Size)})
			}
			return
		}
	}
	v.uncompared("held_unknown", workflow.Say("证明包里没有短码为%s的检查点，没法比对；请带上这个短码另取一个证明包（网页“核验证明包”，或命令行 rectify bundle … --held），或用检查点全文（二维码里的内容）",
		"no checkpoint of the bundle has the short code %s, so it cannot be compared; take another bundle with it (page Verify a bundle, or rectify bundle … --held), or use the whole checkpoint (what the QR code holds)", code))
}

// dayBefore is the day of the last checkpoint that holds and is not larger than a size.
func (v *verifier) dayBefore(size int64) workflow.Day {
	for n := len(v.points) - 1; n >= 0; n-- {
		if v.points[n].holds && v.points[n].Size < size {
			return v.points[n].Day()
		}
	}
	return ""
}

// around finds the checkpoints before and after a place in the log, nil where there is none.
func (v *verifier) around(leaf int64) (before, after *point) {
	at, _ := slices.BinarySearchFunc(v.points, leaf+1, func(p point, size int64) int {
		if p.Size < size {
			return -1
		}
		return 1
	})
	if at > 0 {
		before = &v.points[at-1]
	}
	if at < len(v.points) {
		after = &v.points[at]
	}
	return before, after
}

// complete says which places of the log a span should have and does not.
func (v *verifier) complete() {
	w := v.h.What
	if !v.headed || !w.All {
		return
	}
	slices.Sort(v.tree.seen)
	seen := slices.Compact(v.tree.seen)
	missing, first := w.Last-w.First-int64(len(seen)), int64(-1)
	next := w.First
	for _, leaf := range seen {
		if leaf != next {
			break
		}
		next++
	}
	if next < w.Last {
		first = next
	}
	if missing == 0 && first < 0 || missing == int64(v.lost) {
		return
	}
	before, after := v.around(first)
	since := workflow.Day("")
	if before != nil {
		since = before.Day()
	}
	by := ""
	if after != nil {
		by = shown(after.At)
	}
	v.put(Finding{Code: "complete", Since: since, Text: workflow.Say("日志这一段应有%d条记录，缺%d条：第%s条（%s前已封存）不见了", "this span of the log should have %d lines; %d are missing, the first is number %s (sealed before %s)",
		w.Last-w.First, missing, strconv.FormatInt(first+1, 10), by)})
}
