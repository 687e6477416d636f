package workflow_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
)

// What Apply was given is as it was, after every action in every state; and who writes to what it returned, by appending or by
// changing what the step changed, does not write to what went in.
func TestApplyChangesNothingThatItWasGiven(t *testing.T) {
	for _, name := range []string{"immediate", "standard", "major"} {
		d, fresh := machine(t, name), machine(t, name)
		for _, state := range d.Uses {
			for _, col := range columns() {
				i, s := issueOf(d, state), stepOf(col.do, col.of)
				by := ready(&i, &s)
				roomy(&i)
				was, step, actor := asJSON(t, i), asJSON(t, s), asJSON(t, by)
				c, err := workflow.Apply(d, i, s, by, noon)
				require.Equal(t, [3]string{was, step, actor}, [3]string{asJSON(t, i), asJSON(t, s), asJSON(t, by)}, "%s in %s", col, state)
				if err != nil {
					continue
				}
				after := asJSON(t, c.Issue)
				somebody := by
				somebody.Person = 999
				_, _ = workflow.Apply(d, i, s, somebody, noon.Add(1))
				require.Equal(t, after, asJSON(t, c.Issue), "%s in %s: a second step wrote to the first one's issue", col, state)
				require.Equal(t, len(c.Tell), cap(c.Tell), "who adds to the list does not write to the definition")
				scribble(&c.Before, &c.Issue)
				c.Tell = append(c.Tell, workflow.Inspecting)
				require.Equal(t, [2]string{was, step}, [2]string{asJSON(t, i), asJSON(t, s)}, "%s in %s: memory is shared", col, state)
				require.Equal(t, was, asJSON(t, c.Before))
				again, err := workflow.Apply(d, i, s, by, noon)
				require.NoError(t, err)
				require.Equal(t, after, asJSON(t, again.Issue), "the same again gives the same")
			}
		}
		require.Equal(t, fresh, d, "the definition is as it was")
	}
}

// roomy gives every slice of the issue room to grow in place, where a careless append would write.
func roomy(i *workflow.Issue) {
	v := reflect.ValueOf(i).Elem()
	for n := range v.NumField() {
		if f := v.Field(n); f.Kind() == reflect.Slice && f.Len() > 0 {
			grown := reflect.MakeSlice(f.Type(), f.Len(), f.Len()+4)
			reflect.Copy(grown, f)
			f.Set(grown)
		}
	}
}

// scribble appends to every slice, and blanks the elements of those that differ from before.
func scribble(before, after *workflow.Issue) {
	b, a := reflect.ValueOf(before).Elem(), reflect.ValueOf(after).Elem()
	for n := range a.NumField() {
		f := a.Field(n)
		if f.Kind() != reflect.Slice || f.Len() == 0 {
			continue
		}
		if !reflect.DeepEqual(b.Field(n).Interface(), f.Interface()) {
			for e := range f.Len() {
				f.Index(e).SetZero()
			}
		}
		_ = reflect.Append(f, reflect.Zero(f.Type().Elem()))
	}
}

// An issue that was kept as JSON is the same when it is read back.
func TestAnIssueIsTheSameAfterBeingKept(t *testing.T) {
	for _, state := range machine(t, "major").Uses {
		i := issueOf(machine(t, "major"), state)
		i.Request = workflow.Request{Kind: workflow.Suspension, Askers: []workflow.PersonID{1 << 62}, Decider: 1 << 62}
		require.Equal(t, i, copyOf(t, i))
	}
	var raw map[string]any
	require.NoError(t, json.Unmarshal([]byte(asJSON(t, issueOf(machine(t, "major"), workflow.Found))), &raw))
	require.Equal(t, "3", raw["finder"], "ids are strings in JSON")
}
