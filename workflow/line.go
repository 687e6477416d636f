package workflow

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"hash"
	"maps"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// KindIssue is the kind of subject of a line about an issue. Other subjects (accounts, orgs, policy) have kinds of their own.
const KindIssue = "issue"

// Line is one line of history. The lines of one subject are counted by Seq and chained by their hashes.
type Line struct {
	Kind    string
	Subject int64
	Seq     int
	At      time.Time // UTC, whole milliseconds
	Action  string

	Person       PersonID // who did it
	Name         string   // as it was then
	For          PersonID // whom the person stood in for
	Post         Post
	Org          OrgID
	OrgName      string
	Relation     string
	Rule         string // the line of the policy that allowed it
	OSUser       string // the user of the operating system, for the command line
	Round        int
	Version      int
	From, To     State
	Note         string
	Definition   string
	Data         json.RawMessage // the fields that changed, with what they are now
	Prev, Digest [32]byte
}

// newLine writes the line of a change by the actor; Seq and the chain are settled when it is kept.
func newLine(c *Change, s Step, by Actor, at time.Time) Line {
	note := s.Note
	if s.Basis != "" {
		note += "（依据：" + s.Basis + "）"
	}
	if s.Decided != "" {
		note += "（决定：" + s.Decided + "）"
	}
	as := &by.As
	return Line{
		Kind: KindIssue, Subject: int64(c.Issue.ID), At: at, Action: string(s.Action),
		Person: by.Person, Name: by.Name, For: as.Appointment.For, Post: as.Appointment.Post, Org: as.Appointment.Org,
		OrgName: as.Appointment.OrgName, Relation: as.Relation.String(), Rule: as.Rule, OSUser: by.OSUser,
		Round: c.Issue.Round, Version: c.Issue.Version, From: c.Before.State, To: c.Issue.State, Note: note, Definition: c.Issue.Definition,
	}
}

// Seal puts the line into its chain: its place, the digest of the line before, and its own digest.
func (l *Line) Seal(seq int, prev [32]byte) {
	l.Seq, l.Prev = seq, prev
	l.Digest = l.Hash(prev)
}

// Hash is the SHA-256 of the canonical bytes of the line: a format word, the hash of the line before, and every field as a length of
// eight bytes and its bytes, so that no two different lines have the same bytes.
func (l *Line) Hash(prev [32]byte) [32]byte {
	h := sha256.New()
	writeText(h, "rectify/line/1")
	h.Write(prev[:])
	writeText(h, l.Kind)
	writeInt(h, l.Subject)
	writeInt(h, int64(l.Seq))
	writeInt(h, l.At.UnixMilli())
	writeText(h, l.Action)
	writeInt(h, int64(l.Person))
	writeText(h, l.Name)
	writeInt(h, int64(l.For))
	writeText(h, string(l.Post))
	writeInt(h, int64(l.Org))
	for _, text := range [...]string{l.OrgName, l.Relation, l.Rule, l.OSUser} {
		writeText(h, text)
	}
	writeInt(h, int64(l.Round))
	writeInt(h, int64(l.Version))
	for _, text := range [...]string{string(l.From), string(l.To), l.Note, l.Definition, string(l.Data)} {
		writeText(h, text)
	}
	var sum [32]byte
	h.Sum(sum[:0])
	return sum
}

func writeInt(h hash.Hash, n int64) {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(n)) //nolint:gosec // the two's complement is what is meant
	h.Write(b[:])
}

func writeText(h hash.Hash, s string) {
	writeInt(h, int64(len(s)))
	h.Write([]byte(s))
}

// Diff lists the fields of the issue that differ, with what they are after, as a JSON object. Laying the objects of all lines of an
// issue over each other, oldest first, gives the issue.
func Diff(before, after *Issue) (json.RawMessage, error) {
	changed := make(map[string]any)
	b, a := reflect.ValueOf(before).Elem(), reflect.ValueOf(after).Elem()
	for n := range b.NumField() {
		was, is := b.Field(n).Interface(), a.Field(n).Interface()
		if reflect.DeepEqual(was, is) {
			continue
		}
		name, _, _ := strings.Cut(b.Type().Field(n).Tag.Get("json"), ",")
		if strings.Contains(b.Type().Field(n).Tag.Get("json"), ",string") {
			changed[name] = jsonInt(a.Field(n).Int())
			continue
		}
		changed[name] = is
	}
	return json.Marshal(changed)
}

// Fold lays the Data of lines over each other, oldest first, and returns the issue that they tell of. A field is replaced as a whole,
// never merged with what it was. It returns an error when one of them is not a JSON object.
func Fold(data ...json.RawMessage) (Issue, error) {
	fields := make(map[string]json.RawMessage)
	for _, one := range data {
		var changed map[string]json.RawMessage
		if err := json.Unmarshal(one, &changed); err != nil {
			return Issue{}, err
		}
		maps.Copy(fields, changed)
	}
	whole, err := json.Marshal(fields)
	if err != nil {
		return Issue{}, err
	}
	var i Issue
	err = json.Unmarshal(whole, &i)
	return i, err
}

// jsonInt is an id as JSON: a string, because programs in other languages lose digits of a number so long.
type jsonInt int64

// MarshalJSON writes the digits between quotation marks.
func (n jsonInt) MarshalJSON() ([]byte, error) {
	return strconv.AppendQuote(nil, strconv.FormatInt(int64(n), 10)), nil
}
