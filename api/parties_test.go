package api

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Who countersigns a major issue: the form offers organisations that can, and what comes by the API is looked at as well.
func TestWhoMayCountersign(t *testing.T) {
	o := newOffice(t)
	issue := o.found()
	assign := func(parties string) answer {
		return o.call("linsf", "POST", "/api/v1/issues/"+issue+"/steps", `{"action":"assign","grade":"major","parties":[`+parties+`]}`, "If-Match", `"1"`)
	}
	quoted := func(code string) string { return `"` + o.orgs[code] + `"` }
	for parties, text := range map[string]string{
		quoted("0100"):                        `"code":"bad_signers"`,
		quoted("0102"):                        `"code":"party_cannot_sign"`,
		quoted("0200") + "," + quoted("0200"): `"code":"named_twice"`,
		quoted("0200") + "," + quoted("0101"): `"code":"party_responsible"`,
	} {
		a := assign(parties)
		require.Equal(t, 422, a.status, a.body)
		require.Contains(t, a.body, text)
	}
	form := o.signedIn(t, "linsf").see("/issues/" + issue + "/do/assign")
	require.Contains(t, form, `name="parties" value="`+o.orgs["01"]+`"`)
	require.Contains(t, form, `name="parties" value="`+o.orgs["00"]+`"`)
	require.NotContains(t, form, `name="parties" value="`+o.orgs["0102"]+`"`, "a branch has no post that signs for a party")
	require.Contains(t, form, `name="assisting" value="`+o.orgs["0102"]+`"`)
	require.Equal(t, 200, assign(quoted("01")).status)
}
