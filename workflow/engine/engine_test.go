package engine_test

import (
	"context"
	"crypto/rand"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rectify/policies"
	"rectify/workflow"
	"rectify/workflow/calendar"
	"rectify/workflow/definitions"
	"rectify/workflow/engine"
	"rectify/workflow/sheet"
	"rectify/workflow/store"
	"rectify/workflow/store/storetest"
)

// ledgers are the sample workbooks, such as offices keep.
const ledgers = "../sheet/testdata/"

// office is an engine with the people and organisations of the samples, on a day that a test can move.
type office struct {
	*engine.Engine
	t   testing.TB
	ctx context.Context
	now time.Time
	db  *store.DB

	evidence string            // the folder of the files
	uploads  map[string]string // hashes by name
	known    sync.Map          // organisations by code, as they were when first asked for
}

// compiled is the shipped policy. It does not change, and takes long to make.
var compiled = sync.OnceValues(policies.Shipped)

func newOffice(t testing.TB, db *store.DB, defs *definitions.Set, adjust ...func(*engine.Config)) *office {
	guard, err := compiled()
	require.NoError(t, err)
	evidence := t.TempDir()
	files, err := store.OpenFiles(evidence)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, files.Close()) })
	o := &office{t: t, ctx: t.Context(), now: time.Date(2026, 11, 2, 9, 0, 0, 0, workflow.China), db: db, evidence: evidence}
	clock := func() time.Time { return o.now }
	config := engine.Config{
		DB: db, Files: files, Guard: guard, Definitions: defs, Calendar: calendar.Shipped(), Now: clock,
		NewID: engine.IDs(clock, rand.Reader), Random: rand.Reader, Log: slog.New(slog.DiscardHandler),
		Keys: filepath.Join(t.TempDir(), "keys"),
	}
	for _, fn := range adjust {
		fn(&config)
	}
	o.Engine, err = engine.New(o.ctx, config)
	require.NoError(t, err)
	return o
}

// staffed adds the organisations and people of the samples.
func (o *office) staffed() *office {
	setUp := workflow.Actor{Name: "初始化"}
	report, err := o.ImportOrgs(o.ctx, setUp, o.book("组织架构.xlsx"), false)
	require.NoError(o.t, err)
	require.Empty(o.t, report.Refused)
	report, err = o.ImportPeople(o.ctx, setUp, o.book("人员任职.xlsx"), false)
	require.NoError(o.t, err)
	require.Empty(o.t, report.Refused)
	o.declare("sunli", engine.Declaration{None: true})
	return o
}

// declare has an inspector declare their ties for the one mandate that they have.
func (o *office) declare(account string, d engine.Declaration) engine.Mandate {
	o.t.Helper()
	by := o.actor(account)
	all, err := o.Mandates(o.ctx, by, 0, 1)
	require.NoError(o.t, err)
	require.Len(o.t, all, 1)
	m, err := o.Declare(o.ctx, by, all[0].ID, d)
	require.NoError(o.t, err)
	return m
}

func (o *office) book(name string) *sheet.Book {
	f, err := os.Open(filepath.Join(ledgers, name))
	require.NoError(o.t, err)
	defer func() { require.NoError(o.t, f.Close()) }()
	book, err := sheet.Read(o.ctx, f, name, sheet.DefaultLimits())
	require.NoError(o.t, err)
	return book
}

func (o *office) actor(account string) workflow.Actor {
	by, err := o.ActorNamed(o.ctx, account)
	require.NoError(o.t, err)
	return by
}

// org finds an organisation by its code. What it tells besides the id may have changed since it was first asked for.
func (o *office) org(code string) engine.Org {
	if org, ok := o.known.Load(code); ok {
		return org.(engine.Org) //nolint:forcetypeassert // nothing else is put there
	}
	orgs, err := o.Orgs(o.ctx, 0, "", engine.PageLimit)
	require.NoError(o.t, err)
	for _, org := range orgs {
		if org.Code == code {
			o.known.Store(code, org)
			return org
		}
	}
	require.Fail(o.t, "no such organisation", code)
	return engine.Org{}
}

// each runs a test in an office on every database.
func each(t *testing.T, fn func(t *testing.T, o *office)) {
	t.Parallel()
	defs, err := definitions.Shipped()
	require.NoError(t, err)
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		fn(t, newOffice(t, open(), defs).staffed())
	})
}
