package store

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"rectify/workflow"
)

// orgChange is the Data of a line about an organisation: what it is now, and where it lay before if it was moved.
type orgChange struct {
	Code   string           `json:"code"`
	Name   string           `json:"name"`
	Short  string           `json:"short,omitempty"`
	Level  workflow.Level   `json:"level"`
	Parent workflow.OrgID   `json:"parent,omitempty,string"`
	Line   workflow.Lineage `json:"line"`
	Before workflow.Lineage `json:"line_before,omitzero"`
	Nth    int              `json:"nth,omitempty"` // among the changes of one transaction
}

func changeOf(o, old *Org, nth int) (json.RawMessage, error) {
	c := orgChange{Code: o.Code, Name: o.Name, Short: o.Short, Level: o.Level, Parent: o.Parent, Line: o.Line, Nth: nth}
	if old != nil && old.Line != o.Line {
		c.Before = old.Line
	}
	return json.Marshal(c)
}

// orgMove is an organisation that was moved in the tree, with everything below it: the end of one way became the end of the other.
type orgMove struct {
	at, nth  int64
	from, to workflow.Lineage
}

// moved lays the way to an organisation as it is after the move.
func (m *orgMove) moved(l workflow.Lineage) workflow.Lineage { return shifted(l, m.from, m.to) }

// undone lays it as it was before.
func (m *orgMove) undone(l workflow.Lineage) workflow.Lineage { return shifted(l, m.to, m.from) }

// shifted puts one way to an organisation in the place of another, where l leads along it. Where l is as it should be already it stays so.
func shifted(l, from, to workflow.Lineage) workflow.Lineage {
	depth, org := from.Depth(), from.Last().Org
	if depth == 0 || l[depth-1].Org != org || to.Depth()+l.Depth()-depth > workflow.MaxDepth {
		return l
	}
	out := to
	copy(out[to.Depth():], l[depth:l.Depth()])
	return out
}

// orgMoves are moves in the order in which they were made.
type orgMoves []orgMove

// readMoves reads moves from the lines that a query of this package finds, with their times and data.
func readMoves(tx *gorm.DB, query string, args ...any) (out orgMoves, err error) {
	err = each(tx, func(scan func(...any) error) error {
		var at int64
		var data []byte
		if err := scan(&at, &data); err != nil {
			return err
		}
		var c orgChange
		if len(data) == 0 {
			return nil
		}
		if err := json.Unmarshal(data, &c); err != nil {
			return fmt.Errorf("the history of the organisations: %w", err)
		}
		if c.Before.Depth() > 0 {
			out = append(out, orgMove{at, int64(c.Nth), c.Before, c.Line})
		}
		return nil
	}, query, args...)
	slices.SortStableFunc(out, func(a, b orgMove) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.nth, b.nth)) })
	return out, err
}

// after lays a way to an organisation, as it was at a moment, as it is after all moves since.
func (all orgMoves) after(l workflow.Lineage, since int64) workflow.Lineage {
	for n := range all {
		if all[n].at >= since {
			l = all[n].moved(l)
		}
	}
	return l
}

// before lays a way to an organisation as it was before all the moves.
func (all orgMoves) before(l workflow.Lineage) workflow.Lineage {
	for n := range slices.Backward(all) {
		l = all[n].undone(l)
	}
	return l
}

// roots are the organisations that were moved, each once.
func (all orgMoves) roots() []workflow.OrgID {
	ids := make([]workflow.OrgID, len(all))
	for n := range all {
		ids[n] = all[n].to.Last().Org
	}
	return once(ids)
}
