package store

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"gorm.io/gorm"

	"rectify/workflow"
)

// NewIssue is one issue to be written by CreateAll. Decide gets the number, which is Prefix and a serial that is never used again;
// where the key was used before it gets that and no number, and can only return an error, such as ErrReplay.
type NewIssue struct {
	Key    Key
	Prefix string
	Decide func(number string, e *Earlier) (workflow.Change, error)
}

// Create writes a new issue; see NewIssue for decide, which may be called several times and must do nothing but decide.
func (db *DB) Create(ctx context.Context, k Key, prefix string, decide func(number string, e *Earlier) (workflow.Change, error)) (workflow.Issue, error) {
	all, err := db.CreateAll(ctx, []NewIssue{{k, prefix, decide}})
	if err != nil {
		return workflow.Issue{}, err
	}
	return all[0], nil
}

// CreateAll writes new issues in one transaction, all or none, and returns them in the order given. An error of one Decide comes
// back as it is. Errors: ErrInvalid with the code same_key when two have the same key, and those of the database.
func (db *DB) CreateAll(ctx context.Context, items []NewIssue) ([]workflow.Issue, error) {
	commands, requests, err := keysOf(items)
	if err != nil {
		return nil, err
	}
	var out []workflow.Issue
	err = db.write(ctx, func(tx *gorm.DB) error {
		known, err := earlier(tx, commands, requests)
		if err != nil {
			return err
		}
		numbers, err := reserve(tx, items, known)
		if err != nil {
			return err
		}
		out = make([]workflow.Issue, len(items))
		all := make([]kept, 0, len(items))
		for n := range items {
			c, err := items[n].Decide(numbers[n], known[n])
			switch {
			case errors.Is(err, ErrReplay):
				if out[n], err = replay(tx, known[n]); err != nil {
					return err
				}
				continue
			case err != nil:
				return err
			case known[n] != nil:
				return errors.New("a new issue was made with a key that was used before")
			}
			out[n] = c.Issue
			all = append(all, kept{change: c, command: commands[n], request: requests[n]})
		}
		return save(tx, all)
	})
	return out, err
}

func keysOf(items []NewIssue) (commands [][]byte, requests [][32]byte, err error) {
	seen := make(map[string]bool, len(items))
	for n := range items {
		k := items[n].Key
		if k.Command != "" && seen[k.Command] {
			return nil, nil, workflow.Invalid("same_key", "key", workflow.Say("第%d条与前面的一条使用了相同的请求标识", "item %d has the key of an earlier one", n+1))
		}
		seen[k.Command] = true
		commands = append(commands, k.digest(0))
		requests = append(requests, k.Request)
	}
	return commands, requests, nil
}

// reserve takes serials for the items that are new, each prefix once.
func reserve(tx *gorm.DB, items []NewIssue, known []*Earlier) ([]string, error) {
	wanted := make(map[string]int)
	for n := range items {
		if known[n] == nil {
			wanted[items[n].Prefix]++
		}
	}
	next := make(map[string]int, len(wanted))
	for _, prefix := range slices.Sorted(maps.Keys(wanted)) {
		last, err := takeSerials(tx, prefix, wanted[prefix])
		if err != nil {
			return nil, err
		}
		next[prefix] = last - wanted[prefix] + 1
	}
	numbers := make([]string, len(items))
	for n := range items {
		if known[n] == nil {
			prefix := items[n].Prefix
			numbers[n] = fmt.Sprintf("%s-%04d", prefix, next[prefix])
			next[prefix]++
		}
	}
	return numbers, nil
}

// takeSerials takes n serials of a prefix and returns the last of them.
func takeSerials(tx *gorm.DB, prefix string, n int) (last int, err error) {
	done := tx.Exec("UPDATE serials SET last = last + ? WHERE prefix = ?", n, prefix)
	switch {
	case done.Error != nil:
		return 0, done.Error
	case done.RowsAffected == 0:
		return n, raceLost(tx.Exec("INSERT INTO serials (prefix, last) VALUES (?, ?)", prefix, n).Error, "PRIMARY")
	}
	err = each(tx, func(scan func(...any) error) error { return scan(&last) }, "SELECT last FROM serials WHERE prefix = ?", prefix)
	return last, err
}
