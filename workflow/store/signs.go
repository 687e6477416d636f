package store

import (
	"context"
	"slices"
	"time"

	"gorm.io/gorm"

	"rectify/workflow"
)

// SignSpan says where and when signs of paper rectification are looked for: the issues below an org as far as they are in the trees of a
// scope, and what was done from one moment up to another. Most bounds how many steps are read.
type SignSpan struct {
	Scope       Scope
	Under       workflow.Lineage
	From, Until time.Time
	Most        int
}

// inside is the condition on issues.
func (s *SignSpan) inside() condition {
	trees := Scope{Subtrees: s.Scope.Subtrees, Mandated: s.Scope.Mandated, All: s.Scope.All}
	return trees.holds(s.Under)
}

// SignStep is a step by which a sign may be found, with what is known of its issue now.
type SignStep struct {
	Issue       workflow.IssueID
	Seq         int
	At          time.Time
	Action      workflow.Action
	Round       int
	To          workflow.State
	Responsible workflow.OrgID
	Line        [workflow.MaxDepth]workflow.OrgID // of the issue
	Due         workflow.Day                      // "" where the issue is in another round by now, or was to be put right at once
}

// SignSteps reads the steps of some actions in a span, the earliest first.
func (db *DB) SignSteps(ctx context.Context, s SignSpan, actions ...workflow.Action) (out []SignStep, err error) {
	acts, inside := among("s.action", actions, wordParam), s.inside()
	query := "SELECT s.action, s.at, s.issue_id, s.seq, s.round, s.to_state, i.responsible, i.a1, i.a2, i.a3, i.a4, i.a5, i.due, i.round, i.kind FROM sign_steps s JOIN issues i ON i.id = s.issue_id"
	c := and(acts, condition{"s.at >= ? AND s.at < ?", []any{millis(s.From), millis(s.Until)}}, inside)
	err = db.read(ctx, func(tx *gorm.DB) error {
		out = nil
		return each(tx, func(scan func(...any) error) error {
			var x SignStep
			var at int64
			var due dayColumn
			var round int
			var kind workflow.Kind
			err := scan(&x.Action, &at, &x.Issue, &x.Seq, &x.Round, &x.To, &x.Responsible, &x.Line[0], &x.Line[1], &x.Line[2], &x.Line[3], &x.Line[4], &due, &round, &kind)
			if x.At = moment(at); round == x.Round && kind != workflow.KindImmediate {
				x.Due = due.day
			}
			out = append(out, x)
			return err
		}, query+" WHERE "+c.sql+" ORDER BY s.at, s.issue_id, s.seq LIMIT ?", append(c.args, s.Most)...)
	})
	return out, err
}

// QuickPass is a verification that came soon after the submission.
type QuickPass struct {
	Issue             workflow.IssueID
	Seq, Round        int
	Submitted, Passed time.Time
	Note              string // of the submission
	submission        int
}

// QuickPasses reads the verifications of a span that came within some time after the submission, the earliest first; cut says that there were
// more. They are found among the steps alone, which are narrow; rows and lines of history are read for those that were quick.
func (db *DB) QuickPasses(ctx context.Context, s SignSpan, within time.Duration) (out []QuickPass, cut bool, err error) {
	const passes = `SELECT s.issue_id, s.seq, s.round, s.at, (SELECT MAX(x.seq) FROM sign_steps x WHERE x.issue_id = s.issue_id AND x.seq < s.seq
AND x.action = 'submit') AS submission FROM sign_steps s WHERE s.action = 'pass' AND s.at >= ? AND s.at < ?`
	var ids []workflow.IssueID
	err = db.read(ctx, func(tx *gorm.DB) error {
		out, ids = nil, nil
		return each(tx, func(scan func(...any) error) error {
			var x QuickPass
			var passed, submitted int64
			err := scan(&x.Issue, &x.Seq, &x.Round, &passed, &submitted, &x.submission)
			x.Passed, x.Submitted = moment(passed), moment(submitted)
			out, ids = append(out, x), append(ids, x.Issue)
			return err
		}, "SELECT p.issue_id, p.seq, p.round, p.at, b.at, b.seq FROM ("+passes+") AS p JOIN sign_steps b ON b.issue_id = p.issue_id AND b.seq = p.submission "+
			"WHERE p.at - b.at < ? ORDER BY p.at, p.issue_id, p.seq LIMIT ?", millis(s.From), millis(s.Until), within.Milliseconds(), s.Most)
	})
	if err != nil {
		return nil, false, err
	}
	cut = len(out) == s.Most
	inside, err := db.among(ctx, s.inside(), ids)
	if err != nil {
		return nil, false, err
	}
	out = slices.DeleteFunc(out, func(p QuickPass) bool { return !inside[p.Issue] })
	return out, cut, db.submissions(ctx, out)
}

// submissions reads what was said when the issues of passes were submitted.
func (db *DB) submissions(ctx context.Context, all []QuickPass) error {
	type line struct {
		issue workflow.IssueID
		seq   int
	}
	said := make(map[line]string, len(all))
	ids := make([]workflow.IssueID, len(all))
	for n := range all {
		ids[n] = all[n].Issue
	}
	err := db.read(ctx, func(tx *gorm.DB) error {
		return inBatches(once(ids), func(marks string, args []any) error {
			return each(tx, func(scan func(...any) error) error {
				var l line
				var note string
				err := scan(&l.issue, &l.seq, &note)
				said[l] = note
				return err
			}, "SELECT subject, seq, note FROM history WHERE kind = 'issue' AND subject IN ("+marks+") AND action = 'submit'", args...)
		})
	})
	for n := range all {
		all[n].Note = said[line{all[n].Issue, all[n].submission}]
	}
	return err
}

// SharedFiles reads which files several issues refer to, by the hashes of the files: issues of the span's place, whenever that was. Most
// bounds how many files are looked at; cut says that there were more.
func (db *DB) SharedFiles(ctx context.Context, s SignSpan) (out map[string][]workflow.IssueID, cut bool, err error) {
	var shared, hashes []string
	var ids []workflow.IssueID
	err = db.read(ctx, func(tx *gorm.DB) error { // two statements: a join of the two tempts MariaDB to count anew for every row
		shared, hashes, ids = nil, nil, nil
		err := each(tx, func(scan func(...any) error) error {
			var hash string
			err := scan(&hash)
			shared = append(shared, hash)
			return err
		}, "SELECT hash FROM file_refs GROUP BY hash HAVING COUNT(*) > 1 ORDER BY hash LIMIT ?", s.Most)
		if err != nil {
			return err
		}
		return inBatches(shared, func(marks string, args []any) error {
			return each(tx, func(scan func(...any) error) error {
				var hash string
				var id workflow.IssueID
				err := scan(&hash, &id)
				hashes, ids = append(hashes, hash), append(ids, id)
				return err
			}, "SELECT hash, issue_id FROM file_refs WHERE hash IN ("+marks+") ORDER BY hash, issue_id LIMIT ?", append(args, s.Most)...)
		})
	})
	if err != nil {
		return nil, false, err
	}
	inside, err := db.among(ctx, s.inside(), ids)
	out = make(map[string][]workflow.IssueID)
	for n, id := range ids {
		if inside[id] {
			out[hashes[n]] = append(out[hashes[n]], id)
		}
	}
	return out, len(shared) == s.Most, err
}

// among says which of some issues a condition holds for. They are read by their ids: a database that joins everything at once may begin with
// all issues of the place.
func (db *DB) among(ctx context.Context, c condition, ids []workflow.IssueID) (out map[workflow.IssueID]bool, err error) {
	err = db.read(ctx, func(tx *gorm.DB) error {
		out = make(map[workflow.IssueID]bool, len(ids))
		return inBatches(ids, func(marks string, args []any) error {
			c := and(condition{"id IN (" + marks + ")", args}, c)
			return each(tx, func(scan func(...any) error) error {
				var id workflow.IssueID
				err := scan(&id)
				out[id] = true
				return err
			}, "SELECT id FROM issues WHERE "+c.sql, c.args...)
		})
	})
	return out, err
}

// SignLine is a line of history of which not all is needed.
type SignLine struct {
	Issue  workflow.IssueID
	Seq    int
	At     time.Time
	Action workflow.Action
	Round  int
	Data   []byte
}

// SignLines reads the lines of some issues that set a day or ask for something, in the order of their places.
func (db *DB) SignLines(ctx context.Context, ids []workflow.IssueID) (out map[workflow.IssueID][]SignLine, err error) {
	err = db.read(ctx, func(tx *gorm.DB) error {
		out = make(map[workflow.IssueID][]SignLine, len(ids))
		return inBatches(ids, func(marks string, args []any) error {
			return each(tx, func(scan func(...any) error) error {
				var l SignLine
				var at int64
				err := scan(&l.Issue, &l.Seq, &at, &l.Action, &l.Round, &l.Data)
				l.At = moment(at)
				out[l.Issue] = append(out[l.Issue], l)
				return err
			}, `SELECT subject, seq, at, action, round, data FROM history WHERE kind = 'issue' AND subject IN (`+marks+`)
AND (action = 'request' OR data LIKE '%"due":%') ORDER BY subject, seq`, args...)
		})
	})
	return out, err
}

// SentBack counts how often each of some issues was sent back in all its rounds.
func (db *DB) SentBack(ctx context.Context, ids []workflow.IssueID, until time.Time) (out map[workflow.IssueID]int, err error) {
	err = db.read(ctx, func(tx *gorm.DB) error {
		out = make(map[workflow.IssueID]int, len(ids))
		return inBatches(ids, func(marks string, args []any) error {
			return each(tx, func(scan func(...any) error) error {
				var id workflow.IssueID
				var n int
				err := scan(&id, &n)
				out[id] = n
				return err
			}, `SELECT subject, COUNT(*) FROM history WHERE kind = 'issue' AND subject IN (`+marks+`) AND action IN ('return', 'reject_plan', 'reject', 'refuse')
AND at < ? GROUP BY subject`, append(args, millis(until))...)
		})
	})
	return out, err
}

// SubmitNotes reads what was said when some issues were submitted, from one moment up to another.
func (db *DB) SubmitNotes(ctx context.Context, ids []workflow.IssueID, from, until time.Time) (out map[workflow.IssueID][]string, err error) {
	err = db.read(ctx, func(tx *gorm.DB) error {
		out = make(map[workflow.IssueID][]string, len(ids))
		return inBatches(ids, func(marks string, args []any) error {
			return each(tx, func(scan func(...any) error) error {
				var id workflow.IssueID
				var note string
				err := scan(&id, &note)
				out[id] = append(out[id], note)
				return err
			}, "SELECT subject, note FROM history WHERE kind = 'issue' AND subject IN ("+marks+") AND action = 'submit' AND at >= ? AND at < ? ORDER BY subject, seq",
				append(args, millis(from), millis(until))...)
		})
	})
	return out, err
}

// RowsByID reads issues as lists show them; one that is not there is left out.
func (db *DB) RowsByID(ctx context.Context, ids []workflow.IssueID) (out map[workflow.IssueID]Row, err error) {
	err = db.read(ctx, func(tx *gorm.DB) error {
		out = make(map[workflow.IssueID]Row, len(ids))
		return inBatches(ids, func(marks string, args []any) error {
			return each(tx, func(scan func(...any) error) error {
				r, err := scanRow(scan)
				out[r.ID] = r
				return err
			}, "SELECT "+rowColumns+" FROM issues i WHERE i.id IN ("+marks+")", args...)
		})
	})
	return out, err
}

// Waiting is an issue that is reported done and not verified.
type Waiting struct {
	Issue workflow.IssueID
	Org   workflow.OrgID // one below the span's place on the way to the issue, or that place
	Since workflow.Day
}

// unit is the org one below the span's place, as an expression.
func (s *SignSpan) unit() string {
	depth := max(s.Under.Depth(), 1)
	if depth == len(placeColumns) {
		return placeColumns[depth-1]
	}
	return "CASE WHEN " + placeColumns[depth] + " > 0 THEN " + placeColumns[depth] + " ELSE " + placeColumns[depth-1] + " END"
}

// WaitingBelow reads the issues that are reported done and wait for their verification, those that wait longest first.
func (db *DB) WaitingBelow(ctx context.Context, s SignSpan) (out []Waiting, err error) {
	c := and(condition{"state = ? AND reported = 1", []any{string(workflow.Verifying)}}, s.inside())
	err = db.read(ctx, func(tx *gorm.DB) error {
		out = nil
		return each(tx, func(scan func(...any) error) error {
			var w Waiting
			var since dayColumn
			err := scan(&w.Issue, &w.Org, &since)
			w.Since = since.day
			out = append(out, w)
			return err
		}, "SELECT id, "+s.unit()+", since FROM issues WHERE "+c.sql+" ORDER BY since, id LIMIT ?", append(c.args, s.Most)...)
	})
	return out, err
}

// VerifiedBelow counts the issues that were verified, by the org one below the span's place. It reads what the counters hold of each issue,
// which is narrow, and the issues themselves where those are owed to the counters; all issues where the counters are far behind.
func (db *DB) VerifiedBelow(ctx context.Context, s SignSpan) (out map[workflow.OrgID]int, err error) {
	verified := and(among("state", []workflow.State{workflow.Closing, workflow.Publicized, workflow.Closed}, wordParam), condition{sql: "reported = 1"})
	c := and(verified, s.inside())
	query := func(from, more string) string {
		return "SELECT " + s.unit() + " AS unit, COUNT(*) FROM " + from + " WHERE " + c.sql + more + " GROUP BY unit"
	}
	err = db.read(ctx, func(tx *gorm.DB) error {
		out = make(map[workflow.OrgID]int)
		owed := 0
		err := each(tx, func(scan func(...any) error) error { return scan(&owed) }, "SELECT COUNT(*) FROM ("+owedIssues+" LIMIT ?) AS p", mostOwed+1)
		if err != nil {
			return err
		}
		all, args := query("issues", ""), c.args
		if owed <= mostOwed && len(s.Scope.Mandated) == 0 { // one statement sees one state of the database
			all = query("counted", " AND issue NOT IN (SELECT subject FROM ("+owedIssues+") AS p)") + " UNION ALL " + query("issues", " AND id IN (SELECT subject FROM ("+owedIssues+") AS p)")
			args = slices.Concat(args, args)
		}
		return each(tx, func(scan func(...any) error) error {
			var org workflow.OrgID
			var n int
			err := scan(&org, &n)
			out[org] += n
			return err
		}, all, args...)
	})
	return out, err
}
