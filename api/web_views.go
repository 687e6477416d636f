package api

import (
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"rectify/api/page"
	"rectify/workflow"
	"rectify/workflow/engine"
)

const (
	columnsCookie = "columns"
	columnsAge    = 365 * 24 * 3600 // seconds
)

// plainColumns are what the ledger shows to who has chosen nothing.
var plainColumns = []string{"due", "number", "title", "org", "state", "grade"}

// columnsOf are the columns of the ledger: those of the address, else those that were chosen last, else the plain ones. Number and
// problem are always there.
func (s *Server) columnsOf(c echo.Context) (shown []page.Column, choice []page.Option) {
	names := c.QueryParams()["col"]
	if cookie, err := c.Cookie(columnsCookie); len(names) == 0 && err == nil {
		names = strings.Split(cookie.Value, ".")
	} else if len(names) > 0 {
		s.setPageCookie(c, columnsCookie, strings.Join(each(page.ColumnsNamed(names...), func(x page.Column) string { return x.Name }), "."), columnsAge)
	}
	if len(page.ColumnsNamed(names...)) == 0 {
		names = plainColumns
	}
	shown = page.ColumnsNamed(append([]string{"number", "title"}, slices.DeleteFunc(slices.Clone(names), func(n string) bool { return n == "why" })...)...)
	for _, col := range page.Columns() {
		if col.Name != "why" && col.Name != "number" && col.Name != "title" {
			choice = append(choice, page.Option{Value: col.Name, Text: col.Text, Chosen: slices.Contains(shown, col)})
		}
	}
	return shown, choice
}

// viewOf is what a view keeps of an address: the filters and the columns.
func viewOf(query url.Values) string {
	keep := url.Values{}
	for _, name := range append([]string{"col"}, filterNames...) {
		for _, v := range query[name] {
			if v != "" {
				keep.Add(name, v)
			}
		}
	}
	return keep.Encode()
}

// viewsOf are the views of the caller, and what the page shown would be kept as.
func (s *Server) viewsOf(c echo.Context) (out []page.View, query string, err error) {
	ctx := c.Request().Context()
	views, err := s.Engine.Views(ctx, actorOf(ctx))
	query = viewOf(c.QueryParams())
	for _, v := range views {
		out = append(out, page.View{Name: v.Name, Path: "/issues?" + v.Query, Current: v.Query == query})
	}
	return out, query, err
}

// saveView keeps the filters of an address under a name.
func (s *Server) saveView(c echo.Context) error {
	ctx := c.Request().Context()
	query, err := url.ParseQuery(c.FormValue("query"))
	if err != nil {
		return workflow.Invalid("bad_view", "query", workflow.Say("筛选条件有误", "the filter is broken"))
	}
	v := engine.SavedView{Name: strings.TrimSpace(c.FormValue("name")), Query: viewOf(query)}
	if err := s.Engine.SaveView(ctx, actorOf(ctx), v); err != nil {
		return err
	}
	return s.done(c, "/issues?"+v.Query, workflow.Say("已保存视图“%s”", "the view %q is kept", v.Name))
}

// deleteView forgets a view.
func (s *Server) deleteView(c echo.Context) error {
	ctx := c.Request().Context()
	if err := s.Engine.DeleteView(ctx, actorOf(ctx), c.FormValue("name")); err != nil {
		return err
	}
	return s.done(c, "/issues", workflow.Say("已删除视图“%s”", "the view %q is deleted", c.FormValue("name")))
}
