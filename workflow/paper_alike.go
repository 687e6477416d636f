package workflow

import (
	"cmp"
	"slices"
	"unicode/utf8"
)

const (
	leastAlike = 80 // percent from which texts that are alike are found almost always; below, sketches miss too many

	sketchBands = 6  // keys of a text
	sketchRows  = 2  // smallest pairs, each in an order of its own, that make a key
	heldAgainst = 12 // texts of one key that a text is held against
)

// Said is a text that an organisation gave for an issue: a note, what a measure brought, or evidence in words.
type Said struct {
	Issue IssueID
	Org   OrgID
	Text  string
}

// SaidOf are the texts of an issue that the organisation wrote itself when it put it right, those of a length alone.
func (r PaperRules) SaidOf(i *Issue, notes ...string) (out []Said) {
	add := func(text string) {
		if utf8.RuneCountInString(text) >= r.AlikeLeast {
			out = append(out, Said{i.ID, i.Responsible, text})
		}
	}
	for _, note := range notes {
		add(note)
	}
	for n := range i.Measures {
		add(i.Measures[n].Text)
		add(i.Measures[n].Result)
	}
	for n := range i.Evidence {
		add(i.Evidence[n].Text)
	}
	return out
}

// AlikeTexts are texts of different organisations that are nearly the same. The first of the group is what the others are held against.
type AlikeTexts struct {
	Said  []Said
	Alike int // percent, of the two that are least alike to the first
}

// FindAlike finds the texts that are nearly the same, in groups of which each holds texts of two organisations at least, in the order of
// their first texts. What shares no key of its sketch is not compared: of two texts that are alike by 90 % that happens to one pair in a
// thousand. It compares every text with a bounded number of others, so the time grows with the number of texts.
func (r PaperRules) FindAlike(said []Said) []AlikeTexts {
	var groups []AlikeTexts
	var firsts [][]uint32                   // the pairs of the first text of each group
	same := make(map[string]int, len(said)) // texts that are the same, letter by letter
	keys := make(map[uint64][]int32)        // groups by the keys of their first texts
	for n := range said {
		s := &said[n]
		if g, ok := same[s.Text]; ok {
			groups[g].Said = append(groups[g].Said, *s)
			continue
		}
		own := pairs(s.Text)
		sketched := sketch(own)
		g, alike := r.nearest(own, sketched, keys, firsts)
		if g < 0 {
			g, alike = len(groups), 100
			groups, firsts = append(groups, AlikeTexts{}), append(firsts, own)
			for _, k := range sketched {
				keys[k] = append(keys[k], int32(g)) //nolint:gosec // so many texts do not fit into memory
			}
		}
		same[s.Text] = g
		groups[g].Said = append(groups[g].Said, *s)
		groups[g].Alike = min(cmp.Or(groups[g].Alike, 100), alike)
	}
	return slices.DeleteFunc(groups, func(g AlikeTexts) bool {
		return !slices.ContainsFunc(g.Said, func(s Said) bool { return s.Org != g.Said[0].Org })
	})
}

// nearest is the group whose first text is like a text of which the pairs and the sketch are given, -1 for none.
func (r PaperRules) nearest(own []uint32, sketched []uint64, keys map[uint64][]int32, firsts [][]uint32) (group, alike int) {
	var tried []int32
	for _, k := range sketched {
		all := keys[k]
		for _, g := range all[:min(len(all), heldAgainst)] {
			if slices.Contains(tried, g) {
				continue
			}
			tried = append(tried, g)
			if alike := likeness(own, firsts[g]); alike >= r.Alike {
				return int(g), alike
			}
		}
	}
	return -1, 0
}

// sketch are keys of a text, of which texts that are nearly the same share at least one: each is made of the smallest of its pairs in
// two orders of their own (min-wise hashing).
func sketch(pairs []uint32) []uint64 {
	if len(pairs) == 0 {
		return nil
	}
	out := make([]uint64, sketchBands)
	for band := range out {
		for row := range sketchRows {
			least, salt := ^uint64(0), uint64(band*sketchRows+row+1)*0x9e3779b97f4a7c15
			for _, p := range pairs {
				least = min(least, scatter(uint64(p)^salt))
			}
			out[band] = scatter(out[band] + least)
		}
		out[band] += uint64(band)
	}
	return out
}

// scatter spreads the bits of a number over all of it.
func scatter(x uint64) uint64 {
	x ^= x >> 30
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 27
	x *= 0x94d049bb133111eb
	return x ^ x>>31
}
