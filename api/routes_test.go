package api

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/labstack/echo/v4"
	"github.com/stretchr/testify/require"

	"rectify/workflow"
)

func specified(t *testing.T) *openapi3.T {
	doc, err := openapi3.NewLoader().LoadFromData(specificationFile)
	require.NoError(t, err)
	require.NoError(t, doc.Validate(t.Context()))
	return doc
}

func TestEveryRouteIsSpecifiedAndTheOtherWayRound(t *testing.T) {
	o := newOffice(t)
	var served, written []string
	for _, r := range o.echo.Routes() {
		if r.Method == "echo_route_not_found" || isPage(httptest.NewRequest("GET", r.Path, nil)) {
			continue
		}
		served = append(served, r.Method+" "+specPath(r.Path))
	}
	for path, item := range specified(t).Paths.Map() {
		for method := range item.Operations() {
			written = append(written, method+" "+path)
		}
	}
	require.ElementsMatch(t, written, served)
}

// Who may call without a session stands here, and nowhere else is anything open. A route that nobody decided about is refused by New.
func TestEveryRouteHasItsAccess(t *testing.T) {
	o := newOffice(t)
	open := []string{"GET /healthz", "GET /readyz", "GET /api/docs", "GET /api/v1/openapi.json", "POST /api/v1/session",
		"GET /api/v1/proof/checkpoint", "GET /api/v1/proof/keys", "GET /api/v1/proof/consistency", "POST /api/v1/proof/cosignatures"}
	early := []string{"DELETE /api/v1/session", "GET /api/v1/me", "PUT /api/v1/me/password"}
	param, file := regexp.MustCompile(`:\w+`), specified(t)
	for _, r := range o.routes() {
		name := r.method + " " + r.path
		require.NotEqual(t, undecided, r.access, name)
		require.Equal(t, slices.Contains(open, name), r.access == anyone, name)
		require.Equal(t, slices.Contains(early, name), r.access == newcomer, name)
		doc := file.Paths.Value(specPath(r.path)).GetOperation(r.method)
		require.Equal(t, r.access == anyone, doc.Security != nil && len(*doc.Security) == 0, "the specification says the same of %s", name)
		if r.access == anyone {
			continue
		}
		a := o.call("", r.method, param.ReplaceAllString(r.path, "1"), "")
		require.Equal(t, http.StatusUnauthorized, a.status, name)
		require.Contains(t, a.body, `"code":"not_signed_in"`, name)
	}
}

func TestRouteWithoutAccessStopsTheStart(t *testing.T) {
	o := newOffice(t)
	require.ErrorContains(t, o.register([]route{{method: "GET", path: "/healthz", handler: func(echo.Context) error { return nil }}}), "GET /healthz")
}

// The words of the specification are the words of the program.
func TestWordsOfTheSpecification(t *testing.T) {
	doc := specified(t)
	enum := func(name string) (out []string) {
		for _, w := range doc.Components.Schemas[name].Value.Enum {
			s, _ := w.(string)
			out = append(out, s)
		}
		return out
	}
	var states, actions, kinds, grades, requests []string
	for _, r := range workflow.States() {
		states = append(states, string(r.State))
	}
	for _, r := range workflow.Actions() {
		if r.Step || r.Action == workflow.View {
			actions = append(actions, string(r.Action))
		}
	}
	for _, k := range workflow.Kinds() {
		kinds = append(kinds, k.Word)
	}
	for _, g := range workflow.Grades() {
		grades = append(grades, g.String())
	}
	for _, k := range workflow.RequestKinds() {
		requests = append(requests, k.Word)
	}
	require.ElementsMatch(t, states, enum("State"))
	require.ElementsMatch(t, actions, enum("Action"))
	require.ElementsMatch(t, kinds, enum("Kind"))
	require.ElementsMatch(t, grades, enum("Grade"))
	require.ElementsMatch(t, requests, enum("RequestKind"))
	for _, n := range workflow.Needs() {
		require.NotEmpty(t, needText(n).Zh, n)
		require.NotEmpty(t, needText(n).En, n)
	}
}

func TestSpecificationIsServedWithAPageThatNeedsNoNetwork(t *testing.T) {
	o := newOffice(t)
	a := o.call("", "GET", "/api/v1/openapi.json", "")
	require.Equal(t, 200, a.status)
	var doc map[string]any
	require.NoError(t, json.Unmarshal([]byte(a.body), &doc))
	require.Equal(t, "3.1.0", doc["openapi"])
	require.Zero(t, strings.Count(a.body, "x-go-"), "hints for the generator")

	page := o.call("", "GET", "/api/docs", "")
	require.Equal(t, 200, page.status)
	for _, r := range o.routes() {
		require.Contains(t, page.body, specPath(r.path))
	}
	require.NotContains(t, page.body, "<script")
	require.NotRegexp(t, `(src|href)="(https?:)?//`, page.body, "nothing comes from elsewhere")
	csp := page.header.Get("Content-Security-Policy")
	require.Contains(t, csp, "default-src 'none'")
	require.Contains(t, csp, "frame-ancestors 'none'")
	require.NotContains(t, csp, "unsafe")
}
