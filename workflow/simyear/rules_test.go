package simyear_test

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/engine"
	"rectify/workflow/store"
)

// rung is one step of a ladder as the judge knows it: so many days after the date (before it when negative).
type rung struct {
	days, every int
	tell        string // words with a space between
}

// rules are the reminder rules as the judge knows them. They become a file for the program.
type rules struct {
	soon, within int
	ladder       map[string][]rung
}

// shippedRules repeats what rules.yaml of workflow/remind says, so that a change there is seen here.
func shippedRules() *rules {
	return &rules{soon: 10, within: 10, ladder: map[string][]rung{
		"due":          {{-20, 0, "person"}, {-10, 0, "person leader"}, {1, 7, "person responsible secretary"}},
		"clock":        {{-1, 0, "turn"}, {1, 7, "turn head"}},
		"letter":       {{2, 7, "responsible secretary"}},
		"letter_limit": {{-3, 0, "person responsible"}, {1, 30, "responsible secretary"}},
		"call":         {{-1, 0, "turn"}, {1, 7, "turn head"}},
		"review":       {{-10, 0, "person verifier"}, {1, 30, "verifier secretary"}},
		"look_back":    {{-5, 0, "closer"}, {1, 30, "closer"}},
	}}
}

// ownRules are rules of one checklist: other days, and other people.
func ownRules() *rules {
	r := shippedRules()
	r.soon, r.within = 15, 7
	r.ladder["due"] = []rung{{-30, 0, "person"}, {-15, 0, "person responsible"}, {-7, 0, "leader"}, {0, 0, "person"}, {1, 0, "responsible"}, {3, 5, "secretary verifier"}}
	r.ladder["clock"] = []rung{{-2, 0, "turn"}, {1, 3, "turn head leader"}}
	r.ladder["look_back"] = []rung{{-5, 0, "closer verifier"}, {2, 10, "closer secretary"}}
	return r
}

// shorterRules are what the own rules become in the middle of the year.
func shorterRules() *rules {
	r := ownRules()
	r.soon = 5
	r.ladder["due"] = []rung{{-12, 0, "person"}, {2, 14, "person secretary"}}
	return r
}

const (
	officerPosts = "work_supervisor, group_member, committee_deputy, committee_officer, branch_officer"
	leaderPosts  = "group_member, committee_deputy"
)

// file is the rules as an administrator writes them.
func (r *rules) file() string {
	var b strings.Builder
	fmt.Fprintf(&b, "on: true\nsoon: %d\nladder:\n", r.soon)
	for _, topic := range []string{"due", "clock", "letter", "letter_limit", "call", "review", "look_back"} {
		fmt.Fprintf(&b, "  %s:\n", topic)
		for _, x := range r.ladder[topic] {
			when := fmt.Sprintf("overdue: %d", x.days)
			if x.days <= 0 {
				when = fmt.Sprintf("before: %d", -x.days)
			}
			if x.every > 0 {
				when += fmt.Sprintf(", every: %d", x.every)
			}
			fmt.Fprintf(&b, "    - {%s, tell: [%s]}\n", when, strings.Join(strings.Fields(x.tell), ", "))
		}
	}
	fmt.Fprintf(&b, "posts:\n  officers: [%s]\n  leaders: [%s]\nlook_back_within: %d\n", officerPosts, leaderPosts, r.within)
	return b.String()
}

func posts(list string) []workflow.Post {
	var out []workflow.Post
	for _, word := range strings.Split(list, ", ") {
		out = append(out, workflow.Post(word))
	}
	return out
}

// rulesFrom are the rules of a checklist from the run of a day on.
type rulesFrom struct {
	from workflow.Day
	list workflow.ChecklistID
	*rules
}

// rulesOf are the rules of a checklist in the run of a day.
func (w *world) rulesOf(list workflow.ChecklistID, day workflow.Day) *rules {
	out := w.shipped
	for _, r := range w.own {
		if r.list == list && r.from <= day {
			out = r.rules
		}
	}
	return out
}

// change puts other rules for a checklist into use; they count from tomorrow on.
func (y *year) change(list workflow.ChecklistID, r *rules, from workflow.Day) {
	by, err := y.desk.Actor(y.ctx, y.town.admin(y.day))
	require.NoError(y.t, err)
	_, err = y.desk.ChangeReminderRules(y.ctx, by, list, r.file(), engine.AnyRev, false)
	require.NoError(y.t, err)
	y.own = append(y.own, rulesFrom{from, list, r})
}

// lists makes two checklists of the committee above all: the second has rules of its own.
func (y *year) lists() {
	for n := range 2 {
		c := store.Checklist{ID: workflow.ChecklistID(y.town.id()), Title: fmt.Sprint("清单", n), Source: "inspection", Unit: y.town.orgs[0].ID, FoundOn: firstDay, At: y.now()}
		_, err := y.db.PutChecklist(y.ctx, c, workflow.Line{At: y.now(), Action: "imported"})
		require.NoError(y.t, err)
		y.checklists = append(y.checklists, c.ID)
	}
	y.change(y.checklists[1], ownRules(), firstDay)
}

// worked is a calendar as the judge knows it: the days that differ from the week.
type worked map[workflow.Day]bool

func (w worked) is(day workflow.Day) bool {
	if yes, known := w[day]; known {
		return yes
	}
	return !slices.Contains([]string{"Saturday", "Sunday"}, day.Time().Weekday().String())
}

// near is the day itself if it is worked, or else the worked day before (-1) or after (+1) it.
func (w worked) near(day workflow.Day, step int) workflow.Day {
	for !w.is(day) {
		day = day.Add(step)
	}
	return day
}

// count is how many worked days there are after one day up to and with another.
func (w worked) count(from, to workflow.Day) (n int) {
	for day := from.Add(1); day <= to; day = day.Add(1) {
		if w.is(day) {
			n++
		}
	}
	return n
}
