package engine

import (
	"context"
	"strings"
)

// OrgsLike lists organisations with the text in their name, or as their code, so many at most.
func (e *Engine) OrgsLike(ctx context.Context, text string, most int) ([]Org, error) {
	if text = strings.TrimSpace(text); text == "" {
		return nil, nil
	}
	return e.db.OrgsLike(ctx, text, min(most, PageLimit))
}
