package page

import "rectify/workflow"

// SignIn is where everyone comes in.
type SignIn struct {
	Frame
	Form   Form
	Next   string    // where to go afterwards
	People []DemoOrg // of the demonstration, to be chosen with one click; none outside of it
}

func (SignIn) template() string { return "sign_in" }

// DemoOrg is an organisation of the demonstration with its people.
type DemoOrg struct {
	Name   string
	People []DemoPerson
}

// DemoPerson is an account of the demonstration.
type DemoPerson struct {
	Account string
	Name    string
	Post    workflow.Text
}

// Password is where a password is changed.
type Password struct {
	Frame
	Form Form
	Must bool // before anything else
}

func (Password) template() string { return "password" }

// Fault is what is shown when something is not possible.
type Fault struct {
	Frame
	Status  int
	Detail  workflow.Text
	Request string // the id of the request, for the administrator
}

func (Fault) template() string { return "fault" }
