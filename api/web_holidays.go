package api

import (
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"rectify/api/page"
	"rectify/workflow"
	"rectify/workflow/engine"
)

const (
	holidaysPage = "/rules/holidays"
	holidaysMost = 1 << 20 // bytes of a file
)

// showHolidays shows the working calendar to everybody, with the form for a newer file to who may load one.
func (s *Server) showHolidays(c echo.Context) error {
	p, err := s.holidaysPage(c)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, p)
}

func (s *Server) holidaysPage(c echo.Context) (*page.Holidays, error) {
	ctx := c.Request().Context()
	h, err := s.Engine.Holidays(ctx)
	if err != nil {
		return nil, err
	}
	p := &page.Holidays{Frame: s.frame(c, workflow.Say("节假日", "Holidays")), Tabs: ruleTabs(holidaysPage)}
	if h.By != "" {
		p.Loaded = workflow.Say("最近由%s载入（%s）", "last loaded by %s (%s)", h.By, h.Setting.At.In(workflow.China).Format("2006-01-02 15:04"))
	}
	this := s.Engine.Today().Time().Year()
	for n := len(h.Unknown) - 1; n >= 0; n-- {
		p.Years = append(p.Years, page.HolidayYear{Year: h.Unknown[n], Months: page.Months(h.Unknown[n], nil)})
	}
	for n := len(h.Years) - 1; n >= 0; n-- {
		p.Years = append(p.Years, holidayYearView(&h.Years[n], this))
	}
	if by := actorOf(ctx); engine.Administers(&by, "system_admin") {
		p.Load = &page.Form{Action: holidaysPage, Submit: workflow.Say("上传并核对", "Send and check"), Fields: []page.Field{
			{Name: "text", Kind: page.Area, Label: workflow.Say("或粘贴文件内容", "Or paste what it holds")},
			{Name: "rev", Kind: page.Hidden, Value: strconv.Itoa(h.Setting.Rev)}}}
	}
	return p, nil
}

func holidayYearView(y *engine.HolidayYear, this int) page.HolidayYear {
	special := make(map[workflow.Day]bool)
	for _, h := range y.Holidays {
		for d := h.From; d <= h.To; d = d.Add(1) {
			special[d] = false
		}
	}
	for _, d := range y.Working {
		special[d] = true
	}
	return page.HolidayYear{Year: y.Year.Year, Open: y.Year.Year >= this, Known: true, Loaded: y.Loaded, Notice: y.Notice, Issued: y.Issued, Source: y.Source,
		Working: y.Working,
		Runs:    each(y.Holidays, func(h engine.HolidayRun) page.HolidayRun { return page.HolidayRun(h) }),
		Months:  page.Months(y.Year.Year, special)}
}

// loadHolidaysByForm shows what a file would change; sent again with what it showed, the file is taken.
func (s *Server) loadHolidaysByForm(c echo.Context) error {
	p, err := s.holidaysPage(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	text, rev, err := holidaysTyped(c)
	check := c.FormValue("take") == ""
	var report engine.HolidayReport
	if err == nil {
		report, err = s.Engine.LoadHolidays(ctx, actorOf(ctx), []byte(text), rev, check)
	}
	if err != nil {
		if p.Load == nil {
			return err
		}
		p.Load.Field("text").Value = text
		return s.showForm(c, p.Load, err, func() page.Page { return p })
	}
	if report.Taken {
		return s.done(c, holidaysPage, workflow.Say("已载入；%d 个在办问题的期限将在一分钟内重新推算", "taken; the time limits of %d open issues are reckoned anew within a minute", report.Reckoned))
	}
	p.Load.Field("text").Value = text
	p.Check = holidayCheck(&report, text, rev)
	return s.show(c, http.StatusOK, p)
}

// holidaysTyped reads the file of the form, sent or pasted, and the revision that was seen.
func holidaysTyped(c echo.Context) (text string, rev int, err error) {
	if rev, err = strconv.Atoi(c.FormValue("rev")); err != nil || rev < 0 {
		return "", 0, workflow.Invalid("bad_value", "rev", workflow.Say("请重新打开本页再试", "open this page again and try once more"))
	}
	text = c.FormValue("text")
	head, err := c.FormFile("file")
	if err != nil || head.Size == 0 {
		if strings.TrimSpace(text) == "" {
			return "", rev, missingChoice("text", workflow.Say("请选择文件，或粘贴它的内容", "choose the file, or paste what it holds"))
		}
		return text, rev, nil
	}
	file, err := head.Open()
	if err != nil {
		return text, rev, err
	}
	defer file.Close()
	body, err := io.ReadAll(io.LimitReader(file, holidaysMost))
	return string(body), rev, err
}

// holidayCheck is what is shown before a file is taken. The file travels in the form.
func holidayCheck(r *engine.HolidayReport, text string, rev int) *page.HolidayCheck {
	k := &page.HolidayCheck{Reckoned: r.Reckoned, Take: page.Form{Action: holidaysPage, Files: true, Submit: workflow.Say("确认载入", "Take it"), Fields: []page.Field{
		{Name: "text", Kind: page.Hidden, Value: text}, {Name: "rev", Kind: page.Hidden, Value: strconv.Itoa(rev)}, {Name: "take", Kind: page.Hidden, Value: "yes"}}}}
	for _, c := range r.Changes {
		k.Changes = append(k.Changes, page.HolidayChange{Year: c.Year.Year, Notice: c.Year.Notice, New: c.New, Free: c.Free, Worked: c.Worked})
	}
	return k
}
