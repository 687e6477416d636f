package api

import (
	"context"
	"errors"
	"io"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"rectify/api/page"
	"rectify/workflow"
)

// typedLimit bounds all texts of a form together, in bytes.
const typedLimit = 1 << 20

// readForm reads a form with files part by part. Files are kept as they come in and never held in memory; one that is not taken does not
// lose the rest of the form.
func (s *Server) readForm(c echo.Context) (typed, error) {
	in := typed{values: url.Values{}}
	parts, err := c.Request().MultipartReader()
	if err != nil {
		return in, wrongFormat(echo.MIMEMultipartForm)
	}
	left := int64(typedLimit)
	for {
		part, err := nextPart(parts)
		if errors.Is(err, io.EOF) {
			in.files = append(keptFiles(in.values), in.files...)
			return in, nil
		}
		if err != nil {
			return in, err
		}
		switch {
		case part.FormName() != "file":
			text, err := io.ReadAll(io.LimitReader(partReader{part}, left+1))
			if err != nil {
				return in, err
			}
			if left -= int64(len(text)); left < 0 {
				return in, refusal{http.StatusRequestEntityTooLarge, "too_large", workflow.Say("文字太多", "too much text")}
			}
			in.values.Add(part.FormName(), strings.ReplaceAll(string(text), "\r\n", "\n"))
		case part.FileName() != "" && len(in.files) < filesAtOnce:
			f, err := s.Engine.PutFile(c.Request().Context(), actorOf(c.Request().Context()), part.FileName(), partReader{part})
			if err != nil {
				in.err = first(in.err, err)
				continue
			}
			in.files = append(in.files, page.KeptFile{Hash: f.Hash, Name: f.Name})
		}
	}
}

// stepTyped makes a step of a form.
func (s *Server) stepTyped(ctx context.Context, action, of string, in typed) (workflow.Step, error) {
	var r reading
	v := in.values
	responsible, err := s.orgTyped(ctx, "responsible", v.Get("responsible"))
	if err != nil {
		return workflow.Step{}, err
	}
	step := workflow.Step{
		Action: workflow.Action(action), Request: workflow.RequestKind(of), Note: strings.TrimSpace(v.Get("note")), Basis: strings.TrimSpace(v.Get("basis")),
		Detail: strings.TrimSpace(v.Get("detail")), Aspect: v.Get("aspect"), Goal: strings.TrimSpace(v.Get("goal")), Source: sourceOf(&r, "source", v.Get("source")),
		Responsible: idOf[workflow.OrgID](&r, "responsible", responsible), Assisting: idsOf[workflow.OrgID](&r, "assisting", v["assisting"]),
		Parties: idsOf[workflow.OrgID](&r, "parties", v["parties"]), Person: idOf[workflow.PersonID](&r, "person", v.Get("person")),
		Kind: workflow.Kind(v.Get("kind")), Grade: gradeOf(&r, "grade", v.Get("grade")), Due: dayOf(&r, "due", v.Get("due")), Measures: measuresTyped(&r, v),
		StageGoal: strings.TrimSpace(v.Get("stage_goal")), NextReview: dayOf(&r, "next_review", v.Get("next_review")), Condition: strings.TrimSpace(v.Get("condition")),
		Recovered: fenOf(&r, "recovered", v.Get("recovered")),
	}
	step.Measure, _ = strconv.Atoi(v.Get("measure"))
	step.Criteria = workflow.Criteria{MeasuresDone: v.Has("measures_done"), ViolationsDone: v.Has("violations_done"), EffectReached: v.Has("effect_reached"),
		SameKindSought: v.Has("same_kind"), MechanismBuilt: v.Has("mechanism")}
	if step.Action == workflow.Record {
		step.Document.Number = strings.TrimSpace(v.Get("document"))
		if len(in.files) > 0 {
			step.Document.File = in.files[0].Hash
		}
	} else {
		step.Evidence = evidenceTyped(in, step.Measure)
	}
	if err := s.aroundTyped(ctx, &r, &step, v); err != nil {
		return workflow.Step{}, err
	}
	if r.err == nil && v.Get("other") != "" {
		step.Other, r.err = s.otherTyped(ctx, strings.TrimSpace(v.Get("other")))
	}
	return step, r.err
}

// otherTyped finds the other issue of a merge by its number or its id.
func (s *Server) otherTyped(ctx context.Context, name string) (workflow.IssueID, error) {
	if n, err := strconv.ParseInt(name, 10, 64); err == nil {
		return workflow.IssueID(n), nil
	}
	v, err := s.Engine.IssueNumbered(ctx, actorOf(ctx), name)
	if err != nil {
		return 0, workflow.Invalid("no_such_issue", "other", workflow.Say("没有编号为“%s”的问题，或您无权查看", "there is no issue %q, or you may not see it", name))
	}
	return v.Issue.ID, nil
}

func evidenceTyped(in typed, measure int) []workflow.Evidence {
	var out []workflow.Evidence
	for _, f := range in.files {
		out = append(out, workflow.Evidence{Hash: f.Hash, Name: f.Name, Measure: measure})
	}
	if text := strings.TrimSpace(in.values.Get("evidence_text")); text != "" {
		out = append(out, workflow.Evidence{Text: text, Measure: measure})
	}
	return out
}

// measuresTyped reads the table of measures; rows without a text do not count.
func measuresTyped(r *reading, v url.Values) (out []workflow.Measure) {
	for n, text := range v["measure_text"] {
		if text = strings.TrimSpace(text); text != "" {
			out = append(out, workflow.Measure{Text: text, Person: idOf[workflow.PersonID](r, "measures", at(v["measure_person"], n)),
				Due: dayOf(r, "measures", at(v["measure_due"], n)), Leader: strings.TrimSpace(at(v["measure_leader"], n)),
				Org: idOf[workflow.OrgID](r, "measures", at(v["measure_org"], n))})
		}
	}
	return out
}

// fenOf reads an amount of yuan.
func fenOf(r *reading, field, s string) int64 {
	s = strings.NewReplacer(",", "", "，", "", " ", "").Replace(s)
	if s == "" {
		return 0
	}
	yuan, err := strconv.ParseFloat(s, 64)
	if err != nil || yuan < 0 || yuan > 1e13 {
		r.fault(workflow.Invalid("bad_amount", field, workflow.Say("“%s”不是金额，应写作 1234.56", "%q is no amount; write 1234.56", s)))
		return 0
	}
	return int64(math.Round(yuan * 100))
}
