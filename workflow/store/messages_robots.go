package store

import (
	"context"
	"encoding/json"
	"net/url"
	"time"

	"gorm.io/gorm"

	"rectify/workflow"
)

// KindRobot is the kind of subject under which history has what was done to a robot or webhook.
const KindRobot = "robot"

// Secret is a text that is shown nowhere: not in history, not in a log, not in JSON. string(s) is what it says.
type Secret string

const hidden = "***"

// String hides the secret.
func (Secret) String() string { return hidden }

// GoString hides the secret from %#v.
func (Secret) GoString() string { return hidden }

// MarshalText hides the secret from JSON and from logs.
func (Secret) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// Robot is the robot of an org in a group of WeCom, DingTalk or Feishu, or a webhook of its own.
type Robot struct {
	ID      int64
	Org     workflow.OrgID
	Channel string // WeCom, DingTalk, Feishu or Webhook
	Title   string
	URL     Secret // holds the key with which anybody can write into the group
	Secret  Secret // signs what is sent; "" for a robot without
	Active  bool
}

// Host is the part of the address that may be shown: scheme and host.
func (r *Robot) Host() string {
	u, err := url.Parse(string(r.URL))
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

const robotColumns = "id, org, channel, title, url, secret, active"

// PutRobot keeps a robot, new or in place of the one with its id, with a line of history about it whose Data is what may be shown.
func (db *DB) PutRobot(ctx context.Context, r Robot, line workflow.Line) error {
	data, err := json.Marshal(map[string]any{
		"org": workflow.OrgID(r.Org), "channel": r.Channel, "title": r.Title, "host": r.Host(), "signed": r.Secret != "", "active": r.Active,
	})
	if err != nil {
		return err
	}
	line.Kind, line.Subject, line.Data = KindRobot, r.ID, data
	return db.write(ctx, func(tx *gorm.DB) error {
		there := false
		err := each(tx, func(scan func(...any) error) error { return scan(&there) }, "SELECT COUNT(*) > 0 FROM robots WHERE id = ?", r.ID)
		switch {
		case err != nil:
			return err
		case there:
			_, err = exec(tx, "UPDATE robots SET org = ?, channel = ?, title = ?, url = ?, secret = ?, active = ? WHERE id = ?",
				int64(r.Org), r.Channel, r.Title, string(r.URL), string(r.Secret), flag(r.Active), r.ID)
		default:
			row := []any{r.ID, int64(r.Org), r.Channel, r.Title, string(r.URL), string(r.Secret), flag(r.Active), 0}
			err = raceLost(insertAll(tx, "INSERT INTO robots ("+robotColumns+", free_at) VALUES ", [][]any{row}), "PRIMARY")
		}
		if err != nil {
			return err
		}
		return appendLines(tx, []workflow.Line{line})
	})
}

// DeleteRobot forgets a robot and its secrets, with a line of history. What is still to be sent to it is skipped then. ErrNotFound with
// the code no_such_robot.
func (db *DB) DeleteRobot(ctx context.Context, id int64, line workflow.Line) error {
	line.Kind, line.Subject = KindRobot, id
	return db.write(ctx, func(tx *gorm.DB) error {
		gone, err := exec(tx, "DELETE FROM robots WHERE id = ?", id)
		switch {
		case err != nil:
			return err
		case gone == 0:
			return noRobot()
		}
		return appendLines(tx, []workflow.Line{line})
	})
}

func noRobot() error {
	return workflow.NotFound("no_such_robot", workflow.Say("没有这个机器人", "there is no such robot"))
}

// Robot reads a robot. ErrNotFound with the code no_such_robot.
func (db *DB) Robot(ctx context.Context, id int64) (Robot, error) {
	all, err := db.RobotsByID(ctx, []int64{id})
	if err == nil && len(all) == 0 {
		err = noRobot()
	}
	return all[id], err
}

// RobotsByID reads robots, active or not; one that is not there is missing.
func (db *DB) RobotsByID(ctx context.Context, ids []int64) (map[int64]Robot, error) {
	out := make(map[int64]Robot)
	all, err := db.robotsAmong(ctx, "id", once(ids))
	for _, r := range all {
		out[r.ID] = r
	}
	return out, err
}

// RobotsOf reads the robots of some orgs, active or not, in the order of their ids.
func (db *DB) RobotsOf(ctx context.Context, orgs []workflow.OrgID) ([]Robot, error) {
	return db.robotsAmong(ctx, "org", numbers(once(orgs)))
}

// AllRobots reads every robot, active or not, in the order of their ids: an office has tens of them.
func (db *DB) AllRobots(ctx context.Context) (out []Robot, err error) {
	err = db.read(ctx, func(tx *gorm.DB) error {
		out = nil
		return eachRobot(tx, &out, "id > 0 ORDER BY id")
	})
	return out, err
}

func eachRobot(tx *gorm.DB, out *[]Robot, where string, args ...any) error {
	return each(tx, func(scan func(...any) error) error {
		var r Robot
		err := scan(&r.ID, &r.Org, &r.Channel, &r.Title, (*string)(&r.URL), (*string)(&r.Secret), &r.Active)
		*out = append(*out, r)
		return err
	}, "SELECT "+robotColumns+" FROM robots WHERE "+where, args...)
}

// robotsAmong reads the robots whose column, one of this package, is among the ids.
func (db *DB) robotsAmong(ctx context.Context, column string, ids []int64) (out []Robot, err error) {
	err = db.read(ctx, func(tx *gorm.DB) error {
		out = nil
		return inBatches(ids, func(marks string, args []any) error {
			return eachRobot(tx, &out, column+" IN ("+marks+") ORDER BY id", args...)
		})
	})
	return out, err
}

// PaceRobot lets decide see up to when the limit of a robot is used up and say up to when it is from now on. All who deliver share the
// one limit. Decide may run several times; what it returns last is kept. A robot that is not there has no limit.
func (db *DB) PaceRobot(ctx context.Context, id int64, decide func(free time.Time) time.Time) error {
	return db.write(ctx, func(tx *gorm.DB) error {
		free, there := int64(0), false
		err := each(tx, func(scan func(...any) error) error {
			there = true
			return scan(&free)
		}, "SELECT free_at FROM robots WHERE id = ?", id)
		next := millis(decide(moment(free)))
		if err != nil || !there || next == free {
			return err
		}
		return changeOne(tx, "UPDATE robots SET free_at = ? WHERE id = ? AND free_at = ?", next, id, free)
	})
}
