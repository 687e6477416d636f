package api

import (
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"
)

// access says who may call a route at all. Whether they may do what they ask for is decided by the engine.
type access uint8

const (
	undecided access = iota // refused at the start
	anyone                  // no session is needed
	newcomer                // a session is needed; the first password need not have been changed
	member                  // a session is needed, and the first password must have been changed
)

// takes says what a route takes as its body.
type takes uint8

const (
	nothing  takes = iota
	jsonBody       // JSON
	workbook       // a form with a workbook
	files          // a form with files
	pageForm       // the form of a page, without files
)

// route is one line of the table of routes.
type route struct {
	method, path string
	access       access
	takes        takes
	handler      echo.HandlerFunc
}

// routes are all routes of the program.
func (s *Server) routes() []route {
	w := &ServerInterfaceWrapper{Handler: NewStrictHandler(s, nil)}
	return slices.Concat([]route{
		{"GET", "/healthz", anyone, nothing, w.GetHealth},
		{"GET", "/readyz", anyone, nothing, w.GetReady},
		{"GET", "/api/docs", anyone, nothing, w.GetDocs},
		{"GET", "/api/v1/openapi.json", anyone, nothing, w.GetSpecification},

		{"POST", "/api/v1/session", anyone, jsonBody, w.SignIn},
		{"DELETE", "/api/v1/session", newcomer, nothing, w.SignOut},
		{"GET", "/api/v1/me", newcomer, nothing, w.GetMe},
		{"PUT", "/api/v1/me/password", newcomer, jsonBody, w.ChangePassword},

		{"GET", "/api/v1/issues", member, nothing, w.ListIssues},
		{"POST", "/api/v1/issues", member, jsonBody, w.FindIssue},
		{"GET", "/api/v1/awaiting", member, nothing, w.ListAwaiting},
		{"GET", "/api/v1/counts", member, nothing, w.CountIssues},
		{"GET", "/api/v1/ledger.xlsx", member, nothing, w.ExportLedger},
		{"GET", "/api/v1/issues/similar", member, nothing, w.SimilarIssues},
		{"GET", "/api/v1/lists", member, nothing, w.ListThree},
		{"GET", "/api/v1/lists.xlsx", member, nothing, w.ExportLists},
		{"GET", "/api/v1/issues/:issue", member, nothing, w.GetIssue},
		{"GET", "/api/v1/issues/:issue/self-checks", member, nothing, w.ListAskedSelfChecks},
		{"GET", "/api/v1/self-checks", member, nothing, w.ListSelfChecks},
		{"POST", "/api/v1/self-checks/:check/answer", member, jsonBody, w.AnswerSelfCheck},
		{"GET", "/api/v1/sources", member, nothing, w.SumSources},
		{"GET", "/api/v1/sources/:source", member, nothing, w.ListSourceItems},
		{"GET", "/api/v1/sources/:source/report.xlsx", member, nothing, w.ExportSource},
		{"POST", "/api/v1/issues/:issue/steps", member, jsonBody, w.TakeStep},
		{"POST", "/api/v1/steps", member, jsonBody, w.TakeSteps},
		{"GET", "/api/v1/issues/:issue/certificate", member, nothing, w.GetCertificate},
		{"GET", "/api/v1/issues/:issue/history", member, nothing, w.ListHistory},
		{"GET", "/api/v1/notices", member, nothing, w.ListNotices},
		{"GET", "/api/v1/issues/:issue/explain", member, nothing, w.Explain},
		{"GET", "/api/v1/issues/:issue/bundle", member, nothing, w.GetIssueBundle},
		{"GET", "/api/v1/checklists/:checklist/bundle", member, nothing, w.GetChecklistBundle},
		{"GET", "/api/v1/proof/bundle", member, nothing, w.GetSpanBundle},
		{"POST", "/api/v1/proof/verify", member, files, w.VerifyBundle},
		{"GET", "/api/v1/issues/:issue/evidence/:hash", member, nothing, w.GetEvidence},
		{"POST", "/api/v1/files", member, files, w.UploadFiles},

		{"GET", "/api/v1/checklists", member, nothing, w.ListChecklists},
		{"POST", "/api/v1/checklists/import", member, workbook, w.ImportChecklist},
		{"POST", "/api/v1/checklists/rejects", member, workbook, w.Rejects},

		{"GET", "/api/v1/orgs", member, nothing, w.ListOrgs},
		{"POST", "/api/v1/orgs/import", member, workbook, w.ImportOrgs},
		{"GET", "/api/v1/orgs/:org", member, nothing, w.GetOrg},
		{"GET", "/api/v1/orgs/:org/appointments", member, nothing, w.ListAppointments},
		{"GET", "/api/v1/people", member, nothing, w.ListPeople},
		{"POST", "/api/v1/people/import", member, workbook, w.ImportPeople},
		{"POST", "/api/v1/people/passwords", member, jsonBody, w.FirstPasswords},
		{"POST", "/api/v1/appointments", member, jsonBody, w.Appoint},
		{"POST", "/api/v1/people/:person/appointments/:appointment/end", member, jsonBody, w.EndAppointment},
	}, s.aroundRoutes(w), s.ruleRoutes(w), s.mandateRoutes(w), s.proofRoutes(w))
}

// aroundRoutes are those of what is done around the course of issues.
func (s *Server) aroundRoutes(w *ServerInterfaceWrapper) []route {
	return []route{
		{"GET", "/api/v1/letters", member, nothing, w.ListLetters},
		{"GET", "/api/v1/issues/:issue/letters/:no", member, nothing, w.GetLetter},
		{"GET", "/api/v1/calls", member, nothing, w.ListCalls},
		{"GET", "/api/v1/duties", member, nothing, w.ListDuties},
		{"GET", "/api/v1/duties.xlsx", member, nothing, w.ExportDuties},
		{"GET", "/api/v1/people/:person/held", member, nothing, w.ListHeld},
		{"POST", "/api/v1/people/:person/hand-over", member, jsonBody, w.HandOver},
	}
}

// proofRoutes are those by which the record is checked. What tells nothing of what is in it is open to everybody.
func (s *Server) proofRoutes(w *ServerInterfaceWrapper) []route {
	return []route{
		{"GET", "/api/v1/proof/checkpoint", anyone, nothing, w.GetCheckpoint},
		{"GET", "/api/v1/proof/keys", anyone, nothing, w.GetSealKeys},
		{"GET", "/api/v1/proof/consistency", anyone, nothing, w.GetConsistency},
		{"POST", "/api/v1/proof/cosignatures", anyone, jsonBody, w.Cosign},
		{"GET", "/api/v1/proof/checkpoints", member, nothing, w.ListCheckpoints},
	}
}

// ruleRoutes are those of words, rules and settings, and of what comes round by them.
func (s *Server) ruleRoutes(w *ServerInterfaceWrapper) []route {
	return []route{
		{"GET", "/api/v1/words", member, nothing, w.ListWords},
		{"GET", "/api/v1/definitions", member, nothing, w.ListDefinitions},
		{"GET", "/api/v1/policy", member, nothing, w.ListPolicy},
		{"GET", "/api/v1/holidays", member, nothing, w.GetHolidays},
		{"GET", "/api/v1/rules/check", member, nothing, w.GetRuleCheck},
		{"POST", "/api/v1/rules/check", member, jsonBody, w.CheckRules},
		{"POST", "/api/v1/holidays", member, jsonBody, w.LoadHolidays},
		{"GET", "/api/v1/burden", member, nothing, w.GetBurden},
		{"PUT", "/api/v1/burden", member, jsonBody, w.SetBudget},
		{"GET", "/api/v1/signs", member, nothing, w.ListSigns},
		{"GET", "/api/v1/signs/:sign", member, nothing, w.GetSign},
		{"GET", "/api/v1/sign-rules", member, nothing, w.GetSignRules},
		{"PUT", "/api/v1/sign-rules", member, jsonBody, w.SetSignRules},
		{"GET", "/api/v1/draws", member, nothing, w.ListDraws},
		{"POST", "/api/v1/draws", member, jsonBody, w.AnnounceDraw},
		{"GET", "/api/v1/draws/:draw", member, nothing, w.GetDraw},
		{"POST", "/api/v1/draws/:draw", member, nothing, w.HoldDraw},
		{"GET", "/api/v1/reminder-rules", member, nothing, w.ListReminderRules},
		{"GET", "/api/v1/reminder-rules/:list", member, nothing, w.GetReminderRules},
		{"PUT", "/api/v1/reminder-rules/:list", member, jsonBody, w.ChangeReminderRules},
		{"GET", "/api/v1/reminder-runs", member, nothing, w.ListReminderRuns},
		{"POST", "/api/v1/reminder-runs/:day/release", member, nothing, w.ReleaseReminderRun},
		{"GET", "/api/v1/prompts", member, nothing, w.GetPrompt},
		{"GET", "/api/v1/messages", member, nothing, w.ListMessages},
		{"POST", "/api/v1/messages/seen", member, jsonBody, w.SeeMessages},
		{"GET", "/api/v1/me/channels", member, nothing, w.GetChannels},
		{"PUT", "/api/v1/me/channels", member, jsonBody, w.ChooseChannels},
		{"POST", "/api/v1/me/channels/try", member, nothing, w.TryMail},
		{"GET", "/api/v1/delivery", member, nothing, w.GetDelivery},
		{"GET", "/api/v1/dead-letters", member, nothing, w.ListDeadLetters},
		{"POST", "/api/v1/dead-letters/again", member, jsonBody, w.SendAgain},
		{"GET", "/api/v1/robots", member, nothing, w.ListRobots},
		{"POST", "/api/v1/robots", member, jsonBody, w.AddRobot},
		{"PUT", "/api/v1/robots/:robot", member, jsonBody, w.ChangeRobot},
		{"DELETE", "/api/v1/robots/:robot", member, nothing, w.DeleteRobot},
		{"POST", "/api/v1/robots/:robot/try", member, nothing, w.TryRobot},
		{"GET", "/api/v1/settings", member, nothing, w.ListSettings},
	}
}

// register gives every route what stands before its handler: who may call, how large, and whether it is what the specification says.
func (s *Server) register(routes []route) error {
	check, err := checksOfForm()
	if err != nil {
		return err
	}
	for _, r := range routes {
		if r.access == undecided {
			return errUndecided(r)
		}
		before := []echo.MiddlewareFunc{s.admit(r), s.readOnly(r), s.bound(r), check(r)}
		if r.path == signInPath && r.method == http.MethodPost {
			before = slices.Insert(before, 0, s.slowDown())
		}
		s.echo.Add(r.method, r.path, r.handler, before...)
	}
	return s.registerPages()
}
