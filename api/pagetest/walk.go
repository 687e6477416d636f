package pagetest

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"
)

// Walk is somebody who follows every link and every form that looks for something, from the first page on.
type Walk struct {
	Browser *Browser
	Lang    string                // "zh" or "en"
	Data    *Data                 // what may be in any language; nil: texts are not looked at
	Most    func(kind string) int // how many pages of a kind are looked at

	Wrong map[string]bool // what was wrong with the pages
	Kinds map[string]int  // addresses without what differs between pages of a kind, and how many were looked at
	Read  []string        // the addresses of the pages that were read

	t      testing.TB
	seen   map[string]bool
	shapes map[string]int
	todo   []way
}

// way is a link, and the page on which it stood.
type way struct{ to, from string }

// sameShape is how many pages are looked at that differ by the values in their address alone.
const sameShape = 2

// Go walks.
func (w *Walk) Go() {
	w.t = w.Browser.t
	w.t.Helper()
	w.Browser.Speaking(w.Lang)
	w.Wrong, w.Kinds, w.seen, w.shapes, w.todo = map[string]bool{}, map[string]int{}, map[string]bool{}, map[string]int{}, []way{{"/", "the start"}}
	for len(w.todo) > 0 {
		next := w.todo[0]
		w.todo = w.todo[1:]
		shape := shapeOf(next.to)
		kind, query, _ := strings.Cut(shape, "?")
		if w.seen[next.to] || query != "" && w.shapes[shape] >= sameShape || w.Kinds[kind] >= w.Most(kind) {
			continue
		}
		w.seen[next.to] = true
		w.shapes[shape]++
		w.Kinds[kind]++
		a := w.Browser.Get(next.to)
		switch {
		case a.Status == 303:
			w.todo = append(w.todo, way{a.Header.Get("Location"), next.to})
		case a.Status != 200:
			w.complain(next.from, "leads to %s, which answers %d", next.to, a.Status)
		case strings.HasPrefix(a.Header.Get("Content-Type"), "text/html"):
			w.Read = append(w.Read, next.to)
			w.read(next.to, a.Body)
		}
	}
}

var ids = regexp.MustCompile(`/(\d+|[0-9a-f]{64}|[A-Z]{2}-[0-9A-Z-]+)(/|$)`)

// KindOf is an address without what differs between pages of a kind.
func KindOf(address string) string {
	kind, _, _ := strings.Cut(shapeOf(address), "?")
	return kind
}

// shapeOf is KindOf with the names of what is asked for; two pages of one shape differ by values alone.
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
	return ids.ReplaceAllString(ids.ReplaceAllString(u.Path, "/#$2"), "/#$2") + "?" + strings.Join(names, "&")
}

// read checks a page and notes where it leads.
func (w *Walk) read(path, body string) {
	w.t.Helper()
	for _, fault := range Faults(body) {
		w.complain(path, "is no valid HTML: %s", fault)
	}
	root := Parse(w.t, body)
	if w.Data != nil {
		for _, text := range w.Data.Language(root, w.Lang) {
			w.complain(path, "says %q", text)
		}
	}
	for n := range root.Descendants() {
		switch {
		case n.Type != html.ElementNode:
		case n.Data == "a" || n.Data == "link":
			w.follow(path, Attr(n, "href"))
		case n.Data == "img" || n.Data == "script":
			w.follow(path, Attr(n, "src"))
		case n.Data == "form" && Attr(n, "method") == "get":
			w.look(path, n)
		case n.Data == "form" && !strings.HasPrefix(Attr(n, "action"), "/"):
			w.complain(path, "has a form to %q", Attr(n, "action"))
		}
	}
}

func (w *Walk) follow(from, to string) {
	w.t.Helper()
	if strings.HasPrefix(to, "#") {
		return
	}
	base, err := url.Parse(from)
	require.NoError(w.t, err)
	u, err := base.Parse(to)
	if err != nil || to == "" || u.Host != "" {
		w.complain(from, "leads nowhere or to another host: %q", to)
		return
	}
	u.Fragment = ""
	w.todo = append(w.todo, way{u.String(), from})
}

// look sends a form that looks for something, as it is and with each choice of each of its fields.
func (w *Walk) look(path string, form *html.Node) {
	w.t.Helper()
	action, values := Attr(form, "action"), Untouched(form)
	for n := range form.Descendants() {
		if n.Data == "input" && Has(n, "required") && values.Get(Attr(n, "name")) == "" {
			return // no browser sends it
		}
	}
	w.follow(path, action+"?"+values.Encode())
	for n := range form.Descendants() {
		name := Attr(n, "name")
		if n.Data != "select" || name == "" || len(values[name]) > 1 {
			continue
		}
		for o := range n.Descendants() {
			if v := Attr(o, "value"); o.Data == "option" && v != "" {
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

// complain notes something wrong with a page, once for all pages of its kind.
func (w *Walk) complain(path, format string, args ...any) {
	w.Wrong[KindOf(path)+" ("+w.Lang+") "+fmt.Sprintf(format, args...)] = true
}
