package store_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/store"
	"rectify/workflow/store/storetest"
)

// filesIn lists the files below a folder.
func filesIn(t *testing.T, dir string) (names []string) {
	require.NoError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			names = append(names, d.Name())
		}
		return err
	}))
	return names
}

func TestFilesAreWholeOrNotThere(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "佐证")
	files := must(store.OpenFiles(dir))
	defer files.Close()
	content := bytes.Repeat([]byte("照片"), 1000)
	hash, size, err := files.Put(t.Context(), bytes.NewReader(content), int64(len(content)))
	require.NoError(t, err)
	sum := sha256.Sum256(content)
	require.Equal(t, hex.EncodeToString(sum[:]), hash)
	require.Equal(t, int64(len(content)), size)
	again, _, err := files.Put(t.Context(), bytes.NewReader(content), 1<<20)
	require.NoError(t, err)
	require.Equal(t, hash, again)
	require.Equal(t, []string{hash}, filesIn(t, dir), "kept once, nothing left beside it")
	file := must(files.Open(hash))
	require.Equal(t, content, must(io.ReadAll(file)))
	require.NoError(t, file.Close())

	_, _, err = files.Put(t.Context(), bytes.NewReader(content), int64(len(content))-1)
	asFault(t, err, "file_too_large")
	_, _, err = files.Put(t.Context(), io.MultiReader(strings.NewReader("half"), iotest.ErrReader(store.ErrOnPurpose)), 1<<20)
	require.ErrorIs(t, err, store.ErrOnPurpose)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, err = files.Put(ctx, strings.NewReader("late"), 1<<20)
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, []string{hash}, filesIn(t, dir), "nothing is left of what failed")
	for _, bad := range []string{"", "../../etc/passwd", strings.ToUpper(hash), hash[:63], strings.Repeat("0", 64), "arriving"} {
		_, err := files.Open(bad)
		asFault(t, err, "no_such_file")
	}
}

func TestSweepTakesOnlyWhatNobodyNeeds(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db, dir := open(), t.TempDir()
		files := must(store.OpenFiles(dir))
		defer files.Close()
		put := func(text string, age time.Duration) string {
			hash, _, err := files.Put(t.Context(), strings.NewReader(text), 100)
			require.NoError(t, err)
			then := time.Now().Add(-age)
			require.NoError(t, os.Chtimes(filepath.Join(dir, hash[:2], hash[2:4], hash), then, then))
			return hash
		}
		used, document, unused, young := put("used", 48*time.Hour), put("document", 48*time.Hour), put("unused", 48*time.Hour), put("young", time.Hour)
		broken := filepath.Join(dir, "arriving", "BROKEN")
		require.NoError(t, os.WriteFile(broken, []byte("half"), 0o600))
		require.NoError(t, os.Chtimes(broken, time.Now().Add(-48*time.Hour), time.Now().Add(-48*time.Hour)))
		i := found(10)
		i.Evidence, i.Document.File = []workflow.Evidence{{Hash: used}}, document
		create(t, db, i)
		_, err := db.Transition(t.Context(), 10, store.Key{}, store.Refs{}, stepTo(1, func(i *workflow.Issue) { i.Evidence, i.Document.File = nil, "" }))
		require.NoError(t, err)
		removed, err := files.Sweep(t.Context(), db, time.Now().Add(-24*time.Hour))
		require.NoError(t, err)
		require.Equal(t, 1, removed)
		require.ElementsMatch(t, []string{used, document, young}, filesIn(t, dir), "history still refers to what the issue does not")
		_, err = files.Open(unused)
		require.ErrorIs(t, err, workflow.ErrNotFound)
	})
}
