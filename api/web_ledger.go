package api

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/labstack/echo/v4"

	"rectify/api/page"
	"rectify/workflow"
	"rectify/workflow/engine"
)

// pagerOf leads on through a list whose filter is in the address.
func pagerOf(c echo.Context, next string) (p page.Pager) {
	query := c.QueryParams()
	if query.Get("after") != "" {
		p.First = addressWith(c, query, "after", "")
	}
	if next != "" {
		p.Next = addressWith(c, query, "after", next)
	}
	return p
}

// addressWith is the address of this page with one parameter changed, or left out if the value is empty.
func addressWith(c echo.Context, query url.Values, name, value string) string {
	with := url.Values{}
	for key, values := range query {
		for _, v := range values {
			if v != "" && key != name {
				with.Add(key, v)
			}
		}
	}
	if value != "" {
		with.Set(name, value)
	}
	if len(with) == 0 {
		return c.Request().URL.Path
	}
	return c.Request().URL.Path + "?" + with.Encode()
}

func (s *Server) rowsOf(p *engine.Page) []page.Row {
	return each(p.Rows, func(r engine.Row) page.Row {
		org := p.Orgs[first(r.Responsible, r.Finder)]
		source, _ := r.Source.Rule()
		number := (&workflow.Issue{Number: r.Number, Round: r.Round}).ShownNumber()
		return page.Row{Path: issuePathOn(r.ID, p.On), Number: number, OwnNumber: r.OwnNumber, Title: r.Title, Org: org.Shown(), Person: p.People[r.Person],
			FoundOn: r.FoundOn, Amount: r.Amount, Recovered: r.Recovered, UpdatedAt: r.UpdatedAt,
			State: r.State.Text(), Grade: r.Grade.Text(), Kind: kindText(r.Kind), Source: source.Text, Light: workflow.LightOf(r.State, r.Due, r.Warn, p.Today),
			Due: r.Due, Provisional: s.Engine.Provisional(r.State, r.Due), Left: leftText(r.State, r.Due, p.Today), Supervised: r.Supervised, Reported: r.Reported && !r.State.End()}
	})
}

func issuePath(i workflow.IssueID) string { return "/issues/" + id(i) }

// issuePathOn is the page of an issue as it was at the end of a past day.
func issuePathOn(i workflow.IssueID, on workflow.Day) string { return onPath(issuePath(i), on) }

func kindText(k workflow.Kind) workflow.Text {
	for _, w := range workflow.Kinds() {
		if w.Word == string(k) {
			return w.Text
		}
	}
	return workflow.Text{}
}

// leftText says how long it is until the due day.
func leftText(state workflow.State, due, today workflow.Day) workflow.Text {
	if due == "" || !state.Lit() {
		return workflow.Text{}
	}
	return daysText(due, today)
}

// daysText says how far away a day is.
func daysText(day, today workflow.Day) workflow.Text {
	switch n := today.Until(day); {
	case n < 0:
		return workflow.Say("超%d天", "%d days late", -n)
	case n == 0:
		return workflow.Say("今天到期", "due today")
	case n == 1:
		return workflow.Say("剩1天", "one day left")
	default:
		return workflow.Say("剩%d天", "%d days left", n)
	}
}

// showLedger shows the list of issues, as the address says.
func (s *Server) showLedger(c echo.Context) error {
	p := page.Ledger{Frame: s.frame(c, workflow.Say("问题台账", "Ledger"))}
	fields, err := s.filterFields(c)
	if err != nil {
		return err
	}
	p.Filters, p.Keep, p.Clear = fields, keptFilters(c), narrowed(c.QueryParams())
	p.Table.Columns, p.Choice = s.columnsOf(c)
	if p.Views, p.ViewQuery, err = s.viewsOf(c); err != nil {
		return err
	}
	if err := s.listInto(c, &p); err != nil {
		return s.showFault(c, err, &p.Fault, func() page.Page { return p })
	}
	return s.show(c, http.StatusOK, p)
}

// listInto reads the rows and the numbers above them.
func (s *Server) listInto(c echo.Context, p *page.Ledger) error {
	ctx, query := c.Request().Context(), c.QueryParams()
	by := actorOf(ctx)
	f, under, err := s.filterIn(ctx, query)
	if err != nil {
		return err
	}
	found, err := s.Engine.Issues(ctx, by, f, under, query.Get("after"), pageSize)
	if err != nil {
		return err
	}
	all := f
	all.Phase, all.Light = "", ""
	counts, err := s.Engine.Tally(ctx, by, all, under)
	if err != nil {
		return err
	}
	matching := counts
	if f.Phase != "" && f.Light != "" {
		if matching, err = s.Engine.Tally(ctx, by, f, under); err != nil {
			return err
		}
	}
	asOf(c, &p.Frame, found.On)
	p.Table.Rows, p.Pager, p.Total = s.rowsOf(&found), pagerOf(c, found.Next), matchingIn(matching, f)
	p.Phases, p.Lights = phaseTallies(c, counts), lightTallies(c, counts)
	return nil
}

// matchingIn is how many issues a filter matches, of counts without its phase and its light.
func matchingIn(counts engine.Counts, f engine.Filter) int {
	switch {
	case f.Phase != "" && f.Light != "": // those are counted by themselves
		return counts.Total
	case f.Phase != "":
		return counts.ByPhase[f.Phase]
	case f.Light != "":
		return counts.ByLight[f.Light]
	}
	return counts.Total
}

// keptFilters are those of the address for which the form has no field.
func keptFilters(c echo.Context) (out []page.Field) {
	for _, name := range []string{"phase", "light", "checklist", "responsible", "person", "reported"} {
		if v := c.QueryParam(name); v != "" {
			out = append(out, page.Field{Name: name, Value: v})
		}
	}
	return out
}

// narrowed says whether an address asks for less than everything.
func narrowed(query url.Values) bool {
	return slices.ContainsFunc(filterNames, func(name string) bool { return query.Get(name) != "" })
}

var filterNames = []string{"state", "phase", "source", "kind", "grade", "under", "responsible", "checklist", "person", "due_from", "due_to", "light", "mark", "reported", "text", "on"}

// paramsOf reads the filter in an address as the JSON API has it; what is empty does not narrow.
func paramsOf(q url.Values) CountIssuesParams {
	some := func(name string) (out []string) {
		for _, v := range q[name] {
			if v != "" {
				out = append(out, v)
			}
		}
		return out
	}
	p := CountIssuesParams{Phase: Phase(q.Get("phase")), Source: some("source"), Under: q.Get("under"), Responsible: q.Get("responsible"),
		Checklist: q.Get("checklist"), Person: q.Get("person"), DueFrom: q.Get("due_from"), DueTo: q.Get("due_to"), Light: Light(q.Get("light")), Mark: Mark(q.Get("mark")), Text: q.Get("text"), On: q.Get("on")}
	for _, v := range some("state") {
		p.State = append(p.State, State(v))
	}
	for _, v := range some("kind") {
		p.Kind = append(p.Kind, Kind(v))
	}
	for _, v := range some("grade") {
		p.Grade = append(p.Grade, Grade(v))
	}
	if v := q.Get("reported"); v != "" {
		reported := v == "true"
		p.Reported = &reported
	}
	return p
}

func phaseTallies(c echo.Context, counts engine.Counts) (out []page.Tally) {
	query, now := c.QueryParams(), c.QueryParam("phase")
	query.Del("after")
	for _, ph := range []workflow.Phase{"", workflow.PhaseFind, workflow.PhaseAssign, workflow.PhaseRectify, workflow.PhaseVerify, workflow.PhaseClose, workflow.PhaseEnd} {
		t := page.Tally{Text: workflow.PhaseText(ph), Count: counts.ByPhase[ph], Path: addressWith(c, query, "phase", string(ph)), Chosen: now == string(ph)}
		if ph == "" {
			t.Text, t.Count = workflow.Say("全部", "all"), counts.Total
		}
		if ph != workflow.PhaseEnd || t.Count > 0 {
			out = append(out, t)
		}
	}
	return out
}

func lightTallies(c echo.Context, counts engine.Counts) (out []page.Tally) {
	query, now := c.QueryParams(), c.QueryParam("light")
	query.Del("after")
	for _, l := range []struct {
		light workflow.Light
		class string
	}{{workflow.LightOverdue, "late"}, {workflow.LightSoon, "soon"}, {workflow.LightInTime, "ok"}} {
		to := string(l.light)
		if now == to {
			to = ""
		}
		out = append(out, page.Tally{Text: l.light.Text(), Count: counts.ByLight[l.light], Path: addressWith(c, query, "light", to), Chosen: now == string(l.light), Class: l.class})
	}
	return out
}

// filterFields are the fields of the filter, as the address has them.
func (s *Server) filterFields(c echo.Context) ([]page.Field, error) {
	orgs, err := s.orgOptions(c.Request().Context(), 0)
	fields := []page.Field{
		{Name: "text", Kind: page.Line, Label: workflow.Say("编号或内容", "Number or words")},
		{Name: "state", Kind: page.Select, Label: workflow.Say("状态", "State"), Options: stateOptions()},
		{Name: "source", Kind: page.Select, Label: workflow.Say("来源", "Source"), Options: sourceOptions()},
		{Name: "grade", Kind: page.Select, Label: workflow.Say("等级", "Grade"), Options: gradeOptions()},
		{Name: "kind", Kind: page.Select, Label: workflow.Say("类型", "Kind"), Options: kindOptions()},
		orgChoice(page.Field{Name: "under", Kind: page.Select, Label: workflow.Say("单位及以下", "Organisation and below"), Options: chosen(orgs, c.QueryParam("under"))}),
		{Name: "due_from", Kind: page.Date, Label: workflow.Say("时限从", "Due from")},
		{Name: "due_to", Kind: page.Date, Label: workflow.Say("时限到", "Due to")},
		{Name: "mark", Kind: page.Select, Label: workflow.Say("督办", "Marked"), Options: wordOptions(workflow.Marks())},
		onField(c),
	}
	under := fields[5].Value // the name, where an id is in the address
	fill(fields, c.QueryParams())
	fields[5].Value = first(under, fields[5].Value)
	return fields, err
}
