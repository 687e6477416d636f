package api

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/labstack/echo/v4"

	"rectify/api/page"
	"rectify/workflow"
	"rectify/workflow/engine"
)

// showMe shows one's own posts and sessions, and the form that changes the password.
func (s *Server) showMe(c echo.Context) error {
	ctx := c.Request().Context()
	by := actorOf(ctx)
	v, err := s.Engine.PersonView(ctx, by, by.Person)
	if err != nil {
		return err
	}
	p := page.Me{Frame: s.frame(c, workflow.Say("我的", "Me")), Tabs: meTabs(mePage), Account: by.Account, Form: passwordForm(), Audit: engine.Administers(&by, "audit_admin")}
	p.Form.Field("old").Focus = false
	for _, a := range v.Appointments {
		put(&a, standing(a, v.For), s.Engine.Today(), &p.Past, &p.Now, &p.Later)
	}
	p.StandIns = each(v.StandIns, heldBy)
	if p.Sessions, err = s.ownSessions(c); err != nil {
		return err
	}
	return s.show(c, http.StatusOK, p)
}

// ownSessions lists where the caller is signed in, the latest first.
func (s *Server) ownSessions(c echo.Context) (out []page.SessionRow, err error) {
	kept, err := s.Sessions.List(c.Request().Context(), actorOf(c.Request().Context()).Person)
	if err != nil {
		return nil, err
	}
	token, _ := tokenOf(c.Request())
	current := sha256.Sum256([]byte(token))
	for _, k := range kept {
		ends, values, err := scs.GobCodec{}.Decode(k.Data)
		if err != nil {
			return nil, err
		}
		began, _ := values[keyBegan].(int64)
		seen, _ := values[keySeen].(int64)
		from, _ := values[keyFrom].(string)
		with, _ := values[keyWith].(string)
		out = append(out, page.SessionRow{ID: hex.EncodeToString(k.Digest[:]), From: from, With: with, Began: time.UnixMilli(began), Seen: time.UnixMilli(seen),
			Ends: ends, Current: k.Digest == current})
	}
	slices.SortFunc(out, func(a, b page.SessionRow) int { return cmp.Or(b.Seen.Compare(a.Seen), cmp.Compare(a.ID, b.ID)) })
	return out, nil
}

// endSessionByForm ends one of one's own sessions.
func (s *Server) endSessionByForm(c echo.Context) error {
	var digest [sha256.Size]byte
	raw, err := hex.DecodeString(c.FormValue("session"))
	if err != nil || len(raw) != len(digest) {
		return workflow.NotFound("no_such_session", workflow.Say("没有这个登录", "there is no such session"))
	}
	copy(digest[:], raw)
	if err := s.Sessions.End(c.Request().Context(), actorOf(c.Request().Context()).Person, digest); err != nil {
		return err
	}
	return s.done(c, mePage, workflow.Say("那台设备已退出登录", "signed out there"))
}

const mePage = "/me"
