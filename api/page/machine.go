package page

import (
	"fmt"
	"slices"
	"strings"

	"rectify/workflow"
)

// Picture is a machine as it is drawn: the states in columns by phase, and the ways between them. Lengths are those of the SVG.
type Picture struct {
	Width, Height int
	Columns       []PictureColumn
	Boxes         []PictureBox
	Ways          []PictureWay
	Ends          []PictureEnd // states that many others lead to: said in words
}

// PictureColumn is the heading of a phase.
type PictureColumn struct {
	X, Width, Height, TextX int
	Text                    string
}

// PictureBox is a state.
type PictureBox struct {
	X, Y, W, H int
	TextX      int
	TextY      int
	State      workflow.State
	Text       string
	End        bool
}

// PictureWay is a way from a state to another, with the actions that take it.
type PictureWay struct {
	Line string // as the d of a path
	Tip  string // the points of its head
	Back bool   // it leads back
	Text []PictureText
}

// PictureText is a word beside a way.
type PictureText struct {
	X, Y   int
	Anchor string
	Text   string
}

// PictureEnd is a state outside of the five phases with the actions that lead there and back.
type PictureEnd struct {
	State workflow.State
	Text  workflow.Text
	Do    []workflow.Text
	From  []workflow.Text
	Back  []workflow.Text
}

// The measures of a picture, in units of the lattice on which the ways run.
const (
	unit    = 12 // of the SVG
	boxW    = 9
	boxH    = 4
	rowStep = 8
	topRows = 6 // for the headings and the ways above the boxes
	margin  = 2
)

var phases = []workflow.Phase{workflow.PhaseFind, workflow.PhaseAssign, workflow.PhaseRectify, workflow.PhaseVerify, workflow.PhaseClose}

// spot is a place of the lattice.
type spot struct{ x, y int }

// link is a way that is to be drawn.
type link struct {
	from, to workflow.State
	texts    []workflow.Text
}

// drawing is a picture under way.
type drawing struct {
	lang    string
	d       *workflow.Definition
	step    int // from column to column
	states  []workflow.State
	at      map[workflow.State]spot // column and row
	corner  map[workflow.State]spot // on the lattice
	columns int
	rows    int
}

// Draw draws a machine in a language. Actions that leave an issue where it is are not drawn.
func Draw(d *workflow.Definition, lang string) Picture {
	g := &drawing{lang: lang, d: d, step: boxW + 9, at: map[workflow.State]spot{}, corner: map[workflow.State]spot{}, columns: len(phases)}
	if lang == "en" {
		g.step += 4
	}
	links, ends := g.links()
	g.place(links)
	p := Picture{Width: (2*margin + (g.columns-1)*g.step + boxW + 8) * unit, Height: (topRows + g.rows*rowStep + 1) * unit, Ends: ends}
	for n, phase := range phases {
		p.Columns = append(p.Columns, PictureColumn{X: (margin + n*g.step) * unit, Width: boxW * unit, Height: p.Height - 2*unit,
			TextX: (margin+n*g.step)*unit + boxW*unit/2, Text: workflow.PhaseText(phase).In(lang)})
	}
	for _, s := range g.states {
		c := g.corner[s]
		p.Boxes = append(p.Boxes, PictureBox{X: c.x * unit, Y: c.y * unit, W: boxW * unit, H: boxH * unit, TextX: c.x*unit + boxW*unit/2,
			TextY: c.y*unit + boxH*unit/2 + 5, State: s, Text: s.Text().In(lang), End: s.End()})
	}
	p.Ways = g.ways(links, p)
	return p
}

// links gathers the arrows between two states of the five phases; what leads out of them is put into words.
func (g *drawing) links() (links []link, ends []PictureEnd) {
	for n := range g.d.Arrows {
		arrow := &g.d.Arrows[n]
		text := ActionText(arrow.Do, arrow.Of)
		switch {
		case arrow.To == workflow.Same || arrow.To == workflow.Before:
		case arrow.To.Phase() == workflow.PhaseEnd:
			end := PictureEnd{State: arrow.To, Text: arrow.To.Text(), Do: []workflow.Text{text}}
			for _, s := range arrow.From {
				end.From = append(end.From, s.Text())
			}
			ends = append(ends, end)
		default:
			links = addLinks(links, arrow, text)
		}
	}
	for n := range ends {
		for _, arrow := range g.d.Possible(ends[n].State) {
			if arrow.To != workflow.Same {
				ends[n].Back = append(ends[n].Back, ActionText(arrow.Do, arrow.Of))
			}
		}
	}
	return links, ends
}

func addLinks(links []link, arrow *workflow.Arrow, text workflow.Text) []link {
	for _, from := range arrow.From {
		if from == arrow.To {
			continue
		}
		n := slices.IndexFunc(links, func(l link) bool { return l.from == from && l.to == arrow.To })
		if n < 0 {
			n, links = len(links), append(links, link{from: from, to: arrow.To})
		}
		links[n].texts = append(links[n].texts, text)
	}
	return links
}

// ActionText is what is written on a way: the action, and for a request what is asked.
func ActionText(do workflow.Action, of workflow.RequestKind) workflow.Text {
	for _, kind := range workflow.RequestKinds() {
		if kind.Word == string(of) {
			return workflow.Say("%s(%s)", "%s (%s)", do.Text(), kind.Text)
		}
	}
	return do.Text()
}

// place puts each state into the column of its phase, and each column where the way from the one before leads straight on.
func (g *drawing) place(links []link) {
	columns := make([][]workflow.State, g.columns)
	for _, s := range g.d.Uses {
		if n := slices.Index(phases, s.Phase()); n >= 0 {
			columns[n] = append(columns[n], s)
			g.states = append(g.states, s)
		}
	}
	for n, column := range columns {
		first := 0
		for _, l := range links {
			from, known := g.at[l.from]
			if m := slices.Index(column, l.to); known && m >= 0 && from.x == n-1 {
				first = max(0, from.y-m)
				break
			}
		}
		for m, s := range column {
			g.at[s] = spot{n, first + m}
			g.corner[s] = spot{margin + n*g.step, topRows + (first+m)*rowStep}
			g.rows = max(g.rows, first+m+1)
		}
	}
}

// ways finds a way for each link, the short ones first, and writes its words beside it.
func (g *drawing) ways(links []link, p Picture) []PictureWay {
	r := newRouter(p.Width/unit, p.Height/unit)
	for _, s := range g.states {
		r.block(g.corner[s])
	}
	far := func(l link) int {
		a, b := g.corner[l.from], g.corner[l.to]
		return abs(a.x-b.x) + abs(a.y-b.y)
	}
	slices.SortStableFunc(links, func(a, b link) int { return far(a) - far(b) })
	paths := make([][]spot, len(links))
	for n, l := range links {
		paths[n] = r.route(g.corner[l.from], g.corner[l.to])
	}
	words := newWords(p, paths)
	out := make([]PictureWay, 0, len(links))
	for n, l := range links {
		if len(paths[n]) < 2 {
			continue
		}
		from, to := g.at[l.from], g.at[l.to]
		w := PictureWay{Line: lineOf(paths[n]), Tip: tipOf(paths[n]), Back: to.x < from.x || to.x == from.x && to.y < from.y}
		for _, t := range l.texts {
			w.Text = append(w.Text, broken(t.In(g.lang))...)
		}
		words.put(paths, n, w.Text)
		out = append(out, w)
	}
	return out
}

// broken puts what stands in brackets on a line of its own, and the second half of a long text, so that it takes less room.
func broken(s string) []PictureText {
	if at := strings.IndexByte(s, '('); at > 0 {
		return []PictureText{{Text: strings.TrimSpace(s[:at])}, {Text: s[at:]}}
	}
	const long = 17
	if at := strings.IndexByte(s[min(len(s), len(s)/2-2):], ' ') + len(s)/2 - 2; len(s) > long && s[at] == ' ' {
		return []PictureText{{Text: s[:at]}, {Text: s[at+1:]}}
	}
	return []PictureText{{Text: s}}
}

// lineOf writes a way, with its corners rounded; it ends a little before the box, where its head is.
func lineOf(path []spot) string {
	const round, head = 5, 7
	var b strings.Builder
	fmt.Fprintf(&b, "M%d %d", path[0].x*unit, path[0].y*unit)
	for n := 1; n < len(path)-1; n++ {
		in, out := towards(path[n], path[n-1]), towards(path[n], path[n+1])
		x, y := path[n].x*unit, path[n].y*unit
		fmt.Fprintf(&b, "L%d %dQ%d %d %d %d", x+in.x*round, y+in.y*round, x, y, x+out.x*round, y+out.y*round)
	}
	end := path[len(path)-1]
	back := towards(end, path[len(path)-2])
	fmt.Fprintf(&b, "L%d %d", end.x*unit+back.x*head, end.y*unit+back.y*head)
	return b.String()
}

// tipOf is the head of a way.
func tipOf(path []spot) string {
	const long, wide = 9, 4
	end := path[len(path)-1]
	back := towards(end, path[len(path)-2])
	x, y := end.x*unit, end.y*unit
	return fmt.Sprintf("%d,%d %d,%d %d,%d", x, y, x+back.x*long+back.y*wide, y+back.y*long+back.x*wide, x+back.x*long-back.y*wide, y+back.y*long-back.x*wide)
}

// towards is the direction from a place to another on the same line.
func towards(a, b spot) spot { return spot{sign(b.x - a.x), sign(b.y - a.y)} }

func sign(n int) int {
	switch {
	case n > 0:
		return 1
	case n < 0:
		return -1
	}
	return 0
}

func abs(n int) int { return max(n, -n) }
