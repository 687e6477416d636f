package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"
)

const slow = 500 * time.Millisecond // a statement that takes longer is logged

// statementLog sends what gorm has to say to slog: errors that nobody expects, and slow statements.
type statementLog struct {
	log *slog.Logger
	now func() time.Time
}

// LogMode is part of gorm's interface; the level is that of the slog handler.
func (l statementLog) LogMode(logger.LogLevel) logger.Interface { return l }

// Info logs for debugging.
func (l statementLog) Info(ctx context.Context, format string, args ...any) {
	l.log.DebugContext(ctx, fmt.Sprintf(format, args...))
}

// Warn logs a warning of gorm.
func (l statementLog) Warn(ctx context.Context, format string, args ...any) {
	l.log.WarnContext(ctx, fmt.Sprintf(format, args...))
}

// Error logs an error of gorm.
func (l statementLog) Error(ctx context.Context, format string, args ...any) {
	l.log.ErrorContext(ctx, fmt.Sprintf(format, args...))
}

// ParamsFilter keeps the values of statements, which are case data, out of the log.
func (l statementLog) ParamsFilter(_ context.Context, sql string, _ ...any) (string, []any) {
	return sql, nil
}

// Trace is called after each statement.
func (l statementLog) Trace(ctx context.Context, begin time.Time, statement func() (string, int64), err error) {
	took := l.now().Sub(begin)
	switch {
	case err != nil && !expected(err):
		sql, _ := statement()
		l.log.ErrorContext(ctx, "statement failed", "sql", sql, "error", err, "took", took)
	case took > slow:
		sql, rows := statement()
		l.log.WarnContext(ctx, "slow statement", "sql", sql, "rows", rows, "took", took)
	}
}

// expected errors are answers: their callers deal with them.
func expected(err error) bool {
	_, duplicate := isDuplicate(err)
	return duplicate || errors.Is(err, gorm.ErrRecordNotFound) || errors.Is(err, context.Canceled) || outcomeOf(err) == rolledBack
}
