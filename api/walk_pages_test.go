package api

import (
	"maps"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"rectify/api/pagetest"
	"rectify/workflow"
)

// busy is an office in which something has happened.
func busy(t *testing.T, adjust ...func(*Config)) (*office, string) {
	o := newOffice(t, adjust...)
	o.takeIt("xuning", o.sentIn("xuning", inspectionList, "inspection"), "good")
	issue := o.rectifying()
	helper, officer := o.signedIn(t, "mali"), o.signedIn(t, "gaofeng")
	helper.do(issue, "finish", map[string][]byte{"现场.png": picture(t)}, "measure", "1", "note", "已补齐")
	officer.do(issue, "submit", nil, "note", "提请验收")
	o.take(t, "zhenglan", o.rectifying(), noticeLetter())
	o.closed()
	o.found()
	today := string(workflow.DayOf(o.now))
	announced := o.call("wuhai", "POST", "/api/v1/draws", `{"org":"`+o.orgs["0100"]+`","from":"2026-01-01","to":"`+today+`","size":1,"on":"2027-01-01"}`)
	require.Equal(t, 200, announced.status, announced.body)
	o.delivering()
	return o, issue
}

// To every page a link leads, for somebody. (Everyone's walk through the demonstration is a test of cmd/rectify.)
func TestALinkLeadsToEveryPage(t *testing.T) {
	t.Parallel()
	o, _ := busy(t)
	came, step := map[string]bool{}, regexp.MustCompile(`/(do|sources|signs)/\w+`)
	for account, lang := range map[string]string{"zhenglan": "zh", "dingyi": "en", "gaofeng": "en", "renan": "zh", "jianghe": "zh", "sunli": "zh", "xuning": "zh"} {
		w := pagetest.Walk{Browser: pagetest.New(t, o).Bearing(cookieName, o.token(account)), Lang: lang, Most: func(string) int { return 30 }}
		w.Go()
		require.Empty(t, strings.Join(slices.Sorted(maps.Keys(w.Wrong)), "\n"), account)
		for kind := range w.Kinds {
			came[step.ReplaceAllString(kind, "/$1/#")] = true
		}
	}
	param := regexp.MustCompile(`:\w+`)
	for _, r := range o.allPages() {
		if name := param.ReplaceAllString(r.path, "#"); r.method == "GET" && !slices.Contains(unlinked, r.path) {
			require.True(t, came[name], "nobody comes to %s", r.path)
		}
	}
}

// unlinked are the pages to which no link leads: those that follow a form that was sent, where one signs in, and names that are offered
// while somebody types.
var unlinked = []string{signInPage, importPage + "/:hash", importPage + "/:hash/rejects", jobsPage + ":job", "/orgs/import/:hash", "/people/import/:hash", "/orgs/names",
	findingsPage, findingsPage + "/export"}

// A first view with all that it needs is small: under 150 KB as it is transferred.
func TestPagesAreLight(t *testing.T) {
	t.Parallel()
	o, issue := busy(t)
	b := o.signedIn(t, "xuning")
	weigh := func(path string) int {
		r := httptest.NewRequest("GET", path, nil)
		r.Header.Set("Accept-Encoding", "gzip")
		a := b.send(r)
		require.Equal(t, 200, a.status, path)
		return len(a.body)
	}
	for _, path := range []string{"/", "/issues", "/issues/" + issue, checklistsPage, orgsPage, peoplePage, rulesPage, mePage, policyPage, wordsPage, recordsPage, whoPage} {
		page := weigh(path)
		total := page
		for _, m := range regexp.MustCompile(`(?:src|href)="(/static/[^"]+)"`).FindAllStringSubmatch(b.see(path), -1) {
			total += weigh(m[1])
		}
		t.Logf("%-32s %6d bytes, with its files %6d", path, page, total)
		require.Less(t, total, 150<<10, path)
	}
}
