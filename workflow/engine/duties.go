package engine

import (
	"context"
	"slices"

	"rectify/workflow"
	"rectify/workflow/store"
)

// DutyList is the duty list by level and post (三级四岗责任清单) of an organisation in a period: what each post answers for, what of it is
// open, done and late, and what was done about responsibility. It is made of the policy, the machines, the appointments and the record,
// and nobody fills it in. It counts by post and organisation and never by person.
//
// The three levels are the Party group, the organ committee, and the branch with the general branch; a work committee stands above them.
// The four seats are the secretary; the deputies and members; the Party affairs officers (at a work committee the supervisors); and the
// committee members and liaison officers of branches. So the posts of the program are told apart by Tier and Seat, and an office that
// knows other seats reads the posts.
type DutyList struct {
	Org      Org
	Whole    bool // with the organisations below
	Period   Period
	Today    workflow.Day
	On       workflow.Day // the past day at whose end it was so, which Today is then; "" for now
	Rows     []DutyRow
	Accounts AccountCount
}

// AccountCount is what was done about responsibility in a period.
type AccountCount = store.AccountCount

// DutyRow is a post at a level with what it answers for.
type DutyRow struct {
	Level   workflow.Level
	Post    workflow.PostRule
	Holders []Holder // in the organisation itself, on the day
	Charges []DutyCharge
}

// DutyCharge is something that a post answers for. What is open waits for the organisation, so that all its posts that answer for it have
// it in common; what is done was done by the post.
type DutyCharge struct {
	Rule     workflow.ChargeRule
	Actions  []workflow.Action
	UpTo     workflow.Grade // of issues
	Place    string         // the first line of the policy that says so
	Basis    workflow.Text  // of the time limit, or of what counts where no clock runs
	Open     int
	OpenLate int // without what the unit found by itself when it was asked to look
	Own      int // of Open: found so
	OwnLate  int // of those, past the day; it is counted against nobody
	Done     int // in the period
	DoneLate int // of those
}

// Tier is the level in the three-level scheme.
func (r *DutyRow) Tier() workflow.Text {
	switch r.Level {
	case workflow.WorkCommittee:
		return workflow.Text{Zh: "机关工委", En: "work committee"}
	case workflow.PartyGroup:
		return workflow.Text{Zh: "党组", En: "Party group"}
	case workflow.OrganCommittee:
		return workflow.Text{Zh: "机关党委", En: "organ committee"}
	}
	return workflow.Text{Zh: "党支部（党总支）", En: "branch"}
}

// Seat is the post in the four-post scheme.
func (r *DutyRow) Seat() workflow.Text {
	switch r.Post.Post {
	case "group_member", "committee_deputy":
		return workflow.Text{Zh: "副书记（成员）岗", En: "deputy or member"}
	case "committee_officer", "work_supervisor":
		return workflow.Text{Zh: "党务干部岗", En: "Party affairs officer"}
	case "branch_officer":
		return workflow.Text{Zh: "委员（联络员）岗", En: "member or liaison"}
	}
	return workflow.Text{Zh: "书记岗", En: "secretary"}
}

// Duties is the duty list of an organisation, alone or with those below it: of today, or as it was at the end of a past day, by the rules
// of today.
//
// Errors: ErrForbidden where the actor does not oversee the organisation, ErrNotFound where it is not there, ErrInvalid as Issues for a day
// that cannot be shown.
func (e *Engine) Duties(ctx context.Context, by workflow.Actor, org workflow.OrgID, whole bool, p Period, on workflow.Day) (DutyList, error) {
	on, err := e.pastDay(ctx, on)
	if err != nil {
		return DutyList{}, err
	}
	o, err := e.db.Org(ctx, org)
	if err != nil {
		return DutyList{}, err
	}
	if !e.Oversees(&by, o.Line) {
		return DutyList{}, workflow.Forbidden("not_permitted", workflow.Say("责任清单由本单位和上级组织查看", "a duty list is for the organisation and those above it"))
	}
	if err := e.took(ctx, &by, "duties", 0, titled(o.Shown(), on)); err != nil {
		return DutyList{}, err
	}
	return e.duties(ctx, o, whole, p, on, nil)
}

// OwnDuties are the duty lists of the posts that the actor holds today, one for each organisation, as of now or of a past day.
func (e *Engine) OwnDuties(ctx context.Context, by workflow.Actor, p Period, on workflow.Day) ([]DutyList, error) {
	on, err := e.pastDay(ctx, on)
	if err != nil {
		return nil, err
	}
	var orgs []workflow.OrgID
	posts := make(map[workflow.OrgID][]workflow.Post)
	for _, a := range by.Appointments {
		if post, _ := workflow.PostNamed(string(a.Post)); post.Admin || a.Post == "inspector" {
			continue
		}
		if posts[a.Org] == nil {
			orgs = append(orgs, a.Org)
		}
		posts[a.Org] = append(posts[a.Org], a.Post)
	}
	found, err := e.db.OrgsByID(ctx, orgs)
	if err != nil {
		return nil, err
	}
	out := make([]DutyList, len(orgs))
	for n, id := range orgs {
		if out[n], err = e.duties(ctx, found[id], false, p, on, posts[id]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// duties makes the list, of some posts or (nil) of all.
func (e *Engine) duties(ctx context.Context, org Org, whole bool, p Period, on workflow.Day, posts []workflow.Post) (DutyList, error) {
	list := DutyList{Org: org, Whole: whole, Period: p, Today: first(on, e.Today()), On: on}
	for _, row := range e.dutyRows() {
		in := row.Level == org.Level || whole && row.Level < org.Level
		if in && (posts == nil || slices.Contains(posts, row.Post.Post)) {
			list.Rows = append(list.Rows, row)
		}
	}
	slices.SortStableFunc(list.Rows, func(a, b DutyRow) int { return int(b.Level) - int(a.Level) })
	if err := e.seat(ctx, &list); err != nil {
		return list, err
	}
	among := store.Among{Org: org.ID, On: on}
	if whole {
		among.Under = org.Line
	}
	if err := e.tellDuties(ctx, &list, among); err != nil {
		return list, err
	}
	var err error
	list.Accounts, err = e.db.Accounts(ctx, among, p.From, p.To)
	return list, err
}

// seat writes beside the posts of the organisation itself who holds them.
func (e *Engine) seat(ctx context.Context, list *DutyList) error {
	held, err := e.db.AppointmentsIn(ctx, []workflow.OrgID{list.Org.ID}, list.Today)
	if err != nil {
		return err
	}
	holders, err := e.holders(ctx, held)
	for n := range list.Rows {
		r := &list.Rows[n]
		for _, h := range holders {
			if r.Level == list.Org.Level && h.Post == r.Post.Post {
				r.Holders = append(r.Holders, h)
			}
		}
	}
	return err
}

// tellDuties writes into the list what is open, done and late.
func (e *Engine) tellDuties(ctx context.Context, list *DutyList, among store.Among) error {
	open, err := e.db.OpenCharges(ctx, among, list.Today)
	if err != nil {
		return err
	}
	met, err := e.db.MetCharges(ctx, among, list.Period.From, list.Period.To, list.Today)
	for n := range list.Rows {
		r := &list.Rows[n]
		for m := range r.Charges {
			c := &r.Charges[m]
			for _, x := range open {
				if x.Level == r.Level && x.Charge == c.Rule.Charge {
					c.Open, c.OpenLate, c.Own, c.OwnLate = c.Open+x.Open, c.OpenLate+x.Late, c.Own+x.Own, c.OwnLate+x.OwnLate
				}
			}
			for _, x := range met {
				if x.Level == r.Level && x.Charge == c.Rule.Charge && x.Post == r.Post.Post {
					c.Done, c.DoneLate = c.Done+x.Done, c.DoneLate+x.Late
				}
			}
		}
	}
	return err
}

// dutyRows are all posts at all their levels with what they answer for by the policy and the machines in force.
func (e *Engine) dutyRows() []DutyRow {
	var out []DutyRow
	for _, post := range workflow.Posts() {
		if post.Auto || post.Admin || post.Post == "inspector" {
			continue
		}
		for _, level := range post.Levels {
			row := DutyRow{Level: level, Post: post}
			for _, rule := range workflow.Charges() {
				if c, ok := e.charge(rule, post.Post, level); ok {
					row.Charges = append(row.Charges, c)
				}
			}
			if len(row.Charges) > 0 {
				out = append(out, row)
			}
		}
	}
	return out
}

// charge says whether a post answers for something: it may take a step by which that is met.
func (e *Engine) charge(rule workflow.ChargeRule, post workflow.Post, level workflow.Level) (DutyCharge, bool) {
	c := DutyCharge{Rule: rule}
	actions := rule.By
	if rule.State != "" {
		actions, c.Basis = e.leaving(rule.State)
	}
	if rule.Charge == workflow.ChargeCall {
		c.Basis = e.callBasis()
	}
	if rule.State == workflow.Rectifying && c.Basis.Zh != "" { // the due day counts, but for what is to be put right at once
		c.Basis = workflow.Say("%s；%s", "%s; %s", rule.Basis, c.Basis)
	}
	c.Basis = first(c.Basis, rule.Basis)
	for _, a := range actions {
		may := false
		for _, r := range workflow.AllRelations() {
			for _, g := range workflow.Grades() {
				if line, ok := e.guard.May(post, level, r, a, g); ok && rule.As.Has(r) {
					may, c.UpTo, c.Place = true, max(c.UpTo, g), first(c.Place, line.Place())
				}
			}
		}
		if may {
			c.Actions = append(c.Actions, a)
		}
	}
	return c, len(c.Actions) > 0
}

// callBasis is the basis of the time in which a call is answered, by the first machine that has one.
func (e *Engine) callBasis() workflow.Text {
	for _, d := range e.Machines() {
		if rule, ok := d.Clock(clockCall); ok {
			return rule.Basis
		}
	}
	return workflow.Text{}
}

// leaving are the steps that take issues out of a state, by any of the machines, and the basis of its time limit.
func (e *Engine) leaving(state workflow.State) (actions []workflow.Action, basis workflow.Text) {
	for _, d := range e.Machines() {
		for n := range d.Arrows {
			arrow := &d.Arrows[n]
			if arrow.To == state && state != workflow.Publicized && basis.Zh == "" {
				rule, _ := d.Clock(arrow.Clock)
				basis = rule.Basis
			}
			if slices.Contains(arrow.From, state) && arrow.To != workflow.Same && arrow.To != workflow.Merged && !slices.Contains(actions, arrow.Do) {
				actions = append(actions, arrow.Do)
			}
		}
	}
	return actions, basis
}
