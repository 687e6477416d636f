package engine

import (
	"bytes"
	"context"
	"errors"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/gabriel-vasile/mimetype"

	"rectify/workflow"
)

// FileLimit is the size of the largest piece of evidence, in bytes.
const FileLimit = 50 << 20

// fileTypes are the media types that evidence may have, by the ending of the name. Both must fit.
var fileTypes = map[string][]string{
	".jpg": {"image/jpeg"}, ".jpeg": {"image/jpeg"}, ".png": {"image/png"}, ".gif": {"image/gif"}, ".bmp": {"image/bmp"}, ".webp": {"image/webp"},
	".pdf": {"application/pdf"}, ".ofd": {"application/zip", "application/ofd"},
	".docx": {"application/vnd.openxmlformats-officedocument.wordprocessingml.document", "application/zip"},
	".xlsx": {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "application/zip"},
	".pptx": {"application/vnd.openxmlformats-officedocument.presentationml.presentation", "application/zip"},
	".doc":  {"application/msword", "application/x-ole-storage"}, ".xls": {"application/vnd.ms-excel", "application/x-ole-storage"},
	".ppt": {"application/vnd.ms-powerpoint", "application/x-ole-storage"},
	".wps": {"application/x-ole-storage", "application/msword", "application/zip"}, ".et": {"application/x-ole-storage", "application/vnd.ms-excel", "application/zip"},
	".txt": {"text/plain"}, ".csv": {"text/plain", "text/csv"},
	".mp4": {"video/mp4"}, ".mp3": {"audio/mpeg"},
}

// sniffed is how much of a file is looked at to tell its type.
const sniffed = 3072

// FileInfo describes a file that was uploaded and is not yet part of an issue.
type FileInfo struct {
	Hash string
	Name string
	Type string
	Size int64
}

// PutFile keeps a file under the hash of its content. It becomes evidence when a step names the hash; a file that no step ever names is
// swept away later. ErrInvalid for a type that is not allowed, an empty file, or one over FileLimit.
func (e *Engine) PutFile(ctx context.Context, by workflow.Actor, name string, r io.Reader) (FileInfo, error) {
	if len(by.Appointments) == 0 {
		return FileInfo{}, workflow.Forbidden("no_post", workflow.Say("您现在没有任职，不能上传", "you hold no post, so you cannot upload"))
	}
	name = path.Base(strings.ReplaceAll(name, "\\", "/"))
	head := make([]byte, sniffed)
	n, err := io.ReadFull(r, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		if errors.Is(err, io.EOF) {
			err = workflow.Invalid("empty_file", "file", workflow.Say("文件“%s”是空的", "the file %q is empty", name))
		}
		return FileInfo{}, err
	}
	head = head[:n]
	kind, err := sniff(name, head)
	if err != nil {
		return FileInfo{}, err
	}
	hash, size, err := e.files.Put(ctx, io.MultiReader(bytes.NewReader(head), r), FileLimit)
	return FileInfo{Hash: hash, Name: name, Type: kind, Size: size}, err
}

// sniff tells the type by content and holds it against the ending of the name.
func sniff(name string, head []byte) (string, error) {
	ending := strings.ToLower(path.Ext(name))
	allowed, ok := fileTypes[ending]
	if !ok {
		return "", workflow.Invalid("file_type", "file", workflow.Say("不接受“%s”这类文件；可用图片、PDF、OFD、Word、Excel、PPT、WPS、文本、MP4、MP3",
			"files like %q are not taken; pictures, PDF, OFD, Word, Excel, PowerPoint, WPS, text, MP4 and MP3 are", name))
	}
	for m := mimetype.Detect(head); m != nil; m = m.Parent() {
		if kind, _, _ := strings.Cut(m.String(), ";"); slices.Contains(allowed, kind) {
			return allowed[0], nil
		}
	}
	return "", workflow.Invalid("file_type", "file", workflow.Say("文件“%s”的内容与扩展名%s不符", "the content of %q is not what its ending %s says", name, ending))
}

// attached gives the pieces of evidence in a step what the store knows of their files: type and size are never taken from who asks. It
// refuses a file that was not uploaded.
func (e *Engine) attached(s *workflow.Step) error {
	s.Evidence = slices.Clone(s.Evidence)
	for n := range s.Evidence {
		x := &s.Evidence[n]
		if x.Hash == "" {
			x.Name, x.Type, x.Size = "", "", 0
			continue
		}
		x.Name = path.Base(strings.ReplaceAll(x.Name, "\\", "/"))
		head, size, err := e.head(x.Hash)
		if err != nil {
			return workflow.Invalid("unknown_file", "evidence", workflow.Say("第%d份佐证的文件尚未上传", "the file of evidence %d was not uploaded", n+1))
		}
		if x.Type, err = sniff(x.Name, head); err != nil {
			return err
		}
		x.Size = size
	}
	if s.Document.File == "" {
		return nil
	}
	if _, _, err := e.head(s.Document.File); err != nil {
		return workflow.Invalid("unknown_file", "document", workflow.Say("文件尚未上传", "the file was not uploaded"))
	}
	return nil
}

// head reads the beginning of a file and its size.
func (e *Engine) head(hash string) (head []byte, size int64, err error) {
	f, err := e.files.Open(hash)
	if err != nil {
		return nil, 0, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return nil, 0, err
	}
	head = make([]byte, min(sniffed, info.Size()))
	_, err = io.ReadFull(f, head)
	return head, info.Size(), err
}

// OpenFile opens a file that is evidence of an issue (or the document of its closure). ErrNotFound when it is not, or when the actor may
// not see the issue.
func (e *Engine) OpenFile(ctx context.Context, by workflow.Actor, id workflow.IssueID, hash string) (workflow.Evidence, io.ReadSeekCloser, error) {
	i, err := e.see(ctx, &by, id)
	if err != nil {
		return workflow.Evidence{}, nil, err
	}
	found := slices.IndexFunc(i.Evidence, func(x workflow.Evidence) bool { return x.Hash == hash && hash != "" })
	var x workflow.Evidence
	switch {
	case found >= 0:
		x = i.Evidence[found]
	case hash != "" && i.Document.File == hash:
		x = workflow.Evidence{Hash: hash, Name: i.Document.Number, Type: "application/octet-stream"}
	default:
		return x, nil, workflow.NotFound("no_such_file", workflow.Say("这个问题没有这份材料", "the issue has no such file"))
	}
	if err := e.took(ctx, &by, "download", id, x.Name); err != nil {
		return x, nil, err
	}
	f, err := e.files.Open(hash)
	if err != nil {
		return x, nil, err
	}
	return x, f, nil
}
