package store_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"rectify/workflow/store"
	"rectify/workflow/store/storetest"
)

func TestDamagedFilesAreRefused(t *testing.T) {
	dir := t.TempDir()
	text := filepath.Join(dir, "报告.txt")
	require.NoError(t, os.WriteFile(text, []byte(strings.Repeat("这不是数据库。", 500)), 0o600))
	dsn := storetest.SQLite(t)
	db := storetest.Open(t, dsn)
	items(t, db)
	for i := range 200 {
		require.NoError(t, db.Write(t.Context(), func(tx *gorm.DB) error { return insert(tx, i, strings.Repeat("x", 60)+fmt.Sprint(i)) }))
	}
	require.NoError(t, db.Close())
	damaged := strings.TrimPrefix(dsn, "sqlite:")
	sound, err := os.ReadFile(damaged)
	require.NoError(t, err)
	copy(sound[len(sound)-3000:], strings.Repeat("damage", 400))
	require.NoError(t, os.WriteFile(damaged, sound, 0o600))
	for _, file := range []string{text, damaged} {
		before, err := os.ReadFile(file)
		require.NoError(t, err)
		_, err = store.Open(t.Context(), storetest.Config("sqlite:"+file))
		require.Contains(t, asFault(t, err, "database_corrupt").Zh, file)
		after, err := os.ReadFile(file)
		require.NoError(t, err)
		require.Equal(t, before, after, "a file that is refused is not touched")
	}
}

func TestPlacesThatCannotBeWritten(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	for _, path := range []string{filepath.Join(file, "under", "rectify.db"), "/proc/rectify.db"} {
		_, err := store.Open(t.Context(), storetest.Config("sqlite:"+path))
		require.Contains(t, asFault(t, err, "database_not_writable").Zh, path)
	}
}

func TestSettingsOfSQLite(t *testing.T) {
	dsn := storetest.SQLite(t)
	require.NoError(t, storetest.Open(t, dsn).Close())
	db := storetest.Open(t, dsn)
	for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "busy_timeout": "5000"} {
		var got string
		require.NoError(t, db.Conns().QueryRow("PRAGMA "+pragma).Scan(&got))
		require.Equal(t, want, got, pragma)
	}
	require.Equal(t, 1, db.Conns().Stats().MaxOpenConnections)
}

// No room is left: writing is refused in words, reading goes on, and so does writing once there is room. A big write does not take
// the small ones that share its COMMIT with it.
func TestDiskFull(t *testing.T) {
	db := storetest.Open(t, storetest.SQLite(t))
	items(t, db)
	limit := func(extra int) {
		var pages int
		require.NoError(t, db.Conns().QueryRow("PRAGMA page_count").Scan(&pages))
		run(t, db, fmt.Sprint("PRAGMA max_page_count = ", pages+extra))
	}
	run(t, db, "CREATE TABLE blobs (id INTEGER PRIMARY KEY, body BLOB NOT NULL)")
	limit(5)
	release := held(t, db)
	defer release()
	var wg sync.WaitGroup
	results := make([]error, 8)
	for i := range results {
		wg.Go(func() {
			results[i] = db.Write(t.Context(), func(tx *gorm.DB) error {
				if i == 3 {
					return tx.Exec("INSERT INTO blobs (body) VALUES (zeroblob(?))", 1<<20).Error
				}
				return insert(tx, i, fmt.Sprint(i))
			})
		})
	}
	queued(t, db, len(results))
	release()
	wg.Wait()
	for i, err := range results {
		if i == 3 {
			asFault(t, err, "disk_full")
			continue
		}
		require.NoError(t, err)
	}
	require.Equal(t, len(results)-1, count(t, db))
	limit(1000)
	require.NoError(t, db.Write(t.Context(), func(tx *gorm.DB) error {
		return tx.Exec("INSERT INTO blobs (body) VALUES (zeroblob(?))", 1<<20).Error
	}))
}

// Who stops waiting while a query runs is told so, and does not disturb the writes of others.
func TestCancelledInTheMiddle(t *testing.T) {
	db := storetest.Open(t, storetest.SQLite(t))
	items(t, db)
	const long = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) SELECT COUNT(*) FROM n"
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	err := db.Read(ctx, func(tx *gorm.DB) error { var n int; return tx.Raw(long, 1_000_000_000).Scan(&n).Error })
	require.ErrorIs(t, err, context.DeadlineExceeded)

	release := held(t, db)
	defer release()
	var wg sync.WaitGroup
	results := make([]error, 8)
	for i := range results {
		wg.Go(func() {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			runs := 0
			results[i] = db.Write(ctx, func(tx *gorm.DB) error {
				if runs++; i == 3 {
					cancel()
				}
				err := insert(tx, i, fmt.Sprint(i))
				if runs != 1 {
					t.Error("had to be run again")
				}
				return err
			})
		})
	}
	queued(t, db, len(results))
	release()
	wg.Wait()
	for _, err := range results {
		require.NoError(t, err)
	}
	require.Equal(t, len(results), count(t, db), "what was begun is finished")
}

func TestSettingsOfMySQL(t *testing.T) {
	db := storetest.Open(t, storetest.MySQL(t)+"?clientFoundRows=true&interpolateParams=true&multiStatements=true&charset=latin1")
	for variable, want := range map[string]string{"collation_connection": "utf8mb4_bin", "time_zone": "+00:00", "innodb_lock_wait_timeout": "5"} {
		var got string
		require.NoError(t, db.Conns().QueryRow("SELECT @@"+variable).Scan(&got))
		require.Equal(t, want, got, variable)
	}
	var mode string
	require.NoError(t, db.Conns().QueryRow("SELECT @@sql_mode").Scan(&mode))
	require.Contains(t, mode, "STRICT_ALL_TABLES")
	items(t, db)
	require.NoError(t, db.Write(t.Context(), func(tx *gorm.DB) error {
		require.NoError(t, insert(tx, 1, "汉字𠮷"))
		require.Error(t, insert(tx, 2, strings.Repeat("长", 65)), "too long is an error, not a cut")
		same := tx.Exec("UPDATE items SET seq = ? WHERE id = ?", 1, 1)
		require.Zero(t, same.RowsAffected, "rows changed, not rows found")
		return same.Error
	}))
	var back string
	require.NoError(t, db.Conns().QueryRow("SELECT name FROM items").Scan(&back))
	require.Equal(t, "汉字𠮷", back)
}

// A process is killed in the middle of its work, over and over: what it said was kept is there, once.
func TestKilledProcessLosesNothingItAnswered(t *testing.T) {
	if dsn := os.Getenv("STORE_TEST_VICTIM"); dsn != "" {
		victim(t, dsn)
		return
	}
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		db := storetest.Open(t, dsn)
		items(t, db)
		require.NoError(t, db.Close())
		answered := map[int]bool{}
		for round := range 5 {
			cmd := exec.Command(os.Args[0], "-test.run=^TestKilledProcessLosesNothingItAnswered$")
			cmd.Env = append(os.Environ(), "STORE_TEST_VICTIM="+dsn, fmt.Sprint("STORE_TEST_ROUND=", round))
			out, err := cmd.StdoutPipe()
			require.NoError(t, err)
			require.NoError(t, cmd.Start())
			lines := bufio.NewScanner(out)
			begun := time.AfterFunc(2*time.Minute, func() { _ = cmd.Process.Kill() }) // only when it hangs
			for n := 0; lines.Scan(); n++ {
				var id int
				if _, err := fmt.Sscanf(lines.Text(), "kept %d", &id); err == nil {
					answered[id] = true
				}
				if n == 40+13*round {
					_ = cmd.Process.Kill()
				}
			}
			begun.Stop()
			require.Error(t, cmd.Wait(), "it was killed")
		}
		db = storetest.Open(t, dsn)
		require.Greater(t, len(answered), 200)
		var ids []int
		require.NoError(t, db.Read(t.Context(), func(tx *gorm.DB) error { return tx.Raw("SELECT id FROM items").Scan(&ids).Error }))
		there := map[int]bool{}
		for _, id := range ids {
			there[id] = true
		}
		for id := range answered {
			require.True(t, there[id], "%d was answered", id)
		}
	})
}

// victim writes and says what was kept until it is killed.
func victim(t *testing.T, dsn string) {
	var round int
	_, err := fmt.Sscan(os.Getenv("STORE_TEST_ROUND"), &round)
	require.NoError(t, err)
	db := storetest.Open(t, dsn)
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for n := 0; ; n++ {
				id := round*1_000_000 + g*100_000 + n
				if err := db.Write(t.Context(), func(tx *gorm.DB) error { return insert(tx, id, fmt.Sprint(id)) }); err != nil {
					fmt.Println("failed", err)
					return
				}
				fmt.Println("kept", id)
			}
		})
	}
	wg.Wait()
}
