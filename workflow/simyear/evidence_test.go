package simyear_test

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/store"
)

// row is a reminder as the program kept it.
type row struct {
	key
	on, told workflow.Day
}

// personDay is somebody on a day.
type personDay struct {
	person workflow.PersonID
	day    workflow.Day
}

// told is a line of a digest about a date of an issue.
type told struct {
	issue workflow.IssueID
	topic string
	date  workflow.Day
}

// paper is a digest as a person reads it.
type paper struct {
	channel, state           string
	reminders, news, prompts int // as its headings count them
	lines                    []told
	about                    []workflow.IssueID // of which the news shown are
}

// evidence is what the program has written down and what receivers have got.
type evidence struct {
	owed    map[workflow.IssueID][]row
	prompts []row
	digests map[personDay]int
	papers  map[personDay][]paper
	letters []letter
	notes   []note
	written map[workflow.Day][]writing // for the robot
	held    map[int64][]workflow.Line  // history of draws
}

// writing is a message for the robot.
type writing struct{ subject, state string }

// connect opens the database beside the program.
func connect(t testing.TB, dsn string) *sql.DB {
	u, err := url.Parse(dsn)
	require.NoError(t, err)
	driver, name := "sqlite3", "file:"+strings.TrimPrefix(dsn, "sqlite:")
	if u.Scheme == "mysql" {
		password, _ := u.User.Password()
		driver, name = "mysql", fmt.Sprintf("%s:%s@tcp(%s)%s?collation=utf8mb4_bin", u.User.Username(), password, u.Host, u.Path)
	}
	db, err := sql.Open(driver, name)
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func eachRow(t testing.TB, db *sql.DB, query string, fn func(scan func(...any) error) error) {
	rows, err := db.QueryContext(t.Context(), query)
	require.NoError(t, err)
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		require.NoError(t, fn(rows.Scan))
	}
	require.NoError(t, rows.Err())
}

// gather reads the evidence.
func (y *year) gather() *evidence {
	e := &evidence{owed: map[workflow.IssueID][]row{}, digests: map[personDay]int{}, papers: map[personDay][]paper{}, written: map[workflow.Day][]writing{}, held: map[int64][]workflow.Line{}}
	db := connect(y.t, y.dsn)
	eachRow(y.t, db, "SELECT issue, round, what, date, rung, person, owed, told FROM reminders", func(scan func(...any) error) error {
		var r row
		var issue workflow.IssueID
		err := scan(&issue, &r.round, &r.what, &r.date, &r.rung, &r.person, &r.on, &r.told)
		switch r.what {
		case "month", "quarter":
			r.unreminded = true
			e.prompts = append(e.prompts, r)
		default:
			r.unreminded = r.what == "news"
			e.owed[issue] = append(e.owed[issue], r)
		}
		return err
	})
	eachRow(y.t, db, "SELECT person, day FROM digests", func(scan func(...any) error) error {
		var at personDay
		err := scan(&at.person, &at.day)
		e.digests[at]++
		return err
	})
	eachRow(y.t, db, "SELECT person, day, channel, state, subject, body FROM messages", func(scan func(...any) error) error {
		var at personDay
		var p paper
		var subject, body string
		err := scan(&at.person, &at.day, &p.channel, &p.state, &subject, &body)
		if p.channel == store.Webhook {
			e.written[at.day] = append(e.written[at.day], writing{subject, p.state})
			return err
		}
		p.read(body)
		e.papers[at] = append(e.papers[at], p)
		return err
	})
	for _, a := range y.drawn {
		lines, err := y.db.History(context.WithoutCancel(y.ctx), "draw", a.id, 0, 100)
		require.NoError(y.t, err)
		e.held[a.id] = lines
	}
	y.post.mu.Lock()
	defer y.post.mu.Unlock()
	for _, l := range y.post.letters {
		e.letters = append(e.letters, l)
	}
	for _, n := range y.post.notes {
		e.notes = append(e.notes, n)
	}
	return e
}

var (
	heading  = regexp.MustCompile(`^【(提醒|新动态|提示|待您办理)】(\d*)`)
	pathOf   = regexp.MustCompile(`^   /issues/(\d+)$`)
	dateIn   = regexp.MustCompile(`\d{4}-\d\d-\d\d`)
	beginsBy = map[string]string{"整改时限": "due", "环节时限": "clock", "督办函于": "letter", "督办函时": "letter_limit", "呼叫答复": "call", "阶段复核": "review", "回头看": "look_back"}
)

// read reads a digest as a person does: what its headings count, and its lines, which end with the place where the issue is.
func (p *paper) read(body string) {
	part, said := "", ""
	for _, line := range strings.Split(body, "\n") {
		if found := heading.FindStringSubmatch(line); found != nil {
			part = found[1]
			n, _ := strconv.Atoi(found[2])
			switch part {
			case "提醒":
				p.reminders = n
			case "新动态":
				p.news = n
			}
			continue
		}
		if strings.HasPrefix(line, "   /prompts") {
			p.prompts++
		}
		if found := pathOf.FindStringSubmatch(line); found != nil {
			id, _ := strconv.ParseInt(found[1], 10, 64)
			switch part {
			case "提醒":
				p.lines = append(p.lines, told{workflow.IssueID(id), topicOf(said), workflow.Day(dateIn.FindString(said))})
			case "新动态":
				p.about = append(p.about, workflow.IssueID(id))
			}
		}
		said = strings.TrimSpace(line)
	}
}

func topicOf(said string) string {
	for begin, topic := range beginsBy {
		if strings.HasPrefix(said, begin) {
			return topic
		}
	}
	return said
}

// sameLines says whether the lines shown are those wanted; a digest shows twenty and counts the others.
func sameLines(shown, wanted []told) bool {
	rest := slices.Clone(wanted)
	for _, line := range shown {
		n := slices.Index(rest, line)
		if n < 0 {
			return false
		}
		rest = slices.Delete(rest, n, n+1)
	}
	return len(rest) == 0 || len(shown) == 20
}
