package workflow

import (
	"slices"
	"strings"
	"time"
)

// PlanMark is what a reviewing party thinks of a plan.
type PlanMark string

var planMarks = []Wording{{"good", Text{"好", "good"}}, {"fair", Text{"较好", "fair"}}, {"weak", Text{"一般", "weak"}}}

// PlanMarks lists the marks for a plan.
func PlanMarks() []Wording { return slices.Clone(planMarks) }

// Text returns the mark as people read it.
func (m PlanMark) Text() Text { return wordingText(planMarks, string(m)) }

// Remark is what a reviewing party says of one measure of a plan, or of the plan as a whole.
type Remark struct {
	Measure int       `json:"measure,omitempty"` // counted from 1; 0 for the plan
	Text    string    `json:"text"`
	Org     OrgID     `json:"org,string"`
	Person  PersonID  `json:"person,string"`
	For     PersonID  `json:"for,omitempty,string"` // whom the person stood in for
	At      time.Time `json:"at"`
}

func soundRemarks(remarks []Remark) error {
	for n, r := range remarks {
		if strings.TrimSpace(r.Text) == "" || r.Measure < 0 {
			return Invalid("incomplete_remark", "remarks", Say("第%d条意见没有内容", "remark %d says nothing", n+1))
		}
		if err := tooLong(sized{"remarks", r.Text, middleText}); err != nil {
			return err
		}
	}
	return tooMany("remarks", len(remarks), mostItems)
}

// remark keeps what a party says of the plan; a plan that comes again starts without remarks.
func remark(i *Issue, s *Step, by *Actor, at time.Time) {
	if len(s.Remarks) == 0 {
		return
	}
	i.Remarks = slices.Clip(i.Remarks)
	for _, r := range s.Remarks {
		r.Org, r.Person, r.For, r.At = by.As.Appointment.Org, by.Person, by.As.Appointment.For, at
		i.Remarks = append(i.Remarks, r)
	}
}
