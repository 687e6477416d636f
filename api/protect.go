package api

import (
	"crypto/rand"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"
	"golang.org/x/text/language"
)

const requestIDHeader = "X-Request-Id"

// record gives the request an id and puts one line about it into the log. It logs no query and no body: both may hold what is told in
// confidence.
func (s *Server) record(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		id := rand.Text()[:16]
		c.Response().Header().Set(requestIDHeader, id)
		began := s.Now()
		if err := next(c); err != nil {
			c.Error(err)
		}
		r := c.Request()
		s.Log.InfoContext(r.Context(), "request", "id", id, "method", r.Method, "path", c.Path(), "status", c.Response().Status,
			"ms", s.Now().Sub(began).Milliseconds(), "from", c.RealIP(), "person", int64(actorOf(r.Context()).Person))
		return nil
	}
}

// recover makes a panic an error of the one request. A cut connection is left to net/http: that is how the caller of a download that
// broke off learns that it is not whole.
func (s *Server) recover(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) (err error) {
		defer func() {
			switch r := recover(); {
			case r == nil:
			case isAbort(r):
				panic(r)
			default:
				s.Log.ErrorContext(c.Request().Context(), "panic", "id", c.Response().Header().Get(requestIDHeader), "panic", fmt.Sprint(r), "stack", string(debug.Stack()))
				err = errors.New("panic")
			}
		}()
		return next(c)
	}
}

func isAbort(r any) bool {
	err, ok := r.(error)
	return ok && errors.Is(err, http.ErrAbortHandler)
}

// headers says to browsers what they must not do with an answer.
func (s *Server) headers(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		h := c.Response().Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox")
		h.Set("Cache-Control", "no-store")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Vary", "Accept-Language, Authorization, Cookie")
		if s.Secure || c.IsTLS() {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		return next(c)
	}
}

// bound refuses a body of another format or size than the route takes. What is too large is never read.
func (s *Server) bound(r route) echo.MiddlewareFunc {
	limit, format := s.Limits.JSON, echo.MIMEApplicationJSON
	switch r.takes {
	case workbook:
		limit, format = s.Limits.Workbook, echo.MIMEMultipartForm
	case files:
		limit, format = s.Limits.Files, echo.MIMEMultipartForm
	case pageForm:
		format = echo.MIMEApplicationForm
	}
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			req := c.Request()
			if req.ContentLength > limit {
				return tooLarge(limit)
			}
			if req.Body != nil && req.Body != http.NoBody {
				req.Body = http.MaxBytesReader(c.Response(), req.Body, limit)
			}
			if got, _, err := mime.ParseMediaType(req.Header.Get(echo.HeaderContentType)); r.takes != nothing && (err != nil || got != format) {
				return wrongFormat(format)
			}
			return next(c)
		}
	}
}

// slowDown bounds how often one address may try to sign in: five times a second after sixty at once, as a building behind one address
// needs in the morning. The engine locks an account after a few failures; this keeps the hashing of passwords from being made a burden.
func (s *Server) slowDown() echo.MiddlewareFunc {
	store := middleware.NewRateLimiterMemoryStoreWithConfig(middleware.RateLimiterMemoryStoreConfig{Rate: 5, Burst: 60, ExpiresIn: 3 * time.Minute})
	return middleware.RateLimiterWithConfig(middleware.RateLimiterConfig{
		Store:               store,
		IdentifierExtractor: func(c echo.Context) (string, error) { return c.RealIP(), nil },
		DenyHandler:         func(echo.Context, string, error) error { return tooOften() },
		ErrorHandler:        func(_ echo.Context, err error) error { return err },
	})
}

var tongues = language.NewMatcher([]language.Tag{language.Chinese, language.English})

// lang is the language that the caller reads: "zh" or "en".
func lang(r *http.Request) string {
	tags, _, err := language.ParseAcceptLanguage(r.Header.Get("Accept-Language"))
	if err != nil || len(tags) == 0 {
		return "zh"
	}
	if _, n, sure := tongues.Match(tags...); n == 1 && sure > language.Low {
		return "en"
	}
	return "zh"
}
