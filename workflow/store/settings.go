package store

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"time"

	"gorm.io/gorm"

	"rectify/workflow"
)

// Setting is what an administrator decided for the whole program, under a name.
type Setting struct {
	Name string
	Body string // what was decided, as whoever uses it writes it; "" for the default
	Rev  int    // counts the changes; 0 while it was never changed
	At   time.Time
	By   workflow.PersonID
}

// SettingSubject is the subject of the lines of history about a setting.
func SettingSubject(name string) int64 {
	sum := sha256.Sum256([]byte(name))
	return int64(binary.BigEndian.Uint64(sum[:8]) >> 1) //nolint:gosec // the highest bit is gone
}

const settingQuery = "SELECT name, body, rev, at, by_person FROM settings "

func settingsWhere(tx *gorm.DB, where string, args ...any) (out []Setting, err error) {
	err = each(tx, func(scan func(...any) error) error {
		var s Setting
		var at int64
		err := scan(&s.Name, &s.Body, &s.Rev, &at, &s.By)
		s.At = moment(at)
		out = append(out, s)
		return err
	}, settingQuery+where, args...)
	return out, err
}

// Setting reads a setting; one that was never changed is empty and has the revision 0.
func (db *DB) Setting(ctx context.Context, name string) (s Setting, err error) {
	err = db.read(ctx, func(tx *gorm.DB) error {
		s, err = settingIn(tx, name)
		return err
	})
	return s, err
}

func settingIn(tx *gorm.DB, name string) (Setting, error) {
	found, err := settingsWhere(tx, "WHERE name = ?", name)
	if err != nil || len(found) == 0 {
		return Setting{Name: name}, err
	}
	return found[0], nil
}

// Settings reads every setting that was ever changed, by name.
func (db *DB) Settings(ctx context.Context) (out []Setting, err error) {
	err = db.read(ctx, func(tx *gorm.DB) error {
		out, err = settingsWhere(tx, "ORDER BY name")
		return err
	})
	return out, err
}

// SettingRevs reads the revision of every setting that was ever changed.
func (db *DB) SettingRevs(ctx context.Context) (map[string]int, error) {
	var out map[string]int
	err := db.read(ctx, func(tx *gorm.DB) error {
		out = make(map[string]int)
		return each(tx, func(scan func(...any) error) error {
			var name string
			var rev int
			err := scan(&name, &rev)
			out[name] = rev
			return err
		}, "SELECT name, rev FROM settings")
	})
	return out, err
}

// PutSetting keeps a setting and returns it with its new revision; s.Rev is the one that was seen. The line of history gets its
// subject and its data here: the name, the new revision and the new body, so that the lines tell every earlier one. ErrConflict with
// the code stale_setting when somebody changed it since.
func (db *DB) PutSetting(ctx context.Context, s Setting, line workflow.Line) (Setting, error) {
	seen := s.Rev
	s.Rev, s.At = seen+1, s.At.UTC().Truncate(time.Millisecond)
	data, err := json.Marshal(map[string]any{"name": s.Name, "rev": s.Rev, "body": s.Body})
	if err != nil {
		return Setting{}, err
	}
	line.Kind, line.Subject, line.Data = KindSetting, SettingSubject(s.Name), data
	err = db.write(ctx, func(tx *gorm.DB) error {
		now, err := settingIn(tx, s.Name)
		if err != nil || now == s { // kept by an attempt whose outcome was unknown
			return err
		}
		if err := putSetting(tx, s, seen); err != nil {
			return err
		}
		return appendLines(tx, []workflow.Line{line})
	})
	if err != nil {
		return Setting{}, err
	}
	return s, nil
}

func putSetting(tx *gorm.DB, s Setting, seen int) error {
	if seen == 0 {
		err := insertAll(tx, "INSERT INTO settings (name, body, rev, at, by_person) VALUES ", [][]any{{s.Name, s.Body, s.Rev, millis(s.At), int64(s.By)}})
		if errors.Is(err, gorm.ErrDuplicatedKey) {
			return staleSetting()
		}
		return err
	}
	err := changeOne(tx, "UPDATE settings SET body = ?, rev = ?, at = ?, by_person = ? WHERE name = ? AND rev = ?",
		s.Body, s.Rev, millis(s.At), int64(s.By), s.Name, seen)
	if errors.Is(err, errAgain) {
		return staleSetting()
	}
	return err
}

func staleSetting() error {
	return workflow.Conflict("stale_setting", workflow.Say("这项设置在您打开之后已被别人修改，请重新查看后再改",
		"somebody changed this setting since you opened it; look again"))
}
