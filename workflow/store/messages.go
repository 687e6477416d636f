package store

import (
	"cmp"
	"context"
	"slices"
	"time"

	"gorm.io/gorm"

	"rectify/workflow"
)

// The channels by which a message can go.
const (
	InApp    = "in_app"
	Mail     = "mail"
	WeCom    = "wecom"
	DingTalk = "dingtalk"
	Feishu   = "feishu"
	Webhook  = "webhook"
)

// MessageState is how far a message has come.
type MessageState string

// The states of a message. Only what waits is delivered; only a dead one can be put back.
const (
	MessageWaiting MessageState = "waiting" // to be delivered from NextAt on
	MessageSent    MessageState = "sent"    // taken by the other side; in the program, there to be read
	MessageDead    MessageState = "dead"    // given up
	MessageSkipped MessageState = "skipped" // not wanted: the receiver turned the channel off, or there is no address
)

// KindMessage is the kind of subject under which history has what people did to a message.
const KindMessage = "message"

const (
	keyLength     = 191 // characters of a key
	subjectLength = 255 // characters of a subject that are kept
	errorLength   = 500 // characters of an error that are kept
)

// Message is something that one receiver is to be told by one channel.
type Message struct {
	ID       int64             // given by who makes it
	Key      string            // what is owed under it is owed once, for as long as the message is kept; 1 to 191 characters
	Person   workflow.PersonID // 0 for a message to the robot of an org
	Org      workflow.OrgID
	Channel  string
	Address  string // of a person, as it was when the message was made; the id of a robot in digits. Never a secret
	Day      workflow.Day
	Topic    string
	Subject  string
	Body     string
	State    MessageState
	Attempts int       // how often it was claimed to be sent
	NextAt   time.Time // not sent before
	Owner    string    // who has claimed it
	Until    time.Time // up to when
	Error    string    // the last one
	Created  time.Time
	Tried    time.Time // first, zero if never
	Sent     time.Time // zero if it was not
	Seen     time.Time // by the person, zero if it was not
}

const (
	messageColumns = `id, dedupe, person, org, channel, address, day, topic, subject, body, state, attempts, next_at, owner, until_at,
error, created_at, tried_at, sent_at, seen_at`
	messageInsert  = "INSERT INTO messages (" + messageColumns + ") VALUES "
	messagesAtOnce = 200 // messages put or swept in one transaction
)

func scanMessage(scan func(...any) error) (m Message, err error) {
	var day dayColumn
	var next, until, created, tried, sent, seen int64
	err = scan(&m.ID, &m.Key, &m.Person, &m.Org, &m.Channel, &m.Address, &day, &m.Topic, &m.Subject, &m.Body, &m.State, &m.Attempts,
		&next, &m.Owner, &until, &m.Error, &created, &tried, &sent, &seen)
	m.Day, m.NextAt, m.Until = day.day, moment(next), moment(until)
	m.Created, m.Tried, m.Sent, m.Seen = moment(created), moment(tried), moment(sent), moment(seen)
	return m, err
}

// PutMessages keeps the messages whose key is not there yet, waiting to be delivered from NextAt on (from Created on if that is
// zero), and returns those. The others are left as they are; one that is there with the very id is returned too, because an attempt whose
// answer got lost may have put it. They are put in groups, each in a transaction of its own: after an error some are kept and returned,
// and putting all again does no harm.
//
// Errors: ErrInvalid with the code bad_message when an id or a key is missing or the key too long.
func (db *DB) PutMessages(ctx context.Context, all []Message) (fresh []Message, err error) {
	for n := range all {
		if all[n].ID == 0 || all[n].Key == "" || cut(all[n].Key, keyLength) != all[n].Key {
			return nil, workflow.Invalid("bad_message", "key", workflow.Say("消息缺少编号或标识，或标识超过 %d 个字符",
				"a message needs an id and a key of at most %d characters", keyLength))
		}
	}
	// One order everywhere keeps two who put the same from waiting for each other in a circle.
	all = slices.Clone(all)
	slices.SortStableFunc(all, func(a, b Message) int { return cmp.Compare(a.Key, b.Key) })
	all = slices.CompactFunc(all, func(a, b Message) bool { return a.Key == b.Key })
	for group := range slices.Chunk(all, messagesAtOnce) {
		kept, err := db.putMessages(ctx, group)
		if err != nil {
			return fresh, err
		}
		fresh = append(fresh, kept...)
	}
	return fresh, nil
}

func (db *DB) putMessages(ctx context.Context, group []Message) (fresh []Message, err error) {
	err = db.write(ctx, func(tx *gorm.DB) error {
		known, err := knownMessages(tx, group)
		if err != nil {
			return err
		}
		fresh = fresh[:0]
		var rows [][]any
		for n := range group {
			m := &group[n]
			id, there := known[m.Key]
			if there && id != m.ID {
				continue
			}
			fresh = append(fresh, waiting(m))
			if !there { // one that is there with this very id was kept by an attempt whose answer got lost
				rows = append(rows, messageRow(&fresh[len(fresh)-1]))
			}
		}
		return raceLost(insertAll(tx, messageInsert, rows), "messages_dedupe")
	})
	if err != nil {
		return nil, err
	}
	return fresh, nil
}

func knownMessages(tx *gorm.DB, group []Message) (map[string]int64, error) {
	keys := make([]string, len(group))
	for n := range group {
		keys[n] = group[n].Key
	}
	known := make(map[string]int64)
	err := inBatches(keys, func(marks string, args []any) error {
		return each(tx, func(scan func(...any) error) error {
			var key string
			var id int64
			err := scan(&key, &id)
			known[key] = id
			return err
		}, "SELECT dedupe, id FROM messages WHERE dedupe IN ("+marks+")", args...)
	})
	return known, err
}

// waiting is the message as it is kept at first.
func waiting(m *Message) Message {
	w := Message{
		ID: m.ID, Key: m.Key, Person: m.Person, Org: m.Org, Channel: m.Channel, Address: m.Address, Day: m.Day, Topic: m.Topic,
		Subject: cut(m.Subject, subjectLength), Body: m.Body, State: MessageWaiting, NextAt: m.NextAt, Created: m.Created,
	}
	if w.NextAt.IsZero() {
		w.NextAt = w.Created
	}
	return w
}

func messageRow(m *Message) []any {
	return []any{
		m.ID, m.Key, int64(m.Person), int64(m.Org), m.Channel, m.Address, dayParam(m.Day), m.Topic, m.Subject, m.Body, string(m.State),
		m.Attempts, millis(m.NextAt), m.Owner, millis(m.Until), cut(m.Error, errorLength), millis(m.Created), millis(m.Tried),
		millis(m.Sent), millis(m.Seen),
	}
}

const claimSQL = `UPDATE messages SET owner = ?, until_at = ?, attempts = attempts + 1
WHERE id = ? AND state = 'waiting' AND next_at <= ? AND until_at <= ? AND attempts = ?`

// ClaimMessages gives the owner, a name unlike that of any other who delivers, up to limit messages of a channel that wait and are due,
// the longest due first. Until leaseFor has passed nobody else gets them; who was killed meanwhile leaves them to the next. A claim
// counts as an attempt, so that a message which kills whoever sends it comes to an end too.
func (db *DB) ClaimMessages(ctx context.Context, owner string, now time.Time, leaseFor time.Duration, channel string, limit int) (claimed []Message, err error) {
	due, err := db.messagesWhere(ctx, "state = 'waiting' AND channel = ? AND next_at <= ? AND until_at <= ? ORDER BY next_at, id LIMIT ?",
		channel, millis(now), millis(now), limit)
	if err != nil || len(due) == 0 {
		return nil, err
	}
	until := now.Add(leaseFor)
	err = db.write(ctx, func(tx *gorm.DB) error {
		claimed = claimed[:0]
		for _, m := range due {
			changed, err := exec(tx, claimSQL, owner, millis(until), m.ID, millis(now), millis(now), m.Attempts)
			if err != nil {
				return err
			}
			if changed == 1 {
				m.Owner, m.Until, m.Attempts = owner, until, m.Attempts+1
				claimed = append(claimed, m)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return claimed, nil
}

// Sent says that the other side has taken the message. It holds whoever has claimed the message by now, because it is so.
func (db *DB) Sent(ctx context.Context, m Message, at time.Time) error {
	return db.settle(ctx, "state = 'sent', sent_at = ?, tried_at = ?, error = ''", "", m, millis(at), millis(tried(&m, at)))
}

// Failed says that an attempt failed at a moment and when to try again. It does nothing when the owner of m has lost the claim.
func (db *DB) Failed(ctx context.Context, m Message, at, next time.Time, why string) error {
	return db.settle(ctx, "next_at = ?, tried_at = ?, error = ?", m.Owner, m, millis(next), millis(tried(&m, at)), cut(why, errorLength))
}

// Held puts back a message that was claimed and not tried, because it has to wait for its turn or for the end of quiet hours. It counts
// as no attempt; what m has as Tried is kept. It does nothing when the owner of m has lost the claim.
func (db *DB) Held(ctx context.Context, m Message, next time.Time, why string) error {
	return db.settle(ctx, "next_at = ?, attempts = ?, tried_at = ?, error = ?", m.Owner, m,
		millis(next), max(m.Attempts-1, 0), millis(m.Tried), cut(why, errorLength))
}

// Dead gives a message up. It does nothing when the owner of m has lost the claim.
func (db *DB) Dead(ctx context.Context, m Message, at time.Time, why string) error {
	return db.settle(ctx, "state = 'dead', tried_at = ?, error = ?", m.Owner, m, millis(tried(&m, at)), cut(why, errorLength))
}

// Skipped says that a message is not wanted. It does nothing when the owner of m has lost the claim.
func (db *DB) Skipped(ctx context.Context, m Message, why string) error {
	return db.settle(ctx, "state = 'skipped', error = ?", m.Owner, m, cut(why, errorLength))
}

func tried(m *Message, at time.Time) time.Time {
	if m.Tried.IsZero() {
		return at
	}
	return m.Tried
}

// settle ends a claim: of the owner given, or of anybody for "".
func (db *DB) settle(ctx context.Context, set, owner string, m Message, args ...any) error {
	statement := "UPDATE messages SET owner = '', until_at = 0, " + set + " WHERE id = ? AND state = 'waiting'"
	args = append(args, m.ID)
	if owner != "" {
		statement, args = statement+" AND owner = ?", append(args, owner)
	}
	return db.write(ctx, func(tx *gorm.DB) error {
		_, err := exec(tx, statement, args...)
		return err
	})
}

// DeadLetters lists the messages that were given up, the newest first, by one channel or ("") by all. Before is the id of the last one
// of the page before, 0 for the first. Their bodies are left out: who minds the delivery need not know what was said.
func (db *DB) DeadLetters(ctx context.Context, channel string, before int64, limit int) ([]Message, error) {
	where, args := "state = 'dead'", []any{}
	if channel != "" {
		where, args = where+" AND channel = ?", append(args, channel)
	}
	if before > 0 {
		where, args = where+" AND id < ?", append(args, before)
	}
	all, err := db.messagesWhere(ctx, where+" ORDER BY id DESC LIMIT ?", append(args, max(1, min(limit, maxPage)))...)
	for n := range all {
		all[n].Body = ""
	}
	return all, err
}

// Again puts dead letters back, due at a moment and as if never tried, with a line of history for each. Those that are not dead by now
// are left alone; ErrNotFound with the code no_dead_letter when there is none left.
func (db *DB) Again(ctx context.Context, ids []int64, at time.Time, line func(Message) workflow.Line) error {
	return db.write(ctx, func(tx *gorm.DB) error {
		var lines []workflow.Line
		for _, id := range once(ids) {
			found, err := messagesWhere(tx, "id = ? AND state = 'dead'"+forUpdate(tx), id)
			if err != nil {
				return err
			}
			for _, m := range found {
				err := changeOne(tx, "UPDATE messages SET state = 'waiting', attempts = 0, tried_at = 0, next_at = ? WHERE id = ? AND state = 'dead'", millis(at), id)
				if err != nil {
					return err
				}
				m.Body = ""
				l := line(m)
				l.Kind, l.Subject = KindMessage, id
				lines = append(lines, l)
			}
		}
		if len(lines) == 0 {
			return workflow.NotFound("no_dead_letter", workflow.Say("没有这样的未送达消息", "there is no such dead letter"))
		}
		return appendLines(tx, lines)
	})
}

func (db *DB) messagesWhere(ctx context.Context, where string, args ...any) (out []Message, err error) {
	err = db.read(ctx, func(tx *gorm.DB) error {
		out, err = messagesWhere(tx, where, args...)
		return err
	})
	return out, err
}

func messagesWhere(tx *gorm.DB, where string, args ...any) (out []Message, err error) {
	err = each(tx, func(scan func(...any) error) error {
		m, err := scanMessage(scan)
		out = append(out, m)
		return err
	}, "SELECT "+messageColumns+" FROM messages WHERE "+where, args...)
	return out, err
}
