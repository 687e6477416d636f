package api

import (
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"rectify/api/page"
	"rectify/workflow"
	"rectify/workflow/engine"
)

// timelineAtOnce is how many lines of history the page of an issue shows.
const timelineAtOnce = engine.PageLimit

// timeline is the history of an issue, the latest line first, with what each changed in words. The address says before which line it
// begins; more is where the earlier ones are.
func (s *Server) timeline(c echo.Context, v *engine.View) (out []page.Event, more string, err error) {
	ctx := c.Request().Context()
	d, err := s.Engine.StoryOn(ctx, actorOf(ctx), v.Issue.ID, v.On)
	if err != nil {
		return nil, "", err
	}
	lines, err := s.recordLines(&d)
	if err != nil {
		return nil, "", err
	}
	if before, err := strconv.Atoi(c.QueryParam("before")); err == nil && before > 0 {
		lines = lines[:min(before-1, len(lines))]
	}
	from := max(0, len(lines)-timelineAtOnce)
	if from > 0 {
		more = addressWith(c, c.QueryParams(), "before", strconv.Itoa(lines[from].Seq))
	}
	for n := range slices.Backward(lines[from:]) {
		out = append(out, eventOf(&lines[from+n]))
	}
	return out, more, nil
}

func eventOf(l *page.RecordLine) page.Event {
	out := page.Event{At: l.At, Name: l.Name, Post: workflow.Say("%s %s", "%s, %s", l.Org, l.Post), For: l.For, Action: l.Action, From: l.From, To: l.To, Note: l.Note,
		Rule: l.Rule, Relation: l.Relation, Round: l.Round}
	if l.Name == l.Org { // the program: it acts from no organisation and by no post
		out.Post = workflow.Text{}
	}
	if l.Seq == 1 {
		return out // all is new, and the page has it
	}
	for _, c := range l.Changes {
		c.Was.Zh, c.Now.Zh = onlyChanged(c.Was.Zh, c.Now.Zh)
		c.Was.En, c.Now.En = onlyChanged(c.Was.En, c.Now.En)
		out.Changes = append(out.Changes, c)
	}
	return out
}

// onlyChanged leaves of two lists, a line for each thing, the lines that the other has not.
func onlyChanged(was, now string) (before, after string) {
	if !strings.Contains(was+now, "\n") {
		return was, now
	}
	old, fresh := strings.Split(was, "\n"), strings.Split(now, "\n")
	less := func(a, b []string) string {
		left := slices.DeleteFunc(slices.Clone(a), func(line string) bool { return slices.Contains(b, line) || line == "" })
		return first(strings.Join(left, "\n"), "—")
	}
	return less(old, fresh), less(fresh, old)
}
