package engine

import (
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"rectify/workflow"
	"rectify/workflow/pack"
	"rectify/workflow/proof"
	"rectify/workflow/store"
)

// Check verifies the bundle of the pack, and that what pages show is what the bundle proves: that the database has the lines of the
// bundle and no others, that its rows are what those lines tell, and that the files of evidence are those that they name. held are
// checkpoints that somebody kept. What is wrong is in the report; an error is one of reading.
func (d *Desk) Check(ctx context.Context, held []string) (proof.Report, error) {
	in, err := d.Bundle()
	if errors.Is(err, fs.ErrNotExist) {
		r := proof.Report{Outcome: proof.Unreadable}
		r.Wrong = append(r.Wrong, proof.Finding{Code: "unreadable", Text: workflow.Say("数据包里没有证明，不能核验里面的内容", "there is no proof in the pack: what is in it cannot be verified")})
		return r, nil
	}
	if err != nil {
		return proof.Report{}, err
	}
	c := &packCheck{desk: d, ctx: ctx, files: make(map[string]bool)}
	r := proof.Verify(in, proof.Options{Held: held, Witnesses: d.e.witnesses, Line: c.line})
	c.endSubject()
	if err := errors.Join(c.err, in.Close()); err != nil {
		return r, err
	}
	if r.Outcome == proof.Unreadable {
		return r, nil
	}
	for _, f := range c.wrong {
		r.Find(f)
	}
	r.Open = slices.DeleteFunc(r.Open, func(f proof.Finding) bool { return f.Code == "no_files" }) // the pack may have them
	if err := errors.Join(c.subjects(&r), c.rows(&r), c.evidence(&r)); err != nil {
		return r, err
	}
	c.say(&r)
	return r, nil
}

// Bundle opens the bundle of the pack, as package proof verifies it. The caller closes it. fs.ErrNotExist where the pack has none.
func (d *Desk) Bundle() (io.ReadCloser, error) {
	f, err := os.Open(filepath.Join(d.dir, pack.Proof))
	if err != nil {
		return nil, err
	}
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return unpacked{z, f}, nil
}

// unpacked reads a compressed file.
type unpacked struct {
	io.Reader
	io.Closer
}

// packCheck holds the database of a pack against its bundle.
type packCheck struct {
	desk   *Desk
	ctx    context.Context //nolint:containedctx // it lives as long as the call
	id     int64           // the issue whose lines come
	lines  []workflow.Line // of it, as the database has them and the bundle has not come to yet
	issues int
	count  int
	files  map[string]bool // hashes that lines name
	wrong  []proof.Finding
	err    error
}

// line is handed the lines of the bundle one after the other.
func (c *packCheck) line(l *workflow.Line) {
	if l.Kind != workflow.KindIssue || c.err != nil {
		return
	}
	if l.Subject != c.id || c.issues == 0 {
		c.endSubject()
		if c.err = c.begin(l.Subject); c.err != nil {
			return
		}
	}
	for _, hash := range proof.FilesNamed(l) {
		c.files[hash] = true
	}
	c.count++
	if len(c.lines) == 0 {
		c.differs(l, "数据包里少了%s", "the pack does not have %s")
		return
	}
	if is := &c.lines[0]; is.Digest != l.Digest || is.Hash(is.Prev) != l.Hash(l.Prev) {
		c.differs(l, "%s在数据包里显示的与证明的不同", "what the pack shows of %s is not what is proven")
	}
	c.lines = c.lines[1:]
}

// named names a line by the number of its issue, if there is one.
func (c *packCheck) named(l *workflow.Line) workflow.Text {
	of := strconv.FormatInt(l.Subject, 10)
	if i, err := c.desk.e.db.Issue(c.ctx, workflow.IssueID(l.Subject)); err == nil {
		of = i.Number
	}
	return workflow.Say("问题%s的第%d条记录", "line %[2]d of issue %[1]s", of, l.Seq)
}

func (c *packCheck) differs(l *workflow.Line, zh, en string) {
	name := c.named(l)
	c.wrong = append(c.wrong, proof.Finding{Code: "pack", Text: workflow.Say(zh, en, name), Line: &proof.LineName{Kind: l.Kind, Subject: l.Subject, Seq: l.Seq, Text: name}})
}

func (c *packCheck) begin(id int64) (err error) {
	c.id, c.lines = id, nil
	c.issues++
	for {
		some, err := c.desk.e.db.History(c.ctx, workflow.KindIssue, id, len(c.lines), PageLimit)
		c.lines = append(c.lines, some...)
		if err != nil || len(some) < PageLimit {
			return err
		}
	}
}

// endSubject is called when the bundle has no more lines of an issue.
func (c *packCheck) endSubject() {
	for n := range c.lines {
		c.differs(&c.lines[n], "%s不在证明里，是后来加进数据包的", "%s is not in the proof: it was put into the pack later")
	}
	c.lines = nil
}

// subjects looks for issues that the bundle does not have.
func (c *packCheck) subjects(r *proof.Report) error {
	there := 0
	err := c.desk.e.db.EachIssue(c.ctx, store.Scope{All: true}, Filter{Today: c.desk.e.Today()}, func(workflow.Issue) error { there++; return nil })
	if err == nil && there != c.issues {
		r.Find(proof.Finding{Code: "pack", Text: workflow.Say("数据包里有%d个问题，证明里有%d个", "there are %d issues in the pack and %d in the proof", there, c.issues)})
	}
	return err
}

// rows holds the rows, and whatever lists and figures are made of, against the lines.
func (c *packCheck) rows(r *proof.Report) error {
	_, err := c.desk.e.db.Replay(c.ctx, func(store.Replayed) {}, func(d store.Difference) error {
		of := d.Number
		if of == "" {
			of = strconv.FormatInt(int64(d.Issue), 10)
		}
		r.Find(proof.Finding{Code: "pack", Field: d.Place, Text: workflow.Say("问题%s在数据包里显示的“%s”（%s）与办理记录（%s）对不上", "issue %s: the pack shows “%s” as %s, its history tells %s", of, d.Place, d.Row, d.History)})
		return nil
	})
	return err
}

// evidence reads the files that came along. What is shown under a hash must have it.
func (c *packCheck) evidence(r *proof.Report) error {
	fit, absent := 0, 0
	for _, hash := range slices.Sorted(maps.Keys(c.files)) {
		sum, err := c.desk.e.sum(hash)
		switch {
		case errors.Is(err, workflow.ErrNotFound):
			absent++
		case err != nil:
			return err
		case sum != hash:
			r.Find(proof.Finding{Code: "file", Text: workflow.Say("佐证文件%s…的内容被改过", "the file of evidence %s… was altered", hash[:12])})
		default:
			fit++
		}
	}
	if fit > 0 {
		r.Checked = append(r.Checked, proof.Finding{Code: "file", Text: workflow.Say("数据包里的%d个佐证文件与记录里的指纹一致", "%d files of evidence in the pack are those that the lines name", fit)})
	}
	if absent > 0 {
		r.Open = append(r.Open, proof.Finding{Code: "no_files", Text: workflow.Say("记录里提到的%d个佐证文件没有装进数据包，只有指纹", "%d files of evidence that lines name are not in the pack; their fingerprints are", absent)})
	}
	return nil
}

// sum is the SHA-256 of the file that is kept under a hash.
func (e *Engine) sum(hash string) (string, error) {
	f, err := e.files.Open(hash)
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	_, err = io.Copy(sum, f)
	return hex.EncodeToString(sum.Sum(nil)), errors.Join(err, f.Close())
}

// say says what was held against each other, and what the proof does not reach.
func (c *packCheck) say(r *proof.Report) {
	if !slices.ContainsFunc(r.Wrong, func(f proof.Finding) bool { return f.Code == "pack" }) {
		r.Checked = append(r.Checked, proof.Finding{Code: "pack", Text: workflow.Say("数据包里显示的%d个问题、%d条记录，与证明逐条相同；列表和数字都由它们推算得出",
			"the %d issues and %d lines that the pack shows are those of the proof, one by one; lists and figures follow from them", c.issues, c.count)})
	}
	r.Open = append(r.Open, proof.Finding{Code: "names", Text: workflow.Say("组织、人员的现用名称和清单标题取自制作数据包时的目录，不在证明之内；每条记录里的姓名和单位是当时写下的，在证明之内",
		"Names of organisations and people as they are now, and titles of checklists, are those of the register when the pack was made and are not proven; the names in each line are.")})
}
