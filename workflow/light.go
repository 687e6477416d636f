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

// SoonDays is how many days before the due day the light turns to soon.
const SoonDays = 10

// Lit says whether issues in the state have a light.
func (s State) Lit() bool { return !s.End() && s != Draft && s != Suspended }

// LightOf is the light of an issue in a state with a due day, on a day.
func LightOf(state State, due, today Day) Light {
	switch {
	case due == "" || !state.Lit():
		return LightNone
	case due < today:
		return LightOverdue
	case due <= today.Add(SoonDays):
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
