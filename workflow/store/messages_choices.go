package store

import (
	"context"

	"gorm.io/gorm"

	"rectify/workflow"
)

// dayMinutes is the number of minutes of a day.
const dayMinutes = 24 * 60

// Choice is what a person chose for one channel.
type Choice struct {
	Person     workflow.PersonID
	Channel    string
	Address    string // the mail address; of in_app the language in which the person reads, "" for Chinese
	On         bool
	QuietFrom  int // minutes of the day in China; nothing is sent from then
	QuietUntil int // until then, over midnight if it is earlier; both alike for no quiet hours
}

// Choices reads what a person chose, by channel; for a channel that is missing nothing was chosen.
func (db *DB) Choices(ctx context.Context, person workflow.PersonID) (map[string]Choice, error) {
	out := make(map[string]Choice)
	all, err := db.choicesWhere(ctx, []workflow.PersonID{person}, "")
	for _, c := range all {
		out[c.Channel] = c
	}
	return out, err
}

// ChoicesFor reads what some people chose for a channel; who chose nothing is missing.
func (db *DB) ChoicesFor(ctx context.Context, people []workflow.PersonID, channel string) (map[workflow.PersonID]Choice, error) {
	out := make(map[workflow.PersonID]Choice)
	all, err := db.choicesWhere(ctx, people, channel)
	for _, c := range all {
		out[c.Person] = c
	}
	return out, err
}

func (db *DB) choicesWhere(ctx context.Context, people []workflow.PersonID, channel string) (out []Choice, err error) {
	err = db.read(ctx, func(tx *gorm.DB) error {
		out = nil
		return inBatches(numbers(once(people)), func(marks string, args []any) error {
			where := "person IN (" + marks + ")"
			if channel != "" {
				where, args = where+" AND channel = ?", append(args, channel)
			}
			return each(tx, func(scan func(...any) error) error {
				var c Choice
				err := scan(&c.Person, &c.Channel, &c.Address, &c.On, &c.QuietFrom, &c.QuietUntil)
				out = append(out, c)
				return err
			}, "SELECT person, channel, address, enabled, quiet_from, quiet_until FROM person_channels WHERE "+where, args...)
		})
	})
	return out, err
}

// PutChoice keeps a choice in place of the one before for the same channel, with its line of history about the account: who gets to
// read what is said in the name of an office is worth a line.
//
// Errors: ErrInvalid with the code bad_quiet_hours.
func (db *DB) PutChoice(ctx context.Context, c Choice, line workflow.Line) error {
	if min(c.QuietFrom, c.QuietUntil) < 0 || max(c.QuietFrom, c.QuietUntil) > dayMinutes {
		return workflow.Invalid("bad_quiet_hours", "quiet_from", workflow.Say("免打扰时间须在 0 点到 24 点之间", "quiet hours lie between 0 and 24 o'clock"))
	}
	line.Kind, line.Subject = KindAccount, int64(c.Person)
	return db.write(ctx, func(tx *gorm.DB) error {
		if _, err := exec(tx, "DELETE FROM person_channels WHERE person = ? AND channel = ?", int64(c.Person), c.Channel); err != nil {
			return err
		}
		row := []any{int64(c.Person), c.Channel, c.Address, flag(c.On), c.QuietFrom, c.QuietUntil}
		err := insertAll(tx, "INSERT INTO person_channels (person, channel, address, enabled, quiet_from, quiet_until) VALUES ", [][]any{row})
		if err := raceLost(err, "PRIMARY"); err != nil {
			return err
		}
		return appendLines(tx, []workflow.Line{line})
	})
}
