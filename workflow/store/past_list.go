package store

import (
	"cmp"
	"context"
	"slices"

	"gorm.io/gorm"

	"rectify/workflow"
)

// asked are the scope and the filter as they are for the two parts of a past day: where organisations lay then, and what has not changed.
func (b *both) asked(s Scope, f Filter) (Scope, Filter) {
	subtrees := make([]workflow.Lineage, len(s.Subtrees))
	for n, l := range s.Subtrees {
		subtrees[n] = b.day.moves.before(l)
	}
	mandated := make([]Mandated, len(s.Mandated))
	for n, m := range s.Mandated {
		mandated[n] = Mandated{b.day.moves.before(m.Line), m.Ties}
	}
	s.Mandated = mandated
	s.Subtrees, f.Under = subtrees, b.day.moves.before(f.Under)
	return s, f
}

// each runs fn for both parts; the filter of the first leaves out what is in the second.
func (b *both) each(s Scope, f Filter, fn func(tx *gorm.DB, s Scope, f Filter) error) error {
	s, f = b.asked(s, f)
	rest := f
	rest.still = b.day.still()
	if err := fn(b.now, s, rest); err != nil {
		return err
	}
	return fn(b.then, s, f)
}

// issuesOn is a page of a list at the end of a past day.
func (db *DB) issuesOn(ctx context.Context, s Scope, f Filter, at cursor, limit int) (page Page, err error) {
	err = db.onDay(ctx, f.On, func(b both) error {
		page = Page{}
		more := false
		err := b.each(s, f, func(tx *gorm.DB, s Scope, f Filter) error {
			p, err := readPage(tx, s, f, at, limit)
			page.Rows, more = append(page.Rows, p.Rows...), more || p.Next != ""
			return err
		})
		slices.SortFunc(page.Rows, func(a, b Row) int {
			return cmp.Or(cmp.Compare(orNever(a.Due), orNever(b.Due)), cmp.Compare(a.ID, b.ID))
		})
		if len(page.Rows) > limit {
			page.Rows, more = page.Rows[:limit], true
		}
		if more && len(page.Rows) > 0 {
			page.Next = cursorOf(&page.Rows[len(page.Rows)-1])
		}
		return err
	})
	return page, err
}

// issuesAfterOn reads the next issues of a list at the end of a past day, in the order of their numbers.
func (db *DB) issuesAfterOn(ctx context.Context, s Scope, f Filter, last string) (out []workflow.Issue, err error) {
	err = db.onDay(ctx, f.On, func(b both) error {
		out = nil
		err := b.each(s, f, func(tx *gorm.DB, s Scope, f Filter) error {
			some, err := issuesAfter(tx, where(s, f), last)
			out = append(out, some...)
			return err
		})
		slices.SortFunc(out, func(a, b workflow.Issue) int { return cmp.Compare(a.Number, b.Number) })
		out = out[:min(len(out), exportAtOne)]
		return err
	})
	return out, err
}

// IssuesByIDOn reads issues as they were at the end of a past day, whoever may see them; one that was not there is left out.
func (db *DB) IssuesByIDOn(ctx context.Context, day workflow.Day, ids []workflow.IssueID) (out map[workflow.IssueID]workflow.Issue, err error) {
	if day == "" {
		return db.IssuesByID(ctx, ids)
	}
	err = db.onDay(ctx, day, func(b both) error {
		out = make(map[workflow.IssueID]workflow.Issue, len(ids))
		return b.each(Scope{All: true}, Filter{}, func(tx *gorm.DB, _ Scope, f Filter) error {
			return inBatches(ids, func(marks string, args []any) error {
				c := and(condition{"id IN (" + marks + ")", args}, f.still)
				return each(tx, func(scan func(...any) error) error {
					i, err := scanIssue(scan)
					out[i.ID] = i
					return err
				}, "SELECT doc FROM issues WHERE "+c.sql, c.args...)
			})
		})
	})
	return out, err
}

// IssueOn reads one issue as it was at the end of a past day, whoever may see it, and how many lines of history it had.
// ErrNotFound with the code no_such_issue when there is none, not_yet when there was none then.
func (db *DB) IssueOn(ctx context.Context, id workflow.IssueID, day workflow.Day) (i workflow.Issue, lines int, err error) {
	p := pastDay{day: day, end: dayEnd(day)}
	err = db.snapshot(ctx, func(tx *gorm.DB) error {
		if _, err := issueWhere(tx, "id = ?", int64(id)); err != nil {
			return err
		}
		all, err := p.fold(tx, []int64{int64(id)})
		if err != nil {
			return err
		}
		f := all[int64(id)]
		if f == nil {
			return workflow.NotFound("not_yet", workflow.Say("到%s为止还没有这个问题", "there was no such issue yet at the end of %s", day))
		}
		if i, err = f.issue(); err != nil {
			return err
		}
		lines = f.row.seq
		if err := p.readMoves(tx); err != nil {
			return err
		}
		one := []workflow.Issue{i}
		err = p.place(tx, one)
		i = one[0]
		return err
	})
	return i, lines, err
}

// FirstDay is the first day that history knows an issue on, "" while there is none.
func (db *DB) FirstDay(ctx context.Context) (day workflow.Day, err error) {
	err = db.read(ctx, func(tx *gorm.DB) error {
		day = ""
		return each(tx, func(scan func(...any) error) error {
			var at int64
			err := scan(&at)
			day = workflow.DayOf(moment(at))
			return err
		}, "SELECT at FROM outbox WHERE at > 0 AND kind = ? ORDER BY at LIMIT 1", workflow.KindIssue)
	})
	return day, err
}
