package api

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/engine"
)

// The buttons of a page are what the engine offers, no more and no fewer; each leads to its form; what is not offered is refused, by its
// address as by its form, and changes nothing. (Everyone's buttons in the demonstration are a test of cmd/rectify.)
func TestButtonsNeverLie(t *testing.T) {
	t.Parallel()
	o, verifying := busy(t)
	for _, issue := range []string{verifying, o.rectifying(), o.found()} {
		for _, account := range []string{"gaofeng", "mali", "zhenglan", "xuning", "wuhai", "zhouqm", "huzq", "sunli", "dingyi", "yeqing"} {
			b := o.signedIn(t, account)
			a := b.get("/issues/" + issue)
			by, err := o.Engine.ActorNamed(t.Context(), account)
			require.NoError(t, err)
			number, err := pathID[workflow.IssueID](issue)
			require.NoError(t, err)
			v, err := o.Engine.Issue(t.Context(), by, number)
			if a.status == 404 {
				require.ErrorIs(t, err, workflow.ErrNotFound)
				continue
			}
			require.NoError(t, err)
			b.buttonsAre(issue, a.body, v.Offers)
			b.othersAreRefused(issue, by, &v)
		}
	}
}

func (b *browser) buttonsAre(issue, body string, offers []engine.Offer) {
	b.t.Helper()
	var want []string
	for _, x := range offers {
		path := "/issues/" + issue + "/do/" + string(x.Action)
		if x.Action == workflow.Ask || x.Request != "" {
			path += "?of=" + string(x.Request)
		}
		want = append(want, path)
		b.form(b.see(path), path)
	}
	for _, path := range want {
		require.Contains(b.t, body, `href="`+path+`"`)
	}
	require.Equal(b.t, len(slices.Compact(slices.Sorted(slices.Values(want)))), strings.Count(body, `class="btn `)-strings.Count(body, `<summary class="btn `)-
		strings.Count(body, `type="submit"`), "a button that is not offered")
}

func (b *browser) othersAreRefused(issue string, by workflow.Actor, v *engine.View) {
	b.t.Helper()
	offered := map[workflow.Action]bool{}
	for _, x := range v.Offers {
		offered[x.Action] = true
	}
	for _, rule := range workflow.Actions() {
		if !rule.Step || offered[rule.Action] || rule.Action == workflow.Ask {
			continue
		}
		path := "/issues/" + issue + "/do/" + string(rule.Action)
		require.Contains(b.t, []int{403, 404, 409}, b.get(path).status, path)
		a := b.sendForm(path, url.Values{"version": {id(int64(v.Issue.Version))}, "key": {newKey()}, "note": {"这一步不该被接受，写得再长也不行"}}, nil)
		require.Contains(b.t, []int{403, 404, 409, 422}, a.status, path)
	}
	again, err := b.o.Engine.Issue(b.t.Context(), by, v.Issue.ID)
	require.NoError(b.t, err)
	require.Equal(b.t, v.Issue.Version, again.Issue.Version, "and nothing has changed")
}
