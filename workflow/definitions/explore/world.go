package explore

import (
	"time"

	"rectify/workflow"
)

// The eight organisations: a line through all five levels with a second branch, and an organ committee without a Party group above it.
const (
	root workflow.OrgID = iota + 1
	group
	committee
	general
	branch
	sibling
	beside
	flat
)

const orgs = int(flat)

// The people. The first two are watched; each of the others has one part and no second.
const (
	hero workflow.PersonID = iota + 1
	absent
	rectifier
	verifier
	closer
	asker
	decider
	clerk
	named
	partner
)

// watched is how many persons are watched.
const watched = 2

var noon = time.Date(2026, 6, 1, 4, 0, 0, 0, time.UTC)

const (
	today    workflow.Day = "2026-06-01"
	before   workflow.Day = "2026-05-01"
	due      workflow.Day = "2026-12-01"
	later    workflow.Day = "2027-06-01"
	reason                = "理由已经写得足够长了吧"
	document              = "某发〔2026〕1号"
)

// lines is the way from the root down to each organisation, by its id.
func lines() (all [orgs + 1]workflow.Lineage) {
	put := func(org, parent workflow.OrgID, level workflow.Level) {
		l := all[parent]
		l[l.Depth()] = workflow.Place{Org: org, Level: level}
		all[org] = l
	}
	put(root, 0, workflow.WorkCommittee)
	put(group, root, workflow.PartyGroup)
	put(committee, group, workflow.OrganCommittee)
	put(general, committee, workflow.GeneralBranch)
	put(branch, general, workflow.Branch)
	put(sibling, committee, workflow.Branch)
	put(beside, root, workflow.OrganCommittee)
	put(flat, beside, workflow.Branch)
	return all
}

// orgText is what an organisation is called in a story.
func orgText(org workflow.OrgID) workflow.Text {
	switch org {
	case root:
		return workflow.Say("机关工委", "the work committee")
	case group:
		return workflow.Say("甲局党组", "the Party group of A")
	case committee:
		return workflow.Say("甲局机关党委", "the organ committee of A")
	case general:
		return workflow.Say("甲局党总支", "the general branch of A")
	case branch:
		return workflow.Say("甲局第一支部", "branch 1 of A")
	case sibling:
		return workflow.Say("甲局第二支部", "branch 2 of A")
	case beside:
		return workflow.Say("乙局机关党委", "the organ committee of B")
	case flat:
		return workflow.Say("乙局支部", "the branch of B")
	}
	return workflow.Text{}
}

// personText is what a person is called in a story.
func personText(p workflow.PersonID) workflow.Text {
	switch p {
	case hero:
		return workflow.Say("罗敏", "Luo Min")
	case absent:
		return workflow.Say("陈立", "Chen Li")
	}
	return workflow.Say("别人", "somebody else")
}

// setting is where a problem is found and who may become responsible for it.
type setting struct {
	finder      workflow.OrgID
	responsible []workflow.OrgID
	parties     []workflow.OrgID // that countersign a major issue; two where nobody is above
}

// settings are the places in the tree that differ for the rules: a branch with all levels above it, one's own finding, the levels that
// judge being judged, the root, and a tree in which a level is missing.
func settings() []setting {
	return []setting{
		{committee, []workflow.OrgID{branch, sibling}, []workflow.OrgID{beside}},
		{general, []workflow.OrgID{general}, []workflow.OrgID{beside}},
		{root, []workflow.OrgID{committee, group}, []workflow.OrgID{beside}},
		{root, []workflow.OrgID{root}, []workflow.OrgID{beside, committee}},
		{beside, []workflow.OrgID{flat, beside}, []workflow.OrgID{committee}},
	}
}

// focus is what a run looks at closely. What it leaves out is in another.
type focus struct {
	at     []int // of settings
	one    bool  // one organisation is responsible throughout
	modes  []mode
	names  []workflow.PersonID // who may be named as responsible
	asks   []workflow.RequestKind
	moves  bool // merging and escalating
	around bool // what is done around the course of an issue: letters, calls, look-backs and the like
	late   bool // every time limit has passed
	stands bool // somebody stands in for another
}

// mode is how somebody acts.
type mode uint8

const (
	stranger mode = iota // somebody who had no other part
	alone                // the one watched, by a post of their own
	two                  // the same, who holds a post in the responsible organisation as well
	standsIn             // the same, by a post of their own, while standing in for another
	inPlace              // the same, in the place of the other
	themself             // the other
)

// focuses are what is looked at: combinations of posts everywhere; merging and escalating; forms of rectifying; who asks and decides;
// stand-ins, and their requests; what is done around; lateness.
func focuses() []focus {
	forms := []workflow.RequestKind{workflow.LastingForm, workflow.Suspension}
	all := []workflow.RequestKind{workflow.Extension, workflow.LastingForm, workflow.Suspension, workflow.Cancellation}
	here, elsewhere := []workflow.PersonID{named, hero}, []workflow.PersonID{named}
	stand := []mode{stranger, alone, standsIn, inPlace, themself}
	return []focus{
		{at: []int{0, 1, 2, 3, 4}, modes: []mode{stranger, alone, two}, names: here},
		{at: []int{0}, one: true, modes: []mode{stranger, alone}, names: here, moves: true},
		{at: []int{0}, one: true, modes: []mode{stranger, alone}, names: here, asks: forms},
		{at: []int{0, 3, 4}, one: true, modes: []mode{stranger, alone}, names: elsewhere, asks: all},
		{at: []int{0}, one: true, modes: stand, names: []workflow.PersonID{named, absent}, stands: true},
		{at: []int{0}, one: true, modes: stand, names: elsewhere, asks: forms[1:], stands: true},
		{at: []int{0, 3}, one: true, modes: []mode{stranger}, names: elsewhere, asks: forms, around: true},
		{at: []int{0}, one: true, modes: []mode{stranger}, names: elsewhere, asks: forms, moves: true},
		{at: []int{0, 3}, one: true, modes: []mode{stranger}, names: elsewhere, asks: all, late: true},
	}
}
