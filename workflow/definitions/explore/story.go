package explore

import (
	"slices"

	"rectify/workflow"
)

// Story is the shortest way to something that may not happen.
type Story struct {
	Claim   Claim
	Machine workflow.Text
	Grade   workflow.Grade
	Who     workflow.Text // the person and their posts
	Can     workflow.Text // what they can do, in a sentence
	Steps   []StoryStep
}

// StoryStep is one step of a story.
type StoryStep struct {
	Text workflow.Text
	Rule string // the line of the policy that allowed it
}

// Text is the story in a sentence.
func (s *Story) Text() workflow.Text {
	return workflow.Say("%s%s（%s，%s问题，共%d步）", "%s %s (%s, a %s issue, %d steps)", s.Who, s.Can, s.Machine, s.Grade.Text(), len(s.Steps))
}

// story tells how a node was come to.
func (r *run) story(claim Claim, at int32) *Story {
	s := &Story{Claim: claim, Machine: r.d.Title, Grade: r.grade, Can: claim.can()}
	var way []*node
	for n := at; n > 0; n = r.nodes[n].parent {
		way = append(way, &r.nodes[n])
	}
	slices.Reverse(way)
	s.Who = r.whose(claim, way)
	for _, n := range way {
		s.Steps = append(s.Steps, StoryStep{stepText(&n.did, n.state), n.did.rule})
	}
	return s
}

// whose names the watched who acted on the way, with their posts.
func (r *run) whose(claim Claim, way []*node) (text workflow.Text) {
	if claim == NoEnd || claim == Undecided || claim == Unsigned || claim == Skipped || claim == Unshown {
		return workflow.Text{}
	}
	for p := hero; p <= watched; p++ {
		var posts []workflow.Text
		add := func(org workflow.OrgID, post workflow.Post) {
			rule, _ := workflow.PostNamed(string(post))
			if t := workflow.Say("%s%s", "%s of %s", seatTexts(org, rule)...); !slices.Contains(posts, t) {
				posts = append(posts, t)
			}
		}
		for _, n := range way {
			d := &n.did
			if d.by == p && d.place == 0 || d.place == p {
				add(d.org, d.post)
			}
			if d.by == p && d.also != 0 {
				add(d.also, headOf(r.lines[d.also].Last().Level))
			}
		}
		for n, t := range posts {
			switch {
			case n > 0:
				text = workflow.Say("%s兼%s", "%s and %s", text, t)
			case text == workflow.Text{}:
				text = workflow.Say("%s，%s", "%s, %s", personText(p), t)
			default:
				text = workflow.Say("%s；与%s，%s", "%s; with %s, %s", text, personText(p), t)
			}
		}
	}
	return workflow.Say("%s，", "%s,", text)
}

// seatTexts are an organisation and a post in the order of each language: in Chinese the organisation comes first.
func seatTexts(org workflow.OrgID, post workflow.PostRule) []any {
	o := orgText(org)
	return []any{workflow.Text{Zh: o.Zh, En: post.Text.En}, workflow.Text{Zh: post.Text.Zh, En: o.En}}
}

// stepText tells one step.
func stepText(d *did, to workflow.State) workflow.Text {
	post, _ := workflow.PostNamed(string(d.post))
	seat := workflow.Say("%s%s", "%s of %s", seatTexts(d.org, post)...)
	who := workflow.Say("%s（%s）", "%s (%s)", personText(d.by), seat)
	switch {
	case d.place != 0:
		who = workflow.Say("%s（代%s任%s）", "%s (standing in for %s as %s)", personText(d.by), personText(d.place), seat)
	case d.stands:
		who = workflow.Say("%s（%s，另代%s一职）", "%s (%s, and standing in for %s elsewhere)", personText(d.by), seat, personText(absent))
	case d.also != 0:
		who = workflow.Say("%s（%s，也在%s任职）", "%s (%s, with a post in %s as well)", personText(d.by), seat, orgText(d.also))
	}
	what := actionText(d.action, d.of)
	if d.named >= hero && d.named <= watched {
		what = workflow.Say("%s，写明责任人%s", "%s, naming %s as responsible", what, personText(d.named))
	}
	return workflow.Say("%s：%s → %s", "%s: %s → %s", who, what, to.Text())
}
