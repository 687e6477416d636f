package engine_test

import (
	"database/sql"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"

	"rectify/workflow"
	"rectify/workflow/engine"
	"rectify/workflow/proof"
	"rectify/workflow/store/storetest"
)

// somebody has the database to themselves, and not the keys.
type somebody struct {
	t     *testing.T
	o     *office
	keys  string
	sql   *sql.DB
	issue workflow.Issue // with ten lines of history
	other workflow.Issue
}

var altered = []string{"history", "issues", "heads", "leaves", "tiles", "checkpoints", "seal_head", "outbox", "appointments"}

func newSomebody(t *testing.T, dsn string) *somebody {
	s := &somebody{t: t, keys: filepath.Join(t.TempDir(), "keys")}
	s.o = sealedOffice(t, storetest.Open(t, dsn), s.keys).staffed()
	s.sql = connect(t, dsn)
	s.issue, s.other = s.o.rectifying(workflow.Ordinary), s.o.rectifying(workflow.Ordinary)
	s.o.seal()
	for n := range 5 {
		s.o.now = s.o.now.Add(24 * time.Hour)
		s.issue = s.report(s.issue, "进展正常")
		if n%2 == 0 {
			s.o.seal()
		}
	}
	s.o.seal()
	for _, table := range altered {
		s.run("CREATE TABLE kept_" + table + " AS SELECT * FROM " + table)
	}
	return s
}

func (s *somebody) report(i workflow.Issue, note string) workflow.Issue {
	return s.o.do("gaofeng", i.ID, workflow.Step{Action: workflow.Report, Note: note})
}

func (s *somebody) run(statement string, args ...any) {
	s.t.Helper()
	_, err := s.sql.ExecContext(s.t.Context(), statement, args...)
	require.NoError(s.t, err, statement)
}

// undo brings back everything that was altered.
func (s *somebody) undo() {
	for _, table := range altered {
		s.run("DELETE FROM " + table)
		s.run("INSERT INTO " + table + " SELECT * FROM kept_" + table)
	}
}

func (s *somebody) lines() []workflow.Line {
	lines, err := s.o.db.History(s.t.Context(), workflow.KindIssue, int64(s.issue.ID), 0, 100)
	require.NoError(s.t, err)
	return lines
}

// write puts lines in the place of those with their seq, chained anew from the first of them on, and has the row of the issue agree.
func (s *somebody) write(lines []workflow.Line) {
	for n := range lines {
		l := &lines[n]
		if n > 0 {
			l.Seal(l.Seq, lines[n-1].Digest)
		} else {
			l.Seal(l.Seq, l.Prev)
		}
		s.run("UPDATE history SET note = ?, at = ?, name = ?, data = ?, prev = ?, digest = ? WHERE kind = 'issue' AND subject = ? AND seq = ?",
			l.Note, l.At.UnixMilli(), l.Name, string(l.Data), l.Prev[:], l.Digest[:], l.Subject, l.Seq)
	}
	last := lines[len(lines)-1]
	s.run("UPDATE issues SET seq = ?, head = ? WHERE id = ?", last.Seq, last.Digest[:], int64(s.issue.ID))
}

// retile makes the hashes of the log agree with the lines as they are now.
func (s *somebody) retile() {
	size, err := s.o.db.SealedSize(s.t.Context())
	require.NoError(s.t, err)
	leaves, err := s.o.db.SealedLines(s.t.Context(), 0, int(size))
	require.NoError(s.t, err)
	require.Less(s.t, size, int64(256), "the tree is one tile")
	var data []byte
	for n := range leaves {
		h := tlog.RecordHash(leaves[n].Line.Digest[:])
		data = append(data, h[:]...)
	}
	s.run("UPDATE tiles SET data = ? WHERE level = 0 AND n = 0", data)
}

const ofIssue = " WHERE kind = 'issue' AND subject = ? AND seq = ?"

// Whatever somebody does to the database without the keys is named, by the line where one was altered.
func TestSealCheckNamesWhatWasAltered(t *testing.T) {
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		s := newSomebody(t, dsn)
		id, person := int64(s.issue.ID), int64(s.o.actor("gaofeng").Person)
		last := len(s.lines())
		for _, x := range []struct {
			name  string
			alter func()
			code  string
			seq   int // of the line that is named first, 0 for none
			held  bool
		}{
			{"a line", func() { s.run("UPDATE history SET note = '已经整改到位'"+ofIssue, id, 7) }, "edited", 7, false},
			{"who did it", func() { s.run("UPDATE history SET name = '别人'"+ofIssue, id, 7) }, "edited", 7, false},
			{"the last line", func() { s.run("UPDATE history SET note = '已经整改到位'"+ofIssue, id, last) }, "edited", last, false},
			{"a line, and the chain after it", func() {
				lines := s.lines()[6:]
				lines[0].Note = "已经整改到位"
				s.write(lines)
			}, "edited_rechained", 7, false},
			{"the last line, and its fingerprint", func() {
				lines := s.lines()[last-1:]
				lines[0].Note = "已经整改到位"
				s.write(lines)
			}, "edited_rechained", last, false},
			{"a line, the chain after it and the log", func() {
				lines := s.lines()[6:]
				lines[0].Note = "已经整改到位"
				s.write(lines)
				s.retile()
			}, "rewritten", 0, false},
			{"one in the middle is deleted", func() { s.run("DELETE FROM history"+ofIssue, id, 7) }, "deleted", 7, false},
			{"deleted, and those after it counted anew", func() {
				lines := s.lines()
				s.run("DELETE FROM history"+ofIssue, id, 7)
				for seq := 8; seq <= last; seq++ {
					s.run("UPDATE history SET seq = ?"+ofIssue, seq-1, id, seq)
				}
				rest := lines[7:]
				for n := range rest {
					rest[n].Seq--
				}
				rest[0].Prev = lines[5].Digest
				s.write(rest)
			}, "edited_rechained", 7, false},
			{"the newest is cut off", func() {
				lines := s.lines()
				s.run("DELETE FROM history"+ofIssue, id, last)
				s.run("UPDATE issues SET seq = ?, head = ? WHERE id = ?", last-1, lines[last-2].Digest[:], id)
			}, "deleted", last, false},
			{"the newest is cut off before it is sealed", func() {
				s.report(s.issue, "还没有封存")
				s.run("DELETE FROM history"+ofIssue, id, last+1)
				s.run("DELETE FROM outbox WHERE kind = 'seal/issue'")
			}, "cut", last + 1, false},
			{"the newest is cut off before it is sealed, and the row set back", func() {
				s.report(s.issue, "还没有封存")
				s.run("DELETE FROM history"+ofIssue, id, last+1)
				s.run("UPDATE issues SET seq = ?, head = ? WHERE id = ?", last, s.lines()[last-1].Digest[:], id)
			}, "deleted", last + 1, false},
			{"two are swapped", func() {
				for _, swap := range [][2]int{{7, 1000}, {8, 7}, {1000, 8}} {
					s.run("UPDATE history SET seq = ?"+ofIssue, swap[1], id, swap[0])
				}
			}, "edited", 7, false},
			{"the row and not the history", func() { s.run("UPDATE issues SET state = 'closed' WHERE id = ?", id) }, "row_altered", 0, false},
			{"the row is set back", func() { s.run("UPDATE issues SET seq = 7, head = ? WHERE id = ?", s.lines()[6].Digest[:], id) }, "row_behind", 8, false},
			{"a line from nowhere", func() {
				l := s.lines()[last-1]
				l.Seal(last+1, l.Digest)
				s.run("INSERT INTO history SELECT kind, subject, ?, at, action, person, name, for_person, post, org, org_name, relation, rule, os_user, round, version, from_state, to_state, note, definition, data, ?, ?, NULL, NULL FROM history"+ofIssue,
					l.Seq, l.Prev[:], l.Digest[:], id, last)
				s.run("UPDATE issues SET seq = ?, head = ? WHERE id = ?", l.Seq, l.Digest[:], id)
			}, "stray", last + 1, false},
			{"the log lacks a line", func() { s.run("DELETE FROM leaves WHERE leaf = 20") }, "leaves_missing", 0, false},
			{"somebody is given a post", func() {
				s.run("INSERT INTO appointments (id, person, org, post, first_day, last_day, for_person, asked_until) SELECT 77, person, org, 'committee_secretary', first_day, last_day, 0, asked_until FROM kept_appointments WHERE person = ? LIMIT 1", person)
			}, "appointment_altered", 0, false},
			{"a post is another", func() { s.run("UPDATE appointments SET post = 'committee_secretary' WHERE person = ?", person) }, "appointment_altered", 0, false},
			{"a post lasts longer", func() { s.run("UPDATE appointments SET last_day = '2030-01-01' WHERE person = ?", person) }, "appointment_altered", 0, false},
			{"a post is taken away", func() { s.run("DELETE FROM appointments WHERE person = ?", person) }, "appointment_altered", 0, false},
			{"a checkpoint", func() {
				s.run("UPDATE checkpoints SET root = ? WHERE size = (SELECT m FROM (SELECT MIN(size) AS m FROM checkpoints) AS x)", make([]byte, 32))
			}, "checkpoint_altered", 0, false},
		} {
			x.alter()
			r, err := s.o.CheckSeal(s.o.ctx, nil, func(int64) {})
			require.NoError(t, err, x.name)
			require.False(t, r.Whole(), x.name)
			first := r.Wrong[0]
			require.Equal(t, x.code, first.Code, "%s: %v", x.name, first.Text.En)
			if x.seq > 0 {
				require.Equal(t, []any{"issue", id, x.seq}, []any{first.Kind, first.Subject, first.Seq}, "%s: %v", x.name, first.Text.En)
				require.Contains(t, first.Text.Zh, s.issue.Number, x.name)
			}
			s.undo()
			r, err = s.o.CheckSeal(s.o.ctx, nil, func(int64) {})
			require.NoError(t, err, x.name)
			require.Empty(t, r.Wrong, "brought back after %s", x.name)
		}
	})
}

// A database that was turned back is known by the checkpoint beside the keys, or, where these were turned back as well, by one that was
// kept elsewhere; without one the check says that it cannot know.
func TestSealCheckKnowsATurnedBackDatabase(t *testing.T) {
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		s := newSomebody(t, dsn)
		s.report(s.issue, "这一行将被抹去")
		_, held := s.o.seal()
		s.undo()
		r, err := s.o.CheckSeal(s.o.ctx, nil, func(int64) {})
		require.NoError(t, err)
		require.Equal(t, "turned_back", r.Wrong[0].Code, "the checkpoint beside the keys")

		require.NoError(t, proof.KeepLast(s.keys, ""))
		r, err = s.o.CheckSeal(s.o.ctx, nil, func(int64) {})
		require.NoError(t, err)
		require.True(t, r.Whole())
		require.Contains(t, r.Open[0].En, "cannot be told")
		r, err = s.o.CheckSeal(s.o.ctx, []string{held.Note}, func(int64) {})
		require.NoError(t, err)
		require.Equal(t, "turned_back", r.Wrong[0].Code)

		for range 3 {
			s.report(s.issue, "另一种历史")
		}
		s.o.seal()
		r, err = s.o.CheckSeal(s.o.ctx, []string{held.Note}, func(int64) {})
		require.NoError(t, err)
		require.Equal(t, "rewritten", r.Wrong[0].Code, "grown again, it is still another one")
		_, err = s.o.CheckSeal(s.o.ctx, []string{"nonsense"}, func(int64) {})
		require.ErrorIs(t, err, workflow.ErrInvalid)
	})
}

// Who sets the clock of the server back and takes a step is named; so is who sets it forward.
func TestSealCheckNamesWhatWasBackDated(t *testing.T) {
	s := newSomebody(t, storetest.SQLite(t))
	for _, x := range []struct {
		clock time.Duration
		code  string
	}{{-48 * time.Hour, "back_dated"}, {0, ""}, {72 * time.Hour, "forward_dated"}} {
		now := s.o.now.Add(time.Hour)
		s.o.now = now.Add(x.clock)
		i := s.report(s.issue, "补记")
		s.o.now = now
		s.o.seal()
		r, err := s.o.CheckSeal(s.o.ctx, nil, func(int64) {})
		require.NoError(t, err)
		if x.code == "" {
			require.Len(t, r.Wrong, 1, "nothing is said of an honest one")
			continue
		}
		found := r.Wrong[len(r.Wrong)-1]
		require.Equal(t, []any{x.code, int64(i.ID)}, []any{found.Code, found.Subject})
		require.Equal(t, len(s.lines()), found.Seq)
	}
}

// Steps and sealing go on while a check looks: it finds nothing where nothing is.
func TestSealCheckWhileStepsGoOn(t *testing.T) {
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		s := newSomebody(t, dsn)
		stop, done := make(chan struct{}), make(chan error, 1)
		go func() {
			defer close(done)
			version := s.other.Version
			for n := 0; ; n++ {
				select {
				case <-stop:
					return
				default:
				}
				by, err := s.o.ActorNamed(s.o.ctx, "gaofeng")
				if err == nil {
					version++
					_, err = s.o.Do(s.o.ctx, by, s.other.ID, version-1, "", workflow.Step{Action: workflow.Report, Note: "进展正常"})
				}
				if err == nil && n%3 == 0 {
					_, _, err = s.o.Seal(s.o.ctx)
				}
				if err != nil {
					done <- err
					return
				}
			}
		}()
		for range 5 {
			r, err := s.o.CheckSeal(s.o.ctx, nil, func(int64) {})
			require.NoError(t, err)
			require.Empty(t, r.Wrong)
		}
		close(stop)
		require.NoError(t, <-done)
	})
}

// A file of evidence that was overwritten or taken away is named by the line that names it; where there is none at all it is said that they
// were not looked at. How late lines were sealed is said as well.
func TestSealCheckLooksAtTheFiles(t *testing.T) {
	s := newSomebody(t, storetest.SQLite(t))
	text := []byte("三会一课签到表")
	hash, other := s.o.upload("签到表.txt", text), s.o.upload("照片.txt", []byte("照片"))
	i := s.o.do("gaofeng", s.issue.ID, workflow.Step{Action: workflow.Report, Note: "进展正常", Evidence: []workflow.Evidence{{Hash: hash, Name: "签到表.txt"}, {Hash: other, Name: "照片.txt"}}})
	s.o.seal()
	check := func() engine.SealReport {
		r, err := s.o.CheckSeal(s.o.ctx, nil, func(int64) {})
		require.NoError(t, err)
		return r
	}
	r := check()
	require.Empty(t, r.Wrong)
	says := func(r engine.SealReport, text string) bool {
		return slices.ContainsFunc(r.Open, func(t workflow.Text) bool { return strings.Contains(t.Zh, text) })
	}
	require.True(t, says(r, "超过10分钟才有检查点证明它们（最长24小时"), "a day went by before some were sealed: %v", r.Open)
	find := func(hash string) (name string) {
		require.NoError(t, filepath.WalkDir(s.o.evidence, func(path string, _ os.DirEntry, err error) error {
			if strings.HasSuffix(path, hash) || strings.HasSuffix(path, hash[2:]) {
				name = path
			}
			return err
		}))
		require.NotEmpty(t, name)
		return name
	}
	require.NoError(t, os.Chmod(find(hash), 0o600))
	require.NoError(t, os.WriteFile(find(hash), []byte("四会一课签到表"), 0o600))
	r = check()
	require.Equal(t, []any{"file_altered", int64(i.ID)}, []any{r.Wrong[0].Code, r.Wrong[0].Subject})
	require.NoError(t, os.WriteFile(find(hash), text, 0o600))
	require.NoError(t, os.Remove(find(other)))
	r = check()
	require.Equal(t, "file_gone", r.Wrong[0].Code)
	require.NoError(t, os.Remove(find(hash)))
	r = check()
	require.Empty(t, r.Wrong)
	require.True(t, says(r, "都不在这里"), r.Open)
}
