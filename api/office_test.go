package api

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"rectify/policies"
	"rectify/workflow"
	"rectify/workflow/calendar"
	"rectify/workflow/definitions"
	"rectify/workflow/engine"
	"rectify/workflow/remind"
	"rectify/workflow/store"
	"rectify/workflow/store/storetest"
)

const (
	samples  = "../workflow/sheet/testdata/"
	password = "Linjiang-2026-11"
)

// office is the whole program behind HTTP, with the organisations and people of the samples, on a day that a test can move.
type office struct {
	*Server
	t      testing.TB
	db     *store.DB
	now    time.Time
	log    *lockedBuffer
	tokens map[string]string
	orgs   map[string]string // ids by code
}

// lockedBuffer holds the log of the server.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func newOffice(t testing.TB, adjust ...func(*Config)) *office {
	t.Helper()
	base, err := prepared()
	require.NoError(t, err)
	o := &office{t: t, now: opening(), log: &lockedBuffer{}, tokens: map[string]string{}, orgs: base.orgs}
	clock := func() time.Time { return o.now }
	dsn := storetest.SQLite(t)
	require.NoError(t, os.WriteFile(strings.TrimPrefix(dsn, "sqlite:"), base.database, 0o600))
	cfg := storetest.Config(dsn)
	cfg.Now = clock
	db, err := store.Open(t.Context(), cfg)
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close() })
	files, err := store.OpenFiles(t.TempDir())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, files.Close()) })
	log := slog.New(slog.NewTextHandler(o.log, nil))
	e, err := engineOn(t.Context(), db, files, base.guard, clock, log, filepath.Join(t.TempDir(), "keys"))
	require.NoError(t, err)
	o.db = db
	config := Config{Engine: e, Sessions: db.Sessions(SessionPerson), Log: log, Now: clock, Version: "test"}
	for _, fn := range adjust {
		fn(&config)
	}
	o.Server, err = New(config)
	require.NoError(t, err)
	return o
}

// opening is the moment at which an office opens.
func opening() time.Time { return time.Date(2026, 11, 2, 9, 0, 0, 0, workflow.China) }

func engineOn(ctx context.Context, db *store.DB, files *store.Files, guard *policies.Guard, clock func() time.Time, log *slog.Logger, keys string, channels ...*remind.Channels) (*engine.Engine, error) {
	defs, err := definitions.Shipped()
	if err != nil {
		return nil, err
	}
	return engine.New(ctx, engine.Config{Channels: append(channels, nil)[0], DB: db, Files: files, Guard: guard, Definitions: defs, Calendar: calendar.Shipped(), Now: clock,
		NewID: engine.IDs(clock, rand.Reader), Random: rand.Reader, Log: log, Keys: keys})
}

// staffed is what all offices start with: a database file with the organisations and people of the samples, and the compiled policy.
type staffed struct {
	database []byte
	orgs     map[string]string // ids by code
	guard    *policies.Guard
}

// prepared makes it once for all tests, which do not change it: each office gets a copy of the database.
var prepared = sync.OnceValues(staff)

func staff() (out staffed, err error) {
	folder, err := os.MkdirTemp("", "rectify-office-")
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	ctx, name := context.Background(), filepath.Join(folder, "rectify.db")
	cfg := storetest.Config("sqlite:" + name)
	cfg.Now = opening
	db, err := store.Open(ctx, cfg)
	if err != nil {
		return out, err
	}
	files, err := store.OpenFiles(folder)
	if err == nil {
		out.guard, err = policies.Shipped()
	}
	if err == nil {
		out.orgs, err = settle(ctx, db, files, out.guard)
	}
	if err = errors.Join(err, files.Close(), db.Close()); err == nil {
		out.database, err = os.ReadFile(name)
	}
	return out, err
}

// settle imports the organisations and people of the samples and gives the ids of the organisations by their codes.
func settle(ctx context.Context, db *store.DB, files *store.Files, guard *policies.Guard) (map[string]string, error) {
	e, err := engineOn(ctx, db, files, guard, opening, slog.New(slog.DiscardHandler), "")
	if err != nil {
		return nil, err
	}
	for _, x := range []struct {
		name string
		run  func(context.Context, workflow.Actor, *engine.Book, bool) (engine.Report, error)
	}{{"组织架构.xlsx", e.ImportOrgs}, {"人员任职.xlsx", e.ImportPeople}} {
		book, err := openBook(ctx, x.name)
		if err != nil {
			return nil, err
		}
		if report, err := x.run(ctx, workflow.Actor{Name: "初始化"}, book, false); err != nil || len(report.Refused) > 0 {
			return nil, fmt.Errorf("%s: %v %w", x.name, report.Refused, err)
		}
	}
	if err := declared(ctx, e, "sunli"); err != nil {
		return nil, err
	}
	orgs := map[string]string{}
	all, err := e.Orgs(ctx, 0, "", engine.PageLimit)
	for _, org := range all {
		orgs[org.Code] = id(org.ID)
	}
	return orgs, err
}

// declared has an inspector declare that they have no ties, for the mandate that the table of people gave them.
func declared(ctx context.Context, e *engine.Engine, account string) error {
	by, err := e.ActorNamed(ctx, account)
	if err != nil {
		return err
	}
	all, err := e.Mandates(ctx, by, 0, 1)
	if err != nil || len(all) == 0 {
		return fmt.Errorf("%s has no mandate: %w", account, err)
	}
	_, err = e.Declare(ctx, by, all[0].ID, engine.Declaration{None: true})
	return err
}

func openBook(ctx context.Context, name string) (*engine.Book, error) {
	f, err := os.Open(filepath.Join(samples, name))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return engine.ReadBook(ctx, f, name)
}

func (o *office) book(name string) *engine.Book {
	o.t.Helper()
	book, err := openBook(o.t.Context(), name)
	require.NoError(o.t, err)
	return book
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   string
}

func (a answer) json(t testing.TB) map[string]any {
	t.Helper()
	var out map[string]any
	require.NoError(t, json.Unmarshal([]byte(a.body), &out), a.body)
	return out
}

func (o *office) send(r *http.Request) answer {
	w := httptest.NewRecorder()
	o.ServeHTTP(w, r)
	return answer{w.Code, w.Result().Header, w.Body.String()}
}

// call sends a request as the account ("" for nobody). Headers come in pairs.
func (o *office) call(account, method, path, body string, headers ...string) answer {
	o.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if account != "" {
		r.Header.Set("Authorization", "Bearer "+o.token(account))
	}
	for n := 0; n < len(headers); n += 2 {
		r.Header.Set(headers[n], headers[n+1])
	}
	return o.send(r)
}

// token is that of a session of the account, without a sign-in: hashing passwords takes long.
func (o *office) token(account string) string {
	o.t.Helper()
	if o.tokens[account] == "" {
		by, err := o.Engine.ActorNamed(o.t.Context(), account)
		require.NoError(o.t, err)
		ctx, err := o.sessions.Load(o.t.Context(), "")
		require.NoError(o.t, err)
		session, err := o.begin(context.WithValue(ctx, callerKey{}, &caller{echo: o.echo.NewContext(httptest.NewRequest("GET", "/", nil), httptest.NewRecorder())}), by, false)
		require.NoError(o.t, err)
		o.tokens[account] = session.Token
	}
	return o.tokens[account]
}

// withPasswords lets the accounts sign in.
func (o *office) withPasswords(accounts ...string) *office {
	require.NoError(o.t, o.Engine.SetPassword(o.t.Context(), workflow.Actor{Name: "初始化"}, accounts, password))
	return o
}

// upload sends a form: pairs of field and value, and files as "@field" and their name; content gives what they hold.
func (o *office) upload(account, path string, content map[string][]byte, pairs ...string) answer {
	o.t.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	for n := 0; n < len(pairs); n += 2 {
		field, isFile := strings.CutPrefix(pairs[n], "@")
		if !isFile {
			require.NoError(o.t, form.WriteField(field, pairs[n+1]))
			continue
		}
		part, err := form.CreateFormFile(field, pairs[n+1])
		require.NoError(o.t, err)
		_, err = part.Write(content[pairs[n+1]])
		require.NoError(o.t, err)
	}
	require.NoError(o.t, form.Close())
	return o.call(account, "POST", path, b.String(), "Content-Type", form.FormDataContentType())
}

func sample(t testing.TB, name string) map[string][]byte {
	data, err := os.ReadFile(filepath.Join(samples, name))
	require.NoError(t, err)
	return map[string][]byte{name: data}
}

// found writes a problem of the branch 0101 down and gives the id of the issue.
func (o *office) found() string {
	o.t.Helper()
	a := o.call("zhenglan", "POST", "/api/v1/issues", `{"org":"`+o.orgs["0100"]+`","responsible":"`+o.orgs["0101"]+
		`","source":"inspection","detail":"三会一课记录不完整","kind":"timed","grade":"ordinary","due":"2026-12-20"}`)
	require.Equal(o.t, 201, a.status, a.body)
	out, _ := a.json(o.t)["id"].(string)
	require.Regexp(o.t, `^[0-9]+$`, out)
	return out
}

// step takes a step that must be accepted.
func (o *office) step(account, issue, version, body string) answer {
	o.t.Helper()
	a := o.call(account, "POST", "/api/v1/issues/"+issue+"/steps", body, "If-Match", `"`+version+`"`)
	require.Equal(o.t, 200, a.status, a.body)
	return a
}

// rectifying is an issue that the branch is putting right, at version 5.
func (o *office) rectifying() string {
	o.t.Helper()
	issue := o.found()
	o.step("zhenglan", issue, "1", `{"action":"assign","assisting":["`+o.orgs["0102"]+`"]}`)
	o.step("gaofeng", issue, "2", `{"action":"accept"}`)
	o.step("gaofeng", issue, "3", `{"action":"plan","measures":[{"text":"补齐记录","person":"`+o.person("mali")+`","due":"2026-12-10"}]}`)
	o.step("zhenglan", issue, "4", `{"action":"approve_plan"}`)
	return issue
}

func (o *office) person(account string) string {
	o.t.Helper()
	a := o.call(account, "GET", "/api/v1/me", "")
	require.Equal(o.t, 200, a.status, a.body)
	out, _ := a.json(o.t)["person"].(string)
	return out
}

// foundBy writes a problem of somebody's own branch down and gives the id of the issue.
func (o *office) foundBy(account, code string) string {
	o.t.Helper()
	a := o.call(account, "POST", "/api/v1/issues", `{"org":"`+o.orgs[code]+`","responsible":"`+o.orgs[code]+`","source":"self_check","detail":"台账缺页"}`)
	require.Equal(o.t, 201, a.status, a.body)
	out, _ := a.json(o.t)["id"].(string)
	return out
}

// cells are all texts of a workbook.
func (o *office) cells(book string) string {
	o.t.Helper()
	f, err := excelize.OpenReader(strings.NewReader(book))
	require.NoError(o.t, err)
	defer f.Close()
	var all []string
	for _, name := range f.GetSheetList() {
		rows, err := f.GetRows(name)
		require.NoError(o.t, err)
		for _, row := range rows {
			all = append(all, row...)
		}
	}
	return strings.Join(all, "\n")
}
