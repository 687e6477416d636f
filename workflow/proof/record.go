package proof

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"time"
	"unicode/utf8"

	"golang.org/x/mod/sumdb/tlog"

	"rectify/workflow"
)

// Format is the first word of every bundle.
const Format = "rectify/bundle/1"

// kindRules is the kind of subject of lines that put on record by which policy and machines the program decides.
const kindRules = "rules"

// The kinds of record, in the order in which a bundle has them. Lines, rows and files of one subject stand together.
const (
	isBundle     = "bundle"
	isKeys       = "keys"
	isCheckpoint = "checkpoint"
	isRoot       = "root"
	isLeaves     = "leaves"
	isDefinition = "definition"
	isPolicy     = "policy"
	isLine       = "line"
	isRow        = "row"
	isFile       = "file"
	isEnd        = "end"
)

const (
	maxRecord   = 8 << 20 // bytes of a record
	fileChunk   = 1 << 20 // bytes of a file in a record
	leavesAtime = 8192    // leaves in a record
	checkLength = len(`,"check":"0123456789abcdef"}`)
)

// Header is the first record of a bundle: what was asked for, when and by whom.
type Header struct {
	Is      string `json:"is"`
	Format  string `json:"format"`
	Origin  string `json:"origin"` // the log
	Size    int64  `json:"size"`   // lines that the log had
	What    What   `json:"what"`
	At      string `json:"at"`
	By      string `json:"by"` // who took it: name, post and organisation
	Account string `json:"account,omitempty"`
	Leaves  bool   `json:"leaves,omitempty"`   // the hashes of all lines of the log are there, so lines have no proof of their own
	Files   bool   `json:"files,omitempty"`    // the files of evidence are there
	LeftOut int    `json:"left_out,omitempty"` // issues of the checklist that the one who took it may not see

	Held []string `json:"held,omitempty"` // short codes of the checkpoints that who took it had with them: they are earlier than it
}

// What says what a bundle is about: an issue, a checklist, the issues of an offline pack, the issues that went on in a span of days as far as one may see them, or a span
// of the log itself, whatever its lines are about.
type What struct {
	Issue     int64        `json:"issue,omitempty,string"`
	Number    string       `json:"number,omitempty"`
	Checklist int64        `json:"checklist,omitempty,string"`
	Mandate   string       `json:"mandate,omitempty"` // the number of that under which an offline pack was made
	Title     string       `json:"title,omitempty"`
	From      workflow.Day `json:"from,omitempty"`
	To        workflow.Day `json:"to,omitempty"`
	All       bool         `json:"all,omitempty"`   // a span of the log: every line of it is there
	First     int64        `json:"first,omitempty"` // the place in the log of its first line
	Last      int64        `json:"last,omitempty"`  // and the place after its last line
}

type keysRecord struct {
	Is   string      `json:"is"`
	Keys []PublicKey `json:"keys"`
}

type checkpointRecord struct {
	Is    string      `json:"is"`
	Note  string      `json:"note"`
	Proof []tlog.Hash `json:"proof,omitempty"` // that the newest grows out of it
}

// rootRecord says what the log was at a size of which there is no checkpoint, for one that somebody holds.
type rootRecord struct {
	Is    string      `json:"is"`
	Size  int64       `json:"size"`
	Root  tlog.Hash   `json:"root"`
	Proof []tlog.Hash `json:"proof,omitempty"` // that the newest checkpoint grows out of it
}

type leavesRecord struct {
	Is     string `json:"is"`
	First  int64  `json:"first"`
	Hashes []byte `json:"hashes"`
}

type textRecord struct {
	Is      string `json:"is"` // definition or policy
	Hash    string `json:"hash"`
	Name    string `json:"name"`
	Text    string `json:"text"`
	InForce bool   `json:"in_force,omitempty"`
}

// Row is the row of an issue as the database has it now.
type Row struct {
	Is      string            `json:"is"`
	Subject int64             `json:"subject,string"`
	Seq     int               `json:"seq"`  // of its last line of history
	Head    tlog.Hash         `json:"head"` // the digest of that line
	Columns map[string]string `json:"columns"`
	Doc     string            `json:"doc"`
}

type fileRecord struct {
	Is    string `json:"is"`
	Hash  string `json:"hash"`
	Part  int    `json:"part"` // counted from 0
	Last  bool   `json:"last,omitempty"`
	Gone  bool   `json:"gone,omitempty"` // it is not in the store any more
	Bytes []byte `json:"bytes"`
}

type endRecord struct {
	Is      string `json:"is"`
	Records int64  `json:"records"` // before this one
	SHA256  string `json:"sha256"`  // of every byte before this record
	Signed  string `json:"signed"`  // the same, signed with the keys of the log
}

// lineRecord is a line of history with its place in the log.
type lineRecord struct {
	Is         string            `json:"is"`
	Leaf       int64             `json:"leaf"` // -1 for a line that is not sealed
	Kind       string            `json:"kind"`
	Subject    int64             `json:"subject,string"`
	Seq        int               `json:"seq"`
	At         string            `json:"at"`
	Action     string            `json:"action"`
	Person     int64             `json:"person,omitempty,string"`
	Name       string            `json:"name,omitempty"`
	For        int64             `json:"for,omitempty,string"`
	Post       string            `json:"post,omitempty"`
	Org        int64             `json:"org,omitempty,string"`
	OrgName    string            `json:"org_name,omitempty"`
	Relation   string            `json:"relation,omitempty"`
	Rule       string            `json:"rule,omitempty"`
	OSUser     string            `json:"os_user,omitempty"`
	Round      int               `json:"round,omitempty"`
	Version    int               `json:"version,omitempty"`
	From       string            `json:"from,omitempty"`
	To         string            `json:"to,omitempty"`
	Note       string            `json:"note,omitempty"`
	Definition string            `json:"definition,omitempty"`
	Data       string            `json:"data,omitempty"`
	Raw        map[string][]byte `json:"raw,omitempty"` // texts that are not UTF-8, in place of the field
	Prev       tlog.Hash         `json:"prev"`
	Digest     tlog.Hash         `json:"digest"`
	Proof      []tlog.Hash       `json:"proof,omitempty"`
	Tags       string            `json:"tags"`
}

// texts are the fields that may hold anything, by their names.
func (r *lineRecord) texts() map[string]*string {
	return map[string]*string{
		"action": &r.Action, "name": &r.Name, "post": &r.Post, "org_name": &r.OrgName, "relation": &r.Relation, "rule": &r.Rule, "os_user": &r.OSUser,
		"from": &r.From, "to": &r.To, "note": &r.Note, "definition": &r.Definition, "data": &r.Data,
	}
}

func recordOf(l *workflow.Line, leaf int64, proof []tlog.Hash) *lineRecord {
	r := &lineRecord{
		Is: isLine, Leaf: leaf, Kind: l.Kind, Subject: l.Subject, Seq: l.Seq, At: l.At.UTC().Format(timeForm), Action: l.Action, Person: int64(l.Person),
		Name: l.Name, For: int64(l.For), Post: string(l.Post), Org: int64(l.Org), OrgName: l.OrgName, Relation: l.Relation, Rule: l.Rule, OSUser: l.OSUser,
		Round: l.Round, Version: l.Version, From: string(l.From), To: string(l.To), Note: l.Note, Definition: l.Definition, Data: string(l.Data),
		Prev: l.Prev, Digest: l.Digest, Proof: proof,
	}
	tags := r.tags()
	r.Tags = base64.StdEncoding.EncodeToString(tags[:])
	for name, text := range r.texts() {
		if !utf8.ValidString(*text) {
			if r.Raw == nil {
				r.Raw = make(map[string][]byte)
			}
			r.Raw[name], *text = []byte(*text), ""
		}
	}
	return r
}

// line is the line of history that the record tells of; false when its time is none.
func (r *lineRecord) line() (workflow.Line, bool) {
	if len(r.Raw) > 0 {
		texts := r.texts()
		for name, raw := range r.Raw {
			if text, ok := texts[name]; ok && *text == "" && !utf8.Valid(raw) {
				*text = string(raw)
			}
		}
	}
	at, err := time.Parse(timeForm, r.At)
	return workflow.Line{
		Kind: r.Kind, Subject: r.Subject, Seq: r.Seq, At: at, Action: r.Action, Person: workflow.PersonID(r.Person), Name: r.Name,
		For: workflow.PersonID(r.For), Post: workflow.Post(r.Post), Org: workflow.OrgID(r.Org), OrgName: r.OrgName, Relation: r.Relation, Rule: r.Rule,
		OSUser: r.OSUser, Round: r.Round, Version: r.Version, From: workflow.State(r.From), To: workflow.State(r.To), Note: r.Note,
		Definition: r.Definition, Data: json.RawMessage(r.Data), Prev: r.Prev, Digest: r.Digest,
	}, err == nil
}

// The fields of a line that have a tag. The last four are beside the line: its digest does not cover them.
var tagged = [...]string{
	"kind", "subject", "seq", "at", "action", "person", "name", "for", "post", "org", "org_name", "relation", "rule", "os_user", "round", "version",
	"from", "to", "note", "definition", "data", "prev", "digest", "leaf", "proof",
}

const (
	tagLength = 8
	beside    = 23 // where the fields begin that the digest does not cover
)

// tags are the first bytes of the SHA-256 of each field's name and value: where the digest of a line does not fit, they tell which field
// was altered.
func (r *lineRecord) tags() (out [len(tagged) * tagLength]byte) {
	number := func(n int64) string { return strconv.FormatInt(n, 10) }
	proof := make([]byte, 0, len(r.Proof)*tlog.HashSize)
	for _, h := range r.Proof {
		proof = append(proof, h[:]...)
	}
	values := [len(tagged)]string{
		r.Kind, number(r.Subject), number(int64(r.Seq)), r.At, r.Action, number(r.Person), r.Name, number(r.For), r.Post, number(r.Org), r.OrgName,
		r.Relation, r.Rule, r.OSUser, number(int64(r.Round)), number(int64(r.Version)), r.From, r.To, r.Note, r.Definition, r.Data,
		string(r.Prev[:]), string(r.Digest[:]), number(r.Leaf), string(proof),
	}
	var buffer []byte
	for n, value := range values {
		buffer = append(append(append(buffer[:0], tagged[n]...), '\n'), value...)
		sum := sha256.Sum256(buffer)
		copy(out[n*tagLength:], sum[:tagLength])
	}
	return out
}

// altered lists the fields whose tags do not fit, and says whether there are tags at all.
func (r *lineRecord) altered() (fields []int, readable bool) {
	was, err := base64.StdEncoding.Strict().DecodeString(r.Tags)
	is := r.tags()
	if err != nil || len(was) != len(is) {
		return nil, false
	}
	for n := range tagged {
		if at := n * tagLength; !bytes.Equal(was[at:at+tagLength], is[at:at+tagLength]) {
			fields = append(fields, n)
		}
	}
	return fields, true
}

// encode writes a record in the one way in which it is written: JSON in the order of its fields, and the beginning of the SHA-256 of
// that, by which an altered record is found.
func encode(record any) ([]byte, error) {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(record); err != nil {
		return nil, err
	}
	b := out.Bytes()
	b = b[:len(b)-2] // the brace and the end of the line
	return append(b, `,"check":"`+checkOf(b)+`"}`...), nil
}

func checkOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:8])
}

// unchecked takes the check off a record, and says whether it fits.
func unchecked(raw []byte) (body []byte, fits bool) {
	at := len(raw) - checkLength
	if at < 1 {
		return raw, false
	}
	if string(raw[at:at+10]) != `,"check":"` {
		return raw, false
	}
	fits = string(raw[at+10:]) == checkOf(raw[:at])+`"}`
	return append(bytes.Clone(raw[:at]), '}'), fits
}

// decode reads a record strictly: no field that it does not know, nothing behind it.
func decode(body []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if d.InputOffset() != int64(len(body)) {
		return errBehind
	}
	return nil
}
