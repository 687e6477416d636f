package store

import (
	"context"

	"gorm.io/gorm"

	"rectify/workflow"
)

// View is a set of filters that somebody keeps under a name.
type View struct {
	Name  string
	Query string
}

// Views lists what a person keeps, by name.
func (db *DB) Views(ctx context.Context, person workflow.PersonID) (out []View, err error) {
	err = db.read(ctx, func(tx *gorm.DB) error {
		out = nil
		return each(tx, func(scan func(...any) error) error {
			var v View
			err := scan(&v.Name, &v.Query)
			out = append(out, v)
			return err
		}, "SELECT name, query FROM views WHERE person = ? ORDER BY name", int64(person))
	})
	return out, err
}

// SaveView keeps a view in place of the one of the same name.
func (db *DB) SaveView(ctx context.Context, person workflow.PersonID, v View) error {
	return db.write(ctx, func(tx *gorm.DB) error {
		if err := tx.Exec("DELETE FROM views WHERE person = ? AND name = ?", int64(person), v.Name).Error; err != nil {
			return err
		}
		return tx.Exec("INSERT INTO views (person, name, query) VALUES (?, ?, ?)", int64(person), v.Name, v.Query).Error
	})
}

// DeleteView forgets a view; one that is not there is forgotten.
func (db *DB) DeleteView(ctx context.Context, person workflow.PersonID, name string) error {
	return db.write(ctx, func(tx *gorm.DB) error {
		return tx.Exec("DELETE FROM views WHERE person = ? AND name = ?", int64(person), name).Error
	})
}
