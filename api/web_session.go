package api

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/labstack/echo/v4"

	"rectify/api/page"
	"rectify/workflow"
	"rectify/workflow/engine"
)

func urlQuery(s string) string { return url.QueryEscape(s) }

// showSignIn shows where everyone comes in.
func (s *Server) showSignIn(c echo.Context) error {
	return s.show(c, http.StatusOK, s.signInPage(c, signInForm(""), c.QueryParam("next")))
}

func signInForm(account string) page.Form {
	return page.Form{Action: signInPage, Submit: workflow.Say("登录", "Sign in"), Fields: []page.Field{
		{Name: "account", Kind: page.Line, Label: workflow.Say("账号", "Account"), Value: account, Required: true, Hint: "username", Focus: account == ""},
		{Name: "password", Kind: page.Secret, Label: workflow.Say("密码", "Password"), Required: true, Hint: "current-password", Focus: account != ""},
	}}
}

func (s *Server) signInPage(c echo.Context, form page.Form, next string) page.SignIn {
	if next = local(next); next != "/" {
		form.Fields = append(form.Fields, page.Field{Name: "next", Kind: page.Hidden, Value: next})
	}
	return page.SignIn{Frame: s.frame(c, workflow.Say("登录", "Sign in")), Form: form, Next: next, People: demoOrgs(s.Demo)}
}

// demoOrgs puts the people of the demonstration under their organisations.
func demoOrgs(people []DemoPerson) (out []page.DemoOrg) {
	for _, p := range people {
		n := slices.IndexFunc(out, func(o page.DemoOrg) bool { return o.Name == p.Org })
		if n < 0 {
			n, out = len(out), append(out, page.DemoOrg{Name: p.Org})
		}
		out[n].People = append(out[n].People, page.DemoPerson{Account: p.Account, Name: p.Name, Post: p.Post})
	}
	return out
}

// signInByForm starts a session: by account and password, or in a demonstration as one of its people.
func (s *Server) signInByForm(c echo.Context) error {
	account, next := c.FormValue("account"), c.FormValue("next")
	signed, err := s.signedIn(c, account)
	if err == nil {
		_, err = s.begin(c.Request().Context(), workflow.Actor{Person: signed.Person, Account: signed.Account, Name: signed.Name}, signed.MustChange)
	}
	if err == nil {
		return c.Redirect(http.StatusSeeOther, local(next))
	}
	form := signInForm(account)
	return s.showForm(c, &form, err, func() page.Page { return s.signInPage(c, form, next) })
}

func (s *Server) signedIn(c echo.Context, account string) (engine.Signed, error) {
	ctx := c.Request().Context()
	demo := c.FormValue("demo")
	if demo == "" {
		return s.Engine.SignIn(ctx, account, c.FormValue("password"), c.RealIP())
	}
	if !slices.ContainsFunc(s.Demo, func(p DemoPerson) bool { return p.Account == demo }) {
		return engine.Signed{}, engine.ErrSignIn
	}
	who, err := s.Engine.ActorNamed(ctx, demo)
	return engine.Signed{Person: who.Person, Account: who.Account, Name: who.Name}, err
}

// signOutByForm ends the session.
func (s *Server) signOutByForm(c echo.Context) error {
	if _, err := s.SignOut(c.Request().Context(), SignOutRequestObject{}); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, signInPage)
}

// showPassword shows the form that changes a password.
func (s *Server) showPassword(c echo.Context) error {
	return s.show(c, http.StatusOK, s.passwordPage(c, passwordForm()))
}

func (s *Server) passwordPage(c echo.Context, form page.Form) page.Password {
	frame := s.frame(c, workflow.Say("修改密码", "Change the password"))
	frame.Narrow = true
	return page.Password{Frame: frame, Form: form, Must: callerOf(c.Request().Context()).must}
}

func passwordForm() page.Form {
	return page.Form{Action: passwordPage, Submit: workflow.Say("修改密码", "Change the password"), Fields: []page.Field{
		{Name: "old", Kind: page.Secret, Label: workflow.Say("原密码", "Old password"), Required: true, Hint: "current-password", Focus: true},
		{Name: "new", Kind: page.Secret, Label: workflow.Say("新密码", "New password"), Required: true, Hint: "new-password",
			Help: workflow.Say("至少10位，含大写、小写、数字、符号中的三种", "ten characters or more, of three of the classes capital, small, digit and sign")},
		{Name: "again", Kind: page.Secret, Label: workflow.Say("再输一次新密码", "New password once more"), Required: true, Hint: "new-password"},
	}}
}

// changePasswordByForm changes the password and ends the other sessions.
func (s *Server) changePasswordByForm(c echo.Context) error {
	form, err := passwordForm(), error(nil)
	if c.FormValue("new") != c.FormValue("again") {
		err = workflow.Invalid("not_the_same", "again", workflow.Say("两次输入的新密码不同", "the new password is not the same both times"))
	} else {
		_, err = s.ChangePassword(c.Request().Context(), ChangePasswordRequestObject{Body: &ChangePasswordJSONRequestBody{Old: c.FormValue("old"), New: c.FormValue("new")}})
	}
	if err != nil {
		return s.showForm(c, &form, err, func() page.Page { return s.passwordPage(c, form) })
	}
	return s.done(c, "/", workflow.Say("密码已修改，其他设备上的登录已退出", "the password is changed; you are signed out elsewhere"))
}

// langAge is, in seconds, how long the choice of a language is kept.
const langAge = 365 * 24 * 60 * 60

// chooseLanguage keeps which language somebody reads.
func (s *Server) chooseLanguage(c echo.Context) error {
	tongue := "zh"
	if c.FormValue("lang") == "en" {
		tongue = "en"
	}
	s.setPageCookie(c, langCookie, tongue, langAge)
	return c.Redirect(http.StatusSeeOther, local(c.FormValue("back")))
}
