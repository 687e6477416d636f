package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"rectify/workflow"
	"rectify/workflow/store"
)

// KindRobot is the kind of subject of lines about a robot or webhook.
const KindRobot = store.KindRobot

// titleMost is the most characters of the title of a robot.
const titleMost = 60

// Robot is a robot or webhook of an org as it may be shown: without its secrets.
type Robot struct {
	ID      int64
	Org     Org
	Channel string
	Title   string
	Host    string // scheme and host of the address
	Signed  bool   // it has a secret to sign with
	Active  bool
	LastTry Tried
}

// RobotPlan is a robot as an administrator sets it up. With an ID, an empty URL or Secret stays as it is, and the Channel may be left out.
type RobotPlan struct {
	ID      int64 // 0 for a new one
	Org     workflow.OrgID
	Channel string
	Title   string
	URL     string
	Secret  string
	Active  bool
}

// Robots lists all robots and webhooks. Only the system administrator may.
func (e *Engine) Robots(ctx context.Context, by workflow.Actor) ([]Robot, error) {
	if _, err := administers(&by, "system_admin"); err != nil {
		return nil, err
	}
	all, err := e.db.AllRobots(ctx)
	if err != nil {
		return nil, err
	}
	var ids []workflow.OrgID
	for n := range all {
		ids = append(ids, all[n].Org)
	}
	orgs, err := e.db.OrgsByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := make([]Robot, len(all))
	for n := range all {
		r := &all[n]
		out[n] = Robot{ID: r.ID, Org: orgs[r.Org], Channel: r.Channel, Title: r.Title, Host: r.Host(), Signed: r.Secret != "", Active: r.Active}
		if out[n].LastTry, err = e.lastTry(ctx, robotTries(r.ID)); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// RobotsAudited names the robots that have history, those that were deleted included, for Audit. Only the audit administrator may.
func (e *Engine) RobotsAudited(ctx context.Context, by workflow.Actor) (titles map[int64]string, err error) {
	if _, err := administers(&by, "audit_admin"); err != nil {
		return nil, err
	}
	ids, err := e.db.Subjects(ctx, KindRobot, PageLimit)
	titles = make(map[int64]string, len(ids))
	for _, id := range ids {
		line, err := e.db.LastLine(ctx, KindRobot, id)
		if err != nil {
			return nil, err
		}
		titles[id] = line.Note
	}
	return titles, err
}

// Robot shows one. ErrForbidden for all but the system administrator, ErrNotFound with the code no_such_robot.
func (e *Engine) Robot(ctx context.Context, by workflow.Actor, id int64) (Robot, error) {
	all, err := e.Robots(ctx, by)
	if err != nil {
		return Robot{}, err
	}
	for _, r := range all {
		if r.ID == id {
			return r, nil
		}
	}
	_, err = e.db.Robot(ctx, id)
	return Robot{}, err
}

// PutRobot sets a robot up or changes one, on record without its secrets. Only the system administrator may.
//
// Errors: ErrForbidden; ErrNotFound with the codes no_such_org and no_such_robot; ErrInvalid with the codes missing, channel_fixed, and those of
// remind.CheckRobot: the address must be of the platform or at a host that the operator allows.
func (e *Engine) PutRobot(ctx context.Context, by workflow.Actor, p RobotPlan) (int64, error) {
	as, err := administers(&by, "system_admin")
	if err != nil {
		return 0, err
	}
	by.As.Appointment = as
	r := store.Robot{ID: p.ID, Org: p.Org, Channel: p.Channel, Title: strings.TrimSpace(p.Title), URL: store.Secret(strings.TrimSpace(p.URL)),
		Secret: store.Secret(strings.TrimSpace(p.Secret)), Active: p.Active}
	action := "robot_added"
	if p.ID == 0 {
		r.ID = e.newID()
	} else {
		action = "robot_changed"
		if r, err = e.robotAsBefore(ctx, r); err != nil {
			return 0, err
		}
	}
	org, err := e.db.Org(ctx, r.Org)
	switch {
	case errors.Is(err, workflow.ErrNotFound):
		return 0, workflow.Invalid("no_such_org", "org", workflow.Say("请选择组织", "choose an organisation"))
	case err != nil:
		return 0, err
	case r.Title == "" || utf8.RuneCountInString(r.Title) > titleMost:
		return 0, workflow.Invalid("missing", "title", workflow.Say("请填写名称，最多%d个字", "give a name of at most %d characters", titleMost))
	}
	if err := e.channels.CheckRobot(r); err != nil {
		return 0, err
	}
	return r.ID, e.db.PutRobot(ctx, r, e.note(&by, KindRobot, r.ID, action, org.Shown()+" "+r.Title, nil))
}

// robotAsBefore is a robot with what was not given taken from what is kept.
func (e *Engine) robotAsBefore(ctx context.Context, r store.Robot) (store.Robot, error) {
	old, err := e.db.Robot(ctx, r.ID)
	if err != nil {
		return r, err
	}
	if r.Channel = cmp.Or(r.Channel, old.Channel); r.Channel != old.Channel {
		return r, workflow.Invalid("channel_fixed", "channel", workflow.Say("渠道不能改，请另建一个", "the channel cannot be changed; set another one up"))
	}
	if r.URL == "" {
		r.URL = old.URL
	}
	if r.Secret == "" {
		r.Secret = old.Secret
	}
	return r, nil
}

// DeleteRobot forgets a robot and its secrets. What still waits for it is not sent. Only the system administrator may. ErrNotFound.
func (e *Engine) DeleteRobot(ctx context.Context, by workflow.Actor, id int64) error {
	as, err := administers(&by, "system_admin")
	if err != nil {
		return err
	}
	by.As.Appointment = as
	r, err := e.db.Robot(ctx, id)
	if err != nil {
		return err
	}
	return e.db.DeleteRobot(ctx, id, e.note(&by, KindRobot, id, "robot_deleted", e.orgShown(ctx, r.Org)+" "+r.Title, nil))
}

// TryRobot sends a message to a robot to see whether it arrives. Only the system administrator may. Errors as TryMail, and ErrNotFound.
func (e *Engine) TryRobot(ctx context.Context, by workflow.Actor, id int64) error {
	if _, err := administers(&by, "system_admin"); err != nil {
		return err
	}
	r, err := e.db.Robot(ctx, id)
	if err != nil {
		return err
	}
	if !r.Active {
		return workflow.Refused("robot_off", workflow.Say("已停用，请先启用", "it is switched off; switch it on first"))
	}
	return e.try(ctx, toRobot(&r, robotTries(id)), "系统管理员")
}

func (e *Engine) orgShown(ctx context.Context, id workflow.OrgID) string {
	org, _ := e.db.Org(ctx, id)
	return org.Shown()
}

func robotTries(id int64) string { return fmt.Sprintf("try/r%d/", id) }

// toRobot is a message to a robot, with nothing in it.
func toRobot(r *store.Robot, key string) store.Message {
	return store.Message{Key: key, Org: r.Org, Channel: r.Channel, Address: strconv.FormatInt(r.ID, 10)}
}
