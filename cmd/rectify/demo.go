package main

import (
	"bytes"
	"context"
	"embed"
	"encoding/csv"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"rectify/api"
	"rectify/workflow"
	"rectify/workflow/calendar"
	"rectify/workflow/engine"
	"rectify/workflow/remind"
	"rectify/workflow/sheet"
)

// The tables of the demonstration: a small city of our own invention. "#n" in a cell is the n-th working day of the story.
//
//go:embed demo/*.csv
var demoTables embed.FS

const (
	demoPassword = "Qinglan@2026" // it is printed at the start, and guards invented data only
	demoDays     = 160            // working days, about eight months, from the first day of the story to today
	demoMark     = "demonstration"
	demoMinutes  = 11 // between two events of a day, which begins at nine
)

// demoAccount is an account that is printed at the start.
type demoAccount struct {
	account, name, posts string
	org                  string
	post                 workflow.Text
}

// demoPeople are the accounts as the sign-in page offers them; those who hold no post any more are left out.
func demoPeople(accounts []demoAccount) []api.DemoPerson {
	var out []api.DemoPerson
	for _, a := range accounts {
		if a.org != "" {
			out = append(out, api.DemoPerson{Account: a.account, Name: a.name, Org: a.org, Post: a.post})
		}
	}
	return out
}

// demonstrate fills an empty data folder with the demonstration, and leaves one alone that holds it already.
func (p *program) demonstrate(r rules) ([]demoAccount, error) {
	mark := filepath.Join(p.flags.Data, demoMark)
	_, err := os.Stat(mark)
	fresh := errors.Is(err, fs.ErrNotExist)
	if err != nil && !fresh {
		return nil, unreadableFile(mark, err)
	}
	if p.channels, err = demoChannels(); err != nil {
		return nil, err
	}
	clock := &demoClock{now: p.now()}
	o, err := p.openAt(r, true, clock.read)
	if err != nil {
		return nil, err
	}
	if fresh {
		p.log.Info("making the demonstration data")
		err = tellStory(p.ctx, o, r.calendar, clock)
	}
	if err == nil && fresh {
		err = writeMark(mark)
	}
	accounts, errAccounts := demoAccounts(p, o)
	return accounts, errors.Join(err, errAccounts, o.Close())
}

func writeMark(name string) error {
	if err := os.WriteFile(name, []byte("演示数据，请勿用于实际工作 demonstration data\n"), 0o600); err != nil {
		return unwritable(name, err)
	}
	return nil
}

// demoAccounts lists the accounts with the posts that they hold today, in the order of the table: from the top of the tree down.
func demoAccounts(p *program, o *opened) ([]demoAccount, error) {
	people, err := allPeople(p.ctx, o.engine, workflow.Actor{})
	if err != nil {
		return nil, err
	}
	table, err := demoTable("people")
	if err != nil {
		return nil, err
	}
	place := func(account string) int {
		return slices.IndexFunc(table, func(row []string) bool { return row[1] == account })
	}
	slices.SortFunc(people, func(a, b personJSON) int { return place(a.Account) - place(b.Account) })
	out := make([]demoAccount, len(people))
	for n, x := range people {
		out[n] = demoAccount{account: x.Account, name: x.Name, posts: p.posts(x)}
		if len(x.Posts) == 0 {
			out[n].posts = p.say(workflow.Say("（任职已到期）", "(appointment expired)"))
			continue
		}
		rule, _ := workflow.PostNamed(string(x.Posts[0].Post))
		out[n].org, out[n].post = x.Posts[0].OrgName, rule.Text
	}
	return out, nil
}

// demoClock is a clock that the story moves.
type demoClock struct{ now time.Time }

func (c *demoClock) read() time.Time { return c.now }

// city is the demonstration under way.
type city struct {
	ctx      context.Context
	o        *opened
	calendar *calendar.Calendar
	clock    *demoClock
	today    workflow.Day

	orgs   map[string]workflow.OrgID    // by code
	units  map[workflow.OrgID]string    // codes
	people map[string]workflow.PersonID // by account
	issues map[string]workflow.IssueID
	lists  map[string]workflow.ChecklistID // by letter
	events []event

	deliverer *remind.Deliverer
}

// day is the n-th working day of the story: demoDays is today or the day after, what comes later is to come.
func (c *city) day(n int) workflow.Day {
	d, _ := c.calendar.AddWorking(c.today, n-demoDays)
	return d
}

// tellStory makes the demonstration: everything that happens in it goes through the engine, at the time at which it is said to happen.
func tellStory(ctx context.Context, o *opened, cal *calendar.Calendar, clock *demoClock) error {
	now := clock.now
	c := newCity(ctx, o, cal, clock)
	var err error
	if c.deliverer, err = demoDeliverer(o, clock.read); err != nil {
		return err
	}
	people, err := o.engine.People(ctx, workflow.Actor{}, "", 1)
	if err != nil {
		return err
	}
	if len(people) > 0 {
		return workflow.Refused("not_empty", workflow.Say("数据文件夹里已有数据（或上次的演示数据没有装完），不能再装演示数据；请换一个空文件夹",
			"there are data already (or a demonstration that was broken off); take an empty folder"))
	}
	clock.now = c.day(0).Time().Add(9 * time.Hour)
	if err := c.settle(); err != nil {
		return err
	}
	c.plan()
	if err := c.play(); err != nil {
		return err
	}
	clock.now = now
	if err := c.passwords(); err != nil {
		return err
	}
	if _, err = o.engine.Tick(ctx); err != nil { // the digests of today; the server delivers them
		return err
	}
	_, _, err = o.engine.Seal(ctx)
	return err
}

// newCity is a city in which nothing has happened, whose story ends at the moment of the clock.
func newCity(ctx context.Context, o *opened, cal *calendar.Calendar, clock *demoClock) *city {
	return &city{ctx: ctx, o: o, calendar: cal, clock: clock, today: workflow.DayOf(clock.now), orgs: map[string]workflow.OrgID{},
		units: map[workflow.OrgID]string{}, people: map[string]workflow.PersonID{}, issues: map[string]workflow.IssueID{}, lists: map[string]workflow.ChecklistID{}}
}

// settle sets the city up: organisations and people.
func (c *city) settle() error {
	first := workflow.Actor{Name: c.o.osUser, OSUser: c.o.osUser}
	for _, table := range []struct {
		name string
		take importer
	}{{"orgs", c.o.engine.ImportOrgs}, {"people", c.o.engine.ImportPeople}} {
		book, err := c.book(table.name, table.name)
		if err != nil {
			return err
		}
		report, err := table.take(c.ctx, first, book, false)
		if err = errors.Join(err, spotless(report)); err != nil {
			return err
		}
	}
	orgs, err := c.o.engine.Orgs(c.ctx, 0, "", engine.PageLimit)
	for _, org := range orgs {
		c.orgs[org.Code], c.units[org.ID] = org.ID, org.Code
	}
	people, errPeople := c.o.engine.People(c.ctx, workflow.Actor{}, "", engine.PageLimit)
	for _, x := range people {
		c.people[x.Account] = x.ID
	}
	return errors.Join(err, errPeople)
}

// spotless complains when a row of a table of the demonstration was refused.
func spotless(r engine.Report) error {
	var errs []error
	for _, f := range r.Refused {
		errs = append(errs, workflow.Invalid(f.Code, "", workflow.Say("演示数据第%d行：%s", "demonstration, row %d: %s", f.Row, f.Reason)))
	}
	return errors.Join(errs...)
}

func demoTable(name string) ([][]string, error) {
	body, err := demoTables.ReadFile("demo/" + name + ".csv")
	if err != nil {
		return nil, err
	}
	return csv.NewReader(bytes.NewReader(body)).ReadAll()
}

// book makes a workbook of a table, as an office would send it.
func (c *city) book(name, title string) (*sheet.Book, error) {
	rows, err := demoTable(name)
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		for n, cell := range row {
			if at, ok := strings.CutPrefix(cell, "#"); ok {
				index, err := strconv.Atoi(at)
				if err != nil {
					return nil, err
				}
				row[n] = string(c.day(index))
			}
		}
	}
	var out bytes.Buffer
	if err := sheet.WriteSheet(&out, title, rows[0], rows[1:]); err != nil {
		return nil, err
	}
	return sheet.Read(c.ctx, &out, name+".xlsx", sheet.DefaultLimits())
}

// take imports a checklist and remembers its issues by letter and number.
func (c *city) take(account, table, letter, title string, source workflow.Source, foundOn int) error {
	by, err := c.o.engine.ActorNamed(c.ctx, account)
	if err != nil {
		return err
	}
	book, err := c.book(table, title)
	if err != nil {
		return err
	}
	report, err := c.o.engine.ImportChecklist(c.ctx, by, book, engine.ImportOptions{Source: source, Mode: engine.ModeAll, Title: title,
		File: title + ".xlsx", FoundOn: c.day(foundOn)})
	if err = errors.Join(err, spotless(report)); err != nil {
		return err
	}
	c.lists[letter] = report.Checklist
	page, err := c.o.engine.Issues(c.ctx, by, engine.Filter{Checklist: report.Checklist}, 0, "", engine.PageLimit)
	for _, row := range page.Rows {
		number, err := strconv.Atoi(strings.TrimPrefix(row.OwnNumber, "审-"))
		if err != nil {
			return err
		}
		c.issues[letter+strconv.Itoa(number)] = row.ID
	}
	return err
}

func (c *city) passwords() error {
	people, err := allPeople(c.ctx, c.o.engine, workflow.Actor{})
	if err != nil {
		return err
	}
	accounts := make([]string, len(people))
	for n, x := range people {
		accounts[n] = x.Account
	}
	by, err := c.o.engine.ActorNamed(c.ctx, "chenglang")
	if err != nil {
		return err
	}
	return c.o.engine.SetPassword(c.ctx, by, accounts, demoPassword)
}
