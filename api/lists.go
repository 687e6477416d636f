package api

import (
	"context"
	"net/http"

	"rectify/workflow"
)

// ListThree gives the three lists of what ListIssues would list.
func (s *Server) ListThree(ctx context.Context, r ListThreeRequestObject) (ListThreeResponseObject, error) {
	p := &r.Params
	f, under, err := filterOf(CountIssuesParams{State: p.State, Phase: p.Phase, Source: p.Source, Kind: p.Kind, Grade: p.Grade, Under: p.Under,
		Responsible: p.Responsible, Checklist: p.Checklist, Person: p.Person, DueFrom: p.DueFrom, DueTo: p.DueTo, Light: p.Light,
		Mark: p.Mark, Reported: p.Reported, Text: p.Text, On: p.On})
	if err != nil {
		return nil, err
	}
	lists, err := s.Engine.ThreeLists(ctx, actorOf(ctx), f, under, p.After, first(p.Limit, pageSize))
	if err != nil {
		return nil, err
	}
	out := ListThree200JSONResponse{Problems: []ListedProblem{}, Tasks: []ListedTask{}, Duties: []ListedDuty{},
		Orgs: orgNames(lists.Orgs), People: personNames(lists.People), Next: lists.Next}
	for n := range lists.Issues {
		i := &lists.Issues[n]
		out.Problems = append(out.Problems, problemOut(i, lists.Today))
		for at := range i.Measures {
			out.Tasks = append(out.Tasks, taskOut(i, at, lists.Today))
		}
		for _, a := range i.Answerables() {
			out.Duties = append(out.Duties, dutyOut(i, a))
		}
	}
	return out, nil
}

func problemOut(i *workflow.Issue, today workflow.Day) ListedProblem {
	return ListedProblem{Issue: id(i.ID), Number: i.ShownNumber(), OwnNumber: i.OwnNumber, Source: string(i.Source), Aspect: i.Aspect, Detail: i.Detail,
		Grade: i.Grade.String(), Kind: string(i.Kind), Responsible: id(i.Responsible), Due: day(i.Due), State: string(i.State), Reported: i.Reported,
		Light: string(workflow.LightOf(i.State, i.Due, i.Warn, today))}
}

func taskOut(i *workflow.Issue, at int, today workflow.Day) ListedTask {
	m := &i.Measures[at]
	return ListedTask{Issue: id(i.ID), Number: i.ShownNumber(), Measure: at + 1, Text: m.Text, Org: id(first(m.Org, i.Responsible)), Leader: m.Leader,
		Person: id(m.Person), Due: day(m.Due), Done: m.Done, DoneOn: day(m.DoneOn), Late: i.MeasureLate(m, today)}
}

func dutyOut(i *workflow.Issue, a workflow.Answerable) ListedDuty {
	return ListedDuty{Issue: id(i.ID), Number: i.ShownNumber(), Org: id(a.Org), Main: a.Main, Leader: a.Leader, People: some(a.People, id[workflow.PersonID]),
		Measures: each(a.Measures, func(n int) int { return n }), Done: a.Done, Due: day(a.Due), Verifier: id(i.Verifier), Closer: id(i.Closer)}
}

// threeLists is an export that is written while it is sent.
type threeLists struct {
	ledger
	title string
}

// VisitExportListsResponse writes the workbook.
func (l threeLists) VisitExportListsResponse(w http.ResponseWriter) error {
	attach(w, dated("三张清单", l.filter.On), workbookType)
	return whole(w, l.server.Engine.ExportLists(l.ctx, l.by, l.filter, l.under, l.title, w))
}

// ExportLists sends the three lists as a workbook.
func (s *Server) ExportLists(ctx context.Context, r ExportListsRequestObject) (ExportListsResponseObject, error) {
	f, under, err := filterOf(CountIssuesParams(r.Params))
	if err != nil {
		return nil, err
	}
	title, err := s.Engine.ListTitle(ctx, actorOf(ctx), f, under)
	return threeLists{ledger{server: s, by: actorOf(ctx), filter: f, under: under, ctx: ctx}, title}, err
}
