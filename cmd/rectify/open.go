package main

import (
	"context"
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"time"

	"rectify/policies"
	"rectify/workflow"
	"rectify/workflow/calendar"
	"rectify/workflow/definitions"
	"rectify/workflow/engine"
	"rectify/workflow/store"
)

// rules are what an office may lay its own files over.
type rules struct {
	guard       *policies.Guard
	definitions *definitions.Set
	calendar    *calendar.Calendar
	shipped     bool // policy and machines are those that come with the program
}

// opened is an engine with what it stands on.
type opened struct {
	db     *store.DB
	files  *store.Files
	engine *engine.Engine
	osUser string
}

// Close closes the database and the folder of evidence.
func (o *opened) Close() error { return errors.Join(o.db.Close(), o.files.Close()) }

// loadRules reads policy, machines and holidays, and refuses machines with a step that nobody may take.
func (p *program) loadRules() (rules, error) {
	r, err := p.readRules()
	if err != nil {
		return r, err
	}
	var faults []error
	for _, complaint := range definitions.Actions(r.definitions, r.may) {
		faults = append(faults, workflow.Invalid("nobody_may", "", complaint.Text))
	}
	return r, errors.Join(faults...)
}

// shippedPolicy compiles the shipped policy once, however often it is asked for: that takes a quarter of a second, and it never changes.
var shippedPolicy = sync.OnceValues(policies.Shipped)

func (p *program) readRules() (r rules, err error) {
	load := shippedPolicy
	if p.flags.Policies != "" {
		load = p.ownPolicy
	}
	if r.guard, err = load(); err != nil {
		return r, err
	}
	if r.definitions, err = definitions.Load(p.flags.Definitions); err != nil {
		return r, err
	}
	r.shipped = p.flags.Policies == "" && p.flags.Definitions == ""
	r.calendar = calendar.Shipped()
	if p.flags.Holidays != "" {
		r.calendar, err = p.ownHolidays(r.calendar)
	}
	return r, err
}

func (p *program) ownPolicy() (*policies.Guard, error) {
	if info, err := os.Stat(p.flags.Policies); err != nil || !info.IsDir() {
		return nil, workflow.Invalid("unreadable", "policies", workflow.Say("读不到权限文件夹 %s，请检查路径和权限", "the folder of policies %s cannot be read; check the path and the permissions", p.flags.Policies))
	}
	return policies.Load(p.flags.Policies)
}

func (p *program) ownHolidays(shipped *calendar.Calendar) (*calendar.Calendar, error) {
	file, err := os.Open(p.flags.Holidays)
	if err != nil {
		return nil, unreadableFile(p.flags.Holidays, err)
	}
	defer file.Close()
	own, err := calendar.Load(file)
	if err != nil {
		return nil, err
	}
	return shipped.Merge(own), nil
}

// may asks the policy as the checker of definitions wants to ask it.
func (r rules) may(post workflow.Post, level workflow.Level, rel workflow.Relation, a workflow.Action, g workflow.Grade) bool {
	_, ok := r.guard.May(post, level, rel, a, g)
	return ok
}

// storeConfig says which database the flags mean. With setup an empty one is set up; without it that is refused.
func (p *program) storeConfig(setup bool) store.Config {
	return store.Config{DSN: p.flags.DB, Data: p.flags.Data, Setup: setup, Now: p.now, Log: p.log}
}

// keys is the folder of the keys that sign.
func (p *program) keys() string {
	if p.flags.Keys != "" {
		return p.flags.Keys
	}
	return filepath.Join(p.flags.Data, "keys")
}

// open opens the engine; see storeConfig for setup. Who calls it closes what it returns.
func (p *program) open(setup bool) (*opened, error) {
	r, err := p.loadRules()
	if err != nil {
		return nil, err
	}
	return p.openAt(r, setup, p.now)
}

// openAt opens the engine with a clock of its own.
func (p *program) openAt(r rules, setup bool, now func() time.Time) (*opened, error) {
	cfg := p.storeConfig(setup)
	cfg.Now = now
	db, err := store.Open(p.ctx, cfg)
	if err != nil {
		return nil, err
	}
	files, err := store.OpenFiles(filepath.Join(p.flags.Data, "evidence"))
	if err != nil {
		return nil, errors.Join(unreadableFile(p.flags.Data, err), db.Close())
	}
	o := &opened{db: db, files: files, osUser: p.osUser}
	o.engine, err = engine.New(p.ctx, engine.Config{
		DB: db, Files: files, Guard: r.guard, Definitions: r.definitions, Calendar: r.calendar,
		Now: now, NewID: engine.IDs(now, rand.Reader), Random: rand.Reader, Log: cfg.Log, Channels: p.channels,
		Keys: p.keys(), Witnesses: p.witnesses,
	})
	if err != nil {
		return nil, errors.Join(err, o.Close())
	}
	return o, nil
}

// with opens the engine, does something with it and closes it.
func (p *program) with(setup bool, do func(ctx context.Context, o *opened) error) error {
	o, err := p.open(setup)
	if err != nil {
		return err
	}
	return errors.Join(do(p.ctx, o), o.Close())
}

// orgCoded finds an organisation by its code; 0 for no code.
func (o *opened) orgCoded(ctx context.Context, code string) (workflow.OrgID, error) {
	if code == "" {
		return 0, nil
	}
	org, err := o.db.OrgByCode(ctx, code)
	if errors.Is(err, workflow.ErrNotFound) {
		return 0, workflow.Invalid("unknown_org", "org", workflow.Say("没有编码为“%s”的组织", "there is no organisation with the code %q", code))
	}
	return org.ID, err
}

func unreadableFile(name string, err error) error {
	return workflow.Invalid("unreadable", "file", workflow.Say("打不开 %s（%v），请检查路径和权限", "%s cannot be opened (%v); check the path and the permissions", name, err))
}
