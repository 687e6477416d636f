package pagetest

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

var voidTags = []string{"meta", "link", "img", "input", "br", "hr", "col", "source", "wbr"}

// references are the attributes that name other elements of the page by their ids.
var references = []string{"for", "aria-describedby", "aria-labelledby", "aria-controls", "list"}

// Faults says what of a page is no valid HTML: tags that are closed nowhere or in another order, ids that stand twice, names of ids that
// are nowhere, attributes that stand twice, and elements where a browser moves them or puts others in between.
func Faults(body string) []string {
	f := faults{ids: map[string]bool{}}
	z := html.NewTokenizer(strings.NewReader(body))
	for kind := z.Next(); kind != html.ErrorToken; kind = z.Next() {
		if token := z.Token(); kind == html.StartTagToken || kind == html.EndTagToken || kind == html.SelfClosingTagToken {
			f.tag(kind, &token)
		}
	}
	if len(f.open) > 0 {
		f.say("never closed: %v", f.open)
	}
	for _, name := range f.named {
		if !f.ids[name] {
			f.say("nothing has the id %q", name)
		}
	}
	f.asABrowserReadsIt(body)
	return f.all
}

type faults struct {
	all, open, named, tags []string
	ids                    map[string]bool
}

func (f *faults) say(format string, args ...any) { f.all = append(f.all, fmt.Sprintf(format, args...)) }

func (f *faults) tag(kind html.TokenType, token *html.Token) {
	if kind == html.EndTagToken {
		if len(f.open) == 0 || f.open[len(f.open)-1] != token.Data {
			f.say("</%s> within %v", token.Data, f.open)
			return
		}
		f.open = f.open[:len(f.open)-1]
		return
	}
	f.tags = append(f.tags, token.Data)
	if kind == html.StartTagToken && !slices.Contains(voidTags, token.Data) {
		f.open = append(f.open, token.Data)
	}
	seen := map[string]bool{}
	for _, a := range token.Attr {
		if seen[a.Key] {
			f.say("<%s> has %s twice", token.Data, a.Key)
		}
		seen[a.Key] = true
		if a.Key == "id" {
			if f.ids[a.Val] || a.Val == "" || strings.ContainsAny(a.Val, " \t\n") {
				f.say("id %q is there already, or is none", a.Val)
			}
			f.ids[a.Val] = true
		}
		if slices.Contains(references, a.Key) {
			f.named = append(f.named, strings.Fields(a.Val)...)
		}
	}
}

// asABrowserReadsIt compares the tags with the tree that a browser makes of them: it moves what stands where it must not.
func (f *faults) asABrowserReadsIt(body string) {
	root, err := html.Parse(strings.NewReader(body))
	if err != nil {
		f.say("%v", err)
		return
	}
	n := 0
	for d := range root.Descendants() {
		if d.Type != html.ElementNode {
			continue
		}
		if n >= len(f.tags) || !strings.EqualFold(f.tags[n], d.Data) {
			f.say("a browser has <%s> in <%s> where the page has another tag (the %d-th)", d.Data, d.Parent.Data, n+1)
			return
		}
		n++
	}
}
