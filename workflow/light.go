package workflow

// Light says at a glance how an issue stands against its due day.
type Light string

// The lights. On screen a light is always colour and words.
const (
	LightNone    Light = "none"    // no due day, not assigned yet, suspended or ended
	LightInTime  Light = "in_time" // 正常
	LightSoon    Light = "soon"    // 临期
	LightOverdue Light = "overdue" // 超期
)

// SoonDays is how many days before the due day the light turns to soon where no reminder rules say otherwise, and MostSoonDays the
// most that rules may say.
const (
	SoonDays     = 10
	MostSoonDays = 60
)

// Lit says whether issues in the state have a light.
func (s State) Lit() bool { return !s.End() && s != Draft && s != Suspended }

// warnOf is the day from which an issue is soon, where no reminder rules say otherwise.
func warnOf(due Day) Day {
	if due == "" {
		return ""
	}
	return due.Add(-SoonDays)
}

// LightOf is the light of an issue in a state with a due day, on a day; warn is the day from which it is soon.
func LightOf(state State, due, warn, today Day) Light {
	switch {
	case due == "" || !state.Lit():
		return LightNone
	case due < today:
		return LightOverdue
	case warn != "" && warn <= today:
		return LightSoon
	}
	return LightInTime
}

// Text returns the light in words.
func (l Light) Text() Text {
	switch l {
	case LightInTime:
		return Text{"正常", "in time"}
	case LightSoon:
		return Text{"临期", "due soon"}
	case LightOverdue:
		return Text{"超期", "overdue"}
	}
	return Text{"—", "—"}
}
