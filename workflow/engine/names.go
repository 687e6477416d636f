package engine

import (
	"slices"
	"strings"
	"unicode"

	"rectify/workflow"
)

// directory understands the names of organisations as people write them in lists.
type directory struct {
	orgs  []Org
	exact map[string][]int // by full name, short name and code, folded
	unit  workflow.OrgID   // the unit whose list it is: its names are understood first
}

func newDirectory(orgs []Org) *directory {
	d := &directory{orgs: orgs, exact: make(map[string][]int)}
	for n := range orgs {
		for _, name := range []string{orgs[n].Name, orgs[n].Short, orgs[n].Code} {
			if key := foldName(name); key != "" && !slices.Contains(d.exact[key], n) {
				d.exact[key] = append(d.exact[key], n)
			}
		}
	}
	return d
}

// foldName drops what does not tell names apart: white space and brackets, the width of letters, and the word for the Party before a
// full name.
func foldName(name string) string {
	name = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r) || strings.ContainsRune("()\uff08\uff09\u201c\u201d\"", r):
			return -1
		case r >= 0xFF01 && r <= 0xFF5E: // full-width letters, digits and signs
			return r - 0xFEE0
		}
		return r
	}, name)
	return strings.TrimPrefix(name, "中共")
}

// setUnit settles whose list it is: the org that the sheet names, else the Party group (or the highest org below the root) above home.
func (d *directory) setUnit(written string, home workflow.Lineage) {
	if n, ok := d.unitNamed(written); ok {
		d.unit = d.orgs[n].ID
		return
	}
	d.unit = home.Last().Org
	for _, p := range home {
		if p.Level == workflow.PartyGroup {
			d.unit = p.Org
		}
	}
}

// unitNamed finds the highest org whose name begins with or contains what is written, such as 临江市水务局 for its Party group.
func (d *directory) unitNamed(written string) (int, bool) {
	key := foldName(written)
	if key == "" {
		return 0, false
	}
	best, found := 0, false
	for n := range d.orgs {
		if !strings.Contains(foldName(d.orgs[n].Name), key) && !strings.Contains(foldName(d.orgs[n].Short), key) {
			continue
		}
		if !found || d.orgs[n].Line.Depth() < d.orgs[best].Line.Depth() {
			best, found = n, true
		} else if d.orgs[n].Line.Depth() == d.orgs[best].Line.Depth() {
			return 0, false
		}
	}
	return best, found
}

// find understands a name: exactly within the unit, exactly anywhere, by its end within the unit, by its end anywhere. It gives nil when
// there is none or more than one; guessed says that only the end of the name was written.
func (d *directory) find(written string) (org *Org, guessed bool, several []string) {
	key := foldName(written)
	if key == "" {
		return nil, false, nil
	}
	exact := d.exact[key]
	if n, ok := d.only(d.within(exact)); ok {
		return &d.orgs[n], false, nil
	}
	if n, ok := d.only(exact); ok {
		return &d.orgs[n], false, nil
	}
	ends := d.ending(key)
	if n, ok := d.only(d.within(ends)); ok {
		return &d.orgs[n], true, nil
	}
	if n, ok := d.only(ends); ok {
		return &d.orgs[n], true, nil
	}
	for _, n := range append(exact, ends...) {
		several = append(several, d.orgs[n].Shown())
	}
	return nil, false, several
}

func (d *directory) only(found []int) (int, bool) {
	if len(found) == 1 {
		return found[0], true
	}
	return 0, false
}

func (d *directory) within(found []int) []int {
	return slices.DeleteFunc(slices.Clone(found), func(n int) bool { return !d.orgs[n].Line.Passes(d.unit) })
}

// ending finds the orgs whose short name ends with what is written; 党支部 and 支部 count as the same ending.
func (d *directory) ending(key string) []int {
	var found []int
	for n := range d.orgs {
		short := foldName(d.orgs[n].Short)
		if strings.HasSuffix(short, key) || strings.HasSuffix(strings.Replace(short, "党支部", "支部", 1), key) {
			found = append(found, n)
		}
	}
	return found
}
