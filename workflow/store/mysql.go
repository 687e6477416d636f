package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"time"

	driver "github.com/go-sql-driver/mysql"
	gormmysql "gorm.io/driver/mysql"
	"gorm.io/gorm"

	"rectify/workflow"
)

const (
	connections  = 32 // more gained nothing where it was measured
	connLifetime = 30 * time.Minute
	dialWithin   = 3 * time.Second
	answerWithin = 30 * time.Second
	// What the store relies on: a value that does not fit is an error, and no lock is waited for longer than a person would.
	sqlMode = "'STRICT_ALL_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,ONLY_FULL_GROUP_BY'"
)

// openMySQL opens mysql://user:password@host:port/database?…; the query takes the parameters of go-sql-driver/mysql (timeout,
// tls, and session variables such as wsrep_sync_wait), except those the store needs for itself.
//
// An answer is waited for half a minute, so that a network that swallows everything does not hold a caller for ever; a change of
// tables may take longer.
func (db *DB) openMySQL(ctx context.Context, dsn string, migrate bool) (gorm.Dialector, error) {
	cfg, err := mysqlConfig(dsn)
	if err != nil {
		return nil, err
	}
	if !migrate {
		cfg.ReadTimeout, cfg.WriteTimeout = cmp.Or(cfg.ReadTimeout, answerWithin), cmp.Or(cfg.WriteTimeout, answerWithin)
	}
	cfg.Logger = driverLog{db.log}
	db.dialect, db.name = MySQL, cfg.DBName+"@"+cfg.Addr
	connector, err := driver.NewConnector(cfg)
	if err != nil {
		return nil, badDSN()
	}
	conns := sql.OpenDB(connector)
	conns.SetMaxOpenConns(connections)
	conns.SetMaxIdleConns(connections)
	conns.SetConnMaxLifetime(connLifetime)
	db.writes = newPool(conns)
	db.reads = db.writes
	if err := conns.PingContext(ctx); err != nil {
		return nil, errors.Join(mysqlFault(cfg, err), conns.Close())
	}
	return gormmysql.New(gormmysql.Config{Conn: db.reads, DSNConfig: cfg, DisableWithReturning: true}), nil
}

// mysqlConfig reads the DSN. Its errors do not repeat it: it holds a password.
func mysqlConfig(dsn string) (*driver.Config, error) {
	u, err := url.Parse(dsn)
	if err != nil || u.Hostname() == "" || len(u.Path) < 2 {
		return nil, badDSN()
	}
	cfg, err := driver.ParseDSN("/?" + u.RawQuery)
	if err != nil {
		return nil, badDSN()
	}
	port := u.Port()
	if port == "" {
		port = "3306"
	}
	cfg.User = u.User.Username()
	cfg.Passwd, _ = u.User.Password()
	cfg.Net, cfg.Addr, cfg.DBName = "tcp", net.JoinHostPort(u.Hostname(), port), u.Path[1:]
	cfg.Timeout = cmp.Or(cfg.Timeout, dialWithin)
	if cfg.Params == nil {
		cfg.Params = map[string]string{}
	}
	for name, value := range map[string]string{"innodb_lock_wait_timeout": "5", "sql_mode": sqlMode, "time_zone": "'+00:00'"} {
		if _, given := cfg.Params[name]; !given {
			cfg.Params[name] = value
		}
	}
	// rows affected means rows changed, every statement is prepared on the server, and comparison is by bytes whatever the
	// server's default is
	cfg.ParseTime, cfg.Loc = true, time.UTC
	cfg.ClientFoundRows, cfg.InterpolateParams, cfg.MultiStatements = false, false, false
	return cfg, cfg.Apply(driver.Charset("utf8mb4", "utf8mb4_bin"))
}

func badDSN() error {
	return workflow.Invalid("bad_database", "db", workflow.Say(
		"数据库地址写得不对;应写作 mysql://用户:密码@主机:端口/库名,密码中的特殊字符要转义(如 @ 写作 %%40)",
		"the address of the database is not well formed; write mysql://user:password@host:port/database, with special characters of the password escaped (@ as %%40)"))
}

// mysqlFault says in words why the server cannot be used.
func mysqlFault(cfg *driver.Config, err error) error {
	var refused *driver.MySQLError
	if !errors.As(err, &refused) {
		return away(cfg.DBName + "@" + cfg.Addr)
	}
	switch refused.Number {
	case 1044, 1045, 1698:
		return workflow.Refused("database_denied", workflow.Say("数据库 %s 拒绝了用户 %s；请检查用户名、密码和授权",
			"the database at %s does not let %s in; check the user, the password and the grants", cfg.Addr, cfg.User))
	case 1049:
		return workflow.Refused("database_missing", workflow.Say(
			"数据库服务器 %s 上没有库 %s;请先建库:CREATE DATABASE %s CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
			"the server %s has no database %s; create it first: CREATE DATABASE %s CHARACTER SET utf8mb4 COLLATE utf8mb4_bin", cfg.Addr, cfg.DBName, cfg.DBName))
	}
	return fmt.Errorf("open %s@%s: %w", cfg.DBName, cfg.Addr, err)
}

// away is the fault of a database that does not answer. The API may show it as 503.
func away(name string) error {
	return workflow.Refused("database_away", workflow.Say("连不上数据库 %s；请检查网络和数据库服务，然后再试",
		"the database %s does not answer; check the network and the server, then try again", name))
}

// driverLog sends what the driver has to say to the log of the program.
type driverLog struct{ log *slog.Logger }

// Print is called by the driver, mostly about connections that broke.
func (l driverLog) Print(v ...any) { l.log.Warn("mysql connection", "reason", fmt.Sprint(v...)) }
