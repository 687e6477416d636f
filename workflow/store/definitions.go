package store

import (
	"context"

	"gorm.io/gorm"

	"rectify/workflow"
)

// PutDefinition keeps the file of a machine under its hash; one that is there already stays as it is.
func (db *DB) PutDefinition(ctx context.Context, hash, machine string, body []byte) error {
	return db.write(ctx, func(tx *gorm.DB) error {
		known := false
		err := each(tx, func(scan func(...any) error) error { return scan(&known) }, "SELECT COUNT(*) > 0 FROM definitions WHERE hash = ?", hash)
		if err != nil || known {
			return err
		}
		const insert = "INSERT INTO definitions (hash, machine, body, at) VALUES (?, ?, ?, ?)"
		return raceLost(tx.Exec(insert, hash, machine, body, millis(tx.NowFunc())).Error, "PRIMARY")
	})
}

// Definition reads the file of a machine by its hash. ErrNotFound with the code no_such_definition.
func (db *DB) Definition(ctx context.Context, hash string) (machine string, body []byte, err error) {
	err = db.read(ctx, func(tx *gorm.DB) error {
		return each(tx, func(scan func(...any) error) error { return scan(&machine, &body) }, "SELECT machine, body FROM definitions WHERE hash = ?", hash)
	})
	if err == nil && machine == "" {
		err = workflow.NotFound("no_such_definition", workflow.Say("数据库中没有流程定义 %s", "there is no definition %s in the database", hash))
	}
	return machine, body, err
}

// EachDefinition goes through the files of machines that were ever kept, in the order of their hashes.
func (db *DB) EachDefinition(ctx context.Context, fn func(hash string, body []byte) error) error {
	type file struct {
		hash string
		body []byte
	}
	var all []file
	err := db.read(ctx, func(tx *gorm.DB) error {
		all = nil
		return each(tx, func(scan func(...any) error) error {
			var f file
			err := scan(&f.hash, &f.body)
			all = append(all, f)
			return err
		}, "SELECT hash, body FROM definitions ORDER BY hash")
	})
	for n := range all {
		if err == nil {
			err = fn(all[n].hash, all[n].body)
		}
	}
	return err
}
