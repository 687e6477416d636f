package api

import (
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"
)

// The page of a closed issue leads to its certificate; that of an open one does not.
func TestCertificateOfAClosedIssue(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	issue := o.rectifying()
	helper, officer := o.signedIn(t, "mali"), o.signedIn(t, "gaofeng")
	helper.do(issue, "finish", nil, "measure", "1", "note", "已补齐")
	officer.do(issue, "submit", nil, "note", "提请验收", "evidence_text", "补齐后的台账")
	require.NotContains(t, officer.see("/issues/"+issue), "certificate.pdf")
	require.Equal(t, 409, officer.get("/issues/"+issue+"/certificate.pdf").status)
	o.signedIn(t, "xuning").do(issue, "pass", nil, "measures_done", "yes", "violations_done", "yes", "effect_reached", "yes", "same_kind", "yes", "mechanism", "yes")
	o.signedIn(t, "wuhai").do(issue, "close", nil)

	require.Contains(t, officer.see("/issues/"+issue), `href="/issues/`+issue+`/certificate.pdf"`)
	a := officer.get("/issues/" + issue + "/certificate.pdf")
	require.Equal(t, 200, a.status)
	require.Equal(t, "application/pdf", a.header.Get("Content-Type"))
	require.Contains(t, a.header.Get("Content-Disposition"), "attachment")
	require.Equal(t, "%PDF-", a.body[:5])
	require.Equal(t, 200, o.call("gaofeng", "GET", "/api/v1/issues/"+issue+"/certificate", "").status)
	require.Equal(t, 404, o.call("luomin", "GET", "/api/v1/issues/"+issue+"/certificate", "").status)
	require.Equal(t, 401, o.send(httptest.NewRequest("GET", "/api/v1/issues/"+issue+"/certificate", nil)).status)
}
