package definitions_test

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"rectify/workflow"
	"rectify/workflow/definitions"
)

// The schema names the same words as the program, so that an editor and the loader agree.
func TestSchemaPublishesTheVocabulary(t *testing.T) {
	var schema struct {
		Properties struct {
			Machine struct{ Enum []string }
		}
		Defs map[string]struct{ Enum []string } `json:"$defs"`
	}
	require.NoError(t, json.Unmarshal(definitions.Schema(), &schema))
	want := make(map[string][]string)
	for _, rule := range workflow.States() {
		want["state"] = append(want["state"], string(rule.State))
	}
	want["target"] = append(append([]string{}, want["state"]...), string(workflow.Same), string(workflow.Before))
	for _, rule := range workflow.Actions() {
		if rule.Step {
			want["action"] = append(want["action"], string(rule.Action))
		}
	}
	for _, need := range workflow.Needs() {
		want["need"] = append(want["need"], string(need))
	}
	for _, r := range workflow.AllRelations() {
		want["relation"] = append(want["relation"], r.String())
	}
	for _, level := range workflow.Levels() {
		want["level"] = append(want["level"], level.String())
	}
	for _, kind := range workflow.RequestKinds() {
		want["request"] = append(want["request"], kind.Word)
	}
	for name, words := range want {
		require.ElementsMatch(t, words, schema.Defs[name].Enum, name)
	}
	for _, machine := range schema.Properties.Machine.Enum {
		_, ok := shipped(t).Machine(machine)
		require.True(t, ok, machine)
	}
}

func compiled(t *testing.T) *jsonschema.Schema {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(definitions.Schema()))
	require.NoError(t, err)
	compiler := jsonschema.NewCompiler()
	require.NoError(t, compiler.AddResource("definition.schema.json", doc))
	schema, err := compiler.Compile("definition.schema.json")
	require.NoError(t, err)
	return schema
}

func asJSON(t *testing.T, text string) any {
	var doc any
	require.NoError(t, yaml.Unmarshal([]byte(text), &doc))
	return doc
}

func TestShippedFilesFollowTheSchema(t *testing.T) {
	schema := compiled(t)
	for _, machine := range []string{"immediate", "standard", "major"} {
		text, err := os.ReadFile(machine + ".yaml")
		require.NoError(t, err)
		require.NoError(t, schema.Validate(asJSON(t, string(text))))
	}
	for _, change := range [][2]string{
		{"do: accept", "do: approve"}, {"machine: standard", "machine: other"}, {"from: [suspended]", "from: []"},
		{"of: lasting, ", ""}, {"do: urge,", "do: urge, of: lasting,"}, {"needs: []}", "needs: [], who: x}"}, {"n: 10,", "n: 0,"},
	} {
		require.Error(t, schema.Validate(asJSON(t, strings.Replace(body(t, "standard"), change[0], change[1], 1))), change[1])
	}
}
