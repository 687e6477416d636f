package pagetest

import (
	"net/url"
	"regexp"
	"strings"
	"time"

	"golang.org/x/net/html"
)

// Filling is what somebody has in mind who fills in a form.
type Filling struct {
	Today   time.Time
	Text    string // what they write where a text is asked for
	Other   string // what they write where another issue is asked for
	Another bool   // of what is chosen already they choose another: an issue is handed on
	File    string // the name of a file that they have at hand
}

// Fill fills in what a form asks for, and nothing else: what is marked as needed and is empty, and days that have passed. It gives what
// the browser then sends. It reads the form alone, as a person does.
func Fill(form *html.Node, f Filling) (url.Values, map[string][]byte) {
	s := filled{Filling: f, values: Untouched(form), files: map[string][]byte{}}
	for n := range form.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		switch {
		case n.Data == "fieldset" && needed(n):
			s.group(n)
		case Has(n, "required") && Attr(n, "type") == "date":
			s.day(n)
		case Has(n, "required") && n.Data == "select":
			s.choose(n)
		case Has(n, "required") && s.values.Get(Attr(n, "name")) == "":
			text := f.Text
			if Attr(n, "name") == "other" {
				text = f.Other
			}
			s.values.Set(Attr(n, "name"), text)
		}
	}
	return s.values, s.files
}

type filled struct {
	Filling
	values url.Values
	files  map[string][]byte
}

// needed says whether a group of fields carries the mark of what must be filled in.
func needed(fieldset *html.Node) bool {
	legend := Find(fieldset, func(n *html.Node) bool { return n.Data == "legend" })
	return legend != nil && Find(legend, func(n *html.Node) bool { return n.Data == "i" && Attr(n, "class") == "must" }) != nil
}

// group fills in fields that belong together: measures, files, boxes of which one or all are ticked.
func (s *filled) group(set *html.Node) {
	input := Find(set, func(n *html.Node) bool { return n.Data == "input" })
	switch kind := Attr(input, "type"); {
	case Find(set, func(n *html.Node) bool { return Has(n, "data-measures") }) != nil:
		s.measures(set)
	case kind == "file":
		s.files[s.File] = []byte(s.Text)
	case kind == "radio" || strings.Contains(Attr(input.Parent.Parent, "class"), "many"):
		if s.values.Get(Attr(input, "name")) == "" {
			s.values.Set(Attr(input, "name"), Attr(input, "value"))
		}
	case kind == "checkbox":
		for n := range set.Descendants() {
			if n.Data == "input" {
				s.values.Set(Attr(n, "name"), Attr(n, "value"))
			}
		}
	}
}

// measures writes the first row of the table where there is none, and names a person in each row that has a text.
func (s *filled) measures(set *html.Node) {
	if strings.TrimSpace(strings.Join(s.values["measure_text"], "")) == "" {
		s.values["measure_text"][0] = s.Text
	}
	person := Find(set, func(n *html.Node) bool { return n.Data == "option" && Attr(n, "value") != "" })
	for n, text := range s.values["measure_text"] {
		if text != "" && s.values["measure_person"][n] == "" && person != nil {
			s.values["measure_person"][n] = Attr(person, "value")
		}
		if text != "" && s.values["measure_due"][n] == "" {
			s.values["measure_due"][n] = s.Today.AddDate(0, 0, 20).Format(time.DateOnly)
		}
	}
}

var dayTold = regexp.MustCompile(`\d{4}-\d\d-\d\d`)

// day gives a day to come, after the one that the help beside the field names.
func (s *filled) day(n *html.Node) {
	day, name := s.Today, Attr(n, "name")
	for d := range n.Parent.Descendants() {
		if told, err := time.Parse(time.DateOnly, dayTold.FindString(d.Data)); d.Type == html.TextNode && err == nil && told.After(day) {
			day = told
		}
	}
	if given, err := time.Parse(time.DateOnly, s.values.Get(name)); err != nil || given.Before(s.Today) {
		s.values.Set(name, day.AddDate(0, 0, 30).Format(time.DateOnly))
	}
}

// choose takes the first choice where none is made, or another one.
func (s *filled) choose(n *html.Node) {
	name := Attr(n, "name")
	if had := s.values.Get(name); had == "" || s.Another {
		other := Find(n, func(o *html.Node) bool {
			return o.Data == "option" && Attr(o, "value") != "" && Attr(o, "value") != had
		})
		if other != nil {
			s.values.Set(name, Attr(other, "value"))
		}
	}
}
