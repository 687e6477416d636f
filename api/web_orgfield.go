package api

import (
	"context"
	"errors"
	"html"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"rectify/api/page"
	"rectify/workflow"
	"rectify/workflow/engine"
)

const (
	orgsToChoose = 300 // organisations that a list to choose from holds; of more the name is typed
	orgsOffered  = 20  // names that are offered while somebody types
)

// orgChoice makes a field with organisations to choose from one for typing where they are too many.
func orgChoice(f page.Field) page.Field {
	if len(f.Options) <= orgsToChoose {
		return f
	}
	f.Kind = page.OrgName
	for _, o := range f.Options {
		if o.Chosen {
			f.Value = strings.Trim(o.Text.Zh, "　")
		}
	}
	f.Options = nil
	return f
}

// orgTyped is the id of an organisation that was chosen, or named by its name or code.
func (s *Server) orgTyped(ctx context.Context, field, text string) (string, error) {
	text = strings.TrimSpace(text)
	if n, err := strconv.ParseInt(text, 10, 64); text == "" || err == nil && n > 1<<40 { // no code is so long
		return text, nil
	}
	org, err := s.Engine.FindOrg(ctx, text)
	if fault, ok := errors.AsType[*workflow.Fault](err); ok {
		beside := *fault
		beside.Field = field
		return "", &beside
	}
	return id(org.ID), err
}

// filterIn reads the filter of an address, in which an organisation may be named.
func (s *Server) filterIn(ctx context.Context, query url.Values) (f engine.Filter, under workflow.OrgID, err error) {
	p := paramsOf(query)
	if p.Under, err = s.orgTyped(ctx, "under", p.Under); err != nil {
		return f, 0, err
	}
	return filterOf(p)
}

// sendOrgNames offers the names of organisations while somebody types one.
func (s *Server) sendOrgNames(c echo.Context) error {
	orgs, err := s.Engine.OrgsLike(c.Request().Context(), c.QueryParam(c.QueryParam("of")), orgsOffered)
	if err != nil {
		return err
	}
	var b strings.Builder
	for n := range orgs {
		b.WriteString(`<option value="` + html.EscapeString(orgs[n].Name) + `">` + html.EscapeString(orgs[n].Code) + "</option>")
	}
	return c.HTML(http.StatusOK, b.String())
}
