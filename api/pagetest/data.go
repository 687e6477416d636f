package pagetest

import (
	"cmp"
	"encoding/json"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
)

// Data is what people wrote, in whatever language: what is not Data on a page, the program says.
type Data struct {
	all      map[string]bool
	longest  []string // by length
	replacer *strings.Replacer
	cache    sync.Map // what is left of a text
}

// cutAt are the numbers of characters at which pages cut long texts.
var cutAt = []int{60, 80, 120}

// Collect takes every string that stands in the values, however deep, as data. Strings of a type of their own, as the states of a machine,
// are words of the program and no data.
func Collect(values ...any) *Data {
	d := &Data{all: map[string]bool{}}
	for _, v := range values {
		d.walk(reflect.ValueOf(v))
	}
	for text := range d.all {
		if letters := len([]rune(text)); letters > 1 && strings.ContainsFunc(text, unicode.IsLetter) {
			d.longest = append(d.longest, text)
		}
	}
	d.arrange()
	return d
}

// arrange has the longest texts looked for first.
func (d *Data) arrange() {
	slices.SortFunc(d.longest, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) })
	var pairs []string
	for _, text := range d.longest {
		pairs = append(pairs, text, " ")
	}
	d.replacer = strings.NewReplacer(pairs...)
	d.cache.Clear()
}

func (d *Data) walk(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		if v.Type() == reflect.TypeFor[string]() {
			d.add(v.String())
		}
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			d.walk(v.Elem())
		}
	case reflect.Struct:
		if v.Type().Name() == "Text" { // said in both languages
			return
		}
		for n := range v.NumField() {
			d.walk(v.Field(n))
		}
	case reflect.Slice, reflect.Array:
		if v.Type() == reflect.TypeFor[json.RawMessage]() {
			d.json(v.Bytes())
			return
		}
		for n := range v.Len() {
			d.walk(v.Index(n))
		}
	case reflect.Map:
		for each := v.MapRange(); each.Next(); {
			d.walk(each.Key())
			d.walk(each.Value())
		}
	}
}

func (d *Data) json(body []byte) {
	var v any
	if json.Unmarshal(body, &v) == nil {
		d.walk(reflect.ValueOf(v))
	}
}

// add takes a text, its lines, and its beginnings as pages cut them. A word of small letters alone is one of the program's.
func (d *Data) add(text string) {
	for _, line := range append(strings.Split(text, "\n"), text) {
		line = strings.TrimSpace(line)
		if !strings.ContainsFunc(line, func(r rune) bool { return r > unicode.MaxASCII || unicode.IsDigit(r) || unicode.IsUpper(r) }) {
			continue
		}
		d.all[line] = true
		runes := []rune(line)
		for _, most := range cutAt {
			if len(runes) > most {
				d.all[string(runes[:most])+"…"] = true
			}
		}
	}
}

// Also takes words as data that Collect would not: accounts.
func (d *Data) Also(words ...string) *Data {
	d.longest = append(d.longest, words...)
	d.arrange()
	return d
}

var quotation = regexp.MustCompile(`“[^“”]+”`)

// Rest is what of a text is no data.
func (d *Data) Rest(text string) string {
	if rest, ok := d.cache.Load(text); ok {
		return rest.(string)
	}
	rest := quotation.ReplaceAllStringFunc(d.replacer.Replace(text), func(quoted string) string {
		if slices.ContainsFunc(d.longest, func(whole string) bool { return strings.Contains(whole, strings.Trim(quoted, "“”")) }) {
			return " " // a piece of what somebody wrote
		}
		return quoted
	})
	rest = strings.TrimSpace(rest)
	d.cache.Store(text, rest)
	return rest
}
