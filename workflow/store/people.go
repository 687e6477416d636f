package store

import (
	"context"

	"gorm.io/gorm"

	"rectify/workflow"
)

const personColumns = "id, account, name, mobile, active, must_change"

func scanPerson(scan func(...any) error) (p Person, err error) {
	err = scan(&p.ID, &p.Account, &p.Name, &p.Mobile, &p.Active, &p.MustChange)
	return p, err
}

// peopleWhere reads people by a condition of this package, which may end with an order.
func peopleWhere(tx *gorm.DB, where string, args ...any) (people []Person, err error) {
	err = each(tx, func(scan func(...any) error) error {
		p, err := scanPerson(scan)
		people = append(people, p)
		return err
	}, "SELECT "+personColumns+" FROM people WHERE "+where, args...)
	return people, err
}

func (db *DB) people(ctx context.Context, where string, args ...any) (people []Person, err error) {
	err = db.read(ctx, func(tx *gorm.DB) error {
		people, err = peopleWhere(tx, where, args...)
		return err
	})
	return people, err
}

func (db *DB) onePerson(ctx context.Context, where string, arg any) (Person, error) {
	people, err := db.people(ctx, where, arg)
	if err == nil && len(people) == 0 {
		err = noPerson()
	}
	if err != nil {
		return Person{}, err
	}
	return people[0], nil
}

func noPerson() error {
	return workflow.NotFound("no_such_person", workflow.Say("没有这个账号", "there is no such account"))
}

// Persons reads people in the order of their accounts, at most limit with an account after the one given ("" for the first).
func (db *DB) Persons(ctx context.Context, after string, limit int) ([]Person, error) {
	return db.people(ctx, "account > ? ORDER BY account LIMIT ?", after, limit)
}

// Person reads a person. ErrNotFound with the code no_such_person.
func (db *DB) Person(ctx context.Context, id workflow.PersonID) (Person, error) {
	return db.onePerson(ctx, "id = ?", int64(id))
}

// PersonByAccount reads a person by the account. Errors as Person.
func (db *DB) PersonByAccount(ctx context.Context, account string) (Person, error) {
	return db.onePerson(ctx, "account = ?", account)
}

// PersonsNamed reads everybody with exactly this name, in the order of their accounts.
func (db *DB) PersonsNamed(ctx context.Context, name string) ([]Person, error) {
	return db.people(ctx, "name = ? ORDER BY account", name)
}

// PersonsByID reads people; those that are not there are missing in the map.
func (db *DB) PersonsByID(ctx context.Context, ids []workflow.PersonID) (map[workflow.PersonID]Person, error) {
	out := make(map[workflow.PersonID]Person, len(ids))
	err := db.read(ctx, func(tx *gorm.DB) error {
		return inBatches(once(ids), func(marks string, args []any) error {
			people, err := peopleWhere(tx, "id IN ("+marks+")", args...)
			for _, p := range people {
				out[p.ID] = p
			}
			return err
		})
	})
	return out, err
}

// PutPeople writes people and their appointments in one transaction. Somebody whose account is there already is changed and keeps
// their id; where an appointment names the given id, the kept one is meant. An appointment that is there already (the same person,
// org, post, first day and person stood in for) gets the last day given. For each person that is new or changed line makes the line
// of history, old is nil for a new one; for each appointment that is new or changed appointed does. Mandates of new inspectors come with
// their appointments.
func (db *DB) PutPeople(ctx context.Context, people []Person, appointments []Appointed, mandates []Granting,
	line func(p Person, old *Person) workflow.Line, appointed func(a Appointed) workflow.Line) error {
	return db.write(ctx, func(tx *gorm.DB) error {
		ids, lines, err := putPeople(tx, people, line)
		if err != nil {
			return err
		}
		more, err := appoint(tx, withKept(appointments, ids), appointed)
		if err != nil {
			return err
		}
		lines = append(lines, more...)
		for _, g := range mandates {
			g.Posts = withKept(g.Posts, ids)
			if more, err = grant(tx, g, appointed); err != nil {
				return err
			}
			lines = append(lines, more...)
		}
		return appendLines(tx, lines)
	})
}

// withKept are appointments with the ids that were kept of their persons.
func withKept(appointments []Appointed, ids map[workflow.PersonID]workflow.PersonID) []Appointed {
	out := make([]Appointed, len(appointments))
	for n, a := range appointments {
		if id, ok := ids[a.Person]; ok {
			a.Person = id
		}
		if id, ok := ids[a.For]; ok {
			a.For = id
		}
		out[n] = a
	}
	return out
}

// putPeople writes people and returns which id is meant by each that was given.
func putPeople(tx *gorm.DB, people []Person, line func(Person, *Person) workflow.Line) (map[workflow.PersonID]workflow.PersonID, []workflow.Line, error) {
	known, err := knownAccounts(tx, people)
	if err != nil {
		return nil, nil, err
	}
	ids := make(map[workflow.PersonID]workflow.PersonID)
	var fresh [][]any
	var lines []workflow.Line
	for _, p := range people {
		old := known[p.Account]
		if old != nil {
			ids[p.ID] = old.ID
			p.ID = old.ID
			if p == *old {
				continue
			}
			const change = "UPDATE people SET name = ?, mobile = ?, active = ?, must_change = ? WHERE id = ?"
			if err := tx.Exec(change, p.Name, p.Mobile, flag(p.Active), flag(p.MustChange), int64(p.ID)).Error; err != nil {
				return nil, nil, err
			}
		} else {
			fresh = append(fresh, []any{int64(p.ID), p.Account, p.Name, p.Mobile, flag(p.Active), flag(p.MustChange)})
		}
		l := line(p, old)
		l.Kind, l.Subject = KindAccount, int64(p.ID)
		lines = append(lines, l)
		known[p.Account] = &p
	}
	err = insertAll(tx, "INSERT INTO people ("+personColumns+") VALUES ", fresh)
	return ids, lines, raceLost(err, "people_account")
}

func knownAccounts(tx *gorm.DB, people []Person) (map[string]*Person, error) {
	accounts := make([]string, len(people))
	for n := range people {
		accounts[n] = people[n].Account
	}
	known := make(map[string]*Person, len(people))
	err := inBatches(accounts, func(marks string, args []any) error {
		found, err := peopleWhere(tx, "account IN ("+marks+")", args...)
		for n := range found {
			known[found[n].Account] = &found[n]
		}
		return err
	})
	return known, err
}
