package api

import (
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"rectify/api/page"
	"rectify/workflow"
	"rectify/workflow/engine"
)

// asOf says on a page of which past day it is, and where the same is as of now.
func asOf(c echo.Context, f *page.Frame, on workflow.Day) {
	if f.AsOf = engine.AsOf(on); on != "" {
		query := c.QueryParams()
		query.Del("after")
		query.Del("before")
		f.AtPresent = addressWith(c, query, "on", "")
	}
}

// pastPages are the pages that can be shown as they were at the end of a past day. All others are of now alone: what waits for oneself, what
// was told, what one may do, and rules and settings.
func pastPages() []string {
	return []string{timePage, "/issues", "/issues/export", threeListsPage, threeListsPage + "/export", "/issues/:issue", "/issues/:issue/letters/:no", checklistsPage,
		sourcesPage, sourcesPage + "/:source", sourcesPage + "/:source/export", lettersPage, callsPage, dutiesPage}
}

// ofNow refuses to show a page of now to who asks for one of a past day.
func ofNow(r route) echo.MiddlewareFunc {
	past := slices.Contains(pastPages(), r.path)
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if !past && c.QueryParam("on") != "" {
				return workflow.Invalid("only_now", "on", workflow.Say("这个页面只有现在的情况，不能按过去的日子查看", "this page is of now alone; it cannot be shown of a past day"))
			}
			return next(c)
		}
	}
}

// onDay is the past day of which a page is asked for, "" for now.
func onDay(c echo.Context) (workflow.Day, error) {
	var r reading
	on := dayOf(&r, "on", c.QueryParam("on"))
	return on, r.err
}

// onPath is an address of the same past day, "" for now.
func onPath(path string, on workflow.Day) string {
	switch {
	case on == "":
		return path
	case strings.ContainsAny(path, "?&"):
		return path + "&on=" + string(on)
	}
	return path + "?on=" + string(on)
}

// onField asks for a past day among the filters of a page.
func onField(c echo.Context) page.Field {
	return page.Field{Name: "on", Kind: page.Date, Label: workflow.Say("截至（过去某天）", "As of a past day"), Value: c.QueryParam("on")}
}

// dayPick asks for a past day on a page without filters; keep are the parts of its address that stay.
func dayPick(c echo.Context, keep ...string) page.DayPick {
	p := page.DayPick{Action: c.Request().URL.Path, On: onField(c)}
	for _, name := range keep {
		if v := c.QueryParam(name); v != "" {
			p.Keep = append(p.Keep, page.Field{Name: name, Value: v})
		}
	}
	return p
}
