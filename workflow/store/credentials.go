package store

import (
	"context"
	"strings"
	"time"

	"gorm.io/gorm"

	"rectify/workflow"
)

const earlierPasswords = 5 // that may not be used again

// Credential reads what a sign-in is checked against. Hash is "" while no password was set. ErrNotFound with the code
// no_such_person; whoever asks must not be told.
func (db *DB) Credential(ctx context.Context, account string) (c Credential, err error) {
	const query = `SELECT p.id, p.account, p.name, p.mobile, p.active, p.must_change, COALESCE(c.hash, ''), COALESCE(c.earlier, ''),
COALESCE(c.failed, 0), COALESCE(c.locked_until, 0), COALESCE(c.changed_at, 0)
FROM people p LEFT JOIN credentials c ON c.person = p.id WHERE p.account = ?`
	found := false
	err = db.read(ctx, func(tx *gorm.DB) error {
		return each(tx, func(scan func(...any) error) error {
			var hashes string
			var locked, changed int64
			p := &c.Person
			found = true
			err := scan(&p.ID, &p.Account, &p.Name, &p.Mobile, &p.Active, &p.MustChange, &c.Hash, &hashes, &c.Failed, &locked, &changed)
			c.Earlier, c.LockedUntil, c.ChangedAt = strings.Fields(hashes), moment(locked), moment(changed)
			return err
		}, query, account)
	})
	if err == nil && !found {
		err = noPerson()
	}
	return c, err
}

// SetPassword sets the hash of a password, at the moment of line, which is about the account. It keeps the last five hashes, lifts
// a lock, and says whether the password must be changed at the next sign-in; one that must was given by another, and ends every session
// of the person.
func (db *DB) SetPassword(ctx context.Context, person workflow.PersonID, hash string, mustChange bool, line workflow.Line) error {
	line.Kind, line.Subject = KindAccount, int64(person)
	return db.write(ctx, func(tx *gorm.DB) error {
		old, found, err := credentialRow(tx, person)
		if err != nil {
			return err
		}
		hashes := append([]string{old.Hash}, old.Earlier...)
		earlier := strings.TrimSpace(strings.Join(hashes[:min(len(hashes), earlierPasswords)], "\n"))
		statement := "UPDATE credentials SET hash = ?, earlier = ?, failed = 0, locked_until = 0, changed_at = ? WHERE person = ?"
		if !found {
			statement = "INSERT INTO credentials (hash, earlier, failed, locked_until, changed_at, person) VALUES (?, ?, 0, 0, ?, ?)"
		}
		if err := tx.Exec(statement, hash, earlier, millis(line.At), int64(person)).Error; err != nil {
			return raceLost(err, "PRIMARY")
		}
		if err := tx.Exec("UPDATE people SET must_change = ? WHERE id = ?", flag(mustChange), int64(person)).Error; err != nil {
			return err
		}
		if mustChange {
			if err := revoke(tx, person); err != nil {
				return err
			}
		}
		return appendLines(tx, []workflow.Line{line})
	})
}

func credentialRow(tx *gorm.DB, person workflow.PersonID) (c Credential, found bool, err error) {
	err = each(tx, func(scan func(...any) error) error {
		var hashes string
		found = true
		err := scan(&c.Hash, &hashes, &c.Failed)
		c.Earlier = strings.Fields(hashes)
		return err
	}, "SELECT hash, earlier, failed FROM credentials WHERE person = ?", int64(person))
	return c, found, err
}

// NoteFailure counts one more failure to sign in. Lock gets how many there were since the last success, this one included, and says
// until when the account is locked, the zero time for not at all. Without a password nothing is counted.
func (db *DB) NoteFailure(ctx context.Context, person workflow.PersonID, lock func(failed int) time.Time) error {
	return db.write(ctx, func(tx *gorm.DB) error {
		if err := tx.Exec("UPDATE credentials SET failed = failed + 1 WHERE person = ?", int64(person)).Error; err != nil {
			return err
		}
		c, found, err := credentialRow(tx, person)
		if err != nil || !found {
			return err
		}
		return tx.Exec("UPDATE credentials SET locked_until = ? WHERE person = ?", millis(lock(c.Failed)), int64(person)).Error
	})
}

// NoteSuccess forgets the failures to sign in.
func (db *DB) NoteSuccess(ctx context.Context, person workflow.PersonID) error {
	return db.write(ctx, func(tx *gorm.DB) error {
		const statement = "UPDATE credentials SET failed = 0, locked_until = 0 WHERE person = ? AND (failed <> 0 OR locked_until <> 0)"
		return tx.Exec(statement, int64(person)).Error
	})
}
