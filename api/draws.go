package api

import (
	"context"
	"encoding/hex"

	"rectify/workflow"
	"rectify/workflow/engine"
)

// ListDraws lists the draws, the latest first.
func (s *Server) ListDraws(ctx context.Context, r ListDrawsRequestObject) (ListDrawsResponseObject, error) {
	var in reading
	before := idOf[int64](&in, "before", r.Params.Before)
	if in.err != nil {
		return nil, in.err
	}
	draws, err := s.Engine.Draws(ctx, before, first(r.Params.Limit, pageSize))
	return ListDraws200JSONResponse{Draws: each(draws, func(d engine.Draw) Draw { return drawOut(&engine.DrawProof{Draw: d}) })}, err
}

// AnnounceDraw announces a draw.
func (s *Server) AnnounceDraw(ctx context.Context, r AnnounceDrawRequestObject) (AnnounceDrawResponseObject, error) {
	var in reading
	plan := engine.DrawPlan{Org: idOf[workflow.OrgID](&in, "org", r.Body.Org), From: dayOf(&in, "from", r.Body.From), To: dayOf(&in, "to", r.Body.To),
		Size: r.Body.Size, On: dayOf(&in, "on", r.Body.On)}
	if in.err != nil {
		return nil, in.err
	}
	d, err := s.Engine.AnnounceDraw(ctx, actorOf(ctx), plan)
	if err != nil {
		return nil, err
	}
	proof, err := s.Engine.DrawProof(ctx, d.ID)
	return AnnounceDraw200JSONResponse(drawOut(&proof)), err
}

// GetDraw reads a draw with all that is needed to draw again.
func (s *Server) GetDraw(ctx context.Context, r GetDrawRequestObject) (GetDrawResponseObject, error) {
	proof, err := s.drawProof(ctx, r.Draw)
	return GetDraw200JSONResponse(drawOut(&proof)), err
}

// HoldDraw draws.
func (s *Server) HoldDraw(ctx context.Context, r HoldDrawRequestObject) (HoldDrawResponseObject, error) {
	number, err := pathID[int64](r.Draw)
	if err != nil {
		return nil, err
	}
	if _, err := s.Engine.HoldDraw(ctx, actorOf(ctx), number); err != nil {
		return nil, err
	}
	proof, err := s.drawProof(ctx, r.Draw)
	return HoldDraw200JSONResponse(drawOut(&proof)), err
}

func (s *Server) drawProof(ctx context.Context, draw Id) (engine.DrawProof, error) {
	number, err := pathID[int64](draw)
	if err != nil {
		return engine.DrawProof{}, err
	}
	return s.Engine.DrawProof(ctx, number)
}

func drawOut(p *engine.DrawProof) Draw {
	out := Draw{Id: id(p.ID), Number: p.Number, Org: id(p.Draw.Org), From: day(p.From), To: day(p.To), Size: p.Size, On: day(p.On), At: p.At,
		DrawnAt: p.DrawnAt, Seed: p.Seed, Population: p.Population, Drawn: append([]string{}, p.Drawn...)}
	if p.Lot.Announced != ([32]byte{}) {
		out.Announced = hex.EncodeToString(p.Lot.Announced[:])
	}
	if !p.DrawnAt.IsZero() {
		out.Head = hex.EncodeToString(p.Head[:])
	}
	return out
}
