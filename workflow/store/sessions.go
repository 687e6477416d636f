package store

import (
	"context"
	"crypto/sha256"
	"time"

	"gorm.io/gorm"

	"rectify/workflow"
)

// Sessions keeps the sessions of people who are signed in. It has the methods that github.com/alexedwards/scs/v2 asks of a store.
// Of a token only the digest is kept, so scs need not hash it (HashTokenInStore).
type Sessions struct {
	db     *DB
	person func(data []byte) workflow.PersonID
}

// Sessions returns the store of sessions. Person reads from the data of a session whose it is, 0 for nobody's, so that they can be
// revoked; nil if that is not wanted.
func (db *DB) Sessions(person func(data []byte) workflow.PersonID) *Sessions {
	if person == nil {
		person = func([]byte) workflow.PersonID { return 0 }
	}
	return &Sessions{db, person}
}

func tokenDigest(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// FindCtx reads the data of a session that has not ended.
func (s *Sessions) FindCtx(ctx context.Context, token string) (data []byte, found bool, err error) {
	err = s.db.read(ctx, func(tx *gorm.DB) error {
		return each(tx, func(scan func(...any) error) error {
			found = true
			return scan(&data)
		}, "SELECT data FROM sessions WHERE token = ? AND ended = 0 AND expires > ?", tokenDigest(token), millis(tx.NowFunc()))
	})
	return data, found && err == nil, err
}

// CommitCtx keeps the data of a session until it ends. One that was ended stays ended: a request that was under way meanwhile does not
// bring it back.
func (s *Sessions) CommitCtx(ctx context.Context, token string, data []byte, expiry time.Time) error {
	person := int64(s.person(data))
	return s.db.write(ctx, func(tx *gorm.DB) error {
		const change = "UPDATE sessions SET person = ?, data = ?, expires = ? WHERE token = ? AND ended = 0"
		done := tx.Exec(change, person, data, millis(expiry), tokenDigest(token))
		if done.Error != nil || done.RowsAffected > 0 {
			return done.Error
		}
		const insert = "INSERT INTO sessions (person, data, expires, token, ended) VALUES (?, ?, ?, ?, 0)"
		err := tx.Exec(insert, person, data, millis(expiry), tokenDigest(token)).Error
		if _, same := isDuplicate(err); same { // nothing was to be changed, or it has ended
			return nil
		}
		return err
	})
}

// DeleteCtx ends a session; one that is not there has ended.
func (s *Sessions) DeleteCtx(ctx context.Context, token string) error {
	return s.db.write(ctx, func(tx *gorm.DB) error {
		return tx.Exec("UPDATE sessions SET ended = 1 WHERE token = ?", tokenDigest(token)).Error
	})
}

// Find is FindCtx without a context.
func (s *Sessions) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}

// Commit is CommitCtx without a context.
func (s *Sessions) Commit(token string, data []byte, expiry time.Time) error {
	return s.CommitCtx(context.Background(), token, data, expiry)
}

// Delete is DeleteCtx without a context.
func (s *Sessions) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }

// Revoke ends all sessions of a person.
func (s *Sessions) Revoke(ctx context.Context, person workflow.PersonID) error {
	return s.db.write(ctx, func(tx *gorm.DB) error {
		return revoke(tx, person)
	})
}

// Session is a session that has not ended.
type Session struct {
	Digest  [32]byte // of its token
	Data    []byte
	Expires time.Time
}

// List reads the sessions of a person that have not ended.
func (s *Sessions) List(ctx context.Context, person workflow.PersonID) (all []Session, err error) {
	err = s.db.read(ctx, func(tx *gorm.DB) error {
		all = nil
		return each(tx, func(scan func(...any) error) error {
			var k Session
			var expires int64
			err := scan((*digestColumn)(&k.Digest), &k.Data, &expires)
			k.Expires = moment(expires)
			all = append(all, k)
			return err
		}, "SELECT token, data, expires FROM sessions WHERE person = ? AND ended = 0 AND expires > ?", int64(person), millis(tx.NowFunc()))
	})
	return all, err
}

// End ends one session of a person, by the digest of its token; one that is not there, or is not the person's, is left alone.
func (s *Sessions) End(ctx context.Context, person workflow.PersonID, digest [32]byte) error {
	return s.db.write(ctx, func(tx *gorm.DB) error {
		return tx.Exec("UPDATE sessions SET ended = 1 WHERE person = ? AND token = ?", int64(person), digest[:]).Error
	})
}

func revoke(tx *gorm.DB, person workflow.PersonID) error {
	return tx.Exec("UPDATE sessions SET ended = 1 WHERE person = ?", int64(person)).Error
}

// Sweep deletes the sessions that have ended, a few hundred at a time, and says how many.
func (s *Sessions) Sweep(ctx context.Context) (swept int, err error) {
	for {
		var ended []any
		err := s.db.read(ctx, func(tx *gorm.DB) error {
			ended = nil
			return each(tx, func(scan func(...any) error) error {
				var token []byte
				err := scan(&token)
				ended = append(ended, token)
				return err
			}, "SELECT token FROM sessions WHERE expires <= ? LIMIT ?", millis(s.db.session.NowFunc()), idsAtOnce)
		})
		if err != nil || len(ended) == 0 {
			return swept, err
		}
		err = s.db.write(ctx, func(tx *gorm.DB) error {
			statement := "DELETE FROM sessions WHERE token IN (" + marks(len(ended)) + ") AND expires <= ?"
			return tx.Exec(statement, append(ended, millis(tx.NowFunc()))...).Error
		})
		if err != nil {
			return swept, err
		}
		swept += len(ended)
	}
}
