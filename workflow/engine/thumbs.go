package engine

import (
	"bytes"
	"context"
	"image"
	"image/color"
	_ "image/gif" // a kind of picture that is read
	"image/jpeg"
	_ "image/png" // another
	"io"
	"slices"
	"sync"

	"rectify/workflow"
)

const (
	thumbSide   = 240      // pixels of the longer side
	thumbPixels = 40 << 20 // pixels of the largest picture that is read
	thumbsKept  = 500
	thumbsAtOne = 2 // pictures that are read at the same time; each takes up to four bytes a pixel
)

// ThumbTypes are the media types of which there are small pictures.
func ThumbTypes() []string { return []string{"image/jpeg", "image/png", "image/gif"} }

// thumbs are the small pictures that were made lately, by the hash of the file.
type thumbs struct {
	mu    sync.Mutex
	made  map[string][]byte
	order []string
	turn  chan struct{}
}

func newThumbs() *thumbs {
	return &thumbs{made: make(map[string][]byte), turn: make(chan struct{}, thumbsAtOne)}
}

func (t *thumbs) find(hash string) ([]byte, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	b, ok := t.made[hash]
	return b, ok
}

func (t *thumbs) keep(hash string, b []byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, ok := t.made[hash]; !ok {
		t.order = append(t.order, hash)
	}
	t.made[hash] = b
	if len(t.order) > thumbsKept {
		delete(t.made, t.order[0])
		t.order = slices.Clone(t.order[1:])
	}
}

// Thumbnail is a small JPEG of a picture that is evidence of an issue. It is part of the look at the issue and no download. ErrNotFound when
// the actor may not see the issue or there is no such picture, or none that can be made small.
func (e *Engine) Thumbnail(ctx context.Context, by workflow.Actor, id workflow.IssueID, hash string) ([]byte, error) {
	i, err := e.see(ctx, &by, id)
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(i.Evidence, func(x workflow.Evidence) bool {
		return x.Hash == hash && hash != "" && slices.Contains(ThumbTypes(), x.Type)
	}) {
		return nil, noThumb()
	}
	if b, ok := e.thumbs.find(hash); ok {
		return b, nil
	}
	select {
	case e.thumbs.turn <- struct{}{}:
		defer func() { <-e.thumbs.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	f, err := e.files.Open(hash)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := thumbOf(f)
	if err != nil {
		return nil, err
	}
	e.thumbs.keep(hash, b)
	return b, nil
}

func noThumb() error {
	return workflow.NotFound("no_thumbnail", workflow.Say("没有这张缩略图", "there is no such small picture"))
}

// thumbOf makes a picture small. What is no picture, or too large a one, has no thumbnail.
func thumbOf(r io.ReadSeeker) ([]byte, error) {
	size, _, err := image.DecodeConfig(r)
	if err != nil || size.Width < 1 || size.Height < 1 || size.Width > thumbPixels/size.Height {
		return nil, noThumb()
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	picture, _, err := image.Decode(r)
	if err != nil {
		return nil, noThumb()
	}
	var b bytes.Buffer
	err = jpeg.Encode(&b, shrink(picture, thumbSide), &jpeg.Options{Quality: 80})
	return b.Bytes(), err
}

// shrink makes the longer side so many pixels at most. Each pixel is the mean of those of the picture that it stands for, on white.
func shrink(from image.Image, side int) image.Image {
	box := from.Bounds()
	w, h := box.Dx(), box.Dy()
	tall, wide := min(h, max(1, h*side/max(w, h))), min(w, max(1, w*side/max(w, h)))
	out := image.NewRGBA(image.Rect(0, 0, wide, tall))
	for y := range tall {
		for x := range wide {
			part := image.Rect(x*w/wide, y*h/tall, max((x+1)*w/wide, x*w/wide+1), max((y+1)*h/tall, y*h/tall+1)).Add(box.Min)
			out.SetRGBA(x, y, mean(from, part))
		}
	}
	return out
}

// mean is the mean colour of a part of a picture. Of a large part every few pixels are looked at.
func mean(from image.Image, part image.Rectangle) color.RGBA {
	const looks = 8 // in each direction
	stepX, stepY := max(1, part.Dx()/looks), max(1, part.Dy()/looks)
	var r, g, b, n uint32
	for y := part.Min.Y; y < part.Max.Y; y += stepY {
		for x := part.Min.X; x < part.Max.X; x += stepX {
			pr, pg, pb, pa := from.At(x, y).RGBA()
			white := 0xffff - pa
			r, g, b, n = r+(pr+white)>>8, g+(pg+white)>>8, b+(pb+white)>>8, n+1
		}
	}
	return color.RGBA{uint8(r / n), uint8(g / n), uint8(b / n), 255} //nolint:gosec // the mean of bytes is a byte
}
