package api

import (
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"rectify/workflow"
	"rectify/workflow/engine"
)

// strictJSON reads a body of one JSON value whose members are all known, and writes as usual.
type strictJSON struct{ echo.DefaultJSONSerializer }

// Deserialize reads the body.
func (strictJSON) Deserialize(c echo.Context, to any) error {
	dec := json.NewDecoder(c.Request().Body)
	dec.DisallowUnknownFields()
	if err := dec.Decode(to); err != nil {
		return badJSON()
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return badJSON()
	}
	return nil
}

func badJSON() error {
	return workflow.Invalid("bad_json", "", workflow.Say("内容不是合格的 JSON", "the body is not well-formed JSON"))
}

// reading collects what is wrong while a request is turned into the words of the program. The first fault counts.
type reading struct{ err error }

func (r *reading) fault(err error) {
	if r.err == nil {
		r.err = err
	}
}

// idOf reads an id; an empty text is none.
func idOf[T ~int64](r *reading, field string, s Id) T {
	if s == "" {
		return 0
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n <= 0 {
		r.fault(workflow.Invalid("bad_id", field, workflow.Say("“%s”应为数字编号", "%q is an id in digits", field)))
	}
	return T(n)
}

// idsOf reads a list of ids.
func idsOf[T ~int64](r *reading, field string, in []Id) []T {
	return some(in, func(s Id) T { return idOf[T](r, field, s) })
}

// pathID reads an id that is part of an address. What is no id is the address of nothing.
func pathID[T ~int64](s string) (T, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n <= 0 {
		return 0, workflow.NotFound("not_found", workflow.Say("没有编号为“%s”的对象", "there is nothing with the id %q", s))
	}
	return T(n), nil
}

// dayOf reads a day; an empty text is none.
func dayOf(r *reading, field string, s Day) workflow.Day {
	if s == "" {
		return ""
	}
	d, err := workflow.ParseDay(s)
	if err != nil {
		r.fault(workflow.Invalid("bad_day", field, workflow.Say("“%s”不是一个存在的日期，应写作 2026-03-31", "%q is not a day that exists; write 2026-03-31", s)))
	}
	return d
}

func gradeOf(r *reading, field string, s string) (g workflow.Grade) {
	if s != "" && g.UnmarshalText([]byte(s)) != nil {
		r.fault(workflow.Invalid("unknown_word", field, workflow.Say("没有“%s”这个等级", "there is no grade %q", s)))
	}
	return g
}

func sourceOf(r *reading, field string, s string) workflow.Source {
	if _, ok := workflow.Source(s).Rule(); !ok && s != "" {
		r.fault(workflow.Invalid("unknown_source", field, workflow.Say("没有“%s”这个问题来源；见 /api/v1/words", "there is no source %q; see /api/v1/words", s)))
	}
	return workflow.Source(s)
}

// filterOf reads what narrows a list, and the org whose subtree is meant.
func filterOf(p CountIssuesParams) (f engine.Filter, under workflow.OrgID, err error) {
	var r reading
	f = engine.Filter{
		States:      some(p.State, func(s State) workflow.State { return workflow.State(s) }),
		Phase:       workflow.Phase(p.Phase),
		Sources:     some(p.Source, func(s string) workflow.Source { return sourceOf(&r, "source", s) }),
		Kinds:       some(p.Kind, func(k Kind) workflow.Kind { return workflow.Kind(k) }),
		Grades:      some(p.Grade, func(g Grade) workflow.Grade { return gradeOf(&r, "grade", string(g)) }),
		Responsible: idOf[workflow.OrgID](&r, "responsible", p.Responsible),
		Checklist:   idOf[workflow.ChecklistID](&r, "checklist", p.Checklist),
		Person:      idOf[workflow.PersonID](&r, "person", p.Person),
		DueFrom:     dayOf(&r, "due_from", p.DueFrom),
		DueTo:       dayOf(&r, "due_to", p.DueTo),
		Light:       workflow.Light(p.Light),
		Mark:        workflow.Mark(p.Mark),
		Reported:    p.Reported,
		Text:        p.Text,
		On:          dayOf(&r, "on", p.On),
	}
	return f, idOf[workflow.OrgID](&r, "under", p.Under), r.err
}

// stepOf reads a step.
func stepOf(in *Step) (workflow.Step, error) {
	var r reading
	s := workflow.Step{
		Action: workflow.Action(in.Action), Note: in.Note, Basis: in.Basis, Decided: in.Decided, Detail: in.Detail, Aspect: in.Aspect, Goal: in.Goal,
		Source: sourceOf(&r, "source", in.Source), Responsible: idOf[workflow.OrgID](&r, "responsible", in.Responsible),
		Assisting: idsOf[workflow.OrgID](&r, "assisting", in.Assisting), Parties: idsOf[workflow.OrgID](&r, "parties", in.Parties),
		Person: idOf[workflow.PersonID](&r, "person", in.Person), Kind: workflow.Kind(in.Kind), Grade: gradeOf(&r, "grade", string(in.Grade)),
		Due: dayOf(&r, "due", in.Due), Measures: measuresOf(&r, in.Measures), Measure: in.Measure, Evidence: some(in.Evidence, evidenceOf),
		Criteria: criteriaOf(in.Criteria), Request: workflow.RequestKind(in.Request), StageGoal: in.StageGoal,
		NextReview: dayOf(&r, "next_review", in.NextReview), Condition: in.Condition, Document: workflow.Document{Number: in.Document.Number, File: in.Document.File},
		Other: idOf[workflow.IssueID](&r, "other", in.Other), Recovered: in.Recovered, Reply: workflow.Reply(in.Reply), Mark: workflow.PlanMark(in.Mark),
		From: idOf[workflow.PersonID](&r, "from", in.From), Orgs: idsOf[workflow.OrgID](&r, "orgs", in.Orgs), Letter: letterOf(&r, in.Letter),
		Call:    workflow.CallFor{To: idOf[workflow.OrgID](&r, "call_to", in.Call.To), Wants: workflow.Wants(in.Call.Wants)},
		Remarks: some(in.Remarks, func(x NewRemark) workflow.Remark { return workflow.Remark{Measure: x.Measure, Text: x.Text} }), Results: resultsOf(&r, in.Results),
	}
	return s, r.err
}

func measuresOf(r *reading, in []NewMeasure) []workflow.Measure {
	return some(in, func(m NewMeasure) workflow.Measure {
		return workflow.Measure{Text: m.Text, Leader: m.Leader, Org: idOf[workflow.OrgID](r, "measures.org", m.Org),
			Person: idOf[workflow.PersonID](r, "measures.person", m.Person), Due: dayOf(r, "measures.due", m.Due)}
	})
}

func letterOf(r *reading, l NewLetter) workflow.Letter {
	return workflow.Letter{Rung: workflow.Rung(l.Rung), Grounds: l.Grounds, Asked: l.Asked, Decided: l.Decided, Limit: dayOf(r, "limit", l.Limit)}
}

func resultsOf(r *reading, x Results) workflow.Results {
	return workflow.Results{
		Systems: some(x.Systems, func(s System) workflow.System {
			return workflow.System{Name: s.Name, Number: s.Number, On: dayOf(r, "systems", s.On)}
		}),
		Outcomes: some(x.Outcomes, func(o Outcome) workflow.Outcome {
			return workflow.Outcome{Kind: workflow.OutcomeKind(o.Kind), Count: o.Count, Body: o.Body, Number: o.Number}
		}),
	}
}

func evidenceOf(x NewEvidence) workflow.Evidence {
	return workflow.Evidence{Hash: x.Hash, Name: x.Name, Text: x.Text, Measure: x.Measure}
}

func criteriaOf(c Criteria) workflow.Criteria {
	return workflow.Criteria{MeasuresDone: c.MeasuresDone, ViolationsDone: c.ViolationsDone, EffectReached: c.EffectReached,
		SameKindSought: c.SameKind, MechanismBuilt: c.Mechanism}
}

// findingOf reads a problem that somebody writes down.
func findingOf(in *Finding) (engine.Finding, error) {
	var r reading
	f := engine.Finding{
		Org: idOf[workflow.OrgID](&r, "org", in.Org), Checklist: idOf[workflow.ChecklistID](&r, "checklist", in.Checklist), OwnNumber: in.OwnNumber,
		Source: sourceOf(&r, "source", in.Source), Aspect: in.Aspect, Detail: in.Detail, Goal: in.Goal, FoundOn: dayOf(&r, "found_on", in.FoundOn),
		Kind: workflow.Kind(in.Kind), Grade: gradeOf(&r, "grade", string(in.Grade)), Due: dayOf(&r, "due", in.Due),
		Responsible: idOf[workflow.OrgID](&r, "responsible", in.Responsible), Person: idOf[workflow.PersonID](&r, "person", in.Person),
		Measures: measuresOf(&r, in.Measures), Draft: in.Draft,
	}
	return f, r.err
}

// versionOf reads If-Match: the version that the actor saw, as the ETag gave it. Without one it is 0, which the engine refuses where a
// version is needed.
func versionOf(match string) (int, error) {
	if match == "" {
		return 0, nil
	}
	text := strings.TrimPrefix(strings.TrimSpace(match), "W/")
	n, err := strconv.Atoi(strings.Trim(text, `"`))
	if err != nil || n < 0 {
		return 0, workflow.Invalid("bad_version", "If-Match", workflow.Say(`If-Match 应为您看到的版本，如 "3"`, `If-Match is the version that you saw, as "3"`))
	}
	return n, nil
}
