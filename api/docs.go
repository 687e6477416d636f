package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	_ "embed" // the page
	"encoding/base64"
	"html/template"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
)

// GetSpecification serves the specification.
func (s *Server) GetSpecification(context.Context, GetSpecificationRequestObject) (GetSpecificationResponseObject, error) {
	sp, err := s.spec()
	if err != nil {
		return nil, err
	}
	return fixed{"application/json", sp.json, ""}, nil
}

// GetDocs serves the specification as a page.
func (s *Server) GetDocs(context.Context, GetDocsRequestObject) (GetDocsResponseObject, error) {
	sp, err := s.spec()
	if err != nil {
		return nil, err
	}
	return fixed{"text/html; charset=utf-8", sp.page, sp.csp}, nil
}

// fixed is an answer that is always the same and tells nothing about anybody.
type fixed struct {
	kind string
	body []byte
	csp  string
}

func (f fixed) send(w http.ResponseWriter) error {
	h := w.Header()
	h.Set("Content-Type", f.kind)
	h.Set("Cache-Control", "no-cache")
	if f.csp != "" {
		h.Set("Content-Security-Policy", f.csp)
	}
	_, err := w.Write(f.body)
	return err
}

// VisitGetSpecificationResponse writes the specification.
func (f fixed) VisitGetSpecificationResponse(w http.ResponseWriter) error { return f.send(w) }

// VisitGetDocsResponse writes the page.
func (f fixed) VisitGetDocsResponse(w http.ResponseWriter) error { return f.send(w) }

// GetHealth says that the process lives.
func (s *Server) GetHealth(context.Context, GetHealthRequestObject) (GetHealthResponseObject, error) {
	return GetHealth200TextResponse("ok\n"), nil
}

// readyTime is how long the database may take to show that it is there.
const readyTime = 3 * time.Second

// GetReady says whether requests can be answered: the database is there and the program is not about to stop.
func (s *Server) GetReady(ctx context.Context, _ GetReadyRequestObject) (GetReadyResponseObject, error) {
	if s.draining.Load() {
		return GetReady503TextResponse("stopping\n"), nil
	}
	ctx, cancel := context.WithTimeout(ctx, readyTime)
	defer cancel()
	if err := s.Engine.Ready(ctx); err != nil {
		s.Log.WarnContext(ctx, "not ready", "error", err)
		return GetReady503TextResponse("the database does not answer\n"), nil
	}
	return GetReady200TextResponse("ok\n"), nil
}

//go:embed docs.html
var docsTemplate string

//go:embed docs.css
var docsStyle string

// docsPage renders the specification for people: one page without script, whose one style is named in its policy by its hash.
func docsPage(doc *openapi3.T) (page []byte, csp string, err error) {
	t, err := template.New("docs").Parse(docsTemplate)
	if err != nil {
		return nil, "", err
	}
	view := docsView{Title: doc.Info.Title, Version: doc.Info.Version, Intro: blocks(doc.Info.Description), Style: template.CSS(docsStyle)}
	for _, tag := range doc.Tags {
		view.Parts = append(view.Parts, docsPart{Title: tag.Description, Calls: docsCalls(doc, tag.Name)})
	}
	for _, name := range slices.Sorted(maps.Keys(doc.Components.Schemas)) {
		view.Types = append(view.Types, docsType{name, doc.Components.Schemas[name].Value.Description, docsFields(doc.Components.Schemas[name].Value)})
	}
	var b bytes.Buffer
	if err := t.Execute(&b, view); err != nil {
		return nil, "", err
	}
	sum := sha256.Sum256([]byte(docsStyle))
	return b.Bytes(), "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
		"'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'", nil
}

type (
	docsView struct {
		Title, Version string
		Style          template.CSS
		Intro          []docsBlock
		Parts          []docsPart
		Types          []docsType
	}
	docsPart struct {
		Title string
		Calls []docsCall
	}
	docsCall struct {
		Method, Path, ID, Summary, Text string
		Open                            bool
		Fields                          []docsField
		Body                            docsField
		Answers                         []docsField
	}
	docsType struct {
		Name, Text string
		Fields     []docsField
	}
	// docsField is a parameter, a property or an answer. Of names the type that it is made of.
	docsField struct {
		Name, In, Type, Of, Text string
		Required                 bool
	}
	// docsBlock is a paragraph, or a table.
	docsBlock struct {
		Text string
		Head []string
		Rows [][]string
	}
)

func docsCalls(doc *openapi3.T, tag string) (calls []docsCall) {
	for _, path := range doc.Paths.InMatchingOrder() {
		for method, op := range doc.Paths.Value(path).Operations() {
			if !slices.Contains(op.Tags, tag) {
				continue
			}
			call := docsCall{Method: method, Path: path, ID: op.OperationID, Summary: op.Summary, Text: op.Description, Open: op.Security != nil && len(*op.Security) == 0}
			for _, p := range op.Parameters {
				f := docsSchema(p.Value.Schema)
				f.Name, f.In, f.Text, f.Required = p.Value.Name, p.Value.In, p.Value.Description, p.Value.Required
				call.Fields = append(call.Fields, f)
			}
			if op.RequestBody != nil {
				call.Body = docsContent(op.RequestBody.Value.Content)
			}
			for _, status := range slices.Sorted(maps.Keys(op.Responses.Map())) {
				answer := op.Responses.Value(status).Value
				f := docsContent(answer.Content)
				f.Name, f.Text = status, *answer.Description
				call.Answers = append(call.Answers, f)
			}
			calls = append(calls, call)
		}
	}
	slices.SortStableFunc(calls, func(a, b docsCall) int { return strings.Compare(a.Path+" "+a.Method, b.Path+" "+b.Method) })
	return calls
}

func docsContent(content openapi3.Content) (f docsField) {
	for kind, media := range content {
		f = docsSchema(media.Schema)
		f.In = kind
	}
	return f
}

// docsSchema says what a value is, and which named type it is made of.
func docsSchema(ref *openapi3.SchemaRef) (f docsField) {
	if ref == nil || ref.Value == nil {
		return f
	}
	if _, name, ok := strings.Cut(ref.Ref, "#/components/schemas/"); ok {
		f.Of = name
		return f
	}
	v := ref.Value
	f.Type = strings.Join(v.Type.Slice(), "/")
	if len(v.AllOf) == 1 {
		return docsSchema(v.AllOf[0])
	}
	if v.Items != nil {
		item := docsSchema(v.Items)
		f.Type, f.Of = "array of "+item.Type, item.Of
	}
	if len(v.Enum) > 0 {
		f.Type += ": " + words(v)
	}
	return f
}

func docsFields(v *openapi3.Schema) (out []docsField) {
	for _, name := range slices.Sorted(maps.Keys(v.Properties)) {
		ref := v.Properties[name]
		f := docsSchema(ref)
		f.Name, f.Required = name, slices.Contains(v.Required, name)
		if f.Of == "" {
			f.Text = ref.Value.Description
		}
		out = append(out, f)
	}
	if len(v.Enum) > 0 {
		out = append(out, docsField{Name: words(v)})
	}
	return out
}

// blocks parts a description into paragraphs and tables. Of Markdown it knows what openapi.yaml uses.
func blocks(text string) (out []docsBlock) {
	for part := range strings.SplitSeq(strings.TrimSpace(text), "\n\n") {
		if !strings.HasPrefix(part, "|") {
			out = append(out, docsBlock{Text: strings.NewReplacer("**", "", "`", "").Replace(part)})
			continue
		}
		var b docsBlock
		for n, line := range strings.Split(strings.TrimSpace(part), "\n") {
			cells := strings.Split(strings.Trim(strings.NewReplacer("`", "").Replace(line), "|"), "|")
			switch n {
			case 0:
				b.Head = cells
			case 1: // the rule below the head
			default:
				b.Rows = append(b.Rows, cells)
			}
		}
		out = append(out, b)
	}
	return out
}
