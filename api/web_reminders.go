package api

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"rectify/api/page"
	"rectify/workflow"
	"rectify/workflow/engine"
)

const (
	remindersPage = "/rules/reminders"
	runsShown     = 10
)

// showReminders shows the default rules to everybody, and to the system administrator those of the checklists and the last runs.
func (s *Server) showReminders(c echo.Context) error {
	ctx := c.Request().Context()
	by := actorOf(ctx)
	rules := s.Engine.DefaultReminders()
	p := page.Reminders{Frame: s.frame(c, workflow.Say("提醒规则", "Reminder rules")), Tabs: ruleTabs(remindersPage),
		Ladder: page.Ladder{Off: !rules.On, Soon: rules.Soon, Within: rules.Within, Rows: each(engine.Ladders(rules), ladderRow)}}
	if !engine.Administers(&by, "system_admin") {
		return s.show(c, http.StatusOK, p)
	}
	lists, err := s.Engine.AllReminderRules(ctx, by)
	if err != nil {
		return err
	}
	runs, err := s.Engine.Runs(ctx, by, runsShown)
	if err != nil {
		return err
	}
	p.Lists, p.Runs = each(lists, reminderListView), each(runs, runView)
	return s.show(c, http.StatusOK, p)
}

func ladderRow(l engine.Ladder) page.LadderRow { return page.LadderRow(l) }

func reminderPath(list workflow.ChecklistID) string {
	if list == 0 {
		return remindersPage + "/default"
	}
	return remindersPage + "/" + id(list)
}

func listTitle(title string) workflow.Text {
	if title == "" {
		return workflow.Say("默认（没有单独规定的清单）", "default, for lists without their own")
	}
	return workflow.Text{Zh: title, En: title}
}

func reminderListView(r engine.ReminderRules) page.ReminderList {
	return page.ReminderList{Path: reminderPath(r.Checklist.ID), Title: listTitle(r.Checklist.Title), Own: r.Own, Off: !r.Rules.On, Soon: r.Rules.Soon,
		Rev: r.Setting.Rev, At: r.Setting.At, By: r.By}
}

func runView(r engine.DayRun) page.RunRow {
	row := page.RunRow{Day: r.Day, Stage: engine.StageText(r.Stage), Steps: r.Steps, People: r.People, Digests: r.Digests, Why: engine.HoldText(r.Hold)}
	if engine.RunIsHeld(&r) {
		row.Release = remindersPage + "/runs/" + string(r.Day)
	}
	return row
}

// reminderRulesPage is the page of the rules of one checklist.
func (s *Server) reminderRulesPage(c echo.Context) (*page.ReminderRules, workflow.ChecklistID, error) {
	ctx := c.Request().Context()
	var list workflow.ChecklistID
	if c.Param("list") != "default" {
		var err error
		if list, err = pathID[workflow.ChecklistID](c.Param("list")); err != nil {
			return nil, 0, err
		}
	}
	r, err := s.Engine.ReminderRulesOf(ctx, actorOf(ctx), list)
	if err != nil {
		return nil, 0, err
	}
	title := listTitle(r.Checklist.Title)
	return &page.ReminderRules{Frame: s.frame(c, workflow.Say("提醒规则：%s", "Reminder rules: %s", title)), Back: remindersPage, Path: reminderPath(list),
		Body: r.Body, Rev: r.Setting.Rev, Own: r.Own,
		Ladder: page.Ladder{Off: !r.Rules.On, Soon: r.Rules.Soon, Within: r.Rules.Within, Rows: each(engine.Ladders(r.Rules), ladderRow)}}, list, nil
}

// showReminderRules shows the rules of one checklist, or the default, with the form that changes them.
func (s *Server) showReminderRules(c echo.Context) error {
	p, _, err := s.reminderRulesPage(c)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, p)
}

// changeRemindersByForm rehearses the rules that were sent; sent again with what they would do, they are switched on.
func (s *Server) changeRemindersByForm(c echo.Context) error {
	p, list, err := s.reminderRulesPage(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	body, take := c.FormValue("body"), c.FormValue("take") != ""
	rev, err := strconv.Atoi(c.FormValue("rev"))
	if err != nil || rev < 0 {
		return workflow.Invalid("bad_value", "rev", workflow.Say("请重新打开本页再试", "open this page again and try once more"))
	}
	trial, err := s.Engine.ChangeReminderRules(ctx, actorOf(ctx), list, body, rev, !take)
	if err != nil {
		return s.showRefusedRules(c, p, body, err)
	}
	if trial.Taken {
		return s.done(c, reminderPath(list), workflow.Say("已启用；%d 个问题的临期日期将在一分钟内重算", "switched on; the lights of %d issues are worked out again within a minute", trial.Moved))
	}
	if body != "" {
		p.Body = body
	}
	p.Trial = &page.ReminderTrial{Day: trial.Day, Then: page.ReminderVolume(trial.Then), Now: page.ReminderVolume(trial.Now), Moved: trial.Moved, Held: trial.Held, Body: body}
	return s.show(c, http.StatusOK, p)
}

// showRefusedRules shows the rules again as they were typed, with every line that is wrong.
func (s *Server) showRefusedRules(c echo.Context, p *page.ReminderRules, body string, err error) error {
	problem, known := problemOf(err, pageLang(c.Request()))
	if !known {
		return err
	}
	p.Body = body
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, part := range joined.Unwrap() {
			if fault, ok := errors.AsType[*workflow.Fault](part); ok {
				p.Fault = append(p.Fault, fault.Text)
			}
		}
	} else if fault, ok := errors.AsType[*workflow.Fault](err); ok {
		p.Fault = []workflow.Text{fault.Text}
	}
	return s.show(c, problem.Status, p)
}

// releaseRunByForm lets a run go on that is held.
func (s *Server) releaseRunByForm(c echo.Context) error {
	day, err := workflow.ParseDay(c.Param("day"))
	if err != nil {
		return err
	}
	if err := s.Engine.ReleaseRun(c.Request().Context(), actorOf(c.Request().Context()), day); err != nil {
		return err
	}
	return s.done(c, remindersPage, workflow.Say("已放行，几分钟内发出", "released; it goes out within minutes"))
}
