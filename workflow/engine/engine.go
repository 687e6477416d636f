// Package engine holds every use case: may they, what happens, keep it. It is the one door: web pages, the JSON API, imports, bulk
// steps, timers and the command line all come through here, and every step through Do, DoAll or Find.
//
// Time, identity and randomness come from the Config. Who acts is a parameter of every call.
package engine

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"log/slog"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"rectify/policies"
	"rectify/workflow"
	"rectify/workflow/calendar"
	"rectify/workflow/definitions"
	"rectify/workflow/remind"
	"rectify/workflow/store"
)

// Config is what an engine works with. All fields are needed but for those from Channels on.
type Config struct {
	DB          *store.DB
	Files       *store.Files
	Guard       *policies.Guard
	Definitions *definitions.Set
	Calendar    *calendar.Calendar
	Now         func() time.Time
	NewID       func() int64
	Random      io.Reader // for first passwords
	Log         *slog.Logger
	Channels    *remind.Channels // by which people and orgs can be told things; nil for no mail, and robots at their published hosts
	Keys        string           // folder of the keys that sign the sealed log, outside of the database; "" to sign nothing
	Witnesses   []string         // public keys of those whose signatures under a checkpoint are kept
	PromptLive  int              // open issues of an org up to which the prompt of a period under way is worked out when it is asked for; 0 for 1000
}

// Engine carries out the use cases. It is safe for use by many goroutines.
type Engine struct {
	db       *store.DB
	files    *store.Files
	guard    *policies.Guard
	current  *definitions.Set
	shipped  *calendar.Calendar                // without what administrators have loaded
	calendar atomic.Pointer[calendar.Calendar] // in use
	now      func() time.Time
	newID    func() int64
	random   io.Reader
	log      *slog.Logger
	channels *remind.Channels

	keys      string       // folder
	keysKnown atomic.Value // what was seen to be on record about them
	witnesses []string
	mailed    atomic.Value // the last day whose checkpoint is on its way to the superior organ

	promptLive int

	pinned  sync.Map      // of *workflow.Definition by hash: those that issues follow
	hashing chan struct{} // how many passwords are hashed at once
	thumbs  *thumbs

	verdicts verdicts // of rules that were checked

	stale  atomic.Bool                 // the calendar or the rules changed since dates were worked out
	book   atomic.Pointer[remind.Book] // the reminder rules in use
	runner string                      // by which leases know this engine

	settings struct { // those in use
		sync.Mutex
		revs map[string]int
	}
}

// New makes an engine, keeps the definitions in force in the database, so that issues can be pinned to them, and takes the settings into
// use.
func New(ctx context.Context, c Config) (*Engine, error) {
	e := &Engine{
		db: c.DB, files: c.Files, guard: c.Guard, current: c.Definitions, shipped: c.Calendar,
		now: c.Now, newID: c.NewID, random: c.Random, log: c.Log, channels: c.Channels, keys: c.Keys, witnesses: c.Witnesses, hashing: make(chan struct{}, hashesAtOnce), thumbs: newThumbs(),
		promptLive: cmp.Or(c.PromptLive, promptLive),
	}
	for _, name := range machines {
		d, ok := c.Definitions.Machine(name)
		if !ok {
			return nil, workflow.Invalid("no_such_machine", "", workflow.Say("缺少流程定义“%s”", "the definition %q is missing", name))
		}
		body, _ := c.Definitions.Body(d.Hash)
		if err := e.db.PutDefinition(ctx, d.Hash, d.Machine, body); err != nil {
			return nil, err
		}
		e.pinned.Store(d.Hash, d)
	}
	if e.channels == nil {
		channels, err := remind.NewChannels(remind.ChannelSettings{})
		if err != nil {
			return nil, err
		}
		e.channels = channels
	}
	e.calendar.Store(e.shipped)
	e.stale.Store(true)
	rules, err := remind.Shipped()
	if err != nil {
		return nil, err
	}
	e.book.Store(&remind.Book{Default: rules})
	e.runner = strconv.FormatInt(e.newID(), 36)
	e.settings.revs = make(map[string]int)
	if err := e.Refresh(ctx); err != nil {
		return nil, err
	}
	budget, err := e.Budget(ctx)
	if err != nil {
		return nil, err
	}
	if err := e.affords(budget.Budget); err != nil {
		return e, err
	}
	return e, e.rulesOnRecord(ctx)
}

// machines are the names that workflow.MachineFor gives.
var machines = []string{"immediate", "standard", "major"}

// Ready says whether the database answers.
func (e *Engine) Ready(ctx context.Context) error {
	_, _, err := e.db.Definition(ctx, e.current.For(workflow.Ordinary, workflow.KindTimed).Hash)
	return err
}

// moment is now in UTC and whole milliseconds, which every database keeps alike.
func (e *Engine) moment() time.Time { return e.now().UTC().Truncate(time.Millisecond) }

// Today is the day in China.
func (e *Engine) Today() workflow.Day { return workflow.DayOf(e.now()) }

// missingDefinition says that an issue follows a definition that this process has not loaded yet.
type missingDefinition struct{ hash string }

func (m missingDefinition) Error() string { return "definition " + m.hash + " is not loaded" }

// definition finds the definition that an issue follows. It does not ask the database: see withDefinitions.
func (e *Engine) definition(hash string) (*workflow.Definition, error) {
	if d, ok := e.pinned.Load(hash); ok {
		return d.(*workflow.Definition), nil //nolint:forcetypeassert // nothing else is stored
	}
	return nil, missingDefinition{hash}
}

// withDefinitions runs fn, loads the definition that it lacked and runs it again. So fn, which may hold a transaction open, never
// waits for a second connection.
func (e *Engine) withDefinitions(ctx context.Context, fn func() error) error {
	for {
		err := fn()
		missing, ok := errors.AsType[missingDefinition](err)
		if !ok {
			return err
		}
		machine, body, err := e.db.Definition(ctx, missing.hash)
		if err != nil {
			return err
		}
		if !fitsHash(body, missing.hash) {
			return workflow.Refused("definition_altered", workflow.Say("数据库中流程定义 %s 的内容被改动，与它的指纹不符，不能据以办理",
				"the definition %s in the database was altered: it does not fit its fingerprint, so nothing is decided by it", missing.hash))
		}
		d, err := definitions.Parse(machine+".yaml", body)
		if err != nil {
			return err
		}
		e.pinned.Store(missing.hash, d)
	}
}

// idEpoch is the moment from which ids count, 2020-01-01.
var idEpoch = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)

// IDs makes a source of ids: 41 bits of milliseconds since 2020 and 22 bits that begin at a random number in each millisecond and
// count on, so that ids of one process never meet, and those of two hardly.
func IDs(now func() time.Time, random io.Reader) func() int64 {
	var mu sync.Mutex
	var lastMilli, low int64
	return func() int64 {
		mu.Lock()
		defer mu.Unlock()
		milli := now().Sub(idEpoch).Milliseconds()
		if milli > lastMilli {
			var b [4]byte
			_, _ = io.ReadFull(random, b[:])
			lastMilli, low = milli, int64(binary.BigEndian.Uint32(b[:])>>11) // half of the room is left for counting
		}
		if low++; low >= 1<<22 {
			lastMilli, low = lastMilli+1, 0
		}
		return lastMilli<<22 | low
	}
}
