package page

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"rectify/workflow"
)

// samples are every page, filled as far as it can be. A page that is not among them fails TestEveryPageHasASample.
func samples() []Page {
	frame := Frame{Title: workflow.Text{Zh: "标题", En: "title"}, Here: "/here?a=1&b=2", Person: "高峰", Posts: "河道处 支部书记", Demo: true,
		Flash: workflow.Text{Zh: "已办", En: "done"}}
	wrong := workflow.Text{Zh: "有误 <b>", En: "wrong <b>"}
	form := Form{Action: "/x", Key: "k", Version: 3, Submit: workflow.Text{Zh: "提交", En: "send"}, Files: true, Fault: wrong}
	for _, kind := range []Kind{Line, Secret, Area, Date, Number, Select, Many, Radio, Checks, Files, Measures, Hidden, OrgName, Grid, Remarks, Said} {
		form.Fields = append(form.Fields, Field{Name: string(kind), Kind: kind, Label: workflow.Text{Zh: "栏", En: "field"}, Value: "值", Required: true,
			Help: workflow.Text{Zh: "说明", En: "help"}, Fault: wrong, Options: []Option{{Value: "1", Text: wrong, Chosen: true}},
			Rows:  []MeasureRow{{Text: "措施", Leader: "甲", Due: "2026-12-01", People: []Option{{Value: "1", Text: wrong}}, Orgs: []Option{{Value: "2", Text: wrong}}}},
			Notes: []NoteRow{{N: 1, About: "措施", Text: "意见"}, {}},
			Cells: [][]Cell{{{Name: "a", Kind: Line, Label: wrong, Value: "值"}, {Name: "b", Kind: Date, Label: wrong}, {Name: "c", Kind: Select, Label: wrong, Options: []Option{{Value: "1", Text: wrong}}}}},
			Kept:  []KeptFile{{Hash: "abc", Name: "图.jpg"}}})
	}
	form.Fields = append(form.Fields, Field{Name: "later", Kind: Line, Label: wrong, Fault: wrong, More: true})
	rows := []Row{{Path: "/issues/1", Number: "XC-0101-2026-1", OwnNumber: "3", Title: "问题", Org: "河道处", Person: "高峰", State: wrong, Light: "overdue", Due: "2026-11-01",
		Left: wrong, Supervised: true, Reported: true, Kind: wrong, Amount: 5, Why: []Waited{{Text: wrong, When: wrong, Left: wrong, Late: true, Basis: wrong, Provisional: true}, {Text: wrong}}}, {Path: "/issues/2", Light: "none"}}
	tallies := []Tally{{Text: wrong, Count: 3, Path: "/issues?phase=find", Chosen: true, Class: "late"}}
	head := Head{Path: "/issues/1", Number: "XC-1", Title: "问题", State: wrong, Light: "soon", Left: wrong, Phases: []Phase{{Text: wrong, Past: true}, {Text: wrong, Current: true}, {Text: wrong}}}
	return append(append(append(listSamples(frame, form, wrong), append(officeSamples(frame, form, wrong), deliverySamples(frame, form, wrong)...)...), alikeSamples(frame, head, wrong)...), []Page{
		SignIn{Frame: frame, Form: form, Next: "/issues", People: []DemoOrg{{Name: "水务局", People: []DemoPerson{{Account: "a", Name: "甲", Post: wrong}}}}},
		Password{Frame: frame, Form: form, Must: true},
		Awaiting{Frame: frame, Table: Table{Rows: rows, Columns: Columns()}, Pager: Pager{First: "/", Next: "/?after=x"}},
		Awaiting{Frame: frame, Idle: true, Look: []Link{{Path: "/proof", Text: wrong}}},
		Ledger{Frame: frame, Table: Table{Rows: rows, Columns: Columns()}, Total: 3, Choice: []Option{{Value: "due", Text: wrong, Chosen: true}}, Views: []View{{Name: "重大", Path: "/issues?grade=major", Current: true}}, Phases: tallies, Lights: tallies, Clear: true, Fault: wrong, Keep: []Field{{Name: "phase", Value: "find"}},
			Filters: []Field{{Name: "text", Kind: Line, Label: wrong}, {Name: "due_from", Kind: Date}, {Name: "state", Kind: Select, Options: []Option{{Value: "a", Text: wrong}}}}},
		Ledger{Frame: frame}, Ledger{Frame: frame, ViewQuery: "grade=major", Views: []View{{Name: "重大", Path: "/issues?grade=major"}}},
		fullIssue(frame, head), Issue{Frame: frame, Head: head}, ThreeLists{Frame: frame, Ledger: "/issues"},
		ThreeLists{Frame: frame, About: "甲", Ledger: "/issues", Export: "/x", Pager: Pager{Next: "/y"},
			Problems: []ListedProblem{{ListedIssue: ListedIssue{"/issues/1", "N", "问题"}, OwnNumber: "1", Aspect: "方面", Detail: "有误 <b>", Source: wrong, Grade: wrong, Kind: wrong,
				State: wrong, Org: "乙", Due: "2026-12-01", Light: "soon", Reported: true}},
			Tasks:  []ListedTask{{N: 1, Text: "措施", Org: "乙", Leader: "丙", Person: "丁", Due: "2026-12-01", Late: true}, {N: 2, Done: true, DoneOn: "2026-11-01"}},
			Duties: []ListedDuty{{Main: true, Org: "乙", People: "丁", Measures: "1", Of: 1, Due: "2026-12-01", Verifier: "戊", Closer: "己"}, {Org: "庚"}}},
		Step{Frame: frame, Head: head, Form: form, As: wrong, Hint: []workflow.Text{wrong}}, Step{Frame: frame, Head: head, Form: form, Kept: []string{"写过的"}},
		Why{Frame: frame, Head: head, Answers: []Answer{{Action: wrong, Allowed: true, Path: "/x"}, {Action: wrong, Reason: wrong, Who: wrong}}},
		Find{Frame: frame, Form: form},
		Fault{Frame: frame, Status: 404, Detail: wrong, Request: "ABC"},
	}...)
}

// fullIssue is an issue with something in every place.
func fullIssue(frame Frame, head Head) Issue {
	some := workflow.Text{Zh: "某", En: "some"}
	at := time.Date(2026, 11, 2, 1, 0, 0, 0, time.UTC)
	return Issue{Frame: frame, Head: head, Actions: []Action{{Path: "/x", Text: some, Main: true}, {Path: "/y", Text: some, Danger: true}}, Beside: []Action{{Path: "/z", Text: some}},
		Why: "/why", Facts: []Fact{{Label: some, Value: some}, {Label: some, Plain: "x"}}, Detail: "问题\n第二行", Goal: "目标", Marks: []workflow.Text{some},
		Plan: Plan{Measures: []Measure{{N: 1, Text: "措施", Leader: "甲", Org: "乙", Person: "高峰", Due: "2026-12-01", Done: true, DoneOn: "2026-11-20", Result: "已办",
			Remarks: []PlanRemark{{"意见", "丙", some, at}}}, {N: 2, Text: "二", Late: true}}, Done: 1, Led: true, Shared: true, Remarks: []PlanRemark{{"意见", "丙", some, at}},
			Advice: []workflow.Text{some}},
		Around:  fullAround(some, at),
		Rounds:  []Round{{N: 2, Current: true, Evidence: []Evidence{{Name: "图.jpg", Path: "/f", Picture: "/p", Thumb: "/t", Size: 2 << 20, By: "甲", At: at, Measure: 1}, {Text: "文字"}, {Name: "b.webp", Path: "/g", Picture: "/q"}}}},
		Request: &Request{Kind: some, Reason: "理由", Facts: []Fact{{Label: some, Plain: "x"}}},
		Signers: []Signer{{Org: "甲", Signed: true, Person: some, Note: "同意", Mark: some, At: at}, {Org: "丙"}},
		Lines:   []Event{{At: at, Name: "甲", Post: some, Action: some, From: some, To: some, Note: "说明", For: "丁", Changes: []Change{{Field: some, Was: some, Now: some}}, Rule: "policy.csv:1", Relation: some}, {At: at}},
		More:    "/more", Certificate: "/issues/1/certificate.pdf", Seal: &Seal{ShortCode: "7Q3M-0K9X", Code: "/issues/1/checkpoint.png?size=3", At: at, Lines: 3}}
}

func fullAround(some workflow.Text, at time.Time) Around {
	return Around{
		Letters: []SentLetter{{Number: "XC-D1", Path: "/l", Rung: some, Grounds: "依据", Asked: "要求", Decided: "会议", Limit: "2026-12-01", Late: true, By: some, On: "2026-11-02"},
			{Number: "XC-D2", Rung: some, Signed: true, SignedBy: some, SignedAt: at}},
		Decided: []Event{{At: at, Name: "甲", Post: some, Action: some, Note: "说明"}},
		Calls: []Call{{To: "甲", By: some, Text: "缘由", Wants: some, On: "2026-11-02", Until: "2026-11-05", Open: true, UntilProvisional: true},
			{To: "甲", By: some, Wants: some, Open: true, Until: "2026-11-05", Late: true}, {To: "甲", Wants: some, Climbed: "丙", Reply: some, Said: "答", Replied: some, RepliedOn: "2026-11-06"}},
		Systems: []System{{"制度", "1号", "2026-11-02"}, {Name: "制度"}}, Outcomes: []Outcome{{some, 2, "机关", "2号"}, {Kind: some, Count: 1}},
		LookBack: []Fact{{Label: some, Plain: "x"}}, Spread: "甲、乙",
	}
}

// Every page is whole HTML in both languages and says nothing in the wrong one.
func TestPagesAreWhole(t *testing.T) {
	pages, err := Load()
	require.NoError(t, err)
	for n, sample := range samples() {
		for _, lang := range []string{"zh", "en"} {
			t.Run(strconv.Itoa(n)+sample.template()+"/"+lang, func(t *testing.T) {
				var b bytes.Buffer
				require.NoError(t, pages.Render(&b, in(sample, lang)))
				balanced(t, b.String())
				require.NotContains(t, b.String(), "<no value>")
				require.NotRegexp(t, `&lt;/?(div|fieldset|p|span|a)\b`, b.String(), "a tag that came out as text")
				require.NotContains(t, b.String(), "有误 <b>", "what people wrote is escaped")
				require.NotContains(t, b.String(), " style=", "no style in the page")
				require.NotContains(t, b.String(), " onclick=", "no script in the page")
			})
		}
	}
}

func TestEveryPageHasASample(t *testing.T) {
	pages, err := Load()
	require.NoError(t, err)
	for name := range pages.sets {
		if name, ok := strings.CutPrefix(name, "zh/"); ok {
			require.True(t, slices.ContainsFunc(samples(), func(p Page) bool { return p.template() == name }), name)
		}
	}
}

// in is the page in a language.
func in(p Page, lang string) Page {
	v := reflect.New(reflect.TypeOf(p)).Elem()
	v.Set(reflect.ValueOf(p))
	v.FieldByName("Lang").SetString(lang)
	out, _ := v.Interface().(Page)
	return out
}

// void elements have no end.
var void = []string{"meta", "link", "img", "input", "br", "hr", "col", "source", "wbr"}

// balanced reads the page tag by tag: each is closed where it must be, and no id stands twice.
func balanced(t *testing.T, text string) {
	t.Helper()
	z := html.NewTokenizer(strings.NewReader(text))
	var open []string
	ids := map[string]bool{}
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			break
		}
		token := z.Token()
		for _, a := range token.Attr {
			if a.Key == "id" {
				require.False(t, ids[a.Val], "id %q twice", a.Val)
				ids[a.Val] = true
			}
		}
		switch {
		case kind == html.StartTagToken && !slices.Contains(void, token.Data):
			open = append(open, token.Data)
		case kind == html.EndTagToken:
			require.NotEmpty(t, open, "</%s> closes nothing", token.Data)
			require.Equal(t, open[len(open)-1], token.Data, "closed in another order, within %v", open)
			open = open[:len(open)-1]
		}
	}
	require.Empty(t, open)
	_, err := html.Parse(strings.NewReader(text))
	require.NoError(t, err)
}

// A static file is packed, kept for good under its address, and not there under another.
func TestStaticFiles(t *testing.T) {
	pages, err := Load()
	require.NoError(t, err)
	get := func(path string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.Header.Set("Accept-Encoding", "gzip, br")
		w := httptest.NewRecorder()
		pages.Static.ServeHTTP(w, r)
		return w
	}
	total := 0
	for _, name := range []string{"bootstrap.css", "app.css", "htmx.js", "app.js"} {
		w := get(pages.Static.Address(name))
		require.Equal(t, 200, w.Code)
		require.Equal(t, "gzip", w.Header().Get("Content-Encoding"))
		require.Contains(t, w.Header().Get("Cache-Control"), "immutable")
		total += w.Body.Len()
	}
	require.Less(t, total, 100<<10, "a first look at a page stays under 150 KB")
	require.Equal(t, 404, get("/static/app.css").Code)
}

// What stands around a page is not hidden by a field of the page with the same name.
func TestNoPageHidesItsFrame(t *testing.T) {
	t.Parallel()
	for _, p := range samples() {
		kind := reflect.Indirect(reflect.ValueOf(p)).Type()
		for _, f := range reflect.VisibleFields(reflect.TypeFor[Frame]()) {
			found, ok := kind.FieldByName(f.Name)
			require.True(t, ok && len(found.Index) > 1, "%s hides %s", kind.Name(), f.Name)
		}
	}
}

// The navigation says how many notices are unread, and does not pretend to know where it has not looked.
func TestUnreadIsCountedHonestly(t *testing.T) {
	t.Parallel()
	for want, f := range map[string]Frame{"": {}, "3": {Unread: 3}, "9": {Unread: 9}, "9+": {Unread: 10}, "3+": {Unread: 3, UnreadMore: true}, "…": {UnreadMore: true}} {
		require.Equal(t, want, f.Nav()[1].Count)
	}
}
