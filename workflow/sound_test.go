package workflow_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
)

// What is too long, too much or in unknown words is refused with the field, before it meets a column of a database.
func TestFindingsAreSound(t *testing.T) {
	for field, spoil := range map[string]func(*workflow.Issue){
		"kind":       func(i *workflow.Issue) { i.Kind = "someday" },
		"source":     func(i *workflow.Issue) { i.Source = "gossip" },
		"own_number": func(i *workflow.Issue) { i.OwnNumber = strings.Repeat("号", 191) },
		"detail":     func(i *workflow.Issue) { i.Detail = strings.Repeat("问", 5001) },
		"aspect":     func(i *workflow.Issue) { i.Aspect = "a\x00b" },
		"goal":       func(i *workflow.Issue) { i.Goal = "\xff" },
		"measures":   func(i *workflow.Issue) { i.Measures = make([]workflow.Measure, 101) },
		"extra":      func(i *workflow.Issue) { i.Extra = map[string]string{"备注": strings.Repeat("注", 5001)} },
	} {
		t.Run(field, func(t *testing.T) {
			i := workflow.Issue{Detail: "会议记录缺少签到", Source: "self_check"}
			require.NoError(t, i.Sound())
			spoil(&i)
			var fault *workflow.Fault
			require.ErrorAs(t, i.Sound(), &fault)
			require.ErrorIs(t, fault, workflow.ErrInvalid)
			require.Equal(t, field, fault.Field)
		})
	}
}
