package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"

	"rectify/workflow"
	"rectify/workflow/engine"
)

// kinds is the one table that makes errors HTTP: the five kinds of the engine.
var kinds = []struct {
	kind   error
	status int
}{
	{workflow.ErrInvalid, http.StatusUnprocessableEntity},
	{workflow.ErrForbidden, http.StatusForbidden},
	{workflow.ErrNotFound, http.StatusNotFound},
	{workflow.ErrConflict, http.StatusConflict},
	{workflow.ErrRefused, http.StatusConflict},
}

// codes are the refusals of the engine that have a status of their own.
var codes = map[string]int{
	"outcome_unknown":    http.StatusServiceUnavailable,
	"database_away":      http.StatusServiceUnavailable,
	"database_busy":      http.StatusServiceUnavailable,
	"disk_full":          http.StatusServiceUnavailable,
	"file_too_large":     http.StatusRequestEntityTooLarge,
	"workbook_too_large": http.StatusRequestEntityTooLarge,
}

// titles say in a word what a status means.
var titles = map[int]workflow.Text{
	http.StatusUnauthorized:          {Zh: "未登录", En: "Not signed in"},
	http.StatusForbidden:             {Zh: "无权办理", En: "Not permitted"},
	http.StatusNotFound:              {Zh: "没有找到", En: "Not found"},
	http.StatusMethodNotAllowed:      {Zh: "方法不对", En: "Wrong method"},
	http.StatusConflict:              {Zh: "目前办不到", En: "Not possible as things stand"},
	http.StatusRequestEntityTooLarge: {Zh: "内容太大", En: "Too large"},
	http.StatusUnsupportedMediaType:  {Zh: "格式不对", En: "Wrong format"},
	http.StatusUnprocessableEntity:   {Zh: "内容有误", En: "Something is wrong in what was sent"},
	http.StatusTooManyRequests:       {Zh: "太频繁", En: "Too often"},
	http.StatusServiceUnavailable:    {Zh: "暂不可用", En: "Not available now"},
	http.StatusInternalServerError:   {Zh: "程序出错", En: "A fault of the program"},
}

// refusal is what this package refuses by itself, before the engine is asked.
type refusal struct {
	status int
	code   string
	text   workflow.Text
}

// Error returns the Chinese sentence.
func (r refusal) Error() string { return r.text.Zh }

func notSignedIn() error {
	return refusal{http.StatusUnauthorized, "not_signed_in", workflow.Say("请先登录；会话空闲太久或满时限会失效", "sign in first; a session ends when it is idle too long, and after its time")}
}

func badSignIn() refusal {
	return refusal{http.StatusUnauthorized, "bad_sign_in", workflow.Say("账号或密码不对；连续失败5次会锁定一段时间，请稍后再试", "account and password do not go together; five failures lock an account for a while")}
}

func mustChangePassword() error {
	return refusal{http.StatusForbidden, "must_change_password", workflow.Say("请先修改密码（PUT /api/v1/me/password）", "change your password first (PUT /api/v1/me/password)")}
}

func crossOrigin() error {
	return refusal{http.StatusForbidden, "cross_origin", workflow.Say("请求来自另一个网站，已拒绝", "the request comes from another site and was refused")}
}

func tooOften() refusal {
	return refusal{http.StatusTooManyRequests, "too_often", workflow.Say("登录请求太频繁，请稍后再试", "too many sign-ins; try again later")}
}

func tooLarge(limit int64) refusal {
	return refusal{http.StatusRequestEntityTooLarge, "too_large", workflow.Say("内容太大，上限为 %s", "too large; the limit is %s", bytesText(limit))}
}

func wrongFormat(want string) error {
	return refusal{http.StatusUnsupportedMediaType, "wrong_format", workflow.Say("请以 %s 格式发送", "send it as %s", want)}
}

func noRoute() refusal {
	return refusal{http.StatusNotFound, "no_such_address", workflow.Say("没有这个地址；全部接口见 /api/docs", "there is no such address; /api/docs lists them all")}
}

func wrongMethod() refusal {
	return refusal{http.StatusMethodNotAllowed, "wrong_method", workflow.Say("这个地址不接受此方法；见 /api/docs", "the address does not take this method; see /api/docs")}
}

func errUndecided(r route) error {
	return fmt.Errorf("api: nobody decided who may call %s %s", r.method, r.path)
}

func bytesText(n int64) string {
	if n >= 1<<20 {
		return fmt.Sprintf("%d MB", n>>20)
	}
	return fmt.Sprintf("%d KB", n>>10)
}

// problemOf makes an error a problem in the language; known is false for a fault of the program, of which nothing is shown.
func problemOf(err error, tongue string) (p Problem, known bool) {
	p = Problem{Status: http.StatusInternalServerError, Code: "internal"}
	var text workflow.Text
	if fault, ok := errors.AsType[*workflow.Fault](err); ok {
		p.Status, p.Code, p.Field, text = faultStatus(fault), fault.Code, fault.Field, fault.Text
	} else if r, ok := refusalOf(err); ok {
		p.Status, p.Code, text = r.status, r.code, r.text
	}
	if p.Status == http.StatusInternalServerError {
		p.Code, p.Field, text = "internal", "", workflow.Say("服务器出错，没有办成；请稍后再试，若仍不行请把请求编号交给管理员",
			"something went wrong in the program; try again later, or give the id of this request to the administrator")
	}
	p.Type, p.Title, p.Detail = "urn:rectify:problem:"+p.Code, titles[p.Status].In(tongue), text.In(tongue)
	return p, p.Code != "internal"
}

func faultStatus(fault *workflow.Fault) int {
	if status, ok := codes[fault.Code]; ok {
		return status
	}
	for _, k := range kinds {
		if errors.Is(fault, k.kind) {
			return k.status
		}
	}
	return http.StatusInternalServerError
}

// refusalOf finds the refusal that an error stands for.
func refusalOf(err error) (refusal, bool) {
	if big, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return tooLarge(big.Limit), true
	}
	if errors.Is(err, engine.ErrSignIn) {
		return badSignIn(), true
	}
	if r, ok := errors.AsType[refusal](err); ok {
		return r, true
	}
	if h, ok := errors.AsType[*echo.HTTPError](err); ok {
		switch h.Code {
		case http.StatusNotFound:
			return noRoute(), true
		case http.StatusMethodNotAllowed:
			return wrongMethod(), true
		case http.StatusBadRequest:
			return refusal{http.StatusUnprocessableEntity, "bad_request", workflow.Say("请求无法理解；见 /api/docs", "the request cannot be understood; see /api/docs")}, true
		}
	}
	return refusal{}, false
}

// fail writes an error as problem+json. It is the only place that does.
func (s *Server) fail(err error, c echo.Context) {
	r := c.Request()
	p, known := problemOf(err, lang(r))
	p.Instance = c.Response().Header().Get(requestIDHeader)
	switch {
	case errors.Is(err, context.Canceled) && r.Context().Err() != nil:
		s.Log.DebugContext(r.Context(), "the caller left", "id", p.Instance)
	case !known:
		s.Log.ErrorContext(r.Context(), "request failed", "id", p.Instance, "method", r.Method, "path", c.Path(), "error", err)
	}
	if c.Response().Committed {
		return
	}
	h := c.Response().Header()
	h.Del("Content-Disposition")
	h.Del("ETag")
	switch p.Status {
	case http.StatusUnauthorized:
		h.Set("WWW-Authenticate", `Bearer realm="rectify"`)
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		h.Set("Retry-After", "10")
	}
	if werr := s.failAs(err, c, p); werr != nil {
		s.Log.DebugContext(r.Context(), "the problem could not be written", "id", p.Instance, "error", werr)
	}
}

// failAs writes a problem in the form that the caller reads: a page, or problem+json.
func (s *Server) failAs(err error, c echo.Context, p Problem) error {
	if isPage(c.Request()) {
		return s.failPage(err, c, p)
	}
	c.Response().Header().Set(echo.HeaderContentType, "application/problem+json")
	return c.JSON(p.Status, p)
}
