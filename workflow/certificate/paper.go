package certificate

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"codeberg.org/go-pdf/fpdf"
)

// Millimetres of the paper, A4.
const (
	left, top, right, bottom = 22.0, 20.0, 188.0, 277.0
	lineHeight               = 1.55 // of the size of the letters
	point                    = 25.4 / 72
)

// paper is a PDF under way.
type paper struct {
	*fpdf.Fpdf
	han, latin glyphs
	size       float64 // of letters, in points
	y          float64 // where the next line stands
	lacking    []rune  // that no font has
}

func newPaper() (*paper, error) {
	p := &paper{Fpdf: fpdf.New("P", "mm", "A4", ""), y: top}
	var err error
	if p.han, err = glyphsOf(hanFont); err != nil {
		return nil, err
	}
	if p.latin, err = glyphsOf(latinFont); err != nil {
		return nil, err
	}
	p.SetCatalogSort(true)
	p.SetAutoPageBreak(false, 0)
	p.AddUTF8FontFromBytes("han", "", hanFont)
	p.AddUTF8FontFromBytes("latin", "", latinFont)
	p.AddPage()
	return p, p.Error()
}

// run is a piece of text in one font.
type run struct {
	font, text string
}

// fontOf is the font that has the character, "" for none.
func (p *paper) fontOf(r rune) string {
	switch {
	case r < 0x2e80 && p.latin.has(r):
		return "latin"
	case p.han.has(r):
		return "han"
	case p.latin.has(r):
		return "latin"
	}
	return ""
}

// written is the text as it can be written: what no font has is its number in brackets, what is no letter a space.
func (p *paper) written(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case unicode.IsSpace(r) || unicode.IsControl(r):
			b.WriteByte(' ')
		case p.fontOf(r) == "":
			if !slices.Contains(p.lacking, r) {
				p.lacking = append(p.lacking, r)
			}
			fmt.Fprintf(&b, "〔U+%04X〕", r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// runs parts a text by its fonts.
func (p *paper) runs(text string) (out []run) {
	for _, r := range text {
		font := p.fontOf(r)
		if n := len(out); n > 0 && out[n-1].font == font {
			out[n-1].text += string(r)
			continue
		}
		out = append(out, run{font, string(r)})
	}
	return out
}

// width is how wide a text is, in millimetres.
func (p *paper) width(text string) (w float64) {
	for _, r := range p.runs(text) {
		p.SetFont(r.font, "", p.size)
		w += p.GetStringWidth(r.text)
	}
	return w
}

// put writes a text that fits on one line, with its foot at y.
func (p *paper) put(x, y float64, text string) {
	for _, r := range p.runs(text) {
		p.SetFont(r.font, "", p.size)
		p.Text(x, y, r.text)
		x += p.GetStringWidth(r.text)
	}
}

// noStart are signs that do not begin a line.
const noStart = "，。；：、！？）》】”’…,.;:)]〕"

// lines breaks a text so that each line fits: between any two Han characters, else at spaces where there are any.
func (p *paper) lines(text string, width float64) (out []string) {
	for _, paragraph := range strings.Split(strings.TrimSpace(text), "\n") {
		rest := []rune(p.written(strings.TrimSpace(paragraph)))
		for len(rest) > 0 {
			n := p.fitting(rest, width)
			out = append(out, strings.TrimRight(string(rest[:n]), " "))
			rest = []rune(strings.TrimLeft(string(rest[n:]), " "))
		}
	}
	return out
}

// fitting is how many characters go on one line.
func (p *paper) fitting(rest []rune, width float64) int {
	n, w := 0, 0.0
	for n < len(rest) {
		one := p.width(string(rest[n]))
		if w+one > width && n > 0 {
			break
		}
		w += one
		n++
	}
	if n == len(rest) {
		return n
	}
	at := n
	for at > n/2 && (strings.ContainsRune(noStart, rest[at]) || narrow(rest[at]) && narrow(rest[at-1])) {
		at--
	}
	if at > n/2 {
		return at
	}
	return n
}

// narrow are characters that belong to a word.
func narrow(r rune) bool { return r < 0x2e80 && !unicode.IsSpace(r) && r != '-' }

// room begins a new page where there is not so much room left.
func (p *paper) room(height float64) {
	if p.y+height > bottom {
		p.AddPage()
		p.y = top
	}
}

// write writes a text over as many lines as it needs, from x to the right edge.
func (p *paper) write(x, size float64, text string) {
	p.size = size
	for _, line := range p.lines(text, right-x) {
		height := size * point * lineHeight
		p.room(height)
		p.y += height
		p.put(x, p.y, line)
	}
}

// rule draws a line across the paper.
func (p *paper) rule() {
	p.y += 2.5
	p.SetLineWidth(0.2)
	p.Line(left, p.y, right, p.y)
	p.y += 1
}
