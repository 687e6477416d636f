package store

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/pressly/goose/v3"

	"rectify/workflow"
)

// The numbered changes of the tables, one folder a dialect, with the same numbers in both. MySQL commits at every CREATE and
// ALTER by itself, so a file that broke off in the middle is run again from its start: a file holds either CREATE TABLE IF NOT
// EXISTS statements only (with their indexes inside), or exactly one statement.
//
//go:embed migrations/sqlite/*.sql migrations/mysql/*.sql
var migrations embed.FS

const (
	versionTable = "schema_version" // kept by goose
	setUp        = "set_up"         // the row of meta that is there once all files of the first set-up have run
)

// Schema says how the tables of a database and this program fit.
type Schema struct {
	Database string // the file, or database@host:port
	Dialect  string // SQLite or MySQL
	Current  int64  // the number of the last change made to the tables; 0 for an empty database
	Target   int64  // the number of the last change that this program knows
	foreign  bool   // there are tables, but not of this program
	complete bool   // the first set-up got to its end
}

// Status opens the database without asking for tables that fit, and says how they do. Errors as Open.
func Status(ctx context.Context, cfg Config) (Schema, error) {
	db, err := connect(ctx, cfg, false)
	if err != nil {
		return Schema{}, err
	}
	s, err := db.schema(ctx)
	return s, errors.Join(err, db.closePools())
}

// Migrate brings the tables up to this program, or sets them up, and returns the files that it ran. Two programs that do so at
// once wait for each other. Errors as Open; tables newer than the program are refused.
func Migrate(ctx context.Context, cfg Config) ([]string, error) {
	db, err := connect(ctx, cfg, true)
	if err != nil {
		return nil, err
	}
	done, err := db.migrate(ctx)
	return done, errors.Join(err, db.closePools())
}

// checkSchema refuses tables that do not fit, and sets up an empty database if it may. One whose first set-up broke off, or is
// being done by another process at this moment, counts as empty.
func (db *DB) checkSchema(ctx context.Context, setup bool) error {
	s, err := db.schema(ctx)
	switch {
	case err != nil:
		return db.explain(ctx, err)
	case s.refused() != nil:
		return s.refused()
	case s.complete && s.Current == s.Target:
		return nil
	case setup && !s.complete:
		_, err := db.migrate(ctx)
		return err
	case !s.complete:
		return workflow.Refused("schema_missing", workflow.Say("数据库 %s 里还没有建表；请运行 rectify serve 或 rectify migrate",
			"the database %s has no tables yet; run rectify serve or rectify migrate", s.Database))
	}
	return workflow.Refused("schema_behind", workflow.Say(
		"数据库 %s 的表结构是第 %d 版,本程序需要第 %d 版;请先备份,再运行 rectify migrate",
		"the tables of %s are at version %d and this program needs %d; make a backup, then run rectify migrate", s.Database, s.Current, s.Target))
}

// refused is the fault of tables that this program must not touch, or nil.
func (s Schema) refused() error {
	switch {
	case s.foreign:
		return workflow.Refused("not_ours", workflow.Say("数据库 %s 里已有别的程序的表；请给本系统单独建一个库",
			"the database %s holds tables of another program; give this one a database of its own", s.Database))
	case s.Current > s.Target:
		return workflow.Refused("schema_newer", workflow.Say(
			"数据库 %s 的表结构是第 %d 版,比本程序认识的第 %d 版新;请换用新版程序",
			"the tables of %s are at version %d, newer than version %d that this program knows; use the newer program", s.Database, s.Current, s.Target))
	}
	return nil
}

// schema looks without changing anything.
func (db *DB) schema(ctx context.Context) (Schema, error) {
	s := Schema{Database: db.name, Dialect: db.dialect}
	files, err := fs.Glob(migrations, "migrations/"+db.dialect+"/*.sql")
	if err != nil {
		return s, err
	}
	for _, file := range files {
		number, err := goose.NumericComponent(path.Base(file))
		if err != nil {
			return s, err
		}
		s.Target = max(s.Target, number)
	}
	tables, err := db.tables(ctx)
	if err != nil {
		return s, err
	}
	if !slices.Contains(tables, versionTable) {
		others := slices.DeleteFunc(tables, func(t string) bool { return t == leaseTable })
		s.foreign = len(others) > 0
		return s, nil
	}
	conns := db.writes.db
	if err := conns.QueryRowContext(ctx, "SELECT COALESCE(MAX(version_id), 0) FROM "+versionTable).Scan(&s.Current); err != nil {
		return s, err
	}
	if slices.Contains(tables, "meta") {
		err = conns.QueryRowContext(ctx, "SELECT COUNT(*) > 0 FROM meta WHERE name = ?", setUp).Scan(&s.complete)
	}
	return s, err
}

func (db *DB) tables(ctx context.Context) ([]string, error) {
	query := "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()"
	if db.dialect == SQLite {
		query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
	}
	rows, err := db.writes.db.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		names = append(names, strings.ToLower(name))
	}
	return names, rows.Err()
}

// migrate runs the files that are missing, while it holds the lease, and looks again once it has it: another may have done it.
func (db *DB) migrate(ctx context.Context) (done []string, err error) {
	if err := db.mayMigrate(ctx); err != nil {
		return nil, err
	}
	err = db.withLease(ctx, func(ctx context.Context) error {
		if err := db.mayMigrate(ctx); err != nil {
			return err
		}
		done, err = db.runMigrations(ctx)
		return err
	})
	return done, db.explain(ctx, err)
}

func (db *DB) mayMigrate(ctx context.Context) error {
	s, err := db.schema(ctx)
	if err != nil {
		return err
	}
	return s.refused()
}

func (db *DB) runMigrations(ctx context.Context) ([]string, error) {
	files, err := fs.Sub(migrations, "migrations/"+db.dialect)
	if err != nil {
		return nil, err
	}
	dialect := goose.DialectMySQL
	if db.dialect == SQLite {
		dialect = goose.DialectSQLite3
	}
	provider, err := goose.NewProvider(dialect, db.writes.db, files, goose.WithTableName(versionTable),
		goose.WithIsolateDDL(db.dialect == MySQL), goose.WithDisableGlobalRegistry(true), goose.WithSlog(db.log))
	if err != nil {
		return nil, err
	}
	results, err := provider.Up(ctx)
	if err != nil {
		return nil, fmt.Errorf("migrate %s: %w", db.name, err)
	}
	var done []string
	for _, r := range results {
		done = append(done, path.Base(r.Source.Path))
	}
	_, err = db.writes.db.ExecContext(ctx, "INSERT INTO meta (name, value) VALUES (?, 'yes')", setUp)
	if _, again := isDuplicate(db.translate(err)); again {
		err = nil
	}
	return done, err
}
