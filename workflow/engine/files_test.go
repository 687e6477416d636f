package engine_test

import (
	"bytes"
	"errors"
	"image"
	"image/png"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/engine"
)

// picture is a small PNG.
func picture(t testing.TB) []byte {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, png.Encode(&out, image.NewGray(image.Rect(0, 0, 8, 8))))
	return out.Bytes()
}

func TestEvidenceIsKept(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		id := o.rectifying(workflow.Ordinary).ID
		info, err := o.PutFile(o.ctx, o.actor("gaofeng"), `C:\照片\公开栏.PNG`, bytes.NewReader(picture(t)))
		require.NoError(t, err)
		require.Equal(t, engine.FileInfo{Hash: info.Hash, Name: "公开栏.PNG", Type: "image/png", Size: int64(len(picture(t)))}, info)
		lie := workflow.Evidence{Hash: info.Hash, Name: "../../公开栏.png", Type: "text/html", Size: 5, Round: 9, By: 9, Measure: 1}
		i := o.do("gaofeng", id, workflow.Step{Action: workflow.Attest, Evidence: []workflow.Evidence{lie}})
		kept := i.Evidence[0]
		require.Equal(t, []any{"image/png", info.Size, 1, o.actor("gaofeng").Person, "公开栏.png", 1}, []any{kept.Type, kept.Size, kept.Round, kept.By, kept.Name, kept.Measure})
		x, r, err := o.OpenFile(o.ctx, o.actor("zhenglan"), id, info.Hash)
		require.NoError(t, err)
		body, err := io.ReadAll(r)
		require.NoError(t, errors.Join(err, r.Close()))
		require.Equal(t, picture(t), body)
		same(t, kept, x)
	})
}

func TestFilesThatAreRefused(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		by := o.actor("gaofeng")
		program := "MZ\x90\x00" + strings.Repeat("\x00", 200)
		for name, body := range map[string]string{"setup.exe": program, "照片.png": program, "网页.html": "<html>", "图.svg": "<svg/>", "无扩展名": "text", "宏.xlsm": "PK\x03\x04",
			"照片.jpg": string(picture(t)), "文本.txt": "\x7fELF\x02\x01\x01" + strings.Repeat("\x00", 100), "": "x"} {
			_, err := o.PutFile(o.ctx, by, name, strings.NewReader(body))
			fault(t, err, workflow.ErrInvalid, "file_type")
		}
		_, err := o.PutFile(o.ctx, by, "空.png", strings.NewReader(""))
		fault(t, err, workflow.ErrInvalid, "empty_file")
		_, err = o.PutFile(o.ctx, by, "大.txt", io.LimitReader(letterA{}, engine.FileLimit+1))
		fault(t, err, workflow.ErrInvalid, "file_too_large")
		broken := io.MultiReader(bytes.NewReader(picture(t)), &brokenReader{})
		_, err = o.PutFile(o.ctx, by, "断.png", io.MultiReader(broken))
		require.ErrorIs(t, err, io.ErrClosedPipe, "what broke off is not kept")
		nobody := by
		nobody.Appointments = nil
		_, err = o.PutFile(o.ctx, nobody, "照片.png", bytes.NewReader(picture(t)))
		fault(t, err, workflow.ErrForbidden, "no_post")
	})
}

// letterA is a text without end.
type letterA struct{}

func (letterA) Read(p []byte) (int, error) {
	for n := range p {
		p[n] = 'a'
	}
	return len(p), nil
}

// brokenReader is a connection that ends in the middle.
type brokenReader struct{}

func (*brokenReader) Read([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestEvidenceThatWasNotUploaded(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		id := o.rectifying(workflow.Ordinary).ID
		for _, hash := range []string{strings.Repeat("ab", 32), "../../etc/passwd", "x"} {
			s := workflow.Step{Action: workflow.Attest, Evidence: []workflow.Evidence{{Hash: hash, Name: "照片.png"}}}
			o.refused("gaofeng", id, s, workflow.ErrInvalid, "unknown_file")
			s = workflow.Step{Action: workflow.Record, Note: "批复", Document: workflow.Document{Number: "1", File: hash}}
			_, err := o.try("zhenglan", id, s)
			require.Error(t, err)
		}
		info, err := o.PutFile(o.ctx, o.actor("gaofeng"), "照片.png", bytes.NewReader(picture(t)))
		require.NoError(t, err)
		renamed := workflow.Step{Action: workflow.Attest, Evidence: []workflow.Evidence{{Hash: info.Hash, Name: "照片.txt"}}}
		o.refused("gaofeng", id, renamed, workflow.ErrInvalid, "file_type")
		o.refused("gaofeng", id, workflow.Step{Action: workflow.Attest, Evidence: texts("  ")}, workflow.ErrInvalid, "empty_evidence")
	})
}

// A file is opened through an issue that has it, by who may see the issue.
func TestFilesAreOpenedThroughTheirIssue(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		id := o.rectifying(workflow.Ordinary).ID
		hash := o.upload("台账.txt", []byte("一、二、三"))
		_, _, err := o.OpenFile(o.ctx, o.actor("gaofeng"), id, hash)
		fault(t, err, workflow.ErrNotFound, "no_such_file")
		s := workflow.Step{Action: workflow.Attest, Evidence: []workflow.Evidence{{Hash: hash, Name: "台账.txt"}}}
		o.do("gaofeng", id, s)
		_, _, err = o.OpenFile(o.ctx, o.actor("luomin"), id, hash)
		fault(t, err, workflow.ErrNotFound, "no_such_issue")
		_, _, err = o.OpenFile(o.ctx, o.actor("gaofeng"), id, "")
		fault(t, err, workflow.ErrNotFound, "no_such_file")
		other := o.find("luomin", engine.Finding{Detail: "另一件", Source: "self_check"}).ID
		_, _, err = o.OpenFile(o.ctx, o.actor("luomin"), other, hash)
		fault(t, err, workflow.ErrNotFound, "no_such_file")
	})
}

// What an inspector reads and takes is on record; what others look at is not.
func TestInspectorsLooksAreOnRecord(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		id := o.rectifying(workflow.Ordinary).ID
		hash := o.upload("台账.txt", []byte("一、二、三"))
		o.do("gaofeng", id, workflow.Step{Action: workflow.Attest, Evidence: []workflow.Evidence{{Hash: hash, Name: "台账.txt"}}})
		for _, account := range []string{"sunli", "zhenglan"} {
			view, err := o.Issue(o.ctx, o.actor(account), id)
			require.NoError(t, err)
			require.Equal(t, account == "sunli", len(view.Offers) == 0, "an inspector is offered nothing")
			_, r, err := o.OpenFile(o.ctx, o.actor(account), id, hash)
			require.NoError(t, err)
			require.NoError(t, r.Close())
		}
		looks := func(account string) (acts []string) {
			lines, err := o.db.History(o.ctx, "look", int64(o.actor(account).Person), 0, 10)
			require.NoError(t, err)
			for _, l := range lines {
				acts = append(acts, l.Action)
				require.Equal(t, workflow.Post("inspector"), l.Post)
			}
			return acts
		}
		require.Equal(t, []string{"view", "download"}, looks("sunli"))
		require.Empty(t, looks("zhenglan"))
	})
}
