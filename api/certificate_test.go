package api

import (
	"net/http/httptest"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

// The page of a closed issue leads to its certificate; that of an open one does not.
func TestCertificateOfAClosedIssue(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	officer, open := o.signedIn(t, "gaofeng"), o.rectifying()
	require.NotContains(t, officer.see("/issues/"+open), "certificate.pdf")
	require.Equal(t, 409, officer.get("/issues/"+open+"/certificate.pdf").status)

	issue := o.closed()
	require.NotContains(t, officer.see("/issues/"+issue), `id="seal"`, "nothing is sealed yet")
	require.Equal(t, 200, o.call("", "GET", "/api/v1/proof/checkpoint", "").status)
	page := officer.see("/issues/" + issue)
	require.Contains(t, page, `href="/issues/`+issue+`/certificate.pdf"`)
	require.Regexp(t, `only-print" id="seal"[^~]*[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}`, page, "the print has the short code")
	code := officer.get(regexp.MustCompile(`<img src="(/proof/[^"]+)"`).FindStringSubmatch(page)[1])
	require.Equal(t, 200, code.status)
	require.Equal(t, "image/png", code.header.Get("Content-Type"))
	a := officer.get("/issues/" + issue + "/certificate.pdf")
	require.Equal(t, 200, a.status)
	require.Equal(t, "application/pdf", a.header.Get("Content-Type"))
	require.Contains(t, a.header.Get("Content-Disposition"), "attachment")
	require.Equal(t, "%PDF-", a.body[:5])
	require.Equal(t, 200, o.call("gaofeng", "GET", "/api/v1/issues/"+issue+"/certificate", "").status)
	require.Equal(t, 404, o.call("luomin", "GET", "/api/v1/issues/"+issue+"/certificate", "").status)
	require.Equal(t, 401, o.send(httptest.NewRequest("GET", "/api/v1/issues/"+issue+"/certificate", nil)).status)
}
