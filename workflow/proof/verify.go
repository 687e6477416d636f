package proof

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"hash"
	"io"
	"regexp"
	"strconv"
	"time"

	"rectify/workflow"
)

// errBehind says that something stands behind a record on its line.
var errBehind = errors.New("something behind the record")

// Options is what somebody who verifies a bundle brings along.
type Options struct {
	Held      []string    // checkpoints that they kept: signed texts, or short codes, as Kept reads them
	Keys      []PublicKey // of the log, from elsewhere; nil for those of the bundle itself
	Witnesses []string    // public keys of witnesses

	Line func(*workflow.Line) // is handed each line of history that can be read, in their order, whatever is wrong with it; nil for none
}

// Verify checks a bundle: every record, every line, and that they are in the log that the checkpoints vouch for. It never fails: what
// it could not read, it says. It keeps in memory what it needs of one issue, the checkpoints, and 32 bytes for each leaf that the bundle has.
func Verify(r io.Reader, o Options) Report {
	v := &verifier{o: o, in: bufio.NewReaderSize(r, 1<<16), sum: sha256.New(), keys: o.Keys, failed: make(map[string]bool), texts: make(map[string]bool)}
	v.readHeld()
	for {
		raw, err := v.read()
		if errors.Is(err, io.EOF) {
			break
		}
		v.n++
		if err != nil {
			v.stop(err)
			return v.rep
		}
		v.record(raw)
		if v.rep.Outcome == Unreadable {
			return v.rep
		}
	}
	v.finish()
	return v.rep
}

// The ranks of records: none comes after one of a higher rank.
var ranks = map[string]int{
	isBundle: 0, isKeys: 1, isCheckpoint: 2, isRoot: 2, isLeaves: 3, isDefinition: 4, isPolicy: 4, isLine: 5, isRow: 5, isFile: 5, isEnd: 6,
}

type verifier struct {
	o     Options
	in    *bufio.Reader
	rep   Report
	sum   hash.Hash
	n     int64 // the record that is looked at, from 1
	rank  int
	cut   bool // the last record has no end
	ended bool

	h       Header
	headed  bool // there is a header
	keys    []PublicKey
	points  []point
	newest  *point
	given   []givenRoot
	held    []string // the checkpoints and short codes of the options, as they are compared
	short   bool     // something that was held could not be compared
	tree    treeOf
	texts   map[string]bool // hashes of the definitions
	policy  []string        // its files, as long as no line has put them on record
	ruled   bool            // there is such a line
	issue   int64           // the last one, and its number
	number  string
	g       group
	lost    int             // lines that could not be read
	lostRow int             // rows that could not be read
	longest time.Duration   // from a line to the first checkpoint that has it
	failed  map[string]bool // codes of what is wrong
	counts  counts
}

type counts struct {
	subjects, rows, judged, texts, named int64
	moved, replanted                     int64
}

// read returns the next line of the file without its end.
func (v *verifier) read() ([]byte, error) {
	var all []byte
	for {
		piece, err := v.in.ReadSlice('\n')
		if len(all)+len(piece) > maxRecord {
			return nil, errTooLong
		}
		all = append(all, piece...)
		switch {
		case err == nil:
			return all[:len(all)-1], nil
		case errors.Is(err, io.EOF) && len(all) > 0:
			v.cut = true
			return all, nil
		case !errors.Is(err, bufio.ErrBufferFull):
			return nil, err
		}
	}
}

var errTooLong = errors.New("the record is too long")

// stop ends a verification that cannot go on.
func (v *verifier) stop(err error) {
	if errors.Is(err, errTooLong) && v.headed {
		v.wrong("record", workflow.Say("第%d行长得不像证明包的记录，到此为止", "line %d of the file is longer than any record; stopped there", v.n), "")
		return
	}
	v.rep.Outcome = Unreadable
	v.rep.Wrong = append(v.rep.Wrong, Finding{Code: "unreadable", Record: v.n, Text: workflow.Say("文件读不出来：%v", "the file cannot be read: %v", err)})
}

// record looks at one record.
func (v *verifier) record(raw []byte) {
	if v.ended {
		v.wrong("record", workflow.Say("第%d行在结尾之后，是后来加上的", "line %d of the file stands behind the end: it was added", v.n), "")
		return
	}
	before := v.wrongs()
	body, fits := unchecked(raw)
	is := kindOf(body)
	if v.n == 1 && is != isBundle && !bytes.Contains(raw, []byte(`"`+Format+`"`)) {
		v.rep.Outcome = Unreadable
		v.rep.Wrong = append(v.rep.Wrong, Finding{Code: "unreadable", Record: 1, Text: workflow.Say("这不是证明包", "this is not a bundle")})
		return
	}
	rank, known := ranks[is]
	switch {
	case !known:
		v.damaged(raw, nil)
	case (rank == 0) != (v.n == 1) || rank < v.rank:
		v.wrong("record", workflow.Say("第%d行的位置不对", "line %d of the file stands in the wrong place", v.n), "")
	default:
		v.climb(rank)
		record, take := v.taker(is)
		if err := decode(body, record); err != nil {
			v.damaged(raw, err)
			break
		}
		canon, err := encode(record)
		take()
		if odd := err != nil || !fits || !bytes.Equal(canon, raw); odd && v.wrongs() == before {
			v.odd(is, raw, canon)
		}
	}
	if is != isEnd {
		v.sum.Write(raw)
		v.sum.Write([]byte{'\n'})
	}
}

// taker is where a record of the kind is read into, and what looks at it then.
func (v *verifier) taker(is string) (record any, take func()) {
	switch is {
	case isBundle:
		return &v.h, v.header
	case isKeys:
		r := new(keysRecord)
		return r, func() { v.publicKeys(r) }
	case isCheckpoint:
		r := new(checkpointRecord)
		return r, func() { v.checkpoint(r) }
	case isRoot:
		r := new(rootRecord)
		return r, func() { v.given = append(v.given, givenRoot{*r, v.n}) }
	case isLeaves:
		r := new(leavesRecord)
		return r, func() { v.leaves(r) }
	case isDefinition, isPolicy:
		r := new(textRecord)
		return r, func() { v.text(r) }
	case isLine:
		r := new(lineRecord)
		return r, func() { v.line(r) }
	case isRow:
		r := new(Row)
		return r, func() { v.row(r) }
	case isFile:
		r := new(fileRecord)
		return r, func() { v.file(r) }
	}
	r := new(endRecord)
	return r, func() { v.end(r) }
}

// climb goes on to records of a rank, and settles what is complete by then.
func (v *verifier) climb(rank int) {
	if !v.headed && rank == ranks[isLeaves] {
		v.h.Leaves = true
	}
	if v.rank <= 2 && rank > 2 {
		v.settlePoints()
	}
	if v.rank <= 3 && rank > 3 {
		v.settleTree()
	}
	if v.rank <= 5 && rank > 5 {
		v.endGroup()
	}
	v.rank = max(v.rank, rank)
}

func (v *verifier) header() {
	if v.h.Format != Format {
		if _, err := json.Marshal(v.h); err == nil && len(v.h.Format) < 64 {
			v.wrong("record", workflow.Say("证明包的格式“%s”这个程序不认识，请用新版程序核验", "this program does not know the format %q; verify with a newer one", v.h.Format), "format")
		}
	}
	v.headed = true
	v.rep.About, v.rep.Origin = v.h.about(), v.h.Origin
}

// wrongs counts what is wrong so far.
func (v *verifier) wrongs() int { return len(v.rep.Wrong) + v.rep.More }

// wrong puts down something that is wrong with the record that is looked at.
func (v *verifier) wrong(code string, text workflow.Text, field string) {
	v.put(Finding{Code: code, Text: text, Record: v.n, Field: field})
}

func (v *verifier) put(f Finding) {
	v.failed[f.Code] = true
	v.rep.Find(f)
}

func (v *verifier) checked(text workflow.Text, unless ...string) {
	for _, code := range unless {
		if v.failed[code] {
			return
		}
	}
	v.rep.Checked = append(v.rep.Checked, Finding{Code: unless[0], Text: text})
}

func (v *verifier) open(code string, text workflow.Text) {
	v.rep.Open = append(v.rep.Open, Finding{Code: code, Text: text})
}

var (
	kindPattern  = regexp.MustCompile(`^\{"is":"([a-z]{1,12})"`)
	linePattern  = regexp.MustCompile(`"kind":"([a-z_]{1,32})","subject":"(-?[0-9]{1,19})","seq":([0-9]{1,9})`)
	fieldPattern = regexp.MustCompile(`[{,]"([a-z_0-9]{1,32})":`)
)

func kindOf(body []byte) string {
	if m := kindPattern.FindSubmatch(body[:min(len(body), 64)]); m != nil {
		return string(m[1])
	}
	return ""
}

// damaged names a record that cannot be read, as far as it can still be told what it was.
func (v *verifier) damaged(raw []byte, err error) {
	at := len(raw)
	var syntax *json.SyntaxError
	var shape *json.UnmarshalTypeError
	field := ""
	switch {
	case errors.As(err, &syntax):
		at = int(syntax.Offset)
	case errors.As(err, &shape):
		field = shape.Field
	}
	if field == "" {
		field = fieldBefore(raw, at)
	}
	is := kindOf(raw)
	switch is {
	case isBundle:
		v.h = Header{}
	case isLeaves:
		v.tree.torn = true
	}
	m := linePattern.FindSubmatch(raw[:min(len(raw), 512)])
	if m == nil || (is != "" && is != isLine && ranks[is] != 0) {
		if is == isRow {
			v.lostRow++
		} else if ranks[is] == 0 && v.n > 1 {
			v.lost++ // it may have been one
			v.g.broken = true
		}
		v.wrong("record", workflow.Say("第%d行（%s）已残缺，读不出来，改动处在“%s”附近", "line %d of the file (%s) is damaged near “%s” and cannot be read", v.n, recordText(is), fieldText(field)), field)
		return
	}
	v.lost++
	v.g.broken = true
	seq, _ := strconv.Atoi(string(m[3]))
	subject, _ := strconv.ParseInt(string(m[2]), 10, 64)
	number := ""
	if v.g.kind == string(m[1]) && v.g.subject == subject {
		number = v.g.number
	}
	of := number
	if of == "" {
		of = string(m[2])
	}
	name := &LineName{Kind: string(m[1]), Subject: subject, Number: number, Seq: seq, Text: workflow.Say("%s%s的第%d条", "%s %s, line %d", kindText(string(m[1])), of, seq)}
	v.put(Finding{Code: "line", Record: v.n, Line: name, Field: field,
		Text: workflow.Say("%s已残缺，读不出来，改动处在“%s”附近（文件第%d行）", "%s is damaged near “%s” and cannot be read (line %d of the file)", name.Text, fieldText(field), v.n)})
}

// odd names a record that is not as the program writes it.
func (v *verifier) odd(is string, raw, canon []byte) {
	at := 0
	for at < min(len(raw), len(canon)) && raw[at] == canon[at] {
		at++
	}
	field := fieldBefore(raw, at+1)
	if at >= len(raw)-checkLength {
		field = "check"
	}
	f := Finding{Code: "record", Record: v.n, Field: field}
	if is == isLine && v.g.last != nil {
		f.Line = v.g.last
		f.Text = workflow.Say("%s在证明包里被改过（文件第%d行，“%s”）", "%s was altered in the bundle (line %d of the file, “%s”)", f.Line.Text, v.n, fieldText(field))
	} else {
		f.Text = workflow.Say("%s在证明包里被改过（文件第%d行，“%s”）", "%s was altered in the bundle (line %d of the file, “%s”)", recordText(is), v.n, fieldText(field))
	}
	v.put(f)
}

// fieldBefore is the field that begins last before a place in a record.
func fieldBefore(raw []byte, at int) string {
	field := ""
	for _, m := range fieldPattern.FindAllSubmatchIndex(raw[:min(max(at, 0), len(raw))], -1) {
		field = string(raw[m[2]:m[3]])
	}
	return field
}

func recordText(is string) workflow.Text {
	switch is {
	case isBundle:
		return workflow.Say("首行", "the header")
	case isKeys:
		return workflow.Say("公钥", "the public keys")
	case isCheckpoint:
		return workflow.Say("检查点", "a checkpoint")
	case isRoot:
		return workflow.Say("日志的总指纹", "a root of the log")
	case isLeaves:
		return workflow.Say("日志指纹", "fingerprints of the log")
	case isDefinition:
		return workflow.Say("流程定义", "a definition")
	case isPolicy:
		return workflow.Say("权限文件", "the policy")
	case isLine:
		return workflow.Say("一条记录", "a line of history")
	case isRow:
		return workflow.Say("问题的现状", "the row of an issue")
	case isFile:
		return workflow.Say("佐证文件", "a file of evidence")
	case isEnd:
		return workflow.Say("结尾", "the end")
	}
	return workflow.Say("不认识的记录", "an unknown record")
}
