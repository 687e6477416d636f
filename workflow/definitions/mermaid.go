package definitions

import (
	"fmt"
	"strings"

	"rectify/workflow"
)

// Mermaid draws a machine as a state diagram in the language of Mermaid, with Chinese labels. Actions that leave an issue where it is
// are not drawn.
func Mermaid(d *workflow.Definition) string {
	var out strings.Builder
	out.WriteString("stateDiagram-v2\n")
	for _, state := range d.Uses {
		fmt.Fprintf(&out, "    state %q as %s\n", state.Text().Zh, state)
	}
	fmt.Fprintf(&out, "    [*] --> %s\n", workflow.Draft)
	type way struct{ from, to workflow.State }
	var ways []way
	labels := make(map[way][]string)
	for _, e := range edges(d) {
		if d.Arrows[e.n].To == workflow.Same {
			continue
		}
		w := way{e.from, e.to}
		if labels[w] == nil {
			ways = append(ways, w)
		}
		labels[w] = append(labels[w], label(&d.Arrows[e.n]))
	}
	for _, w := range ways {
		fmt.Fprintf(&out, "    %s --> %s: %s\n", w.from, w.to, strings.Join(labels[w], " / "))
	}
	for _, state := range d.Uses {
		if state.End() {
			fmt.Fprintf(&out, "    %s --> [*]\n", state)
		}
	}
	return out.String()
}

// label is what is written on an arrow: the action, and for a request what is asked.
func label(arrow *workflow.Arrow) string {
	for _, kind := range workflow.RequestKinds() {
		if kind.Word == string(arrow.Of) {
			return arrow.Do.Text().Zh + "(" + kind.Text.Zh + ")"
		}
	}
	return arrow.Do.Text().Zh
}
