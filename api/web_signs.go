package api

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/labstack/echo/v4"

	"rectify/api/page"
	"rectify/workflow"
	"rectify/workflow/engine"
)

const (
	signsPage     = "/signs"
	signRulesPage = "/rules/signs"
	signDays      = 182 // back from today, as long as no days are named
)

// showSigns shows which signs of paper rectification there are, and of one the issues behind it.
func (s *Server) showSigns(c echo.Context) error {
	p := page.Signs{Frame: s.frame(c, workflow.Say("纸面整改线索", "Signs of paper rectification")), Tabs: proofTabs(signsPage), Rules: signRulesPage}
	ctx := c.Request().Context()
	places, err := s.Engine.SignPlaces(ctx, actorOf(ctx))
	if err != nil || len(places) == 0 {
		return errors.Join(err, s.show(c, http.StatusOK, p))
	}
	org := first(c.QueryParam("org"), id(places[0].ID))
	today := s.Engine.Today()
	from, to := first(c.QueryParam("from"), string(today.Add(1-signDays))), first(c.QueryParam("to"), string(today))
	found, err := s.signs(ctx, org, from, to, workflow.PaperSign(c.Param("sign")))
	if err != nil {
		p.Filters = signFilters(places, org, from, to)
		return s.showFault(c, err, &p.Fault, func() page.Page { return p })
	}
	if !slices.ContainsFunc(places, func(o engine.Org) bool { return o.ID == found.Org.ID }) {
		places = append(places, found.Org)
	}
	p.Filters, p.Org = signFilters(places, org, from, to), found.Org.Shown()
	query := "?" + url.Values{"org": {org}, "from": {from}, "to": {to}}.Encode()
	p.Sheets = each(found.Sheets, func(x engine.SignSheet) page.SignSheet { return signSheet(x, query) })
	if c.Param("sign") == "" {
		return s.show(c, http.StatusOK, p)
	}
	p.Title = found.Sheets[0].Text
	one := page.SignFindings{Signs: p, Back: signsPage + query, Sheet: p.Sheets[0]}
	for n := range found.Sheets[0].Findings {
		one.Findings = append(one.Findings, signFinding(&found, &found.Sheets[0].Findings[n]))
	}
	return s.show(c, http.StatusOK, one)
}

func signFilters(places []engine.Org, org, from, to string) []page.Field {
	options := each(places, func(o engine.Org) page.Option { return page.Option{Value: id(o.ID), Text: same(o.Shown())} })
	return []page.Field{
		{Name: "org", Kind: page.Select, Required: true, Hint: "wide", Label: workflow.Say("组织（含下级）", "Organisation, with all below"), Options: chosen(options, org)},
		{Name: "from", Kind: page.Date, Label: workflow.Say("自", "From"), Value: from}, {Name: "to", Kind: page.Date, Label: workflow.Say("至", "to"), Value: to},
	}
}

func signSheet(x engine.SignSheet, query string) page.SignSheet {
	return page.SignSheet{Path: signsPage + "/" + string(x.Sign) + query, Text: x.Text, Looks: x.Looks, Means: x.Means, Harmless: x.Harmless, N: x.N, Cut: x.Cut}
}

func signFinding(p *engine.SignPage, f *engine.SignFinding) page.SignFinding {
	out := page.SignFinding{Org: f.Org.Shown(), Text: f.Text, More: f.More}
	if f.Org.ID != 0 && f.Org.ID != p.Org.ID {
		out.Path = signsPage + "/" + string(p.Sheets[0].Sign) + "?" + url.Values{"org": {id(f.Org.ID)}, "from": {string(p.From)}, "to": {string(p.To)}}.Encode()
	}
	for n := range f.Issues {
		i := &f.Issues[n]
		out.Issues = append(out.Issues, page.SignIssue{Path: issuePath(i.ID), Number: shownNumber(&i.Row), Title: i.Title, Org: i.Org, State: i.State.Text(), Due: i.Due,
			Light: workflow.LightOf(i.State, i.Due, i.Warn, p.Today), Note: i.Note})
	}
	return out
}

// showSignRules shows the numbers of the signs, to the system administrator as a form.
func (s *Server) showSignRules(c echo.Context) error {
	p, err := s.signRulesPage(c)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, p)
}

func (s *Server) signRulesPage(c echo.Context) (*page.SignRules, error) {
	ctx := c.Request().Context()
	r, err := s.Engine.SignRules(ctx)
	if err != nil {
		return nil, err
	}
	p := &page.SignRules{Frame: s.frame(c, workflow.Say("线索的界限", "Numbers of the signs")), Tabs: ruleTabs(signRulesPage)}
	for _, x := range workflow.PaperSigns() {
		p.Rows = append(p.Rows, page.SignSheet{Text: x.Text, Looks: r.Looks(x.Sign)})
	}
	by := actorOf(ctx)
	if !engine.Administers(&by, "system_admin") {
		return p, nil
	}
	p.Form = &page.Form{Action: signRulesPage, Submit: workflow.Say("保存", "Save"), Fields: []page.Field{{Name: "rev", Kind: page.Hidden, Value: strconv.Itoa(r.Rev)}}}
	for _, x := range r.Numbers() {
		p.Form.Fields = append(p.Form.Fields, page.Field{Name: x.Name, Kind: page.Line, Required: true, Label: x.Text, Value: strconv.Itoa(*x.N)})
	}
	return p, nil
}

// setSignRulesByForm changes the numbers of the signs.
func (s *Server) setSignRulesByForm(c echo.Context) error {
	ctx := c.Request().Context()
	values, err := c.FormParams()
	if err != nil {
		return err
	}
	rules, rev, err := signRulesTyped(values.Get)
	if err == nil {
		if _, err = s.Engine.SetSignRules(ctx, actorOf(ctx), rules, rev); err == nil {
			return s.done(c, signRulesPage, workflow.Say("线索的界限已保存", "the numbers are kept"))
		}
	}
	p, failed := s.signRulesPage(c)
	if failed != nil || p.Form == nil {
		return errors.Join(failed, err)
	}
	fill(p.Form.Fields, values)
	return s.showForm(c, p.Form, err, func() page.Page { return p })
}

func signRulesTyped(get func(string) string) (r workflow.PaperRules, rev int, err error) {
	for _, x := range append(r.Numbers(), workflow.PaperNumber{Name: "rev", N: &rev}) {
		n, bad := strconv.Atoi(get(x.Name))
		if bad != nil {
			err = workflow.Invalid("bad_number", x.Name, workflow.Say("请填写一个数", "give a number"))
		}
		*x.N = n
	}
	return r, rev, err
}
