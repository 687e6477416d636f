package api

import (
	"context"

	"golang.org/x/mod/sumdb/tlog"

	"rectify/workflow/engine"
)

// GetCheckpoint seals what there is and sends the newest checkpoint.
func (s *Server) GetCheckpoint(ctx context.Context, _ GetCheckpointRequestObject) (GetCheckpointResponseObject, error) {
	c, err := s.Engine.Checkpoint(ctx)
	return GetCheckpoint200TextResponse(c.Note), err
}

// GetSealKeys sends the public keys.
func (s *Server) GetSealKeys(ctx context.Context, _ GetSealKeysRequestObject) (GetSealKeysResponseObject, error) {
	text, err := s.Engine.SealKeysText(ctx)
	return GetSealKeys200TextResponse(text), err
}

// GetConsistency proves that one log grows out of another.
func (s *Server) GetConsistency(ctx context.Context, r GetConsistencyRequestObject) (GetConsistencyResponseObject, error) {
	hashes, err := s.Engine.Consistency(ctx, r.Params.From, r.Params.To)
	return GetConsistency200JSONResponse{From: r.Params.From, To: r.Params.To, Hashes: each(hashes, tlog.Hash.String)}, err
}

// Cosign keeps the signature of a witness.
func (s *Server) Cosign(ctx context.Context, r CosignRequestObject) (CosignResponseObject, error) {
	c, err := s.Engine.Cosign(ctx, r.Body.Note)
	return Cosign200JSONResponse(checkpointOut(c)), err
}

// ListCheckpoints lists checkpoints.
func (s *Server) ListCheckpoints(ctx context.Context, r ListCheckpointsRequestObject) (ListCheckpointsResponseObject, error) {
	all, err := s.Engine.Checkpoints(ctx, r.Params.Before, first(r.Params.Limit, pageSize))
	return ListCheckpoints200JSONResponse{Checkpoints: each(all, checkpointOut)}, err
}

func checkpointOut(c engine.Checkpoint) Checkpoint {
	return Checkpoint{Size: c.Size, At: c.At, Root: c.Root.String(), Code: c.ShortCode(), Note: c.Note, Witnesses: witnessNames(c)}
}

func witnessNames(c engine.Checkpoint) []string {
	names := []string{}
	for _, sig := range c.Witnesses {
		names = append(names, sig.Name)
	}
	return names
}
