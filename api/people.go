package api

import (
	"context"

	"rectify/workflow"
	"rectify/workflow/engine"
)

// ListPeople lists people by account.
func (s *Server) ListPeople(ctx context.Context, r ListPeopleRequestObject) (ListPeopleResponseObject, error) {
	limit := first(r.Params.Limit, pageSize)
	people, err := s.Engine.People(ctx, actorOf(ctx), r.Params.After, limit)
	if err != nil {
		return nil, err
	}
	out := ListPeople200JSONResponse{People: each(people, personOut)}
	if len(people) == limit {
		out.Next = people[limit-1].Account
	}
	return out, nil
}

func personOut(p engine.Person) Person {
	return Person{Id: id(p.ID), Account: p.Account, Name: p.Name, Mobile: p.Mobile, Active: p.Active, Appointments: each(p.Appointments, appointmentOut)}
}

// FirstPasswords makes first passwords, to be handed to their owners.
func (s *Server) FirstPasswords(ctx context.Context, r FirstPasswordsRequestObject) (FirstPasswordsResponseObject, error) {
	made, err := s.Engine.FirstPasswords(ctx, actorOf(ctx), r.Body.Accounts)
	if err != nil {
		return nil, err
	}
	return FirstPasswords200JSONResponse{Passwords: each(made, func(p engine.FirstPassword) FirstPassword {
		return FirstPassword{Account: p.Account, Name: p.Name, Password: p.Password}
	})}, nil
}

// Appoint gives somebody a post.
func (s *Server) Appoint(ctx context.Context, r AppointRequestObject) (AppointResponseObject, error) {
	var in reading
	b := r.Body
	a := engine.Appointment{
		Account: b.Account, Org: idOf[workflow.OrgID](&in, "org", b.Org), Post: workflow.Post(b.Post), From: dayOf(&in, "from", b.From),
		Until: dayOf(&in, "until", b.Until), StandInFor: b.StandInFor,
	}
	if in.err != nil {
		return nil, in.err
	}
	made, err := s.Engine.Appoint(ctx, actorOf(ctx), a)
	return Appoint201JSONResponse{Id: id(made)}, err
}

// EndAppointment ends an appointment on a day, which is its last.
func (s *Server) EndAppointment(ctx context.Context, r EndAppointmentRequestObject) (EndAppointmentResponseObject, error) {
	person, err := pathID[workflow.PersonID](r.Person)
	if err != nil {
		return nil, err
	}
	appointment, err := pathID[workflow.AppointmentID](r.Appointment)
	if err != nil {
		return nil, err
	}
	var in reading
	last := dayOf(&in, "until", r.Body.Until)
	if in.err != nil {
		return nil, in.err
	}
	return EndAppointment204Response{}, s.Engine.EndAppointment(ctx, actorOf(ctx), person, appointment, last)
}
