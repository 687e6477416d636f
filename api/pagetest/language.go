package pagetest

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/net/html"
)

// read are the attributes that a browser shows or reads out.
var read = []string{"title", "placeholder", "aria-label", "alt"}

// latin is a word in Latin letters; foreign are those that a Chinese page may have: names of formats, of units and of things that have no
// other name.
var (
	latin   = regexp.MustCompile(`[A-Za-z][A-Za-z]+`)
	machine = regexp.MustCompile(`\b[0-9a-f]{16,64}\b|\bpolicy\.csv:\d+|https?://\S+|\S*@\S+\.\w+`) // digests, places in files, addresses
	foreign = []string{"Excel", "Word", "PDF", "OFD", "WPS", "MB", "KB", "xlsx", "xls", "csv", "json", "YAML", "IP", "SHA", "Webhook"}
)

// Language says which texts of a page are not in its language: Chinese on an English page, English on a Chinese one, and bare words of
// the program on either. What is data may be in any language, as may what stands in a
// field to be changed, what says by its lang attribute that it is in another one, and code.
func (d *Data) Language(root *html.Node, lang string) (wrong []string) {
	for n := range root.Descendants() {
		texts := []string{}
		switch {
		case n.Type == html.TextNode:
			texts = append(texts, n.Data)
		case n.Type == html.ElementNode:
			for _, name := range read {
				texts = append(texts, Attr(n, name))
			}
		}
		for _, text := range texts {
			if text = strings.Join(strings.Fields(text), " "); text != "" && !excepted(n) && d.strange(text, lang) {
				wrong = append(wrong, text)
			}
		}
	}
	return wrong
}

// excepted says whether a node is no text, or said to be in another language.
func excepted(n *html.Node) bool {
	for p := n; p != nil; p = p.Parent {
		if p.Type == html.ElementNode && (slices.Contains([]string{"code", "script", "style", "textarea"}, p.Data) || p.Data != "html" && Attr(p, "lang") != "") {
			return true
		}
	}
	return false
}

var bare = regexp.MustCompile(`^[a-z]+(_[a-z]+)+$`)

func (d *Data) strange(text, lang string) bool {
	rest := machine.ReplaceAllString(d.Rest(text), "")
	if bare.MatchString(rest) {
		return true
	}
	if lang == "en" {
		return strings.ContainsFunc(rest, func(r rune) bool { return unicode.Is(unicode.Han, r) })
	}
	return slices.ContainsFunc(latin.FindAllString(rest, -1), func(word string) bool { return !slices.Contains(foreign, word) })
}
