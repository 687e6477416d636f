package api

import (
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/labstack/echo/v4"

	"rectify/api/page"
	"rectify/workflow"
	"rectify/workflow/engine"
)

const (
	rulesPage  = "/rules"
	policyPage = "/rules/policy"
	whoPage    = "/rules/who"
	wordsPage  = "/rules/words"
)

func ruleTabs(here string) []page.Link {
	return tabs(here, page.Link{Path: rulesPage, Text: workflow.Say("流程", "Machines")}, page.Link{Path: policyPage, Text: workflow.Say("权限", "Permissions")},
		page.Link{Path: whoPage, Text: workflow.Say("谁能办", "Who can")}, page.Link{Path: wordsPage, Text: workflow.Say("字典", "Dictionaries")},
		page.Link{Path: holidaysPage, Text: workflow.Say("节假日", "Holidays")},
		page.Link{Path: remindersPage, Text: workflow.Say("提醒", "Reminders")}, page.Link{Path: signRulesPage, Text: workflow.Say("线索", "Signs")},
		page.Link{Path: checkPage, Text: workflow.Say("检查", "Check")})
}

// pictures keeps machines as they were drawn: drawing takes a while, and a machine with the same hash never changes.
type pictures struct{ drawn sync.Map }

func (p *pictures) of(d *workflow.Definition, lang string) page.Picture {
	key := lang + d.Hash
	if v, ok := p.drawn.Load(key); ok {
		return v.(page.Picture) //nolint:forcetypeassert // nothing else is stored
	}
	picture := page.Draw(d, lang)
	p.drawn.Store(key, picture)
	return picture
}

// showMachines shows the machines in force; with ?issue= the one of an issue, with its state lit.
func (s *Server) showMachines(drawn *pictures) echo.HandlerFunc {
	return func(c echo.Context) error {
		p := page.Machines{Frame: s.frame(c, workflow.Say("流程", "Machines")), Tabs: ruleTabs(rulesPage)}
		if c.QueryParam("issue") == "" {
			for _, d := range s.Engine.Machines() {
				p.Machines = append(p.Machines, machineView(d, drawn.of(d, p.Lang), ""))
			}
			return s.show(c, http.StatusOK, p)
		}
		issue, err := pathID[workflow.IssueID](c.QueryParam("issue"))
		if err != nil {
			return err
		}
		d, i, err := s.Engine.Machine(c.Request().Context(), actorOf(c.Request().Context()), issue)
		if err != nil {
			return err
		}
		p.Issue = &page.OrgLink{Path: "/issues/" + id(issue), Name: i.ShownNumber()}
		p.Machines = []page.Machine{machineView(d, drawn.of(d, p.Lang), i.State)}
		return s.show(c, http.StatusOK, p)
	}
}

func machineView(d *workflow.Definition, picture page.Picture, lit workflow.State) page.Machine {
	m := page.Machine{Name: d.Machine, Title: d.Title, Picture: picture, Lit: lit, Hash: d.Hash}
	for _, g := range workflow.Grades() {
		m.Judges = append(m.Judges, page.Judge{Grade: g.Text(), Verify: d.VerifyAt[g].Text(), Close: d.CloseAt[g].Text()})
	}
	for n := range d.Arrows {
		m.Arrows = append(m.Arrows, arrowView(d, &d.Arrows[n]))
	}
	return m
}

func arrowView(d *workflow.Definition, a *workflow.Arrow) page.ArrowRow {
	row := page.ArrowRow{From: each(a.From, workflow.State.Text), Action: page.ActionText(a.Do, a.Of), To: a.To.Text(), Needs: each(a.Needs, needText)}
	switch a.To {
	case workflow.Same:
		row.To = workflow.Say("不变", "the same")
	case workflow.Before:
		row.To = workflow.Say("并案前的状态", "as before the merge")
	}
	if clock, ok := d.Clock(a.Clock); ok {
		row.Clock, row.Basis = spanText(clock.Span), clock.Basis
	}
	return row
}

func spanText(s workflow.Span) workflow.Text {
	switch s.Unit {
	case "working":
		return workflow.Say("%d个工作日", "%d working days", s.N)
	case "month":
		return workflow.Say("%d个月", "%d months", s.N)
	}
	return workflow.Say("%d日", "%d days", s.N)
}

// letters are the signs of relations in the matrix.
var letters = map[workflow.Relation]workflow.Text{
	workflow.Finder: {Zh: "发", En: "F"}, workflow.Responsible: {Zh: "责", En: "R"}, workflow.Assisting: {Zh: "配", En: "As"}, workflow.Assigner: {Zh: "交", En: "G"},
	workflow.Verifier: {Zh: "验", En: "V"}, workflow.Party: {Zh: "会", En: "P"}, workflow.Closer: {Zh: "销", En: "C"}, workflow.Decider: {Zh: "审", En: "D"},
	workflow.Supervising: {Zh: "上", En: "S"}, workflow.Inspecting: {Zh: "巡", En: "I"}, workflow.Person: {Zh: "人", En: "N"}, workflow.Involved: {Zh: "相", En: "V*"},
	workflow.Within: {Zh: "辖", En: "W"}, workflow.Called: {Zh: "呼", En: "Ca"},
}

// showMatrix shows who may do what: all posts as a table, or one of them in words.
func (s *Server) showMatrix(c echo.Context) error {
	p := page.Matrix{Frame: s.frame(c, workflow.Say("权限", "Permissions")), Tabs: ruleTabs(policyPage)}
	chosen, one := workflow.PostNamed(c.QueryParam("post"))
	posts := page.Field{Name: "post", Kind: page.Select, Label: workflow.Say("职务", "Post"), Hint: "wide"}
	for _, post := range workflow.Posts() {
		posts.Options = append(posts.Options, page.Option{Value: string(post.Post), Text: post.Text, Chosen: one && post.Post == chosen.Post})
	}
	p.Filters = []page.Field{posts}
	columns := s.Engine.Matrix()
	if one {
		p.Post, p.Lines = chosen.Text, matrixLines(columns, chosen.Post)
		return s.show(c, http.StatusOK, p)
	}
	for _, r := range workflow.AllRelations() {
		p.Letters = append(p.Letters, page.Letter{Sign: letters[r].In(p.Lang), Text: r.Text()})
	}
	for _, col := range columns {
		p.Columns = append(p.Columns, page.MatrixColumn{Post: col.Post.Text, Level: col.Level.Text(), Path: policyPage + "?post=" + string(col.Post.Post)})
	}
	p.Columns, columns = joined(p.Columns, columns)
	for _, a := range workflow.Actions() {
		row := page.MatrixRow{Action: a.Text, Group: groups[a.Action]}
		for _, col := range columns {
			row.Cells = append(row.Cells, matrixCell(col.Cells[a.Action], p.Lang))
		}
		p.Rows = append(p.Rows, row)
	}
	return s.show(c, http.StatusOK, p)
}

// joined makes one column of a post that may the same at every level.
func joined(heads []page.MatrixColumn, columns []engine.MatrixColumn) (outHeads []page.MatrixColumn, out []engine.MatrixColumn) {
	for n, col := range columns {
		last := len(out) - 1
		if last >= 0 && out[last].Post.Post == col.Post.Post && sameCells(&out[last], &col) {
			outHeads[last].Level = workflow.Say("各层级", "every level")
			continue
		}
		outHeads, out = append(outHeads, heads[n]), append(out, col)
	}
	return outHeads, out
}

func sameCells(a, b *engine.MatrixColumn) bool {
	return len(a.Cells) == len(b.Cells) && !slices.ContainsFunc(workflow.Actions(), func(x workflow.ActionRule) bool { return !slices.Equal(a.Cells[x.Action], b.Cells[x.Action]) })
}

// groups are the headings of the matrix, at the first action of each.
var groups = map[workflow.Action]workflow.Text{
	workflow.Find: {Zh: "发现与交办", En: "Finding and assigning"}, workflow.Accept: {Zh: "整改", En: "Rectifying"},
	workflow.Pass: {Zh: "验收与销号", En: "Verifying and closing"}, workflow.Merge: {Zh: "并案、申请", En: "Merging and requests"},
	workflow.Urge: {Zh: "督促与查看", En: "Urging and looking"},
}

// matrixCell writes the letters of a cell: those that hold for every grade, then the others with their grade.
func matrixCell(cells []engine.MatrixCell, tongue string) (out page.MatrixCell) {
	var lines []string
	between := map[string]string{"zh": "", "en": " "}[tongue]
	for _, g := range []workflow.Grade{workflow.Major, workflow.Serious, workflow.Ordinary} {
		var signs []string
		for _, cell := range cells {
			if cell.UpTo == g {
				signs = append(signs, letters[cell.Relation].In(tongue))
				lines = append(lines, cell.Relation.Text().In(tongue)+" ≤ "+g.Text().In(tongue)+" "+cell.Place)
			}
		}
		if len(signs) == 0 {
			continue
		}
		part := page.MatrixPart{Letters: strings.Join(signs, between)}
		if g != workflow.Major {
			part.UpTo = g.Text().In(tongue)
		}
		out.Parts = append(out.Parts, part)
	}
	out.Title = strings.Join(lines, "\n")
	return out
}

func matrixLines(columns []engine.MatrixColumn, post workflow.Post) (out []page.MatrixLine) {
	for _, col := range columns {
		if col.Post.Post != post {
			continue
		}
		for _, a := range workflow.Actions() {
			for _, cell := range col.Cells[a.Action] {
				out = append(out, page.MatrixLine{Level: col.Level.Text(), Action: a.Text, Relation: cell.Relation.Text(), UpTo: cell.UpTo.Text(), Place: cell.Place})
			}
		}
	}
	return out
}

// showWho answers who can do an action to an issue.
func (s *Server) showWho(c echo.Context) error {
	number, action := strings.TrimSpace(c.QueryParam("number")), c.QueryParam("action")
	p := page.WhoCan{Frame: s.frame(c, workflow.Say("谁能办", "Who can")), Tabs: ruleTabs(whoPage), Filters: []page.Field{
		{Name: "number", Kind: page.Line, Label: workflow.Say("问题编号", "Number of the issue"), Value: number, Hint: "wide"},
		{Name: "action", Kind: page.Select, Label: workflow.Say("事项", "Action"), Options: actionOptions(action), Required: true, Hint: "wide"}}}
	if number == "" {
		return s.show(c, http.StatusOK, p)
	}
	do, of, _ := strings.Cut(action, ".")
	i, all, err := s.Engine.WhoCan(c.Request().Context(), actorOf(c.Request().Context()), number, workflow.Action(do), workflow.RequestKind(of))
	if err != nil {
		return s.showFault(c, err, &p.Fault, func() page.Page { return p })
	}
	p.Issue, p.State = &page.OrgLink{Path: "/issues/" + id(i.ID), Name: i.ShownNumber()}, i.State.Text()
	p.Action = page.ActionText(workflow.Action(do), workflow.RequestKind(of))
	p.Rows = each(all, whoRow)
	return s.show(c, http.StatusOK, p)
}

// showFault shows a page with what was wrong above its form. An error that no user can act on comes back.
func (s *Server) showFault(c echo.Context, err error, into *workflow.Text, p func() page.Page) error {
	var form page.Form
	problem, known := problemOf(err, pageLang(c.Request()))
	if !known || !form.Fail(err) {
		return err
	}
	*into = form.Fault
	return s.show(c, problem.Status, p())
}

func whoRow(a engine.Able) page.WhoRow {
	return page.WhoRow{Org: a.Org.Shown(), OrgPath: orgPath(a.Org.ID), Post: postText(a.Post), Relation: a.Relation.Text(), Rule: a.Rule,
		People: each(a.People, func(p engine.AblePerson) page.WhoPerson {
			return page.WhoPerson{Name: p.Name, Path: personPath(p.Person), Allowed: p.Allowed, Reason: p.Reason}
		})}
}

// actionOptions offers every step and looking; requests each by what is asked.
func actionOptions(chosen string) (out []page.Option) {
	for _, a := range workflow.Actions() {
		switch a.Action {
		case workflow.Ask, workflow.GrantIt, workflow.Deny:
			for _, k := range workflow.RequestKinds() {
				value := string(a.Action) + "." + k.Word
				out = append(out, page.Option{Value: value, Text: page.ActionText(a.Action, workflow.RequestKind(k.Word)), Chosen: value == chosen})
			}
		default:
			if a.Step || a.Action == workflow.View {
				out = append(out, page.Option{Value: string(a.Action), Text: a.Text, Chosen: string(a.Action) == chosen})
			}
		}
	}
	return out
}

// showWords shows the dictionaries.
func (s *Server) showWords(c echo.Context) error {
	p := page.Words{Frame: s.frame(c, workflow.Say("字典", "Dictionaries")), Tabs: ruleTabs(wordsPage)}
	for _, r := range workflow.Sources() {
		row := page.WordRow{Word: string(r.Source), Text: r.Text, Sign: r.Letters}
		if r.FiveIn {
			row.Other = workflow.Say("五改合一", "one of the five")
		}
		p.Sources = append(p.Sources, row)
	}
	for _, r := range workflow.States() {
		p.States = append(p.States, page.WordRow{Word: string(r.State), Text: r.Text, Other: workflow.PhaseText(r.Phase)})
	}
	machines := s.Engine.Machines()
	for _, k := range workflow.Kinds() {
		m := slices.IndexFunc(machines, func(d *workflow.Definition) bool {
			return d.Machine == workflow.MachineFor(workflow.Ordinary, workflow.Kind(k.Word))
		})
		p.Kinds = append(p.Kinds, page.WordRow{Word: k.Word, Text: k.Text, Other: machines[m].Title})
	}
	for _, g := range workflow.Grades() {
		m := slices.IndexFunc(machines, func(d *workflow.Definition) bool { return d.Machine == workflow.MachineFor(g, workflow.KindTimed) })
		p.Grades = append(p.Grades, page.WordRow{Word: g.String(), Text: g.Text(), Other: machines[m].CloseAt[g].Text()})
	}
	for _, r := range workflow.Posts() {
		row := page.WordRow{Word: string(r.Post), Text: r.Text, Other: r.Levels[0].Text()}
		for _, l := range r.Levels[1:] {
			row.Other = workflow.Say("%s、%s", "%s, %s", row.Other, l.Text())
		}
		p.Offices = append(p.Offices, row)
	}
	for _, a := range workflow.Actions() {
		p.Actions = append(p.Actions, page.WordRow{Word: string(a.Action), Text: a.Text})
	}
	return s.show(c, http.StatusOK, p)
}
