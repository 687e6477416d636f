package api

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/labstack/echo/v4"

	"rectify/workflow"
)

const (
	cookieName = "rectify_session"
	signInPath = "/api/v1/session"
	// What a session holds.
	keyPerson = "person"
	keyMust   = "must_change"
	keySeen   = "seen"  // milliseconds
	keyBegan  = "began" // milliseconds
	keyFrom   = "from"  // the address that it was begun from
	keyWith   = "with"  // and the browser
)

// SessionPerson says whose session the kept bytes are, 0 if nobody's: for the store, which keeps the person beside the session so that
// all sessions of somebody can be ended.
func SessionPerson(data []byte) workflow.PersonID {
	_, values, err := scs.GobCodec{}.Decode(data)
	if err != nil {
		return 0
	}
	id, _ := values[keyPerson].(int64)
	return workflow.PersonID(id)
}

func (s *Server) newSessions() *scs.SessionManager {
	m := scs.New()
	m.Store, m.IdleTimeout, m.Lifetime = s.Sessions, s.Idle, s.Absolute
	m.Cookie.Name, m.Cookie.SameSite, m.Cookie.HttpOnly, m.Cookie.Persist = cookieName, http.SameSiteLaxMode, true, false
	return m
}

// caller is who calls, as the middleware found out.
type caller struct {
	actor workflow.Actor
	must  bool // change the password before anything else
	echo  echo.Context
}

type callerKey struct{}

func callerOf(ctx context.Context) *caller {
	c, ok := ctx.Value(callerKey{}).(*caller)
	if !ok {
		return &caller{}
	}
	return c
}

// actorOf is who acts: nobody on a route that anyone may call.
func actorOf(ctx context.Context) workflow.Actor { return callerOf(ctx).actor }

// admit lets a request through to a route: it finds out who calls, and refuses those whom the route does not take.
func (s *Server) admit(r route) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			token, byCookie := tokenOf(c.Request())
			if byCookie || r.path == signInPath || isPage(c.Request()) {
				if err := s.origins.Check(c.Request()); err != nil {
					return crossOrigin()
				}
			}
			who := &caller{echo: c}
			ctx := context.WithValue(c.Request().Context(), callerKey{}, who)
			ctx, err := s.session(ctx, who, token, r.access)
			if err != nil {
				return err
			}
			c.SetRequest(c.Request().WithContext(ctx))
			return next(c)
		}
	}
}

// tokenOf finds the token of the session: in the Authorization header, or else in the cookie.
func tokenOf(r *http.Request) (token string, byCookie bool) {
	if kind, token, ok := strings.Cut(r.Header.Get("Authorization"), " "); ok && strings.EqualFold(kind, "Bearer") {
		return strings.TrimSpace(token), false
	}
	if cookie, err := r.Cookie(cookieName); err == nil {
		return cookie.Value, true
	}
	return "", false
}

// session loads the session of the token into the context and the actor into who.
func (s *Server) session(ctx context.Context, who *caller, token string, need access) (context.Context, error) {
	if need == anyone {
		return s.sessions.Load(ctx, "")
	}
	ctx, err := s.sessions.Load(ctx, token)
	if err != nil {
		return ctx, err
	}
	person := workflow.PersonID(s.sessions.GetInt64(ctx, keyPerson))
	if person == 0 || s.over(ctx) {
		return ctx, notSignedIn()
	}
	who.actor, err = s.Engine.Actor(ctx, person)
	if errors.Is(err, workflow.ErrNotFound) {
		return ctx, notSignedIn()
	}
	if err != nil {
		return ctx, err
	}
	if who.must = s.sessions.GetBool(ctx, keyMust); who.must && need != newcomer {
		return ctx, mustChangePassword()
	}
	return ctx, s.touch(ctx)
}

// over says whether the session was idle too long. That it has come to its end at the latest, its store knows.
func (s *Server) over(ctx context.Context) bool {
	return s.Now().Sub(time.UnixMilli(s.sessions.GetInt64(ctx, keySeen))) >= s.Idle
}

// touch keeps the session alive. It writes at most thirty times in the idle time, so that not every look costs a write.
func (s *Server) touch(ctx context.Context) error {
	now := s.Now()
	if now.Sub(time.UnixMilli(s.sessions.GetInt64(ctx, keySeen))) < s.Idle/30 {
		return nil
	}
	s.sessions.Put(ctx, keySeen, now.UnixMilli())
	_, _, err := s.sessions.Commit(ctx)
	return err
}

// begin starts a session under a new token and hands it to the caller.
func (s *Server) begin(ctx context.Context, who workflow.Actor, must bool) (Session, error) {
	now := s.Now()
	if err := s.sessions.RenewToken(ctx); err != nil {
		return Session{}, err
	}
	ends := now.Add(s.Absolute)
	s.sessions.SetDeadline(ctx, ends.UTC())
	s.sessions.Put(ctx, keyPerson, int64(who.Person))
	s.sessions.Put(ctx, keyMust, must)
	s.sessions.Put(ctx, keySeen, now.UnixMilli())
	s.sessions.Put(ctx, keyBegan, now.UnixMilli())
	s.sessions.Put(ctx, keyFrom, callerOf(ctx).echo.RealIP())
	s.sessions.Put(ctx, keyWith, browserOf(callerOf(ctx).echo.Request().UserAgent()))
	token, _, err := s.sessions.Commit(ctx)
	if err != nil {
		return Session{}, err
	}
	s.setCookie(callerOf(ctx).echo, token, 0)
	return Session{Token: token, Ends: ends.UTC(), Person: id(who.Person), Account: who.Account, Name: who.Name, MustChangePassword: must}, nil
}

// browserOf keeps of what a browser says of itself as much as a person can use.
func browserOf(agent string) string {
	const most = 120
	agent = strings.ToValidUTF8(agent, "")
	if cut := []rune(agent); len(cut) > most {
		return string(cut[:most]) + "…"
	}
	return agent
}

func (s *Server) setCookie(c echo.Context, token string, age int) {
	c.SetCookie(&http.Cookie{
		Name: cookieName, Value: token, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: s.Secure || c.IsTLS(), MaxAge: age,
	})
}

// SignIn checks account and password and starts a session.
func (s *Server) SignIn(ctx context.Context, r SignInRequestObject) (SignInResponseObject, error) {
	signed, err := s.Engine.SignIn(ctx, r.Body.Account, r.Body.Password, callerOf(ctx).echo.RealIP())
	if err != nil {
		return nil, err
	}
	who := workflow.Actor{Person: signed.Person, Account: signed.Account, Name: signed.Name}
	session, err := s.begin(ctx, who, signed.MustChange)
	return SignIn200JSONResponse(session), err
}

// SignOut ends the session.
func (s *Server) SignOut(ctx context.Context, _ SignOutRequestObject) (SignOutResponseObject, error) {
	if err := s.Engine.SignOut(ctx, actorOf(ctx), callerOf(ctx).echo.RealIP()); err != nil {
		return nil, err
	}
	s.setCookie(callerOf(ctx).echo, "", -1)
	return SignOut204Response{}, s.sessions.Destroy(ctx)
}

// GetMe shows the caller to themselves.
func (s *Server) GetMe(ctx context.Context, _ GetMeRequestObject) (GetMeResponseObject, error) {
	who := callerOf(ctx)
	return GetMe200JSONResponse{
		Person: id(who.actor.Person), Account: who.actor.Account, Name: who.actor.Name, MustChangePassword: who.must,
		Appointments: each(who.actor.Appointments, appointmentOut),
	}, nil
}

// ChangePassword changes the caller's password and ends their other sessions.
func (s *Server) ChangePassword(ctx context.Context, r ChangePasswordRequestObject) (ChangePasswordResponseObject, error) {
	by := actorOf(ctx)
	if err := s.Engine.ChangePassword(ctx, by, r.Body.Old, r.Body.New); err != nil {
		return nil, err
	}
	if err := s.Sessions.Revoke(ctx, by.Person); err != nil {
		return nil, err
	}
	session, err := s.begin(ctx, by, false)
	return ChangePassword200JSONResponse(session), err
}
