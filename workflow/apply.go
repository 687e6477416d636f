package workflow

import (
	"slices"
	"time"
)

// Apply decides one step: whether the machine d knows it in the state of the issue, whether the persons are kept apart, whether the
// needs are met, and what the issue is afterwards. It changes nothing that it was given. by.As must hold what the policy granted.
//
// Errors: ErrForbidden when persons or orgs that must be kept apart are not, ErrRefused when the step is not possible as things
// stand, ErrInvalid when the step lacks something.
func Apply(d *Definition, i Issue, s Step, by Actor, at time.Time) (Change, error) {
	c := Change{Before: i, Issue: i}
	before, after := &c.Before, &c.Issue
	if err := KeptApart(before, &s, &by); err != nil {
		return Change{}, err
	}
	arrow, ok := d.Arrow(i.State, s.Action, s.of(before))
	if !ok {
		return Change{}, notPossible(d, before, s)
	}
	if err := mayMark(before, s.Action); err != nil {
		return Change{}, err
	}
	if err := check(arrow, before, &s, &by, at); err != nil {
		return Change{}, err
	}
	c.Tell = slices.Clip(arrow.Tell)
	complete := true
	if slices.Contains(arrow.Needs, NeedCountersign) {
		complete = sign(after, &s, &by, at)
	}
	if complete {
		move(after, arrow, at)
	}
	effect(d, after, &s, &by, at)
	if err := soundParties(after, &s); err != nil {
		return Change{}, err
	}
	if after.Due != before.Due {
		after.Warn = warnOf(after.Due)
	}
	if err := record(after, before, &s, &by); err != nil {
		return Change{}, err
	}
	if rule, _ := s.Action.Rule(); !rule.Line {
		after.Version++
	}
	c.Line = newLine(&c, s, by, at)
	c.Checks = checksAsked(before, &s, &by, at)
	return c, nil
}

// of is the kind of request that the step is about.
func (s *Step) of(i *Issue) RequestKind {
	switch s.Action {
	case Ask:
		return s.Request
	case GrantIt, Deny:
		return i.Request.Kind
	}
	return ""
}

// move puts the issue where the arrow leads and starts the clock of the new state. After a merge is undone the clock that ran before
// it runs on: the time that it names was never withdrawn.
func move(i *Issue, arrow *Arrow, at time.Time) {
	to := arrow.To
	switch to {
	case Same:
		return
	case Before:
		i.State, i.Since, i.Clock = i.Before, DayOf(at), i.BeforeClock
		return
	case Merged:
		i.Before, i.BeforeClock = i.State, i.Clock
	}
	today := DayOf(at)
	i.State, i.Since = to, today
	i.Signs = nil
	i.Clock = Clock{}
	if arrow.Clock != "" {
		i.Clock = Clock{Name: arrow.Clock, From: today}
	}
	switch to {
	case Closed:
		i.ClosedOn = today
	case Found, Assigned, Planning, PlanReview, Rectifying:
		i.NextReview = "" // it is not lasting any more, and due on its due day alone
	}
	if to == Closed || to == Cancelled {
		i.Supervised = false
	}
	if to.End() || to == Found || to == Assigned {
		lapse(i, at)
	}
}

// sign adds the actor's yes and says whether every party has said it now.
func sign(i *Issue, s *Step, by *Actor, at time.Time) bool {
	org := by.As.Appointment.Org
	signs := append(slices.Clip(i.Signs), Sign{Org: org, Person: by.Person, For: by.As.Appointment.For, Note: s.Note, Mark: s.Mark, At: at})
	i.Signs = signs
	for _, party := range i.Signers() {
		if !slices.ContainsFunc(signs, func(x Sign) bool { return x.Org == party }) {
			return false
		}
	}
	return true
}

// record keeps who had which part in the round, and refuses to name as responsible someone who judged it.
func record(after, before *Issue, s *Step, by *Actor) error {
	if after.Round != before.Round {
		return nil
	}
	var duties [2]Duty
	n := 0
	if s.Action.rectifies() {
		duties[n], n = DutyRectify, n+1
	}
	if s.Action == Pass {
		duties[n], n = DutyVerify, n+1
	}
	if after.State == Closed && before.State != Closed {
		duties[n], n = DutyClose, n+1
	}
	for _, duty := range duties[:n] {
		for _, person := range by.Persons() {
			if !after.did(duty, []PersonID{person}) {
				after.Deeds = append(slices.Clip(after.Deeds), Deed{Person: person, Duty: duty})
			}
		}
	}
	if s.Action == Entrust || before.inHand() {
		handedOver(after, before, before.inHand() && (after.State == Found || after.State == Assigned || after.plans()))
	}
	for _, deed := range after.Deeds {
		if deed.Duty != DutyRectify && after.named([]PersonID{deed.Person}) {
			return Forbidden("persons_kept_apart", Say("本轮已由其验收或销号的人不能再作为责任人（责任人≠验收人≠销号人）",
				"someone who verified or closed in this round cannot be named as responsible"))
		}
	}
	return nil
}

// inHand says whether the issue is being rectified, so that who is named as responsible has a part in it.
func (i *Issue) inHand() bool {
	return i.State == Rectifying || i.State == Lasting || i.State == Suspended
}

// plans says whether a plan is made or reviewed, so that another may name others.
func (i *Issue) plans() bool { return i.State == Planning || i.State == PlanReview }

// handedOver keeps that who was named had a part in the round, so that they do not judge it after handing over, after the issue went to
// another org, or after another plan. Where an issue that was in hand begins anew, that holds for those who stay named as well: the next
// step may take their name out.
func handedOver(after, before *Issue, anew bool) {
	persons := []PersonID{before.Person}
	for n := range before.Measures {
		persons = append(persons, before.Measures[n].Person)
	}
	for _, person := range persons {
		one := []PersonID{person}
		if person != 0 && (anew || !after.named(one)) && !after.did(DutyRectify, one) {
			after.Deeds = append(slices.Clip(after.Deeds), Deed{Person: person, Duty: DutyRectify})
		}
	}
}

// KeptApart refuses what nobody may do, whatever posts they hold: judging what one rectified, closing what one verified, rectifying
// what one judged in the same round, deciding one's own request, an org judging an issue for which it is itself responsible, and
// verifying or closing for an org in which one holds a post.
// A stand-in and the one stood in for count as one. It returns ErrForbidden with the reason.
func KeptApart(i *Issue, s *Step, by *Actor) error {
	persons := by.Persons()
	switch {
	case s.Action.judges():
		return mayJudge(i, s, by, persons)
	case s.Action.rectifies():
		if i.did(DutyVerify, persons) || i.did(DutyClose, persons) {
			return Forbidden("persons_kept_apart", Say("您在本轮已参与验收或销号，不能再参与整改（责任人≠验收人≠销号人）",
				"you verified or closed in this round, so you cannot take part in rectifying it"))
		}
	case s.Action == GrantIt || s.Action == Deny:
		for _, p := range persons {
			if slices.Contains(i.Request.Askers, p) {
				return Forbidden("persons_kept_apart", Say("申请不能由申请人自己审批", "a request is decided by another person than the one who asked"))
			}
		}
	}
	return nil
}

func mayJudge(i *Issue, s *Step, by *Actor, persons []PersonID) error {
	if by.As.Appointment.Org != 0 && by.As.Appointment.Org == i.Responsible && !mayJudgeOwn(i, s) {
		return Forbidden("own_issue", Say("本组织是责任单位，不能对自己的问题%s", "your organisation is responsible for this issue and cannot %s it",
			s.Action.Text()))
	}
	if i.did(DutyRectify, persons) || i.named(persons) {
		return Forbidden("persons_kept_apart", Say("您参与了本轮整改（或是责任人），不能由您%s（责任人≠验收人≠销号人）",
			"you took part in rectifying this round (or are the responsible person), so you cannot %s", s.Action.Text()))
	}
	closing := s.Action == Close || s.Action == Refuse || s.Action == Record
	if closing && i.did(DutyVerify, persons) {
		return Forbidden("persons_kept_apart", Say("本轮由您验收，不能再由您%s（验收人≠销号人）", "you verified this round, so you cannot %s", s.Action.Text()))
	}
	if (s.Action == Pass || s.Action == ApprovePlan) && slices.ContainsFunc(i.Signs, func(x Sign) bool {
		return slices.Contains(persons, x.Person) || x.For != 0 && slices.Contains(persons, x.For)
	}) {
		return Forbidden("persons_kept_apart", Say("您已代表一方会签，不能再代表另一方", "you have signed for one party and cannot sign for another"))
	}
	if (s.Action == Pass || s.Action == Close) && by.belongs(i.Responsible) {
		return Forbidden("own_issue", Say("您在责任单位任职，不能以其他职务对它的问题%s", "you hold a post in the responsible organisation and cannot %s its issue by another post",
			s.Action.Text()))
	}
	return nil
}

// mayJudgeOwn: where nobody stands above, closure is recorded from a document, and a plan that no party countersigns either is
// approved within the org, by another person than the one who made it.
func mayJudgeOwn(i *Issue, s *Step) bool {
	switch s.Action {
	case Record:
		return true
	case ApprovePlan, RejectPlan:
		return len(i.Signers()) == 0
	}
	return false
}

// notPossible says that the state does not know the action, and what it does know.
func notPossible(d *Definition, i *Issue, s Step) error {
	switch {
	case s.Action == Ask && !s.Request.known():
		return missing("request", Say("请选择申请事项：延期、转长期、挂账或撤销", "choose what is requested: extension, lasting, suspension or cancellation"))
	case (s.Action == GrantIt || s.Action == Deny) && !i.Request.Open():
		return needOpenRequest(i, &s, time.Time{})
	}
	var zh, en string
	seen := make(map[Action]bool)
	for _, arrow := range d.Possible(i.State) {
		decides := arrow.Do == GrantIt || arrow.Do == Deny
		if seen[arrow.Do] || decides && arrow.Of != i.Request.Kind {
			continue
		}
		seen[arrow.Do] = true
		text := arrow.Do.Text()
		zh += "、" + text.Zh
		en += ", " + text.En
	}
	if zh == "" {
		return Refused("step_not_possible", Say("问题%s已处于“%s”，不能再%s", "issue %s is %s; it cannot be changed by “%s”", i.ShownNumber(), i.State.Text(), s.Action.Text()))
	}
	return Refused("step_not_possible", Say("问题%s处于“%s”，现在不能%s；可以：%s", "issue %s is in state “%s”, where “%s” is not possible; possible: %s",
		i.ShownNumber(), i.State.Text(), s.Action.Text(), Text{zh[len("、"):], en[2:]}))
}
