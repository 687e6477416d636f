package api

import (
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"rectify/api/page"
	"rectify/workflow"
	"rectify/workflow/engine"
)

const (
	lettersPage = "/letters"
	callsPage   = "/calls"
)

// letterChoices are what the list of letters may be narrowed by, beside the rung.
var letterChoices = []workflow.Wording{
	{Word: "no", Text: workflow.Text{Zh: "待签收", En: "not signed for"}}, {Word: "yes", Text: workflow.Text{Zh: "已签收", En: "signed for"}},
	{Word: "late", Text: workflow.Text{Zh: "超过办理时限", En: "past the limit"}},
}

func letterFilter(c echo.Context) (f engine.LetterFilter, err error) {
	f.Rung = workflow.Rung(c.QueryParam("rung"))
	switch signed := c.QueryParam("signed") == "yes"; c.QueryParam("signed") {
	case "yes", "no":
		f.Signed = &signed
	case "late":
		f.Late = true
	}
	f.On, err = onDay(c)
	return f, err
}

// showLetters lists the supervision letters that the caller may see.
func (s *Server) showLetters(c echo.Context) error {
	ctx := c.Request().Context()
	f, err := letterFilter(c)
	if err != nil {
		return err
	}
	found, err := s.Engine.Letters(ctx, actorOf(ctx), f, 0, c.QueryParam("after"), pageSize)
	if err != nil {
		return err
	}
	p := page.LetterList{Frame: s.frame(c, workflow.Say("督办函", "Supervision letters")), Tabs: supervisionTabs(lettersPage), Pager: pagerOf(c, found.Next)}
	p.Filters = []page.Field{choice("rung", workflow.Say("督办层次", "Rung"), workflow.Rungs(), c), choice("signed", workflow.Say("情况", "Status"), letterChoices, c), onField(c)}
	p.Clear = c.QueryParam("rung")+c.QueryParam("signed")+c.QueryParam("on") != ""
	asOf(c, &p.Frame, found.On)
	p.Rows = each(found.Rows, func(l engine.LetterRow) page.LetterRow {
		from, to := found.Orgs[l.Org], found.Orgs[l.To]
		row := page.LetterRow{Path: onPath(letterPath(l.Issue, l.No), found.On), Number: l.Number, Rung: l.Rung.Text(), From: from.Shown(), To: to.Shown(), Title: l.Title,
			Issue: roundNumber(l.IssueNumber, l.Round), IssuePath: issuePathOn(l.Issue, found.On), SentOn: l.SentOn, Limit: l.Limit, On: l.SignedOn, ToSign: l.ToSign}
		if l.Pending {
			row.Left, row.Late = daysText(l.Limit, found.Today), l.Limit < found.Today
		}
		return row
	})
	return s.show(c, http.StatusOK, p)
}

// choice is a filter of a list: one of some words.
func choice(name string, label workflow.Text, words []workflow.Wording, c echo.Context) page.Field {
	options := wordOptions(words)
	for n := range options {
		options[n].Chosen = options[n].Value == c.QueryParam(name)
	}
	return page.Field{Name: name, Kind: page.Select, Label: label, Options: options}
}

func roundNumber(number string, round int) string {
	i := workflow.Issue{Number: number, Round: round}
	return i.ShownNumber()
}

func letterPath(issue workflow.IssueID, no int) string {
	return issuePath(issue) + "/letters/" + strconv.Itoa(no)
}

// showLetter shows one letter as it is printed.
func (s *Server) showLetter(c echo.Context) error {
	issue, err := pathID[workflow.IssueID](c.Param("issue"))
	if err != nil {
		return err
	}
	no, err := pathID[int64](c.Param("no"))
	if err != nil {
		return err
	}
	on, err := onDay(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	v, err := s.Engine.Letter(ctx, actorOf(ctx), issue, int(no), on)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, s.letterPage(c, &v))
}

func (s *Server) letterPage(c echo.Context, v *engine.LetterView) page.LetterDocument {
	l := &v.Letter
	p := page.LetterDocument{Frame: s.frame(c, workflow.Say("%s %s", "%s %s", l.Rung.Text(), l.Number)), Tabs: supervisionTabs(lettersPage),
		Back: page.Link{Path: issuePathOn(v.Issue.ID, v.On), Text: same(v.Issue.ShownNumber())}, Head: v.From.Name, Rung: l.Rung.Text(), Number: l.Number, To: v.To.Name,
		Issue: v.Issue.Number, Problem: v.Issue.Detail, Grounds: l.Grounds, Asked: l.Asked, Decided: l.Decided, Limit: l.Limit,
		Late: v.Pending && l.Limit < v.Today, From: v.From.Name, By: actedBy(v.People, l.By, l.ByFor), Date: dateText(l.On)}
	asOf(c, &p.Frame, v.On)
	if l.Signed() {
		p.Signed, p.SignedAt = actedBy(v.People, l.SignedBy, l.SignedFor), l.SignedAt.In(workflow.China).Format("2006-01-02 15:04")
	}
	if v.MaySign {
		p.SignPath = issuePath(v.Issue.ID) + "/do/" + string(workflow.SignLetter)
	}
	return p
}

// actedBy names who did something, with whom they stood in for.
func actedBy(people map[workflow.PersonID]string, by, standingFor workflow.PersonID) workflow.Text {
	if standingFor == 0 {
		return same(people[by])
	}
	return workflow.Say("%s（代%s）", "%s (for %s)", people[by], people[standingFor])
}

func dateText(d workflow.Day) workflow.Text {
	t := d.Time()
	return workflow.Text{Zh: t.Format("2006年1月2日"), En: t.Format("2 January 2006")}
}

// showCalls shows the board of calls for help.
func (s *Server) showCalls(c echo.Context) error {
	ctx := c.Request().Context()
	list := engine.CallList(first(c.QueryParam("list"), string(engine.CallsWaiting)))
	on, err := onDay(c)
	if err != nil {
		return err
	}
	found, err := s.Engine.Calls(ctx, actorOf(ctx), list, on, c.QueryParam("after"), pageSize)
	if err != nil {
		return err
	}
	p := page.CallBoard{Frame: s.frame(c, workflow.Say("呼叫（有呼必应）", "Calls for help")), Tabs: supervisionTabs(callsPage), Pager: pagerOf(c, found.Next),
		Pick: dayPick(c, "list")}
	asOf(c, &p.Frame, found.On)
	for _, w := range engine.CallLists() {
		current := w.Word == string(list)
		p.Lists = append(p.Lists, page.Link{Path: onPath(callsPage+"?list="+w.Word, found.On), Text: w.Text, Current: current})
		if current {
			p.Empty = workflow.Say("没有呼叫：%s", "no calls: %s", w.Text)
		}
	}
	p.Rows = each(found.Rows, func(r engine.CallRow) page.CallRow { return callRow(&r, &found, list) })
	return s.show(c, http.StatusOK, p)
}

func callRow(r *engine.CallRow, found *engine.CallPage, list engine.CallList) page.CallRow {
	from, to := found.Orgs[r.From], found.Orgs[r.To]
	row := page.CallRow{Path: issuePathOn(r.Issue, found.On), Issue: roundNumber(r.IssueNumber, r.Round), Title: r.Title, From: from.Shown(), To: to.Shown(), Wants: r.Wants.Text(),
		On: r.On, Until: r.Until, Reply: r.Reply.Text(), RepliedOn: r.RepliedOn, Climbed: r.Climbed}
	if r.Open {
		row.Left, row.Late = daysText(r.Until, found.Today), r.Until < found.Today
	}
	if list == engine.CallsWaiting && found.On == "" {
		row.AnswerPath = issuePath(r.Issue) + "/do/" + string(workflow.Respond)
	}
	return row
}
