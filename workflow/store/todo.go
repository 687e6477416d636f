package store

import (
	"context"
	"errors"
	"io"
	"os"
	"time"

	"rectify/workflow"
)

var errTodo = errors.New("not built yet")

func (db *DB) Create(ctx context.Context, k Key, prefix string, decide func(number string, e *Earlier) (workflow.Change, error)) (workflow.Issue, error) {
	return workflow.Issue{}, errTodo
}
func (db *DB) CreateAll(ctx context.Context, items []NewIssue) ([]workflow.Issue, error) {
	return nil, errTodo
}
func (db *DB) Transition(ctx context.Context, id workflow.IssueID, k Key, refs Refs, decide func(Loaded) (workflow.Change, error)) (workflow.Issue, error) {
	return workflow.Issue{}, errTodo
}
func (db *DB) TransitionAll(ctx context.Context, ids []workflow.IssueID, k Key, decide func([]Loaded) ([]workflow.Change, error)) ([]workflow.Issue, error) {
	return nil, errTodo
}

func (db *DB) PutDefinition(ctx context.Context, hash, machine string, body []byte) error {
	return errTodo
}
func (db *DB) Definition(ctx context.Context, hash string) (machine string, body []byte, err error) {
	return "", nil, errTodo
}

func (db *DB) History(ctx context.Context, kind string, subject int64, afterSeq, limit int) ([]workflow.Line, error) {
	return nil, errTodo
}
func Fold(lines []workflow.Line) (workflow.Issue, error)              { return workflow.Issue{}, errTodo }
func (db *DB) Note(ctx context.Context, lines ...workflow.Line) error { return errTodo }

func (db *DB) Issues(ctx context.Context, s Scope, f Filter, after string, limit int) (Page, error) {
	return Page{}, errTodo
}
func (db *DB) EachIssue(ctx context.Context, s Scope, f Filter, fn func(workflow.Issue) error) error {
	return errTodo
}
func (db *DB) Counts(ctx context.Context, s Scope, f Filter) (Counts, error) {
	return Counts{}, errTodo
}
func (db *DB) Issue(ctx context.Context, id workflow.IssueID) (workflow.Issue, error) {
	return workflow.Issue{}, errTodo
}
func (db *DB) IssueByNumber(ctx context.Context, number string) (workflow.Issue, error) {
	return workflow.Issue{}, errTodo
}
func (db *DB) InScope(ctx context.Context, s Scope, id workflow.IssueID) (bool, error) {
	return false, errTodo
}

func (db *DB) PutOrgs(ctx context.Context, orgs []Org, line func(org Org, old *Org) workflow.Line) error {
	return errTodo
}
func (db *DB) Orgs(ctx context.Context) ([]Org, error)                 { return nil, errTodo }
func (db *DB) Org(ctx context.Context, id workflow.OrgID) (Org, error) { return Org{}, errTodo }
func (db *DB) OrgByCode(ctx context.Context, code string) (Org, error) { return Org{}, errTodo }
func (db *DB) OrgsByID(ctx context.Context, ids []workflow.OrgID) (map[workflow.OrgID]Org, error) {
	return nil, errTodo
}
func (db *DB) OrgsUnder(ctx context.Context, org workflow.OrgID, after string, limit int) ([]Org, error) {
	return nil, errTodo
}

func (db *DB) PutPeople(ctx context.Context, people []Person, appointments []Appointed, line func(p Person, old *Person) workflow.Line, appointed func(a Appointed) workflow.Line) error {
	return errTodo
}
func (db *DB) People(ctx context.Context, after string, limit int) ([]Person, error) {
	return nil, errTodo
}
func (db *DB) PersonByAccount(ctx context.Context, account string) (Person, error) {
	return Person{}, errTodo
}
func (db *DB) PeopleByID(ctx context.Context, ids []workflow.PersonID) (map[workflow.PersonID]Person, error) {
	return nil, errTodo
}
func (db *DB) PeopleNamed(ctx context.Context, name string) ([]Person, error) { return nil, errTodo }
func (db *DB) Appointments(ctx context.Context, person workflow.PersonID, day workflow.Day) ([]workflow.Appointment, error) {
	return nil, errTodo
}
func (db *DB) AppointmentsOf(ctx context.Context, org workflow.OrgID) ([]Appointed, error) {
	return nil, errTodo
}
func (db *DB) Appoint(ctx context.Context, a Appointed, line workflow.Line) error { return errTodo }
func (db *DB) EndAppointment(ctx context.Context, id workflow.AppointmentID, last workflow.Day, line workflow.Line) error {
	return errTodo
}
func (db *DB) Credential(ctx context.Context, account string) (Credential, error) {
	return Credential{}, errTodo
}
func (db *DB) SetPassword(ctx context.Context, person workflow.PersonID, hash string, mustChange bool, line workflow.Line) error {
	return errTodo
}
func (db *DB) NoteFailure(ctx context.Context, person workflow.PersonID, lock func(failed int) time.Time) error {
	return errTodo
}
func (db *DB) NoteSuccess(ctx context.Context, person workflow.PersonID) error { return errTodo }

// Sessions keeps sessions.
type Sessions struct {
	db     *DB
	person func(data []byte) workflow.PersonID
}

func (db *DB) Sessions(person func(data []byte) workflow.PersonID) *Sessions {
	return &Sessions{db, person}
}
func (s *Sessions) Find(token string) ([]byte, bool, error)                  { return nil, false, errTodo }
func (s *Sessions) Commit(token string, data []byte, expiry time.Time) error { return errTodo }
func (s *Sessions) Delete(token string) error                                { return errTodo }
func (s *Sessions) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	return nil, false, errTodo
}
func (s *Sessions) CommitCtx(ctx context.Context, token string, data []byte, expiry time.Time) error {
	return errTodo
}
func (s *Sessions) DeleteCtx(ctx context.Context, token string) error          { return errTodo }
func (s *Sessions) Revoke(ctx context.Context, person workflow.PersonID) error { return errTodo }
func (s *Sessions) Sweep(ctx context.Context) (int, error)                     { return 0, errTodo }

// Files keeps evidence.
type Files struct{ root *os.Root }

func OpenFiles(dir string) (*Files, error) { return nil, errTodo }
func (f *Files) Close() error              { return errTodo }
func (f *Files) Put(ctx context.Context, r io.Reader, limit int64) (hash string, size int64, err error) {
	return "", 0, errTodo
}
func (f *Files) Open(hash string) (*os.File, error) { return nil, errTodo }
func (f *Files) Sweep(ctx context.Context, db *DB, olderThan time.Time) (int, error) {
	return 0, errTodo
}

func (db *DB) PutChecklist(ctx context.Context, c Checklist, line workflow.Line) (Checklist, error) {
	return Checklist{}, errTodo
}
func (db *DB) Checklist(ctx context.Context, id workflow.ChecklistID) (Checklist, error) {
	return Checklist{}, errTodo
}
func (db *DB) Checklists(ctx context.Context, s Scope, after workflow.ChecklistID, limit int) ([]Checklist, error) {
	return nil, errTodo
}
func (db *DB) ChecklistNamed(ctx context.Context, unit workflow.OrgID, title string, source workflow.Source) (Checklist, error) {
	return Checklist{}, errTodo
}
func (db *DB) KnownRows(ctx context.Context, unit workflow.OrgID, keys []RowKey) ([]KnownRow, error) {
	return nil, errTodo
}
func TextKey(detail string, responsible workflow.OrgID) [32]byte { return [32]byte{} }
