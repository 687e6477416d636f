package remind

import (
	"fmt"
	"strings"

	"rectify/workflow"
)

// UnitDigest is what the group of an org is told on one day: figures and where they come from, and nothing of what the issues say.
type UnitDigest struct {
	Name      string
	Org       workflow.OrgID
	Day       workflow.Day
	Open      int // issues of the org and of those below it that are not closed
	Overdue   int
	Soon      int
	Unsigned  int // assigned and not yet accepted
	Verifying int
}

// Empty says whether there is nothing to tell: nothing is late or will be soon.
func (u *UnitDigest) Empty() bool { return u.Overdue+u.Soon == 0 }

// Subject says it in a line.
func (u *UnitDigest) Subject() workflow.Text {
	return workflow.Say("%s 整改提醒 %s：超期%d项、临期%d项", "%s, rectify %s: %d overdue, %d due soon", u.Name, string(u.Day), u.Overdue, u.Soon)
}

// Body is the message.
func (u *UnitDigest) Body() workflow.Text {
	said := workflow.Say("在办%d项，其中待签收%d项、待验收%d项。具体问题请登录查看：", "%d open, of them %d to be accepted and %d to be verified. Sign in to see them:", u.Open, u.Unsigned, u.Verifying)
	var links strings.Builder
	for _, l := range []struct {
		n     int
		light workflow.Light
	}{{u.Overdue, workflow.LightOverdue}, {u.Soon, workflow.LightSoon}} {
		if l.n > 0 {
			fmt.Fprintf(&links, "\n   /issues?light=%s&under=%d", l.light, int64(u.Org))
		}
	}
	return workflow.Text{Zh: said.Zh + links.String() + "\n", En: said.En + links.String() + "\n"}
}
