package api

import (
	"context"

	"rectify/workflow/engine"
)

// ListNotices lists what others did that the caller is to hear of.
func (s *Server) ListNotices(ctx context.Context, r ListNoticesRequestObject) (ListNoticesResponseObject, error) {
	found, err := s.Engine.Notices(ctx, actorOf(ctx), r.Params.After, first(r.Params.Limit, pageSize))
	if err != nil {
		return nil, err
	}
	return ListNotices200JSONResponse{Notices: each(found.Rows, noticeOut), Next: found.Next}, nil
}

func noticeOut(n engine.Notice) Notice {
	return Notice{Issue: id(n.Issue), Number: n.Number, Title: n.Title, Seq: n.Seq, At: n.At.UTC(), Action: string(n.Action), ActionText: textOut(n.Action.Text()),
		Name: n.Name, OrgName: n.OrgName, Note: n.Note, As: n.As.String(), Unread: n.Unread}
}
