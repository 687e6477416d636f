// Package storetest runs a test on every database that the product promises: SQLite always, MariaDB or MySQL where there is one.
//
// The environment variable RECTIFY_TEST_MYSQL names a server on which databases may be made and dropped, in the form of
// go-sql-driver/mysql: "root:password@tcp(127.0.0.1:3306)/". With RECTIFY_TEST_REQUIRE=1 a test fails where it is missing.
package storetest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"

	"rectify/workflow/store"
)

// Each runs fn as a subtest on each kind of database. open opens the one empty database of the subtest, set up; called again it
// opens the same one again, as another process would. What is open at the end is closed.
func Each(t *testing.T, fn func(t *testing.T, open func() *store.DB)) {
	t.Helper()
	EachDSN(t, func(t *testing.T, dsn string) {
		fn(t, func() *store.DB { return Open(t, dsn) })
	})
}

// EachDSN is Each for tests that open the database themselves: fn gets the address of one that is empty, without tables.
func EachDSN(t *testing.T, fn func(t *testing.T, dsn string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { fn(t, SQLite(t)) })
	t.Run("mysql", func(t *testing.T) { fn(t, MySQL(t)) })
}

// Open opens dsn, set up, and closes it when the test ends.
func Open(t testing.TB, dsn string) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), Config(dsn))
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// Config is what Open opens a database with.
func Config(dsn string) store.Config { return store.Config{DSN: dsn, Setup: true, Now: time.Now} }

// SQLite returns the address of a file that is not there yet, in a folder that goes with the test.
func SQLite(t testing.TB) string {
	return "sqlite:" + filepath.Join(t.TempDir(), "rectify.db")
}

// MySQL makes an empty database on the server of RECTIFY_TEST_MYSQL, drops it when the test ends, and returns its address. Without
// a server the test is skipped, or fails if RECTIFY_TEST_REQUIRE is 1.
func MySQL(t testing.TB) string {
	t.Helper()
	server := os.Getenv("RECTIFY_TEST_MYSQL")
	if server == "" {
		const how = "MariaDB/MySQL was not tested; set RECTIFY_TEST_MYSQL, for example root@tcp(127.0.0.1:3306)/"
		if os.Getenv("RECTIFY_TEST_REQUIRE") == "1" {
			t.Fatal(how)
		}
		t.Skip(how)
	}
	cfg, err := mysql.ParseDSN(server)
	require.NoError(t, err, "RECTIFY_TEST_MYSQL")
	conns, err := sql.Open("mysql", server)
	require.NoError(t, err)
	name := "rectify_test_" + strings.ToLower(rand.Text()[:12])
	_, err = conns.ExecContext(t.Context(), "CREATE DATABASE "+name+" CHARACTER SET utf8mb4 COLLATE utf8mb4_bin")
	require.NoError(t, err)
	t.Cleanup(func() {
		_, _ = conns.ExecContext(context.Background(), "DROP DATABASE "+name)
		_ = conns.Close()
	})
	u := url.URL{Scheme: "mysql", User: url.UserPassword(cfg.User, cfg.Passwd), Host: cfg.Addr, Path: "/" + name}
	return u.String()
}
