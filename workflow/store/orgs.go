package store

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"gorm.io/gorm"

	"rectify/workflow"
)

const orgColumns = "id, code, name, short, level, parent, line"

// pathText writes a lineage as org:level/org:level.
func pathText(l workflow.Lineage) string {
	var parts []string
	for _, p := range l[:l.Depth()] {
		parts = append(parts, fmt.Sprintf("%d:%d", p.Org, p.Level))
	}
	return strings.Join(parts, "/")
}

func parsePath(s string) (l workflow.Lineage, err error) {
	for n, part := range strings.Split(s, "/") {
		org, level, _ := strings.Cut(part, ":")
		id, bad := strconv.ParseInt(org, 10, 64)
		v, wrong := strconv.ParseUint(level, 10, 8)
		if bad != nil || wrong != nil || n >= workflow.MaxDepth {
			return l, fmt.Errorf("the lineage %q is damaged", s)
		}
		l[n] = workflow.Place{Org: workflow.OrgID(id), Level: workflow.Level(v)}
	}
	return l, nil
}

func scanOrg(scan func(...any) error) (o Org, err error) {
	var line string
	if err := scan(&o.ID, &o.Code, &o.Name, &o.Short, &o.Level, &o.Parent, &line); err != nil {
		return o, err
	}
	o.Line, err = parsePath(line)
	return o, err
}

// orgsWhere reads orgs by a condition of this package, which may end with an order.
func orgsWhere(tx *gorm.DB, where string, args ...any) (orgs []Org, err error) {
	err = each(tx, func(scan func(...any) error) error {
		o, err := scanOrg(scan)
		orgs = append(orgs, o)
		return err
	}, "SELECT "+orgColumns+" FROM orgs WHERE "+where, args...)
	return orgs, err
}

func (db *DB) orgs(ctx context.Context, where string, args ...any) (orgs []Org, err error) {
	err = db.read(ctx, func(tx *gorm.DB) error {
		orgs, err = orgsWhere(tx, where, args...)
		return err
	})
	return orgs, err
}

func (db *DB) oneOrg(ctx context.Context, where string, arg any) (Org, error) {
	orgs, err := db.orgs(ctx, where, arg)
	if err == nil && len(orgs) == 0 {
		err = workflow.NotFound("no_such_org", workflow.Say("没有这个组织", "there is no such organisation"))
	}
	if err != nil {
		return Org{}, err
	}
	return orgs[0], nil
}

// Orgs reads every organisation, in the order of their codes.
func (db *DB) Orgs(ctx context.Context) ([]Org, error) {
	return db.orgs(ctx, "id <> ? ORDER BY code", 0)
}

// Org reads an organisation. ErrNotFound with the code no_such_org.
func (db *DB) Org(ctx context.Context, id workflow.OrgID) (Org, error) {
	return db.oneOrg(ctx, "id = ?", int64(id))
}

// OrgByCode reads an organisation by its code. Errors as Org.
func (db *DB) OrgByCode(ctx context.Context, code string) (Org, error) {
	return db.oneOrg(ctx, "code = ?", code)
}

// OrgsByID reads organisations; those that are not there are missing in the map.
func (db *DB) OrgsByID(ctx context.Context, ids []workflow.OrgID) (map[workflow.OrgID]Org, error) {
	out := make(map[workflow.OrgID]Org, len(ids))
	err := db.read(ctx, func(tx *gorm.DB) error {
		return inBatches(once(ids), func(marks string, args []any) error {
			orgs, err := orgsWhere(tx, "id IN ("+marks+")", args...)
			for _, o := range orgs {
				out[o.ID] = o
			}
			return err
		})
	})
	return out, err
}

// OrgsUnder reads an organisation and those below it (0: all there are) in the order of their codes, at most limit with a code after
// the one given ("" for the first). Errors as Org.
func (db *DB) OrgsUnder(ctx context.Context, org workflow.OrgID, after string, limit int) ([]Org, error) {
	if org == 0 {
		return db.orgs(ctx, "code > ? ORDER BY code LIMIT ?", after, limit)
	}
	top, err := db.Org(ctx, org)
	if err != nil {
		return nil, err
	}
	c := below(top.Line)
	return db.orgs(ctx, c.sql+" AND code > ? ORDER BY code LIMIT ?", append(c.args, after, limit)...)
}
