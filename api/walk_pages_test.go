package api

import (
	"fmt"
	"maps"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"rectify/workflow"
	"rectify/workflow/engine"
)

// How many pages of one kind, as the ledger with whatever filter, one person looks at; and how many somebody thorough.
const (
	samePages     = 3
	thoroughPages = 60
)

// walker is somebody who follows every link that they see.
type walker struct {
	*browser
	account, lang string
	raw           map[string]bool
	wrong         map[string]bool // shared by all walkers: what is wrong with the pages
	seen          map[string]bool
	shapes        map[string]int
	most          int // pages of one kind
	todo          []way
}

// way is a link, and the page on which it stood.
type way struct{ to, from string }

// busy is an office in which something has happened.
func busy(t *testing.T, adjust ...func(*Config)) (*office, string) {
	o := newOffice(t, adjust...)
	o.takeIt("xuning", o.sentIn("xuning", inspectionList, "inspection"), "good")
	issue := o.rectifying()
	helper, officer := o.signedIn(t, "mali"), o.signedIn(t, "gaofeng")
	helper.do(issue, "finish", map[string][]byte{"现场.png": picture(t)}, "measure", "1", "note", "已补齐")
	officer.do(issue, "submit", nil, "note", "提请验收")
	o.rectifying()
	o.found()
	return o, issue
}

// accounts are those of everyone.
func (o *office) accounts() (all []string) {
	people, err := o.Engine.People(o.t.Context(), workflow.Actor{}, "", engine.PageLimit)
	require.NoError(o.t, err)
	for _, p := range people {
		all = append(all, p.Account)
	}
	require.Greater(o.t, len(all), 30)
	return all
}

// Everyone follows every link and every form that looks for something, in both languages: no page is missing or broken, all is whole
// HTML from this host alone, and in the language that was chosen.
func TestEveryPageForEveryone(t *testing.T) {
	t.Parallel()
	o, _ := busy(t)
	shapes, wrong, pages, raw := map[string]bool{}, map[string]bool{}, 0, rawWords()
	for _, account := range o.accounts() {
		for _, lang := range []string{"zh", "en"} {
			w := &walker{browser: o.signedIn(t, account), account: account, lang: lang, raw: raw, wrong: wrong, seen: map[string]bool{}, shapes: map[string]int{}, most: samePages}
			if account == "zhenglan" {
				w.most = thoroughPages
			}
			w.cookies[langCookie] = lang
			w.walk()
			pages += len(w.seen)
			for s := range w.shapes {
				shapes[strings.Split(s, "?")[0]] = true
			}
		}
	}
	t.Logf("%d pages of %d shapes", pages, len(shapes))
	require.Empty(t, slices.Sorted(maps.Keys(wrong)))
	param := regexp.MustCompile(`:\w+`)
	for _, r := range slices.Concat(o.pageRoutes(), o.listRoutes(), o.officeRoutes()) {
		if name := param.ReplaceAllString(r.path, "#"); r.method == "GET" && !slices.Contains(unlinked, r.path) {
			require.True(t, shapes[name], "nobody comes to %s", r.path)
		}
	}
}

// unlinked are the pages to which no link leads: those that follow a form that was sent, where one signs in, and names that are offered
// while somebody types.
var unlinked = []string{signInPage, importPage + "/:hash", importPage + "/:hash/rejects", jobsPage + ":job", "/orgs/import/:hash", "/people/import/:hash", "/orgs/names"}

func (w *walker) walk() {
	w.t.Helper()
	w.todo = []way{{"/", "the start"}}
	for len(w.todo) > 0 {
		next := w.todo[0]
		w.todo = w.todo[1:]
		shape := shapeOf(next.to)
		kind, _, _ := strings.Cut(shape, "?")
		if w.seen[next.to] || w.most == samePages && w.shapes[shape] > 1 || w.shapes[kind] >= w.most {
			continue
		}
		w.seen[next.to] = true
		w.shapes[shape]++
		w.shapes[kind]++
		a := w.get(next.to)
		if a.status == 303 {
			w.todo = append(w.todo, way{a.header.Get("Location"), next.to})
		} else if a.status != 200 {
			w.complain(next.from, "leads to %s, which answers %d", next.to, a.status)
		} else if strings.HasPrefix(a.header.Get("Content-Type"), "text/html") {
			w.read(next.to, a.body)
		}
	}
}

var (
	steps = regexp.MustCompile(`/do/\w+`)
	ids   = regexp.MustCompile(`/(\d+|[0-9a-f]{64}|[A-Z]{2}-[0-9A-Z-]+)(/|$)`)
)

// shapeOf is an address without what differs between pages of a kind.
func shapeOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	var names []string
	for name, values := range u.Query() {
		if strings.Join(values, "") != "" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	path := ids.ReplaceAllString(steps.ReplaceAllString(u.Path, "/do/#"), "/#$2")
	return ids.ReplaceAllString(path, "/#$2") + "?" + strings.Join(names, "&")
}

// read checks a page and notes where it leads.
func (w *walker) read(path, body string) {
	w.t.Helper()
	wholeHTML(w.t, path, body)
	root, err := html.Parse(strings.NewReader(body))
	require.NoError(w.t, err)
	for n := range root.Descendants() {
		switch {
		case n.Type == html.TextNode:
			w.words(path, n)
		case n.Type != html.ElementNode:
		case n.Data == "a" || n.Data == "link":
			w.follow(path, attr(n, "href"))
		case n.Data == "img" || n.Data == "script":
			w.follow(path, attr(n, "src"))
		case n.Data == "form" && attr(n, "method") == "get":
			w.look(path, body, n)
		case n.Data == "form":
			require.True(w.t, strings.HasPrefix(attr(n, "action"), "/"), "%s: a form to %q", path, attr(n, "action"))
		}
	}
}

func (w *walker) follow(from, to string) {
	w.t.Helper()
	require.NotEmpty(w.t, to, "%s has a link to nowhere", from)
	if strings.HasPrefix(to, "#") {
		return
	}
	base, err := url.Parse(from)
	require.NoError(w.t, err)
	u, err := base.Parse(to)
	require.NoError(w.t, err)
	require.Empty(w.t, u.Host, "%s: leads to another host: %s", from, to)
	u.Fragment = ""
	w.todo = append(w.todo, way{u.String(), from})
}

// look sends a form that looks for something, as it is and with each choice of each of its fields.
func (w *walker) look(path, body string, form *html.Node) {
	w.t.Helper()
	action := attr(form, "action")
	values := w.form(body, action)
	w.follow(path, action+"?"+values.Encode())
	for n := range form.Descendants() {
		name := attr(n, "name")
		if n.Data != "select" || name == "" || len(values[name]) > 1 {
			continue
		}
		for o := range n.Descendants() {
			if v := attr(o, "value"); o.Data == "option" && v != "" {
				other := url.Values{}
				for k := range values {
					other.Set(k, values.Get(k))
				}
				other.Set(name, v)
				w.follow(path, action+"?"+other.Encode())
			}
		}
	}
}

// rawWords are the words of the program as the machine has them.
func rawWords() map[string]bool {
	all := map[string]bool{}
	for _, s := range workflow.States() {
		all[string(s.State)] = true
	}
	for _, a := range workflow.Actions() {
		all[string(a.Action)] = true
	}
	for _, s := range workflow.Sources() {
		all[string(s.Source)] = true
	}
	for _, p := range workflow.Posts() {
		all[string(p.Post)] = true
	}
	for _, g := range workflow.Grades() {
		all[g.String()] = true
	}
	for _, x := range slices.Concat(workflow.Kinds(), workflow.RequestKinds()) {
		all[x.Word] = true
	}
	return all
}

// words sees that a text on a page is for people, and in their language.
func (w *walker) words(path string, n *html.Node) {
	w.t.Helper()
	text, in := strings.TrimSpace(n.Data), map[string]bool{}
	for p := n.Parent; p != nil; p = p.Parent {
		in[p.Data] = true
		if p.Data != "html" && attr(p, "lang") != "" { // said to be in another language
			return
		}
	}
	if text == "" || in["code"] || in["script"] || in["style"] {
		return
	}
	if keyword.MatchString(text) || w.lang == "zh" && w.raw[text] {
		w.complain(path, "has the bare word %q", text)
	}
	han := strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) })
	if own := in["th"] || in["legend"] || in["dt"] || in["summary"]; own && han && w.lang == "en" {
		w.complain(path, "has %q in English", text)
	}
}

var keyword = regexp.MustCompile(`^[a-z]+_[a-z_]+$`)

// complain notes something wrong with a page, once for all pages of its kind.
func (w *walker) complain(path, format string, args ...any) {
	w.wrong[shapeOf(path)+" ("+w.lang+"): "+fmt.Sprintf(format, args...)] = true
}

var voidTags = []string{"meta", "link", "img", "input", "br", "hr", "col", "source", "wbr"}

// wholeHTML reads a page tag by tag: each is closed where it must be, and no id stands twice.
func wholeHTML(t *testing.T, path, body string) {
	t.Helper()
	z := html.NewTokenizer(strings.NewReader(body))
	var open []string
	seen := map[string]bool{}
	for kind := z.Next(); kind != html.ErrorToken; kind = z.Next() {
		token := z.Token()
		for _, a := range token.Attr {
			if a.Key == "id" {
				require.False(t, seen[a.Val], "%s: id %q twice", path, a.Val)
				seen[a.Val] = true
			}
		}
		switch {
		case kind == html.StartTagToken && !slices.Contains(voidTags, token.Data):
			open = append(open, token.Data)
		case kind == html.EndTagToken:
			require.NotEmpty(t, open, "%s: </%s> closes nothing", path, token.Data)
			require.Equal(t, open[len(open)-1], token.Data, "%s: closed in another order, within %v", path, open)
			open = open[:len(open)-1]
		}
	}
	require.Empty(t, open, path)
}

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
