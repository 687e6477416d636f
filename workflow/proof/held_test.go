package proof

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"
)

// A database that was turned back and has grown again has no checkpoint of the size that was held. Its tree tells all the same what it was
// at that size; a bundle that does not say so is no answer, and does not pass.
func TestACheckpointThatTheDatabaseLacksIsCompared(t *testing.T) {
	o := newOffice(t)
	o.life(101)
	back := o.kept()
	o.life(102)
	last := len(o.notes) - 1
	held := Options{Held: []string{o.notes[last]}}
	back.now, back.busy = o.now, true
	back.life(102)
	back.life(103)
	back.busy = false
	back.night()
	require.Greater(t, back.day(len(back.points)-1).Size, o.day(last).Size)
	for _, p := range back.points {
		require.NotEqual(t, o.day(last).Size, p.Size)
	}

	r := Verify(bytes.NewReader(back.bundle(back.issue(101), false, true)), held)
	require.Empty(t, r.Wrong)
	require.Equal(t, Uncompared, r.Outcome)
	require.Equal(t, 2, r.Outcome.Exit())
	require.NotContains(t, r.Print("zh"), "核验通过")
	require.Contains(t, r.Print("zh"), "另取一个证明包")

	back.roots = []int64{o.day(last).Size}
	r = Verify(bytes.NewReader(back.bundle(back.issue(101), false, true)), held)
	require.Equal(t, []string{"held"}, codes(r))
	require.Contains(t, r.Wrong[0].Text.Zh, "日志被重写过")
	r = Verify(bytes.NewReader(back.bundle(back.whole(), true, true)), held)
	require.Equal(t, []string{"held"}, codes(r), "the whole log tells by itself")
}

// An honest log has at every size what was signed at it.
func TestARootAtAnySizeFits(t *testing.T) {
	o := threeIssues(t)
	size := o.day(3).Size - 2
	root, err := tlog.TreeHash(size, o)
	require.NoError(t, err)
	held, err := o.keys.Sign(Checkpoint{Origin: o.keys.Origin, Size: size, Root: root, At: o.day(3).At})
	require.NoError(t, err)
	o.roots = []int64{size}
	genuine := o.bundle(o.issue(102), false, true)
	r := Verify(bytes.NewReader(genuine), Options{Held: []string{held}})
	require.Equal(t, Whole, r.Outcome, r.Print("zh"))
	require.Contains(t, r.Print("zh"), "那以前的记录一条没变")

	forged := bytes.Replace(genuine, []byte(`"root":"`+root.String()), []byte(`"root":"`+o.leaf[0].String()), 1)
	require.NotEqual(t, genuine, forged)
	require.Contains(t, codes(Verify(bytes.NewReader(forged), Options{Held: []string{held}})), "consistency")
}

// Who had a larger checkpoint with them when the bundle was taken has no later one: the log was turned back, whatever the clock says.
func TestALargerCheckpointThatWasThereIsATurnedBackLog(t *testing.T) {
	o := newOffice(t)
	o.life(101)
	back := o.kept()
	o.life(102)
	last := o.day(len(o.points) - 1)
	for _, had := range [][]string{nil, {last.ShortCode()}} {
		back.had = had
		r := Verify(bytes.NewReader(back.bundle(back.issue(101), false, true)), Options{Held: []string{o.notes[len(o.notes)-1]}})
		if had == nil {
			require.Equal(t, Uncompared, r.Outcome)
			continue
		}
		require.Equal(t, []string{"held"}, codes(r))
		require.Contains(t, r.Wrong[0].Text.Zh, "数据库被退回过")
	}
}

// What Notepad, a mail or a shell does to a checkpoint is undone; what is none is no alteration of the log.
func TestKeptReadsWhatPeopleKeep(t *testing.T) {
	o := threeIssues(t)
	note := o.notes[2]
	wide := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune(strings.ReplaceAll(note, "\n", "\r\n"))) {
		wide = binary.LittleEndian.AppendUint16(wide, u)
	}
	signature := strings.Index(note, "— ")
	bundle := o.bundle(o.issue(102), false, true)
	for name, text := range map[string]string{
		"as it was":         note,
		"Windows":           strings.ReplaceAll(note, "\n", "\r\n"),
		"old Mac":           strings.ReplaceAll(note, "\n", "\r"),
		"a mark before it":  "\ufeff" + note,
		"UTF-16":            string(wide),
		"blanks behind":     strings.ReplaceAll(note, "\n", "  \t\n") + "\n\n",
		"no end of line":    strings.TrimSpace(note),
		"quoted":            "> " + strings.ReplaceAll(strings.TrimSpace(note), "\n", "\n> "),
		"quoted twice":      ">> " + strings.ReplaceAll(strings.TrimSpace(note), "\n", "\n>> ") + "\n\n祝好\n",
		"after a heading":   "新封存 3 行\n\n" + note,
		"a signature split": note[:signature+50] + "\n" + note[signature+50:],
		"and at its blank":  note[:signature+len("— "+o.keys.Origin)] + "\n" + note[signature+len("— "+o.keys.Origin)+1:],
	} {
		kept, err := Kept(text)
		require.NoError(t, err, name)
		require.Equal(t, []string{note}, kept, name)
		r := Verify(bytes.NewReader(bundle), Options{Held: []string{text}})
		require.Equal(t, Whole, r.Outcome, "%s: %s", name, r.Print("zh"))
	}
	kept, err := Kept(note + "\r\n" + o.notes[4])
	require.NoError(t, err)
	require.Equal(t, []string{note, o.notes[4]}, kept)
	kept, err = Kept(" \r\n")
	require.NoError(t, err)
	require.Empty(t, kept)
	for _, text := range []string{"明天开会", note[:signature], strings.Replace(note, "\nat ", "\n于 ", 1)} {
		_, err := Kept(text)
		require.Error(t, err)
		r := Verify(bytes.NewReader(bundle), Options{Held: []string{text}})
		require.Equal(t, Uncompared, r.Outcome, "that is no alteration")
		require.Contains(t, r.Print("zh"), "读不出来")
	}
}

// A short code is one however it is written down; one that the bundle does not have is no answer.
func TestShortCodesAsPeopleWriteThem(t *testing.T) {
	o := threeIssues(t)
	code := o.day(2).ShortCode()
	bundle := o.bundle(o.issue(102), false, true)
	for _, written := range []string{code, strings.ToLower(code), strings.ReplaceAll(code, "-", ""), strings.ReplaceAll(code, "-", " "), strings.ReplaceAll(code, "-", "－"),
		strings.ReplaceAll(strings.ReplaceAll(code, "0", "O"), "1", "l"), "\ufeff" + code + "\r\n"} {
		r := Verify(bytes.NewReader(bundle), Options{Held: []string{written}})
		require.Equal(t, Whole, r.Outcome, "%q: %s", written, r.Print("zh"))
		require.Contains(t, r.Print("zh"), code)
	}
	got, ok := ShortCode("oil0-0000-0000-0000")
	require.True(t, ok)
	require.Equal(t, "0110-0000-0000-0000", got)
	for _, none := range []string{"", "ABCD", "held.txt", "UUUU-UUUU-UUUU-UUUU", code + "0"} {
		_, ok := ShortCode(none)
		require.False(t, ok, none)
	}
	r := Verify(bytes.NewReader(bundle), Options{Held: []string{"0000-0000-0000-0000"}})
	require.Equal(t, Uncompared, r.Outcome)
	require.Contains(t, r.Print("zh"), "没有短码为0000-0000-0000-0000的检查点")
}
