package pagetest

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"
)

// Parse reads a page.
func Parse(t testing.TB, body string) *html.Node {
	t.Helper()
	root, err := html.Parse(strings.NewReader(body))
	require.NoError(t, err)
	return root
}

// Find is the first element below n that is looked for, nil if there is none.
func Find(n *html.Node, is func(*html.Node) bool) *html.Node {
	for d := range n.Descendants() {
		if d.Type == html.ElementNode && is(d) {
			return d
		}
	}
	return nil
}

// Attr is an attribute of an element, "" if it has none.
func Attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// Has says whether an element has an attribute.
func Has(n *html.Node, name string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
}

// Form finds the form that is sent to an address.
func Form(t testing.TB, body, action string) *html.Node {
	t.Helper()
	form := Find(Parse(t, body), func(n *html.Node) bool { return n.Data == "form" && Attr(n, "action") == action })
	require.NotNil(t, form, "no form for %s", action)
	return form
}

// Untouched is what a browser would send of a form in which nobody has changed anything.
func Untouched(form *html.Node) url.Values {
	values := url.Values{}
	for n := range form.Descendants() {
		name := Attr(n, "name")
		switch n.Data {
		case "input":
			kind := Attr(n, "type")
			if box := kind == "checkbox" || kind == "radio"; name != "" && kind != "file" && (!box || Has(n, "checked")) {
				values.Add(name, Attr(n, "value"))
			}
		case "textarea":
			values.Add(name, inside(n))
		case "select":
			value := ""
			for o := range n.Descendants() {
				if o.Data == "option" && Has(o, "selected") {
					value = Attr(o, "value")
				}
			}
			values.Add(name, value)
		}
	}
	return values
}

func inside(n *html.Node) string {
	if n.FirstChild == nil {
		return ""
	}
	return n.FirstChild.Data
}
