package api

import (
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"rectify/api/page"
)

const (
	signInPage   = "/sign-in"
	passwordPage = "/password"
)

// pageRoutes are the routes of the pages. A form is sent to the address at which it is shown.
func (s *Server) pageRoutes() []route {
	return []route{
		{"GET", signInPage, anyone, nothing, s.showSignIn},
		{"POST", signInPage, anyone, pageForm, s.signInByForm},
		{"POST", "/sign-out", newcomer, pageForm, s.signOutByForm},
		{"GET", passwordPage, newcomer, nothing, s.showPassword},
		{"POST", passwordPage, newcomer, pageForm, s.changePasswordByForm},
		{"POST", "/language", anyone, pageForm, s.chooseLanguage},

		{"GET", "/", member, nothing, s.showAwaiting},
		{"GET", "/issues", member, nothing, s.showLedger},
		{"GET", "/orgs/names", member, nothing, s.sendOrgNames},
		{"POST", "/views", member, pageForm, s.saveView},
		{"POST", "/views/delete", member, pageForm, s.deleteView},
		{"GET", "/find", member, nothing, s.showFind},
		{"POST", "/find", member, pageForm, s.findByForm},
		{"POST", alikePath, member, pageForm, s.showAlike},
		{"GET", "/issues/:issue", member, nothing, s.showIssue},
		{"GET", "/issues/:issue/do/:action", member, nothing, s.showStep},
		{"POST", "/issues/:issue/do/:action", member, files, s.takeStepByForm},
		{"GET", "/issues/:issue/why", member, nothing, s.showWhy},
		{"GET", "/issues/:issue/certificate.pdf", member, nothing, s.sendCertificate},
		{"GET", "/issues/:issue/similar", member, nothing, s.showSimilar},
		{"GET", "/issues/:issue/files/:hash", member, nothing, s.sendEvidence},
		{"GET", "/issues/:issue/pictures/:hash", member, nothing, s.sendPicture},
		{"GET", "/issues/:issue/thumbnails/:hash", member, nothing, s.sendThumbnail},
	}
}

// allPages are the routes of all pages.
func (s *Server) allPages() []route {
	return slices.Concat(s.pageRoutes(), s.listRoutes(), s.officeRoutes(), s.besidePages(), s.toldPages(), s.mandatePages(), s.offlinePages(), s.bundlePages())
}

// registerPages gives every page what stands before its handler.
func (s *Server) registerPages() error {
	slow := s.slowDown()
	for _, r := range s.allPages() {
		if r.access == undecided {
			return errUndecided(r)
		}
		before := []echo.MiddlewareFunc{s.asPage, s.admit(r), s.readOnly(r), s.bound(r), ofNow(r)}
		if r.path == signInPage && r.method == http.MethodPost {
			before = append([]echo.MiddlewareFunc{s.asPage, slow}, before[1:]...)
		}
		s.echo.Add(r.method, r.path, r.handler, before...)
	}
	s.echo.GET(page.StaticPath+"*", echo.WrapHandler(s.pages.Static))
	return nil
}
