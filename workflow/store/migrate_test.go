package store_test

import (
	"context"
	"io/fs"
	"os"
	"path"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rectify/workflow/store"
	"rectify/workflow/store/storetest"
)

func noSetup(dsn string) store.Config { return store.Config{DSN: dsn, Now: time.Now} }

func run(t *testing.T, db *store.DB, query string, args ...any) {
	t.Helper()
	_, err := db.Conns().ExecContext(t.Context(), query, args...)
	require.NoError(t, err, query)
}

func TestEmptyDatabaseIsSetUpOnlyWhenAskedTo(t *testing.T) {
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		_, err := store.Open(t.Context(), noSetup(dsn))
		if file, ok := strings.CutPrefix(dsn, "sqlite:"); ok {
			require.Contains(t, asFault(t, err, "database_missing").Zh, file)
			require.NoFileExists(t, file, "asking for a wrong path makes no file")
			require.NoError(t, os.WriteFile(file, nil, 0o600))
			_, err = store.Open(t.Context(), noSetup(dsn))
		}
		require.Contains(t, asFault(t, err, "schema_missing").Zh, "rectify migrate")
		s, err := store.Status(t.Context(), noSetup(dsn))
		require.NoError(t, err)
		require.Zero(t, s.Current)
		require.NoError(t, storetest.Open(t, dsn).Close())
		db, err := store.Open(t.Context(), noSetup(dsn))
		require.NoError(t, err, "once it is set up it opens as it is")
		require.NoError(t, db.Close())
		done, err := store.Migrate(t.Context(), noSetup(dsn))
		require.NoError(t, err)
		require.Empty(t, done)
	})
}

func TestTablesThatAreBehindAreRefusedUntilMigrated(t *testing.T) {
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		db := storetest.Open(t, dsn)
		s, err := store.Status(t.Context(), noSetup(dsn))
		require.NoError(t, err)
		run(t, db, "DELETE FROM schema_version WHERE version_id = ?", s.Target)
		require.NoError(t, db.Close())
		_, err = store.Open(t.Context(), storetest.Config(dsn))
		require.Contains(t, asFault(t, err, "schema_behind").Zh, "rectify migrate")
		_, err = store.Migrate(t.Context(), noSetup(dsn))
		require.NoError(t, err)
		storetest.Open(t, dsn)
	})
}

func TestTablesOfANewerProgramAreRefused(t *testing.T) {
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		db := storetest.Open(t, dsn)
		run(t, db, "INSERT INTO schema_version (version_id, is_applied) VALUES (9999, 1)")
		require.NoError(t, db.Close())
		_, err := store.Open(t.Context(), storetest.Config(dsn))
		asFault(t, err, "schema_newer")
		_, err = store.Migrate(t.Context(), noSetup(dsn))
		asFault(t, err, "schema_newer")
	})
}

func TestDatabaseOfAnotherProgramIsLeftAlone(t *testing.T) {
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		db := storetest.Open(t, dsn)
		run(t, db, "DROP TABLE schema_version")
		run(t, db, "DROP TABLE meta")
		run(t, db, "CREATE TABLE theirs (id INT PRIMARY KEY)")
		require.NoError(t, db.Close())
		_, err := store.Open(t.Context(), storetest.Config(dsn))
		asFault(t, err, "not_ours")
		_, err = store.Migrate(t.Context(), noSetup(dsn))
		asFault(t, err, "not_ours")
	})
}

// The process died in the middle of the first set-up: the next start finishes it without being asked.
func TestSetUpThatBrokeOffIsFinished(t *testing.T) {
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		for _, undone := range []string{"version_id < 0", "version_id > 1", "version_id > 0"} {
			db := storetest.Open(t, dsn)
			run(t, db, "DELETE FROM meta")
			run(t, db, "DELETE FROM schema_version WHERE "+undone)
			require.NoError(t, db.Close())
			_, err := store.Open(t.Context(), noSetup(dsn))
			asFault(t, err, "schema_missing")
			require.NoError(t, storetest.Open(t, dsn).Close())
			db, err = store.Open(t.Context(), noSetup(dsn))
			require.NoError(t, err)
			require.NoError(t, db.Close())
		}
	})
}

func TestSeveralProcessesSetUpAtOnce(t *testing.T) {
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				db, err := store.Open(t.Context(), storetest.Config(dsn))
				if err != nil {
					t.Error(err)
					return
				}
				if err := db.Close(); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		db := storetest.Open(t, dsn)
		var doubled int
		require.NoError(t, db.Conns().QueryRow("SELECT COUNT(*) - COUNT(DISTINCT version_id) FROM schema_version").Scan(&doubled))
		require.Zero(t, doubled, "each file ran once")
	})
}

func TestLeaseIsHeldByOneAtATime(t *testing.T) {
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		var inside, times atomic.Int64
		var wg sync.WaitGroup
		for range 3 {
			db := storetest.Open(t, dsn)
			wg.Go(func() {
				err := store.WithLease(t.Context(), db, func(context.Context) error {
					if inside.Add(1) != 1 {
						t.Error("two at once")
					}
					time.Sleep(50 * time.Millisecond)
					inside.Add(-1)
					times.Add(1)
					return nil
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		require.EqualValues(t, 3, times.Load())
	})
}

// A process that was killed while it held the lease keeps the others out until its time is over, not for ever.
func TestLeaseOfTheDeadEnds(t *testing.T) {
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		db := storetest.Open(t, dsn)
		clock := map[string]string{store.SQLite: "unixepoch()", store.MySQL: "UNIX_TIMESTAMP()"}[db.Dialect()]
		run(t, db, "UPDATE migration_lease SET owner = 'dead', until_s = "+clock+" + 30")
		ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		defer cancel()
		nothing := func(context.Context) error { return nil }
		require.ErrorIs(t, store.WithLease(ctx, db, nothing), context.DeadlineExceeded)
		run(t, db, "UPDATE migration_lease SET owner = 'dead', until_s = "+clock+" - 1")
		require.NoError(t, store.WithLease(t.Context(), db, nothing))
	})
}

// Both dialects have the same numbered files, and no MySQL file can be left half done by a crash.
func TestMigrationFiles(t *testing.T) {
	names := func(dialect string) (names []string) {
		files, err := fs.Glob(store.Migrations, "migrations/"+dialect+"/*.sql")
		require.NoError(t, err)
		for _, f := range files {
			names = append(names, path.Base(f))
		}
		return names
	}
	require.Equal(t, names(store.SQLite), names(store.MySQL))
	comment := regexp.MustCompile(`(?m)--.*$`)
	for _, name := range names(store.MySQL) {
		text, err := fs.ReadFile(store.Migrations, "migrations/mysql/"+name)
		require.NoError(t, err)
		var statements, creates int
		for statement := range strings.SplitSeq(comment.ReplaceAllString(string(text), ""), ";") {
			if statement = strings.TrimSpace(statement); statement == "" {
				continue
			}
			statements++
			if strings.HasPrefix(statement, "CREATE TABLE IF NOT EXISTS ") {
				creates++
				require.Contains(t, statement, "COLLATE = utf8mb4_bin", name)
				require.Contains(t, statement, "PRIMARY KEY", name)
			}
		}
		require.True(t, statements == creates || statements == 1, "%s: CREATE TABLE IF NOT EXISTS only, or one statement", name)
	}
}
