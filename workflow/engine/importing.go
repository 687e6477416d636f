package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"strings"
	"time"

	"rectify/workflow"
	"rectify/workflow/sheet"
	"rectify/workflow/store"
)

// The three ways to import a checklist.
const (
	ModeCheck = "check" // say what would happen and write nothing
	ModeAll   = "all"   // take every row, or none
	ModeGood  = "good"  // take the rows that can be taken
)

// importBatch is how many rows are written in one transaction in ModeGood.
const importBatch = 500

// KindChecklist is the kind of subject of lines about a checklist.
const KindChecklist = "checklist"

// ImportOptions say how a checklist is taken.
type ImportOptions struct {
	Source   workflow.Source // of rows that name none of their own
	Mode     string          // ModeGood where it is empty
	Title    string          // of the checklist; the sheet's own title, else the name of the file without its ending, where it is empty
	File     string          // name of the file
	Org      workflow.OrgID  // whose list it is; the org of the post that lets the actor import where it is 0
	FoundOn  workflow.Day    // the day of the feedback, where the sheet gives none
	Columns  []string        // how the columns are understood instead, in the order of Report.Columns; none for as recognised
	Progress func(done, total int)
}

// Report says what an import did, or with ModeCheck what it would do. Every interpretation is among the doubtful.
type Report struct {
	Checklist    workflow.ChecklistID `json:"checklist,omitempty,string"`
	Title        string               `json:"title,omitempty"`
	Read         int                  `json:"read"`
	Taken        int                  `json:"taken"`
	Already      int                  `json:"already"`
	Skipped      int                  `json:"skipped"`
	Refused      []sheet.Finding      `json:"refused"`
	Doubtful     []sheet.Finding      `json:"doubtful"`
	ReportedDone int                  `json:"reported_done"`
	Hidden       []string             `json:"hidden,omitempty"` // hidden sheets, which are not read
	Columns      []sheet.Column       `json:"-"`
	Rejects      []sheet.Row          `json:"-"` // the refused rows, for sheet.WriteRejects
	List         sheet.Checklist      `json:"-"`
	RefusedRows  int                  `json:"refused_rows"`
	Rows         []RowFate            `json:"-"` // what becomes of each row of a checklist, in the order of the workbook
}

// ImportChecklist takes a checklist from a workbook: each row becomes an issue that waits to be assigned, with what the row proposes. A
// row is known again by the checklist and its own number, or by its text and organisation where it has none; known rows are counted and
// left alone. Nobody imports for an org that is not within their reach.
func (e *Engine) ImportChecklist(ctx context.Context, by workflow.Actor, book *sheet.Book, opt ImportOptions) (Report, error) {
	if _, ok := opt.Source.Rule(); !ok {
		return Report{}, workflow.Invalid("unknown_source", "source", workflow.Say("没有“%s”这个问题来源", "there is no source %q", string(opt.Source)))
	}
	switch opt.Mode {
	case "":
		opt.Mode = ModeGood
	case ModeCheck, ModeAll, ModeGood:
	default:
		return Report{}, workflow.Invalid("unknown_mode", "mode", workflow.Say("导入方式只有 check、all、good", "the modes are check, all and good"))
	}
	list, err := sheet.ReadChecklist(book, sheet.Options{FoundOn: opt.FoundOn, Today: e.Today(), Columns: opt.Columns})
	if err != nil {
		return Report{}, err
	}
	m, err := e.newImporter(ctx, by, list, opt)
	if err != nil {
		return Report{}, err
	}
	if err := m.understand(ctx); err != nil {
		return m.report, err
	}
	if opt.Mode == ModeCheck || (opt.Mode == ModeAll && m.report.RefusedRows > 0) {
		if opt.Mode == ModeAll {
			m.report.Taken, m.report.ReportedDone = 0, 0
		}
		return m.report, nil
	}
	return m.report, m.write(ctx)
}

// importer is one import under way.
type importer struct {
	e      *Engine
	by     workflow.Actor
	opt    ImportOptions
	list   sheet.Checklist
	unit   Org // whose checklist it is
	names  *directory
	people *register
	at     time.Time
	known  store.Checklist // the checklist as it is there already, if it is
	take   []candidate
	report Report
}

// candidate is a row on its way to become an issue.
type candidate struct {
	row   *sheet.Row
	at    int    // its place in Report.Rows
	org   string // the responsible org as it is shown
	issue workflow.Issue
	code  string // of the org by which it is numbered
	grant workflow.Grant
	key   store.RowKey
}

func (e *Engine) newImporter(ctx context.Context, by workflow.Actor, list sheet.Checklist, opt ImportOptions) (*importer, error) {
	orgs, err := e.db.Orgs(ctx)
	if err != nil {
		return nil, err
	}
	m := &importer{e: e, by: by, opt: opt, list: list, names: newDirectory(orgs), people: newRegister(e), at: e.moment()}
	if err := m.findUnit(orgs); err != nil {
		return nil, err
	}
	m.names.setUnit(list.Unit, m.unit.Line)
	m.report = Report{Read: len(list.Rows), Skipped: list.Skipped, Columns: list.Columns, Hidden: list.Hidden, List: list,
		Title: firstText(opt.Title, list.Title, strings.TrimSuffix(opt.File, path.Ext(opt.File))), Refused: []sheet.Finding{}, Doubtful: []sheet.Finding{}}
	m.known, err = e.db.ChecklistNamed(ctx, m.unit.ID, m.report.Title, opt.Source)
	if err != nil && !errors.Is(err, workflow.ErrNotFound) {
		return nil, err
	}
	return m, nil
}

func firstText(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

// findUnit settles whose checklist it is, and that the actor may import for it.
func (m *importer) findUnit(orgs []Org) error {
	for n := range orgs {
		if m.opt.Org != 0 && orgs[n].ID != m.opt.Org {
			continue
		}
		grant, ok := m.e.guard.AllowAt(&m.by, workflow.Import, &orgs[n].Line)
		if !ok {
			continue
		}
		if m.opt.Org != 0 || grant.Appointment.Org == orgs[n].ID {
			m.unit, m.by.As = orgs[n], grant
			return nil
		}
	}
	return workflow.Forbidden("not_permitted", workflow.Say("您现任的职务不能为这个组织导入清单；可由这些职务办理：%s",
		"none of your posts may import a checklist here; it is done by: %s", m.e.guard.Who(workflow.Import, workflow.Ordinary)))
}

// understand turns the rows into issues, tells the known ones, and fills in the report.
func (m *importer) understand(ctx context.Context) error {
	for n := range m.list.Rows {
		row := &m.list.Rows[n]
		c, err := m.candidate(ctx, row)
		if err != nil {
			return err
		}
		m.report.Doubtful = append(m.report.Doubtful, row.Doubtful...)
		c.at = len(m.report.Rows)
		m.report.Rows = append(m.report.Rows, fateOf(&c))
		if len(row.Refused) > 0 {
			m.report.Refused = append(m.report.Refused, row.Refused...)
			m.report.Rejects = append(m.report.Rejects, *row)
			continue
		}
		m.take = append(m.take, c)
	}
	m.report.RefusedRows = len(m.report.Rejects)
	if err := m.leaveKnown(ctx); err != nil {
		return err
	}
	m.report.Taken = len(m.take)
	if m.opt.Mode == ModeCheck {
		if err := m.doubtSimilar(ctx); err != nil {
			return err
		}
	}
	for n := range m.take {
		if m.take[n].issue.Reported {
			m.report.ReportedDone++
		}
	}
	return nil
}

// leaveKnown leaves out the rows that are issues already.
func (m *importer) leaveKnown(ctx context.Context) error {
	keys := make([]store.RowKey, len(m.take))
	for n := range m.take {
		keys[n] = m.take[n].key
	}
	known, err := m.e.db.KnownRows(ctx, m.unit.ID, keys)
	if err != nil {
		return err
	}
	byNumber, byText := map[string]store.KnownRow{}, map[[32]byte]store.KnownRow{}
	for _, k := range known {
		byText[k.Text] = k
		if k.OwnNumber != "" && k.Checklist == m.known.ID {
			byNumber[k.OwnNumber] = k
		}
	}
	fresh := m.take[:0]
	seen := map[string]bool{}
	for _, c := range m.take {
		if m.isKnown(&c, byNumber, byText) || seen[c.name()] {
			m.report.Already++
			m.report.Rows[c.at].Fate = FateKnown
			continue
		}
		seen[c.name()] = true
		fresh = append(fresh, c)
	}
	m.take = fresh
	return nil
}

// name is what a row is known again by, as a text.
func (c *candidate) name() string {
	if c.key.OwnNumber != "" {
		return "n" + c.key.OwnNumber
	}
	return "t" + hex.EncodeToString(c.key.Text[:])
}

func (m *importer) isKnown(c *candidate, byNumber map[string]store.KnownRow, byText map[[32]byte]store.KnownRow) bool {
	if c.key.OwnNumber == "" {
		_, ok := byText[c.key.Text]
		return ok
	}
	k, ok := byNumber[c.key.OwnNumber]
	if ok && k.Text != c.key.Text {
		other := sheet.Finding{Place: c.row.Place, Value: c.row.Detail, Understood: k.Number, Code: "known_number",
			Reason: workflow.Say("本清单中编号“%s”已有问题%s，但内容或单位不同:视为同一问题,未作更新", "the checklist has number %q already as %s, with another text or organisation: taken as the same, not changed",
				c.key.OwnNumber, k.Number)}
		m.report.Doubtful, c.row.Doubtful = append(m.report.Doubtful, other), append(c.row.Doubtful, other)
	}
	return ok
}

// write keeps the checklist and its issues.
func (m *importer) write(ctx context.Context) error {
	m.report.Checklist = m.known.ID
	if len(m.take) == 0 {
		return nil
	}
	if m.known.ID == 0 {
		if err := m.writeChecklist(ctx); err != nil {
			return err
		}
	}
	batch := importBatch
	if m.opt.Mode == ModeAll {
		batch = len(m.take)
	}
	for done := 0; done < len(m.take); {
		end := min(done+batch, len(m.take))
		if _, err := m.e.db.CreateAll(ctx, m.items(m.take[done:end])); err != nil {
			m.report.Taken = done
			return fmt.Errorf("rows %d to %d of %d: %w", done+1, end, len(m.take), err)
		}
		done = end
		if m.opt.Progress != nil {
			m.opt.Progress(done, len(m.take))
		}
	}
	return nil
}

func (m *importer) writeChecklist(ctx context.Context) error {
	data, err := json.Marshal(map[string]any{"title": m.report.Title, "source": m.opt.Source, "rows": m.report.Read, "taken": m.report.Taken})
	if err != nil {
		return err
	}
	id := workflow.ChecklistID(m.e.newID())
	c := store.Checklist{ID: id, Title: m.report.Title, Source: m.opt.Source, Unit: m.unit.ID, FoundOn: m.list.FoundOn, By: m.by.Person, At: m.at}
	m.known, err = m.e.db.PutChecklist(ctx, c, m.e.note(&m.by, KindChecklist, int64(id), "imported", m.opt.File, data))
	m.report.Checklist = m.known.ID
	return err
}

// items makes the commands that write a batch. Each has a key of its own, so that two imports of one file at the same time meet.
func (m *importer) items(batch []candidate) []store.NewIssue {
	items := make([]store.NewIssue, len(batch))
	for n := range batch {
		c := &batch[n]
		c.issue.Checklist = m.known.ID
		by := m.by
		by.As = c.grant
		place := fmt.Sprintf("导入：%s %s 第%d行", m.opt.File, c.row.Sheet, c.row.Row)
		key := fmt.Sprintf("import/%d/%s", m.known.ID, c.name())
		items[n] = store.NewIssue{
			Key:    store.Key{Command: commandName(0, key), Request: sha256.Sum256([]byte(key))},
			Prefix: numberPrefix(&c.issue, c.code, m.at),
			Decide: func(number string, earlier *store.Earlier) (workflow.Change, error) {
				if err := answered(earlier); err != nil {
					return workflow.Change{}, err
				}
				return m.e.newIssue(workflow.Finding{Number: number, Issue: c.issue, Note: place}, by, m.at)
			},
		}
	}
	return items
}
