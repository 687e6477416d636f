package api

import (
	"context"

	"rectify/workflow"
	"rectify/workflow/engine"
)

// mandateRoutes are those of the mandates of inspectors.
func (s *Server) mandateRoutes(w *ServerInterfaceWrapper) []route {
	return []route{
		{"GET", "/api/v1/mandates", member, nothing, w.ListMandates},
		{"POST", "/api/v1/mandates", member, jsonBody, w.GrantMandate},
		{"GET", "/api/v1/mandates/:mandate", member, nothing, w.GetMandate},
		{"POST", "/api/v1/mandates/:mandate/declaration", member, jsonBody, w.DeclareTies},
		{"POST", "/api/v1/mandates/:mandate/end", member, jsonBody, w.EndMandate},
		{"POST", "/api/v1/mandates/:mandate/pack", member, jsonBody, w.PackMandate},
		{"POST", "/api/v1/mandates/apply", member, files, w.ApplyFindings},
		{"GET", "/api/v1/mandates/:mandate/looks/:person", member, nothing, w.ListLooks},
	}
}

// ListMandates lists the mandates that are the caller's to see.
func (s *Server) ListMandates(ctx context.Context, r ListMandatesRequestObject) (ListMandatesResponseObject, error) {
	var in reading
	before := idOf[workflow.MandateID](&in, "before", r.Params.Before)
	if in.err != nil {
		return nil, in.err
	}
	by := actorOf(ctx)
	all, err := s.Engine.Mandates(ctx, by, before, first(r.Params.Limit, pageSize))
	return ListMandates200JSONResponse{Mandates: each(all, func(v engine.MandateView) Mandate { return mandateOut(&v, &by) })}, err
}

// GrantMandate gives inspectors a mandate.
func (s *Server) GrantMandate(ctx context.Context, r GrantMandateRequestObject) (GrantMandateResponseObject, error) {
	var in reading
	plan := engine.MandatePlan{Number: r.Body.Number, Basis: r.Body.Basis, Org: idOf[workflow.OrgID](&in, "org", r.Body.Org), From: dayOf(&in, "from", r.Body.From),
		Until: dayOf(&in, "until", r.Body.Until), Accounts: r.Body.Accounts}
	if in.err != nil {
		return nil, in.err
	}
	m, err := s.Engine.GrantMandate(ctx, actorOf(ctx), plan)
	if err != nil {
		return nil, err
	}
	out, err := s.mandate(ctx, m.ID)
	return GrantMandate201JSONResponse(out), err
}

// GetMandate shows one.
func (s *Server) GetMandate(ctx context.Context, r GetMandateRequestObject) (GetMandateResponseObject, error) {
	number, err := pathID[workflow.MandateID](r.Mandate)
	if err != nil {
		return nil, err
	}
	out, err := s.mandate(ctx, number)
	return GetMandate200JSONResponse(out), err
}

// DeclareTies takes the declaration of recusal of the caller.
func (s *Server) DeclareTies(ctx context.Context, r DeclareTiesRequestObject) (DeclareTiesResponseObject, error) {
	number, err := pathID[workflow.MandateID](r.Mandate)
	if err != nil {
		return nil, err
	}
	if _, err := s.Engine.Declare(ctx, actorOf(ctx), number, engine.Declaration{None: r.Body.None, Orgs: r.Body.Orgs, People: r.Body.People}); err != nil {
		return nil, err
	}
	out, err := s.mandate(ctx, number)
	return DeclareTies200JSONResponse(out), err
}

// EndMandate ends one before its last day.
func (s *Server) EndMandate(ctx context.Context, r EndMandateRequestObject) (EndMandateResponseObject, error) {
	number, err := pathID[workflow.MandateID](r.Mandate)
	if err != nil {
		return nil, err
	}
	if _, err := s.Engine.EndMandate(ctx, actorOf(ctx), number, r.Body.Why); err != nil {
		return nil, err
	}
	out, err := s.mandate(ctx, number)
	return EndMandate200JSONResponse(out), err
}

// ListLooks shows what an inspector read and took under a mandate.
func (s *Server) ListLooks(ctx context.Context, r ListLooksRequestObject) (ListLooksResponseObject, error) {
	number, err := pathID[workflow.MandateID](r.Mandate)
	if err != nil {
		return nil, err
	}
	person, err := pathID[workflow.PersonID](r.Person)
	if err != nil {
		return nil, err
	}
	found, err := s.Engine.LooksUnder(ctx, actorOf(ctx), number, person, r.Params.Before, first(r.Params.Limit, pageSize))
	return ListLooks200JSONResponse{Whole: found.Whole, Next: found.Next, Lines: each(found.Lines, func(l workflow.Line) Look {
		return Look{Seq: l.Seq, At: l.At, Action: l.Action, Text: textOut(lineText(l.Action)), Note: l.Note}
	})}, err
}

func (s *Server) mandate(ctx context.Context, number workflow.MandateID) (Mandate, error) {
	by := actorOf(ctx)
	v, err := s.Engine.MandateView(ctx, by, number)
	return mandateOut(&v, &by), err
}

func mandateOut(v *engine.MandateView, by *workflow.Actor) Mandate {
	out := Mandate{Id: id(v.ID), Number: v.Number, Basis: v.Basis, Org: id(v.Org), OrgName: v.Place.Shown(), From: day(v.From), Until: day(v.Until),
		State: textOut(v.State), Over: v.Over, EndedAt: v.EndedAt, EndedWhy: v.EndedWhy, Inspectors: []MandateInspector{}}
	for n := range v.Inspectors {
		x := &v.Inspectors[n]
		p := v.People[x.Person]
		one := MandateInspector{Person: id(x.Person), Account: p.Account, Name: p.Name, Declared: !x.DeclaredAt.IsZero(), DeclaredAt: x.DeclaredAt}
		if v.Oversees || x.Person == by.Person {
			one.TiedOrgs, one.TiedPeople = v.Tied(x)
		}
		out.Inspectors = append(out.Inspectors, one)
	}
	return out
}
