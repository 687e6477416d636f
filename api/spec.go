package api

import (
	"bytes"
	_ "embed" // the specification
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/labstack/echo/v4"
	echomiddleware "github.com/oapi-codegen/echo-middleware"

	"rectify/api/page"
	"rectify/workflow"
)

//go:embed openapi.yaml
var specificationFile []byte

// specification is openapi.yaml as it is served.
type specification struct {
	json []byte
	page []byte // for people
	csp  string // of the page
}

func readSpecification(version string) (*specification, error) {
	doc, err := openapi3.NewLoader().LoadFromData(specificationFile)
	if err != nil {
		return nil, fmt.Errorf("openapi.yaml: %w", err)
	}
	if version != "" {
		doc.Info.Version = version
	}
	for _, p := range doc.Components.Parameters {
		p.Value.Extensions = nil // hints for the generator
	}
	for _, schema := range doc.Components.Schemas {
		for _, property := range schema.Value.Properties {
			property.Value.Extensions = nil
		}
	}
	sp := &specification{}
	if sp.json, err = json.Marshal(doc); err != nil {
		return nil, err
	}
	sp.page, sp.csp, err = docsPage(doc)
	return sp, err
}

// What is compiled in does not change: the servers of a process share it.
var (
	checksOfForm = sync.OnceValues(makeChecks)
	pagesOnce    = sync.OnceValues(page.Load)
)

// makeChecks makes the middleware that holds a request against the specification. It is the check of form; what it means is the engine's.
func makeChecks() (func(r route) echo.MiddlewareFunc, error) {
	doc, err := openapi3.NewLoader().LoadFromData(specificationFile)
	if err != nil {
		return nil, err
	}
	// The file keeps to what 3.0 and 3.1 have in common. As 3.0 it is checked by compiled code; as 3.1 the library would compile a schema
	// for each parameter of each request. Who calls has been settled before, so the security of the file is left out.
	doc.OpenAPI, doc.Security = "3.0.3", nil
	for _, item := range doc.Paths.Map() {
		for _, op := range item.Operations() {
			op.Security = nil
		}
	}
	validator := func(body bool) echo.MiddlewareFunc {
		return echomiddleware.OapiRequestValidatorWithOptions(doc, &echomiddleware.Options{
			Options:      openapi3filter.Options{ExcludeRequestBody: !body, SkipSettingDefaults: true},
			ErrorHandler: func(_ echo.Context, err *echo.HTTPError) error { return formFault(err) },
		})
	}
	whole, head := validator(true), validator(false)
	return func(r route) echo.MiddlewareFunc {
		known := queryNames(doc, r)
		check := head
		if r.takes == jsonBody {
			check = whole
		}
		return func(next echo.HandlerFunc) echo.HandlerFunc {
			checked := check(next)
			return func(c echo.Context) error {
				for name := range c.QueryParams() {
					if !slices.Contains(known, name) {
						return unknownField(name)
					}
				}
				return checked(c)
			}
		}
	}, nil
}

// specPath writes a path of a route as the specification does.
func specPath(path string) string {
	parts := strings.Split(path, "/")
	for n, part := range parts {
		if name, ok := strings.CutPrefix(part, ":"); ok {
			parts[n] = "{" + name + "}"
		}
	}
	return strings.Join(parts, "/")
}

func queryNames(doc *openapi3.T, r route) (names []string) {
	item := doc.Paths.Value(specPath(r.path))
	if item == nil || item.GetOperation(r.method) == nil {
		return nil
	}
	for _, p := range item.GetOperation(r.method).Parameters {
		if p.Value.In == openapi3.ParameterInQuery {
			names = append(names, p.Value.Name)
		}
	}
	return names
}

func unknownField(name string) error {
	return workflow.Invalid("unknown_field", name, workflow.Say("没有“%s”这一项，请检查名称", "there is no field %q; check its name", name))
}

// formFault says in our own words what the validator found. Its messages are English and quote the schema: nothing of them is passed on.
func formFault(err *echo.HTTPError) error {
	bad, ok := errors.AsType[*openapi3filter.RequestError](err)
	if !ok {
		return err
	}
	if big, ok := errors.AsType[*http.MaxBytesError](bad); ok {
		return big
	}
	name := ""
	if bad.Parameter != nil {
		name = bad.Parameter.Name
	}
	if schema, ok := errors.AsType[*openapi3.SchemaError](bad); ok {
		return schemaFault(name, schema)
	}
	switch {
	case errors.Is(bad, openapi3filter.ErrInvalidRequired) && bad.Parameter == nil:
		return workflow.Invalid("missing_body", "", workflow.Say("请求没有内容", "the request has no body"))
	case errors.Is(bad, openapi3filter.ErrInvalidRequired), errors.Is(bad, openapi3filter.ErrInvalidEmptyValue):
		return missingField(name)
	case bad.Parameter == nil:
		return badJSON()
	}
	return workflow.Invalid("bad_value", name, workflow.Say("“%s”的值无法理解", "the value of %q cannot be understood", name))
}

func missingField(name string) error {
	return workflow.Invalid("missing_field", name, workflow.Say("缺少“%s”", "%q is missing", name))
}

// schemaFault names the field and says what it should be.
func schemaFault(name string, bad *openapi3.SchemaError) error {
	path := bad.JSONPointer()
	if name != "" {
		path = slices.Insert(path, 0, name)
	}
	field := strings.Join(path, ".")
	switch bad.SchemaField {
	case "required":
		return missingField(field)
	case "properties", "additionalProperties":
		return unknownField(strings.Join(append(path, stranger(bad)), "."))
	case "enum":
		return workflow.Invalid("unknown_word", field, workflow.Say("“%s”中没有这个词，可用的有：%s", "%q has no such word; known are %s", field, words(bad.Schema)))
	case "type", "nullable":
		return workflow.Invalid("bad_type", field, workflow.Say("“%s”的类型不对，应为 %s", "%q is of the wrong type; it is a %s", field, typeText(bad.Schema)))
	case "maxLength", "maxItems":
		return workflow.Invalid("too_long", field, workflow.Say("“%s”太长", "%q is too long", field))
	case "minItems":
		return workflow.Invalid("too_few", field, workflow.Say("“%s”至少要有一项", "%q needs one entry at least", field))
	case "minimum", "maximum":
		return workflow.Invalid("out_of_range", field, workflow.Say("“%s”超出范围（%s）", "%q is out of range (%s)", field, rangeText(bad.Schema)))
	case "pattern":
		return workflow.Invalid("bad_id", field, workflow.Say("“%s”应为数字编号（写成字符串）", "%q is an id: digits, written as a string", field))
	}
	return workflow.Invalid("bad_value", field, workflow.Say("“%s”的值无法理解", "the value of %q cannot be understood", field))
}

// stranger is a member of the object that was refused which it may not have.
func stranger(bad *openapi3.SchemaError) string {
	object, _ := bad.Value.(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(object)) {
		if _, known := bad.Schema.Properties[name]; !known {
			return name
		}
	}
	return ""
}

func words(s *openapi3.Schema) string {
	var b bytes.Buffer
	for n, w := range s.Enum {
		if n > 0 {
			b.WriteString(", ")
		}
		fmt.Fprint(&b, w)
	}
	return b.String()
}

func typeText(s *openapi3.Schema) workflow.Text {
	names := map[string]workflow.Text{
		"string": {Zh: "字符串", En: "string"}, "integer": {Zh: "整数", En: "whole number"}, "boolean": {Zh: "true 或 false", En: "boolean"},
		"array": {Zh: "列表", En: "list"}, "object": {Zh: "对象", En: "object"},
	}
	for _, name := range s.Type.Slice() {
		return names[name]
	}
	return workflow.Text{}
}

func rangeText(s *openapi3.Schema) string {
	low, high := "", ""
	if s.Min != nil {
		low = fmt.Sprint(*s.Min)
	}
	if s.Max != nil {
		high = fmt.Sprintf("%.0f", *s.Max)
	}
	return low + "–" + high
}
