package store

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"
	"sync"
	"time"

	"gorm.io/gorm"

	"rectify/workflow"
)

const arriving = "arriving" // the folder of files that are not complete yet

// Files keeps evidence on disk, each file once, under the SHA-256 of what is in it. Nothing outside its folder can be reached.
type Files struct {
	root *os.Root
	mu   sync.Mutex // between the last look at a file and taking it away
}

// OpenFiles opens the folder, and makes it if it is not there.
func OpenFiles(dir string) (*Files, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	if err := root.MkdirAll(arriving, 0o700); err != nil {
		return nil, errors.Join(err, root.Close())
	}
	return &Files{root: root}, nil
}

// Close closes the folder.
func (f *Files) Close() error { return f.root.Close() }

// fileName is where the file with a hash is: in two levels of folders, so that none gets long.
func fileName(hash string) string { return hash[:2] + "/" + hash[2:4] + "/" + hash }

func isHash(s string) bool {
	raw, err := hex.DecodeString(s)
	return err == nil && len(raw) == sha256.Size && s == strings.ToLower(s)
}

// Put keeps what r holds, at most limit bytes, and returns its hash and size. When it returns the file is on the disk, whole; when
// it fails nothing is left under the hash. A file that is there already counts as new for Sweep.
//
// Errors: ErrInvalid with the code file_too_large, those of r, and those of the disk.
func (f *Files) Put(ctx context.Context, r io.Reader, limit int64) (hash string, size int64, err error) {
	name := arriving + "/" + rand.Text()
	file, err := f.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return "", 0, err
	}
	sum := sha256.New()
	size, err = io.Copy(io.MultiWriter(file, sum), io.LimitReader(steady{ctx, r}, limit+1))
	if err == nil && size > limit {
		err = workflow.Invalid("file_too_large", "file", workflow.Say("文件超过%d MB，请压缩或拆分后再传", "the file is larger than %d MB; compress or split it", limit>>20))
	}
	if err == nil {
		err = file.Sync()
	}
	err = errors.Join(err, file.Close())
	hash = hex.EncodeToString(sum.Sum(nil))
	if err == nil {
		err = f.keep(name, hash)
	}
	if err != nil {
		_ = f.root.Remove(name)
		return "", 0, err
	}
	return hash, size, nil
}

// keep gives a complete file its name, and makes sure that the folders remember it.
func (f *Files) keep(name, hash string) error {
	to := fileName(hash)
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.root.MkdirAll(to[:5], 0o700); err != nil {
		return err
	}
	if err := f.root.Rename(name, to); err != nil {
		return err
	}
	for _, folder := range []string{to[:5], to[:2], "."} {
		if err := f.syncFolder(folder); err != nil {
			return err
		}
	}
	return nil
}

func (f *Files) syncFolder(name string) error {
	folder, err := f.root.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// steady stops reading when ctx ends.
type steady struct {
	ctx context.Context
	r   io.Reader
}

// Read reads on as long as there is somebody to read for.
func (s steady) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.r.Read(p)
}

// Open opens the file with the hash for reading. ErrNotFound with the code no_such_file.
func (f *Files) Open(hash string) (*os.File, error) {
	missing := workflow.NotFound("no_such_file", workflow.Say("没有这个文件", "there is no such file"))
	if !isHash(hash) {
		return nil, missing
	}
	file, err := f.root.Open(fileName(hash))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, missing
	}
	return file, err
}

// Sweep removes the files that came before olderThan and to which no issue refers, and what was left of uploads that broke off. It
// returns how many files it removed. A step must be kept sooner after its files came than olderThan reaches back.
func (f *Files) Sweep(ctx context.Context, db *DB, olderThan time.Time) (removed int, err error) {
	var old []string
	flush := func() error {
		unused, err := db.Unreferenced(ctx, old)
		for _, hash := range unused {
			gone, err := f.removeOld(fileName(hash), olderThan)
			if err != nil {
				return err
			}
			removed += gone
		}
		old = old[:0]
		return err
	}
	err = fs.WalkDir(f.root.FS(), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		if strings.HasPrefix(path, arriving+"/") {
			_, err := f.removeOld(path, olderThan)
			return err
		}
		if info, err := entry.Info(); err == nil && info.ModTime().Before(olderThan) && isHash(entry.Name()) {
			old = append(old, entry.Name())
		}
		if len(old) < idsAtOnce {
			return ctx.Err()
		}
		return flush()
	})
	if err != nil {
		return removed, err
	}
	return removed, flush()
}

// removeOld removes a file unless it was put again meanwhile.
func (f *Files) removeOld(path string, olderThan time.Time) (removed int, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	info, err := f.root.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return 0, nil
	case err != nil || !info.ModTime().Before(olderThan):
		return 0, err
	}
	return 1, f.root.Remove(path)
}

// Unreferenced returns those of the hashes to which no issue refers.
func (db *DB) Unreferenced(ctx context.Context, hashes []string) ([]string, error) {
	used := make(map[string]bool, len(hashes))
	err := db.read(ctx, func(tx *gorm.DB) error {
		return inBatches(hashes, func(marks string, args []any) error {
			return each(tx, func(scan func(...any) error) error {
				var hash string
				err := scan(&hash)
				used[hash] = true
				return err
			}, "SELECT DISTINCT hash FROM file_refs WHERE hash IN ("+marks+")", args...)
		})
	})
	var out []string
	for _, hash := range hashes {
		if !used[hash] {
			out = append(out, hash)
		}
	}
	if err != nil {
		return nil, err
	}
	return out, nil
}
