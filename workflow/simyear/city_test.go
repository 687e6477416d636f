package simyear_test

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/store"
)

// The first and the last day of the year, and when the holidays of its second half become known.
const (
	firstDay = workflow.Day("2026-06-01")
	lastDay  = workflow.Day("2027-05-31")
)

// next2027 is a notice for 2027 as the tests have it: the real one comes in November 2026.
const next2027 = `{"years": [{"year": 2027, "notice": "测试公布〔2026〕1号", "issued": "2026-11-04", "source": "https://example.gov.cn/2027", "holidays": [
{"name": "元旦", "from": "2027-01-01", "to": "2027-01-03"}, {"name": "春节", "from": "2027-02-05", "to": "2027-02-12"},
{"name": "清明节", "from": "2027-04-03", "to": "2027-04-05"}, {"name": "劳动节", "from": "2027-05-01", "to": "2027-05-05"}],
"working": ["2027-02-14", "2027-02-20", "2027-05-08"]}]}`

// org is an organisation of the city with those who hold posts in it, by post.
type org struct {
	store.Org
	dept  int // the department, 0 for the committee above all
	above *org
}

// held is an appointment as the town knows it.
type held struct {
	store.Appointed
	level workflow.Level
}

// town is the tree with its people. It is told of every change, so that it can say who held what on which day.
type town struct {
	orgs   []*org
	byID   map[workflow.OrgID]*org
	depts  [][]*org // the branches of each department
	group  []*org   // the Party group of each department; 0 is the committee above all
	organ  []*org   // the organ committee of each department
	held   map[workflow.OrgID][]*held
	of     map[workflow.PersonID][]*held
	people []store.Person
	mails  map[workflow.PersonID]bool
	next   int64
}

func (t *town) id() int64 {
	t.next++
	return t.next
}

func (t *town) build(above *org, dept int, level workflow.Level, code, name string) *org {
	o := &org{Org: store.Org{ID: workflow.OrgID(t.id()), Code: code, Name: name, Level: level}, dept: dept, above: above}
	if above != nil {
		o.Parent, o.Line = above.ID, above.Line
	}
	o.Line[o.Line.Depth()] = workflow.Place{Org: o.ID, Level: level}
	t.orgs, t.byID[o.ID] = append(t.orgs, o), o
	return o
}

// staff puts somebody into a post from the first day on.
func (t *town) staff(o *org, posts ...workflow.Post) {
	for _, post := range posts {
		p := t.person()
		t.appoint(p.ID, o, post, "2020-01-01", "", 0)
	}
}

func (t *town) person() *store.Person {
	id := t.id()
	t.people = append(t.people, store.Person{ID: workflow.PersonID(id), Account: fmt.Sprintf("p%d", id), Name: fmt.Sprintf("某%d", id), Active: true})
	return &t.people[len(t.people)-1]
}

func (t *town) appoint(p workflow.PersonID, o *org, post workflow.Post, from, until workflow.Day, standsInFor workflow.PersonID) *held {
	h := &held{level: o.Level, Appointed: store.Appointed{Person: p, Appointment: workflow.Appointment{
		ID: workflow.AppointmentID(t.id()), Org: o.ID, OrgName: o.Name, Line: o.Line, Post: post, From: from, Until: until, For: standsInFor,
	}}}
	t.held[o.ID], t.of[p] = append(t.held[o.ID], h), append(t.of[p], h)
	return h
}

// newTown lays the city out: a committee, departments of a Party group, an organ committee and branches, in every third department two of
// them under a general branch.
func newTown(rnd *rand.Rand, branches int) *town {
	const each = 10 // branches of a department
	t := &town{byID: map[workflow.OrgID]*org{}, held: map[workflow.OrgID][]*held{}, of: map[workflow.PersonID][]*held{}, mails: map[workflow.PersonID]bool{}}
	root := t.build(nil, 0, workflow.WorkCommittee, "00", "市直机关工委")
	t.staff(root, "work_secretary", "work_supervisor", "work_supervisor", "system_admin")
	t.group, t.organ, t.depts = []*org{root}, []*org{root}, [][]*org{nil}
	for dept := 1; (dept-1)*each < branches; dept++ {
		code := fmt.Sprintf("%03d", dept)
		group := t.build(root, dept, workflow.PartyGroup, code, "第"+code+"局党组")
		organ := t.build(group, dept, workflow.OrganCommittee, code+"00", "第"+code+"局机关党委")
		t.staff(group, "group_secretary", "group_member", "group_member")
		t.staff(organ, "committee_secretary", "committee_deputy", "committee_officer", "committee_officer")
		var below []*org
		parent := organ
		if dept%3 == 0 {
			parent = t.build(organ, dept, workflow.GeneralBranch, code+"90", "第"+code+"局党总支")
			t.staff(parent, "general_secretary", "branch_officer")
		}
		for n := 1; n <= min(each, branches-(dept-1)*each); n++ {
			b := t.build(parent, dept, workflow.Branch, fmt.Sprintf("%s%02d", code, n), fmt.Sprintf("第%s局第%d党支部", code, n))
			if n == 2 {
				parent = organ
			}
			t.staff(b, "branch_secretary")
			if rnd.IntN(8) > 0 { // where there is no officer the secretary is told
				t.staff(b, "branch_officer")
			}
			below = append(below, b)
		}
		t.group, t.organ, t.depts = append(t.group, group), append(t.organ, organ), append(t.depts, below)
	}
	for _, p := range t.people {
		t.mails[p.ID] = rnd.IntN(6) == 0
	}
	return t
}

// put writes the town into the database by the doors for many.
func (t *town) put(y *year) {
	line := workflow.Line{At: y.now(), Action: "imported"}
	var orgs []store.Org
	for _, o := range t.orgs {
		orgs = append(orgs, o.Org)
	}
	require.NoError(y.t, y.db.PutOrgs(y.ctx, orgs, func(store.Org, *store.Org) workflow.Line { return line }))
	for some := range slices.Chunk(t.people, 500) {
		var all []store.Appointed
		for _, p := range some {
			for _, h := range t.of[p.ID] {
				all = append(all, h.Appointed)
			}
		}
		require.NoError(y.t, y.db.PutPeople(y.ctx, some, all, nil, func(store.Person, *store.Person) workflow.Line { return line }, func(store.Appointed) workflow.Line { return line }))
		for _, p := range some {
			if t.mails[p.ID] {
				c := store.Choice{Person: p.ID, Channel: store.Mail, Address: p.Account + "@city.gov.cn", On: true}
				require.NoError(y.t, y.db.PutChoice(y.ctx, c, line))
			}
		}
	}
}

// in are the people with a post in an org on a day; without posts all of them but administrators.
func (t *town) in(org workflow.OrgID, day workflow.Day, posts ...workflow.Post) []workflow.PersonID {
	var out []workflow.PersonID
	for _, h := range t.held[org] {
		wanted := slices.Contains(posts, h.Post) || len(posts) == 0 && h.Post != "system_admin"
		if wanted && h.From <= day && (h.Until == "" || day <= h.Until) && !slices.Contains(out, h.Person) {
			out = append(out, h.Person)
		}
	}
	return out
}

// actor is somebody with the posts that they held on a day.
func (t *town) actor(person workflow.PersonID, day workflow.Day) *workflow.Actor {
	by := &workflow.Actor{Person: person}
	for _, h := range t.of[person] {
		if h.From <= day && (h.Until == "" || day <= h.Until) {
			by.Appointments = append(by.Appointments, h.Appointment)
		}
	}
	return by
}

// admin is the system administrator.
func (t *town) admin(day workflow.Day) workflow.PersonID {
	return t.in(t.orgs[0].ID, day, "system_admin")[0]
}

// changes lets people come and go from tomorrow on: an officer leaves and another comes, or somebody stands in for a secretary.
func (y *year) changes() {
	t, tomorrow := y.town, y.day.Add(1)
	depts := t.depts[1+y.rnd.IntN(len(t.depts)-1)]
	o := depts[y.rnd.IntN(len(depts))]
	line := workflow.Line{At: y.now(), Action: "appointed"}
	if y.rnd.IntN(2) == 0 {
		secretary := t.in(o.ID, y.day, "branch_secretary")
		deputy := t.in(t.organ[o.dept].ID, y.day, "committee_officer")
		if len(secretary) > 0 && len(deputy) > 0 {
			h := t.appoint(deputy[0], o, "branch_secretary", tomorrow, tomorrow.Add(5+y.rnd.IntN(20)), secretary[0])
			require.NoError(y.t, y.db.Appoint(y.ctx, h.Appointed, line))
		}
		return
	}
	for _, h := range t.held[o.ID] {
		if h.Post == "branch_officer" && h.Until == "" {
			h.Until = y.day
			require.NoError(y.t, y.db.EndAppointment(y.ctx, h.ID, y.day, line))
			p := t.person()
			fresh := t.appoint(p.ID, o, "branch_officer", tomorrow, "", 0)
			same := func(store.Person, *store.Person) workflow.Line { return line }
			require.NoError(y.t, y.db.PutPeople(y.ctx, []store.Person{*p}, []store.Appointed{fresh.Appointed}, nil, same, func(store.Appointed) workflow.Line { return line }))
			return
		}
	}
}
