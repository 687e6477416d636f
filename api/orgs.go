package api

import (
	"context"

	"rectify/workflow"
	"rectify/workflow/engine"
)

// ListOrgs lists organisations by code.
func (s *Server) ListOrgs(ctx context.Context, r ListOrgsRequestObject) (ListOrgsResponseObject, error) {
	var in reading
	under, limit := idOf[workflow.OrgID](&in, "under", r.Params.Under), first(r.Params.Limit, pageSize)
	if in.err != nil {
		return nil, in.err
	}
	orgs, err := s.Engine.Orgs(ctx, under, r.Params.After, limit)
	if err != nil {
		return nil, err
	}
	out := ListOrgs200JSONResponse{Orgs: each(orgs, orgOut)}
	if len(orgs) == limit {
		out.Next = orgs[limit-1].Code
	}
	return out, nil
}

// GetOrg shows one organisation.
func (s *Server) GetOrg(ctx context.Context, r GetOrgRequestObject) (GetOrgResponseObject, error) {
	org, err := pathID[workflow.OrgID](r.Org)
	if err != nil {
		return nil, err
	}
	o, err := s.Engine.Org(ctx, org)
	return GetOrg200JSONResponse(orgOut(o)), err
}

// ListAppointments lists who holds which post in an organisation.
func (s *Server) ListAppointments(ctx context.Context, r ListAppointmentsRequestObject) (ListAppointmentsResponseObject, error) {
	org, err := pathID[workflow.OrgID](r.Org)
	if err != nil {
		return nil, err
	}
	held, err := s.Engine.Appointments(ctx, org)
	return ListAppointments200JSONResponse{Appointments: each(held, func(a engine.Appointed) Appointment {
		out := appointmentOut(a.Appointment)
		out.Person = id(a.Person)
		return out
	})}, err
}
