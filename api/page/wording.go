package page

import (
	"math"
	"unicode/utf8"
)

// rect is a place that something takes up.
type rect struct{ x1, y1, x2, y2 int }

func (a rect) meets(b rect) bool { return a.x1 < b.x2 && b.x1 < a.x2 && a.y1 < b.y2 && b.y1 < a.y2 }

// words finds places for what is written on the ways of a picture.
type words struct {
	full  []rect   // boxes, and words that have their place
	lines [][]rect // of each way
	width int      // of the picture
}

const (
	lineHeight = 14
	gap        = 4
)

func newWords(p Picture, paths [][]spot) *words {
	w := &words{lines: make([][]rect, len(paths)), width: p.Width}
	for _, b := range p.Boxes {
		w.full = append(w.full, rect{b.X, b.Y, b.X + b.W, b.Y + b.H})
	}
	for n, path := range paths {
		for m := 1; m < len(path); m++ {
			a, b := path[m-1], path[m]
			w.lines[n] = append(w.lines[n], rect{min(a.x, b.x)*unit - 1, min(a.y, b.y)*unit - 1, max(a.x, b.x)*unit + 1, max(a.y, b.y)*unit + 1})
		}
	}
	return w
}

// widthOf guesses how wide a text of 12 pixels is.
func widthOf(s string) int {
	wide := 0
	for _, r := range s {
		if utf8.RuneLen(r) > 2 {
			wide += 12
		} else {
			wide += 6
		}
	}
	return wide + 2
}

// put writes words beside the n-th way where they are least in the way.
func (w *words) put(paths [][]spot, n int, texts []PictureText) {
	width, height := 0, lineHeight*len(texts)
	for _, t := range texts {
		width = max(width, widthOf(t.Text))
	}
	least, best := math.MaxInt, rect{}
	path := paths[n]
	for m := 1; m < len(path); m++ {
		for _, at := range places(path[m-1], path[m], width, height) {
			if cost := w.cost(at, n) + 2*m; cost < least {
				least, best = cost, at
			}
		}
	}
	w.full = append(w.full, best)
	for m := range texts {
		texts[m].X, texts[m].Y, texts[m].Anchor = (best.x1+best.x2)/2, best.y1+lineHeight*(m+1)-3, "middle"
	}
}

// places lists where words could stand beside a straight piece of a way.
func places(a, b spot, width, height int) (out []rect) {
	for _, part := range []int{50, 40, 60, 30, 70, 20, 80, 10, 90, 0, 100} {
		x, y := a.x*unit+(b.x-a.x)*unit*part/100, a.y*unit+(b.y-a.y)*unit*part/100
		if a.y == b.y {
			out = append(out, rect{x - width/2, y - height - gap + 2, x + width/2, y - gap + 2}, rect{x - width/2, y + gap, x + width/2, y + gap + height})
		} else {
			out = append(out, rect{x + gap, y - height/2, x + gap + width, y + height/2}, rect{x - gap - width, y - height/2, x - gap, y + height/2})
		}
	}
	return out
}

// cost says how much words at a place hide or touch.
func (w *words) cost(at rect, own int) int {
	cost := 0
	for _, f := range w.full {
		if at.meets(f) {
			cost += 1000
		}
	}
	for n, lines := range w.lines {
		for _, l := range lines {
			if at.meets(l) {
				cost += 30
				if n == own {
					cost += 10
				}
			}
		}
	}
	if at.x1 < 0 || at.y1 < 0 || at.x2 > w.width {
		cost += 1000
	}
	return cost
}
