package engine

import (
	"slices"

	"rectify/workflow"
)

// Why says one thing that an issue waits for.
type Why struct {
	Action      workflow.Action
	Request     workflow.RequestKind // of an open request that is to be decided
	State       workflow.State       // of the issue
	Signers     int                  // of a countersign, the verifier among them
	Open        int                  // measures that are not done: of the issue, or of the assisting unit that is to finish them
	Until       workflow.Day         // by when it is to be done, "" where no time runs
	After       workflow.Day         // the last day of publicity, which has to be over before it can be done, "" for none; then it has no Until
	Basis       workflow.Text        // of that day
	Provisional bool                 // the holidays of a year up to that day are not known
}

// Late says whether the time is over on a day; what has to be waited out is never late.
func (w *Why) Late(today workflow.Day) bool { return w.Until != "" && w.Until < today }

// whyTexts say what an issue waits for.
var whyTexts = map[workflow.Action]workflow.Text{
	workflow.Register: {Zh: "草稿待登记", En: "to be registered"}, workflow.Assign: {Zh: "待交办", En: "to be assigned"},
	workflow.Accept: {Zh: "待签收", En: "to be accepted"}, workflow.Plan: {Zh: "待提交方案", En: "plan to be submitted"},
	workflow.ApprovePlan: {Zh: "方案待审", En: "plan to be approved"}, workflow.Pass: {Zh: "待验收", En: "to be verified"},
	workflow.Publicize: {Zh: "待公示", En: "to be publicized"}, workflow.Close: {Zh: "待销号", En: "to be closed"},
	workflow.Answer: {Zh: "异议待答复", En: "objection to be answered"}, workflow.Endorse: {Zh: "待主要负责人签批", En: "to be endorsed by the head"},
	workflow.Record:  {Zh: "待按上级文件记录销号", En: "closure to be recorded from the superior's document"},
	workflow.Respond: {Zh: "呼叫待答复", En: "call to be answered"}, workflow.SignLetter: {Zh: "督办函待签收", En: "letter to be signed for"},
	workflow.Review: {Zh: "长期整改待阶段复核", En: "lasting rectification to be reviewed"}, workflow.LookBackAt: {Zh: "待回头看", En: "to be looked back at"},
}

// countersignTexts are those of a step that takes the yes of several.
var countersignTexts = map[workflow.Action]workflow.Text{
	workflow.ApprovePlan: {Zh: "方案待会签", En: "plan to be countersigned"}, workflow.Pass: {Zh: "验收待会签", En: "result to be countersigned"},
}

// Text says it in words.
func (w *Why) Text() workflow.Text {
	switch {
	case w.Action == workflow.GrantIt:
		kinds := workflow.RequestKinds()
		n := slices.IndexFunc(kinds, func(x workflow.Wording) bool { return x.Word == string(w.Request) })
		return workflow.Say("申请待审批（%s）", "request to be decided: %s", kinds[max(n, 0)].Text)
	case w.Action == workflow.Report && w.Open > 0:
		return workflow.Say("待整改，还有%d条措施", "to be rectified, %d measures to go", w.Open)
	case w.Action == workflow.Report && w.State == workflow.Lasting:
		return workflow.Say("长期整改，按期报告", "lasting: to be reported on")
	case w.Action == workflow.Report:
		return workflow.Say("待提请验收", "to be submitted for verification")
	case w.Action == workflow.Finish:
		return workflow.Say("配合整改，本单位还有%d条措施", "assisting: %d measures of yours to go", w.Open)
	case w.Signers > 1 && countersignTexts[w.Action].Zh != "":
		return countersignTexts[w.Action]
	}
	return first(whyTexts[w.Action], w.Action.Text())
}

// WhenText says by which day, or after which; empty for no day.
func (w *Why) WhenText() workflow.Text {
	switch {
	case w.After != "":
		return workflow.Say("公示期满后（%s后）", "after publicity, which ends on %s", string(w.After))
	case w.Until != "":
		return workflow.Say("%s前办", "by %s", string(w.Until))
	}
	return workflow.Text{}
}

// whyWaits says what an issue waits for from the actor, nothing for none: a request that is to be decided, then the step that the state
// waits for, then what is awaited beside it.
func (e *Engine) whyWaits(by workflow.Actor, i *workflow.Issue) ([]Why, error) {
	offers, err := e.offers(by, i)
	if err != nil {
		return nil, err
	}
	var main, beside []Why
	for n := range offers {
		o := &offers[n]
		switch w, ok := e.besideTurn(i, &by, o); {
		case ok && o.Action == workflow.GrantIt:
			beside = slices.Insert(beside, 0, w)
		case ok:
			beside = append(beside, w)
		case isTurn(i, &by, o) && len(main) == 0:
			if w, err = e.mainWhy(i, o); err != nil {
				return nil, err
			}
			main = append(main, w)
		}
	}
	if len(beside) > 0 && beside[0].Action == workflow.GrantIt {
		return slices.Concat(beside[:1], main, beside[1:]), nil
	}
	return append(main, beside...), nil
}

// mainWhy is the step that the state of the issue waits for, with the clock that runs.
func (e *Engine) mainWhy(i *workflow.Issue, o *Offer) (w Why, err error) {
	w = Why{Action: o.Action, State: i.State, Signers: len(i.Signers()), Until: i.Clock.Until, Provisional: i.Clock.Provisional}
	for n := range i.Measures {
		if !i.Measures[n].Done {
			w.Open++
		}
	}
	if i.State == workflow.Publicized { // that clock says how long at least
		w.Until = ""
		if o.Action == workflow.Close {
			w.After = i.Clock.Until
		}
	}
	if w.Until+w.After == "" {
		w.Provisional = false
		return w, nil
	}
	w.Basis, err = e.basis(i)
	return w, err
}

// besideTurn is what the offered step is awaited for beside the step that the state waits for, and whether it is.
func (e *Engine) besideTurn(i *workflow.Issue, by *workflow.Actor, o *Offer) (w Why, ok bool) {
	w = Why{Action: o.Action, State: i.State, Request: o.Request}
	var charge workflow.Charge
	switch o.Action {
	case workflow.GrantIt:
		return w, true // no time of its own: the clock that runs is that of the responsible organisation
	case workflow.Respond:
		c, waits := i.CallWaiting(o.Grant.Appointment.Org)
		ok, w.Until, charge = waits, c.Until, workflow.ChargeCall
	case workflow.SignLetter:
		l, waits := i.UnsignedLetter()
		ok, w.Until, charge = waits, l.Limit, workflow.ChargeLetter
	case workflow.Review:
		ok, w.Until, charge = holdsIn(by, i.Verifier), i.NextReview, workflow.ChargeReview
	case workflow.LookBackAt:
		ok, w.Until, charge = i.LookBack.Waits() && holdsIn(by, i.Turn()), i.LookBack.Due, workflow.ChargeLookBack
	case workflow.Finish:
		return e.ownMeasures(i, o)
	default:
		return w, false
	}
	for _, rule := range workflow.Charges() {
		if rule.Charge == charge {
			w.Basis = rule.Basis
		}
	}
	w.Provisional = w.Until != "" && e.Provisional(i.State, w.Until)
	return w, ok
}

// ownMeasures are the measures of an assisting unit that are to be finished, by the day of the first of them.
func (e *Engine) ownMeasures(i *workflow.Issue, o *Offer) (w Why, ok bool) {
	if o.Grant.Relation != workflow.Assisting {
		return w, false
	}
	w = Why{Action: o.Action, State: i.State, Basis: workflow.Say("措施的完成时限", "the due day of the measure")}
	for _, n := range i.OpenMeasures(o.Grant) {
		if due := i.Measures[n-1].Due; due != "" && (w.Until == "" || due < w.Until) {
			w.Until = due
		}
		w.Open++
	}
	w.Provisional = w.Until != "" && e.Provisional(i.State, w.Until)
	return w, w.Open > 0
}

// isTurn says whether an offered step is what the state of the issue waits for, and from whom who is offered it.
func isTurn(i *workflow.Issue, by *workflow.Actor, o *Offer) bool {
	switch o.Action {
	case workflow.Register, workflow.Accept, workflow.Plan, workflow.ApprovePlan, workflow.Pass, workflow.Close, workflow.Publicize, workflow.Answer,
		workflow.Record:
		return true
	case workflow.Endorse:
		return o.Grant.Relation == workflow.Closer && !i.Endorsed && i.State.Phase() == workflow.PhaseClose && i.Machine == "major"
	case workflow.Report:
		return o.Grant.Relation == workflow.Responsible || o.Grant.Relation == workflow.Person
	case workflow.Assign:
		return holdsIn(by, i.Turn())
	}
	return false
}

// holdsIn says whether the actor holds a post in the org, by whichever of their posts a step is offered.
func holdsIn(by *workflow.Actor, org workflow.OrgID) bool {
	return slices.ContainsFunc(by.Appointments, func(a workflow.Appointment) bool { return a.Org == org })
}
