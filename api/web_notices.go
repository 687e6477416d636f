package api

import (
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"rectify/api/page"
	"rectify/workflow"
	"rectify/workflow/engine"
)

// showNotices shows what happened that the caller is to hear of.
func (s *Server) showNotices(c echo.Context) error {
	ctx := c.Request().Context()
	found, err := s.Engine.Notices(ctx, actorOf(ctx), c.QueryParam("after"), pageSize)
	if err != nil {
		return err
	}
	p := page.Notices{Frame: s.frame(c, workflow.Say("通知", "Notices")), Rows: each(found.Rows, noticeRow), Upto: found.Upto.UnixMilli(), Pager: pagerOf(c, found.Next)}
	if c.QueryParam("after") == "" {
		if p.Checks, err = s.openChecks(c); err != nil {
			return err
		}
		told, err := s.Engine.Inbox(ctx, actorOf(ctx), 0, toldBeside)
		if err != nil {
			return err
		}
		if p.Told, err = s.toldRows(c, told); err != nil {
			return err
		}
		if len(told) > 0 {
			p.Seen = id(told[0].ID)
		}
	}
	return s.show(c, http.StatusOK, p)
}

func noticeRow(n engine.Notice) page.NoticeRow {
	org := n.OrgName
	if org == n.Name { // the program
		org = ""
	}
	return page.NoticeRow{At: n.At, Name: n.Name, Org: org, Action: n.Action.Text(), As: n.As.Text(), Note: n.Note, Path: issuePath(n.Issue), Number: n.Number,
		Title: n.Title, Unread: n.Unread}
}

// readNotices marks everything as read that there was when the page was made.
func (s *Server) readNotices(c echo.Context) error {
	ctx := c.Request().Context()
	upto, err := strconv.ParseInt(c.FormValue("upto"), 10, 64)
	if err != nil || upto <= 0 {
		return workflow.Invalid("bad_moment", "upto", workflow.Say("表单有误，请重新打开本页", "the form is broken; open the page again"))
	}
	var in reading
	seen := idOf[int64](&in, "seen", c.FormValue("seen"))
	if in.err != nil {
		return in.err
	}
	if err := s.Engine.NoticesSeen(ctx, actorOf(ctx), time.UnixMilli(upto)); err != nil {
		return err
	}
	if err := s.Engine.InboxSeen(ctx, actorOf(ctx), seen); err != nil {
		return err
	}
	return s.done(c, page.NoticesPath, workflow.Say("已全部标为已读", "all marked as read"))
}

// unread counts the notices and messages of the caller for the navigation, and says whether there may be more. A page is shown without them rather than not at all.
func (s *Server) unread(c echo.Context) (n int, more bool) {
	ctx := c.Request().Context()
	by := actorOf(ctx)
	if by.Person == 0 || len(by.Appointments) == 0 {
		return 0, false
	}
	n, more, err := s.Engine.NoticesUnread(ctx, by, page.MostUnread+1)
	if err != nil {
		return 0, false
	}
	told, err := s.Engine.InboxUnread(ctx, by)
	if err != nil {
		return n, more
	}
	return n + told, more
}
