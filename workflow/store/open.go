package store

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"rectify/workflow"
)

// The two dialects of SQL, as Dialect returns them. MariaDB, Galera and TiDB are MySQL here.
const (
	SQLite = "sqlite"
	MySQL  = "mysql"
)

// Config says which database to open and what the store may not find out by itself.
type Config struct {
	// DSN is "sqlite:PATH", a bare path (of a file, or of an existing folder), or "mysql://user:password@host:port/database?…".
	// Empty for rectify.db in the folder Data.
	DSN string
	// Data is the folder for the database file when DSN is empty; it is made if it is not there. Empty for ./data.
	Data string
	// Setup creates the database file if it is not there, and the tables of an empty database. Without it both are refused.
	Setup bool
	// Now is the clock. Required.
	Now func() time.Time
	// Rand draws from [0, 1) for the waits between attempts. Nil for the random source of the program.
	Rand func() float64
	// Log takes errors and slow statements, without their values. Nil for none.
	Log *slog.Logger
}

// DB is an open database. It may be used by many goroutines at once.
type DB struct {
	dialect string
	name    string // the file, or database@host:port: what messages may show, so never a password
	log     *slog.Logger
	rand    func() float64

	session *gorm.DB // what fn's sessions are made from
	writes  *pool    // the connections that write
	reads   *pool    // the connections that read: on MySQL the same
	writer  *writer  // nil on MySQL
	past    past
}

// Open opens the database, checks it and its tables, and returns it ready for use. What a person can put right is returned as a
// *workflow.Fault: a file that is no database or damaged, a server that is away, tables older or newer than this program.
func Open(ctx context.Context, cfg Config) (*DB, error) {
	db, err := connect(ctx, cfg, false)
	if err != nil {
		return nil, err
	}
	if err := db.checkSchema(ctx, cfg.Setup); err != nil {
		return nil, errors.Join(err, db.closePools())
	}
	if db.dialect == SQLite {
		db.writer = startWriter(db)
	}
	return db, nil
}

// Close lets the writes that were accepted finish, refuses others and closes the connections.
func (db *DB) Close() error {
	if db.writer != nil {
		db.writer.close()
	}
	db.past.close()
	return db.closePools()
}

// Dialect returns SQLite or MySQL.
func (db *DB) Dialect() string { return db.dialect }

// Ping asks the database for an answer from a table, which a node outside its cluster refuses. A server that is away gives a
// *workflow.Fault with the code "database_away".
func (db *DB) Ping(ctx context.Context) error {
	var n int
	return db.explain(ctx, db.reads.db.QueryRowContext(ctx, "SELECT COUNT(*) FROM meta").Scan(&n))
}

// connect opens the connections without looking at the tables. To migrate may make the file and may take its time.
func connect(ctx context.Context, cfg Config, migrate bool) (*DB, error) {
	if cfg.Now == nil {
		return nil, errors.New("store: Config.Now is missing")
	}
	db := &DB{log: cfg.Log, rand: cfg.Rand}
	if db.log == nil {
		db.log = slog.New(slog.DiscardHandler)
	}
	if db.rand == nil {
		db.rand = rand.Float64
	}
	var dialect gorm.Dialector
	var err error
	switch scheme, _, _ := strings.Cut(cfg.DSN, "://"); {
	case scheme == cfg.DSN, scheme == SQLite:
		dialect, err = db.openSQLite(ctx, sqlitePath(cfg), cfg.Setup || migrate)
	case scheme == "mysql":
		dialect, err = db.openMySQL(ctx, cfg.DSN, migrate)
	default:
		err = workflow.Invalid("bad_database", "db", workflow.Say(
			"不认识的数据库类型 %q;请写 sqlite:文件路径,或 mysql://用户:密码@主机:端口/库名",
			"unknown kind of database %q; write sqlite:PATH or mysql://user:password@host:port/database", scheme))
	}
	if err != nil {
		return nil, err
	}
	now := func() time.Time { return cfg.Now().UTC().Truncate(time.Millisecond) }
	db.session, err = gorm.Open(translator{dialect, db}, gormConfig(now, statementLog{db.log, cfg.Now}))
	if err != nil {
		return nil, errors.Join(db.explain(ctx, err), db.closePools())
	}
	return db, nil
}

func gormConfig(now func() time.Time, log logger.Interface) *gorm.Config {
	return &gorm.Config{TranslateError: true, SkipDefaultTransaction: true, DisableAutomaticPing: true, NowFunc: now, Logger: log}
}

// sqlitePath is the file that the configuration means.
func sqlitePath(cfg Config) string {
	const file = "rectify.db"
	path := strings.TrimPrefix(cfg.DSN, "sqlite:")
	switch {
	case path == "" && cfg.Data == "":
		return filepath.Join("data", file)
	case path == "":
		return filepath.Join(cfg.Data, file)
	case isFolder(path):
		return filepath.Join(path, file)
	}
	return path
}

func (db *DB) closePools() error {
	var errs []error
	for _, p := range []*pool{db.reads, db.writes} {
		if p != nil {
			errs = append(errs, p.close())
		}
	}
	return errors.Join(errs...)
}

// translator gives gorm the errors of this package in place of its own, which forget which key was doubled.
type translator struct {
	gorm.Dialector
	db *DB
}

// Translate is called by gorm with every error of a statement.
func (t translator) Translate(err error) error { return t.db.translate(err) }
