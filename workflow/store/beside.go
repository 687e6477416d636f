package store

import (
	"cmp"
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"gorm.io/gorm"

	"rectify/workflow"
)

// LetterRow is a supervision letter as lists show it.
type LetterRow struct {
	Issue       workflow.IssueID
	No          int // counted from 1 within the issue
	Number      string
	Rung        workflow.Rung
	Org, To     workflow.OrgID
	Limit       workflow.Day
	SentOn      workflow.Day
	SignedOn    workflow.Day // "" until it is signed for
	ToSign      bool         // it is still to be signed for, as Issue.ToBeSigned says
	Pending     bool         // what it asks for is still to be done
	IssueNumber string
	Round       int // of the issue
	Title       string
}

// LetterFilter narrows a list of letters. What is empty does not narrow it.
type LetterFilter struct {
	Rung   workflow.Rung
	Signed *bool            // signed for, or still to be signed for
	Late   bool             // pending, with the limit before Today
	Under  workflow.Lineage // the subtree of an org
	Today  workflow.Day
	On     workflow.Day // as they were at the end of a past day, which Today is then
}

// CallRow is a call for help as lists show it.
type CallRow struct {
	Issue       workflow.IssueID
	No          int // counted from 1 within the issue
	From, To    workflow.OrgID
	Wants       workflow.Wants
	On, Until   workflow.Day
	Open        bool
	Reply       workflow.Reply
	RepliedOn   workflow.Day
	Climbed     int // how often it went one higher
	IssueNumber string
	Round       int // of the issue
	Title       string
}

// CallFilter narrows a list of calls. What is empty does not narrow it; To and From each name at least one org or none.
type CallFilter struct {
	To    []workflow.OrgID
	From  []workflow.OrgID
	Open  *bool
	Late  bool // open, with the day of the answer before Today
	Under workflow.Lineage
	Today workflow.Day
	On    workflow.Day // as in LetterFilter
}

// toBeSigned is Issue.ToBeSigned as a condition on the row of a letter.
const toBeSigned = "signed_on IS NULL AND EXISTS (SELECT 1 FROM issues s WHERE s.id = issue_id AND s.responsible = to_org AND s.phase NOT IN ('find', 'end') AND s.state <> 'closed')"

// Letters reads a page of the letters of issues in a scope, the latest first. After is the next of the page before, "" for the first.
// ErrInvalid with the code bad_cursor.
func (db *DB) Letters(ctx context.Context, s Scope, f LetterFilter, after string, limit int) (rows []LetterRow, next string, err error) {
	at, err := parsePlace(after, noDue)
	if err != nil {
		return nil, "", err
	}
	q := besideQuery{table: "issue_letters", day: "sent_on", columns: "number, rung, org, to_org, limit_day, sent_on, signed_on, pending", latest: true, narrow: f.narrow(), at: at}
	return readBeside(ctx, db, q, s, Filter{Under: f.Under, On: f.On}, limit, scanLetter, func(r *LetterRow) placeCursor {
		return placeCursor{orNever(r.SentOn), int64(r.Issue), int64(r.No)}
	})
}

func scanLetter(scan func(...any) error) (r LetterRow, err error) {
	var until, sent, signed dayColumn
	var i workflow.Issue
	err = scan(&r.Issue, &r.No, &r.Number, &r.Rung, &r.Org, &r.To, &until, &sent, &signed, &r.Pending, &r.IssueNumber, &r.Round, &r.Title, &i.State, &i.Responsible)
	r.Limit, r.SentOn, r.SignedOn = until.day, sent.day, signed.day
	if i.Letters = []workflow.Letter{{To: r.To}}; r.SignedOn == "" {
		r.ToSign = i.ToBeSigned(0)
	}
	return r, err
}

func (f *LetterFilter) narrow() condition {
	var all []condition
	if f.Rung != "" {
		all = append(all, condition{"rung = ?", []any{string(f.Rung)}})
	}
	if f.Signed != nil {
		all = append(all, condition{map[bool]string{true: "signed_on IS NOT NULL", false: toBeSigned}[*f.Signed], nil})
	}
	if f.Late {
		all = append(all, condition{"pending = ? AND limit_day < ?", []any{1, string(max(f.Today, firstDay))}})
	}
	return and(all...)
}

// Calls reads a page of the calls of issues in a scope, by the day on which an answer is due. After as in Letters.
func (db *DB) Calls(ctx context.Context, s Scope, f CallFilter, after string, limit int) (rows []CallRow, next string, err error) {
	at, err := parsePlace(after, firstDay)
	if err != nil {
		return nil, "", err
	}
	q := besideQuery{table: "issue_calls", day: "until_day", columns: "from_org, to_org, wants, called_on, until_day, waiting, reply, replied_on, climbed", narrow: f.narrow(), at: at}
	return readBeside(ctx, db, q, s, Filter{Under: f.Under, On: f.On}, limit, scanCall, func(r *CallRow) placeCursor {
		return placeCursor{orNever(r.Until), int64(r.Issue), int64(r.No)}
	})
}

func scanCall(scan func(...any) error) (r CallRow, err error) {
	var on, until, replied dayColumn
	var i workflow.Issue
	err = scan(&r.Issue, &r.No, &r.From, &r.To, &r.Wants, &on, &until, &r.Open, &r.Reply, &replied, &r.Climbed, &r.IssueNumber, &r.Round, &r.Title, &i.State, &i.Responsible)
	r.On, r.Until, r.RepliedOn = on.day, until.day, replied.day
	return r, err
}

func (f *CallFilter) narrow() condition {
	all := []condition{among("to_org", f.To, idParam), among("from_org", f.From, idParam)}
	if f.Open != nil {
		all = append(all, condition{"waiting = ?", []any{flag(*f.Open)}})
	}
	if f.Late {
		all = append(all, condition{"waiting = ? AND until_day < ?", []any{1, string(max(f.Today, firstDay))}})
	}
	return and(all...)
}

// besideQuery is a list of a derived table, in the order of a day of its rows.
type besideQuery struct {
	table, day, columns string
	latest              bool // the latest first
	narrow              condition
	at                  placeCursor
}

// readBeside reads a page of a derived table with the next of it: of the filter the place and the day count.
func readBeside[R any](ctx context.Context, db *DB, q besideQuery, s Scope, f Filter, limit int, scan func(func(...any) error) (R, error), place func(*R) placeCursor) (rows []R, next string, err error) {
	limit = max(1, min(limit, maxPage))
	read := func(tx *gorm.DB, s Scope, f Filter) error {
		query, args := q.page(s, f, limit+1)
		return each(tx, func(columns func(...any) error) error {
			r, err := scan(columns)
			rows = append(rows, r)
			return err
		}, query, args...)
	}
	if f.On == "" {
		err = db.read(ctx, func(tx *gorm.DB) error {
			rows = make([]R, 0, limit+1)
			return read(tx, s, f)
		})
	} else {
		err = db.onDay(ctx, f.On, func(b both) error {
			rows = make([]R, 0, 2*limit+2)
			return b.each(s, f, read)
		})
		slices.SortFunc(rows, func(a, b R) int { return q.compare(place(&a), place(&b)) })
	}
	if len(rows) > limit {
		rows, next = rows[:limit], place(&rows[limit-1]).text()
	}
	return rows, next, err
}

func (q *besideQuery) compare(a, b placeCursor) int {
	if q.latest {
		a, b = b, a
	}
	return cmp.Or(cmp.Compare(a.day, b.day), cmp.Compare(a.issue, b.issue), cmp.Compare(a.no, b.no))
}

// page finds the rows of a page in every part of a scope by an index, and then the issues that they belong to.
func (q *besideQuery) page(s Scope, f Filter, limit int) (string, []any) {
	next, order := condition{q.day + " >= ? AND (" + q.day + " > ? OR issue_id > ? OR issue_id = ? AND no > ?)", q.at.args()}, ""
	if q.latest {
		next.sql = strings.ReplaceAll(next.sql, ">", "<")
		order = " DESC"
	}
	order = " ORDER BY " + q.day + order + ", issue_id" + order + ", no" + order + " LIMIT ?"
	narrow := and(q.narrow, ofIssues("issue_id", f.still))
	var parts []string
	var args []any
	for n, c := range s.beside(f.Under) {
		c = and(c, next, narrow)
		parts = append(parts, fmt.Sprintf("SELECT issue_id, no, %s FROM (SELECT issue_id, no, %s FROM %s WHERE %s%s) AS q%d", q.day, q.day, q.table, c.sql, order, n))
		args = append(append(args, c.args...), limit)
	}
	if len(parts) == 0 {
		parts = append(parts, "SELECT issue_id, no, "+q.day+" FROM "+q.table+" WHERE 1 = 0")
	}
	columns := "b." + strings.ReplaceAll(q.columns, ", ", ", b.")
	found := "SELECT issue_id, no, " + q.day + " FROM (" + strings.Join(parts, " UNION ") + ") AS u" + order
	all := "SELECT b.issue_id, b.no, " + columns + ", i.number, i.round, i.title, i.state, i.responsible FROM (" + found + ") AS p JOIN " + q.table +
		" b ON b.issue_id = p.issue_id AND b.no = p.no JOIN issues i ON i.id = p.issue_id" + strings.NewReplacer(q.day, "p."+q.day, " issue_id", " p.issue_id", " no", " p.no").Replace(order)
	return all, append(append(args, limit), limit)
}

// ofIssues is a condition on issues as one on a column with their ids.
func ofIssues(column string, c condition) condition {
	if c.sql != "" {
		c.sql = column + " IN (SELECT id FROM issues WHERE " + c.sql + ")"
	}
	return c
}

// beside are the parts of a scope as conditions on a derived table.
func (s *Scope) beside(under workflow.Lineage) []condition {
	inside := below(under)
	if s.All {
		return []condition{inside}
	}
	var out []condition
	for _, l := range s.trees(under) {
		out = append(out, below(l))
	}
	if len(s.People) > 0 {
		people := among("person", s.People, idParam)
		people.sql = "issue_id IN (SELECT id FROM issues WHERE " + people.sql + ")"
		out = append(out, and(people, inside))
	}
	for n := range s.Mandated {
		out = append(out, and(s.Mandated[n].holds("issue_id"), inside))
	}
	if len(s.Orgs) > 0 {
		orgs := among("org_id", s.Orgs, idParam)
		orgs.sql = "issue_id IN (SELECT issue_id FROM issue_orgs WHERE " + orgs.sql + ")"
		out = append(out, and(orgs, inside))
	}
	return out
}

// placeCursor is the end of a page of a derived table.
type placeCursor struct {
	day       string
	issue, no int64
}

func (c placeCursor) args() []any { return []any{c.day, c.day, c.issue, c.issue, c.no} }

func (c placeCursor) text() string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%s %d %d", c.day, c.issue, c.no))
}

// parsePlace reads the end of a page; the first one begins at a day before all others in the order of the list.
func parsePlace(text, begin string) (placeCursor, error) {
	if text == "" {
		return placeCursor{day: begin}, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(text)
	parts := strings.Split(string(raw), " ")
	if err == nil && len(parts) == 3 {
		_, wrong := time.Parse(time.DateOnly, parts[0])
		issue, bad := strconv.ParseInt(parts[1], 10, 64)
		no, worse := strconv.ParseInt(parts[2], 10, 32)
		if wrong == nil && bad == nil && worse == nil && parts[0] >= firstDay && issue > 0 && no > 0 {
			return placeCursor{parts[0], issue, no}, nil
		}
	}
	return placeCursor{}, workflow.Invalid("bad_cursor", "after", workflow.Say("翻页标记无效，请从第一页重新开始", "this is not the end of a page; start again from the first page"))
}
