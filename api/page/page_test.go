package page

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"

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
	for _, kind := range []Kind{Line, Secret, Area, Date, Number, Select, Many, Radio, Checks, Files, Measures, Hidden} {
		form.Fields = append(form.Fields, Field{Name: string(kind), Kind: kind, Label: workflow.Text{Zh: "栏", En: "field"}, Value: "值", Required: true,
			Help: workflow.Text{Zh: "说明", En: "help"}, Fault: wrong, Options: []Option{{Value: "1", Text: wrong, Chosen: true}},
			Rows: []MeasureRow{{Text: "措施", Due: "2026-12-01", People: []Option{{Value: "1", Text: wrong}}}}, Kept: []KeptFile{{Hash: "abc", Name: "图.jpg"}}})
	}
	return []Page{
		SignIn{Frame: frame, Form: form, Next: "/issues", People: []DemoOrg{{Name: "水务局", People: []DemoPerson{{Account: "a", Name: "甲", Post: wrong}}}}},
		Password{Frame: frame, Form: form, Must: true},
		Fault{Frame: frame, Status: 404, Detail: wrong, Request: "ABC"},
	}
}

// Every page is whole HTML in both languages and says nothing in the wrong one.
func TestPagesAreWhole(t *testing.T) {
	pages, err := Load()
	require.NoError(t, err)
	for _, sample := range samples() {
		for _, lang := range []string{"zh", "en"} {
			t.Run(sample.template()+"/"+lang, func(t *testing.T) {
				var b bytes.Buffer
				require.NoError(t, pages.Render(&b, in(sample, lang)))
				balanced(t, b.String())
				require.NotContains(t, b.String(), "<no value>")
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
