package store

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"

	"gorm.io/gorm"

	"rectify/workflow"
)

// appointmentSaid is what the line about an appointment says of it, so that the table can be held against history.
type appointmentSaid struct {
	Appointment *appointmentData `json:"appointment,omitempty"`
}

type appointmentData struct {
	ID    workflow.AppointmentID `json:"id,string"`
	Org   workflow.OrgID         `json:"org,string"`
	Post  workflow.Post          `json:"post"`
	From  workflow.Day           `json:"from,omitempty"`
	Until workflow.Day           `json:"until,omitempty"`
	For   workflow.PersonID      `json:"for,omitempty,string"`
}

// String is the appointment for people who look for what differs.
func (a *appointmentData) String() string {
	if a == nil {
		return ""
	}
	return fmt.Sprintf("%s@%d %s—%s", a.Post, a.Org, a.From, a.Until)
}

func appointmentOf(a *Appointed) *appointmentData {
	none := func(d workflow.Day, stands string) workflow.Day {
		if string(d) == stands {
			return ""
		}
		return d
	}
	return &appointmentData{a.ID, a.Org, a.Post, none(a.From, firstDay), none(a.Until, noDue), a.For}
}

// AppointmentDifference is an appointment that is not what the history of the account says.
type AppointmentDifference struct {
	Person       workflow.PersonID
	History, Row string // "" where it is not there
}

const peopleAtOne = 300

// ReplayAppointments holds the appointments that there are against the histories of the accounts. unsaid is how many are older than lines
// that say all of them; those are not compared. Each person is seen at one moment with their history.
func (db *DB) ReplayAppointments(ctx context.Context, found func(AppointmentDifference) error) (unsaid int, err error) {
	for last := int64(math.MinInt64); ; {
		var people []int64
		var all []AppointmentDifference
		n := 0
		err := db.snapshot(ctx, func(tx *gorm.DB) (err error) {
			if people, err = idsOf(tx, "SELECT person FROM (SELECT subject AS person FROM heads WHERE kind = ? UNION SELECT person FROM appointments) AS x WHERE person > ? ORDER BY person LIMIT ?",
				KindAccount, last, peopleAtOne); err == nil && len(people) > 0 {
				all, n, err = appointmentsUnlike(tx, people)
			}
			return err
		})
		if err != nil || len(people) == 0 {
			return unsaid, err
		}
		unsaid += n
		for _, d := range all {
			if err := found(d); err != nil {
				return unsaid, err
			}
		}
		last = people[len(people)-1]
	}
}

func idsOf(tx *gorm.DB, query string, args ...any) (ids []int64, err error) {
	err = each(tx, func(scan func(...any) error) error {
		var id int64
		err := scan(&id)
		ids = append(ids, id)
		return err
	}, query, args...)
	return ids, err
}

// heldBy is what one person is by the table, and what their history says.
type heldBy struct {
	rows, said map[workflow.AppointmentID]*appointmentData
	ended      map[workflow.AppointmentID]bool // with the mandate, whose own history says so
	silent     int                             // lines that say less
}

func appointmentsUnlike(tx *gorm.DB, people []int64) (out []AppointmentDifference, unsaid int, err error) {
	all := make(map[int64]*heldBy, len(people))
	for _, id := range people {
		all[id] = &heldBy{make(map[workflow.AppointmentID]*appointmentData), make(map[workflow.AppointmentID]*appointmentData), make(map[workflow.AppointmentID]bool), 0}
	}
	err = inBatches(people, func(marks string, args []any) error {
		rows, err := appointedWhere(tx, "a.person IN ("+marks+")", args...)
		for n := range rows {
			h := all[int64(rows[n].Person)]
			h.rows[rows[n].ID], h.ended[rows[n].ID] = appointmentOf(&rows[n]), rows[n].Mandate.Ended
		}
		if err != nil {
			return err
		}
		return each(tx, func(scan func(...any) error) error {
			var person int64
			var data []byte
			if err := scan(&person, &data); err != nil {
				return err
			}
			all[person].take(data)
			return nil
		}, "SELECT subject, data FROM history WHERE kind = ? AND subject IN ("+marks+") AND action IN ('appointed', 'appointment_ended') ORDER BY subject, seq", append([]any{KindAccount}, args...)...)
	})
	for _, id := range people {
		differences, n := all[id].compare(workflow.PersonID(id))
		out, unsaid = append(out, differences...), unsaid+n
	}
	return out, unsaid, err
}

func (h *heldBy) take(data []byte) {
	var said appointmentSaid
	if json.Unmarshal(data, &said) != nil || said.Appointment == nil {
		h.silent++
		return
	}
	h.said[said.Appointment.ID] = said.Appointment
}

func (h *heldBy) compare(person workflow.PersonID) (out []AppointmentDifference, unsaid int) {
	ids := slices.Sorted(maps.Keys(h.rows))
	for id := range h.said {
		if h.rows[id] == nil {
			ids = append(ids, id)
		}
	}
	for _, id := range ids {
		row, said := h.rows[id], h.said[id]
		switch {
		case row != nil && said != nil && (*row == *said || h.ended[id] && row.like(said)):
		case said == nil && unsaid < h.silent:
			unsaid++
		default:
			out = append(out, AppointmentDifference{person, said.String(), row.String()})
		}
	}
	slices.SortFunc(out, func(a, b AppointmentDifference) int { return cmp.Compare(a.History+a.Row, b.History+b.Row) })
	return out, unsaid
}

// like says whether they are the same but for an earlier end.
func (a *appointmentData) like(said *appointmentData) bool {
	same := *said
	same.Until = a.Until
	return *a == same && a.Until != "" && (said.Until == "" || a.Until <= said.Until)
}
