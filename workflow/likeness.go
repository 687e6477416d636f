package workflow

import (
	"slices"
	"strings"
	"unicode"
)

// Two problems are held against each other by their pairs of neighbouring characters. Pairs tell the ledgers of offices apart better than
// single characters, which all of them share, and find more of what was reworded than triples do; TestPairsTellLedgersApart measures it.
const (
	// Alike is the likeness in percent from which two problems may be the same: above every pair of different ones of the sample
	// ledgers, below every pair of the same.
	Alike = 42

	gistSize   = 8   // pairs by which an issue is found
	mostPairs  = 64  // pairs of a text that is looked for
	sharedMost = 400 // characters of a text in which a common piece is looked for
)

// fillers are words that say nothing about what the problem is.
var fillers = strings.NewReplacer("自查发现", " ", "涉及", " ", "存在", " ", "问题", " ", "不同程度", " ")

// counters stand between a number and what is counted, which mostly is a word of two characters: how much there is of something says not
// what the problem is.
const (
	counters    = "个份次号项条名人件起"
	countedWord = 2
)

// pairs are the pairs of neighbouring letters of a text, hashed, each once, the smallest first. Numbers with what they count, signs and
// fillers part the letters.
func pairs(text string) []uint32 {
	var out []uint32
	var last rune
	number, skip := false, 0
	for _, r := range fillers.Replace(text) {
		counter := number && strings.ContainsRune(counters, r)
		number = unicode.IsNumber(r)
		switch {
		case number, !unicode.IsLetter(r), r == '第':
			last, skip = 0, 0
			continue
		case counter:
			last, skip = 0, countedWord
			continue
		case skip > 0:
			skip--
			continue
		}
		r = unicode.ToLower(r)
		if last != 0 {
			out = append(out, pairHash(last, r))
		}
		last = r
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func pairHash(a, b rune) uint32 {
	h := uint32(a)*0x9e3779b1 ^ uint32(b)*0x85ebca77 //nolint:gosec // the bits are what is meant
	h ^= h >> 16
	h *= 0x7feb352d
	h ^= h >> 15
	return h
}

// Likeness says how alike two texts are, in percent: the mean of the part of all pairs that they share and of the part of the shorter
// one that is in the longer.
func Likeness(a, b string) int { return likeness(pairs(a), pairs(b)) }

// likeness is Likeness for the pairs of two texts.
func likeness(p, q []uint32) int {
	if len(p) == 0 || len(q) == 0 {
		return 0
	}
	both := 0
	for n, m := 0, 0; n < len(p) && m < len(q); {
		switch {
		case p[n] < q[m]:
			n++
		case p[n] > q[m]:
			m++
		default:
			both, n, m = both+1, n+1, m+1
		}
	}
	return 100*both/(len(p)+len(q)) + 50*both/min(len(p), len(q))
}

// Gist are the few pairs by which a text is found again: always the same ones of the same text.
func Gist(text string) []uint32 { return atMost(pairs(text), gistSize) }

// Pairs are the pairs by which something like the text is looked for: whatever shares one of them with its Gist is worth a closer look.
func Pairs(text string) []uint32 { return atMost(pairs(text), mostPairs) }

func atMost(all []uint32, n int) []uint32 { return all[:min(len(all), n)] }

// Shared is the longest piece that two texts have in common, for showing why they are taken to be alike.
func Shared(a, b string) string {
	p, q := []rune(cutText(a)), []rune(cutText(b))
	lengths, longest, end := make([]int, len(q)+1), 0, 0
	for n := range p {
		before := 0
		for m := range q {
			was := lengths[m+1]
			lengths[m+1] = 0
			if p[n] == q[m] && (unicode.IsLetter(p[n]) || unicode.IsNumber(p[n])) {
				lengths[m+1] = before + 1
			}
			if lengths[m+1] > longest {
				longest, end = lengths[m+1], n+1
			}
			before = was
		}
	}
	return string(p[end-longest : end])
}

func cutText(s string) string {
	n := 0
	for at := range s {
		if n == sharedMost {
			return s[:at]
		}
		n++
	}
	return s
}

// Open says whether the issue is registered and not at an end, so that another may be merged into it.
func (i *Issue) Open() bool { return i.ID != 0 && i.State != Draft && !i.State.End() }
