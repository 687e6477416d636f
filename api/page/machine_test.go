package page

import (
	"testing"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/definitions"
)

// Every way of the shipped machines is drawn, from box to box and through none of them, and no word hides a state or another word.
func TestMachinesAreDrawn(t *testing.T) {
	set, err := definitions.Shipped()
	require.NoError(t, err)
	for _, d := range set.Machines() {
		for _, lang := range []string{"zh", "en"} {
			t.Run(d.Machine+"/"+lang, func(t *testing.T) {
				p := Draw(d, lang)
				words := map[string]bool{}
				var full []rect
				for _, b := range p.Boxes {
					words[b.Text] = true
					full = append(full, rect{b.X, b.Y, b.X + b.W, b.Y + b.H})
				}
				for _, w := range p.Ways {
					before := ""
					for _, text := range w.Text {
						words[text.Text], words[before+text.Text], words[before+" "+text.Text] = true, true, true
						before = text.Text
						at := rect{text.X - widthOf(text.Text)/2, text.Y - 10, text.X + widthOf(text.Text)/2, text.Y}
						for _, f := range full {
							require.False(t, at.meets(f), "%q hides something", text.Text)
						}
						full = append(full, at)
						require.Positive(t, at.x1, text.Text)
						require.Less(t, at.x2, p.Width, text.Text)
					}
				}
				for _, a := range d.Arrows {
					if a.To != workflow.Same && a.To != workflow.Before && a.To.Phase() != workflow.PhaseEnd {
						require.True(t, words[ActionText(a.Do, a.Of).In(lang)], "%s is not drawn", a.Do)
					}
				}
				for _, s := range d.Uses {
					if s.Phase() != workflow.PhaseEnd {
						require.True(t, words[s.Text().In(lang)], s)
					}
				}
				g := &drawing{d: d}
				links, ends := g.links()
				require.Len(t, p.Ways, len(links), "a way for each link")
				require.Equal(t, ends, p.Ends)
			})
		}
	}
}

// A way never runs on top of another.
func TestWaysAreApart(t *testing.T) {
	r := newRouter(60, 30)
	a, b := spot{2, 6}, spot{30, 6}
	r.block(a)
	r.block(b)
	seen := map[[2]spot]bool{}
	for range 5 {
		path := r.route(a, b)
		require.GreaterOrEqual(t, len(path), 2)
		for n := 1; n < len(path); n++ {
			dir := towards(path[n-1], path[n])
			for at := path[n-1]; at != path[n]; at = (spot{at.x + dir.x, at.y + dir.y}) {
				piece := [2]spot{at, {abs(dir.x), abs(dir.y)}}
				require.False(t, seen[piece], "%v twice", at)
				seen[piece] = true
			}
		}
	}
}
