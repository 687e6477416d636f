package api

import (
	"slices"
	"strings"
	"sync"
	"time"

	"rectify/workflow"
	"rectify/workflow/engine"
)

const (
	checksKept = 4               // reports in all; one of 8,000 rows takes some 20 MB
	checkKept  = 5 * time.Minute // what the database holds moves on
)

// checks keeps for a few minutes how checklists were understood: who looks through the rows does not wait for the workbook to be read
// again on each page. What is imported is always read anew.
type checks struct {
	now  func() time.Time
	mu   sync.Mutex
	kept []check // the latest last
}

// check is how a workbook was understood for somebody.
type check struct {
	person workflow.PersonID
	as     string // the posts that they held
	of     string // the address of the wizard
	at     time.Time
	report engine.Report
}

func postsKey(by *workflow.Actor) string {
	return strings.Join(each(by.Appointments, func(a workflow.Appointment) string { return id(a.ID) }), " ")
}

// of is what the actor was told about a wizard's workbook. Nobody changes what the report points to.
func (q *checks) of(by *workflow.Actor, of string) (engine.Report, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for n := range q.kept {
		c := &q.kept[n]
		if c.person == by.Person && c.of == of && c.as == postsKey(by) && q.now().Sub(c.at) < checkKept {
			return c.report, true
		}
	}
	return engine.Report{}, false
}

// keep remembers what the actor is told.
func (q *checks) keep(by *workflow.Actor, of string, r engine.Report) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.kept = slices.DeleteFunc(q.kept, func(c check) bool { return q.now().Sub(c.at) >= checkKept || c.person == by.Person && c.of == of })
	q.kept = append(q.kept[max(0, len(q.kept)+1-checksKept):], check{by.Person, postsKey(by), of, q.now(), r})
}

// forget drops everything: an import has changed what is known already.
func (q *checks) forget() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.kept = nil
}
