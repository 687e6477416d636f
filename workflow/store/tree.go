package store

import (
	"context"
	"slices"

	"gorm.io/gorm"

	"rectify/workflow"
)

// PutOrgs writes organisations, parents before children, in one transaction. One whose code is there already is changed and keeps
// its id; where others name the given id as their parent, the kept one is meant. One with another parent takes everything below it
// along, and the issues of all of them. For each that is new or changed line makes its line of history; old is nil for a new one.
//
// Errors: ErrInvalid with the codes unknown_parent, own_parent, too_deep.
func (db *DB) PutOrgs(ctx context.Context, orgs []Org, line func(org Org, old *Org) workflow.Line) error {
	return db.write(ctx, func(tx *gorm.DB) error {
		t := tree{tx: tx, known: map[workflow.OrgID]*Org{}, byCode: map[string]*Org{}, kept: map[workflow.OrgID]workflow.OrgID{}, moved: map[workflow.OrgID]workflow.Lineage{}}
		if err := t.read(orgs); err != nil {
			return err
		}
		for _, o := range orgs {
			if err := t.put(o, line); err != nil {
				return err
			}
		}
		if err := t.insert(); err != nil {
			return err
		}
		if err := t.moveIssues(); err != nil {
			return err
		}
		return appendLines(tx, t.lines)
	})
}

// tree is the part of the tree of organisations that one PutOrgs is about.
type tree struct {
	tx     *gorm.DB
	known  map[workflow.OrgID]*Org
	byCode map[string]*Org
	kept   map[workflow.OrgID]workflow.OrgID // the id given → the id there is
	fresh  [][]any
	lines  []workflow.Line

	moved  map[workflow.OrgID]workflow.Lineage // where orgs are now that were elsewhere
	issues []workflow.IssueID                  // of orgs that moved
}

// read loads the orgs that are there already, and the parents that are named.
func (t *tree) read(orgs []Org) error {
	codes, parents := make([]string, 0, len(orgs)), make([]int64, 0, len(orgs))
	for _, o := range orgs {
		codes = append(codes, o.Code)
		parents = append(parents, int64(o.Parent))
	}
	slices.Sort(parents)
	err := inBatches(codes, func(marks string, args []any) error { return t.learn("code IN ("+marks+")", args...) })
	if err != nil {
		return err
	}
	return inBatches(slices.Compact(parents), func(marks string, args []any) error { return t.learn("id IN ("+marks+")", args...) })
}

// learn loads orgs and keeps others from moving them meanwhile.
func (t *tree) learn(where string, args ...any) error {
	orgs, err := orgsWhere(t.tx, where+" ORDER BY id"+forUpdate(t.tx), args...)
	for n := range orgs {
		if o := &orgs[n]; t.known[o.ID] == nil {
			t.known[o.ID], t.byCode[o.Code] = o, o
		}
	}
	return err
}

// put writes one org.
func (t *tree) put(o Org, line func(Org, *Org) workflow.Line) error {
	old := t.byCode[o.Code]
	if old != nil {
		t.kept[o.ID] = old.ID
		o.ID = old.ID
	}
	if id, ok := t.kept[o.Parent]; ok {
		o.Parent = id
	}
	if err := t.place(&o); err != nil {
		return err
	}
	if old != nil && *old == o {
		return nil
	}
	l := line(o, old)
	l.Kind, l.Subject = KindOrg, int64(o.ID)
	var err error
	if l.Data, err = changeOf(&o, old, len(t.lines)); err != nil {
		return err
	}
	t.lines = append(t.lines, l)
	if old == nil {
		a := ancestors(o.Line)
		t.fresh = append(t.fresh, []any{int64(o.ID), o.Code, o.Name, o.Short, int(o.Level), int64(o.Parent), pathText(o.Line), a[0], a[1], a[2], a[3], a[4]})
		t.known[o.ID], t.byCode[o.Code] = &o, &o
		return nil
	}
	from := old.Line
	*old = o
	if err := t.update(o); err != nil || from == o.Line {
		return err
	}
	return t.move(from, o.Line)
}

// place finds the lineage of an org below its parent.
func (t *tree) place(o *Org) error {
	o.Line = workflow.Lineage{}
	depth := 0
	if o.Parent != 0 {
		parent := t.known[o.Parent]
		switch {
		case parent == nil:
			return workflow.Invalid("unknown_parent", "parent", workflow.Say("组织“%s”（%s）的上级不存在", "the parent of organisation %q (%s) is not there", o.Name, o.Code))
		case parent.Line.Passes(o.ID):
			return workflow.Invalid("own_parent", "parent", workflow.Say("组织“%s”（%s）不能放在自己或自己的下级之下", "organisation %q (%s) cannot be put below itself", o.Name, o.Code))
		}
		o.Line, depth = parent.Line, parent.Line.Depth()
	}
	if depth == workflow.MaxDepth {
		return tooDeep(o.Name, o.Code)
	}
	o.Line[depth] = workflow.Place{Org: o.ID, Level: o.Level}
	return nil
}

func tooDeep(name, code string) error {
	return workflow.Invalid("too_deep", "parent", workflow.Say("组织“%s”（%s）的层级超过%d层", "organisation %q (%s) would be deeper than %d levels", name, code, workflow.MaxDepth))
}

func (t *tree) update(o Org) error {
	if err := t.insert(); err != nil { // what it may now be below
		return err
	}
	const statement = "UPDATE orgs SET name = ?, short = ?, level = ?, parent = ?, line = ?, a1 = ?, a2 = ?, a3 = ?, a4 = ?, a5 = ? WHERE id = ?"
	a := ancestors(o.Line)
	return t.tx.Exec(statement, o.Name, o.Short, int(o.Level), int64(o.Parent), pathText(o.Line), a[0], a[1], a[2], a[3], a[4], int64(o.ID)).Error
}

func (t *tree) insert() error {
	rows := t.fresh
	t.fresh = nil
	return raceLost(insertAll(t.tx, "INSERT INTO orgs ("+orgColumns+", a1, a2, a3, a4, a5) VALUES ", rows), "orgs_code")
}

// move takes everything below an org from its old place to the new one. The org's own row is written already.
func (t *tree) move(from, to workflow.Lineage) error {
	inside := below(from)
	if err := t.learn(inside.sql, inside.args...); err != nil {
		return err
	}
	err := each(t.tx, func(scan func(...any) error) error {
		var id workflow.IssueID
		err := scan(&id)
		t.issues = append(t.issues, id)
		return err
	}, "SELECT id FROM issues WHERE "+inside.sql, inside.args...)
	if err != nil {
		return err
	}
	t.moved[to.Last().Org] = to
	depth, shift := from.Depth(), to.Depth()
	for _, o := range t.known {
		if !o.Line.Passes(from.Last().Org) || o.ID == from.Last().Org {
			continue
		}
		was := o.Line
		tail := was[depth:was.Depth()]
		if shift+len(tail) > workflow.MaxDepth {
			return tooDeep(o.Name, o.Code)
		}
		o.Line = to
		copy(o.Line[shift:], tail)
		t.moved[o.ID] = o.Line
		if err := t.update(*o); err != nil {
			return err
		}
	}
	return nil
}

// moveIssues gives the issues of orgs that moved their new place. That is no step and no line of theirs: the org's history has it.
func (t *tree) moveIssues() error {
	var orgs []workflow.OrgID
	for org := range t.moved {
		orgs = append(orgs, org)
	}
	err := inBatches(orgs, func(marks string, args []any) error {
		return each(t.tx, func(scan func(...any) error) error {
			var id workflow.IssueID
			err := scan(&id)
			t.issues = append(t.issues, id)
			return err
		}, "SELECT id FROM issues WHERE finder IN ("+marks+")", args...)
	})
	if err != nil {
		return err
	}
	slices.Sort(t.issues)
	return inBatches(slices.Compact(t.issues), func(marks string, args []any) error {
		var rows []issueRow
		err := each(t.tx, func(scan func(...any) error) error {
			row, _, err := scanLoaded(scan, [32]byte{})
			rows = append(rows, row)
			return err
		}, "SELECT rev, seq, head, doc, NULL, NULL, NULL FROM issues WHERE id IN ("+marks+") ORDER BY id", args...)
		if err != nil {
			return err
		}
		return t.rewrite(rows)
	})
}

func (t *tree) rewrite(rows []issueRow) error {
	all := make([]kept, len(rows))
	var owed [][]any
	for n, row := range rows {
		after := row.issue
		for _, line := range []*workflow.Lineage{&after.Line, &after.FinderLine} {
			if to, ok := t.moved[line.Last().Org]; ok {
				*line = to
			}
		}
		all[n] = kept{change: workflow.Change{Issue: after}, row: row}
		if after.Line != row.issue.Line {
			owed = append(owed, owedToCounters(int64(after.ID), row.rev+1))
		}
		columns, err := derived(&after)
		if err != nil {
			return err
		}
		statement := "UPDATE issues SET rev = rev + 1, " + derivedSet + " WHERE id = ? AND rev = ?"
		if err := changeOne(t.tx, statement, append(columns, int64(after.ID), row.rev)...); err != nil {
			return err
		}
	}
	if err := insertAll(t.tx, outboxInsert, owed); err != nil {
		return err
	}
	return saveRefs(t.tx, all)
}
