package api

import (
	"context"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"rectify/workflow"
)

// filesAtOnce is how many files one upload may hold.
const filesAtOnce = 50

// UploadFiles keeps files. Each is passed on as it comes in and never held in memory.
func (s *Server) UploadFiles(ctx context.Context, r UploadFilesRequestObject) (UploadFilesResponseObject, error) {
	out := UploadFiles201JSONResponse{Files: []FileInfo{}}
	for {
		part, err := nextPart(r.Body)
		switch {
		case errors.Is(err, io.EOF) && len(out.Files) == 0:
			return nil, missingField("file")
		case errors.Is(err, io.EOF):
			return out, nil
		case err != nil:
			return nil, err
		case part.FormName() != "file" || part.FileName() == "":
			return nil, unknownField(part.FormName())
		case len(out.Files) == filesAtOnce:
			return nil, workflow.Invalid("too_many", "file", workflow.Say("一次最多上传%d个文件", "one upload holds %d files at the most", filesAtOnce))
		}
		f, err := s.Engine.PutFile(ctx, actorOf(ctx), part.FileName(), partReader{part})
		if err != nil {
			return nil, err
		}
		out.Files = append(out.Files, FileInfo{Hash: f.Hash, Name: f.Name, Type: f.Type, Size: f.Size})
	}
}

// nextPart is the next part of a form, io.EOF at its end.
func nextPart(r *multipart.Reader) (*multipart.Part, error) {
	part, err := r.NextPart()
	if err != nil && !errors.Is(err, io.EOF) {
		err = formError(err)
	}
	return part, err
}

// partReader reads a part of a form. A part that broke off is a fault of the form and never the end of a file.
type partReader struct{ part *multipart.Part }

// Read reads on.
func (p partReader) Read(b []byte) (int, error) {
	n, err := p.part.Read(b)
	if err != nil && !errors.Is(err, io.EOF) {
		err = formError(err)
	}
	return n, err
}

// formError is a form that broke off or is no form.
func formError(err error) error {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return err
	}
	return workflow.Invalid("bad_form", "", workflow.Say("上传的表单不完整", "the form is not complete"))
}

// evidence is a file that is sent.
type evidence struct {
	file io.ReadSeekCloser
	what workflow.Evidence
}

// VisitGetEvidenceResponse sends the file as an attachment that a browser will not open by itself.
func (e evidence) VisitGetEvidenceResponse(w http.ResponseWriter) error {
	defer e.file.Close()
	attach(w, first(e.what.Name, "附件"), first(e.what.Type, "application/octet-stream"))
	if e.what.Size > 0 {
		w.Header().Set("Content-Length", strconv.FormatInt(e.what.Size, 10))
	}
	_, err := io.Copy(w, e.file)
	return whole(w, err)
}

// GetEvidence sends a file that is evidence of an issue.
func (s *Server) GetEvidence(ctx context.Context, r GetEvidenceRequestObject) (GetEvidenceResponseObject, error) {
	issue, err := pathID[workflow.IssueID](r.Issue)
	if err != nil {
		return nil, err
	}
	what, file, err := s.Engine.OpenFile(ctx, actorOf(ctx), issue, r.Hash)
	if err != nil {
		return nil, err
	}
	return evidence{file, what}, nil
}

// whole ends an answer that was written while it was made. When it broke off after its beginning was sent, the connection is cut, so
// that nobody takes a part for the whole.
func whole(w http.ResponseWriter, err error) error {
	if err == nil {
		return nil
	}
	if sent, ok := w.(*echo.Response); ok && sent.Committed {
		panic(http.ErrAbortHandler)
	}
	return err
}
