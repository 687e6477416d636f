package api

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"rectify/api/page"
	"rectify/workflow"
	"rectify/workflow/engine"
)

const bulkPage = "/issues/bulk"

// bulkAsks says which fields a need asks for when many issues take a step at once, and which it does not ask for because the issues have
// them. A step with another need is taken one by one.
var bulkAsks = map[workflow.Need]string{
	workflow.NeedResponsible: "responsible", workflow.NeedDue: "due", workflow.NeedKind: "kind", workflow.NeedGrade: "grade", workflow.NeedParties: "parties",
	workflow.NeedNote: "note", workflow.NeedReason: "note", workflow.NeedBasis: "basis", workflow.NeedRequest: "note", workflow.NeedCriteria: "criteria",
	workflow.NeedDetail: "", workflow.NeedSource: "", workflow.NeedMeasuresDone: "", workflow.NeedEvidence: "", workflow.NeedCountersign: "",
	workflow.NeedUntouched: "", workflow.NeedOpenRequest: "", workflow.NeedNothingAsked: "", workflow.NeedClockOver: "", workflow.NeedNoObjection: "",
	workflow.NeedOpenObjection: "", workflow.NeedEndorsement: "", workflow.NeedNoSuperior: "",
}

// proposed are the fields that an issue may have already: left empty, each keeps its own.
var proposed = []string{"responsible", "due", "kind", "grade"}

// inBulk says whether an offered step can be taken on many issues at once.
func inBulk(o *engine.Offer) bool {
	if o.Action == workflow.Edit || o.Action == workflow.Merge || o.Action == workflow.Unmerge || o.Action == workflow.Ask && o.Request != workflow.Extension {
		return false
	}
	return !slices.ContainsFunc(o.Needs, func(n workflow.Need) bool { _, ok := bulkAsks[n]; return !ok })
}

// batch is a page of a list with the steps that are open on its issues.
type batch struct {
	list   engine.Page
	issues map[workflow.IssueID]engine.Offered
	filter url.Values // of the address, without the step
	offer  *engine.Offer
	first  engine.Offered // the first issue that can take the step
}

// offerOn is the chosen step as it is open on one issue, nil where it is not.
func (b *batch) offerOn(i workflow.IssueID, do, of string) *engine.Offer {
	offers := b.issues[i].Offers
	for n := range offers {
		if string(offers[n].Action) == do && string(offers[n].Request) == of && inBulk(&offers[n]) {
			return &offers[n]
		}
	}
	return nil
}

// batchOf reads the list of the address and what can be done with it.
func (s *Server) batchOf(ctx context.Context, query url.Values) (*batch, error) {
	by := actorOf(ctx)
	f, under, err := s.filterIn(ctx, query)
	f.On = "" // steps are taken on what is there now
	if err != nil {
		return nil, err
	}
	b := &batch{issues: map[workflow.IssueID]engine.Offered{}, filter: url.Values{}}
	for _, name := range append([]string{"after"}, filterNames...) {
		for _, v := range query[name] {
			if v != "" {
				b.filter.Add(name, v)
			}
		}
	}
	if b.list, err = s.Engine.Issues(ctx, by, f, under, query.Get("after"), pageSize); err != nil {
		return nil, err
	}
	found, err := s.Engine.Offered(ctx, by, each(b.list.Rows, func(r engine.Row) workflow.IssueID { return r.ID }))
	for _, x := range found {
		b.issues[x.Issue.ID] = x
	}
	for _, r := range b.list.Rows {
		if o := b.offerOn(r.ID, query.Get("do"), query.Get("of")); o != nil && b.offer == nil {
			b.offer, b.first = o, b.issues[r.ID]
		}
	}
	return b, err
}

// address is the page of the batch with a step.
func (b *batch) address(pairs ...string) string {
	query := url.Values{}
	for key, values := range b.filter {
		query[key] = values
	}
	for n := 0; n < len(pairs); n += 2 {
		if pairs[n+1] != "" {
			query.Set(pairs[n], pairs[n+1])
		}
	}
	if len(query) == 0 {
		return bulkPage
	}
	return bulkPage + "?" + query.Encode()
}

// back is the list that the batch is a page of.
func (b *batch) back() string { return "/issues" + strings.TrimPrefix(b.address(), bulkPage) }

// steps are the steps that the issues of the batch can take, those that most can first.
func (b *batch) steps(do, of string) []page.Tally {
	type step struct {
		action workflow.Action
		of     workflow.RequestKind
	}
	counts := map[step]int{}
	var order []step
	for _, r := range b.list.Rows {
		offers := b.issues[r.ID].Offers
		for n := range offers {
			if x := (step{offers[n].Action, offers[n].Request}); inBulk(&offers[n]) {
				if counts[x]++; counts[x] == 1 {
					order = append(order, x)
				}
			}
		}
	}
	slices.SortStableFunc(order, func(x, y step) int {
		beside := func(s step) int {
			if slices.Contains(besideActions, s.action) || slices.Contains(hardActions, s.action) {
				return 1
			}
			return 0
		}
		return cmp.Or(beside(x)-beside(y), counts[y]-counts[x])
	})
	return each(order, func(x step) page.Tally {
		return page.Tally{Text: stepText(x.action, x.of), Count: counts[x], Path: b.address("do", string(x.action), "of", string(x.of)),
			Chosen: string(x.action) == do && string(x.of) == of}
	})
}

// oneByOne are the steps that are open on issues of the batch and are taken one by one, because each issue is asked for something of its own.
func (b *batch) oneByOne() (out []workflow.Text) {
	for _, r := range b.list.Rows {
		offers := b.issues[r.ID].Offers
		for n := range offers {
			if text := stepText(offers[n].Action, offers[n].Request); !inBulk(&offers[n]) && !slices.Contains(out, text) {
				out = append(out, text)
			}
		}
	}
	return out
}

// showBulk shows a page of the ledger with boxes to tick and the form of one step for all that are ticked.
func (s *Server) showBulk(c echo.Context) error {
	ctx, query := c.Request().Context(), c.QueryParams()
	b, err := s.batchOf(ctx, query)
	if err != nil {
		return err
	}
	p, err := s.bulkPage(c, b, query)
	if err != nil {
		return err
	}
	for n := range p.Rows {
		p.Rows[n].Picked = query.Get("all") != ""
	}
	return s.show(c, http.StatusOK, p)
}

func (s *Server) bulkPage(c echo.Context, b *batch, query url.Values) (*page.Bulk, error) {
	do, of := query.Get("do"), query.Get("of")
	p := &page.Bulk{Frame: s.frame(c, workflow.Say("批量办理", "Steps on many issues")), Back: b.back(), Steps: b.steps(do, of), OneByOne: b.oneByOne(), Chosen: b.offer != nil}
	p.Nothing = len(p.Steps) == 0
	p.All = b.address("do", do, "of", of, "all", "yes")
	p.Pager = pagerOf(c, b.list.Next)
	for n, row := range s.rowsOf(&b.list) {
		r := &b.list.Rows[n]
		line := page.BulkRow{Row: row}
		if b.offerOn(r.ID, do, of) != nil {
			line.Value = id(r.ID) + ":" + strconv.Itoa(b.issues[r.ID].Issue.Version)
			p.Able++
		} else {
			p.Unable++
		}
		p.Rows = append(p.Rows, line)
	}
	if b.offer == nil {
		return p, nil
	}
	f, err := s.bulkForm(c.Request().Context(), b)
	f.Action = b.address("do", do, "of", of)
	p.Form = f
	return p, err
}

// bulkForm asks for what all the ticked issues shall have in common.
func (s *Server) bulkForm(ctx context.Context, b *batch) (page.Form, error) {
	o := b.offer
	wanted := map[string]bool{"note": false}
	if o.Action == workflow.Assign {
		wanted["assisting"], wanted["parties"] = false, false
	}
	if o.Action == workflow.Ask {
		wanted["due"] = true
	}
	for _, need := range o.Needs {
		if name := bulkAsks[need]; name != "" {
			wanted[name] = !slices.Contains(proposed, name)
		}
	}
	// Nothing of the one issue that stands for all is proposed to the others, but the place from which organisations are chosen.
	build := formBuilder{server: s, ctx: ctx, offer: o, view: &engine.View{Issue: workflow.Issue{Line: b.first.Issue.Line}}}
	f := page.Form{Key: newKey(), Submit: stepText(o.Action, o.Request), Danger: slices.Contains(hardActions, o.Action)}
	for _, name := range fieldOrder {
		required, ok := wanted[name]
		if !ok {
			continue
		}
		field := build.field(name)
		field.Name, field.Required, field.More = name, required, field.Kind == page.Many && !required
		if slices.Contains(proposed, name) && !required {
			field.Help = workflow.Say("不填：各按原来提出的", "left empty: each as it was proposed")
		} else if name == "due" {
			field.Help = workflow.Text{}
		}
		f.Fields = append(f.Fields, field)
	}
	return f, build.err
}

// doBulk takes one step on all issues that were ticked. Where one cannot take it none does, and the page says which and why.
func (s *Server) doBulk(c echo.Context) error {
	ctx := c.Request().Context()
	values, err := c.FormParams()
	if err != nil {
		return err
	}
	query := c.QueryParams()
	b, err := s.batchOf(ctx, query)
	if err != nil {
		return err
	}
	var results []engine.BulkResult
	steps, err := s.bulkTyped(ctx, query, values)
	if err == nil {
		var done bool
		if done, results, err = s.Engine.DoAll(ctx, actorOf(ctx), values.Get("key"), steps); done && err == nil {
			return s.showBulkDone(c, b, results)
		}
	}
	return s.bulkAgain(c, b, values, results, err)
}

// bulkTyped makes the steps of what was ticked and typed.
func (s *Server) bulkTyped(ctx context.Context, query, values url.Values) ([]engine.Bulk, error) {
	step, err := s.stepTyped(ctx, query.Get("do"), query.Get("of"), typed{values: values})
	if err != nil {
		return nil, err
	}
	if len(values["issue"]) == 0 {
		return nil, missingChoice("issue", workflow.Say("请先勾选要办的问题", "tick the issues first"))
	}
	var r reading
	steps := each(values["issue"], func(v string) engine.Bulk {
		issue, version, _ := strings.Cut(v, ":")
		n, err := strconv.Atoi(version)
		if err != nil {
			r.fault(workflow.Invalid("bad_issue", "issue", workflow.Say("表单有误，请重新打开本页", "the form is broken; open the page again")))
		}
		return engine.Bulk{ID: idOf[workflow.IssueID](&r, "issue", issue), Version: n, Step: step}
	})
	return steps, r.err
}

// bulkAgain shows the form again, with what was ticked and typed and what stood in the way.
func (s *Server) bulkAgain(c echo.Context, b *batch, values url.Values, results []engine.BulkResult, err error) error {
	p, failed := s.bulkPage(c, b, c.QueryParams())
	if failed != nil {
		return failed
	}
	fill(p.Form.Fields, values)
	p.Form.Key = first(values.Get("key"), p.Form.Key)
	if err == nil {
		err = sameFault(&p.Form, results)
	}
	wrong := s.bulkFaults(c, results)
	if err != nil {
		clear(wrong)
	}
	for n := range p.Rows {
		row := &b.list.Rows[n]
		p.Rows[n].Fault = wrong[row.ID]
		p.Rows[n].Picked = slices.ContainsFunc(values["issue"], func(v string) bool { return strings.HasPrefix(v, id(row.ID)+":") })
	}
	if err == nil {
		err = workflow.Refused("bulk_refused", workflow.Say("勾选的%d件中有%d件不能办（见各行说明），一件也没有办。请改正，或取消勾选那几件后再提交",
			"of the %[1]d ticked %[2]d cannot take the step, as their lines say; none was taken. Mend it, or untick those, and send it again", len(results), len(wrong)))
	}
	p.Chosen = true
	return s.showForm(c, &p.Form, err, func() page.Page { return p })
}

// sameFault is what was wrong with all of them, where it is about a field of the form: it is said once, beside the field.
func sameFault(f *page.Form, results []engine.BulkResult) error {
	var same *workflow.Fault
	for _, r := range results {
		fault, ok := errors.AsType[*workflow.Fault](r.Err)
		if !ok || f.Field(fault.Field) == nil || same != nil && same.Code != fault.Code {
			return nil
		}
		same = fault
	}
	if same == nil {
		return nil
	}
	return same
}

// bulkFaults are what stood in the way, by issue.
func (s *Server) bulkFaults(c echo.Context, results []engine.BulkResult) map[workflow.IssueID]workflow.Text {
	out := map[workflow.IssueID]workflow.Text{}
	for _, r := range results {
		if r.Err == nil {
			continue
		}
		zh, known := problemOf(r.Err, "zh")
		en, _ := problemOf(r.Err, "en")
		if !known {
			s.Log.ErrorContext(c.Request().Context(), "a step of many failed", "issue", id(r.ID), "error", r.Err)
		}
		out[r.ID] = workflow.Text{Zh: zh.Detail, En: en.Detail}
	}
	return out
}

// showBulkDone says what became of each issue.
func (s *Server) showBulkDone(c echo.Context, b *batch, results []engine.BulkResult) error {
	p := page.BulkDone{Frame: s.frame(c, workflow.Say("批量办理结果", "What was done")), Back: b.back(), Anew: b.address()}
	wrong := s.bulkFaults(c, results)
	for _, r := range results {
		i := r.Issue
		if i.ID == 0 {
			i = b.issues[r.ID].Issue
		}
		row := page.BulkRow{Row: page.Row{Path: issuePath(r.ID), Number: i.ShownNumber(), Title: headline(i.Detail), State: i.State.Text()}, Fault: wrong[r.ID]}
		if r.Err != nil {
			p.Failed++
		} else {
			p.Done++
		}
		p.Rows = append(p.Rows, row)
	}
	return s.show(c, http.StatusOK, p)
}
