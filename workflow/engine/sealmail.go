package engine

import (
	"context"
	"fmt"
	"strings"

	"rectify/workflow"
	"rectify/workflow/remind"
	"rectify/workflow/store"
)

const (
	checkpointsSetting = "checkpoints"
	topicCheckpoint    = "checkpoint" // to the superior organ, once a day
)

// CheckpointMail says to whom the checkpoints go every day: a superior organ that keeps them.
type CheckpointMail struct {
	Address string // "" for nobody
	Offered bool   // this program sends mail
	Rev     int
}

// CheckpointMail shows the system administrator where the checkpoints go. ErrForbidden for everybody else.
func (e *Engine) CheckpointMail(ctx context.Context, by workflow.Actor) (CheckpointMail, error) {
	if _, err := administers(&by, "system_admin"); err != nil {
		return CheckpointMail{}, err
	}
	s, err := e.db.Setting(ctx, checkpointsSetting)
	return CheckpointMail{Address: s.Body, Offered: e.reachesPeople(store.Mail), Rev: s.Rev}, err
}

// SetCheckpointMail changes where the checkpoints go; rev is the one that was seen. Only the system administrator may. ErrInvalid with the
// code bad_address, ErrConflict when somebody changed it since.
func (e *Engine) SetCheckpointMail(ctx context.Context, by workflow.Actor, address string, rev int) error {
	address = strings.TrimSpace(address)
	if address != "" {
		if err := remind.CheckAddress(store.Mail, address); err != nil {
			return inField(err, "mail")
		}
	}
	_, err := e.changeSetting(ctx, by, Setting{Name: checkpointsSetting, Body: address, Rev: rev}, address)
	return err
}

// mailCheckpoint puts down the mail of the day with the newest checkpoint: the first of a day has all of the day before.
func (e *Engine) mailCheckpoint(ctx context.Context, c Checkpoint) error {
	day := e.Today()
	if done, _ := e.mailed.Load().(workflow.Day); done == day || !e.reachesPeople(store.Mail) {
		return nil
	}
	s, err := e.db.Setting(ctx, checkpointsSetting)
	if err != nil || s.Body == "" {
		return err
	}
	at := e.moment()
	m := store.Message{ID: e.newID(), Key: fmt.Sprintf("checkpoint/%s/%d", day, SettingSubject(s.Body)), Channel: store.Mail, Address: s.Body, Day: day,
		Topic: topicCheckpoint, Created: at, Subject: "问题整改留痕检查点 " + string(day) + " " + c.ShortCode(), Body: checkpointLetter(c)}
	if _, err := e.db.PutMessages(ctx, []store.Message{m}); err != nil {
		return err
	}
	e.mailed.Store(day)
	return nil
}

func checkpointLetter(c Checkpoint) string {
	return fmt.Sprintf(`这是问题整改系统的留痕检查点，请留存，不必回复。

短码：%s
签发：%s
已封存：%d 行

检查点不含任何内容。日后如怀疑记录被改动，或数据库被换成更早的，把下面的全文存成文件，运行
rectify seal check --held 文件
或在核验证明包时给出它，即可查明。

%s`, c.ShortCode(), shownAt(c.At), c.Size, c.Note)
}
