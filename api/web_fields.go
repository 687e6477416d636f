package api

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"rectify/api/page"
	"rectify/workflow"
	"rectify/workflow/engine"
)

// orgsShown bounds how many organisations a list to choose from holds.
const orgsShown = 1000

// orgOptions are the organisations at or below one (0: all), indented by depth.
func (s *Server) orgOptions(ctx context.Context, under workflow.OrgID) ([]page.Option, error) {
	return s.orgOptionsOf(ctx, under, func(*engine.Org) bool { return true })
}

// orgOptionsOf are those of them that are wanted.
func (s *Server) orgOptionsOf(ctx context.Context, under workflow.OrgID, wanted func(*engine.Org) bool) ([]page.Option, error) {
	var out []page.Option
	for after := ""; len(out) < orgsShown; {
		orgs, err := s.Engine.Orgs(ctx, under, after, engine.PageLimit)
		if err != nil || len(orgs) == 0 {
			return out, err
		}
		last := len(orgs) < engine.PageLimit
		after = orgs[len(orgs)-1].Code
		out = append(out, optionsOf(slices.DeleteFunc(orgs, func(o engine.Org) bool { return !wanted(&o) }))...)
		if last {
			break
		}
	}
	return out, nil
}

// optionsOf are organisations to choose from, set in as deep as they stand in the tree.
func optionsOf(orgs []engine.Org) []page.Option {
	return each(orgs, func(o engine.Org) page.Option {
		return page.Option{Value: id(o.ID), Text: workflow.Text{Zh: strings.Repeat("　", max(o.Line.Depth()-1, 0)) + o.Shown()}}
	})
}

// memberOptions are the people who hold a post in the organisations.
func (s *Server) memberOptions(ctx context.Context, orgs ...workflow.OrgID) ([]page.Option, error) {
	members, err := s.Engine.Members(ctx, slices.DeleteFunc(orgs, func(o workflow.OrgID) bool { return o == 0 })...)
	return each(members, func(m engine.Member) page.Option {
		post := postText(m.Post)
		return page.Option{Value: id(m.Person), Text: workflow.Text{Zh: m.Name + " " + post.Zh, En: m.Name + ", " + post.En}}
	}), err
}

func stateOptions() []page.Option {
	return each(workflow.States(), func(r workflow.StateRule) page.Option { return page.Option{Value: string(r.State), Text: r.Text} })
}

func sourceOptions() []page.Option {
	return each(workflow.Sources(), func(r workflow.SourceRule) page.Option { return page.Option{Value: string(r.Source), Text: r.Text} })
}

func gradeOptions() []page.Option {
	return each(workflow.Grades(), func(g workflow.Grade) page.Option { return page.Option{Value: g.String(), Text: g.Text()} })
}

func kindOptions() []page.Option {
	return each(workflow.Kinds(), func(w workflow.Wording) page.Option { return page.Option{Value: w.Word, Text: w.Text} })
}

// fill puts what was typed into the fields.
func fill(fields []page.Field, values url.Values) {
	for n := range fields {
		f := &fields[n]
		switch f.Kind {
		case page.Measures:
			fillMeasures(f, values)
		case page.Grid:
			f.Cells = cellRows(f.Cells[0], func(name string, n int) (string, bool) { return at(values[name], n), n < len(values[name]) }, 1)
		case page.Remarks:
			for n := range f.Notes {
				f.Notes[n].Text = at(values["remark"], n)
			}
		case page.Said:
		case page.Checks:
			for at := range f.Options {
				f.Options[at].Chosen = values.Get(f.Options[at].Value) != ""
			}
		case page.Files:
			f.Value = values.Get("evidence_text")
			f.Kept = keptFiles(values)
		default:
			f.Value = values.Get(f.Name)
			choose(f.Options, values[f.Name])
		}
	}
}

func choose(options []page.Option, values []string) {
	for n := range options {
		options[n].Chosen = options[n].Value != "" && slices.Contains(values, options[n].Value)
	}
}

// chosen is a copy of the options with one of them chosen.
func chosen(options []page.Option, values ...string) []page.Option {
	out := slices.Clone(options)
	choose(out, values)
	return out
}

func fillMeasures(f *page.Field, values url.Values) {
	texts, people, days := values["measure_text"], values["measure_person"], values["measure_due"]
	options, orgs := f.Rows[0].People, f.Rows[0].Orgs
	f.Rows = f.Rows[:0]
	for n := range texts {
		row := page.MeasureRow{Text: texts[n], Leader: at(values["measure_leader"], n), People: chosen(options, at(people, n)), Due: at(days, n),
			Orgs: chosen(orgs, at(values["measure_org"], n))}
		f.Rows = append(f.Rows, row)
	}
	f.Rows = append(f.Rows, page.MeasureRow{People: chosen(options), Orgs: chosen(orgs)})
}

// at is the n-th value of a column of a form, "" where there is none.
func at(values []string, n int) string {
	if n < len(values) {
		return values[n]
	}
	return ""
}

// keptFiles are the files that were uploaded with a form that failed.
func keptFiles(values url.Values) (out []page.KeptFile) {
	for _, v := range values["kept"] {
		if hash, name, ok := strings.Cut(v, " "); ok {
			out = append(out, page.KeptFile{Hash: hash, Name: name})
		}
	}
	return out
}
