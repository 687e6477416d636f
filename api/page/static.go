package page

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
)

//go:embed static/*.css static/*.js static/*.svg
var staticFiles embed.FS

// StaticPath is where the static files are served.
const StaticPath = "/static/"

// Static holds the static files, packed, under names with a hash of their content, so that a browser never asks twice for one.
type Static struct {
	files     map[string]file   // by address
	addresses map[string]string // by name
}

type file struct {
	kind         string
	plain, small []byte
}

func loadStatic() (*Static, error) {
	s := &Static{files: make(map[string]file), addresses: make(map[string]string)}
	names, err := fs.Glob(staticFiles, "static/*.*")
	if err != nil {
		return nil, err
	}
	kinds := map[string]string{".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
	for _, name := range names {
		plain, err := staticFiles.ReadFile(name)
		if err != nil {
			return nil, err
		}
		small, err := pack(plain)
		if err != nil {
			return nil, err
		}
		base, sum := path.Base(name), sha256.Sum256(plain)
		ending := path.Ext(base)
		address := StaticPath + strings.TrimSuffix(base, ending) + "." + hex.EncodeToString(sum[:6]) + ending
		s.files[address], s.addresses[base] = file{kinds[ending], plain, small}, address
	}
	return s, nil
}

func pack(plain []byte) ([]byte, error) {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	_, err = z.Write(plain)
	err = errors.Join(err, z.Close())
	return b.Bytes(), err
}

// Address is where a static file is served. An unknown name has none.
func (s *Static) Address(name string) string { return s.addresses[name] }

// ServeHTTP sends a static file. What is under another address than Address gave is not found.
func (s *Static) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f, ok := s.files[r.URL.Path]
	if !ok {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", f.kind)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Vary", "Accept-Encoding")
	body := f.plain
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		body = f.small
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	_, _ = w.Write(body)
}
