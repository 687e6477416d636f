package api

import (
	"encoding/json"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"rectify/workflow/engine"
)

// A bundle is taken by whoever may see the issue, and verified by the API and on the page, with a checkpoint that was kept.
func TestABundleIsTakenAndVerified(t *testing.T) {
	o, issue := busy(t)
	held := o.call("", "GET", "/api/v1/proof/checkpoint", "").body
	require.Contains(t, o.see("gaofeng", "/issues/"+issue).body, `href="/issues/`+issue+`/bundle"`)

	taken := o.call("gaofeng", "GET", "/api/v1/issues/"+issue+"/bundle?files=true", "")
	require.Equal(t, 200, taken.status, taken.body)
	number := regexp.MustCompile(`filename=proof-(.+)\.jsonl`).FindStringSubmatch(taken.header.Get("Content-Disposition"))[1]
	require.Equal(t, 404, o.call("jianghe", "GET", "/api/v1/issues/"+issue+"/bundle", "").status, "who may not see it may not take it")

	o.foundBy("yeqing", "0202")
	later := o.call("", "GET", "/api/v1/proof/checkpoint", "").body
	require.NotEqual(t, held, later)
	b := o.signedIn(t, "gaofeng")
	asked := b.see("/proof/bundle?number=" + number + "&held=" + url.QueryEscape(strings.ReplaceAll(later, "\n", "\r\n")))
	compared := b.sendForm(verifyPage, url.Values{"held": {later}}, map[string][]byte{"bundle": []byte(asked)})
	require.Contains(t, compared.body, "那以前的记录一条没变")
	send := func(path, bundle string) answer {
		return b.sendForm(path, url.Values{"held": {held}}, map[string][]byte{"bundle": []byte(bundle)})
	}
	var r engine.ProofReport
	require.NoError(t, json.Unmarshal([]byte(send("/api/v1/proof/verify", taken.body).body), &r))
	require.Zero(t, r.Outcome, r.Print("zh"))
	require.EqualValues(t, 1, r.Issues)

	shown := send(verifyPage, taken.body)
	require.Equal(t, 200, shown.status)
	require.Contains(t, shown.body, "核验通过：没有发现改动。")
	shown = send(verifyPage, strings.Replace(taken.body, `"action":"submit"`, `"action":"close"`, 1))
	require.Contains(t, shown.body, "核验不通过")
	require.Contains(t, shown.body, "问题"+number)
	require.Contains(t, shown.body, "“办理动作”被改过")
	require.Contains(t, send(verifyPage, "<b>no bundle</b>").body, "这不是证明包")
	require.Equal(t, 422, b.sendForm("/api/v1/proof/verify", url.Values{"held": {held}}, nil).status)
}

// A bundle of days: every line for who audits, the issues of the mandate for an inspector, nothing for others.
func TestABundleOfDays(t *testing.T) {
	o, _ := busy(t)
	o.call("", "GET", "/api/v1/proof/checkpoint", "")
	span := "/api/v1/proof/bundle?from=2026-01-01&to=2027-12-31"
	require.Equal(t, 403, o.call("gaofeng", "GET", span, "").status)
	require.NotContains(t, o.see("gaofeng", verifyPage).body, `name="from"`)
	for account, all := range map[string]bool{"jianghe": true, "sunli": false} {
		require.Contains(t, o.see(account, verifyPage).body, `name="from"`)
		taken := o.call(account, "GET", span, "")
		require.Equal(t, 200, taken.status, taken.body)
		var r engine.ProofReport
		a := o.signedIn(t, account).sendForm("/api/v1/proof/verify", nil, map[string][]byte{"bundle": []byte(taken.body)})
		require.NoError(t, json.Unmarshal([]byte(a.body), &r))
		require.Zero(t, r.Outcome, r.Print("zh"))
		require.Equal(t, all, r.Lines == r.Size, account)
		require.Positive(t, r.Issues)
	}
}
