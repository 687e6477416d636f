package api

import (
	"bytes"
	"errors"
	"image"
	"image/png"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"rectify/api/page"
	"rectify/workflow"
	"rectify/workflow/engine"
)

// What waits says what is to be done and by when.
func TestWhatWaitsSaysWhy(t *testing.T) {
	o := newOffice(t)
	issue := o.found()
	require.Contains(t, o.see("zhenglan", "/").body, "待交办")
	o.step("zhenglan", issue, "1", `{"action":"assign","responsible":"`+o.orgs["0101"]+`","due":"2026-12-31","kind":"timed","grade":"ordinary"}`)
	body := o.see("gaofeng", "/").body
	require.Contains(t, body, "待签收")
	require.Regexp(t, `2026-11-\d\d前办`, body)
	require.NotContains(t, o.see("zhenglan", "/").body, "待交办")
	require.Contains(t, o.call("gaofeng", "GET", "/", "", "Cookie", english).body, "to be accepted")

	issue = o.rectifying()
	require.Contains(t, o.see("gaofeng", "/").body, "待整改，还有1条措施")
	o.ask(issue)
	require.Contains(t, o.see("zhenglan", "/").body, "申请待审批（延期）")
}

func TestABadFilterIsSaidInThePage(t *testing.T) {
	o := newOffice(t)
	a := o.call("zhenglan", "GET", "/issues?due_from=x&text=abc", "")
	require.Equal(t, http.StatusUnprocessableEntity, a.status)
	require.Contains(t, a.body, `role="alert"`)
	require.Contains(t, a.body, `value="abc"`, "what was asked for is kept")
	require.Contains(t, a.body, `class="filters`)
}

// The columns of the ledger are in the address, and the next time they are as they were chosen.
func TestColumnsAreChosen(t *testing.T) {
	o := newOffice(t)
	o.found()
	b := o.signedIn(t, "zhenglan")
	require.NotContains(t, b.see("/issues"), `class="updated-head"`)
	body := b.see("/issues?col=updated&col=why")
	require.Contains(t, body, `class="updated-head"`)
	require.Contains(t, body, `class="title-head"`)
	require.NotContains(t, body, `class="state-head"`)
	require.NotContains(t, body, `class="why-head"`)
	require.Contains(t, b.see("/issues"), `class="updated-head"`)
	require.Contains(t, b.see("/issues?col=none"), `class="state-head"`)
}

func TestViewsAreOnesOwn(t *testing.T) {
	o := newOffice(t)
	require.Equal(t, http.StatusSeeOther, o.fillIn("zhenglan", "/views", "name", "重大 <b>", "query", "grade=major&after=x&col=due&evil=1").status)
	body := o.see("zhenglan", "/issues").body
	require.Contains(t, body, `href="/issues?col=due&amp;grade=major"`, "where somebody was in the list is not part of it")
	require.Contains(t, body, "重大 &lt;b&gt;")
	require.NotContains(t, o.see("xuning", "/issues").body, "重大 &lt;b&gt;")
	require.Contains(t, o.see("zhenglan", "/issues?col=due&grade=major").body, "删除这个视图")
	require.Equal(t, http.StatusUnprocessableEntity, o.fillIn("zhenglan", "/views", "name", " ", "query", "grade=major").status)
	require.Equal(t, http.StatusUnprocessableEntity, o.fillIn("zhenglan", "/views", "name", "空", "query", "after=x").status)
	o.fillIn("xuning", "/views/delete", "name", "重大 <b>")
	require.Contains(t, o.see("zhenglan", "/issues").body, "重大 &lt;b&gt;", "another cannot delete it")
	o.fillIn("zhenglan", "/views/delete", "name", "重大 <b>")
	require.NotContains(t, o.see("zhenglan", "/issues").body, "重大 &lt;b&gt;")
}

func TestTheTimelineSaysWhatChanged(t *testing.T) {
	o := newOffice(t)
	issue := o.rectifying()
	body := o.see("gaofeng", "/issues/"+issue).body
	require.Regexp(t, `(?s)<dt>验收单位</dt><dd><span class="long">[^<]+</span>`, body, "by name")
	o.ask(issue)
	require.Contains(t, o.see("gaofeng", "/issues/"+issue).body, "延期：")
	for range timelineAtOnce {
		a := o.step("gaofeng", issue, "0", `{"action":"comment","note":"再看一次"}`)
		require.Equal(t, http.StatusOK, a.status, a.body)
	}
	body = o.see("gaofeng", "/issues/"+issue).body
	more := regexp.MustCompile(`/issues/\d+\?before=\d+`).FindString(body)
	require.NotEmpty(t, more)
	require.Equal(t, timelineAtOnce, strings.Count(body, `class="line-head"`))
	require.NotContains(t, body, "<b>登记</b>")
	require.Contains(t, o.see("gaofeng", more).body, "<b>登记</b>")
}

// Pictures are shown small, and looking at them leaves no line of its own in what an inspector did.
func TestThumbnails(t *testing.T) {
	o := newOffice(t)
	issue := o.rectifying()
	b := o.signedIn(t, "gaofeng")
	var large bytes.Buffer
	require.NoError(t, png.Encode(&large, image.NewRGBA(image.Rect(0, 0, 1200, 300))))
	b.do(issue, "attest", map[string][]byte{"现场.png": large.Bytes()})
	body := b.see("/issues/" + issue)
	small := regexp.MustCompile(`/issues/\d+/thumbnails/[0-9a-f]{64}`).FindString(body)
	require.NotEmpty(t, small)
	a := b.get(small)
	require.Equal(t, "image/jpeg", a.header.Get("Content-Type"))
	picture, _, err := image.Decode(strings.NewReader(a.body))
	require.NoError(t, err)
	require.Equal(t, image.Rect(0, 0, 240, 60), picture.Bounds())
	require.Equal(t, http.StatusNotFound, b.get(small[:len(small)-2]+"00").status)

	const inspector = "sunli"
	before := o.looks(inspector)
	require.Equal(t, http.StatusOK, o.call(inspector, "GET", small, "").status)
	require.Equal(t, before, o.looks(inspector))
	require.Equal(t, http.StatusOK, o.call(inspector, "GET", strings.Replace(small, "thumbnails", "pictures", 1), "").status)
	require.Equal(t, before+1, o.looks(inspector), "the picture itself is a download")
}

func TestAnUnknownAddressHasTheWayBack(t *testing.T) {
	o := newOffice(t)
	b := o.signedIn(t, "gaofeng")
	a := b.get("/nowhere")
	require.Equal(t, http.StatusNotFound, a.status)
	require.Contains(t, a.body, `class="nav-main"`)
	require.NotContains(t, o.browser(t).get("/nowhere").body, `class="nav-main"`)
}

// looks counts what is on record of an inspector's looks.
func (o *office) looks(account string) int {
	by, err := o.Engine.ActorNamed(o.t.Context(), account)
	require.NoError(o.t, err)
	last, err := o.db.LastLine(o.t.Context(), engine.KindLook, int64(by.Person))
	if errors.Is(err, workflow.ErrNotFound) {
		return 0
	}
	require.NoError(o.t, err)
	return last.Seq
}

// ask asks for more time.
func (o *office) ask(issue string) {
	n, err := pathID[workflow.IssueID](issue)
	require.NoError(o.t, err)
	by, err := o.Engine.ActorNamed(o.t.Context(), "gaofeng")
	require.NoError(o.t, err)
	v, err := o.Engine.Issue(o.t.Context(), by, n)
	require.NoError(o.t, err)
	_, err = o.Engine.Do(o.t.Context(), by, n, v.Issue.Version, "", workflow.Step{Action: workflow.Ask, Request: workflow.Extension, Note: "汛期施工推迟，需要延长时间", Due: "2027-03-01"})
	require.NoError(o.t, err)
}

// In a large tree an organisation is named and not chosen from a list of everything.
func TestOrganisationsOfALargeTreeAreNamed(t *testing.T) {
	o := newOffice(t)
	o.found()
	many := make([]page.Option, orgsToChoose+1)
	many[7] = page.Option{Value: "7", Text: workflow.Text{Zh: "　　河道处"}, Chosen: true}
	f := orgChoice(page.Field{Kind: page.Select, Options: many})
	require.Equal(t, page.Field{Kind: page.OrgName, Value: "河道处"}, f)
	require.Equal(t, page.Select, orgChoice(page.Field{Kind: page.Select, Options: many[1:]}).Kind)

	names := o.call("zhenglan", "GET", "/orgs/names?of=under&under=0101", "").body
	require.Regexp(t, `<option value="[^"]+">0101</option>`, names)
	require.Contains(t, o.see("zhenglan", "/issues?under=0101").body, "共 1 件")
	require.Contains(t, o.see("zhenglan", "/issues?under=0102").body, "共 0 件")
	require.Equal(t, http.StatusOK, o.call("zhenglan", "GET", "/issues/export?under=0101", "").status)
	a := o.call("zhenglan", "GET", "/issues?under=没有", "")
	require.Equal(t, http.StatusUnprocessableEntity, a.status)
	require.Contains(t, a.body, `role="alert"`)
	issue := o.found()
	b := o.signedIn(t, "zhenglan")
	a = b.try(issue, "assign", nil, "responsible", "没有这个", "due", "2026-12-31", "kind", "timed", "grade", "ordinary")
	require.Equal(t, http.StatusUnprocessableEntity, a.status)
	require.Contains(t, a.body, `id="f-responsible-fault"`, "beside the field")
	b.do(issue, "assign", nil, "responsible", "0101", "due", "2026-12-31", "kind", "timed", "grade", "ordinary")
}
