package api

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

// What waits is the same on the page and over the API: what is awaited beside the step of the state is there too, with its day.
func TestAwaitingOverTheAPI(t *testing.T) {
	o := newOffice(t)
	issue := o.rectifying()
	type page struct {
		Awaiting []struct {
			Issue struct{ ID, Number string }
			Waits []struct {
				Action, Until, After string
				Text, Basis          struct{ Zh, En string }
				Late                 bool
			}
		}
		Next string
	}
	waiting := func(account string) (p page) {
		a := o.call(account, "GET", "/api/v1/awaiting", "")
		require.Equal(t, 200, a.status, a.body)
		require.NoError(t, json.Unmarshal([]byte(a.body), &p))
		return p
	}
	version := func() string { return string(mustJSON(t, o.issue("gaofeng", issue)["version"])) }
	require.Empty(t, waiting("xuning").Awaiting)
	require.Equal(t, "report", waiting("gaofeng").Awaiting[0].Waits[0].Action)
	a := o.step("gaofeng", issue, version(), `{"action":"call","call":{"to":"`+o.orgs["0100"]+`","wants":"help"},"note":"需要协调场地和经费，本支部无法解决"}`)
	require.Equal(t, 200, a.status, a.body)
	p := waiting("xuning")
	require.Len(t, p.Awaiting, 1)
	w := p.Awaiting[0].Waits[0]
	require.Equal(t, issue, p.Awaiting[0].Issue.ID)
	require.Equal(t, []any{"respond", "呼叫待答复", "call to be answered", "呼叫的答复时限", false}, []any{w.Action, w.Text.Zh, w.Text.En, w.Basis.Zh, w.Late})
	require.Regexp(t, "呼叫待答复.*"+w.Until+"前办", o.see("xuning", "/").body)
	require.Equal(t, 422, o.call("xuning", "GET", "/api/v1/awaiting?after=x", "").status)
}

func mustJSON(t *testing.T, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	require.NoError(t, err)
	return b
}
