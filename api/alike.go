package api

import (
	"context"

	"rectify/workflow"
	"rectify/workflow/engine"
)

// SimilarIssues finds issues under way that may be the same problem as a text or an issue.
func (s *Server) SimilarIssues(ctx context.Context, r SimilarIssuesRequestObject) (SimilarIssuesResponseObject, error) {
	var in reading
	issue := idOf[workflow.IssueID](&in, "issue", r.Params.Issue)
	like := engine.Likewise{Text: r.Params.Text, Org: idOf[workflow.OrgID](&in, "org", r.Params.Org)}
	if in.err != nil {
		return nil, in.err
	}
	find := func() ([]engine.Similar, error) { return s.Engine.Similar(ctx, actorOf(ctx), like) }
	if issue != 0 {
		find = func() ([]engine.Similar, error) { return s.Engine.SimilarTo(ctx, actorOf(ctx), issue) }
	}
	found, err := find()
	return SimilarIssues200JSONResponse{Similar: each(found, func(x engine.Similar) SimilarIssue {
		i := &x.Issue
		return SimilarIssue{Id: id(i.ID), Number: i.ShownNumber(), OwnNumber: i.OwnNumber, State: string(i.State), Source: string(i.Source), Detail: i.Detail,
			Org: id(x.Org.ID), Alike: x.Alike, Reasons: each(x.Reasons, textOut), MayMerge: x.MayMerge}
	})}, err
}

// ListAskedSelfChecks lists the self-checks that an issue asked for.
func (s *Server) ListAskedSelfChecks(ctx context.Context, r ListAskedSelfChecksRequestObject) (ListAskedSelfChecksResponseObject, error) {
	issue, err := pathID[workflow.IssueID](r.Issue)
	if err != nil {
		return nil, err
	}
	all, err := s.Engine.SelfChecksAbout(ctx, actorOf(ctx), issue)
	return ListAskedSelfChecks200JSONResponse{SelfChecks: each(all, selfCheckOut)}, err
}

// ListSelfChecks lists what the caller's organisations are asked and what they asked others.
func (s *Server) ListSelfChecks(ctx context.Context, _ ListSelfChecksRequestObject) (ListSelfChecksResponseObject, error) {
	all, err := s.Engine.SelfChecks(ctx, actorOf(ctx))
	return ListSelfChecks200JSONResponse{Open: each(all.Open, selfCheckOut), Answered: each(all.Answered, selfCheckOut),
		Asked: each(all.Asked, func(x engine.AskedChecks) AskedSelfChecks {
			out := AskedSelfChecks{Number: x.Number, Text: x.Text, Due: day(x.Due), Asked: x.Asked, Answered: x.Answered, Have: x.Have, HaveNot: x.None, Late: x.Late}
			if x.Number != "" {
				out.Issue = id(x.Issue)
			}
			return out
		})}, err
}

// AnswerSelfCheck answers a self-check.
func (s *Server) AnswerSelfCheck(ctx context.Context, r AnswerSelfCheckRequestObject) (AnswerSelfCheckResponseObject, error) {
	check, err := pathID[workflow.SelfCheckID](r.Check)
	if err != nil {
		return nil, err
	}
	done, err := s.Engine.AnswerSelfCheck(ctx, actorOf(ctx), check, engine.CheckReply{Answer: workflow.CheckAnswer(r.Body.Answer), Note: r.Body.Note, Detail: r.Body.Detail})
	return AnswerSelfCheck200JSONResponse(selfCheckOut(done)), err
}

// selfCheckOut leaves out the issue that asked: who is asked may not know it.
func selfCheckOut(c engine.Checked) SelfCheck {
	out := SelfCheck{Id: id(c.ID), Org: id(c.Org), OrgName: c.OrgName, AskedFor: id(c.AskedFor), AskedForName: c.ForName, Text: c.Text, Due: day(c.Due), AskedAt: c.AskedAt,
		Answer: string(c.Answer), AnsweredAt: c.AnsweredAt, Note: c.Note, Late: c.Late, IssueNumber: c.Became}
	if c.Became != "" {
		out.Issue = id(c.Made)
	}
	return out
}
