package store

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/driver"
	"github.com/ncruces/go-sqlite3/gormlite"
	"gorm.io/gorm"

	"rectify/workflow"
)

const (
	readers     = 8 // connections that read an SQLite file beside the one that writes
	busyTimeout = 5 * time.Second
)

// openSQLite opens path; create makes it and its folder if they are not there. One connection writes: two would only wait for each other, and
// unfairly. FULL, because NORMAL loses answered steps when the power fails.
func (db *DB) openSQLite(ctx context.Context, path string, create bool) (gorm.Dialector, error) {
	db.dialect, db.name = SQLite, path
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) && !create {
		return nil, workflow.Refused("database_missing", workflow.Say("没有数据库文件 %s；请检查路径，或先运行 rectify serve 或 rectify migrate",
			"there is no database file %s; check the path, or run rectify serve or rectify migrate first", path))
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, notWritable(path)
	}
	writes, err := sqliteConns(path, 1, "busy_timeout=5000", "journal_mode=wal", "synchronous=full", "foreign_keys=on")
	if err != nil {
		return nil, err
	}
	db.writes = newPool(writes)
	reads, err := sqliteConns(path, readers, "busy_timeout=5000", "foreign_keys=on", "query_only=on")
	if err != nil {
		return nil, errors.Join(err, db.closePools())
	}
	db.reads = newPool(reads)
	// Two processes that turn a new file to WAL at once are told that it is busy without the wait of busy_timeout.
	patience, cancel := context.WithTimeout(ctx, busyTimeout)
	defer cancel()
	err = checkSQLite(ctx, writes, path)
	for n := 1; outcomeOf(err) == busy && db.pause(patience, n); n++ {
		err = checkSQLite(ctx, writes, path)
	}
	if err != nil {
		return nil, errors.Join(sqliteFault(path, err), db.closePools())
	}
	return gormlite.OpenDB(db.reads), nil
}

// sqliteConns opens at most n connections and keeps them, each with the pragmas in their order.
func sqliteConns(path string, n int, pragmas ...string) (*sql.DB, error) {
	name := "file:" + (&url.URL{Path: filepath.ToSlash(path)}).EscapedPath() + "?_txlock=immediate"
	conns, err := driver.Open(name, func(c *sqlite3.Conn) error {
		// One plan for a statement, whatever its arguments: otherwise one with LIMIT ? is compiled anew each time that it runs.
		if _, err := c.Config(sqlite3.DBCONFIG_ENABLE_QPSG, true); err != nil {
			return err
		}
		for _, pragma := range pragmas {
			if err := c.Exec("PRAGMA " + pragma); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	conns.SetMaxOpenConns(n)
	conns.SetMaxIdleConns(n)
	return conns, nil
}

// checkSQLite finds out whether the file is a sound database that can be written, on a file system that can carry it.
func checkSQLite(ctx context.Context, conns *sql.DB, path string) error {
	var mode, health string
	if err := conns.QueryRowContext(ctx, "PRAGMA journal_mode").Scan(&mode); err != nil {
		return err
	}
	if !strings.EqualFold(mode, "wal") {
		return workflow.Refused("database_place", workflow.Say(
			"数据库文件 %s 所在的磁盘不支持预写日志(当前为 %s);请放在本机磁盘上,不要放在网络共享目录",
			"the disk of the database file %s cannot keep a write-ahead log (mode %s); put it on a local disk, not on a network share", path, mode))
	}
	if err := conns.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&health); err != nil {
		return err
	}
	if health != "ok" {
		return corrupt(path)
	}
	tx, err := conns.BeginTx(ctx, nil) // immediate: takes the lock for writing
	if err != nil {
		return err
	}
	return tx.Rollback()
}

// sqliteFault says in words what keeps the file from being used; an error with no such words stays as it is.
func sqliteFault(path string, err error) error {
	switch {
	case errors.Is(err, sqlite3.NOTADB), errors.Is(err, sqlite3.CORRUPT):
		return corrupt(path)
	case errors.Is(err, sqlite3.CANTOPEN), errors.Is(err, sqlite3.READONLY), errors.Is(err, sqlite3.PERM), errors.Is(err, sqlite3.AUTH):
		return notWritable(path)
	case errors.Is(err, sqlite3.FULL):
		return workflow.Refused("disk_full", workflow.Say("数据库 %s 所在的磁盘已满；请腾出空间后再试",
			"the disk of the database %s is full; free some space and try again", path))
	case errors.Is(err, sqlite3.BUSY), errors.Is(err, sqlite3.LOCKED):
		return workflow.Refused("database_busy", workflow.Say("数据库 %s 正被另一个程序占用；请稍后再试",
			"another program holds the database %s; try again later", path))
	}
	return err
}

func corrupt(path string) error {
	return workflow.Refused("database_corrupt", workflow.Say(
		"文件 %s 不是数据库,或已损坏;请检查路径,必要时从备份恢复(rectify restore)",
		"%s is not a database or is damaged; check the path, or restore a backup (rectify restore)", path))
}

func notWritable(path string) error {
	return workflow.Refused("database_not_writable", workflow.Say(
		"数据库文件 %s 打不开或不可写;请检查路径,以及运行本程序的用户对文件和目录的权限",
		"the database file %s cannot be opened or written; check the path and the rights of the user who runs this program on the file and its folder", path))
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir() || strings.HasSuffix(path, "/")
}
