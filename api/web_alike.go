package api

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"rectify/api/page"
	"rectify/workflow"
	"rectify/workflow/engine"
)

// showSimilar shows what may be the same problem as an issue, with a way to merge it.
func (s *Server) showSimilar(c echo.Context) error {
	v, err := s.viewOf(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	found, err := s.Engine.SimilarTo(ctx, actorOf(ctx), v.Issue.ID)
	if err != nil {
		return err
	}
	p := page.Similar{Frame: s.frame(c, workflow.Say("相似问题", "Similar issues")), Head: s.headOf(&v), Logged: c.QueryParam("logged") != ""}
	merges := offersMerge(&v)
	p.Rows = each(found, func(x engine.Similar) page.SimilarRow { return similarRow(&v.Issue, &x, merges) })
	return s.show(c, http.StatusOK, p)
}

const (
	alikePath  = "/find/alike"
	alikeFrom  = 6 // characters of a problem from which something like it is looked for
	alikeShown = 5
)

// showAlike shows what reads like a problem that is being written down, as far as its writer may see it.
func (s *Server) showAlike(c echo.Context) error {
	ctx := c.Request().Context()
	values, err := c.FormParams()
	if err != nil {
		return err
	}
	p := page.Alike{Frame: s.plainFrame(c, workflow.Say("相似问题", "Similar issues"))}
	text := strings.TrimSpace(values.Get("detail"))
	if p.Looked = utf8.RuneCountInString(text) >= alikeFrom; !p.Looked {
		return s.show(c, http.StatusOK, p)
	}
	found, err := s.Engine.Similar(ctx, actorOf(ctx), engine.Likewise{Text: text, Org: s.aboutTyped(ctx, values)})
	if err != nil {
		return err
	}
	p.Rows = each(found[:min(len(found), alikeShown)], func(x engine.Similar) page.SimilarRow { return similarRow(&workflow.Issue{}, &x, false) })
	return s.show(c, http.StatusOK, p)
}

// aboutTyped is the organisation that a problem is about that is being written down: the responsible one, else who found it. What is not
// typed to its end yet does not count.
func (s *Server) aboutTyped(ctx context.Context, values url.Values) workflow.OrgID {
	responsible, err := s.orgTyped(ctx, "responsible", values.Get("responsible"))
	own := first(values.Get("org"), at(each(ownOrgs(actorOf(ctx)), func(o page.Option) string { return o.Value }), 0))
	if err != nil || responsible == "" {
		responsible = own
	}
	org, _ := pathID[workflow.OrgID](responsible)
	return org
}

func similarPath(i workflow.IssueID) string { return issuePath(i) + "/similar" }

// offersMerge says whether the reader may merge the issue into another one.
func offersMerge(v *engine.View) bool {
	return slices.ContainsFunc(v.Offers, func(o engine.Offer) bool { return o.Action == workflow.Merge })
}

func similarRow(of *workflow.Issue, x *engine.Similar, merges bool) page.SimilarRow {
	i := &x.Issue
	source, _ := i.Source.Rule()
	row := page.SimilarRow{Path: issuePath(i.ID), Number: i.ShownNumber(), OwnNumber: i.OwnNumber, Title: headline(i.Detail), Org: x.Org.Shown(), Source: source.Text,
		State: i.State.Text(), Alike: x.Alike, Reasons: x.Reasons}
	if merges && x.MayMerge {
		row.Merge = stepPath(of.ID, workflow.Merge, "") + "?other=" + urlQuery(i.Number)
	}
	return row
}

// afterFinding is where somebody comes who wrote a problem down: to what may be the same one, if there is something, else to the issue.
func (s *Server) afterFinding(c echo.Context, i *workflow.Issue) string {
	ctx := c.Request().Context()
	if found, err := s.Engine.SimilarTo(ctx, actorOf(ctx), i.ID); err == nil && len(found) > 0 && i.State != workflow.Draft {
		return similarPath(i.ID) + "?logged=1"
	}
	return issuePath(i.ID)
}

// absorbedRows are what was merged into an issue, each with the number that its source gave it.
func absorbedRows(i *workflow.Issue) (out []page.AbsorbedRow) {
	number := func(id workflow.IssueID) string {
		for _, a := range i.Absorbed {
			if a.Issue == id {
				return a.Number
			}
		}
		return ""
	}
	for _, a := range i.Absorbed {
		source, _ := a.Source.Rule()
		out = append(out, page.AbsorbedRow{Path: issuePath(a.Issue), Number: a.Number, OwnNumber: a.OwnNumber, Source: source.Text, Via: number(a.Via)})
	}
	return out
}
