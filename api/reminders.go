package api

import (
	"context"

	"rectify/workflow"
	"rectify/workflow/engine"
)

// rulesList is the checklist that a path names, 0 for the default.
func rulesList(text string) (workflow.ChecklistID, error) {
	if text == "default" {
		return 0, nil
	}
	return pathID[workflow.ChecklistID](text)
}

// ListReminderRules lists the rules of the checklists, the default first.
func (s *Server) ListReminderRules(ctx context.Context, _ ListReminderRulesRequestObject) (ListReminderRulesResponseObject, error) {
	all, err := s.Engine.AllReminderRules(ctx, actorOf(ctx))
	return ListReminderRules200JSONResponse{Rules: each(all, func(r engine.ReminderRules) ReminderRules {
		r.Body = ""
		return reminderRulesOut(r)
	})}, err
}

// GetReminderRules shows the rules of one checklist.
func (s *Server) GetReminderRules(ctx context.Context, r GetReminderRulesRequestObject) (GetReminderRulesResponseObject, error) {
	list, err := rulesList(r.List)
	if err != nil {
		return nil, err
	}
	rules, err := s.Engine.ReminderRulesOf(ctx, actorOf(ctx), list)
	if err != nil {
		return nil, err
	}
	return GetReminderRules200JSONResponse(reminderRulesOut(rules)), nil
}

func reminderRulesOut(r engine.ReminderRules) ReminderRules {
	out := ReminderRules{List: "default", Title: r.Checklist.Title, Own: r.Own, On: r.Rules.On, Soon: r.Rules.Soon, Rev: r.Setting.Rev, Body: r.Body,
		Ladder: each(engine.Ladders(r.Rules), func(l engine.Ladder) ReminderLadder {
			return ReminderLadder{Topic: textOut(l.Topic), Rungs: each(l.Rungs, textOut)}
		})}
	if r.Checklist.ID != 0 {
		out.List = id(r.Checklist.ID)
	}
	return out
}

// ChangeReminderRules rehearses rules, or switches them on.
func (s *Server) ChangeReminderRules(ctx context.Context, r ChangeReminderRulesRequestObject) (ChangeReminderRulesResponseObject, error) {
	list, err := rulesList(r.List)
	if err != nil {
		return nil, err
	}
	rev := engine.AnyRev
	if r.Params.Rev != nil {
		rev = *r.Params.Rev
	}
	t, err := s.Engine.ChangeReminderRules(ctx, actorOf(ctx), list, r.Body.Body, rev, r.Params.Check)
	return ChangeReminderRules200JSONResponse{Day: day(t.Day), Then: volumeOut(t.Then), Now: volumeOut(t.Now), Moved: t.Moved, Held: t.Held, Taken: t.Taken, Rev: t.Rev}, err
}

func volumeOut(v engine.Volume) ReminderVolume {
	return ReminderVolume{Digests: v.Digests, Reminders: v.Reminders, Most: v.Most}
}

// ListReminderRuns lists the last runs.
func (s *Server) ListReminderRuns(ctx context.Context, _ ListReminderRunsRequestObject) (ListReminderRunsResponseObject, error) {
	runs, err := s.Engine.Runs(ctx, actorOf(ctx), runsShown)
	return ListReminderRuns200JSONResponse{Runs: each(runs, func(r engine.DayRun) ReminderRun {
		return ReminderRun{Day: day(r.Day), Stage: ReminderRunStage(r.Stage), Steps: r.Steps, People: r.People, Digests: r.Digests, Held: r.Hold}
	})}, err
}

// ReleaseReminderRun lets a run go on that is held.
func (s *Server) ReleaseReminderRun(ctx context.Context, r ReleaseReminderRunRequestObject) (ReleaseReminderRunResponseObject, error) {
	on, err := workflow.ParseDay(r.Day)
	if err != nil {
		return nil, err
	}
	return ReleaseReminderRun204Response{}, s.Engine.ReleaseRun(ctx, actorOf(ctx), on)
}

// GetPrompt shows the prompt of a month or the pack of a quarter.
func (s *Server) GetPrompt(ctx context.Context, r GetPromptRequestObject) (GetPromptResponseObject, error) {
	by, period := actorOf(ctx), r.Params.Period
	org := s.Engine.PromptHome(by)
	if r.Params.Org != "" {
		var err error
		if org, err = pathID[workflow.OrgID](r.Params.Org); err != nil {
			return nil, err
		}
	}
	if period == "" {
		period = engine.ThisMonth
	}
	v, err := s.Engine.Prompt(ctx, by, org, period)
	if err != nil {
		return nil, err
	}
	x := &v.Prompt
	out := GetPrompt200JSONResponse{Org: id(v.Org.ID), Period: x.Period, Title: textOut(x.Title()), Day: day(x.Day), From: day(x.From), To: day(x.To), Fixed: v.Fixed,
		Open: x.Open, Own: x.Own, Gap: x.Gap, Lights: make(Tally), Closed: promptListOut(x.Closed), Overdue: promptListOut(x.Overdue), OverdueOwn: x.OverdueOwn, Soon: promptListOut(x.Soon),
		Suspended: promptListOut(x.Suspended), Reviews: promptListOut(x.Reviews), Letters: promptListOut(x.Letters), Periods: append([]string{}, v.Periods...),
		Orgs: orgNames(v.Orgs), People: personNames(v.People),
		Units: each(x.Units, func(u engine.PromptUnit) PromptUnit {
			return PromptUnit{Org: id(u.Org), Open: u.Open, Own: u.Own, Overdue: u.Overdue, Closed: u.Closed, Gap: u.Gap}
		})}
	for light, n := range x.Lights {
		out.Lights[string(light)] = n
	}
	return out, nil
}

func promptListOut(l engine.PromptList) PromptList {
	return PromptList{Count: l.Count, Rows: each(l.Rows, func(r engine.PromptRow) PromptRow {
		return PromptRow{Issue: id(r.Issue), Number: r.Number, Title: r.Title, Org: id(r.Org), Person: id(r.Person), Day: day(r.Day), Note: r.Note, Own: r.Own}
	})}
}
